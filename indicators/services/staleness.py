"""What follows from what: which target lines a change touches, and the one recomputation it asks for.

A touched line's `input_version` rises in the transaction of the change; the run writes results and sets
`computed_version` to the version it read. A change during a run therefore leaves the line stale for the next one, and an
older run never overwrites a newer one's results.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Least

from indicators.models import Figure, Indicator, TargetLine
from ipdash.core.periods import Quarter
from ipdash.jobs.models import JobRun
from ipdash.jobs.registry import JSON
from ipdash.jobs.services import enqueue_many
from plans.region_history import codes_above

RECOMPUTE = "recompute_attainment"
LINES_A_JOB = 4000
"""A plan with more lines is recomputed in several jobs, each with some of its indicators."""
_CHUNK = 5000


def mark_figures_changed(figures: Iterable[Figure], *, requested_by: Any) -> JobRun | None:
    """Marks the lines that count these figures: the region's own and its ancestors', also former ones, directly or as a
    ratio's part."""
    return mark_pairs_changed(
        {(figure.indicator_id, figure.region.code) for figure in figures}, requested_by=requested_by
    )


def mark_pairs_changed(pairs: set[tuple[int, str]], *, requested_by: Any) -> JobRun | None:
    """Marks lines by (indicator id, region code) of what changed; None where no line depends on it."""
    if not pairs:
        return None
    touched: set[tuple[int, str]] = set()
    above = codes_above({code for _indicator, code in pairs})
    for indicator, code in pairs:
        touched.update((indicator, place) for place in above[code])
    candidates = TargetLine.objects.filter(
        Q(indicator__in={indicator for indicator, _code in touched})
        | Q(indicator__numerator__in={indicator for indicator, _code in touched})
        | Q(indicator__denominator__in={indicator for indicator, _code in touched}),
        region__code__in={code for _indicator, code in touched},
    ).values_list("pk", "region__code", "indicator_id", "indicator__numerator_id", "indicator__denominator_id")
    lines = [
        pk
        for pk, code, *indicators in candidates
        if any((indicator, code) in touched for indicator in indicators if indicator is not None)
    ]
    return mark_lines(lines, requested_by=requested_by)


def mark_indicator_changed(indicator: Indicator, *, requested_by: Any) -> JobRun | None:
    """Marks every line of an indicator whose definition changed, and of the ratios made from it."""
    lines = TargetLine.objects.filter(
        Q(indicator=indicator) | Q(indicator__numerator=indicator) | Q(indicator__denominator=indicator)
    )
    return mark_lines(list(lines.values_list("pk", flat=True)), requested_by=requested_by)


def mark_plan_changed(plan_id: int, *, requested_by: Any) -> JobRun | None:
    """Marks every line of a plan whose years or thresholds changed."""
    lines = TargetLine.objects.filter(plan=plan_id).values_list("pk", flat=True)
    return mark_lines(list(lines), requested_by=requested_by)


def mark_lines(line_ids: list[int], *, requested_by: Any) -> JobRun | None:
    """Marks lines as changed and enqueues de-duplicated recomputations of their plans; one of the runs is returned."""
    if not line_ids:
        return None
    # In order of their keys, so that two writers wait for each other instead of locking crosswise.
    ordered = sorted(set(line_ids))
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        list(TargetLine.objects.select_for_update().filter(pk__in=chunk).order_by("pk").values_list("pk", flat=True))
        TargetLine.objects.filter(pk__in=chunk).update(input_version=F("input_version") + 1)
    touched: dict[int, set[int]] = {}
    for start in range(0, len(ordered), _CHUNK):
        part = TargetLine.objects.filter(pk__in=ordered[start : start + _CHUNK]).order_by()
        for plan, indicator in part.values_list("plan", "indicator").distinct():
            touched.setdefault(plan, set()).add(indicator)
    return _request(touched, requested_by=requested_by)


def mark_quarters_ended(last_ended: Quarter) -> tuple[int, int]:
    """Marks the lines whose results were made when `last_ended` had not ended yet; how many plans and lines these are.

    Whatever the plan's state: one that has been closed since still gets the results of its last quarter. Each plan in a
    transaction of its own.
    """
    behind = TargetLine.objects.filter(computed_as_of__lt=Least(last_ended.index, F("plan__end_year") * 4 + 3))
    plans = list(behind.order_by("plan").values_list("plan", flat=True).distinct())
    lines = 0
    for plan in plans:
        with transaction.atomic():
            found = list(behind.filter(plan=plan).values_list("pk", flat=True))
            mark_lines(found, requested_by=None)
            lines += len(found)
    return len(plans), lines


def request_recomputation(plan_id: int, *, requested_by: Any) -> JobRun | None:
    """Asks for all stale lines of a plan; must be called inside the transaction of the change. None without lines."""
    indicators = TargetLine.objects.filter(plan=plan_id).order_by().values_list("indicator", flat=True).distinct()
    return _request({plan_id: set(indicators)}, requested_by=requested_by)


def _request(touched: dict[int, set[int]], *, requested_by: Any) -> JobRun | None:
    """One waiting recomputation for each slice of a plan in which an indicator (ids) was touched.

    A large plan has several slices, so that several workers share
    its lines; they are ranges of indicator ids that follow from the plan alone, so that equal work has equal keys.
    """
    items: list[tuple[str, dict[str, JSON]]] = []
    for plan, indicators in touched.items():
        slices = _slices(plan)
        if len(slices) == 1:
            items.append((f"{RECOMPUTE}:{plan}", {"plan": plan}))
            continue
        for first, last in slices:
            if any(first <= indicator <= last for indicator in indicators):
                items.append((f"{RECOMPUTE}:{plan}:{first}-{last}", {"plan": plan, "first": first, "last": last}))
    runs = enqueue_many(RECOMPUTE, items, requested_by=requested_by)
    return runs[-1] if runs else None


def _slices(plan_id: int) -> list[tuple[int, int]]:
    """A plan's indicators as ranges of ids with some `LINES_A_JOB` lines each."""
    counts = (
        TargetLine.objects.filter(plan=plan_id).order_by("indicator").values_list("indicator").annotate(Count("pk"))
    )
    slices: list[tuple[int, int]] = []
    held = LINES_A_JOB
    for indicator, count in counts:
        if held >= LINES_A_JOB:
            slices.append((indicator, indicator))
            held = 0
        slices[-1] = (slices[-1][0], indicator)
        held += count
    return slices
