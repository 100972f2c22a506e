"""The four pages of an upload, the history, the template and the command: who sees what, and what a second time does."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from openpyxl import load_workbook

from indicators.models import Figure, FigureRevision, Upload, UploadRow
from indicators.services import uploads
from ipdash.accounts.models import User
from ipdash.jobs import runner
from tests import builders
from tests.conftest import MODEL_BACKEND
from tests.indicators.uploads.conftest import TODAY, World

THREE_WRONG = {1: "12-", 2: -5, 3: "约120"}


@pytest.fixture
def browser_of() -> Callable[[User], Client]:
    def browser(user: User) -> Client:
        client = Client()
        client.force_login(user, backend=MODEL_BACKEND)
        return client

    return browser


@pytest.fixture
def browser(world: World, browser_of: Callable[[User], Client]) -> Client:
    return browser_of(world.reporter)


def send(client: Client, content: bytes, name: str = "三季度.xlsx") -> Any:
    return client.post("/uploads/new/", {"file": SimpleUploadedFile(name, content)})


def text_of(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def test_a_file_goes_through_its_four_pages(world: World, browser: Client) -> None:
    answer = send(browser, world.template(THREE_WRONG))
    upload = Upload.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/uploads/{upload.pk}/mapping/")
    page = text_of(browser.get(answer.url))
    assert "本系统的填报模板" in page
    assert "2025年三季度" in page
    answer = browser.post(answer.url)
    assert answer.url == f"/uploads/{upload.pk}/preview/"
    page = text_of(browser.get(answer.url))
    assert "共5行，新增2，拒绝3" in page
    assert "I6：“12-”的负号写在数字后面" in page
    assert page.index("被拒绝的行") < page.index("将新增的数据")
    answer = browser.post(answer.url, {"choice": "partial"})
    assert answer.url == f"/uploads/{upload.pk}/"
    assert "hx-get" in text_of(browser.get(answer.url)), "the page follows the job"
    runner.run_due_jobs()
    page = text_of(browser.get(answer.url))
    assert "已入库2项数据，等待审核。" in page
    assert "hx-get" not in page
    assert Figure.objects.count() == 2


def test_all_or_nothing_shows_what_stands_in_the_way_and_keeps_the_choice(world: World, browser: Client) -> None:
    upload = world.previewed(world.template(THREE_WRONG))
    answer = browser.post(f"/uploads/{upload.pk}/preview/", {"choice": "all"})
    page = text_of(answer)
    assert answer.status_code == 409
    assert "有3行被拒绝或未确认，没有入库任何数据" in page
    assert 'value="all" checked' in page


def test_questions_have_boxes_and_only_ticked_ones_are_stored(world: World, browser: Client) -> None:
    upload = world.previewed(world.template({0: "1,200", 1: "1,300"}))
    first = UploadRow.objects.filter(upload=upload, verdict="question").first()
    assert first is not None
    page = text_of(browser.get(f"/uploads/{upload.pk}/preview/"))
    assert f'name="confirm" value="{first.pk}"' in page
    browser.post(f"/uploads/{upload.pk}/preview/", {"choice": "partial", "confirm": [str(first.pk), "x", "²"]})
    runner.run_due_jobs()
    assert set(world.values()) == {"measure_000", "measure_002", "measure_003", "measure_004"}
    assert "“1,200”经确认，读作 1200。" in text_of(browser.get(f"/uploads/{upload.pk}/"))


def test_the_same_file_again_is_said_to_change_nothing(world: World, browser: Client) -> None:
    world.stored(world.template())
    upload = world.previewed(world.template())
    page = text_of(browser.get(f"/uploads/{upload.pk}/preview/"))
    assert "与现有数据完全相同，没有需要入库的内容" in page
    assert "确认入库" not in page


def test_a_stored_upload_does_not_show_its_earlier_steps_again(world: World, browser: Client) -> None:
    upload = world.stored(world.template())
    for step in ("mapping", "preview"):
        assert browser.get(f"/uploads/{upload.pk}/{step}/").url == f"/uploads/{upload.pk}/"
    assert browser.post(f"/uploads/{upload.pk}/mapping/").status_code == 409
    assert browser.post(f"/uploads/{upload.pk}/compare/").status_code == 409
    assert browser.post(f"/uploads/{upload.pk}/preview/", {"choice": "partial"}).status_code == 302
    assert FigureRevision.objects.count() == 5


def test_undoing_from_the_page_takes_the_figures_back(world: World, browser: Client) -> None:
    upload = world.stored(world.template())
    assert browser.post(f"/uploads/{upload.pk}/undo/").url == f"/uploads/{upload.pk}/"
    runner.run_due_jobs()
    assert "已恢复到上传之前" in text_of(browser.get(f"/uploads/{upload.pk}/"))
    assert not Figure.objects.exists()


def test_undoing_what_was_changed_since_names_the_figures(world: World, browser: Client) -> None:
    upload = world.stored(world.template())
    world.stored(world.template({2: 99}))
    answer = browser.post(f"/uploads/{upload.pk}/undo/")
    assert answer.status_code == 409
    assert "I7：" in text_of(answer)
    assert "又有改动" in text_of(answer)


def test_a_refused_file_explains_itself(world: World, browser: Client) -> None:
    answer = send(browser, b"%PDF-1.4 x", "报告.pdf")
    page = text_of(browser.get(answer.url))
    assert "这个文件是 PDF" in page
    assert "/uploads/new/" in page
    assert browser.get(f"{answer.url}annotated/").status_code == 409


def test_without_a_file_the_form_says_so(world: World, browser: Client) -> None:
    answer = browser.post("/uploads/new/")
    assert answer.status_code == 400
    assert "请先改正以下内容" in text_of(answer)
    assert not Upload.objects.exists()


def test_nothing_is_stored_without_a_choice(world: World, browser: Client) -> None:
    upload = world.previewed(world.template())
    answer = browser.post(f"/uploads/{upload.pk}/preview/")
    assert answer.status_code == 400
    assert "请选择入库方式" in text_of(answer)
    runner.run_due_jobs()
    assert not Figure.objects.exists()


PATHS = ("", "mapping/", "preview/", "annotated/")


def test_others_find_nothing_of_an_upload_whoever_they_are(world: World, browser_of: Callable[[User], Client]) -> None:
    upload = world.previewed(world.template())
    elsewhere = builders.make_region("610302")
    others = [
        builders.make_user("leader", region=world.region),
        builders.make_user("reporter", unit=builders.make_unit(world.region)),
        builders.make_user("staff", region=elsewhere),
    ]
    for other in others:
        client = browser_of(other)
        assert [client.get(f"/uploads/{upload.pk}/{path}").status_code for path in PATHS] == [404] * 4
        assert [client.post(f"/uploads/{upload.pk}/{path}").status_code for path in ("compare/", "undo/")] == [404] * 2
        assert client.post(f"/uploads/{upload.pk}/preview/", {"choice": "partial"}).status_code == 404
        assert "三季度.xlsx" not in text_of(client.get("/uploads/"))
    assert not Figure.objects.exists()


def test_staff_see_the_rows_of_their_region_alone_and_not_the_file(
    world: World, browser_of: Callable[[User], Client]
) -> None:
    county = builders.make_region("500121", "别县")
    both = builders.make_user("staff", region=builders.make_region("500000"))
    builders.open_period(county)
    for indicator in world.indicators:
        builders.make_duty(indicator, county, builders.make_unit(county))
    lines = world.csv().decode("utf-8-sig").splitlines()
    lines[1] = lines[1].replace("500120", "500121").replace(",1,", ",471142,")
    upload = world.previewed("\r\n".join(lines).encode(), "两县.csv", both)
    uploads.commit(both, upload, all_or_nothing=False, confirmed=(), today=TODAY)
    client = browser_of(builders.make_user("staff", region=world.region))
    page = text_of(client.get(f"/uploads/{upload.pk}/"))
    assert "璧山区" in page
    assert "471,142" not in page
    assert "别县" not in page
    assert "共4行" in page
    assert "共4行" in text_of(client.get("/uploads/"))
    assert [client.get(f"/uploads/{upload.pk}/{path}").status_code for path in PATHS[1:]] == [404] * 3


def test_the_empty_history_offers_the_first_upload(world: World, browser: Client) -> None:
    page = text_of(browser.get("/uploads/"))
    assert "还没有上传过数据文件" in page
    assert 'href="/uploads/new/"' in page


def test_leaders_may_look_at_the_history_but_not_upload(world: World, browser_of: Callable[[User], Client]) -> None:
    client = browser_of(builders.make_user("leader", region=world.region))
    assert "上传数据文件" not in text_of(client.get("/uploads/"))
    assert client.get("/uploads/new/").status_code == 403
    assert send(client, world.template()).status_code == 403
    assert not Upload.objects.exists()


def test_a_name_full_of_markup_is_shown_as_text(world: World, browser: Client) -> None:
    send(browser, world.template({0: "<script>x</script>"}), "<img src=x onerror=1>.xlsx")
    upload = Upload.objects.get()
    uploads.preview(world.reporter, upload, TODAY)
    for path in ("", "mapping/", "preview/"):
        page = text_of(browser.get(f"/uploads/{upload.pk}/{path}"))
        assert "<img src=x" not in page
        assert "<script>x" not in page


def test_queries_do_not_grow_with_rows(
    large_world: World, browser_of: Callable[[User], Client], django_assert_max_num_queries: Any
) -> None:
    upload = large_world.previewed(large_world.template(dict.fromkeys(range(40), "1,000")))
    client = browser_of(large_world.reporter)
    with django_assert_max_num_queries(14):
        client.get(f"/uploads/{upload.pk}/preview/")
    uploads.commit(large_world.reporter, upload, all_or_nothing=False, confirmed=(), today=TODAY)
    with django_assert_max_num_queries(14):
        client.get(f"/uploads/{upload.pk}/")
    with django_assert_max_num_queries(10):
        client.get("/uploads/")


@pytest.mark.parametrize("extension", ["xlsx", "csv"])
def test_the_template_of_ones_unit_is_downloaded_under_a_chinese_name(
    world: World, browser: Client, extension: str
) -> None:
    query = {"unit": world.unit.pk, "year": 2025, "quarter": 3, "format": extension}
    answer = browser.get("/entry/template/", query)
    assert answer.status_code == 200
    assert f"区市场监管局2025年三季度填报模板.{extension}" in unquote(answer["Content-Disposition"])
    assert "filename*=utf-8''" in answer["Content-Disposition"]
    if extension == "xlsx":
        assert load_workbook(io.BytesIO(answer.content))["填报"]["A5"].value == "measure_000"
    else:
        assert answer.content.decode("utf-8-sig").splitlines()[1].startswith("measure_000,")


def test_a_template_is_for_ones_own_units_and_says_what_is_wrong_with_a_question(
    world: World, browser: Client, browser_of: Callable[[User], Client]
) -> None:
    foreign = builders.make_unit(world.region)
    wrong = [
        ({"unit": foreign.pk, "year": 2025, "quarter": 3}, 404),
        ({"unit": 10**17, "year": 2025, "quarter": 3}, 404),
        ({"unit": "x", "year": 2025, "quarter": 3}, 400),
        ({"unit": world.unit.pk, "year": 2025, "quarter": 5}, 400),
        ({"unit": world.unit.pk, "year": 1990, "quarter": 3}, 400),
        ({"unit": world.unit.pk, "quarter": "2025Q3", "format": "exe"}, 400),
    ]
    for query, status in wrong:
        assert browser.get("/entry/template/", query).status_code == status, query
    leader = browser_of(builders.make_user("leader", region=world.region))
    assert leader.get("/entry/template/", {"unit": world.unit.pk, "quarter": "2025Q3"}).status_code == 404


def test_the_command_stores_a_file_and_a_second_time_changes_nothing(world: World, tmp_path: Path) -> None:
    file = tmp_path / "三季度.xlsx"
    file.write_bytes(world.template(THREE_WRONG))
    for expected in ("入库2，未变0，拒绝3", "入库0，未变2，拒绝3"):
        said, complaints = io.StringIO(), io.StringIO()
        call_command("import_figures", file, user="填报人", stdout=said, stderr=complaints)
        assert expected in said.getvalue()
        assert "I6：" in complaints.getvalue()
    call_command("import_figures", file, user="填报人", all_or_nothing=True, stdout=said, stderr=complaints)
    assert FigureRevision.objects.count() == 2


def test_the_command_ends_with_2_for_a_refused_file_and_names_an_unknown_person(world: World, tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"%PDF-1.4")
    with pytest.raises(CommandError) as refused:
        call_command("import_figures", file, user="填报人", stderr=io.StringIO())
    assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="没有用户"):
        call_command("import_figures", file, user="无此人")
