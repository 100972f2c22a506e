"""The one recomputation: from what is approved to the stored results, writing only what differs (attainment.md §6)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from indicators.models import Attainment, TargetLine
from indicators.rules import columns as c
from indicators.rules.compute import compute
from indicators.services.columns import PlanColumns, basis_code, end_of_line, parent_of_region, read_lines
from indicators.services.placements import read_placements
from indicators.services.ranks import Group, Seated, rank_among_siblings
from indicators.services.result_rows import Rows, compare, from_results, inserting, stored
from indicators.services.transfer import Array, beside, nothing, read, remove
from ipdash.core.periods import Quarter
from plans.models import Plan

BATCH = 4000
"""Lines read, computed and written together: bounds memory and the time that line rows stay locked."""

Progress = Callable[[int, int], None]


@dataclass
class Counts:
    """What a run did, in rows of results."""

    lines: int = 0
    written: int = 0
    removed: int = 0
    superseded: int = 0


def recompute_plan(
    plan_id: int,
    *,
    today: date,
    everything: bool = False,
    indicators: tuple[int, int] | None = None,
    progress: Progress | None = None,
) -> Counts:
    """Recomputes a plan's stale lines, or all of them, batch by batch; safe to run twice, at once, or half.

    `today` decides which quarters have ended; `indicators` narrows it to a range of ids, both ends included. Lines that changed
    again meanwhile keep their newer results and stay stale for the run that their change has asked for. Each batch is a
    transaction of its own; while its rows are on their way, the next one is computed.
    """
    counts, done = Counts(), 0
    plan = Plan.objects.defer("source_text").get(pk=plan_id)
    last_ended = Quarter.last_ended(today).index
    batches = batches_of(plan, everything=everything, indicators=indicators)
    total = sum(map(len, batches))
    with contextlib.ExitStack() as open_transaction:
        waiting = nothing
        for batch in batches:
            columns = read_lines(plan, TargetLine.objects.filter(pk__in=batch.tolist()))
            with beside(waiting):
                results = _computed(columns, last_ended)
            open_transaction.close()
            open_transaction.enter_context(transaction.atomic())
            waiting = _prepared(_Batch(plan, columns, results, _locked(plan, columns)), last_ended, counts)
            done += len(batch)
            if progress is not None:
                progress(done, total)
        waiting()
    return counts


def recompute_plans(plan_ids: Sequence[int], *, today: date, everything: bool = False) -> Iterator[Counts]:
    """`recompute_plan` for several plans, as many at once as a worker has jobs; what each did, in their order.

    Each has a connection of its own; SQLite has one writer, and a transaction that is open already has one connection.
    """
    one = partial(recompute_plan, today=today, everything=everything)
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield from map(one, plan_ids)
        return

    def beside_others(plan_id: int) -> Counts:
        try:
            return one(plan_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(settings.JOB_WORKER_THREADS) as pool:
        yield from pool.map(beside_others, plan_ids)


def batches_of(plan: Plan, *, everything: bool, indicators: tuple[int, int] | None = None) -> list[Array]:
    """The ids of the lines to compute, cut where no group of siblings is torn: a line's rank depends on its siblings."""
    lines = TargetLine.objects.filter(plan=plan)
    if indicators is not None:
        lines = lines.filter(indicator__pk__range=indicators)
    if not everything:
        lines = lines.stale()
    found = read(
        lines.annotate(basis_code=basis_code(), parent=parent_of_region()).order_by(
            "indicator_id", "basis_code", "parent", "pk"
        ),
        "pk", "indicator_id", "basis_code", "parent",
    )  # fmt: skip
    placements = read_placements()
    if placements.former:
        found["parent"] = placements.families_of(found["parent"])
        order = np.lexsort(tuple(found[name] for name in ("pk", "parent", "basis_code", "indicator_id")))
        found = {name: values[order] for name, values in found.items()}
    torn = np.zeros(len(found["pk"]), np.bool_)
    for name in ("indicator_id", "basis_code", "parent"):
        torn[1:] |= found[name][1:] != found[name][:-1]
    starts, cuts = np.flatnonzero(torn), [0]
    while len(found["pk"]) - cuts[-1] > BATCH:
        beyond = starts[starts >= cuts[-1] + BATCH]
        if not len(beyond):
            break
        cuts.append(int(beyond[0]))
    return [part for part in np.split(found["pk"], cuts[1:]) if len(part)]


