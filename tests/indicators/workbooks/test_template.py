"""The product's own table: what is handed out, and what is understood when it comes back."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from indicators.workbooks import columns
from indicators.workbooks.files import read_bytes
from indicators.workbooks.results import Cell, ReadResult, Sheet
from indicators.workbooks.sentences import with_messages
from indicators.workbooks.template import TemplateLine, TemplateSpec, build_csv_template, build_template
from indicators.workbooks.template_rows import TemplateMeta, TemplateRows, read_template
from ipdash.core.figure_text import Verdict
from tests.indicators.workbooks import hostile as h

PATENTS = TemplateLine(
    "invention_patents",
    "有效发明专利量",
    "500120",
    "璧山区",
    "件",
    "期末数",
    Decimal("1200"),
    Decimal("980.5"),
    Decimal("0"),
)
RATE = TemplateLine("closing_rate", "结案率", "500120", "璧山区", "%", "本年累计")
SPEC = TemplateSpec(7, "璧山区市场监管局", 2025, 3, date(2025, 10, 15), [PATENTS, RATE])


def edited(change: Any, spec: TemplateSpec = SPEC) -> TemplateRows:
    """The template after somebody changed the sheet with another program, read back."""
    book = load_workbook(io.BytesIO(build_template(spec)))
    change(book["填报"])
    target = io.BytesIO()
    book.save(target)
    return read_template(read_bytes(target.getvalue(), "填报.xlsx"))


def found(rows: TemplateRows) -> list[tuple[str, str]]:
    assert all(finding.message.endswith("。") for finding in with_messages(rows.findings))
    return [(finding.code, finding.address) for finding in rows.findings]


def table(*rows: list[Any]) -> TemplateRows:
    """A plain table of another system, read."""
    return read_template(read_bytes(h.workbook(*rows), "表.xlsx"))


def test_the_template_is_locked_but_for_its_two_input_columns() -> None:
    sheet = load_workbook(io.BytesIO(build_template(SPEC)))["填报"]
    assert sheet.protection.sheet
    unlocked = {cell.column_letter for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert unlocked == {"I", "J"}
    assert [cell.value for cell in sheet[4]] == list(columns.TEMPLATE)
    assert sheet.freeze_panes == "C5"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToWidth) == (
        "landscape",
        9,
        1,
    )
    (validation,) = sheet.data_validations.dataValidation
    assert (validation.type, str(validation.sqref), validation.errorTitle) == ("decimal", "I5:I6", "不是有效的数值")
    assert sheet["A1"].value == "璧山区市场监管局 2025年第3季度指标数据填报表"
    assert sheet["A2"].value == "截止日期：2025年10月15日"


def test_demonstration_data_are_marked_in_the_title() -> None:
    sheet = load_workbook(io.BytesIO(build_template(replace(SPEC, demo=True, due=None))))["填报"]
    assert (sheet["A1"].value[:6], sheet["A2"].value or "") == ("（演示数据）", "")


def test_text_that_looks_like_a_formula_is_written_as_inert_text() -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "#N/A", "a\x01b\x0bc", "_x0041_", "x" * 40_000]
    lines = [replace(PATENTS, indicator_name=name, note=name) for name in names]
    content = build_template(replace(SPEC, unit_name='=HYPERLINK("x")', lines=lines))
    sheet = load_workbook(io.BytesIO(content))["填报"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert "<f>" not in h.parts_of(content)[h.SHEET].decode()
    read = read_bytes(content, "a.xlsx")
    shown = [cell.value for row in read.sheets[0].rows[4:] for cell in row if cell.column == 2]
    assert shown == ["=1+1", "+1", "-1", "@SUM(A1)", "#N/A", "abc", "_x0041_", "x" * 32_767]


def test_an_untouched_template_reads_back_what_was_filled_in() -> None:
    rows = read_template(read_bytes(build_template(SPEC), "a.xlsx"))
    assert (rows.meta, rows.recognised, rows.findings) == (TemplateMeta(7, 2025, 3), True, [])
    first, second = rows.rows
    assert first.key == ("invention_patents", "500120", 2025, 3)
    assert (first.sheet, first.row, first.unit, first.cells["本季值"]) == ("填报", 5, "件", "I5")
    assert (first.value.verdict, first.value.value) == (Verdict.OK, Decimal(0))
    assert (second.value.verdict, second.value.value) == (Verdict.MISSING, None)


def test_a_template_of_many_rows_comes_back_whole() -> None:
    lines = [
        replace(PATENTS, region_code=f"5001{number:02}", value=Decimal(number) / 8, note=f"第{number}行")
        for number in range(99)
    ]
    rows = read_template(read_bytes(build_template(replace(SPEC, lines=lines)), "a.xlsx")).rows
    assert [(row.region_code, row.value.value, row.note) for row in rows] == [
        (line.region_code, line.value, line.note) for line in lines
    ]


def test_a_prefilled_value_of_18_digits_is_not_rounded() -> None:
    line = replace(PATENTS, previous=Decimal("123456789012.345678"), value=Decimal("-123456789012.345678"))
    read = read_bytes(build_template(replace(SPEC, lines=[line])), "a.xlsx")
    assert [cell.value for cell in read.sheets[0].rows[4] if cell.column == 7] == ["123456789012.345678"]
    assert read_template(read).rows[0].value.value == Decimal("-123456789012.345678")


def test_rows_may_be_sorted_deleted_and_inserted() -> None:
    def change(sheet: Any) -> None:
        sheet.insert_rows(5, amount=2)
        sheet.delete_rows(7)
        sheet.append(["invention_patents", "有效发明专利量", 500120, "璧山区", "件", "期末数", None, None, 15, "补报"])

    rows = edited(change)
    assert [(row.row, row.indicator_code, row.region_code, row.note) for row in rows.rows] == [
        (7, "closing_rate", "500120", ""), (8, "invention_patents", "500120", "补报")
    ]  # fmt: skip
    assert rows.findings == []


def test_columns_may_be_moved_and_added() -> None:
    def change(sheet: Any) -> None:
        sheet.insert_cols(1)
        sheet["I4"], sheet["J4"] = "本季值", "去年同期值"
        sheet["I5"], sheet["J5"] = 33, 1
        sheet["A4"] = "序号"

    rows = edited(change)
    assert [(row.cells["本季值"], row.value.value) for row in rows.rows] == [("I5", Decimal(33)), ("I6", None)]


def test_a_value_that_has_to_be_confirmed_or_is_refused_is_a_finding_at_its_cell() -> None:
    def change(sheet: Any) -> None:
        sheet["I5"], sheet["I6"] = "约100", 0.125
        sheet["I6"].number_format = "0.0%"

    rows = edited(change)
    assert [(finding.code, finding.address, finding.level) for finding in rows.findings] == [
        ("approximate", "I5", "error"), ("percent_sign", "I6", "question")
    ]  # fmt: skip
    assert [row.value.value for row in rows.rows] == [None, Decimal("12.5")]


def test_an_error_cell_is_one_finding_and_no_value() -> None:
    rows = edited(lambda sheet: sheet.__setitem__("I5", "=1/0"))
    assert found(rows) == [("formula_without_value", "I5")]
    assert rows.rows[0].value.verdict is Verdict.REFUSED


def test_a_renamed_value_column_is_named_and_nothing_is_read() -> None:
    rows = edited(lambda sheet: sheet.__setitem__("I4", "三季度"))
    assert (rows.rows, found(rows), rows.findings[0].params) == ([], [("header_changed", "")], {"missing": "本季值"})


def test_a_renamed_other_column_is_a_question() -> None:
    rows = edited(lambda sheet: sheet.__setitem__("E4", "单位"))
    assert [(finding.code, finding.level) for finding in rows.findings] == [("header_changed", "question")]
    assert len(rows.rows) == 2


def test_a_column_that_stands_there_twice_is_refused() -> None:
    rows = edited(lambda sheet: sheet.__setitem__("J4", "本季值"))
    assert (rows.rows, found(rows)[0]) == ([], ("header_twice", "J4"))


def test_a_total_row_and_a_row_without_codes_are_no_figures() -> None:
    def change(sheet: Any) -> None:
        sheet["A7"], sheet["I7"] = "合 计", 12
        sheet["B8"], sheet["I8"] = "有效发明专利量", 12
        sheet["A9"], sheet["C9"], sheet["I9"] = "发明 专利", "500120", 3
        sheet["A10"] = "注：数据为快报数"

    rows = edited(change)
    assert found(rows) == [("total_row", "I7"), ("row_without_codes", "I8"), ("code_not_text", "A9")]
    assert len(rows.rows) == 2


def test_the_same_figure_twice_counts_once_and_two_values_count_never() -> None:
    row = ["invention_patents", "", "500120", "", "件", "", None, None]

    def change(sheet: Any) -> None:
        sheet["I6"] = 1
        for value in (0, None):
            sheet.append([*row, value])
        sheet.append(["closing_rate", "", "500120", "", "%", "", None, None, 1])

    rows = edited(change)
    assert found(rows) == [("duplicate_row", "I7"), ("duplicate_row", "I9")]
    assert [row.row for row in rows.rows] == [5, 6]
    conflicting = table(
        ["指标编码", "行政区划代码", "年份", "季度", "数值"], ["a", "500120", 2024, 1, 3], ["a", "500120", 2024, 1, 4]
    )
    assert (conflicting.rows, found(conflicting)) == ([], [("conflicting_rows", "E3")])


def test_the_reading_of_a_refused_file_adds_nothing() -> None:
    rows = read_template(read_bytes(b"", "a.xlsx"))
    assert (rows.rows, rows.recognised, found(rows)) == ([], False, [("empty_file", "")])


def test_a_workbook_without_our_header_is_not_recognised() -> None:
    rows = table(["地区", "专利"], ["璧山", 12])
    assert (rows.recognised, found(rows)) == (False, [("no_template", "")])


@pytest.mark.parametrize(
    ("year", "quarter"),
    [
        (2024, 3),
        ("2024", "3"),
        ("2024年", "三季度"),
        ("2024年度", "第3季度"),
        ("２０２４", "Q3"),
        (2024, "2024Q3"),
        (2024, "第三季"),
    ],
)
def test_a_plain_table_says_its_year_and_quarter_in_any_usual_way(year: object, quarter: object) -> None:
    rows = table(
        ["指标 编码", "行政区划\n代码", "年份", "季度", "数值"], ["invention_patents", 500120, year, quarter, 12]
    )
    (row,) = rows.rows
    assert (row.key, row.value.value, rows.findings) == (("invention_patents", "500120", 2024, 3), Decimal(12), [])


@pytest.mark.parametrize(
    ("year", "quarter"), [(24, 3), (2024, 5), (None, 3), (2024, None), ("今年", "一季度"), (2024.5, 1)]
)
def test_a_row_without_a_clear_period_is_refused(year: object, quarter: object) -> None:
    rows = table(["指标编码", "行政区划代码", "年份", "季度", "数值"], ["a", "500120", year, quarter, 12])
    assert (rows.rows, [code for code, _ in found(rows)]) == ([], ["no_period"])


def test_a_plain_table_without_a_period_column_says_which_is_missing() -> None:
    rows = table(["指标编码", "行政区划代码", "数值"], ["a", "500120", 12])
    assert rows.findings[0].params == {"missing": "年份、季度"}


def test_the_csv_template_reads_back_what_was_filled_in() -> None:
    line = replace(PATENTS, note="=1+1", value=Decimal("-123456789012.345678"))
    content = build_csv_template(replace(SPEC, lines=[line, RATE]))
    assert content.startswith(b"\xef\xbb\xbf" + "指标编码,指标名称,".encode())
    rows = read_template(read_bytes(content, "a.csv"))
    first, second = rows.rows
    assert (rows.meta, [code for code, _ in found(rows)]) == (None, ["csv_read_as"])
    assert (first.key, first.note) == (("invention_patents", "500120", 2025, 3), "=1+1")
    assert (first.value.verdict, first.value.value) == (Verdict.OK, Decimal("-123456789012.345678"))
    assert second.value.verdict is Verdict.MISSING


def meta_sheet(**values: str) -> ReadResult:
    sheet = Sheet(
        columns.META_SHEET,
        rows=[[Cell(row, 1, key), Cell(row, 2, text)] for row, (key, text) in enumerate(values.items(), 1)],
    )
    return ReadResult("xlsx", [sheet])


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"template_version": "9"}, "template_version"),
        ({"template_version": "1", "unit_id": "7", "year": "20x5", "quarter": "3"}, "meta_damaged"),
        ({"template_version": "1", "unit_id": "7", "year": "2025"}, "meta_damaged"),
        ({"template_version": "1", "unit_id": "7", "year": "2025", "quarter": "5"}, "meta_damaged"),
    ],
)
def test_a_damaged_hidden_sheet_is_named(values: dict[str, str], code: str) -> None:
    rows = read_template(meta_sheet(**values))
    assert (rows.meta, rows.findings[0].code) == (None, code)
    assert found(rows)
