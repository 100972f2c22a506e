"""What is taken away as a workbook: real numbers, inert text, nothing lost."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from django.test import Client

from indicators.workbooks.export import Column, Lit, Sheet, workbook_bytes
from indicators.workbooks.files import read_file
from tests.indicators.compare.world import DAY, make_world

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a\x00b\x0bc", "_x000D_", "x" * 40_000, "<b>&", "\ufffe"]


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_text_stays_text_whatever_it_begins_with() -> None:
    rows = [[text, None] for text in HOSTILE]
    columns = [Column("名称"), Column("值", "number")]
    written = workbook_bytes([Sheet("表", columns, rows, above=HOSTILE, below=HOSTILE)])
    book = opened(written)
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert [cell.value for cell in book.active["A"]][1:5] == ["+1", "-1", "@SUM(A1)", "\t=1"]
    with zipfile.ZipFile(io.BytesIO(written)) as parts:
        assert "_x005F_x000D_" in parts.read("xl/worksheets/sheet1.xml").decode()
    assert {cell.value for cell in book.active["B"] if cell.value} == {"值", "—"}


def test_numbers_are_numbers_with_their_digits_and_zero_is_zero() -> None:
    values = [Decimal("1234567.891"), Decimal(0), Decimal("-0.04"), Decimal("123456789.123456")]
    columns = [Column("值", "number", 2), Column("率", "percent", 1), Column("差", "points", 1)]
    book = opened(workbook_bytes([Sheet("表", columns, [[value, value, value] for value in values])]))
    sheet = book.active
    assert [Decimal(repr(cell.value)) for cell in sheet["A"][1:]] == values
    assert [Decimal(repr(cell.value)) * 100 for cell in sheet["B"][1:]] == values
    assert [cell.number_format for cell in sheet[2]] == ["#,##0.00", "0.0%", "+0.0;-0.0;0.0"]
    assert sheet["A3"].value == 0


def test_more_digits_than_a_workbook_keeps_are_kept_as_text() -> None:
    book = opened(
        workbook_bytes([Sheet("表", [Column("值", "number")], [[Decimal("123456789012.123456")], [Decimal(7)]])])
    )
    assert book.active["A2"].value == "123456789012.123456"
    assert (book.active["A3"].value, book.active["A3"].data_type) == (7, "n")


def test_what_is_written_is_read_back_equal_by_the_products_own_reader(tmp_path: Any) -> None:
    values = [Decimal("1234567.891"), Decimal(0), Decimal("-0.04"), Decimal("123456789.123456"), Decimal("0.000001")]
    file = tmp_path / "表.xlsx"
    file.write_bytes(
        workbook_bytes(
            [
                Sheet(
                    "表",
                    [Column("名称"), Column("值", "number", 2)],
                    [[text, value] for text, value in zip(HOSTILE, values, strict=False)],
                )
            ]
        )
    )
    read = read_file(file, "表.xlsx")
    assert not read.refused
    cells = {cell.address: cell.value for row in read.sheets[0].rows for cell in row}
    assert [cells[f"B{n}"] for n in range(2, 7)] == values
    assert [cells[f"A{n}"] for n in range(2, 5)] == HOSTILE[:3]


def test_the_head_stays_in_sight_and_is_repeated_on_paper() -> None:
    rows = [["甲", Lit("red", Decimal(3))]]
    book = opened(
        workbook_bytes(
            [
                Sheet("a/b:c*" * 9, [Column("地区"), Column("值", "number")], rows, above=["标题"]),
                Sheet("a b c", [], []),
            ]
        )
    )
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "B3"
    assert sheet.print_title_rows == "$2:$2"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet["B3"].fill.fgColor.rgb == "FFFDEBE9"
    assert len(sheet.title) <= 31


@pytest.mark.django_db
def test_the_pages_export_what_they_show(settings: Any) -> None:
    settings.TODAY_OVERRIDE = DAY
    world = make_world()
    client = Client()
    client.force_login(world.leader, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get("/compare/?indicator=patents&format=xlsx")
    assert "宝鸡市各地区发明专利拥有量排名_2025年三季度.xlsx" in unquote(response["Content-Disposition"])
    sheet = opened(response.content).active
    table = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5, max_row=11)]
    assert [row[0] for row in table] == [1, 2, 2, 4, 5, 6, "—"]
    assert [row[4] for row in table] == [120, 90, 90, 60, 30, 0, "—"]
    assert table[0][6] == pytest.approx(1.2)
    matrix = opened(client.get("/compare/regions/?format=xlsx").content)
    assert matrix.sheetnames == ["实际值", "状态"]
    assert [row[2].value for row in matrix["实际值"].iter_rows(min_row=5, max_row=12)] == [
        "—",
        120,
        90,
        90,
        0,
        60,
        "—",
        30,
    ]
    assert matrix["状态"]["C6"].value == "✓ 已完成"
    for path in ("/compare/plans/?indicator=patents&", "/compare/units/?", "/compare/units/?of=indicators&"):
        assert opened(client.get(f"{path}format=xlsx").content).worksheets
