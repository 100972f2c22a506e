"""Numbers that stand on a sheet and belong to no table: named, so that nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from indicators.workbooks.addresses import cell_address
from indicators.workbooks.mapping.grid import Grid
from indicators.workbooks.results import Finding
from ipdash.core.figure_text import CellError

_NAMED = 20


def leftover_findings(grid: Grid, used: Iterable[tuple[int, int]]) -> list[Finding]:
    """One finding for the numbers of a sheet that no row answers for, with their addresses."""
    done = set(used)
    left = [
        place
        for place, cell in sorted(grid.cells.items())
        if place not in done and (isinstance(cell.value, Decimal | CellError) or _is_bare_number(cell.value))
    ]
    if not left:
        return []
    shown = "、".join(cell_address(*place) for place in left[:_NAMED]) + ("…" if len(left) > _NAMED else "")
    params = {"cells": shown, "count": str(len(left))}
    return [Finding("numbers_not_read", params, "question", grid.sheet.name, *left[0])]


def _is_bare_number(value: object) -> bool:
    """A number written as text: digits, marks and nothing else."""
    if not isinstance(value, str):
        return False
    digits = value.strip().replace(",", "").replace("，", "").removesuffix("%").lstrip("+-")
    return digits.isdecimal() or (digits.count(".") == 1 and digits.replace(".", "").isdecimal())
