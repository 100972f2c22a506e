"""The one recomputation: from what is approved to the stored results, writing only what differs (attainment.md §6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from indicators.models import Attainment, TargetLine
from indicators.rules import columns as c
from indicators.rules.compute import compute
from indicators.rules.ranking import rank
from indicators.services.columns import PlanColumns, read_columns
from ipdash.core.numbers import from_scaled
from ipdash.core.periods import Quarter
from plans.models import Plan

BATCH = 2000
"""Lines read, computed and written together: bounds memory and the time that line rows stay locked."""

Progress = Callable[[int, int], None]
Content = tuple[Any, ...]
CONTENT = (
    "status", "light", *c.VALUE_NAMES, "target_comparator", "target_source", "forecast_method", "rank",
    "coverage_reported", "coverage_expected", "denominator_period", "denominator_stale", "too_large", "rules_version",
)  # fmt: skip
"""The fields of `Attainment` that are results, in the order of the tuples compared and written here."""


@dataclass
class Counts:
    """What a run did, in rows of results."""

    lines: int = 0
    written: int = 0
    removed: int = 0
    superseded: int = 0


@dataclass(frozen=True)
class Difference:
    """A stored result that a computation from nothing does not give."""

    line_id: int
    quarter: Quarter
    fields: dict[str, tuple[Any, Any]]


def recompute_plan(plan_id: int, *, today: date, everything: bool = False, progress: Progress | None = None) -> Counts:
    """Recomputes a plan's stale lines, or all of them, batch by batch; safe to run twice, at once, or half.

    `today` decides which quarters have ended. Lines that changed again meanwhile keep their newer results and stay
    stale for the run that their change has asked for.
    """
    counts, done = Counts(), 0
    batches = _batches(plan_id, everything)
    total = sum(map(len, batches))
    for batch in batches:
        _recompute_batch(batch, today, counts)
        done += len(batch)
        if progress is not None:
            progress(done, total)
    return counts


def _batches(plan_id: int, everything: bool) -> list[list[int]]:
    """The lines to compute, cut where no group of siblings is torn: a line's rank depends on its siblings."""
    lines = TargetLine.objects.filter(plan=plan_id)
    if not everything:
        stale = lines.stale().values_list("indicator_id", "basis", "region__parent_id").distinct()
        condition = Q(pk__in=[])
        for indicator, basis, parent in stale:
            condition |= Q(indicator=indicator, basis=basis, region__parent=parent)
        lines = lines.filter(condition | ~Q(input_version=F("computed_version")))
    groups = ("indicator_id", "basis", "region__parent_id")
    batches: list[list[int]] = []
    last: tuple[Any, ...] | None = None
    for pk, *group in lines.order_by(*groups, "pk").values_list("pk", *groups):
        if not batches or (len(batches[-1]) >= BATCH and tuple(group) != last):
            batches.append([])
        batches[-1].append(pk)
        last = tuple(group)
    return batches


def _recompute_batch(line_ids: list[int], today: date, counts: Counts) -> None:
    # The versions are read before anything that results follow from: a change after this stays visible as one.
    versions = dict(TargetLine.objects.filter(pk__in=line_ids).values_list("pk", "input_version"))
    fresh = compute_lines(line_ids, today)
    with transaction.atomic():
        locked = TargetLine.objects.select_for_update().filter(pk__in=line_ids).order_by("pk")
        ours = [pk for pk, done in locked.values_list("pk", "computed_version") if done <= versions.get(pk, -1)]
        counts.superseded += len(line_ids) - len(ours)
        counts.lines += len(ours)
        _store({pk: fresh.get(pk, {}) for pk in ours}, counts)
        for pk_chunk in _by_version(ours, versions):
            TargetLine.objects.filter(pk__in=pk_chunk[1]).update(computed_version=pk_chunk[0])


def _by_version(line_ids: Sequence[int], versions: dict[int, int]) -> Iterator[tuple[int, list[int]]]:
    grouped: dict[int, list[int]] = {}
    for pk in line_ids:
        grouped.setdefault(versions[pk], []).append(pk)
    yield from grouped.items()


def compute_lines(line_ids: Sequence[int], today: date) -> dict[int, dict[Quarter, Content]]:
    """The results of these lines (all of one plan) from nothing: line id → quarter → content."""
    lines = list(
        TargetLine.objects.filter(pk__in=line_ids)
        .select_related("plan", "region", "indicator__numerator", "indicator__denominator")
        .prefetch_related("baselines", "targets")
        .order_by("indicator", "basis", "region__code", "pk")
    )
    if not lines:
        return {}
    columns = read_columns(lines)
    results = compute(columns.lines, columns.targets, columns.series, columns.asked, Quarter.last_ended(today).index)
    results = replace(results, rank=rank(results, columns.lines, columns.siblings))
    return _contents(columns, results, lines)


