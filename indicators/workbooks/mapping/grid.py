"""One sheet as a grid: what stands at a place, merged cells included, and what kind of thing it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from indicators.workbooks.addresses import row_and_column
from indicators.workbooks.mapping.words import REMEMBERED, folded
from indicators.workbooks.results import Cell, Sheet
from ipdash.core.figure_text import MISSING_MARKS, CellError
from ipdash.core.numbers import decimal_text

_LONGEST_TEXT = 500  # characters of a cell that are looked at; no label and no figure is longer
_LONGEST_FIGURE = 100
_WIDEST_MERGE = 20_000  # cells; a merge beyond that is decoration
_FIGURE = re.compile(
    r"[<>≥≤＜＞~约近超+\-－−(（]*\d[\d,，.．\s]*(?:e[+-]?\d+)?[%％‰]?(?:[万亿千百十]?[a-z\u3400-\u9fff]{0,3})?[)）?？+-]?"
    r"|[-+]?\d[\d,.]*\s*[-~～至]\s*\d[\d,.]*(?:[%个件家项])?|0x[0-9a-f]+|\d[\d_]+|[-+]?(?:nan|inf(?:inity)?)|true|false",
    re.I,
)
_TIME = re.compile(
    r".*[年月季日].*|q[1-4]|(?:19|20)\d\d(?:q[1-4]|[-/.]\d{1,2}(?:[-/.]\d{1,2})?)(?:/(?:19|20)\d\d-\d\d)?", re.I
)


@dataclass
class Grid:
    """A sheet's cells by place; `anchor` leads from each place inside a merged range to the one that holds its value."""

    sheet: Sheet
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    anchor: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    wide: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)  # anchor -> last row, last column
    _by_row: dict[int, list[Cell]] = field(default_factory=dict)
    _texts: dict[tuple[int, int], str] = field(default_factory=dict)

    @classmethod
    def of(cls, sheet: Sheet) -> Grid:
        """The grid of a sheet as read."""
        grid = cls(sheet)
        for row in sheet.rows:
            filled = [cell for cell in row if not (isinstance(cell.value, str) and not cell.value.strip())]
            if filled:
                grid._by_row[filled[0].row] = filled
            for cell in filled:
                grid.cells[(cell.row, cell.column)] = cell
        for merge in sheet.merges:
            first, _, last = merge.partition(":")
            begin, end = row_and_column(first), row_and_column(last)
            if begin is None or end is None or begin not in grid.cells:
                continue
            if (end[0] - begin[0] + 1) * (end[1] - begin[1] + 1) > _WIDEST_MERGE:
                continue
            grid.wide[begin] = end
            for row_number in range(begin[0], end[0] + 1):
                for column in range(begin[1], end[1] + 1):
                    grid.anchor[(row_number, column)] = begin
        return grid

    def at(self, row: int, column: int) -> Cell | None:
        """The cell itself, nothing for the covered places of a merged range."""
        return self.cells.get((row, column))

    def covered(self, row: int, column: int) -> Cell | None:
        """The cell, or the one whose merged range covers the place."""
        return self.cells.get((row, column)) or self.cells.get(self.anchor.get((row, column), (0, 0)))

    def text(self, row: int, column: int) -> str:
        """The text at a place as it stands, merged ranges included, "" for nothing."""
        place = (row, column)
        text = self._texts.get(place)
        if text is None:
            text = self._texts[place] = printed(self.covered(row, column))
        return text

    def cells_of(self, row: int) -> list[Cell]:
        """The filled cells of a row, from left to right."""
        return self._by_row.get(row, [])

    def rows(self, columns: range) -> list[tuple[int, list[Cell]]]:
        """(row number, filled cells) of the rows that have something in the columns."""
        inside = ((row, [cell for cell in cells if cell.column in columns]) for row, cells in self._by_row.items())
        return [(row, cells) for row, cells in inside if cells]


def printed(cell: Cell | None) -> str:
    """A cell as people see it: digits for a number, 12% for a percentage, the date as 2024-09-30."""
    if cell is None:
        return ""
    value = cell.value
    if isinstance(value, Decimal):
        if cell.percent:
            return decimal_text(value.scaleb(2)) + "%"
        return decimal_text(value) if abs(value.adjusted()) < 20 else str(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return (value.text if isinstance(value, CellError) else str(value))[:_LONGEST_TEXT]


def is_year(cell: Cell) -> bool:
    """2018 as a number or as bare digits: a year where years are expected."""
    value = cell.value
    if isinstance(value, Decimal):
        return not cell.percent and value == value.to_integral_value() and 1949 <= value <= 2100
    if not isinstance(value, str) or len(value) > 12:
        return False
    return re.fullmatch(r"(?:19[4-9]\d|20\d\d)", folded(value)) is not None


def is_figure(cell: Cell) -> bool:
    """Whether a cell stands where a figure stands: a number, a writing like one, a mark for no data, an error."""
    value = cell.value
    return _text_is_figure(value) if isinstance(value, str) else isinstance(value, Decimal | CellError | bool)


@lru_cache(REMEMBERED)
def _text_is_figure(value: str) -> bool:
    if len(value) > _LONGEST_FIGURE:
        return False
    text = value.strip()
    if text.casefold() in MISSING_MARKS:
        return True
    return _FIGURE.fullmatch(folded(text)) is not None and _TIME.fullmatch(folded(text)) is None


@lru_cache(REMEMBERED)
def indent_of(text: str) -> int:
    """How far a label is indented by blanks in front of it."""
    return len(text) - len(text.lstrip(" \t\u3000\xa0")) + text[: len(text) - len(text.lstrip())].count("\u3000")


def is_counted(cells: Sequence[Cell]) -> bool:
    """A row that numbers the columns (甲 乙 1 2 3)."""
    numbers = [cell.value for cell in cells if isinstance(cell.value, Decimal)]
    numbers += [
        Decimal(cell.value) for cell in cells if isinstance(cell.value, str) and re.fullmatch(r"[0-9]{1,2}", cell.value)
    ]
    texts = [folded(cell.value) for cell in cells if isinstance(cell.value, str) and not cell.value.strip().isdigit()]
    return (
        len(numbers) >= 2
        and [int(number) for number in numbers] == list(range(int(numbers[0]), int(numbers[0]) + len(numbers)))
        and int(numbers[0]) <= 2
        and all(number == int(number) for number in numbers)
        and all(re.fullmatch(r"[甲乙丙丁戊A-Z]|栏次|序号|列次", text) for text in texts)
    )
