"""What follows from what: which target lines a change touches, and the one recomputation it asks for.

A touched line's `input_version` rises in the transaction of the change; the run writes results and sets
`computed_version` to the version it read. A change during a run therefore leaves the line stale for the next one, and an
older run never overwrites a newer one's results.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q

from indicators.models import Figure, Indicator, TargetLine
from ipdash.jobs.models import JobRun
from ipdash.jobs.services import enqueue

RECOMPUTE = "recompute_attainment"
_CHUNK = 5000


def mark_figures_changed(figures: Iterable[Figure], *, requested_by: Any) -> JobRun | None:
    """Marks the lines that count these figures: the region's own and its ancestors', directly or as a ratio's part."""
    return mark_pairs_changed(
        {(figure.indicator_id, figure.region.code) for figure in figures}, requested_by=requested_by
    )


def mark_pairs_changed(pairs: set[tuple[int, str]], *, requested_by: Any) -> JobRun | None:
    """Marks lines by (indicator id, region code) of what changed; None where no line depends on it."""
    if not pairs:
        return None
    touched: set[tuple[int, str]] = set()
    for indicator, code in pairs:
        touched.update((indicator, place) for place in (code, code[:4] + "00", code[:2] + "0000"))
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
    """Marks lines as changed and enqueues one de-duplicated recomputation a plan; the last one's run is returned."""
    if not line_ids:
        return None
    # In order of their keys, so that two writers wait for each other instead of locking crosswise.
    ordered = sorted(set(line_ids))
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        list(TargetLine.objects.select_for_update().filter(pk__in=chunk).order_by("pk").values_list("pk", flat=True))
        TargetLine.objects.filter(pk__in=chunk).update(input_version=F("input_version") + 1)
    plans = TargetLine.objects.filter(pk__in=ordered).order_by("plan").values_list("plan", flat=True).distinct()
    run: JobRun | None = None
    for plan in plans:
        run = request_recomputation(plan, requested_by=requested_by)
    return run


def request_recomputation(plan_id: int, *, requested_by: Any) -> JobRun:
    """One waiting recomputation of a plan's stale lines; must be called inside the transaction of the change."""
    return enqueue(RECOMPUTE, {"plan": plan_id}, dedupe_key=f"{RECOMPUTE}:{plan_id}", requested_by=requested_by)
