"""What the rules read and found on the way to some results: figures as they count, the year's start, the target's points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import prefetch_related_objects

from indicators.models import Attainment, TargetLine
from indicators.rules.columns import Mask, Values
from indicators.rules.workings import NO_YEAR, StartSource, Workings, workings
from indicators.services.columns import PlanColumns, read_columns
from indicators.services.rollup import Pair
from ipdash.core.numbers import from_scaled
from ipdash.core.periods import Quarter


@dataclass(frozen=True)
class Point:
    """A value that a straight line runs from or to; `origin` is the baseline, or 0 at the plan's beginning."""

    year: int
    value: Decimal
    origin: bool = False


@dataclass(frozen=True)
class Around:
    """What a year's target and its path rest on: S and where it is from, the points before and after."""

    start: Decimal | None
    start_source: StartSource
    before: Point | None
    after: Point | None


@dataclass(frozen=True)
class Apart:
    """A region's own figure beside the sum of its complete set of children, where the two differ."""

    own: Decimal
    children: Decimal


class Reading:
    """The lines of one plan at some quarters. Figures are told by indicator id, region id and quarter."""

    def __init__(self, lines: Sequence[TargetLine], quarters: Sequence[Quarter]) -> None:
        self._columns: PlanColumns = read_columns(lines)
        self._lines = {pk: place for place, pk in enumerate(self._columns.line_ids)}
        self._asked = {quarter: place for place, quarter in enumerate(quarters)}
        asked = [quarter.index for quarter in quarters]
        columns = self._columns
        self._workings: Workings = workings(columns.lines, columns.targets, columns.series, asked)
        self._apart = self._differences()

    def around(self, line_id: int, quarter: Quarter) -> Around:
        """What the line's target and path rest on at the end of the quarter."""
        made, at = self._workings, (self._lines[line_id], self._asked[quarter])
        origin = bool(made.before_is_origin[at])
        return Around(
            start=_value(made.start, at),
            start_source=StartSource(int(made.start_source[at])),
            before=_point(int(made.before_year[at]), _value(made.before, at), origin),
            after=_point(int(made.after_year[at]), _value(made.after, at), False),
        )

    def value(self, indicator_id: int, region_id: int, quarter: Quarter) -> Decimal | None:
        """The figure that counts: the region's own approved one, or its children's complete sum."""
        place = self._place(indicator_id, region_id, quarter)
        if place is None or not self._columns.series.known[place]:
            return None
        return from_scaled(int(self._columns.series.value[place]))

    def is_own(self, indicator_id: int, region_id: int, quarter: Quarter) -> bool:
        """Whether the region itself has an approved figure."""
        place = self._place(indicator_id, region_id, quarter)
        return place is not None and bool(self._columns.own[place])

    def latest(self, indicator_id: int, region_id: int, quarter: Quarter) -> Quarter:
        """The quarter of the latest figure at or before this one; this one where there is none."""
        first = Quarter.from_index(self._columns.series.first_quarter)
        at = quarter
        while at >= first:
            if self.value(indicator_id, region_id, at) is not None:
                return at
            at = at - 1
        return quarter

    def children(self, indicator_id: int, region_id: int, quarter: Quarter) -> tuple[int, int]:
        """How many of the children that have to report this figure have one, and how many have to."""
        place, cover = self._place(indicator_id, region_id, quarter), self._columns.series.coverage
        if place is None or cover is None:
            return 0, 0
        return int(cover.reported[place]), int(cover.expected[place])

    def members(self, indicator_id: int, region_id: int, quarter: Quarter) -> list[tuple[int, Decimal | None]]:
        """The children that have to report this figure, by region id, each with what counts for it."""
        offset = quarter.index - self._columns.series.first_quarter
        return [
            (child[1], self.value(*child, quarter))
            for child, expected in self._edges.get((indicator_id, region_id), ())
            if 0 <= offset < len(expected) and expected[offset]
        ]

    @cached_property
    def _edges(self) -> dict[Pair, list[tuple[Pair, Mask]]]:
        by_parent: dict[Pair, list[tuple[Pair, Mask]]] = {}
        tree, pairs = self._columns.tree, list(self._columns.rows)
        if tree is not None:
            for parent, child, expected in zip(tree.parent.tolist(), tree.child.tolist(), tree.expected, strict=True):
                by_parent.setdefault(pairs[parent], []).append((pairs[child], expected))
        return by_parent

    def apart(self, indicator_id: int, region_id: int, quarter: Quarter) -> Apart | None:
        """Where the region's own figure is not its children's sum (attainment.md §2, Regions)."""
        place = self._place(indicator_id, region_id, quarter)
        return None if place is None else self._apart.get(place)

    def _place(self, indicator_id: int, region_id: int, quarter: Quarter) -> tuple[int, int] | None:
        series = self._columns.series
        row, column = self._columns.rows.get((indicator_id, region_id)), quarter.index - series.first_quarter
        return (row, column) if row is not None and 0 <= column < series.quarters else None

    def _differences(self) -> dict[tuple[int, int], Apart]:
        found = self._columns.differences
        if found is None:
            return {}
        columns = (found.row, found.quarter - self._columns.series.first_quarter, found.own, found.children)
        return {
            (row, column): Apart(from_scaled(own), from_scaled(children))
            for row, column, own, children in zip(*(each.tolist() for each in columns), strict=True)
        }


def read_around(rows: Sequence[Attainment]) -> dict[int, Reading]:
    """By plan id what the results of these rows rest on; the queries grow with the plans and not with the rows."""
    lines: dict[int, dict[int, TargetLine]] = {}
    quarters: dict[int, set[Quarter]] = {}
    for row in rows:
        # One object a line, so that what is fetched for it is there for all its rows.
        row.line = lines.setdefault(row.plan_id, {}).setdefault(row.line_id, row.line)
        quarters.setdefault(row.plan_id, set()).add(row.as_quarter)
    prefetch_related_objects([line for group in lines.values() for line in group.values()], "baselines", "targets")
    return {plan: Reading(list(group.values()), sorted(quarters[plan])) for plan, group in lines.items()}


def _value(values: Values, at: tuple[int, int]) -> Decimal | None:
    return from_scaled(int(values.value[at])) if values.known[at] else None


def _point(year: int, value: Decimal | None, origin: bool) -> Point | None:
    return None if year == NO_YEAR or value is None else Point(year, value, origin)
