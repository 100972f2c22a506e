"""Files that must be read exactly: every value as its own text, at its own address, from every writer."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlwt
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from indicators.workbooks.addresses import cell_address, columns_text, numbers_text, row_and_column
from indicators.workbooks.files import read_bytes, read_file
from indicators.workbooks.plain_rows import plain_rows
from indicators.workbooks.plain_workbook import plain_workbook
from indicators.workbooks.read_csv import read_csv
from indicators.workbooks.read_xlsx import read_xlsx
from indicators.workbooks.results import Cell, ReadResult, Sheet
from ipdash.core.figure_text import CellError
from tests.indicators.workbooks import hostile as h


def values(result: ReadResult, sheet: int = 0) -> dict[str, object]:
    assert not result.refused, result.findings
    return {cell.address: cell.value for row in result.sheets[sheet].rows for cell in row}


def codes(result: ReadResult) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.sheet, finding.address) for finding in result.findings]


def test_each_type_of_cell_of_an_xlsx_is_read_as_that_type() -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        sheet["B2"], sheet["C2"], sheet["D2"] = "指标", 12.5, True
        sheet["B3"], sheet["C3"] = dt.date(2024, 3, 4), dt.datetime(2024, 3, 4, 5, 6)
        sheet["D3"], sheet["E3"] = dt.time(5, 6), "  两端有空格 "
        sheet["F3"] = 8.7
        sheet["G3"].number_format = "0.00"

    result = read_bytes(h.workbook([], change=fill), "表.xlsx")
    assert (result.kind, result.findings) == ("xlsx", [])
    assert values(result) == {
        "B2": "指标", "C2": Decimal("12.5"), "D2": True, "B3": dt.date(2024, 3, 4), "C3": dt.datetime(2024, 3, 4, 5, 6),
        "D3": dt.time(5, 6), "E3": "  两端有空格 ", "F3": Decimal("8.7"),
    }  # fmt: skip


def test_a_number_of_18_digits_keeps_all_of_them_and_binary_noise_stays_visible() -> None:
    numbers = ["123456789012.345678", "0.30000000000000004", "8.6999999999999993", "1E+3", "-0.000001"]
    cells = "".join(f'<c r="{cell_address(1, at)}"><v>{text}</v></c>' for at, text in enumerate(numbers, 1))
    result = read_bytes(h.sheet_of(f'<row r="1">{cells}</row>'), "a.xlsx")
    assert [str(value) for value in values(result).values()] == [
        "123456789012.345678", "0.30000000000000004", "8.7", "1000", "-0.000001"
    ]  # fmt: skip


def test_an_error_cell_and_a_formula_without_a_value_are_errors_with_their_address() -> None:
    rows = (
        '<row r="2"><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C2"><f>B1*2</f></c><c r="D2"><f>B1*2</f><v></v></c>'
        '<c r="E2"><f>1+1</f><v>2</v></c><c r="F2" t="str"><f>""</f><v></v></c></row>'
    )
    result = read_bytes(h.sheet_of(rows), "a.xlsx")
    assert values(result) == {
        "B2": CellError("#DIV/0!"),
        "C2": CellError("=B1*2", without_value=True),
        "D2": CellError("=B1*2", without_value=True),
        "E2": Decimal(2),
    }
    expected = [("error_cell", "B2"), ("formula_without_value", "C2"), ("formula_without_value", "D2")]
    assert [(code, address) for code, _, address in codes(result)] == expected


def test_many_error_cells_are_listed_up_to_a_limit_and_then_counted() -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="e"><v>#N/A</v></c></row>' for row in range(1, 604))
    result = read_bytes(h.sheet_of(rows), "a.xlsx")
    assert len(result.findings) == 501
    assert (result.findings[-1].code, result.findings[-1].params) == ("more_error_cells", {"count": "103"})
    assert len(result.sheets[0].rows) == 603


def test_what_is_hidden_is_read_and_listed() -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        for row in (2, 3, 5):
            sheet.row_dimensions[row].hidden = True
        sheet.column_dimensions["B"].hidden = True
        sheet.merge_cells("A4:B4")
        book.create_sheet("旧表")["A1"] = 5
        book["旧表"].sheet_state = "veryHidden"

    result = read_bytes(h.workbook(["a", 1], ["b", 2], change=fill), "a.xlsx")
    sheet, old = result.sheets
    assert (sheet.hidden_rows, sheet.hidden_columns, sheet.merges) == ([2, 3, 5], [2], ["A4:B4"])
    assert (old.name, old.hidden) == ("旧表", True)
    assert values(result, 1) == {"A1": Decimal(5)}
    assert [(finding.code, finding.params.get("rows"), finding.level) for finding in result.findings] == [
        ("hidden_rows", "2-3、5", "note"), ("hidden_columns", None, "note"), ("hidden_sheet", None, "note")
    ]  # fmt: skip


def test_a_percentage_cell_is_marked_as_one_and_a_quoted_sign_is_not() -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        for address, number_format in (("A1", "0%"), ("B1", "0.0%"), ("C1", '0"%"'), ("D1", "0\\%"), ("E1", "0.00")):
            sheet[address] = 0.125
            sheet[address].number_format = number_format

    (row,) = read_bytes(h.workbook([], change=fill), "a.xlsx").sheets[0].rows
    assert [cell.percent for cell in row] == [True, True, False, False, False]


def test_a_wrong_dimension_drops_no_rows_and_styled_blanks_cost_nothing() -> None:
    rows = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{row}</v></c><c r="XFD{row}" s="0"/></row>' for row in range(1, 60)
    )
    content = h.sheet_of(rows + '<row r="1048576"><c r="XFD1048576" s="0"/></row>')
    content = h.replaced(h.SHEET, "<sheetData>", '<dimension ref="A1:B2"/><sheetData>', content)
    assert len(values(read_bytes(content, "a.xlsx"))) == 59


def test_a_sheet_with_another_prefix_and_without_addresses_is_read() -> None:
    xml = (
        f'<x:worksheet xmlns:x="{h.MAIN}"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c>'
        '<x:c t="inlineStr"><x:is><x:t>甲</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert values(read_bytes(h.with_parts({h.SHEET: xml.encode()}), "a.xlsx")) == {"A1": Decimal(1), "B1": "甲"}


def test_text_that_looks_like_code_is_text() -> None:
    texts = ["<script>alert(1)</script>", "{{ 7*7 }}", "../../x", "a\u202eb", "'; drop table", "@SUM(A1)"]
    assert list(values(read_bytes(h.workbook(texts), "a.xlsx")).values()) == texts


def test_each_type_of_cell_of_an_xls_is_read_as_that_type() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write(0, 0, "指标")
        sheet.write(0, 1, 12.5)
        sheet.write(0, 2, 0.125, xlwt.easyxf(num_format_str="0.0%"))
        sheet.write(0, 3, dt.date(2024, 3, 4), xlwt.easyxf(num_format_str="YYYY-MM-DD"))
        sheet.write(0, 4, dt.datetime(2024, 3, 4, 5, 6), xlwt.easyxf(num_format_str="YYYY-MM-DD hh:mm"))
        sheet.write(0, 5, True)
        sheet.write(0, 6, 0.1 + 0.2)
        sheet.write(0, 7, 0.25, xlwt.easyxf(num_format_str="hh:mm"))
        sheet.row(2).write(0, 5)
        sheet.row(2).hidden = True
        sheet.col(1).hidden = True
        sheet.merge(4, 5, 0, 1)
        sheet.row(6).set_cell_error(0, "#DIV/0!")
        book.add_sheet("旧表").visibility = 1

    result = read_bytes(h.xls(fill), "表.xls")
    assert result.kind == "xls"
    assert values(result) == {
        "A1": "指标", "B1": Decimal("12.5"), "C1": Decimal("0.125"), "D1": dt.date(2024, 3, 4),
        "E1": dt.datetime(2024, 3, 4, 5, 6), "F1": True, "G1": Decimal("0.30000000000000004"), "H1": dt.time(6),
        "A3": Decimal(5), "A7": CellError("#DIV/0!"),
    }  # fmt: skip
    sheet = result.sheets[0]
    assert [cell.column for cell in sheet.rows[0] if cell.percent] == [3]
    assert (sheet.hidden_rows, sheet.hidden_columns, sheet.merges) == ([3], [2], ["A5:B6"])
    assert [finding.code for finding in result.findings] == [
        "error_cell",
        "hidden_rows",
        "hidden_columns",
        "hidden_sheet",
    ]


ROWS = [["指标", "数值"], ["有效发明专利", "1,234"], ["朱镕基\n换行", '他说"好"'], ["", "12.50"]]
TEXT = {
    "A1": "指标",
    "B1": "数值",
    "A2": "有效发明专利",
    "B2": "1,234",
    "A3": "朱镕基\n换行",
    "B3": '他说"好"',
    "B4": "12.50",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "，"])
def test_a_csv_is_read_in_every_encoding_and_with_every_separator(encoding: str, separator: str) -> None:
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=separator).writerows(ROWS)
    result = read_bytes(target.getvalue().encode(encoding), "表.CSV")
    assert values(result) == TEXT
    assert [finding.code for finding in result.findings] == ["csv_read_as"]


def test_a_separator_line_of_excel_is_no_row() -> None:
    assert values(read_bytes(b"sep=;\na;1,5\n", "a.csv")) == {"A2": "a", "B2": "1,5"}


def test_a_file_is_read_from_its_path_and_stays_there(tmp_path: Path) -> None:
    path = tmp_path / "上传 的 文件"
    path.write_bytes(h.workbook(["a", 1]))
    assert values(read_file(path, "表.xlsx")) == {"A1": "a", "B1": Decimal(1)}
    assert path.exists()


def test_addresses_and_lists_of_rows() -> None:
    assert [cell_address(7, column) for column in (1, 26, 27, 256, 16384)] == ["A7", "Z7", "AA7", "IV7", "XFD7"]
    assert [row_and_column(text) for text in ("D7", "IV110000", "d7", "D0", "7", "AAAA1")] == [
        (7, 4), (110000, 256), None, None, None, None
    ]  # fmt: skip
    assert numbers_text([3, 7, 8, 9, 11]) == "3、7-9、11"
    assert columns_text([2, 27]) == "B、AA"


decimals = st.decimals(-(10**12) + 1, 10**12 - 1, places=6) | st.integers(-(10**6), 10**6).map(Decimal)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text and "\ufeff" not in text and text[0] != '"'
)


@example([[Decimal("49292004670.627632")]])  # seventeen digits that are also how a float of sixteen is written out
@given(st.lists(st.lists(decimals | texts, min_size=1, max_size=5), min_size=1, max_size=8))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_random_tables_come_back_equal_as_text(table: list[list[Decimal | str]]) -> None:
    sheet = Sheet(
        "表", rows=[[Cell(row, at, value) for at, value in enumerate(line, 1)] for row, line in enumerate(table, 1)]
    )
    expected = {cell.address: cell.value for row in sheet.rows for cell in row}
    read = values(read_xlsx(plain_workbook([sheet])))
    assert read.keys() == expected.keys()
    assert all(read[address] == value and type(read[address]) is type(value) for address, value in expected.items())


@given(st.lists(st.lists(decimals.map(str) | texts, min_size=2, max_size=5), min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_random_csv_tables_come_back_equal_as_text(table: list[list[str]]) -> None:
    target = io.StringIO(newline="")
    csv.writer(target, quoting=csv.QUOTE_ALL).writerows(table)
    expected = {cell_address(row, at): text for row, line in enumerate(table, 1) for at, text in enumerate(line, 1)}
    assert values(read_csv(target.getvalue().encode("utf-8-sig"))) == expected


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert read_bytes(h.workbook(), "a.xlsx").kind == "xlsx"
    assert list(tmp_path.iterdir()) == []


CELLS = [
    '<c r="A1"><v>1.5</v></c>', '<c r="B1" s="0" t="str"><f>"a"&amp;A1</f><v>甲</v></c>', '<c r="C1" t="str"><f>A1</f></c>',
    '<c r="D1"><f>A1*2</f><v/></c>', '<c r="E1" t="inlineStr"><is><t xml:space="preserve"> 乙</t></is></c>', '<c r="F1" s="0"/>',
    '<c r="G1" t="b"><v>1</v></c>', '<c r="H1" t="e"><f t="shared" si="0"/><v>#N/A</v></c>', '<c r="I1" t="str"><v></v></c>',
    '<c r="J1"><v>0.30000000000000004</v></c>', '<c r="K1"><v>-12E-2</v></c>', '<c r="L1" t="n"><v>7</v></c>',
]  # fmt: skip


@given(
    st.lists(st.sampled_from(CELLS), unique=True).map(lambda cells: "".join(sorted(cells))),
    st.sampled_from(["", ' hidden="1"']),
)
@settings(max_examples=60, deadline=None)
def test_rows_written_plainly_are_read_as_the_xml_parser_reads_them(cells: str, hidden: str) -> None:
    row = f'<row r="1"{hidden}>{cells}</row><row r="3" hidden="1"/>'
    plain, by_parser = h.sheet_of(row), h.sheet_of(row + "<!-- left to the parser -->")
    assert plain_rows(h.parts_of(plain)[h.SHEET]) is not None
    assert plain_rows(h.parts_of(by_parser)[h.SHEET]) is None
    assert read_xlsx(plain) == read_xlsx(by_parser)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c>', '<row r="1"><c r="A1"><v>1</c></v></row>', "<row r=1></row>", '<row r="1"/></row>',
        '<row r="1">1</row>', '<c r="A1"><v>1</v></c>', "<row r='1'/>",
        '<row r="1"><c r="A1" t="inlineStr"><is><t>\x01</t></is></c></row>',
    ],
)  # fmt: skip
def test_rows_that_are_not_plain_are_left_to_the_parser(rows: str) -> None:
    sheet = f'<worksheet xmlns="{h.MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    assert plain_rows(sheet.encode()) is None
    assert plain_rows(b"<worksheet><sheetData>\xff</sheetData></worksheet>") is None
