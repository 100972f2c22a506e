"""What figures of one workbook say about each other: the same figure twice, and sums that do not match their parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from indicators.workbooks.mapping.model import FigureRow, Reference
from indicators.workbooks.mapping.rows import RowMeaning
from indicators.workbooks.results import Finding
from ipdash.core.numbers import decimal_text

_COUNTED = ("ok", "question")
_MOST_SUMS = 200  # each is compared with all rows


def settle_repeats(rows: Sequence[FigureRow]) -> list[FigureRow]:
    """The same rows; a figure that stands there again is a `duplicate` where equal, and all of them are refused where not."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for at, row in enumerate(rows):
        if row.verdict in _COUNTED and row.value is not None and row.region_code and row.indicator and row.period:
            span = (row.year, row.quarter) if row.quarter and row.basis else (row.period,)
            groups.setdefault((row.region_code, row.indicator, row.basis, *span), []).append(at)
    result = list(rows)
    for places in groups.values():
        if len(places) < 2:
            continue
        first = rows[places[0]]
        same = all(rows[at].value == first.value for at in places)
        for at in places[1:] if same else places:
            other = rows[places[1]] if at == places[0] else first
            params = {"cell": other.cell, "sheet": other.sheet, "printed": rows[at].printed}
            result[at] = replace(
                rows[at], verdict="duplicate" if same else "refused",
                code="figure_twice" if same else "figures_conflict", params=params,
            )  # fmt: skip
    return result


def total_findings(rows: Sequence[FigureRow], meanings: Sequence[RowMeaning], reference: Reference) -> list[Finding]:
    """A question for each sum that its parts, all of them there, do not add up to. Ratios do not add up and are left alone."""
    sums = {meaning.row for meaning in meanings if meaning.sums}
    findings: list[Finding] = []
    if len(sums) > _MOST_SUMS:
        return [Finding("totals_not_checked", {"count": str(len(sums))}, "note", rows[0].sheet)]
    for column_rows in _columns(rows):
        for at, row in enumerate(column_rows):
            if row.row not in sums or row.verdict != "total" or row.value is None or not _adds_up(row, reference):
                continue
            parts = _parts(column_rows, at, sums, reference)
            if len(parts) < 2 or any(part.value is None or part.verdict not in _COUNTED for part in parts):
                continue
            total = sum((part.value for part in parts if part.value is not None), Decimal(0))
            if total != row.value:
                params = {
                    "printed": decimal_text(row.value), "sum": decimal_text(total), "count": str(len(parts)),
                    "difference": decimal_text(row.value - total), "name": row.name,
                }  # fmt: skip
                findings.append(Finding("total_differs", params, "question", row.sheet, row.row, row.column))
    return findings


def _columns(rows: Sequence[FigureRow]) -> list[list[FigureRow]]:
    columns: dict[tuple[object, ...], list[FigureRow]] = {}
    for row in rows:
        columns.setdefault((row.column, row.name, row.period, row.basis), []).append(row)
    return list(columns.values())


def _adds_up(row: FigureRow, reference: Reference) -> bool:
    entry = reference.indicators.by_code.get(row.indicator or "")
    return entry is None or entry.adds_up


def _parts(rows: Sequence[FigureRow], at: int, sums: set[int], reference: Reference) -> list[FigureRow]:
    """What a sum covers: all rows below it where it stands first, else those between it and the sum above it; of regions
    inside each other the outer ones."""
    subtotal = "小计" in rows[at].region
    others = [at_other for at_other, row in enumerate(rows) if row.row in sums and at_other != at]
    if subtotal:
        above = max((other for other in others if other < at), default=-1)
        below = min((other for other in others if other > at), default=len(rows))
        leading = min([at, *others]) == 0  # the subtotal stands over its parts
        parts = list(rows[at + 1 : below] if leading else rows[above + 1 : at])
    else:
        parts = [row for number, row in enumerate(rows) if number != at and number not in others]
    codes = {row.region_code for row in parts if row.region_code}
    return [row for row in parts if not (row.region_code and codes & reference.regions.above(row.region_code))]
