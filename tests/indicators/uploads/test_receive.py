"""What is let in, what is refused, and what the refusal says."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from indicators.models import Upload
from indicators.services import uploads
from ipdash.core.errors import Conflict
from ipdash.core.file_names import clean_name
from tests.indicators.uploads.conftest import TODAY, World
from tests.indicators.workbooks import hostile


def stored_files(settings: Any) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_the_own_template_is_recognised_with_its_sheet_header_and_quarter(world: World, settings: Any) -> None:
    upload = world.receive(world.template())
    assert (upload.state, upload.mapping["kind"], upload.mapping["periods"]) == ("received", "template", ["2025Q3"])
    sheet = upload.mapping["sheets"][0]
    assert (sheet["name"], sheet["header_row"], sheet["rows"]) == ("填报", 4, 5)
    assert {"column": "I", "heading": "本季值", "example": "1"} in sheet["columns"]
    (file,) = stored_files(settings)
    assert file.name == upload.checksum
    assert not file.is_relative_to(settings.STATIC_ROOT)


def test_the_same_content_is_kept_once(world: World, settings: Any) -> None:
    first, second = world.receive(world.template({0: 7})), None
    second = world.receive(first.file.open("rb").read(), "又一次.xlsx")
    assert (first.file.name, len(stored_files(settings))) == (second.file.name, 1)


FOREIGN = hostile.workbook(["地区", "2024年", "2025年"], ["北京", 12, 13])
REFUSED = {
    "macros": ("宏.xlsm", lambda: b"PK\x03\x04" + b"x" * 50, "不含宏"),
    "is_html": ("导出.xls", lambda: b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
    "is_pdf": ("报告.pdf", lambda: b"%PDF-1.7 x", "PDF"),
    "empty_file": ("空.xlsx", lambda: b"", "空的"),
    "zip_broken": ("坏.xlsx", lambda: hostile.workbook()[:-40], "已损坏"),
    "csv_nul": ("a.csv", lambda: b"a,b\x00,c\n1,2,3\n" * 9, ""),
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_file_that_the_gate_refuses_is_explained_and_not_kept(world: World, settings: Any, code: str) -> None:
    name, content, words = REFUSED[code]
    upload = world.receive(content(), name)
    assert upload.state == Upload.State.REFUSED
    assert words in upload.findings[0]["message"]
    assert (stored_files(settings), upload.file.name) == ([], "")
    with pytest.raises(Conflict):
        uploads.preview(world.reporter, upload, TODAY)


def test_a_file_of_more_than_ten_megabytes_is_refused_before_it_is_read(world: World, settings: Any) -> None:
    upload = world.receive(b"1,2\n" * (3 * 1024 * 1024), "大.csv")
    assert (upload.state, upload.findings[0]["code"]) == (Upload.State.REFUSED, "too_big")
    assert "12.0 MB" in upload.findings[0]["message"]
    assert stored_files(settings) == []


def test_a_foreign_workbook_is_taken_in_with_what_it_does_not_say_as_a_question(world: World) -> None:
    upload = world.receive(FOREIGN)
    assert (upload.state, upload.mapping["kind"], upload.findings) == (Upload.State.RECEIVED, "foreign", [])
    assert [(question["about"], question["name"], question["count"]) for question in upload.mapping["questions"]] == [
        ("region", "北京", 2)
    ]


def test_a_workbook_without_any_table_is_told_which_template_to_use(world: World) -> None:
    upload = world.receive(hostile.workbook(["关于报送材料的通知"], ["请各单位于月底前报送。"]))
    assert (upload.state, upload.mapping["kind"]) == (Upload.State.REFUSED, "foreign")
    assert [finding["code"] for finding in upload.findings] == ["foreign_workbook"]
    assert "填报模板" in upload.findings[0]["message"]


def test_a_template_without_its_value_column_names_the_column(world: World) -> None:
    book = load_workbook(io.BytesIO(world.template()))
    book["填报"]["I4"].value = "三季度数"
    target = io.BytesIO()
    book.save(target)
    upload = world.receive(target.getvalue())
    assert (upload.state, upload.findings[0]["code"]) == (Upload.State.REFUSED, "header_changed")
    assert "本季值" in upload.findings[0]["message"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/三季度.xlsx", "三季度.xlsx"),
        ("C:\\表\\a.xlsx", "a.xlsx"),
        ("a\x00\u202exslx.csv", "axslx.csv"),
        ("长" * 300 + ".xlsx", "长" * 195 + ".xlsx"),
        ("\u200b", "未命名文件"),
    ],
)
def test_a_name_never_becomes_a_path_and_hides_nothing(given: str, shown: str) -> None:
    assert clean_name(given) == shown


def test_the_marked_file_comes_back_with_the_cells_explained(world: World) -> None:
    upload = world.previewed(world.template({1: "约120"}))
    name, content = uploads.annotated(upload)
    book = load_workbook(io.BytesIO(content))
    assert (name, book["填报"]["I6"].value) == ("三季度_检查结果.xlsx", "约120")
    assert "约数" in book["填报"]["I6"].comment.text
    assert book["填报"]["I5"].comment is None


def test_the_marked_csv_has_a_column_of_findings(world: World) -> None:
    content = world.csv().replace(b",3,\r\n", ",三,\r\n".encode())
    name, marked = uploads.annotated(world.previewed(content, "三季度.csv"))
    lines = marked.decode("utf-8-sig").splitlines()
    assert name == "三季度_检查结果.csv"
    assert "检查结果" in lines[0]
    assert "中文数字" in lines[3]
