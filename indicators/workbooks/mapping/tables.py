"""The tables on a sheet: titles above, header rows, body, notes below; several under or beside each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from indicators.workbooks.mapping.grid import Grid, is_counted, is_figure, is_year, printed
from indicators.workbooks.mapping.periods import find_period
from indicators.workbooks.mapping.units import units_of_line
from indicators.workbooks.mapping.words import folded, head_role, is_note
from indicators.workbooks.results import Cell

_MOST_HEADS, _MOST_TITLES = 12, 40
_LOOKED_AT = 40  # lines of a table that tell where its figures stand
_FAR_DOWN = 2_000  # lines of a table that tell what stands beside each other
Line = tuple[int, list[Cell]]
_ABOVE = re.compile(
    r"(?:计量)?单位[:：]|(?:填报|制表|编制|报送|汇总|统计|报告)(?:单位|机构|部门|时间|日期|期|人|期别)?[:：]|(?:日期|时间|期别|表号|制定机关|文号|有效期|密级|页)[^:：]{0,3}[:：]"
)
_TABLE_NUMBER = re.compile(r"^(?:续?表|附表|附件|附录)\s*[\d一二三四五六七八九十]*(?:[-—.]\d+)*(?:\s|$|[：:、.])")


@dataclass
class RawTable:
    """One table by its rows; `body` holds section rows (a label without figures) too."""

    titles: list[Cell] = field(default_factory=list)
    header: list[int] = field(default_factory=list)
    body: list[int] = field(default_factory=list)
    left: int = 1
    right: int = 1
    notes: list[str] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)  # rows that number the columns, heads printed again


def find_tables(grid: Grid, knows: Callable[[str], bool]) -> list[RawTable]:
    """The tables of a sheet from top to bottom, those beside each other from left to right. `knows` says of a text
    that it is the name of a region, and so no head of a column of labels."""
    columns = [column for _, column in grid.cells]
    if not columns:
        return []
    return _tables((grid, knows), range(min(columns), max(columns) + 1), [], 0)


def _tables(
    place: tuple[Grid, Callable[[str], bool]], columns: range, titles: list[Cell], depth: int, rows: range | None = None
) -> list[RawTable]:
    grid, knows = place
    lines = [line for line in grid.rows(columns) if rows is None or line[0] in rows]
    finder = _Finder(grid, lines, list(titles), knows)
    finder.run()
    found: list[RawTable] = []
    for table in finder.tables:
        parts = _beside(grid, table) if depth < 4 else []
        if not parts:
            found.append(table)
            continue
        first = min(table.header)
        span = range(first, max(table.body) + 1)
        for part in parts:
            inner = _tables(place, part, _titles_over(table.titles, part), depth + 1, span)
            for first_of_them in inner[:1]:
                first_of_them.notes += table.notes
            found.extend(inner)
    return found


def _titles_over(titles: Sequence[Cell], columns: range) -> list[Cell]:
    """The titles of a table among those of its neighbours: its own ones, and those of lines that have none over it."""
    own = {cell.row for cell in titles if cell.column in columns}
    return [cell for cell in titles if cell.column in columns or cell.row not in own]


class _Finder:
    """Goes through the lines from top to bottom, once."""

    def __init__(self, grid: Grid, lines: list[Line], titles: list[Cell], knows: Callable[[str], bool]) -> None:
        self.grid, self.lines, self.knows = grid, lines, knows
        self.tables: list[RawTable] = []
        self.titles = titles  # above the next table
        self.header: list[Line] = []  # of the next table
        self.singles: list[Line] = []  # single texts inside or behind the present table
        self.counted: list[int] = []
        self.table: RawTable | None = None
        self.seen, self.figure_columns = (0, 0), set[int]()

    def run(self) -> None:
        for index, line in enumerate(self.lines):
            self._take(index, line)
        if self.table:
            self.table.notes += [printed(cell) for _, cells in self.singles for cell in cells]

    def _take(self, index: int, line: Line) -> None:
        _, cells = line
        first = printed(cells[0])
        if is_note(first) and not head_role(first) and (self.table or len(cells) == 1):
            if self.table:
                self.table.notes.append(" ".join(printed(cell) for cell in cells))
            else:
                self.titles += cells
        elif self._is_above(cells):
            self._close()
            self.titles += cells
        elif len(cells) == 1 and not is_figure(cells[0]) and not self._heads(index, cells[0]):
            self._single(line)
        elif self._is_counting(index, cells):
            self.counted.append(line[0])
        elif self._is_header(index, cells):
            self._head(line)
        else:
            self._figures(line)

    def _is_above(self, cells: Sequence[Cell]) -> bool:
        """A line of 单位：件, 填报单位：… or a bare period at the table's corner."""
        if len(cells) > 4 or any(is_figure(cell) for cell in cells):
            return False
        texts = [printed(cell) for cell in cells]
        marks = [bool(_ABOVE.search(folded(text)) or units_of_line(text)) for text in texts]
        return any(marks) and len(texts) - sum(marks) <= 1

    def _single(self, line: Line) -> None:
        if self.table is None and not self.header:
            self.titles += line[1]
        else:
            self.singles.append(line)

    def _heads(self, index: int, cell: Cell) -> bool:
        """A lone text that spans some columns of the heads below it, and so is a head itself."""
        end = self.grid.wide.get((cell.row, cell.column))
        below = self.lines[index + 1] if index + 1 < len(self.lines) else None
        if below is None or not self._is_header(index + 1, below[1]) or len(below[1]) < 2:
            return (
                bool(self.header)
                and self.table is None
                and below is not None
                and cell.column > self.header[-1][1][0].column
            )
        first, last = below[1][0].column, below[1][-1].column
        if end is not None and end[1] > cell.column:
            return cell.column > first or end[1] < last - 1
        return cell.column > first and find_period(printed(cell)) is None and not units_of_line(printed(cell))

    def _is_counting(self, index: int, cells: Sequence[Cell]) -> bool:
        return bool(self.header) and is_counted(cells) and index + 1 < len(self.lines)

    def _is_header(self, index: int, cells: Sequence[Cell]) -> bool:
        """A line without figures, or one whose only numbers are years."""
        if not any(is_figure(cell) for cell in cells):
            return not self._is_label_row(cells) and not self._is_written_row(cells)
        numbers = [cell for cell in cells if is_figure(cell)]
        if not all(is_year(cell) for cell in numbers) or (self.table and not self.header and not self.singles):
            return False
        follows = self.lines[index + 1][1] if index + 1 < len(self.lines) else []
        return len(numbers) >= 2 or (bool(self.header) and len(follows) > 1) or (
            len(cells) >= 2 and numbers[0] is cells[-1] and bool(follows) and not is_year(follows[-1])
            and head_role(printed(cells[0])) != ""
        )  # fmt: skip

    def _is_label_row(self, cells: Sequence[Cell]) -> bool:
        """A row of the present table that has labels and no figures."""
        if self.table is None or self.header or not self.table.header:
            return False
        figures = self._figure_columns(self.table)
        return bool(figures) and all(cell.column not in figures for cell in cells)

    def _is_written_row(self, cells: Sequence[Cell]) -> bool:
        """A row of the table in which words stand where figures belong (见附注), and no head."""
        if len(cells) < 2:
            return False
        texts = [printed(cell) for cell in cells]
        named = [self.knows(text) for text in texts]
        if self.header and self.table is None:
            begins = self.header[0][1][0].column
            return cells[0].column == begins and named[0] and sum(named) == 1
        if self.table is None or not self.table.header or self.header or self.singles:
            return False
        goes_on = cells[0].row == self.table.body[-1] + 1 and cells[0].column == self.table.left
        return goes_on and not any(head_role(text) for text in texts)

    def _figure_columns(self, table: RawTable) -> set[int]:
        """The columns that have figures in the first lines of the present table."""
        seen = min(len(table.body), _LOOKED_AT)
        if self.seen != (id(table), seen):
            self.seen = (id(table), seen)
            self.figure_columns = {
                cell.column for row in table.body[:seen] for cell in self.grid.cells_of(row) if is_figure(cell)
            }
        return self.figure_columns

    def _head(self, line: Line) -> None:
        if self.table and not self.header:
            again = [[folded(printed(c)) for c in self.grid.cells_of(row)] for row in self.table.header]
            if [folded(printed(cell)) for cell in line[1]] in again:
                self.table.skipped.append(line[0])
                self.singles = []
                return
            self._close()
        self.header.append(line)
        if len(self.header) > _MOST_HEADS:  # a text of many lines, not a head
            self.titles = [*self.titles, *self.header.pop(0)[1]][-_MOST_TITLES:]

    def _close(self) -> None:
        """The present table ends; single texts that stand behind it are titles of the next, notes aside."""
        if self.table is not None:
            self.titles = [cell for _, cells in self.singles for cell in cells]
            self.singles = []
            self.table = None
        elif self.header:  # heads without a body were titles after all
            self.titles += [cell for _, cells in self.header for cell in cells]
            self.header = []

    def _figures(self, line: Line) -> None:
        if self.table is None or self.header:
            self.table = RawTable(
                titles=self.titles[-_MOST_TITLES:], header=[row for row, _ in self.header], skipped=self.counted
            )
            above = [cells for _, cells in self.header] or [line[1]]
            self.table.left = min(cells[0].column for cells in above)
            self.table.right = max(cells[-1].column for cells in above)
            self.tables.append(self.table)
            self.titles, self.header, self.counted = [], [], []
        table = self.table
        table.body += [row for row, _ in self.singles]
        self.singles = []
        table.body.append(line[0])
        table.left = min(table.left, line[1][0].column)
        table.right = max(table.right, line[1][-1].column)


