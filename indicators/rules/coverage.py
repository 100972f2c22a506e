"""Coverage of a rolled-up actual and its partial value (attainment.md §2, Regions)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indicators.rules.actual import cumulative
from indicators.rules.arithmetic import Array
from indicators.rules.columns import Basis, Coverage, Frequency, Integers, Mask, Quantity, Series
from indicators.rules.figures import Figures
from indicators.rules.group import Group
from indicators.rules.parts import lay

Counts = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Covered:
    """Reported and expected children at the asked quarters, and A as far as the children's figures go."""

    reported: Counts
    expected: Counts
    partial: Array
    partial_known: Mask


def covered(group: Group, series: Series, coverage: Coverage) -> Covered:
    """Coverage of the asked quarter's figure; of a ratio that of whichever part lacks more children.

    `partial` is A formed with the partial sums, where A itself lacks for want of them. It is given where A is a sum
    (`level`, `year`, `cumulative`): a growth or a ratio of sums over different children would mean nothing.
    """
    lines = group.lines
    if group.kind.quantity == Quantity.ratio:
        above, below = (_counts(coverage, series, rows, group) for rows in (lines.numerator_row, lines.denominator_row))
        flows = group.kind.denominator_quantity == Quantity.flow
        worse = (below[1] - below[0] > above[1] - above[0]) & flows
        reported, expected = (np.where(worse, second, first) for first, second in zip(above, below, strict=True))
    else:
        reported, expected = _counts(coverage, series, lines.figure_row, group)
    partial, known = _partial(group, series, coverage)
    return Covered(reported, expected, partial, known)


def _counts(coverage: Coverage, series: Series, rows: Integers, group: Group) -> tuple[Counts, Counts]:
    columns = group.asked - series.first_quarter
    inside = (columns >= 0) & (columns < series.quarters) & (rows >= 0)[:, None]
    at = (rows[:, None], np.clip(columns, 0, max(series.quarters - 1, 0))[None, :])
    return np.where(inside, coverage.reported[at], 0), np.where(inside, coverage.expected[at], 0)


def _partial(group: Group, series: Series, coverage: Coverage) -> tuple[Array, Mask]:
    kind = group.kind
    nothing = np.zeros((len(group.lines), len(group.asked)), np.bool_)
    partial_series = Series(series.first_quarter, coverage.partial, coverage.partial_known)
    if kind.quantity == Quantity.ratio or kind.grows:
        return nothing.astype(np.int64), nothing
    sums = lay(partial_series, group.lines.figure_row, group.first_year * 4, group.figure.value.shape[1])
    if not sums.known.any():
        return nothing.astype(np.int64), nothing
    figure = group.figure
    either = Figures(np.where(figure.known, figure.value, sums.value), figure.known | sums.known)
    places = group.places(group.asked)
    value, known = (cells[:, places] for cells in _sum(replace(group, figure=either)))
    lacking = ~_sum(group)[1][:, places]
    if kind.frequency == Frequency.annual:
        lacking = lacking & (group.quarters == 4)
    return value, known & lacking


def _sum(group: Group) -> tuple[Array, Mask]:
    if group.kind.basis == Basis.level:
        figures = group.figure
    else:
        figures = group.year_to_date if group.kind.basis == Basis.year else cumulative(group)
    return figures.value, figures.known
