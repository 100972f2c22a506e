"""Recomputation at the nation's size.

The full run is committed, since it has several connections: meanwhile the nation has only the results that are written already,
afterwards the same as before. Everything else is rolled back.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import IO, Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from indicators.bench.nation import computed_plans, rolled_back
from indicators.bench.registry import Broken, Lacking, Measure, Options, bench, timed_in_turn
from indicators.models import Attainment, Figure, TargetLine
from indicators.services.recompute import recompute_plan, recompute_plans
from indicators.services.result_rows import compare, stored
from indicators.services.staleness import mark_pairs_changed
from ipdash.core import clock
from plans.models import Plan

CHANGED = 1000
FIGURES = "SELECT indicator_id, region_id, year, quarter, approved_value FROM indicators_figure WHERE approved_value IS NOT NULL"
TARGETS = "SELECT line_id, year, comparator, value, upper, source, in_force_from FROM indicators_target"
LIKE = "bench_results"
_TENTH = 0.1
_NO_FASTER = 1.1
"""Two medians of the same job lie as far apart as this by chance."""


@bench("recompute_full", title=gettext_lazy("全国重算：从空表到写完"))
def recompute_full(options: Options) -> Iterator[Measure]:
    """The floor moves as many bytes and computes nothing: every figure and target out, as many result rows into a like table."""
    plans = computed_plans()
    with tempfile.TemporaryFile(prefix="bench-") as rows:
        _copy(f"COPY {_table()} TO STDOUT (FORMAT BINARY)", rows, out=True)
        taken = timed_in_turn(options.rounds, job=partial(fill_to_stay, plans), floor=partial(_floor, rows))
    count = Attainment.objects.filter(plan__in=plans).count()
    yield Measure(
        _("%(rows)s条结果") % {"rows": f"{count:,}"}, taken["job"], floor=taken["floor"], most_ratio=1.25,
        note=_("每秒%(rate)s条") % {"rate": f"{count / taken['job']:,.0f}"},
    )  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Measure(_("内存峰值"), peak, "MB", most=2000)


@bench("recompute_after_1000", title=gettext_lazy("一省1000个数据变化后的重算"))
def recompute_after_1000(options: Options) -> Iterator[Measure]:
    """A city's worth of indicators of the largest province, all in one quarter."""
    plan = computed_plans()[0]
    counts: list[int] = []
    taken = timed_in_turn(options.rounds, job=lambda: _after_change(plan, counts))
    full = _full_seconds()
    yield Measure(_("用时，基准为全国重算"), taken["job"], floor=full, most=0.5, most_ratio=0.01)
    yield Measure(_("写入（与不同的条数相等）"), counts[-1], _("条"))


@bench("growth", title=gettext_lazy("重算用时随规模的增长"))
def growth(options: Options) -> Iterator[Measure]:
    """Seconds for a million rows at the whole nation, beside those at a tenth of it."""
    whole = computed_plans()
    total = Attainment.objects.filter(plan__in=whole).count()
    part, rows = [], 0
    for plan in reversed(whole):
        if rows < total * _TENTH:
            part.append(plan)
            rows += Attainment.objects.filter(plan=plan).count()
    taken = timed_in_turn(options.rounds, whole=partial(fill, whole), tenth=partial(fill, part))
    yield Measure(
        _("每百万条用时，基准为十分之一规模"), taken["whole"] / total * 1e6, floor=taken["tenth"] / rows * 1e6,
        most_ratio=_NO_FASTER,
    )  # fmt: skip


def fill(plans: Sequence[Plan]) -> float:
    """Seconds for all results of some plans, from an empty table; rolled back, and therefore one plan after the other."""
    with rolled_back():
        return _filled(plans)


def fill_to_stay(plans: Sequence[Plan]) -> float:
    """The same as a national run does it, with as many plans at once as a worker has jobs."""
    if Attainment.objects.exclude(plan__in=plans).exists():
        raise Lacking(_("数据库里还有其他规划的结果，不能清空后重算。请在只有合成数据的数据库里测。"))
    return _filled(plans)


def _filled(plans: Sequence[Plan]) -> float:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {_table()}")
        # Broken off, the run leaves lines that wait for the next one.
        TargetLine.objects.filter(plan__in=plans).update(computed_version=0)
    began = time.perf_counter()
    for _counts in recompute_plans([plan.pk for plan in plans], today=clock.today(), everything=True):
        pass
    return time.perf_counter() - began


@cache
def _full_seconds() -> float:
    return fill_to_stay(computed_plans())


def _floor(rows: IO[bytes]) -> float:
    with rolled_back(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {LIKE} (LIKE {_table()} INCLUDING ALL)")
        began = time.perf_counter()
        with open(os.devnull, "wb") as nowhere:
            for query in (FIGURES, TARGETS):
                _copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", nowhere, out=True)
        rows.seek(0)
        _copy(f"COPY {LIKE} FROM STDIN (FORMAT BINARY)", rows, out=False)
        return time.perf_counter() - began


def _copy(sql: str, file: IO[bytes], *, out: bool) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(sql, file, 1 << 20)
    if out:
        file.flush()


def _table() -> str:
    return connection.ops.quote_name(Attainment._meta.db_table)


def _after_change(plan: Plan, counts: list[int]) -> float:
    """Changes figures, recomputes, and sees that exactly the rows that differ were written."""
    with rolled_back():
        chosen = Figure.objects.filter(
            region__code__startswith=plan.slug[-6:-4] if plan.slug else "", year=plan.end_year, quarter=3,
            approved_value__isnull=False, indicator__target_lines__plan=plan,
        ).order_by("indicator", "region")  # fmt: skip
        found: list[Any] = list(chosen.distinct().values_list("pk", "indicator_id", "region__code")[:CHANGED])
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE indicators_figure SET approved_value = approved_value + 1000000 WHERE id = ANY(%s)",
                [[pk for pk, _indicator, _code in found]],
            )
        mark_pairs_changed({(indicator, code) for _pk, indicator, code in found}, requested_by=None)
        lines = Attainment.objects.filter(plan=plan)
        before = stored(lines)
        began = time.perf_counter()
        done = recompute_plan(plan.pk, today=clock.today())
        seconds = time.perf_counter() - began
        differing = len(compare(stored(lines), before).to_write)
        if done.written != differing or len(found) < CHANGED:
            raise Broken(f"{done.written} rows written, {differing} differ, {len(found)} figures changed")
        counts.append(done.written)
        return seconds
