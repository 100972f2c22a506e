"""Which figures two reviewers have to approve, one after the other (`Plan.second_review`), and who stands where.

A figure is approved by two where a plan that counts it asks for that, and where it is a correction after the lock: the
reviewer who corrects is the first of the two. Nobody is both, and nobody approves what they entered.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from indicators.models import Figure, TargetLine
from plans.models import Plan

Asked = tuple[set[int | None], str, int, int]


def needing_two(figures: Iterable[Figure]) -> set[int]:
    """Of these figures (read with their regions) those that count once two have approved them; one query for all."""
    given = list(figures)
    asked = _asked_by_plans({figure.indicator_id for figure in given}) if given else []
    return {figure.pk for figure in given if figure.is_correction or any(_is_counted(figure, *one) for one in asked)}


def _is_counted(figure: Figure, indicators: set[int | None], code: str, first: int, last: int) -> bool:
    """Whether a line of this region and these years counts the figure: as its own, or added up from below."""
    own = figure.region.code
    return (
        figure.indicator_id in indicators
        and first <= figure.year <= last
        and code in (own, own[:4] + "00", own[:2] + "0000")
    )


def _asked_by_plans(indicators: set[int]) -> list[Asked]:
    """What plans with two levels count of these indicators: a line's parts, its region's code, first and last year."""
    lines = (
        TargetLine.objects.filter(
            Q(indicator__in=indicators)
            | Q(indicator__numerator__in=indicators)
            | Q(indicator__denominator__in=indicators),
            plan__second_review=True,
        )
        .exclude(plan__state=Plan.State.DRAFT)
        .order_by()
        .values_list(
            "indicator", "indicator__numerator", "indicator__denominator", "region__code", "plan__start_year",
            "plan__end_year",
        )
        .distinct()
    )  # fmt: skip
    return [({one, above, below}, code, first, last) for one, above, below, code, first, last in lines]


def waits_for_another(figure: Figure, user_id: int | None, two: set[int]) -> bool:
    """Whether this person has approved the figure as the first of two."""
    return figure.pk in two and figure.first_approved_by_id is not None and figure.first_approved_by_id == user_id
