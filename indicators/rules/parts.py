"""Cuts a batch of lines into groups of one kind, small enough for the processor's cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from indicators.rules.arithmetic import Numbers
from indicators.rules.columns import NEVER, ORIGINAL, Basis, Integers, Lines, Quantity, Series, Targets, supported
from indicators.rules.exact import Exacts
from indicators.rules.figures import Figures
from indicators.rules.group import Group, Kind

Rows = NDArray[np.intp]

CHUNK_CELLS = 40_000
"""Lines × quarters worked on at once: some forty arrays of this size stay in the processor's cache."""
_PLAIN = 2.0**42
_OVERFLOWING = 2.0**62
_KIND_FIELDS = tuple(field.name for field in fields(Kind))
_EXACT_SIZE = 2


@dataclass(frozen=True, slots=True)
class TargetsByLine:
    """Finds the target versions of some lines without looking at all of them."""

    order: Rows
    first: Integers
    count: Integers

    @classmethod
    def of(cls, targets: Targets, lines: int) -> Self:
        """Sorts the versions by line."""
        order = np.argsort(targets.line, kind="stable")
        count = np.bincount(targets.line, minlength=lines).astype(np.int64)
        return cls(order, np.cumsum(count) - count, count)

    def of_lines(self, targets: Targets, rows: Rows) -> Targets:
        """Their versions, with `line` counting within `rows`."""
        count = self.count[rows]
        local = np.repeat(np.arange(len(rows)), count)
        within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        return replace(targets.take(self.order[self.first[rows][local] + within]), line=local)


