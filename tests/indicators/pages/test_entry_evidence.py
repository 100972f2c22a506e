"""Evidence from the entry form and in the review queue: nothing typed is lost on the way to the files."""

from __future__ import annotations

import io

import pytest

from indicators.models import Figure
from indicators.selectors.review import review_queue
from plans.models import EvidenceFile
from plans.scope import scope_of
from plans.services.evidence import add_evidence
from tests.conftest import DEMO_DAY
from tests.indicators.pages.test_entry import form_of, key, text_of

pytestmark = pytest.mark.usefixtures("demo")
CODE = "trademarks_registered"
AT = {"indicator__code": CODE, "region__code": "500120", "year": 2025, "quarter": 3}


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def client(client_of):
    return client_of("reporter")


@pytest.fixture
def form(client):
    Figure.objects.filter(**AT).delete()
    return form_of(client.get("/entry/"))


def named(content: str, name: str) -> io.BytesIO:
    file = io.BytesIO(content.encode())
    file.name = name
    return file


def test_the_way_to_the_files_saves_what_was_typed_as_a_draft(client, form):
    answer = client.post("/entry/", form | {f"value.{key(CODE)}": "1,234", "files": key(CODE)})
    figure = Figure.objects.get(**AT)
    assert answer["Location"] == f"/evidence/figure/{figure.pk}/"
    assert (figure.value, figure.state) == (1234, "draft")


def test_files_may_come_before_the_value(client, form):
    answer = client.post("/entry/", form | {"files": key(CODE)})
    figure = Figure.objects.get(**AT)
    assert (figure.value, figure.state) == (None, "draft")
    client.post(answer["Location"], {"file": named("台账", "台账.txt")})
    page = client.get("/entry/")
    row = next(r.row for r in page.context["rows"] if r.row.key == key(CODE))
    assert [file.name for file in row.files] == ["台账.txt"]
    assert "增减材料" in text_of(page)
    assert "还有" in text_of(client.post("/entry/", form_of(page) | {"do": "submit"}, follow=True))


def test_what_cannot_be_read_is_told_before_one_goes_to_the_files(client, form):
    answer = client.post("/entry/", form | {f"value.{key(CODE)}": "十二", "files": key(CODE)})
    assert answer.status_code == 400
    assert 'value="十二"' in text_of(answer)
    assert not EvidenceFile.objects.exists()


def test_the_page_of_the_files_leads_back_to_the_cell(client, form):
    page = text_of(client.get(client.post("/entry/", form | {"files": key(CODE)})["Location"]))
    assert f"region=500120#v-{key(CODE)}" in page


def test_the_reviewer_sees_the_files_beside_the_figure(client_of, reporter, reviewer):
    waiting = Figure.objects.filter(
        state="submitted", indicator__duties__unit__name="区市场监管局", year=2025, quarter=3
    )
    file = add_evidence(
        reporter, "figure", waiting[0].pk, io.BytesIO("批复".encode()), "批复 扫描件.txt", today=DEMO_DAY
    )
    (item,) = [item for item in review_queue(scope_of(reviewer)) if item.files]
    assert item.figure.pk == waiting[0].pk
    page = text_of(client_of("reviewer").get("/review/"))
    assert f'<a href="/evidence/{file.pk}/" download lang="zh">批复 扫描件.txt</a>' in page
