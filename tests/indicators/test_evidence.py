"""Evidence files beside figures: taken in by content, seen by who sees the figure, kept in the history."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from indicators.models import Figure, ReportingPeriod
from indicators.services import uploads
from indicators.services.entry_rules import Entry
from indicators.services.figures import approve_figures, return_figures, save_figures, submit_figures
from ipdash.accounts.models import AuditEntry
from ipdash.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from plans.evidence import evidence_of
from plans.models import EvidenceFile
from plans.services.evidence import FILES, add_evidence, remove_evidence
from tests.conftest import DEMO_DAY

pytestmark = pytest.mark.usefixtures("demo")
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def figure(reporter: Any) -> Any:
    """A draft of the reporter's unit."""
    unit = reporter.memberships.get().unit
    drafts = Figure.objects.filter(state="draft", year=2025, quarter=3, indicator__duties__unit=unit)
    return drafts.select_related("indicator", "region").get(pk=drafts[0].pk)


def attach(user: Any, figure: Figure, content: bytes = PDF, name: str = "批复 文件.pdf", today: date = DEMO_DAY) -> Any:
    return add_evidence(user, "figure", figure.pk, io.BytesIO(content), name, today=today)


def test_a_file_is_kept_under_its_checksum_with_the_name_it_came_by(reporter: Any, figure: Figure, media: Path) -> None:
    file = attach(reporter, figure)
    assert (file.name, file.kind, file.size) == ("批复 文件.pdf", "pdf", len(PDF))
    (stored,) = [path for path in media.rglob("*") if path.is_file()]
    assert stored.name == file.checksum
    assert stored.read_bytes() == PDF
    assert AuditEntry.objects.latest("number").action == "evidence.add"