@dataclass(frozen=True, slots=True)
class Source:
    """What `compute` was given."""

    lines: Lines
    targets: Targets
    series: Series
    by_line: TargetsByLine


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of one kind and of like size, and those of the asked quarters in which their targets do not change."""

    kind: Kind
    rows: Rows
    lines: Lines
    targets: Targets
    columns: Rows
    asked: Integers
    exact: bool

    def take(self, rows: Rows, columns: Rows) -> Self:
        """Some of the lines at some of the quarters, for exact arithmetic."""
        place = np.full(len(self.rows), -1)
        place[rows] = np.arange(len(rows))
        targets = self.targets.take(np.flatnonzero(place[self.targets.line] >= 0))
        return type(self)(
            self.kind,
            self.rows[rows],
            self.lines.take(rows),
            replace(targets, line=place[targets.line]),
            self.columns[columns],
            self.asked[columns],
            True,
        )


def parts(source: Source, asked: Integers) -> Iterator[Part]:
    """Cuts the lines by kind, size and whether their targets were adjusted or ended, then into what the cache holds."""
    lines = source.lines
    key, exact = _keys(source)
    order = np.argsort(key, kind="stable")
    edges = np.flatnonzero(np.diff(key[order])) + 1
    step = max(CHUNK_CELLS // len(asked), 1)
    for group in np.split(order, edges):
        kind = kind_of(lines, int(group[0]))
        for start in range(0, len(group), step):
            rows = group[start : start + step]
            own = source.by_line.of_lines(source.targets, rows)
            for columns, targets in _epochs(own, lines.ended_from[rows], asked):
                yield Part(kind, rows, lines.take(rows), targets, columns, asked[columns], bool(exact[rows[0]]))


def _keys(source: Source) -> tuple[Integers, NDArray[np.bool_]]:
    """One integer for all that must not differ inside a part, and which lines need exact arithmetic from the start."""
    lines = source.lines
    adjusted = np.zeros(len(lines), np.bool_)
    adjusted[source.targets.line[source.targets.in_force_from != ORIGINAL]] = True
    adjusted |= lines.ended_from != NEVER
    sizes = _sizes(lines, source.series)
    key = sizes * 2 + adjusted
    for name in _KIND_FIELDS:
        key = key * 8 + getattr(lines, name)
    return key, sizes == _EXACT_SIZE


def kind_of(lines: Lines, row: int) -> Kind:
    """What a line is; raises ValueError where attainment.md gives such a line no actual."""
    kind = Kind.of(lines, row)
    if not supported(kind.quantity, kind.basis):
        raise ValueError(f"line {row}: basis {kind.basis.name} needs a flow, not a {kind.quantity.name}")
    return kind


def _sizes(lines: Lines, series: Series) -> Integers:
    """0: sums are exact in a float; 1: they may not be; 2: they may not even fit 64 bits."""
    largest = np.zeros(len(series.value) + 1)
    if series.value.size:
        largest[:-1] = np.maximum(series.value.max(axis=1), -series.value.min(axis=1))
    size = np.abs(lines.baseline_value).astype(np.float64)
    for rows in (lines.figure_row, lines.numerator_row, lines.denominator_row):
        size = np.maximum(size, largest[rows])
    summed = size * (series.quarters + 1)
    return (summed >= _PLAIN).astype(np.int64) + (summed >= _OVERFLOWING)


def _epochs(targets: Targets, ended_from: Integers, asked: Integers) -> Iterator[tuple[Rows, Targets]]:
    """The asked quarters, parted where a target version comes into force or a line ends, with the versions in force then."""
    edges = np.unique(np.concatenate([targets.in_force_from, ended_from]))
    epoch = np.searchsorted(edges, asked, side="right")
    for number in np.unique(epoch):
        columns = np.flatnonzero(epoch == number)
        yield columns, in_force(targets, ended_from, int(asked[columns].min()))


def in_force(targets: Targets, ended_from: Integers, quarter: int) -> Targets:
    """The versions in force at the end of a quarter, replaced ones among them (§1); none of a line that has ended."""
    held = (targets.in_force_from <= quarter) & (ended_from[targets.line] > quarter)
    return targets if bool(held.all()) else targets.take(np.flatnonzero(held))


def group_of(part: Part, series: Series, make: Callable[[int], tuple[Numbers, Numbers]] | None = None) -> Group:
    """A group with its figures laid on whole years, as far back as any rule looks.

    `make` is given the unit that all values are multiples of, and makes the group's numbers; without it they are exact.
    """
    lines, asked = part.lines, part.asked
    first = min(int(asked.min()) // 4 - 3, series.first_quarter // 4)
    if part.kind.basis == Basis.cumulative:
        first = min(first, int(lines.start_year.min()))
    quarters = (int(asked.max()) // 4 + 1 - first) * 4
    ratio = part.kind.quantity == Quantity.ratio

    def laid(rows: Integers, wanted: bool) -> Figures:
        return lay(series, rows if wanted else rows[:0], first * 4, quarters)

    figures = [
        laid(lines.figure_row, not ratio),
        laid(lines.numerator_row, ratio),
        laid(lines.denominator_row, ratio),
    ]
    if make is None:
        numbers: Numbers = Exacts()
        year_numbers = numbers
        figures = [Figures(each.value.astype(object), each.known) for each in figures]
    else:
        baselines = np.where(lines.baseline_known, lines.baseline_value, 0)
        values = [baselines, part.targets.value, part.targets.upper, *(each.value for each in figures)]
        numbers, year_numbers = make(unit_of(values))
    figure, numerator, denominator = figures
    return Group(
        kind=part.kind,
        lines=lines,
        targets=part.targets,
        asked=asked,
        numbers=numbers,
        year_numbers=year_numbers,
        first_year=first,
        figure=figure,
        numerator=numerator,
        denominator=denominator,
    )


def unit_of(values: list[Integers]) -> int:
    """The largest power of ten, up to a million, that all these are multiples of."""
    bits = int(np.bitwise_or.reduce([np.bitwise_or.reduce(each, axis=None) for each in values if each.size]))
    twos = (bits & -bits).bit_length() - 1 if bits else 6
    for power in range(min(twos, 6), 0, -1):  # 10^n is a multiple of 2^n: most of the work is done by the bits
        if all(not (each % 10**power).any() for each in values):
            return int(10**power)
    return 1


def lay(series: Series, rows: Integers, first: int, quarters: int) -> Figures:
    """Some rows of the series on an axis of `quarters` from quarter index `first`; 0 where there is no figure."""
    value = np.zeros((len(rows), quarters), np.int64)
    known = np.zeros((len(rows), quarters), np.bool_)
    start, end = max(first, series.first_quarter), min(first + quarters, series.first_quarter + series.quarters)
    if start < end and len(series.value):
        own, theirs = slice(start - first, end - first), slice(start - series.first_quarter, end - series.first_quarter)
        known[:, own] = series.known[rows, theirs] & (rows >= 0)[:, None]
        value[:, own] = np.where(known[:, own], series.value[rows, theirs], 0)
    return Figures(value, known)
