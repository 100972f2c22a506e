"""Which quarter a page shows when nobody asked for one, and which there are to choose from."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q

from indicators.models import Figure
from ipdash.core.periods import Quarter, quarters_between
from plans.models import Plan


def plan_quarters(plan: Plan) -> list[Quarter]:
    """Every quarter of the plan's period, earliest first."""
    return list(quarters_between(Quarter(plan.start_year, 1), Quarter(plan.end_year, 4)))


def default_quarter(plan: Plan, today: date) -> Quarter:
    """The latest ended quarter of the plan's period that has approved figures, else its last ended quarter.

    Before the first one has ended, the first.
    """
    first, last = Quarter(plan.start_year, 1), Quarter(plan.end_year, 4)
    ended = min(last, Quarter.last_ended(today))
    if ended < first:
        return first
    line = Q(indicator__target_lines__plan=plan, indicator__target_lines__region=F("region"))
    part = Q(
        indicator__numerator_of__target_lines__plan=plan, indicator__numerator_of__target_lines__region=F("region")
    )
    reported = (
        Figure.objects.filter(line | part, approved_value__isnull=False)
        .filter(Q(year__lt=ended.year) | Q(year=ended.year, quarter__lte=ended.quarter), year__gte=plan.start_year)
        .order_by("-year", "-quarter")
        .values_list("year", "quarter")
        .first()
    )
    return Quarter(*reported) if reported else ended