def _beside(grid: Grid, table: RawTable) -> list[range]:
    """The column ranges of tables that stand beside each other in the rows of this one; nothing where it is one."""
    starts = _repeated_heads(grid, table) or _behind_gaps(grid, table)
    if not starts:
        return []
    edges = [table.left, *starts, table.right + 1]
    return [range(begin, end) for begin, end in pairwise(edges)]


def _repeated_heads(grid: Grid, table: RawTable) -> list[int]:
    """Where the first head stands again: 地区 | 授权量 | 地区 | 授权量."""
    if not table.header:
        return []
    last = table.header[-1]
    first = folded(grid.text(last, table.left))
    if head_role(first) not in ("region", "indicator", "period", "year", "ordinal"):
        return []
    return [
        column
        for column in range(table.left + 1, table.right + 1)
        if folded(grid.text(last, column)) == first and grid.text(last, column) and (last, column) in grid.cells
    ]


def _behind_gaps(grid: Grid, table: RawTable) -> list[int]:
    """Where a column of labels with its own head stands behind a blank column."""
    body = table.body[:_FAR_DOWN]
    rows = [*table.header, *body]
    filled = {column for row in rows for column in range(table.left, table.right + 1) if grid.covered(row, column)}
    lower = {
        column
        for row in [*table.header[1:], *body]
        for column in range(table.left, table.right + 1)
        if grid.at(row, column)
    }
    starts = []
    for column in range(table.left + 2, table.right + 1):
        gap = column - 1 not in filled or (column - 1 not in lower and column in lower)
        if not gap or column not in filled:
            continue
        cells = [cell for row in body if (cell := grid.at(row, column))]
        labels = [cell for cell in cells if not is_figure(cell) or is_year(cell)]
        headed = any(grid.text(row, column) for row in table.header)
        followed = any(grid.at(row, column + 1) for row in body)
        if cells and headed and followed and len(labels) * 10 >= len(cells) * 7:
            starts.append(column)
    return starts
