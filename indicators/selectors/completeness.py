"""Who has reported and who has not: a quarter's duties beside its figures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max, Q

from indicators.models import Figure, Indicator, ReportingDuty, ReportingPeriod, Urge
from indicators.permissions import duty_day
from plans.models import Unit
from plans.querysets import code_within
from plans.scope import Scope

REPORTED = frozenset({Figure.State.SUBMITTED, Figure.State.APPROVED})


@dataclass
class UnitCompleteness:
    """One unit's duties of a quarter: which are reported, which not yet begun, drafted or sent back."""

    unit: Unit
    expected: int = 0
    reported: int = 0
    approved: int = 0
    drafts: int = 0
    returned: int = 0
    open: list[ReportingDuty] = field(default_factory=list)

    @property
    def missing(self) -> int:
        return self.expected - self.reported


@dataclass(frozen=True)
class Completeness:
    """A quarter in a region and below it, unit by unit, those with most to report first."""

    units: list[UnitCompleteness]

    @property
    def expected(self) -> int:
        return sum(unit.expected for unit in self.units)

    @property
    def reported(self) -> int:
        return sum(unit.reported for unit in self.units)

    @property
    def late(self) -> list[UnitCompleteness]:
        """Units that still have something to report."""
        return [unit for unit in self.units if unit.missing]


def duties_of_period(scope: Scope, period: ReportingPeriod) -> list[ReportingDuty]:
    """The duties that a period asks for: in force at the quarter's end; annual indicators in the fourth quarter alone.

    What a nearer region has opened for itself belongs to that region's period.
    """
    quarter = period.as_quarter
    duties = (
        ReportingDuty.objects.visible_to(scope)
        .in_force_on(duty_day(quarter))
        .filter(code_within("region__code", (period.region.prefix,)))
        .select_related("indicator", "region", "unit__region")
    )
    if quarter.quarter < 4:
        duties = duties.exclude(indicator__frequency=Indicator.Frequency.ANNUAL)
    nearer = ReportingPeriod.objects.filter(year=quarter.year, quarter=quarter.quarter).exclude(pk=period.pk)
    below = [
        other.region.prefix
        for other in nearer.select_related("region")
        if period.region.contains(other.region.code) and other.region.code != period.region.code
    ]
    return list(duties.exclude(code_within("region__code", tuple(below))) if below else duties)


def completeness(scope: Scope, period: ReportingPeriod) -> Completeness:
    """Who has reported what of a period. Three queries, whatever the number of units."""
    duties = duties_of_period(scope, period)
    states = _states(period, duties)
    units: dict[int, UnitCompleteness] = {}
    for duty in duties:
        row = units.setdefault(duty.unit_id, UnitCompleteness(duty.unit))
        state = states.get((duty.indicator_id, duty.region_id))
        row.expected += 1
        row.reported += state in REPORTED
        row.approved += state == Figure.State.APPROVED
        row.drafts += state == Figure.State.DRAFT
        row.returned += state == Figure.State.RETURNED
        if state not in REPORTED:
            row.open.append(duty)
    return Completeness(sorted(units.values(), key=lambda row: (-row.missing, row.unit.region.code, row.unit.name)))


def last_urges(period: ReportingPeriod) -> dict[int, date]:
    """By unit id the last day on which it was urged in this period."""
    rows = Urge.objects.filter(period=period).values("unit").annotate(last=Max("day")).order_by()
    return {row["unit"]: row["last"] for row in rows}


def _states(period: ReportingPeriod, duties: list[ReportingDuty]) -> dict[tuple[int, int], str]:
    wanted: dict[int, set[int]] = defaultdict(set)
    for duty in duties:
        wanted[duty.region_id].add(duty.indicator_id)
    if not wanted:
        return {}
    rows = Figure.objects.filter(Q(region__in=wanted), year=period.year, quarter=period.quarter).values_list(
        "indicator_id", "region_id", "state"
    )
    return {(indicator, region): state for indicator, region, state in rows}
