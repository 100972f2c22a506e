"""Regions × indicators of a plan at a quarter: every cell a stored result, totals counted in lights and never averaged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from indicators.display import value_text
from indicators.models.attainment import LIGHTS, Light, Status
from indicators.selectors.comparison import Ground, Measure, counted_words, light_counts, status_counts
from indicators.selectors.comparison_reads import line_rows, result_rows
from ipdash.core.numbers import from_scaled
from ipdash.core.remembered import Remembered
from plans.models import Region

MOST_ROWS, MOST_CELLS = 40, 1000
"""What one page of the table holds at most."""


class Cell(NamedTuple):
    """One region's result in one indicator; an empty status has not been computed yet. `scaled` is the stored actual."""

    line_id: int
    status: str
    light: str
    scaled: int | None

    @property
    def actual(self) -> Decimal | None:
        return None if self.scaled is None else from_scaled(self.scaled)


@dataclass(frozen=True)
class RegionRow:
    """A region with its cells in the order of the measures, None where it has no such target."""

    region: Region
    cells: list[Cell | None]
    lights: dict[str, int]
    is_parent: bool
    mine: bool


@dataclass(frozen=True)
class Matrix:
    """The table. Where a light or a status is asked for, other cells are left blank, and rows and columns without any
    are left out; `lights` and `statuses` count everything."""

    ground: Ground
    parent: Region
    measures: list[Measure]
    rows: list[RegionRow]
    column_lights: list[dict[str, int]]
    lights: dict[str, int]
    statuses: dict[str, int]
    sentence: str

    @property
    def regions(self) -> int:
        return len(self.rows)

    @property
    def page_size(self) -> int:
        """Regions on one page."""
        return max(1, min(MOST_ROWS, MOST_CELLS // max(1, len(self.measures))))


def matrix(ground: Ground, parent: Region, columns: list[Measure], *, light: str = "", status: str = "") -> Matrix:
    """The parent and the regions right below it, by everything they are measured by (`measures`); two queries."""
    regions = ([parent] if parent.pk in ground.bound else []) + ground.children(parent)
    cells = _cells(ground, parent, columns)
    lights = light_counts(cell.light for cell in cells.values())
    statuses = status_counts(cell.status for cell in cells.values())
    kept = cells
    if light or status:
        kept = {
            place: cell
            for place, cell in cells.items()
            if (not light or cell.light == light) and (not status or cell.status == status)
        }
        filled = {(indicator, basis) for _region, indicator, basis in kept}
        columns = [measure for measure in columns if measure.pair in filled]
    pairs = [measure.pair for measure in columns]
    rows = [_row(ground, parent, region, pairs, kept) for region in regions]
    if light or status:
        rows = [row for row in rows if any(row.cells)]
    return Matrix(
        ground=ground,
        parent=parent,
        measures=columns,
        rows=rows,
        column_lights=[_lights(row.cells[number] for row in rows) for number in range(len(columns))],
        lights=lights,
        statuses=statuses,
        sentence=_sentence(ground, regions, cells, statuses),
    )


Pair = tuple[int, str]
"""indicator id, basis"""
Place = tuple[int, int, str]
"""region id, indicator id, basis"""


_STATUSES = Status.values
_WAITING = ("", str(Light.NONE), None)


_places: Remembered[list[tuple[int, Place]]] = Remembered(64)


def _cells(ground: Ground, parent: Region, columns: list[Measure]) -> dict[Place, Cell]:
    plan, compared = ground.plan.pk, ground.compared(parent)
    results = {line: values for line, *values in result_rows(plan, compared, ground.quarter)}
    # The measures tell every change of their lines.
    lines = _places.get(
        (plan, tuple(compared), tuple(measure.read for measure in columns)),
        lambda: [(line, (region, indicator, basis)) for line, region, indicator, basis in line_rows(plan, compared)],
    )
    cells = {}
    for line, place in lines:
        found = results.get(line)
        cells[place] = (
            Cell(line, *_WAITING) if found is None else Cell(line, _STATUSES[found[0]], LIGHTS[found[1]], found[2])
        )
    return cells


def _row(ground: Ground, parent: Region, region: Region, pairs: Sequence[Pair], cells: dict[Place, Cell]) -> RegionRow:
    row = [cells.get((region.pk, *pair)) for pair in pairs]
    return RegionRow(region, row, _lights(row), region.pk == parent.pk, region.code in ground.scope.homes)


def _lights(cells: Iterable[Cell | None]) -> dict[str, int]:
    return light_counts([cell.light for cell in cells if cell is not None])


def _sentence(ground: Ground, regions: Sequence[Region], cells: dict[Place, Cell], statuses: dict[str, int]) -> str:
    if not cells:
        return _("本规划在这里没有目标指标。")
    indicators = len({(indicator, basis) for _region, indicator, basis in cells})
    params = {
        "quarter": ground.quarter.label, "regions": len(regions), "indicators": indicators, "cells": len(cells),
        "counts": counted_words(statuses),
    }  # fmt: skip
    if ground.hidden:
        return _("截至%(quarter)s末，您所属地区的%(cells)d项目标：%(counts)s。本规划各地区互不可见。") % params
    return _("截至%(quarter)s末，%(regions)d个地区、%(indicators)d项指标，共%(cells)d项目标：%(counts)s。") % params


def cell_texts(measure: Measure) -> Callable[[Cell], str]:
    """The number in a cell of this measure, in the unit of its column."""
    line = measure.line
    known: dict[int | None, str] = {}

    def text(cell: Cell) -> str:
        found = known.get(cell.scaled)
        if found is None:
            found = known[cell.scaled] = value_text(line, cell.actual)
        return found

    return text
