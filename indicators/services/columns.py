"""From rows of the database to the columns that the rules compute on (indicators/rules/columns.py)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.db.models import BigIntegerField, Min
from django.db.models.functions import Cast

from indicators.models import Figure, Indicator, TargetLine
from indicators.rules import columns as c
from indicators.rules.rollup import Differences, roll_up
from indicators.services.rollup import Edges, Pair, read_edges
from ipdash.core.numbers import to_scaled
from ipdash.core.periods import Quarter

EARLIER_YEARS = 3
"""A forecast by earlier years' shares looks this far back; growth needs one."""


@dataclass(frozen=True)
class PlanColumns:
    """Lines of one plan as columns: `line_ids[i]` is row i, `asked` is every quarter of the plan.

    `siblings` numbers the groups of lines that are ranked against each other: one indicator and basis, one parent region.
    `rows` says which row of the series holds an indicator in a region, `own` where that region itself has a figure,
    `edges` what is added up to what, and `differences` where a region's own figure is not its children's sum.
    """

    line_ids: list[int]
    lines: c.Lines
    targets: c.Targets
    series: c.Series
    asked: c.Integers
    siblings: c.Integers
    rows: dict[Pair, int]
    own: c.Mask
    edges: Edges
    differences: Differences | None


def read_columns(lines: Sequence[TargetLine]) -> PlanColumns:
    """Reads everything that the results of these lines follow from. All lines belong to one plan.

    The lines come with plan, region, indicator (and its parts), baselines and targets fetched.
    """
    plan = lines[0].plan
    pairs = {pair for line in lines for pair in _pairs(line)}
    baselines = [baseline.year for line in lines for baseline in line.baselines.all()]
    first_year = min([plan.start_year - EARLIER_YEARS, *baselines, *_oldest_denominator(lines)])
    first, last = Quarter(first_year, 1), Quarter(plan.end_year, 4)
    edges = read_edges({line.region for line in lines}, {indicator for indicator, _region in pairs}, first, last)
    rows = {pair: row for row, pair in enumerate(sorted(pairs | edges.pairs))}
    reported = _series(rows, first, last)
    series, differences = _rolled_up(reported, edges, rows)
    return PlanColumns(
        line_ids=[line.pk for line in lines],
        lines=_lines(lines, rows),
        targets=_targets(lines),
        series=series,
        asked=np.arange(Quarter(plan.start_year, 1).index, Quarter(plan.end_year, 4).index + 1, dtype=np.int64),
        siblings=_siblings(lines),
        rows=rows,
        own=reported.known,
        edges=edges,
        differences=differences,
    )


def _oldest_denominator(lines: Sequence[TargetLine]) -> list[int]:
    """The first year of a population: the latest one before a quarter counts, however old (attainment.md §2)."""
    stocks = {
        line.indicator.denominator_id
        for line in lines
        if line.indicator.denominator is not None and line.indicator.denominator.quantity == Indicator.Quantity.STOCK
    }
    if not stocks:
        return []
    found = Figure.objects.filter(indicator__in=stocks, approved_value__isnull=False).aggregate(first=Min("year"))
    return [] if found["first"] is None else [found["first"]]


def _rolled_up(series: c.Series, edges: Edges, rows: dict[Pair, int]) -> tuple[c.Series, Differences | None]:
    tree = edges.tree(rows, series.quarters)
    return (series, None) if tree is None else roll_up(series, tree)


def _siblings(lines: Sequence[TargetLine]) -> c.Integers:
    groups: dict[tuple[int, str, int | None], int] = {}
    numbers = [groups.setdefault((line.indicator_id, line.basis, line.region.parent_id), len(groups)) for line in lines]
    return np.array(numbers, dtype=np.int64)


def _pairs(line: TargetLine) -> Iterable[Pair]:
    indicator = line.indicator
    if indicator.numerator_id is None or indicator.denominator_id is None:
        return [(indicator.pk, line.region_id)]
    return [(indicator.numerator_id, line.region_id), (indicator.denominator_id, line.region_id)]


def _lines(lines: Sequence[TargetLine], rows: dict[Pair, int]) -> c.Lines:
    records = [_record(line, rows) for line in lines]
    codes, integers, years = np.int8, np.int64, np.int32
    kinds = (
        *[codes] * 8,
        integers,
        years,
        years,
        integers,
        integers,
        years,
        integers,
        np.bool_,
        integers,
        integers,
        integers,
    )
    return c.Lines(
        *(np.array(column, dtype=kind) for column, kind in zip(zip(*records, strict=True), kinds, strict=True))
    )


def _record(line: TargetLine, rows: dict[Pair, int]) -> tuple[int | bool, ...]:
    """One line in the order of `columns.Lines`."""
    indicator, plan = line.indicator, line.plan
    numerator: Indicator | None = indicator.numerator
    denominator: Indicator | None = indicator.denominator
    baseline = next((b for b in line.baselines.all() if b.counted_from), None)

    def row(part: int | None) -> int:
        return c.NO_ROW if part is None else rows.get((part, line.region_id), c.NO_ROW)

    return (
        c.Quantity[indicator.quantity],
        c.Direction[indicator.direction],
        c.ReportingBasis[indicator.reporting_basis],
        c.Frequency[indicator.frequency],
        c.Basis[line.basis],
        c.Quantity[denominator.quantity if denominator else "stock"],
        c.ReportingBasis[numerator.reporting_basis if numerator else "level"],
        c.ReportingBasis[denominator.reporting_basis if denominator else "level"],
        _scaled(indicator.factor),
        plan.start_year,
        plan.end_year,
        _scaled(plan.yellow_below),
        _scaled(plan.red_below),
        baseline.year if baseline else 0,
        _scaled(baseline.value if baseline else None),
        baseline is not None,
        row(None if numerator else indicator.pk),
        row(indicator.numerator_id),
        row(indicator.denominator_id),
    )


def _scaled(value: Decimal | None) -> int:
    return 0 if value is None else to_scaled(value)


def _targets(lines: Sequence[TargetLine]) -> c.Targets:
    records = [
        (
            row,
            target.year,
            c.SYMBOLS[target.comparator],
            _scaled(target.value),
            _scaled(target.upper),
            target.upper is not None,
            c.TargetSource[target.source],
            c.ORIGINAL if target.in_force_from is None else target.in_force_from,
        )
        for row, line in enumerate(lines)
        for target in line.targets.all()
    ]
    kinds = (np.int64, np.int32, np.int8, np.int64, np.int64, np.bool_, np.int8, np.int64)
    columns = zip(*records, strict=True) if records else ([] for _ in kinds)
    return c.Targets(*(np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)))


def _series(rows: dict[Pair, int], first: Quarter, last: Quarter) -> c.Series:
    """Approved figures of these pairs as rows × quarters; the stored integers are taken as they are."""
    shape = (len(rows), last.index - first.index + 1)
    value, known = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.bool_)
    figures = (
        Figure.objects.filter(
            indicator__in={indicator for indicator, _region in rows},
            region__in={region for _indicator, region in rows},
            year__range=(first.year, last.year),
            approved_value__isnull=False,
        )
        .annotate(scaled=Cast("approved_value", BigIntegerField()))
        .values_list("indicator_id", "region_id", "year", "quarter", "scaled")
    )
    for indicator, region, year, quarter, scaled in figures.iterator(chunk_size=20_000):
        row = rows.get((indicator, region))
        if row is not None:
            column = Quarter(year, quarter).index - first.index
            value[row, column], known[row, column] = scaled, True
    return c.Series(first.index, value, known)
