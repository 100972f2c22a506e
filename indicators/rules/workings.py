"""What the stored results do not keep and an explanation names: where a year starts, and what its target lies between.

The same functions as in the computation, in exact arithmetic: a number named here is the one that was compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from indicators.rules.actual import actual
from indicators.rules.columns import LARGEST, Codes, Integers, Lines, Mask, Series, Targets, Values, Years
from indicators.rules.figures import columns_of
from indicators.rules.group import Group
from indicators.rules.parts import Part, Source, TargetsByLine, group_of, parts
from indicators.rules.path import path
from indicators.rules.target import origin, target_points, year_targets

NO_YEAR = 0


class StartSource(IntEnum):
    """Where S, the value at the end of the year before, is from (attainment.md §4, `expected`)."""

    none = 0
    actual = 1
    target = 2
    baseline = 3


@dataclass(frozen=True, slots=True)
class Workings:
    """Lines × asked quarters, values in millionths.

    `start` is S. `after_year` is the year of the known target at or after the asked year, `before_year` that of the
    known point before it, a target or, where `before_is_origin`, V₀ (0 at the plan's beginning for `cumulative` without
    a baseline); `NO_YEAR` where there is none.
    """

    start: Values
    start_source: Codes
    before_year: Years
    before: Values
    before_is_origin: Mask
    after_year: Years
    after: Values


def workings(lines: Lines, targets: Targets, series: Series, asked: Sequence[int]) -> Workings:
    """The workings of each line at the end of each asked quarter, by the target versions in force then."""
    quarters = np.array(asked, np.int64)
    made = _blank((len(lines), len(quarters)))
    if len(lines) and len(quarters):
        for part in parts(Source(lines, targets, series, TargetsByLine.of(targets, len(lines))), quarters):
            _work_out(made, part, group_of(part, series))
    return made


def _blank(shape: tuple[int, int]) -> Workings:
    def values() -> Values:
        return Values(np.zeros(shape, np.int64), np.zeros(shape, np.bool_))

    def years() -> Years:
        return np.full(shape, NO_YEAR, np.int32)

    return Workings(values(), np.zeros(shape, np.int8), years(), values(), np.zeros(shape, np.bool_), years(), values())


def _work_out(made: Workings, part: Part, group: Group) -> None:
    at, own = np.ix_(part.rows, part.columns), group.own_year
    way = path(group, actual(group), year_targets(group), origin(group))
    points = target_points(group)
    rounded = way.start.rounded()
    fits = rounded.known & (np.abs(rounded.value) < LARGEST)
    sources = np.where(way.start_is_target, StartSource.target, StartSource.baseline)
    sources = np.where(way.start_is_actual, StartSource.actual, sources)
    _store(made.start, at, rounded.value, fits, own)
    made.start_source[at] = columns_of(np.where(fits, sources, StartSource.none), own)
    for years, into, (year, value, known) in (
        (made.before_year, made.before, points.before),
        (made.after_year, made.after, points.after),
    ):
        years[at] = columns_of(np.where(known, year, NO_YEAR), own)
        _store(into, at, value, known, own)
    made.before_is_origin[at] = columns_of(points.before_is_origin, own)


def _store(into: Values, at: tuple[np.ndarray, ...], value: np.ndarray, known: Mask, own: Integers) -> None:
    into.value[at] = columns_of(np.where(known, value, 0).astype(np.int64), own)
    into.known[at] = columns_of(known, own)