def test_the_same_content_is_attached_once_and_stored_once(reporter: Any, figure: Figure, media: Path) -> None:
    first = attach(reporter, figure)
    assert attach(reporter, figure, name="又一次.pdf").pk == first.pk
    other = Figure.objects.filter(state="draft", year=2025, quarter=3).exclude(pk=figure.pk)[0]
    staff = type(reporter).objects.get(username="staff")
    assert attach(staff, other).pk != first.pk
    assert len([path for path in media.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b"MZ\x90", "程序文件"),
        (b"<html>", "网页"),
        (b"%PDF-1.4 half", "不完整"),
        (b"\0\1\2", "认不出"),
    ],
)
def test_what_is_no_document_is_refused_in_a_sentence(
    reporter: Any, figure: Figure, media: Path, content: bytes, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        attach(reporter, figure, content, "批复.pdf")
    assert not EvidenceFile.objects.exists()
    assert list(media.rglob("*")) == []


def test_a_file_beyond_the_limit_is_refused(reporter: Any, figure: Figure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plans.services.evidence.FILE_BYTES", 10)
    with pytest.raises(Invalid, match="超过"):
        attach(reporter, figure)


def test_a_figure_holds_so_many_files_and_no_more(reporter: Any, figure: Figure) -> None:
    for n in range(FILES):
        attach(reporter, figure, f"第{n}份".encode(), f"{n}.txt")
    with pytest.raises(Conflict, match="最多附"):
        attach(reporter, figure)


def test_a_removed_file_leaves_its_row_and_is_served_to_nobody(
    reporter: Any, figure: Figure, client_of: Callable[[str], Client]
) -> None:
    file = attach(reporter, figure)
    remove_evidence(reporter, file.pk, today=DEMO_DAY)
    file.refresh_from_db()
    assert file.removed_by == reporter
    assert evidence_of("figure", [figure.pk])[figure.pk] == []
    client = client_of("reporter")
    assert client.get(f"/evidence/{file.pk}/").status_code == 404
    assert "已移除1份" in client.get(f"/evidence/figure/{figure.pk}/").content.decode()
    with pytest.raises(NotVisible):
        remove_evidence(reporter, file.pk, today=DEMO_DAY)
    assert attach(reporter, figure).pk != file.pk  # and may come again


def test_what_is_handed_in_keeps_its_files_until_it_is_sent_back(reporter: Any, reviewer: Any, figure: Figure) -> None:
    file = attach(reporter, figure)
    submit_figures(reporter, [figure.pk], today=DEMO_DAY)
    with pytest.raises(Conflict, match="材料不能移除"):
        remove_evidence(reporter, file.pk, today=DEMO_DAY)
    attach(reporter, figure, "补充".encode(), "补充.txt")
    return_figures(reviewer, [figure.pk], "材料不符")
    remove_evidence(reporter, file.pk, today=DEMO_DAY)


def test_what_lay_beside_an_approved_value_stays(reporter: Any, reviewer: Any, figure: Figure) -> None:
    file = attach(reporter, figure)
    submit_figures(reporter, [figure.pk], today=DEMO_DAY)
    approve_figures(reviewer, [figure.pk])
    entry = Entry(figure.indicator.code, figure.region.code, 2025, 3, Decimal(123))
    save_figures(reporter, [entry], source=Figure.Source.FORM, today=DEMO_DAY, submit=False)
    with pytest.raises(Conflict, match="已通过数值的依据"):
        remove_evidence(reporter, file.pk, today=DEMO_DAY)


def test_after_the_lock_nothing_is_attached_but_to_a_correction(reporter: Any, reviewer: Any, figure: Figure) -> None:
    later = ReportingPeriod.objects.get(region=figure.region, year=2025, quarter=3).locks + timedelta(days=1)
    for user in (reporter, reviewer):
        with pytest.raises(Conflict, match="锁定"):
            attach(user, figure, today=later)
    entry = Entry(figure.indicator.code, figure.region.code, 2025, 3, Decimal(123))
    save_figures(reviewer, [entry], source=Figure.Source.FORM, today=later, reason="年鉴更正")
    file = attach(reviewer, figure, today=later)
    with pytest.raises(Conflict, match="锁定"):
        remove_evidence(reviewer, file.pk, today=later)


def test_a_reviewer_reads_but_adds_nothing_and_a_leader_sees_nothing(
    reporter: Any, reviewer: Any, leader: Any, figure: Figure
) -> None:
    file = attach(reporter, figure)
    with pytest.raises(NotAllowed):
        attach(reviewer, figure, b"mine")
    with pytest.raises(NotAllowed):
        remove_evidence(reviewer, file.pk, today=DEMO_DAY)
    with pytest.raises(NotVisible):
        attach(leader, figure)


def test_a_file_is_handed_out_to_be_saved_under_its_chinese_name(
    reporter: Any, figure: Figure, client_of: Callable[[str], Client]
) -> None:
    file = attach(reporter, figure)
    answer = client_of("reviewer").get(f"/evidence/{file.pk}/")
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/pdf"
    assert "filename*=utf-8''%E6%89%B9%E5%A4%8D%20" in answer["Content-Disposition"]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store"


def test_several_files_are_attached_at_once_and_the_wrong_ones_are_named(
    figure: Figure, client_of: Callable[[str], Client]
) -> None:
    client = client_of("reporter")
    files = [named(PDF, "一.pdf"), named(b"MZ\x90", "二.exe"), named("三".encode(), "三.txt")]
    answer = client.post(f"/evidence/figure/{figure.pk}/", {"file": files})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "二.exe：这是程序文件" in page
    assert "已附上2份材料" in page
    assert [file.name for file in evidence_of("figure", [figure.pk])[figure.pk]] == ["一.pdf", "三.txt"]
    assert client.post(f"/evidence/figure/{figure.pk}/").status_code == 400


def test_a_file_that_is_gone_from_the_disk_is_told_as_such(
    reporter: Any, figure: Figure, client_of: Callable[[str], Client]
) -> None:
    file = attach(reporter, figure)
    Path(file.file.path).unlink()
    answer = client_of("reporter").get(f"/evidence/{file.pk}/")
    assert answer.status_code == 409
    assert "从备份中取回" in answer.content.decode()


def test_a_program_attaches_lists_fetches_and_removes(figure: Figure, api_of: Callable[[str], APIClient]) -> None:
    api = api_of("reporter")
    body = {"holder_kind": "figure", "holder": figure.pk, "file": named(PDF, "批复.pdf")}
    made = api.post("/api/v1/evidence/", body)
    assert made.status_code == 201
    listed = api.get(f"/api/v1/evidence/?holder_kind=figure&holder={figure.pk}").json()["results"]
    assert [item["name"] for item in listed] == ["批复.pdf"]
    fetched = api.get(f"/api/v1/evidence/{made.json()['id']}/file/")
    assert b"".join(fetched.streaming_content) == PDF  # type: ignore[attr-defined]
    wrong = api.post("/api/v1/evidence/", body | {"file": named(b"MZ", "a.exe")})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "file_program")
    assert api.post("/api/v1/evidence/", {"holder_kind": "figure", "what": 1}).status_code == 400
    assert api.delete(f"/api/v1/evidence/{made.json()['id']}/").status_code == 204
    assert api.get(f"/api/v1/evidence/{made.json()['id']}/").status_code == 404


def test_an_upload_is_not_undone_where_files_hang_on_what_it_brought_in(reporter: Any) -> None:
    table = "指标编码,行政区划代码,年份,季度,本季值\r\nwell_known_trademarks_new,500120,2025,3,2\r\n"
    code = {"indicator__code": "well_known_trademarks_new", "region__code": "500120", "year": 2025, "quarter": 3}
    Figure.objects.filter(**code).delete()
    received = uploads.receive(reporter, io.BytesIO(table.encode("utf-8-sig")), "三季度.csv", DEMO_DAY)
    uploads.commit(
        reporter, uploads.preview(reporter, received, DEMO_DAY), all_or_nothing=True, confirmed=(), today=DEMO_DAY
    )
    attach(reporter, Figure.objects.get(**code))
    with pytest.raises(Conflict, match="附过佐证材料"):
        uploads.request_undo(reporter, received, today=DEMO_DAY)
    assert Figure.objects.filter(**code).exists()


def named(content: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def test_the_demo_s_now_lies_after_the_approvals_it_invents() -> None:
    """What is attached today is not taken for what lay beside a value when it was approved."""
    assert not Figure.objects.filter(approved_at__gt=timezone.now()).exists()
