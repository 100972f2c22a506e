"""The entry point of the attainment rules: whole columns in, whole columns out."""

from __future__ import annotations

from typing import Any

import numpy as np

from indicators.rules.arithmetic import Numbers
from indicators.rules.balls import Balls
from indicators.rules.columns import LARGEST, VALUE_NAMES, Integers, Lines, Results, Series, Targets, Values
from indicators.rules.coverage import Covered, covered
from indicators.rules.evaluate import Outcome, evaluate
from indicators.rules.parts import Part, Source, TargetsByLine, group_of, parts

_CODES = (
    "target_comparator",
    "target_source",
    "forecast_method",
    "status",
    "light",
    "denominator_period",
    "denominator_stale",
)


def compute(lines: Lines, targets: Targets, series: Series, asked: Integers, last_ended: int) -> Results:
    """Every result of attainment.md §4–5 for each line at the end of each asked quarter; `rank` stays 0.

    `asked` and `last_ended` are quarter indices; a quarter after `last_ended` is not due. The figures' axis may begin
    and end anywhere: a quarter outside it has no figure. A result beyond what can be stored is not known and its cell
    is marked `too_large`. Raises ValueError for a line of a kind that attainment.md does not know (`supported`).
    Memory: some 160 bytes a line and asked quarter; the lines may be handed over in as many parts as one likes.
    """
    asked = np.asarray(asked, np.int64)
    results = _blank(len(lines), asked)
    if len(lines) and len(asked):
        source = Source(lines, targets, series, TargetsByLine.of(targets, len(lines)))
        for part in parts(source, asked):
            _work_out(source, part, results, last_ended)
    return results


def _work_out(source: Source, part: Part, results: Results, last_ended: int) -> None:
    """Fast arithmetic for the whole part, exact arithmetic for the cells it leaves in doubt."""
    doubt = np.zeros((len(part.rows), len(part.asked)), np.bool_)
    own_years, own_year = np.unique(part.asked // 4, return_inverse=True)
    year_doubt = np.zeros((len(part.rows), len(own_years)), np.bool_)

    def make(unit: int) -> tuple[Numbers, Numbers]:
        return Balls(doubt, unit), Balls(year_doubt, unit)

    group = group_of(part, source.series, None if part.exact else make)
    outcome, _ = evaluate(group, last_ended)
    doubt |= year_doubt[:, own_year]
    _store(results, part, outcome)
    if source.series.coverage is not None:
        _store_coverage(results, part, covered(group, source.series, source.series.coverage))
    if doubt.any():
        _work_out(source, part.take(*(np.flatnonzero(doubt.any(axis=axis)) for axis in (1, 0))), results, last_ended)


def _places(results: Results, part: Part) -> Any:
    """The part's cells: whole rows where it has every quarter, which is much the faster."""
    return part.rows if len(part.columns) == len(results.asked) else np.ix_(part.rows, part.columns)


def _store(results: Results, part: Part, outcome: Outcome) -> None:
    at = _places(results, part)
    for name, rounded in outcome.values.items():
        into: Values = getattr(results, name)
        known, value = rounded.known, rounded.value
        if value.dtype == object:
            large = known & (np.abs(value) >= LARGEST)
            results.too_large[at] |= large
            known, value = known & ~large, np.where(large, 0, value).astype(np.int64)
        into.value[at], into.known[at] = value, known
    for name in _CODES:
        getattr(results, name)[at] = getattr(outcome, name)


def _store_coverage(results: Results, part: Part, cover: Covered) -> None:
    at = _places(results, part)
    results.coverage_reported[at], results.coverage_expected[at] = cover.reported, cover.expected
    large = cover.partial_known & (np.abs(cover.partial) >= LARGEST)
    results.too_large[at] |= large
    known = cover.partial_known & ~large
    results.partial.value[at], results.partial.known[at] = np.where(known, cover.partial, 0).astype(np.int64), known


def _blank(lines: int, asked: Integers) -> Results:
    shape = (lines, len(asked))
    columns: dict[str, Any] = {
        name: Values(np.zeros(shape, np.int64), np.zeros(shape, np.bool_)) for name in VALUE_NAMES
    }
    for names, kind in (
        (("target_comparator", "target_source", "forecast_method", "status", "light"), np.int8),
        (("coverage_reported", "coverage_expected", "rank"), np.int32),
        (("denominator_stale", "too_large"), np.bool_),
    ):
        columns |= {name: np.zeros(shape, kind) for name in names}
    return Results(asked=asked, denominator_period=np.full(shape, -1, np.int32), **columns)