def _contents(
    columns: PlanColumns, results: c.Results, lines: Sequence[TargetLine]
) -> dict[int, dict[Quarter, Content]]:
    quarters = [Quarter.from_index(int(index)) for index in columns.asked]
    made = [_line_contents(results, row, len(quarters)) for row in range(len(lines))]
    return {pk: dict(zip(quarters, contents, strict=True)) for pk, contents in zip(columns.line_ids, made, strict=True)}


def _line_contents(results: c.Results, row: int, quarters: int) -> list[Content]:
    """One line's results as tuples in the order of `CONTENT`."""
    values = [_decimals(getattr(results, name), row) for name in c.VALUE_NAMES]
    return [
        (
            c.Status(int(results.status[row, q])).name,
            c.Light(int(results.light[row, q])).name,
            *(column[q] for column in values),
            COMPARATORS[int(results.target_comparator[row, q])] if values[TARGET][q] is not None else "",
            _name(c.TargetSource(int(results.target_source[row, q]))),
            _name(c.ForecastMethod(int(results.forecast_method[row, q]))),
            _positive(results.rank[row, q]),
            int(results.coverage_reported[row, q]) if results.coverage_expected[row, q] else None,
            _positive(results.coverage_expected[row, q]),
            None if results.denominator_period[row, q] < 0 else int(results.denominator_period[row, q]),
            bool(results.denominator_stale[row, q]),
            bool(results.too_large[row, q]),
            results.rules_version,
        )
        for q in range(quarters)
    ]


COMPARATORS = {int(code): sign for sign, code in c.SYMBOLS.items()}
TARGET = c.VALUE_NAMES.index("target")


def _decimals(values: c.Values, row: int) -> list[Decimal | None]:
    return [
        from_scaled(scaled) if known else None
        for scaled, known in zip(values.value[row].tolist(), values.known[row].tolist(), strict=True)
    ]


def _name(code: c.TargetSource | c.ForecastMethod) -> str:
    return "" if code.name == "none" else code.name


def _positive(number: Any) -> int | None:
    return int(number) if number > 0 else None


def _store(fresh: dict[int, dict[Quarter, Content]], counts: Counts) -> None:
    """Makes the stored rows of these lines equal to the fresh ones: inserts, changes and removes what differs."""
    places = {
        pk: (plan, region)
        for pk, plan, region in TargetLine.objects.filter(pk__in=fresh).values_list("pk", "plan_id", "region_id")
    }
    stored = {
        (line, Quarter(year, quarter)): (pk, tuple(content))
        for pk, line, year, quarter, *content in Attainment.objects.filter(line__in=fresh).values_list(
            "pk", "line_id", "year", "quarter", *CONTENT
        )
    }
    now = timezone.now()
    changed: list[Attainment] = []
    for line, quarters in fresh.items():
        plan, region = places[line]
        for quarter, content in quarters.items():
            known = stored.pop((line, quarter), None)
            if known is None or known[1] != content:
                changed.append(
                    Attainment(
                        line_id=line, plan_id=plan, region_id=region, year=quarter.year, quarter=quarter.quarter,
                        computed_at=now, **dict(zip(CONTENT, content, strict=True)),
                    )
                )  # fmt: skip
    Attainment.objects.filter(pk__in=[pk for pk, _content in stored.values()]).delete()
    Attainment.objects.bulk_create(
        changed,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["line", "year", "quarter"],
        update_fields=[*CONTENT, "plan", "region", "computed_at"],
    )
    counts.written += len(changed)
    counts.removed += len(stored)


def verify(*, today: date, plan_id: int | None = None) -> list[Difference]:
    """Compares every stored result with a computation from nothing."""
    differences: list[Difference] = []
    plans = Plan.objects.filter(pk=plan_id) if plan_id is not None else Plan.objects.all()
    for plan in plans.order_by("pk"):
        for batch in _batches(plan.pk, everything=True):
            differences += _compare(batch, today)
    return differences


def _compare(line_ids: list[int], today: date) -> list[Difference]:
    fresh = {
        (line, quarter): content
        for line, quarters in compute_lines(line_ids, today).items()
        for quarter, content in quarters.items()
    }
    stored = {
        (line, Quarter(year, quarter)): tuple(content)
        for line, year, quarter, *content in Attainment.objects.filter(line__in=line_ids).values_list(
            "line_id", "year", "quarter", *CONTENT
        )
    }
    nothing: Content = (None,) * len(CONTENT)
    found = []
    for key in sorted(fresh.keys() | stored.keys()):
        old, new = stored.get(key, nothing), fresh.get(key, nothing)
        if old != new:
            fields = {name: (a, b) for name, a, b in zip(CONTENT, old, new, strict=True) if a != b}
            found.append(Difference(key[0], key[1], fields))
    return found
