"""One catalogue indicator across the plans that have it, side by side.

Plans differ in basis, printed unit and period: what differs in basis or unit stands in a table of its own, and nothing
here is ranked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Q
from django.utils.translation import gettext as _

from indicators.display import line_display, line_unit, target_text, value_text
from indicators.models import Attainment, Indicator, TargetLine
from ipdash.core.periods import Quarter
from plans.models import Plan
from plans.scope import Scope

PAGE = 50
"""Plans on one page."""


@dataclass(frozen=True)
class IndicatorChoice:
    """An indicator that plans have, and how many."""

    indicator: Indicator
    plans: int


@dataclass(frozen=True)
class AcrossRow:
    """A plan's own line: what it promised, and the latest result; `quarter` is None where there is none yet.

    `below` counts the regions under the plan that have the same target.
    """

    line: TargetLine
    baselines: list[str]
    targets: dict[int, str]
    quarter: Quarter | None
    now: Attainment | None
    display: dict[str, str]
    below: int

    @property
    def plan(self) -> Plan:
        return self.line.plan


@dataclass
class AcrossGroup:
    """Lines on one basis and in one unit: only these can be read against each other."""

    basis: str
    unit: str
    rows: list[AcrossRow] = field(default_factory=list)

    @property
    def title(self) -> str:
        return _("%(basis)s（%(unit)s）") % {
            "basis": str(TargetLine.Basis(self.basis).label),
            "unit": self.unit or _("无单位"),
        }

    @property
    def years(self) -> list[int]:
        """Every year for which one of the plans sets a target."""
        return sorted({year for row in self.rows for year in row.targets})


@dataclass(frozen=True)
class BelowOnly:
    """A plan that sets the indicator for the regions below it and not for itself."""

    plan: Plan
    regions: int


@dataclass(frozen=True)
class Across:
    """An indicator in every plan the person reads that has it. With `quarter`, results of that one alone."""

    indicator: Indicator
    quarter: Quarter | None
    groups: list[AcrossGroup]
    below_only: list[BelowOnly]
    plans: int
    sentence: str


def indicator_choices(scope: Scope) -> list[IndicatorChoice]:
    """What can be looked at: the indicators of the plans the person reads, those in most plans first."""
    counted = (
        TargetLine.objects.visible_to(scope).order_by().values("indicator_id").annotate(n=Count("plan", distinct=True))
    )
    plans = dict(counted.values_list("indicator_id", "n"))
    found = Indicator.objects.filter(pk__in=plans)
    return sorted((IndicatorChoice(i, plans[i.pk]) for i in found), key=lambda c: (-c.plans, c.indicator.code))


def across(scope: Scope, indicator: Indicator, today: date, *, quarter: Quarter | None = None) -> Across:
    """The indicator in all these plans; six queries, however many there are."""
    visible = TargetLine.objects.visible_to(scope).filter(indicator=indicator)
    lines = list(
        visible.filter(region=F("plan__region"))
        .select_related("plan__region", "region", "indicator", "lead_unit")
        .defer("plan__source_text")
        .prefetch_related("baselines", "targets")
        .order_by("region__code", "plan__start_year", "plan", "basis")
    )
    counted = visible.exclude(region=F("plan__region")).order_by().values("plan_id", "basis").annotate(n=Count("pk"))
    below = {(plan, basis): n for plan, basis, n in counted.values_list("plan_id", "basis", "n")}
    results = _results(lines, min(quarter or Quarter.last_ended(today), Quarter.last_ended(today)), quarter)
    groups: dict[tuple[str, str], AcrossGroup] = {}
    for line in lines:
        key = (line.basis, line_unit(line))
        row = _row(line, results.get(line.pk), below.get((line.plan_id, line.basis), 0))
        groups.setdefault(key, AcrossGroup(*key)).rows.append(row)
    only = _below_only(below, {line.plan_id for line in lines})
    plans = len({line.plan_id for line in lines}) + len(only)
    ordered = sorted(groups.values(), key=lambda group: (-len(group.rows), group.basis, group.unit))
    return Across(indicator, quarter, ordered, only, plans, _sentence(indicator, plans, ordered))


def _results(lines: Sequence[TargetLine], last: Quarter, asked: Quarter | None) -> dict[int, Attainment]:
    """By line id its result in the quarter asked for, else in the latest one up to `last` with an actual."""
    if asked is not None:
        return {row.line_id: row for row in Attainment.objects.at(asked).filter(line__in=lines)}
    known = Attainment.objects.filter(
        Q(year__lt=last.year) | Q(year=last.year, quarter__lte=last.quarter), line__in=lines, actual__isnull=False
    )
    latest = dict(known.order_by().values("line_id").annotate(at=Max(_INDEX)).values_list("line_id", "at"))
    found = Attainment.objects.alias(at=_INDEX).filter(line__in=latest, at__in=set(latest.values()))
    return {row.line_id: row for row in found if row.as_quarter.index == latest[row.line_id]}


_INDEX: Any = F("year") * 4 + F("quarter") - 1


def _row(line: TargetLine, now: Attainment | None, below: int) -> AcrossRow:
    baselines = [
        _("%(year)s年%(value)s") % {"year": baseline.year, "value": value_text(line, baseline.value)}
        for baseline in line.baselines.all()
    ]
    targets: dict[int, str] = {}
    # The latest version of each year stands: the first one is in force from the beginning.
    for target in sorted(line.targets.all(), key=lambda target: target.in_force_from or 0):
        targets[target.year] = target_text(target, line)
    return AcrossRow(line, baselines, targets, now.as_quarter if now else None, now, line_display(line, now), below)


def _below_only(below: dict[tuple[int, str], int], own: set[int]) -> list[BelowOnly]:
    regions: dict[int, int] = defaultdict(int)
    for (plan, _basis), count in below.items():
        if plan not in own:
            regions[plan] += count
    plans = Plan.objects.select_related("region").defer("source_text").filter(pk__in=regions).order_by("region__code")
    return [BelowOnly(plan, regions[plan.pk]) for plan in plans]


def _sentence(indicator: Indicator, plans: int, groups: Sequence[AcrossGroup]) -> str:
    params = {"indicator": indicator.name, "plans": plans, "groups": len(groups)}
    if len(groups) > 1:
        return _("%(plans)d个规划设有“%(indicator)s”，口径或单位不同，分%(groups)d张表并列，不混合排名。") % params
    return _("%(plans)d个规划设有“%(indicator)s”，并列如下，不作排名：各规划的期限和起点不同。") % params
