"""Several plans at once, each at its own latest quarter: its sentence, its lamps and its worst line.

The number of queries does not grow with the number of plans.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q

from indicators.display import line_display
from indicators.models import Attainment, ReportingDuty, TargetLine
from indicators.models.attainment import Light
from indicators.permissions import sees_region
from indicators.selectors.conclusion import LIGHTS, Conclusion, conclusion, worst_first
from indicators.selectors.overview import OverviewLine, Past
from indicators.selectors.quarters import default_quarters
from ipdash.core.periods import Quarter
from plans.models import Plan, Unit
from plans.scope import Scope

FALLING_BEHIND = frozenset({Light.RED, Light.YELLOW})


@dataclass(frozen=True)
class Glance:
    """A plan in its own region at its latest quarter. `worst` is None where nothing falls behind."""

    plan: Plan
    quarter: Quarter
    conclusion: Conclusion
    lights: dict[str, int]
    worst: OverviewLine | None


def plans_at_a_glance(scope: Scope, plans: Sequence[Plan], today: date) -> list[Glance]:
    """These plans, which the person reads, in their order."""
    quarters = default_quarters(plans, today)
    by_plan = {plan.pk: plan for plan in plans}
    rows = TargetLine.objects.filter(plan__in=by_plan, region=F("plan__region"))
    lines = list(rows.select_related("indicator", "lead_unit").order_by("position", "pk"))
    seen = []
    for line in lines:
        line.plan = by_plan[line.plan_id]
        line.region = line.plan.region
        if sees_region(scope, line.plan, line.region.code):
            seen.append(line)
    shown: dict[int, list[OverviewLine]] = defaultdict(list)
    for found in _at(seen, quarters):
        shown[found.line.plan_id].append(found)
    return [_glance(plan, quarters[plan.pk], shown[plan.pk]) for plan in plans]


def _glance(plan: Plan, quarter: Quarter, lines: list[OverviewLine]) -> Glance:
    behind = [line for line in worst_first(lines) if line.light in FALLING_BEHIND]
    lights = {light: sum(line.light == light for line in lines) for light in LIGHTS}
    return Glance(plan, quarter, conclusion(quarter, lines), lights, behind[0] if behind else None)


def _at(lines: Sequence[TargetLine], quarters: Mapping[int, Quarter]) -> list[OverviewLine]:
    """Each line at its plan's quarter and the one before, without the quarters leading up to it."""
    asked: dict[Quarter, list[int]] = defaultdict(list)
    for line in lines:
        for quarter in (quarters[line.plan_id], quarters[line.plan_id] - 1):
            asked[quarter].append(line.pk)
    wanted = Q(pk__in=[])
    for quarter, ids in asked.items():
        wanted |= Q(year=quarter.year, quarter=quarter.quarter, line__in=ids)
    rows = {(row.line_id, row.as_quarter): row for row in Attainment.objects.filter(wanted)}
    owners = _reporting_units([line for line in lines if line.lead_unit_id is None], quarters)
    found = []
    for line in lines:
        quarter = quarters[line.plan_id]
        now, past = rows.get((line.pk, quarter)), rows.get((line.pk, quarter - 1))
        before = Past(past.actual, past.status, past.light) if past else None
        owner = line.lead_unit or owners.get(line.pk)
        found.append(OverviewLine(line, now, before, (), line_display(line, now), owner))
    return found


def _reporting_units(lines: Sequence[TargetLine], quarters: Mapping[int, Quarter]) -> dict[int, Unit]:
    """By line id the unit that reports its figures at its plan's quarter, for a ratio its numerator's."""
    pairs = {line.pk: (line.indicator.numerator_id or line.indicator_id, line.region_id) for line in lines}
    if not pairs:
        return {}
    duties: dict[tuple[int, int], list[ReportingDuty]] = defaultdict(list)
    for duty in ReportingDuty.objects.filter(
        indicator__in={pair[0] for pair in pairs.values()}, region__in={pair[1] for pair in pairs.values()}
    ).select_related("unit"):
        duties[duty.indicator_id, duty.region_id].append(duty)
    found = {}
    for line in lines:
        day = quarters[line.plan_id].last_day
        for duty in duties[pairs[line.pk]]:
            if duty.valid_from <= day and (duty.valid_to is None or duty.valid_to >= day):
                found[line.pk] = duty.unit
    return found
