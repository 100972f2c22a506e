"""Findings that every reader makes alike: unusable cells with their addresses, and what is hidden."""

from __future__ import annotations

from collections.abc import Iterable

from indicators.workbooks import limits
from indicators.workbooks.addresses import columns_text, numbers_text
from indicators.workbooks.results import Finding, Sheet
from ipdash.core.figure_text import CellError


def sheet_findings(sheet: Sheet) -> list[Finding]:
    """The findings of one read sheet: its error cells, then what is hidden in it."""
    return [*_error_findings(sheet), *_hidden_findings(sheet)]


def _error_findings(sheet: Sheet) -> Iterable[Finding]:
    count = 0
    for cell in (cell for row in sheet.rows for cell in row if isinstance(cell.value, CellError)):
        count += 1
        if count <= limits.LISTED_FINDINGS and isinstance(cell.value, CellError):
            code = "formula_without_value" if cell.value.without_value else "error_cell"
            yield Finding(code, {"printed": cell.value.text[:80]}, "error", sheet.name, cell.row, cell.column)
    if count > limits.LISTED_FINDINGS:
        more = {"count": str(count - limits.LISTED_FINDINGS)}
        yield Finding("more_error_cells", more, "error", sheet.name)


def _hidden_findings(sheet: Sheet) -> Iterable[Finding]:
    if sheet.hidden:
        yield Finding("hidden_sheet", {"sheet": sheet.name}, "note", sheet.name)
    if sheet.hidden_rows:
        rows = _shortened(numbers_text(sheet.hidden_rows))
        yield Finding("hidden_rows", {"sheet": sheet.name, "rows": rows}, "note", sheet.name, sheet.hidden_rows[0])
    if sheet.hidden_columns:
        columns = _shortened(columns_text(sheet.hidden_columns))
        yield Finding("hidden_columns", {"sheet": sheet.name, "columns": columns}, "note", sheet.name)


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"
