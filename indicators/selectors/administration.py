"""Reads for the staff's pages of management: periods, duties, the catalogue, plans with their target lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from indicators.models import Figure, Indicator, ReportingDuty, ReportingPeriod, TargetLine
from indicators.permissions import visible_periods
from ipdash.core import workdays
from ipdash.core.periods import Quarter
from plans.models import Plan, Region, Role
from plans.querysets import code_within
from plans.scope import Scope


def staff_regions(scope: Scope) -> list[Region]:
    """Regions for which the person may open quarters: those of their own roles and those below with plans or duties."""
    prefixes = scope.prefixes(Role.STAFF)
    own = [region for region in Region.objects.filter(code__in=scope.homes) if scope.reaches(region.code, Role.STAFF)]
    used = Region.objects.filter(code_within("code", prefixes)).filter(
        Exists(Plan.objects.filter(region=OuterRef("pk"))) | Exists(ReportingDuty.objects.filter(region=OuterRef("pk")))
    )
    return sorted({*own, *used}, key=lambda region: region.code)


def usual_region(regions: list[Region]) -> Region:
    """Of these regions the one to begin with: the first with a plan in force."""
    tracked = set(Plan.objects.filter(region__in=regions, state=Plan.State.ACTIVE).values_list("region", flat=True))
    return next((region for region in regions if region.pk in tracked), regions[0])


@dataclass(frozen=True)
class Proposal:
    """The usual days of a quarter's reporting: from the day after it ends, in time until the 15th, locked after the
    month's last day."""

    quarter: Quarter

    @property
    def opens(self) -> date:
        return (self.quarter + 1).first_day

    @property
    def due(self) -> date:
        return self.opens.replace(day=15)

    @property
    def locks(self) -> date:
        first = self.opens
        return date(first.year, first.month + 1, 1) - _ONE_DAY

    @property
    def due_workday(self) -> date:
        """The due day, or the first working day after it."""
        return workdays.next_workday(self.due)


_ONE_DAY = date.resolution


def next_quarter(region: Region, today: date) -> Quarter:
    """The quarter to open next: after the last one set, but none that ended long ago."""
    last = ReportingPeriod.objects.filter(region=region).order_by("-year", "-quarter").first()
    ended = Quarter.last_ended(today)
    return ended if last is None else max(last.as_quarter + 1, ended)


def periods_for(scope: Scope) -> Any:
    """The periods of the regions the person reaches as staff, the latest first."""
    return (
        ReportingPeriod.objects.filter(visible_periods(scope))
        .filter(code_within("region__code", scope.prefixes(Role.STAFF)))
        .select_related("region")
        .order_by("-year", "-quarter", "region__code")
    )


@dataclass(frozen=True)
class DutyFilter:
    """Words in the unit's or the indicator's name; a region's code with what lies below it; `state` is ended, all, or
    empty for those that are in force or to come."""

    words: str = ""
    region: str = ""
    state: str = ""

    def duties(self, scope: Scope, today: date) -> Any:
        """The duties that fit, unit by unit."""
        found = (
            ReportingDuty.objects.visible_to(scope)
            .filter(code_within("region__code", scope.prefixes(Role.STAFF)))
            .select_related("indicator", "region", "unit__region")
        )
        if self.words:
            found = found.filter(Q(unit__name__icontains=self.words) | Q(indicator__name__icontains=self.words))
        if self.region:
            region = Region.objects.filter(code=self.region).first()
            found = found.none() if region is None else found.filter(code_within("region__code", (region.prefix,)))
        ended = Q(valid_to__lt=today)
        if self.state == "ended":
            found = found.filter(ended)
        elif self.state != "all":
            found = found.exclude(ended)
        return found.order_by("unit__region__code", "unit__name", "region__code", "indicator__code", "valid_from")


def by_unit(duties: list[ReportingDuty]) -> Iterator[tuple[Any, list[ReportingDuty]]]:
    """Duties in order, grouped under their unit."""
    group: list[ReportingDuty] = []
    for duty in duties:
        if group and group[0].unit_id != duty.unit_id:
            yield group[0].unit, group
            group = []
        group.append(duty)
    if group:
        yield group[0].unit, group


@dataclass(frozen=True)
class CatalogueFilter:
    """Words in code, name or alias; a quantity."""

    words: str = ""
    quantity: str = ""

    def indicators(self, scope: Scope) -> Any:
        """The entries that fit, with how many target lines use them, of those the person sees."""
        seen = Q(target_lines__in=TargetLine.objects.visible_to(scope))
        counted = Count("target_lines", filter=seen, distinct=True)
        found = Indicator.objects.annotate(line_count=counted).prefetch_related("aliases")
        if self.words:
            found = found.filter(
                Q(code__icontains=self.words) | Q(name__icontains=self.words) | Q(aliases__name__icontains=self.words)
            ).distinct()
        if self.quantity:
            found = found.filter(quantity=self.quantity)
        return found.order_by("name")


def has_figures(indicator: Indicator) -> bool:
    """Whether anything has been reported of it: what it is measured by is then fixed."""
    return Figure.objects.filter(indicator=indicator).exists()


def staff_plans(scope: Scope) -> Any:
    """Plans of the regions the person reaches as staff, drafts first, with their lines and the unconfirmed ones counted."""
    return (
        Plan.objects.visible_to(scope)
        .filter(code_within("region__code", scope.prefixes(Role.STAFF)))
        .select_related("region")
        .annotate(
            line_count=Count("target_lines"),
            ambiguous_count=Count("target_lines", filter=Q(target_lines__basis_ambiguous=True)),
        )
        .order_by("state", "-start_year", "pk")
    )


def lines_of_plan(scope: Scope, plan: Plan) -> list[TargetLine]:
    """A plan's target lines with their targets, those whose basis a person must confirm first."""
    lines = TargetLine.objects.visible_to(scope).filter(plan=plan)
    lines = lines.select_related("indicator", "region", "lead_unit").prefetch_related("targets")
    return list(lines.order_by("-basis_ambiguous", "position", "region__code"))
