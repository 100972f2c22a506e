"""The target of a year, T (attainment.md §3), worked out once a line and year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indicators.rules.arithmetic import Array, Number
from indicators.rules.columns import (
    Basis,
    Codes,
    Comparator,
    Direction,
    Integers,
    Mask,
    TargetSource,
)
from indicators.rules.figures import columns_of
from indicators.rules.group import Group

Places = NDArray[np.intp]
_ALL_BOUNDS = (Comparator.equal, Comparator.range)
LOWER_BOUNDS = (Comparator.at_least, Comparator.more_than, *_ALL_BOUNDS)
UPPER_BOUNDS = (Comparator.at_most, Comparator.less_than, *_ALL_BOUNDS)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a line starts: its baseline, or 0 at the end of the year before the plan for `cumulative` without one."""

    year: Integers
    value: Array
    known: Mask


def origin(group: Group) -> Origin:
    """Each line's starting point V₀; where there is none, `year` is still the year before the plan."""
    lines = group.lines
    year = np.where(lines.baseline_known, lines.baseline_year, lines.start_year - 1).astype(np.int64)
    value = np.where(lines.baseline_known, lines.baseline_value, 0)
    known = np.ones_like(lines.baseline_known) if group.kind.basis == Basis.cumulative else lines.baseline_known
    return Origin(year, value, known)


@dataclass(frozen=True, slots=True)
class Known:
    """The stated and decomposed targets, lines × years, a range read by its direction."""

    value: Array
    upper: Array
    known: Mask
    comparator: Codes
    source: Codes


@dataclass(frozen=True)
class YearTargets:
    """T of each line in each of `years`, and the last target of the plan."""

    years: Integers
    value: Number
    upper: Number
    comparator: Codes
    source: Codes
    last: Number
    last_year: Integers
    last_known: Mask

    def places(self, years: Integers) -> Places:
        """Where years stand among the columns."""
        return np.searchsorted(self.years, years)


def known_targets(group: Group, first_year: int, years: int) -> Known:
    """Spreads the versions in force over lines × years; of several of one year the latest in force holds.

    A range counts as at least its lower value for `up`, as at most its upper for `down` (§3).
    """
    shape = (len(group.lines), years)
    order = np.argsort(group.targets.in_force_from, kind="stable")
    targets = group.targets.take(order)
    ranged = targets.comparator == Comparator.range
    comparator, value = targets.comparator, targets.value
    if group.kind.direction == Direction.up:
        comparator = np.where(ranged, Comparator.at_least, comparator)
    if group.kind.direction == Direction.down:
        comparator = np.where(ranged, Comparator.at_most, comparator)
        value = np.where(ranged & targets.upper_known, targets.upper, value)
    upper = np.where(targets.upper_known, targets.upper, targets.value)
    at = (targets.line, targets.year - first_year)
    table = Known(
        np.zeros(shape, value.dtype),
        np.zeros(shape, value.dtype),
        np.zeros(shape, np.bool_),
        np.zeros(shape, np.int8),
        np.zeros(shape, np.int8),
    )
    columns = (value, upper, np.True_, comparator, targets.source)
    for cells, column in zip(
        (table.value, table.upper, table.known, table.comparator, table.source), columns, strict=True
    ):
        cells[at] = column
    return table


