"""Regions × indicators of a plan at a quarter: every cell a stored result, totals counted in lights and never averaged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from indicators.display import value_text
from indicators.models import Attainment, TargetLine
from indicators.models.attainment import Light
from indicators.permissions import visible_lines_of
from indicators.selectors.comparison import Ground, Measure, counted_words, light_counts, measures, status_counts
from plans.models import Region

PAGE = 40
"""Regions on one page: with fifty indicators, two thousand cells."""
ANYTHING = ("", "")


@dataclass(frozen=True, slots=True)
class Cell:
    """One region's result in one indicator; an empty status has not been computed yet."""

    line_id: int
    status: str
    light: str
    actual: Decimal | None


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


def matrix(ground: Ground, parent: Region, *, light: str = "", status: str = "") -> Matrix:
    """The parent and the regions right below it, by everything they are measured by; four queries."""
    columns = measures(ground, parent)
    regions = ([parent] if parent.pk in ground.bound else []) + ground.children(parent)
    cells = _cells(ground, regions)
    lights = light_counts(cell.light for cell in cells.values())
    statuses = status_counts(cell.status for cell in cells.values())
    kept = {
        place: cell
        for place, cell in cells.items()
        if (not light or cell.light == light) and (not status or cell.status == status)
    }
    if light or status:
        filled = {(indicator, basis) for _region, indicator, basis in kept}
        columns = [measure for measure in columns if measure.pair in filled]
    rows = [_row(ground, parent, region, columns, kept) for region in regions]
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


Place = tuple[int, int, str]
"""region id, indicator id, basis"""


def _cells(ground: Ground, regions: Sequence[Region]) -> dict[Place, Cell]:
    ids = [region.pk for region in regions]
    lines = TargetLine.objects.filter(visible_lines_of(ground.scope, ground.plan), region__in=ids).values_list(
        "pk", "region_id", "indicator_id", "basis"
    )
    found = Attainment.objects.at(ground.quarter).filter(plan=ground.plan, region__in=ids)
    results = {
        line: (status, light, actual)
        for line, status, light, actual in found.values_list("line_id", "status", "light", "actual")
    }
    waiting = ("", str(Light.NONE), None)
    return {(region, indicator, basis): Cell(pk, *results.get(pk, waiting)) for pk, region, indicator, basis in lines}


def _row(
    ground: Ground, parent: Region, region: Region, columns: Sequence[Measure], cells: dict[Place, Cell]
) -> RegionRow:
    row = [cells.get((region.pk, *measure.pair)) for measure in columns]
    return RegionRow(region, row, _lights(row), region.pk == parent.pk, region.code in ground.scope.homes)


def _lights(cells: Iterable[Cell | None]) -> dict[str, int]:
    return light_counts(cell.light for cell in cells if cell is not None)


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


def cell_text(measure: Measure, cell: Cell) -> str:
    """The number in a cell, in the unit of its column."""
    return value_text(measure.line, cell.actual)
