"""Every stored result against a computation from nothing (attainment.md §6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Exists, OuterRef

from indicators.models import Attainment, TargetLine
from indicators.rules.ranking import rank
from indicators.services.recompute import batches_of, fresh_results
from indicators.services.result_rows import Rows, as_python, compare, from_results, stored
from indicators.services.transfer import Array, read
from ipdash.core.periods import Quarter
from plans.models import Plan

SHOWN = 1000
"""So many differences are told one by one; the rest are counted."""


@dataclass(frozen=True)
class Difference:
    """A stored result that a computation from nothing does not give: field → (stored, computed)."""

    line_id: int
    quarter: Quarter
    fields: dict[str, tuple[Any, Any]]


@dataclass
class Verification:
    """What a comparison found. `waiting` lines have changed and are not computed yet: they are no differences."""

    rows: int = 0
    differing: int = 0
    waiting: int = 0
    plans: list[int] = field(default_factory=list)
    shown: list[Difference] = field(default_factory=list)


def verify(*, today: date, plan_id: int | None = None) -> list[Difference]:
    """The differences, the first `SHOWN` of them."""
    return verify_all(today=today, plan_id=plan_id).shown


def verify_all(
    *, today: date, plan_id: int | None = None, progress: Callable[[int, int], None] | None = None
) -> Verification:
    """Compares every stored result, batch by batch, so that memory does not grow with the number of results."""
    found = Verification()
    plans = Plan.objects.defer("source_text").order_by("pk")
    if plan_id is not None:
        plans = plans.filter(pk=plan_id)
    total = len(plans)
    for done, plan in enumerate(plans, start=1):
        before = found.differing
        for batch in batches_of(plan, everything=True):
            _compare_batch(plan, batch, Quarter.last_ended(today).index, found)
        _find_orphans(plan, found)
        if found.differing > before:
            found.plans.append(plan.pk)
        if progress is not None:
            progress(done, total)
    return found


def _compare_batch(plan: Plan, line_ids: Array, last_ended: int, found: Verification) -> None:
    lines = TargetLine.objects.filter(pk__in=line_ids.tolist())
    before = _versions(lines)
    columns, results = fresh_results(plan, lines, last_ended)
    if not columns.line_ids:
        return
    results = replace(results, rank=rank(results, columns.lines, columns.siblings))
    fresh = from_results(results, np.array(columns.line_ids, np.int64))
    old = stored(Attainment.objects.filter(line__in=line_ids.tolist()))
    apart = compare(fresh, old)
    # A line that waits for its recomputation, or changes while it is read here, cannot be judged; nor can a rank among
    # its siblings.
    steady = _steady(lines, before)
    found.waiting += len(line_ids) - len(steady)
    found.rows += len(fresh)
    judged = {
        "fresh": apart.to_write[np.isin(fresh.line_ids[apart.to_write], steady)],
        "stored": apart.to_remove[np.isin(old.line_ids[apart.to_remove], steady)],
    }
    keys = np.union1d(fresh.index[judged["fresh"]], old.index[judged["stored"]])
    for key in keys[: max(SHOWN - len(found.shown), 0)].tolist():
        found.shown.append(_difference(key, fresh, old))
    found.differing += len(keys)


def _versions(lines: Any) -> dict[str, Array]:
    return read(lines.order_by("pk"), "pk", "input_version", "computed_version", "indicator_id", "region_id")


def _steady(lines: Any, before: dict[str, Array]) -> Array:
    """The lines whose results were made of what is there, before and after the comparison."""
    after = _versions(lines)
    same = np.isin(after["pk"], before["pk"])
    place = np.minimum(np.searchsorted(before["pk"], after["pk"]), len(before["pk"]) - 1)
    same &= before["input_version"][place] == after["input_version"]
    same &= before["computed_version"][place] == after["computed_version"]
    steady: Array = after["pk"][same & (after["input_version"] == after["computed_version"])]
    return steady


def _difference(key: int, fresh: Rows, old: Rows) -> Difference:
    sides = []
    for rows in (old, fresh):
        place = int(np.searchsorted(rows.index, key))
        there = place < len(rows) and int(rows.index[place]) == key
        sides.append(as_python(rows, place) if there else dict.fromkeys(rows.content))
    fields = {name: (sides[0][name], new) for name, new in sides[1].items() if sides[0][name] != new}
    one = Rows(np.array([key]), {})
    return Difference(int(one.line_ids[0]), Quarter.from_index(int(one.quarters[0])), fields)


def _find_orphans(plan: Plan, found: Verification) -> None:
    """Rows whose line is gone: nothing in the database forbids them, so they are looked for."""
    line = TargetLine.objects.filter(pk=OuterRef("line_id"), plan=OuterRef("plan_id"))
    orphans = Attainment.objects.filter(~Exists(line), plan=plan).order_by()
    for line_id, year, quarter in orphans.values_list("line_id", "year", "quarter")[:SHOWN]:
        found.differing += 1
        if len(found.shown) < SHOWN:
            found.shown.append(Difference(line_id, Quarter(year, quarter), {"line": (line_id, None)}))