def fresh_results(plan: Plan, lines: QuerySet[TargetLine], last_ended: int) -> tuple[PlanColumns, c.Results]:
    """The results of some of a plan's lines from nothing, without ranks."""
    columns = read_lines(plan, lines)
    return columns, _computed(columns, last_ended)


def _computed(columns: PlanColumns, last_ended: int) -> c.Results:
    return compute(columns.lines, columns.targets, columns.series, columns.asked, last_ended)


def _prepared(batch: _Batch, last_ended: int, counts: Counts) -> Callable[[], None]:
    """Does everything for a batch, inside its transaction, but the writing of its new rows, which it returns."""
    ours = _still_ours(batch.columns, batch.group)
    counts.superseded += len(ours) - int(ours.sum())
    counts.lines += int(ours.sum())
    if not ours.any():
        return nothing
    _settle(batch.columns, ours, last_ended)
    return _storing(batch, ours, counts)


def _locked(plan: Plan, columns: PlanColumns) -> Group:
    """All lines of the groups that these lines are ranked in, locked in the order of their ids.

    So two runs never rank the same group at once, and a rank is always that of the actuals stored beside it.
    """
    indicators = np.unique(columns.indicator_ids).tolist()
    parents = columns.placements.kin_of(np.unique(columns.parents).tolist())
    above = Q(region__parent__in=parents) | (Q(region__parent=None) if 0 in parents else Q(pk__in=[]))
    locked = (
        TargetLine.objects.filter(above, plan=plan, indicator__in=indicators)
        .annotate(basis_code=basis_code(), parent=parent_of_region(), ends=end_of_line())
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
        .values_list("pk", "computed_version", "indicator_id", "basis_code", "parent", "region_id", "ends")
    )
    found = np.array(list(locked), np.int64).reshape(-1, 7).T
    names = ("pk", "computed_version", "indicator", "basis", "parent", "region", "ended_from")
    return dict(zip(names, found, strict=True))


def _still_ours(columns: PlanColumns, group: Group) -> c.Mask:
    """The lines that are still there and that no newer run has computed."""
    place = np.minimum(np.searchsorted(group["pk"], columns.line_ids), max(len(group["pk"]) - 1, 0))
    if not len(group["pk"]):
        return np.zeros(len(columns.line_ids), np.bool_)
    there = group["pk"][place] == columns.line_ids
    ours: c.Mask = there & (group["computed_version"][place] <= columns.versions)
    return ours


@dataclass(frozen=True)
class _Batch:
    """Some lines of a plan, their results, and all lines that they are ranked with."""

    plan: Plan
    columns: PlanColumns
    results: c.Results
    group: Group


def _storing(batch: _Batch, ours: c.Mask, counts: Counts) -> Callable[[], None]:
    """Makes the stored rows of the lines that are ours equal to the fresh ones: adds, changes and removes what differs.

    What is added is added by the function that it returns.
    """
    columns, results = batch.columns, batch.results
    mine = np.flatnonzero(ours)
    line_ids, lines = np.array(columns.line_ids, np.int64)[mine], columns.lines
    if len(mine) < len(lines):
        results, lines = results.take(mine), lines.take(mine)
    old = stored(Attainment.objects.filter(line__in=line_ids.tolist()))
    results, others = rank_among_siblings(lines, line_ids, results, Seated(batch.group, columns.placements), old)
    fresh = from_results(results, line_ids)
    found = compare(fresh, old)
    remove(Attainment, *_keys(old, found.to_remove))
    counts.written += len(found.to_write) + others
    counts.removed += len(found.superfluous)
    if not len(found.to_write):
        return nothing
    added = fresh if len(found.to_write) == len(fresh) else fresh.take(found.to_write)
    regions = {"line_id": line_ids, "region_id": columns.region_ids[mine]}
    return inserting(added, batch.plan.pk, regions, timezone.now())


def _keys(rows: Rows, places: Array) -> tuple[dict[str, Array], int]:
    quarters = rows.quarters[places]
    keys = {"line_id": rows.line_ids[places], "year": quarters // 4, "quarter": quarters % 4 + 1}
    return keys, len(places)


def _settle(columns: PlanColumns, ours: c.Mask, last_ended: int) -> None:
    """Says of what the stored results are made."""
    line_ids, versions = np.array(columns.line_ids, np.int64)[ours], columns.versions[ours]
    for version in np.unique(versions).tolist():
        TargetLine.objects.filter(pk__in=line_ids[versions == version].tolist()).exclude(
            computed_version=version, computed_as_of=last_ended
        ).update(computed_version=version, computed_as_of=last_ended)
