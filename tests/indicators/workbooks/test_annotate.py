"""The uploaded file back with its findings marked: nothing else in it changes."""

from __future__ import annotations

import io
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font

from indicators.workbooks.annotate import annotate
from indicators.workbooks.files import read_bytes
from indicators.workbooks.results import Finding
from indicators.workbooks.template import TemplateLine, TemplateSpec, build_template
from indicators.workbooks.template_rows import read_template
from ipdash.core.errors import Invalid
from tests.indicators.workbooks import hostile as h

SHEET = "Sheet"


def finding(
    row: int | None, column: int | None, level: Any = "error", printed: str = "约100", sheet: str = SHEET
) -> Finding:
    return Finding("approximate", {"printed": printed, "unit": "件"}, level, sheet, row, column)


def opened(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


def sheet_xml(content: bytes) -> str:
    return h.parts_of(content)[h.SHEET].decode()


def test_the_cells_of_findings_are_coloured_and_commented_and_listed() -> None:
    original = h.workbook(["a", "约100"], ["b", 3])
    marked = opened(
        annotate(original, "xlsx", [finding(1, 2), finding(2, 2, "question"), finding(2, None), finding(None, None)])
    )
    sheet, listed = marked[SHEET], marked["上传检查结果"]
    assert sheet["B1"].fill.fgColor.rgb != sheet["B2"].fill.fgColor.rgb != sheet["A1"].fill.fgColor.rgb
    assert sheet["B1"].comment.text.endswith("“约100”是约数；应为一个确定的数字。请填写实际数值。")
    assert sheet["A1"].comment is None
    assert [[cell.value for cell in row][:3] for row in listed.iter_rows()] == [
        ["工作表", "单元格", "类别"], [SHEET, "B1", "错误"], [SHEET, "B2", "请确认"], [SHEET, "第2行", "错误"], [SHEET, "", "错误"]
    ]  # fmt: skip


def test_no_byte_of_a_cell_changes_but_its_style() -> None:
    rows = (
        '<row r="2" spans="2:4"><c r="B2" s="0"><v>123456789012.345678</v></c>'
        '<c r="D2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c></row><row r="4"/><row r="6"><c r="A6"><f>1+1</f><v>2</v></c></row>'
    )
    marked = annotate(
        h.sheet_of(rows),
        "xlsx",
        [finding(2, 2), finding(2, 3), finding(4, 1), finding(5, 1), finding(6, 1), finding(9, 2)],
    )
    text = sheet_xml(marked)
    assert text[text.index("<sheetData>") : text.index("</sheetData>")] == (
        '<sheetData><row r="2" spans="2:4"><c r="B2" s="1"><v>123456789012.345678</v></c><c r="C2" s="1"/>'
        '<c r="D2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c></row><row r="4"><c r="A4" s="1"/></row><row r="5"><c r="A5" s="1"/></row>'
        '<row r="6"><c s="1" r="A6"><f>1+1</f><v>2</v></c></row><row r="9"><c r="B9" s="1"/></row>'
    )
    before, after = read_bytes(h.sheet_of(rows), "a.xlsx"), read_bytes(marked, "a.xlsx")
    assert before.sheets[0] == after.sheets[0]


def test_an_empty_sheet_and_a_sheet_with_a_prefix_can_be_marked() -> None:
    empty = f'<worksheet xmlns="{h.MAIN}"><sheetData/><pageMargins left="1" right="1" top="1" bottom="1" header="1" footer="1"/></worksheet>'
    marked = opened(annotate(h.with_parts({h.SHEET: empty.encode()}), "xlsx", [finding(3, 2)]))
    assert marked[SHEET]["B3"].comment is not None
    assert marked[SHEET].page_margins.left == 1
    prefixed = f'<x:worksheet xmlns:x="{h.MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    content = annotate(h.with_parts({h.SHEET: prefixed.encode()}), "xlsx", [finding(1, 1), finding(1, 2)])
    assert read_bytes(content, "a.xlsx").sheets[0].rows[0][0].value == Decimal(1)
    assert '<x:c s="1" r="A1"><x:v>1</x:v></x:c><x:c r="B1" s="1"/>' in sheet_xml(content)


def test_comments_formats_and_tables_that_are_there_stay() -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        sheet["A1"].comment = Comment("旧批注", "某人")
        sheet["B1"].font, sheet["B1"].number_format = Font(bold=True), "0.00"
        sheet["C1"].comment = Comment("另一条", "某人")
        sheet.auto_filter.ref = "A1:B1"

    marked = opened(annotate(h.workbook(["a", 1], change=fill), "xlsx", [finding(1, 1), finding(1, 2)]))[SHEET]
    assert marked["A1"].comment.text.startswith("旧批注\n上传检查：\n“约100”")
    assert (marked["B1"].font.bold, marked["B1"].number_format, marked["B1"].fill.fill_type) == (True, "0.00", "solid")
    assert marked["C1"].comment.text == "另一条"
    assert marked.auto_filter.ref == "A1:B1"


def test_marked_drawings_stand_where_the_schema_wants_them() -> None:
    content = h.sheet_of('<row r="1"><c r="A1"><v>1</v></c></row>', '<extLst><ext uri="x"/></extLst>')
    text = sheet_xml(annotate(content, "xlsx", [finding(1, 1)]))
    assert text.index("</sheetData>") < text.index("<legacyDrawing") < text.index("<extLst>")


def test_several_findings_of_one_cell_share_its_comment_and_the_worst_colours_it() -> None:
    content = annotate(h.workbook(["a"]), "xlsx", [finding(1, 1, "note", "甲"), finding(1, 1, "error", "乙")])
    only_error = annotate(h.workbook(["a"]), "xlsx", [finding(1, 1, "error", "乙")])
    cell, alone = opened(content)[SHEET]["A1"], opened(only_error)[SHEET]["A1"]
    assert "甲" in cell.comment.text
    assert "乙" in cell.comment.text
    assert cell.fill.fgColor.rgb == alone.fill.fgColor.rgb


def test_text_from_the_file_becomes_neither_markup_nor_a_formula() -> None:
    printed = '=cmd|<script>&"\x01{x}'
    content = annotate(h.workbook(["a"]), "xlsx", [finding(1, 1, "error", printed)])
    assert all(
        "<f" not in text.decode("utf-8", "replace") for name, text in h.parts_of(content).items() if "/sheet" in name
    )
    assert '=cmd|<script>&"{x}' in opened(content)["上传检查结果"]["D2"].value


def test_a_marked_workbook_can_be_uploaded_and_marked_again() -> None:
    spec = TemplateSpec(
        1, "单位", 2025, 3, None, [TemplateLine("a", "甲", "500120", "璧山区", "件", "期末数", value=Decimal(5))]
    )
    once = annotate(build_template(spec), "xlsx", [finding(5, 9, sheet="填报")])
    twice = annotate(once, "xlsx", [finding(5, 9, sheet="填报")])
    assert opened(twice).sheetnames == ["填报", "_ipdash", "上传检查结果", "上传检查结果2"]
    rows = read_template(read_bytes(twice, "a.xlsx"))
    assert ([row.value.value for row in rows.rows], rows.findings) == ([Decimal(5)], [])


def test_an_xls_comes_back_as_xlsx_with_the_same_values() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write(0, 0, "=文字")
        sheet.write(0, 1, 0.1 + 0.2)
        sheet.write(1, 0, True)
        sheet.row(2).set_cell_error(0, "#DIV/0!")
        book.add_sheet("旧表").visibility = 1

    content = annotate(h.xls(fill), "xls", [finding(1, 2, sheet="数据")])
    before, after = read_bytes(h.xls(fill), "a.xls"), read_bytes(content, "a.xlsx")
    assert [sheet.rows for sheet in after.sheets[:2]] == [sheet.rows for sheet in before.sheets]
    assert after.sheets[1].hidden
    assert opened(content)["数据"]["B1"].comment is not None


def test_a_csv_comes_back_with_one_more_column() -> None:
    original = '指标,数值\n=甲,"1,2"\n乙\n'.encode("gb18030")
    marked = annotate(original, "csv", [finding(2, 2, sheet=""), finding(None, None, sheet="", printed="全部")]).decode(
        "utf-8-sig"
    )
    heading, first, second = marked.splitlines()
    assert heading.startswith("指标,数值,检查结果；“全部”是约数")
    assert first.startswith('=甲,"1,2",“约100”是约数')
    assert second == "乙"


def test_a_file_that_does_not_pass_the_gate_is_not_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(Invalid) as caught:
        annotate(h.with_parts({"xl/vbaProject.bin": b"x"}), "xlsx", [])
    assert caught.value.code == "macros"
    assert list(tmp_path.iterdir()) == []
