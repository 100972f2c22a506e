"""位次: a line beside those of the regions with the same parent, and beside those of the regions below (attainment.md §4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from indicators.display import line_display, shown_value
from indicators.explanations import children_word
from indicators.models import Attainment, TargetLine
from indicators.permissions import sees_region
from ipdash.core.marks import RankRow
from ipdash.core.periods import Quarter
from plans.scope import Scope

MOST_BARS = 40


@dataclass(frozen=True)
class Place:
    """One region in the order. `rank` is None where its actual is missing; `tied` says that others share the rank."""

    line: TargetLine
    rank: int | None
    tied: bool
    value: Decimal | None
    display: dict[str, str]
    status: str
    coverage: tuple[int, int] | None
    current: bool


@dataclass(frozen=True)
class Ranking:
    """Regions with the same parent by rank, those without an actual last.

    `total` and `missing` count all of them, also where the plan shows the reader only their own `places`.
    """

    places: list[Place]
    total: int
    missing: int
    children: str
    quarter: Quarter

    @property
    def hidden(self) -> bool:
        """Whether the plan hides some of the regions from this reader."""
        return len(self.places) < self.total

    @property
    def is_drawn(self) -> bool:
        """Whether the regions are few enough for one bar each, and some has a value."""
        return len(self.places) <= MOST_BARS and any(place.value is not None for place in self.places)

    @property
    def bars(self) -> list[RankRow]:
        """What the chart draws: the best first, each leading to its own page."""
        return [
            RankRow(
                place.line.region.name,
                place.value,
                place.display["actual"],
                f"/plans/{place.line.plan_id}/indicators/{place.line.pk}/?quarter={self.quarter}",
                place.status,
                place.current,
            )
            for place in self.places
        ]


@dataclass(frozen=True)
class Rankings:
    """Among the line's equals, and among those below it; None where there is nothing to compare."""

    siblings: Ranking | None
    below: Ranking | None


def rankings(scope: Scope, line: TargetLine, quarter: Quarter) -> Rankings:
    """Both rankings of a line the person may see, in two queries."""
    family = TargetLine.objects.filter(plan=line.plan_id, indicator=line.indicator_id, basis=line.basis)
    kin = Q(region__parent=line.region_id)
    if line.region.parent_id is not None:
        kin |= Q(region__parent=line.region.parent_id)
    lines = list(family.filter(kin).select_related("region__parent").order_by("region__code"))
    if all(each.pk == line.pk for each in lines):
        return Rankings(None, None)
    shown = {each.pk for each in lines if sees_region(scope, line.plan, each.region.code)}
    rows = {row.line_id: row for row in Attainment.objects.at(quarter).filter(line__in=[each.pk for each in lines])}
    for each in lines:
        each.plan, each.indicator = line.plan, line.indicator
    siblings = [each for each in lines if each.region.parent_id == line.region.parent_id]
    below = [each for each in lines if each.region.parent_id == line.region_id]
    return Rankings(
        _ranking(siblings, rows, shown, line, quarter) if len(siblings) > 1 else None,
        _ranking(below, rows, shown, line, quarter) if below else None,
    )


def _ranking(
    lines: Sequence[TargetLine],
    rows: dict[int, Attainment],
    shown: set[int],
    own: TargetLine,
    quarter: Quarter,
) -> Ranking:
    ranks = Counter(row.rank for line in lines if (row := rows.get(line.pk)) is not None)
    places = [_place(line, rows.get(line.pk), ranks, own) for line in lines if line.pk in shown]
    places.sort(key=lambda place: (place.rank is None, place.rank, place.line.region.code))
    ranked = sum(count for rank, count in ranks.items() if rank is not None)
    parent = lines[0].region.parent
    word = children_word(parent.level, parent.code) if parent else children_word("", "")
    return Ranking(places, len(lines), len(lines) - ranked, word, quarter)


def _place(line: TargetLine, row: Attainment | None, ranks: Counter[int | None], own: TargetLine) -> Place:
    rank = row.rank if row else None
    covered = row is not None and row.coverage_expected is not None and row.coverage_reported is not None
    return Place(
        line=line,
        rank=rank,
        tied=rank is not None and ranks[rank] > 1,
        value=shown_value(line, row.actual) if row else None,
        display=line_display(line, row),
        status=row.status if row else "",
        coverage=(row.coverage_reported or 0, row.coverage_expected or 0) if row and covered else None,
        current=line.pk == own.pk,
    )
