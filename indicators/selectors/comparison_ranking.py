"""One indicator ranked over the regions below one (attainment.md §4, `rank`): the stored places, never worked out anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from indicators.display import line_display, shown_value, value_text
from indicators.explanations import children_word, explain
from indicators.models import Attainment, Indicator, TargetLine
from indicators.models.attainment import Light, Status
from indicators.selectors.comparison import (
    Ground,
    Measure,
    counted_words,
    light_counts,
    status_counts,
)
from indicators.selectors.comparison_reads import place_rows
from indicators.selectors.conclusion import SEVERITY
from indicators.selectors.results import results_at
from ipdash.core.display import unit_after
from plans.models import Region

ADDABLE = (Indicator.Quantity.STOCK, Indicator.Quantity.FLOW)
ADDED = (TargetLine.Basis.LEVEL, TargetLine.Basis.YEAR)
"""Bases on which the regions' actuals add up as their figures do."""
SORTS = ("rank", "status", "name", "change")
NAMED_TOGETHER = 3


@dataclass(frozen=True)
class RankingRow:
    """One region in the ranking; `now` is None where nothing has been computed yet.

    `place` is the stored rank, `place_before` that of the quarter before; `mine` marks the reader's own region.
    """

    line_id: int
    region: Region
    now: Attainment | None
    place_before: int | None
    measure: Measure
    mine: bool = False

    @property
    def place(self) -> int | None:
        return self.now.rank if self.now else None

    @property
    def status(self) -> str:
        return self.now.status if self.now else ""

    @property
    def light(self) -> str:
        return self.now.light if self.now else Light.NONE

    @property
    def display(self) -> dict[str, str]:
        return line_display(self.measure.line, self.now)

    @property
    def moved(self) -> int | None:
        """By how many places it went up since the quarter before; None where one of the two is not known."""
        return None if self.place is None or self.place_before is None else self.place_before - self.place

    # Drawn in the unit in which the whole column is shown.
    @property
    def actual(self) -> Decimal | None:
        return shown_value(self.measure.line, self.now.actual) if self.now else None

    @property
    def target(self) -> Decimal | None:
        return shown_value(self.measure.line, self.now.target) if self.now else None

    @property
    def is_partial(self) -> bool:
        """Whether only a part of the regions below has reported: the sum is then shown, and counts for nothing."""
        return self.now is not None and self.now.actual is None and self.now.partial is not None


@dataclass(frozen=True)
class Ranking:
    """The regions below `parent`, in the order asked for; `own` is the parent's own line, where the plan has one.

    `rows` are those that fit the light asked for, `lights` counts all of them.
    """

    ground: Ground
    parent: Region
    measure: Measure
    rows: list[RankingRow]
    own: RankingRow | None
    total: int
    reported: int
    lights: dict[str, int]
    sentence: str
    children: str
    finding: str


def ranking(ground: Ground, parent: Region, measure: Measure, *, sort: str = "rank", light: str = "") -> Ranking:
    """The ranking; two queries, however many regions there are."""
    children = ground.children(parent)
    lines: dict[int, int] = {}
    before: dict[int, int | None] = {}
    for region_id, line_id, place in place_rows(
        ground.plan.pk, measure.pair, ground.compared(parent), ground.quarter - 1
    ):
        lines[region_id], before[line_id] = line_id, place
    now = results_at(lines.values(), ground.quarter)

    def row(region: Region) -> RankingRow:
        line = lines[region.pk]
        mine = region.code in ground.scope.homes
        return RankingRow(line, region, now.get(line), before.get(line), measure, mine)

    rows = [row(region) for region in children if region.pk in lines]
    rows.sort(key=_order(sort, measure))
    own = row(parent) if parent.pk in lines else None
    word = children_word(parent.level, parent.code)
    return Ranking(
        ground=ground,
        parent=parent,
        measure=measure,
        rows=[each for each in rows if not light or each.light == light],
        own=own,
        total=len(rows),
        reported=sum(each.actual is not None for each in rows),
        lights=light_counts(each.light for each in rows),
        sentence=_sentence(ground, measure, rows, word),
        children=word,
        finding=_finding(ground, own, rows),
    )


def _finding(ground: Ground, own: RankingRow | None, rows: Sequence[RankingRow]) -> str:
    """Where the parent's own figure and the sum of its children can be held against each other, and differ."""
    now = own.now if own else None
    if own is None or now is None or now.actual is None or not now.coverage_expected:
        return ""
    if now.coverage_reported != now.coverage_expected or own.measure.indicator.quantity not in ADDABLE:
        return ""
    if own.measure.line.basis in ADDED and now.actual == sum(each.now.actual or 0 for each in rows if each.now):
        return ""  # nothing to be found: the finding itself reads every figure below the region
    now.line = TargetLine.objects.select_related("region", "indicator").get(pk=own.line_id)
    now.line.plan = ground.plan
    return next((found.message for found in explain(now).findings if found.code == "children_differ"), "")


def _order(sort: str, measure: Measure) -> Callable[[RankingRow], tuple[Any, ...]]:
    """Missing stands last in every order but the one by name; what is equal stands in the order of the codes."""
    falling = measure.indicator.direction == Indicator.Direction.DOWN

    def place(row: RankingRow) -> tuple[Any, ...]:
        return (row.place is None, row.place or 0, row.region.code)

    def status(row: RankingRow) -> tuple[Any, ...]:
        gap = row.now.year_gap if row.now else None
        severity = SEVERITY[Status(row.status)] if row.status else len(SEVERITY)
        return (severity, gap is None, gap or Decimal(0), row.region.code)

    def change(row: RankingRow) -> tuple[Any, ...]:
        value = row.now.change_on_quarter if row.now else None
        better = Decimal(0) if value is None else value if falling else -value
        return (value is None, better, row.region.code)

    orders = {"rank": place, "status": status, "change": change}
    return orders.get(sort, lambda row: (row.region.code,))


def _sentence(ground: Ground, measure: Measure, rows: Sequence[RankingRow], children: str) -> str:
    """How many have data, how they stand, and who is first."""
    opening = _("截至%(quarter)s末，") % {"quarter": ground.quarter.label}
    if ground.hidden:
        return opening + _("本规划各地区互不可见，这里只有您所属地区的数值和位次。")
    if not rows:
        return opening + _("没有可以比较的下级区划。")
    reported = [row for row in rows if row.actual is not None]
    words = _("%(total)d个%(children)s中%(reported)d个有数据") % {
        "total": len(rows), "children": children, "reported": len(reported),
    }  # fmt: skip
    words += _("：") + counted_words(status_counts(row.status for row in rows)) + _("。")
    return opening + words + _first(measure, rows)


def _first(measure: Measure, rows: Sequence[RankingRow]) -> str:
    first = sorted((row for row in rows if row.place == 1), key=lambda row: row.region.code)
    if not first:
        return ""
    names = _("、").join(row.region.short_name for row in first[:NAMED_TOGETHER])
    params = {"names": names, "n": len(first), "value": _first_value(measure, first[0])}
    if len(first) == 1:
        return _("第一位是%(names)s%(value)s。") % params
    if len(first) <= NAMED_TOGETHER:
        return _("%(names)s并列第一%(value)s。") % params
    return _("%(names)s等%(n)d个地区并列第一%(value)s。") % params


def _first_value(measure: Measure, row: RankingRow) -> str:
    """In brackets; inside a range all share the first place whatever their values."""
    if measure.indicator.direction == Indicator.Direction.RANGE or row.now is None:
        return ""
    return _("（%(value)s）") % {"value": value_text(measure.line, row.now.actual) + unit_after(measure.unit)}
