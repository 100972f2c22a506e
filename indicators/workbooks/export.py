"""Tables as .xlsx files to take away: what a page shows, with real numbers and without anything that runs.

A sheet is written row by row, so that memory does not grow with it. Text stays text whatever it begins with; a missing
number is —, never 0 and never blank. Read back by this project's own reader the numbers are equal.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any, Literal, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from indicators.workbooks.inert import clean_text, put_number, put_text
from ipdash.core.display import MISSING, inks, light_inks

Kind = Literal["text", "number", "percent", "points", "whole"]
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
_HUNDREDTH = Decimal("0.01")
FONT = "宋体"
A4 = 9  # as a workbook numbers paper


@dataclass(frozen=True)
class Column:
    """A column: its head, what stands in it and, for numbers, with how many decimals they are shown.

    `percent` takes numbers as they are stored (97.4) and writes Excel's own percent (0.974).
    """

    head: str
    kind: Kind = "text"
    places: int = 0
    width: float = 12


class Lit(NamedTuple):
    """A cell on the ground of a light, as the page has it: the light, and what stands in the cell."""

    light: str
    value: Decimal | int | str | None


Cell = Decimal | int | str | Lit | None


@dataclass(frozen=True)
class Sheet:
    """A sheet: lines above the table, the table, lines below it. `heads_left` columns stay in sight when scrolling."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    above: Sequence[str] = ()
    below: Sequence[str] = ()
    heads_left: int = 1


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """The file as a whole, for what a page shows."""
    target = io.BytesIO()
    write_workbook(target, sheets)
    return target.getvalue()


def write_workbook(target: IO[bytes], sheets: Sequence[Sheet]) -> None:
    """Writes the sheets in their order; rows are taken one by one."""
    book = Workbook(write_only=True)
    taken: set[str] = set()
    for sheet in sheets:
        _write_sheet(book, sheet, _sheet_name(sheet.name, taken))
    book.save(target)


def _sheet_name(name: str, taken: set[str]) -> str:
    """At most 31 characters, without the signs that Excel does not allow, once in a workbook."""
    plain = _NOT_IN_SHEET_NAMES.sub(" ", clean_text(name)).strip(" '") or "Sheet"
    unique, number = plain[:31], 2
    while unique.lower() in taken:
        ending = f" {number}"
        unique, number = plain[: 31 - len(ending)] + ending, number + 1
    taken.add(unique.lower())
    return unique


def _write_sheet(book: Any, sheet: Sheet, name: str) -> None:
    page = book.create_sheet(name)
    head_row = len(sheet.above) + 1
    page.freeze_panes = f"{get_column_letter(sheet.heads_left + 1)}{head_row + 1}"
    for number, column in enumerate(sheet.columns, 1):
        page.column_dimensions[get_column_letter(number)].width = column.width
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = A4
    page.page_setup.fitToHeight = 0  # as many pages as it takes, each as wide as the table
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = f"{head_row}:{head_row}"
    styles = _Styles(page)
    for number, line in enumerate(sheet.above):
        page.append([styles.line(line, title=number == 0)])
    page.append([styles.head(column.head) for column in sheet.columns])
    columns = [styles.column(column) for column in sheet.columns]
    for row in sheet.rows:
        page.append([column.cell(value) for column, value in zip(columns, row, strict=True)])
    for line in sheet.below:
        page.append([styles.line(line)])
    page.close()


@dataclass
class _Styles:
    """Cells of one sheet. A cell is written as soon as its row is, so that one object serves a whole column."""

    page: Any

    def line(self, text: str, *, title: bool = False) -> Any:
        cell = WriteOnlyCell(self.page)
        cell.font = Font(name=FONT, size=14 if title else 10, bold=title)
        put_text(cell, text)
        return cell

    def head(self, text: str) -> Any:
        cell = WriteOnlyCell(self.page)
        cell.font = Font(name=FONT, bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        cell.fill = PatternFill("solid", fgColor=inks["track"].lstrip("#"))
        cell.border = _border()
        put_text(cell, text)
        return cell

    def column(self, column: Column) -> _ColumnWriter:
        return _ColumnWriter(self.page, column)


@dataclass
class _ColumnWriter:
    page: Any
    column: Column
    _kept: dict[tuple[str, bool], Any] = field(default_factory=dict)

    def cell(self, value: Cell) -> Any:
        """The column's cell with this value in it."""
        light, inside = (value.light, value.value) if isinstance(value, Lit) else ("", value)
        if inside is None:
            inside = MISSING
        is_text = isinstance(inside, str)
        cell = self._styled(light, is_text)
        if isinstance(inside, str):
            cell.quotePrefix = False
            put_text(cell, inside)
        else:
            number = Decimal(inside)
            put_number(cell, number * _HUNDREDTH if self.column.kind == "percent" else number)
        return cell

    def _styled(self, light: str, is_text: bool) -> Any:
        known = self._kept.get((light, is_text))
        if known is not None:
            return known
        column = self.column
        cell = WriteOnlyCell(self.page)
        right = column.kind != "text"
        cell.alignment = Alignment(horizontal="right" if right else "left", vertical="top", wrap_text=not right)
        cell.border = _border()
        cell.font = Font(name=FONT)
        if light:
            ink = light_inks[light]
            cell.font = Font(name=FONT, color=ink.ink.lstrip("#"))
            cell.fill = PatternFill("solid", fgColor=ink.ground.lstrip("#"))
        if right and not is_text:
            cell.number_format = _number_format(column)
        self._kept[light, is_text] = cell
        return cell


def _number_format(column: Column) -> str:
    decimals = "." + "0" * column.places if column.places else ""
    if column.kind == "percent":
        return f"0{decimals}%"
    if column.kind == "points":
        return f"+0{decimals};-0{decimals};0{decimals}"
    return f"#,##0{decimals}"


def _border() -> Border:
    side = Side(style="thin", color=inks["line"].lstrip("#"))
    return Border(left=side, right=side, top=side, bottom=side)
