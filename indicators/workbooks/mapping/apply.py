"""A mapping applied to the cells: one row for each figure cell, nothing dropped, nothing invented. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indicators.workbooks import columns as own
from indicators.workbooks import limits
from indicators.workbooks.mapping.cells import TableReader
from indicators.workbooks.mapping.checks import settle_repeats, total_findings
from indicators.workbooks.mapping.grid import Grid, printed
from indicators.workbooks.mapping.leftovers import leftover_findings
from indicators.workbooks.mapping.model import FigureRow, Hints, Mapping, Reading, Reference, TableMapping
from indicators.workbooks.mapping.propose import data_grids, propose
from indicators.workbooks.results import Finding, ReadResult
from ipdash.core.figure_text import Origin


def read_figures(read: ReadResult, reference: Reference, hints: Hints, mapping: Mapping | None = None) -> Reading:
    """A workbook as understood, by its own proposal or by the mapping that is given."""
    if read.refused:
        return Reading(findings=list(read.findings), refused=True)
    hints = _with_meta(read, hints)
    grids = data_grids(read)
    return _applied(mapping or propose(grids, reference, hints), grids, read, (reference, hints))


def apply(mapping: Mapping, read: ReadResult, reference: Reference, hints: Hints) -> Reading:
    """The rows and findings of a workbook under a mapping. A table that is left out gives no row and one finding."""
    return _applied(mapping, data_grids(read), read, (reference, _with_meta(read, hints)))


def _applied(mapping: Mapping, grids: Sequence[Grid], read: ReadResult, setting: tuple[Reference, Hints]) -> Reading:
    reading = Reading(findings=list(read.findings), mapping=mapping)
    if sum(_places(table) for table in mapping.tables) > limits.FIGURES:
        too_many = Finding("too_many_figures", {"limit": str(limits.FIGURES)}, "refused")
        return Reading(findings=[too_many], mapping=mapping, refused=True)
    origin = Origin.PLAIN if read.kind == "csv" else Origin.CELL
    for grid in grids:
        sheet = grid.sheet
        used: set[tuple[int, int]] = set()
        for table in (table for table in mapping.tables if table.sheet == sheet.name):
            if table.left_out:
                used |= {(r, c) for r, c in grid.cells if _inside(table, r, c)}
                reading.findings.append(Finding("table_left_out", {}, "note", sheet.name, table.first_row))
                continue
            reader = TableReader(grid, table, mapping, (*setting, origin))
            rows = list(reader.read())
            used |= reader.used
            reading.rows.extend(rows)
            reading.findings.extend(total_findings(rows, reader.meanings, setting[0]))
            reading.findings.extend(_table_findings(table, rows))
        reading.findings.extend(leftover_findings(grid, used))
    reading.rows = settle_repeats(reading.rows)
    if not reading.rows and not any(table.left_out for table in mapping.tables):
        reading.findings.append(Finding("no_table", {}, "error"))
    return reading


def _with_meta(read: ReadResult, hints: Hints) -> Hints:
    """The quarter of the product's own template, from its hidden sheet."""
    sheet = next((sheet for sheet in read.sheets if sheet.name == own.META_SHEET), None)
    if sheet is None or hints.year is not None:
        return hints
    values = {printed(row[0]): printed(row[1]) for row in sheet.rows if len(row) > 1}
    year, quarter = values.get(own.META_YEAR, ""), values.get(own.META_QUARTER, "")
    return replace(hints, year=int(year), quarter=int(quarter)) if year.isdigit() and quarter.isdigit() else hints


def _places(table: TableMapping) -> int:
    """How many places for a figure a table has, blank ones included."""
    values = sum(column.role == "value" for column in table.columns)
    return 0 if table.left_out else (table.last_row - table.first_row + 1) * values


def _inside(table: TableMapping, row: int, column: int) -> bool:
    columns = [meaning.column for meaning in table.columns]
    return min([table.first_row, *table.header_rows]) <= row <= table.last_row and column in columns


def _table_findings(table: TableMapping, rows: Sequence[FigureRow]) -> list[Finding]:
    """A question that holds for many cells of a table, said once."""
    counted: dict[str, int] = {}
    for row in rows:
        if row.verdict == "question":
            counted[row.code] = counted.get(row.code, 0) + 1
    codes = ("period_missing", "period_unclear", "basis_unclear", "unit_unclear", "indicator_missing", "no_header")
    return [
        Finding(f"table_{code}", {"count": str(counted[code])}, "question", table.sheet, table.first_row)
        for code in codes
        if code in counted
    ]