class _Table:
    """The targets of a group at the wanted years, and the arithmetic of the straight line between the known ones.

    `after` and `before` are the places of the known target at or after each wanted year and of the one before it among
    the years of `known`; -1: none.
    """

    def __init__(self, group: Group, known: Known, first_year: int, years: Integers) -> None:
        self.group, self.known, self.first_year, self.years = group, known, first_year, years
        self.numbers, self.origin = group.year_numbers, origin(group)
        wanted = years - first_year
        places = np.arange(known.known.shape[1])
        found = np.where(known.known, places, len(places))
        after = np.minimum.accumulate(found[:, ::-1], axis=1)[:, ::-1].take(wanted, axis=1)
        earlier = np.maximum.accumulate(np.where(known.known, places, -1), axis=1)
        self.after = np.where(after == len(places), -1, after)
        self.before = np.where(wanted == 0, -1, earlier.take(wanted - 1, axis=1))
        self.own = columns_of(known.known, wanted)
        self.wanted = wanted

    @cached_property
    def open_years(self) -> Mask:
        """Years with no target of their own that may take one: after the baseline year (§3)."""
        at_or_before = self.origin.known[:, None] & (self.years[None, :] <= self.origin.year[:, None])
        return ~self.own & ~at_or_before & (self.after >= 0)

    def following(self, cells: Array) -> Array:
        """What stands at the known target at or after each year."""
        return np.take_along_axis(cells, np.maximum(self.after, 0), axis=1)

    @cached_property
    def from_origin(self) -> Mask:
        """The nearest point before is the baseline; of a baseline and a target of one year the baseline holds."""
        before = np.where(self.before >= 0, self.before + self.first_year, np.iinfo(np.int64).min)
        start = self.origin.year[:, None]
        return self.origin.known[:, None] & (start < self.years[None, :]) & (start >= before)

    @cached_property
    def steps(self) -> tuple[Integers, Integers, Mask]:
        """Years from the point before, years between the points, and where there are both."""
        start = np.where(self.from_origin, self.origin.year[:, None], self.before + self.first_year)
        there = self.open_years & (self.from_origin | (self.before >= 0))
        gone = np.where(there, self.years[None, :] - start, 0)
        between = np.where(there, self.after + self.first_year - start, 1)
        return gone, between, there

    def line(self, cells: Array) -> Number:
        """The straight line at each year, known where there is a point before and one after."""
        gone, between, there = self.steps
        before = np.take_along_axis(cells, np.maximum(self.before, 0), axis=1)
        before = np.where(self.from_origin, self.origin.value[:, None], before)
        start = self.numbers.column(before, there)
        rise = (self.numbers.column(self.following(cells), there) - start) * self.numbers.whole(gone)
        return start + rise.over(self.numbers.whole(between), there)

    def value(self, cells: Array) -> Number:
        """T of every year: its own, or else on the line, or the next as it is for growth."""
        own = self.numbers.column(columns_of(cells, self.wanted), self.own)
        if not self.open_years.any():
            return own
        if self.group.kind.grows:
            return own.either(self.numbers.column(self.following(cells), self.open_years))
        return own.either(self.line(cells))

    def source(self) -> Codes:
        """Where each year's T comes from."""
        filled = TargetSource.next if self.group.kind.grows else TargetSource.interpolated
        there = self.open_years if self.group.kind.grows else self.steps[2]
        own = columns_of(self.known.source, self.wanted)
        return np.where(self.own, own, np.where(there, filled, TargetSource.none)).astype(np.int8)


def _table(group: Group, years: Integers) -> tuple[_Table, int]:
    """The targets around these years, and the first year that the table holds."""
    first, last = int(years[0]), int(years[-1])
    if len(group.targets):
        first, last = min(first, int(group.targets.year.min())), max(last, int(group.targets.year.max()))
    return _Table(group, known_targets(group, first, last - first + 1), first, years), first


@dataclass(frozen=True, slots=True)
class Points:
    """The points between which each of the group's `own_years` lies: year, value and where there is one."""

    before: tuple[Array, Array, Mask]
    before_is_origin: Mask
    after: tuple[Array, Array, Mask]


def target_points(group: Group) -> Points:
    """The known point before each year and the known target at or after it (§3)."""
    table, first = _table(group, group.own_years)
    value = table.known.value
    from_origin, start = table.from_origin, table.origin
    earlier = np.take_along_axis(value, np.maximum(table.before, 0), axis=1)
    return Points(
        before=(
            np.where(from_origin, start.year[:, None], table.before + first),
            np.where(from_origin, start.value[:, None], earlier),
            from_origin | (table.before >= 0),
        ),
        before_is_origin=from_origin,
        after=(table.after + first, table.following(value), table.after >= 0),
    )


def year_targets(group: Group) -> YearTargets:
    """T of every year the asked quarters need: their own and the one before."""
    years = np.union1d(group.own_years, group.own_years - 1)
    table, first = _table(group, years)
    known = table.known
    comparator = table.following(known.comparator)
    value = table.value(known.value)
    two = comparator == Comparator.range
    upper = table.value(known.upper).only(two) if two.any() else value.only(two)
    final = known.known.shape[1] - 1 - np.argmax(known.known[:, ::-1], axis=1)
    last_known: Mask = np.any(known.known, axis=1)
    last_value = np.take_along_axis(known.value, final[:, None], axis=1)[:, 0]
    return YearTargets(
        years,
        value,
        upper,
        comparator,
        table.source(),
        group.per_line(last_value, last_known),
        (final + first).astype(np.int64),
        last_known,
    )
