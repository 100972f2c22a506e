"""Which quarter a page shows when nobody asked for one, and which there are to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F, Q

from indicators.models import Figure, Indicator, TargetLine
from ipdash.core.periods import Quarter, quarters_between
from ipdash.core.written import ask
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


_TABLES = {
    "line": TargetLine._meta.db_table,
    "plan": Plan._meta.db_table,
    "indicator": Indicator._meta.db_table,
    "figure": Figure._meta.db_table,
}  # fmt: skip
_LATEST = """
    SELECT line.plan_id, MAX(figure.year * 4 + figure.quarter - 1)
    FROM {line} line
    JOIN {plan} plan ON plan.id = line.plan_id AND plan.region_id = line.region_id
    JOIN {indicator} indicator ON indicator.id = line.indicator_id
    JOIN {figure} figure ON figure.region_id = line.region_id
        AND figure.indicator_id IN (indicator.id, indicator.numerator_id)
    WHERE figure.approved_value IS NOT NULL AND figure.year BETWEEN plan.start_year AND plan.end_year
      AND figure.year * 4 + figure.quarter - 1 <= %s AND plan.id IN ({{ids}})
    GROUP BY line.plan_id
""".format(**_TABLES)  # noqa: S608 - names of our own tables


def default_quarters(plans: Sequence[Plan], today: date) -> dict[int, Quarter]:
    """`default_quarter` of each of these plans, by id, in one query."""
    ended = Quarter.last_ended(today)
    reported: dict[int, int] = {}
    if plans:
        ids = [plan.pk for plan in plans]
        reported = dict(ask(_LATEST.format(ids=", ".join(["%s"] * len(ids))), (ended.index, *ids)))
    found = {}
    for plan in plans:
        first, last = Quarter(plan.start_year, 1), min(ended, Quarter(plan.end_year, 4))
        found[plan.pk] = max(first, Quarter.from_index(reported[plan.pk]) if plan.pk in reported else last)
    return found
