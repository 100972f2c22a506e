"""位次: a region's place among those with the same parent (attainment.md §4, `rank`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indicators.rules.columns import Codes, Direction, Integers, Lines, Mask, Results, Values

Ranks = NDArray[np.int32]


def rank(results: Results, lines: Lines, siblings: Integers) -> Ranks:
    """The ranks of all lines, lines × asked quarters, 0 where A is missing; `siblings` numbers the groups of lines
    (one plan, indicator, basis and parent region) that are ranked against each other, a number a line or, where they
    change, a line and quarter; a negative one is not ranked.
    """
    return rank_values(*worth(lines.direction, results.actual, results.gap_to_target), siblings)


def worth(direction: Codes, actual: Values, gap_to_target: Values) -> tuple[Integers, Mask]:
    """By what lines are ranked, lines × quarters: the larger the better, and where there is anything to rank.

    The larger A the better; for falling indicators the smaller; for `range`, where §4 is silent, the smaller distance
    outside the bounds, so that all inside them share the first place and a line without a target has none. A is
    compared as it is shown, rounded to six decimals: ranks then follow from the stored results alone.
    """
    ranged = direction[:, None] == Direction.range
    falling = np.where(direction[:, None] == Direction.down, -actual.value, actual.value)
    value = np.where(ranged, -gap_to_target.value, falling)
    return value, np.where(ranged, gap_to_target.known, actual.known)


def rank_values(worth: Integers, known: Mask, siblings: Integers) -> Ranks:
    """1 + the number of siblings that are better, per column; ties share a rank, what is not known has rank 0."""
    ranks = np.zeros(worth.shape, np.int32)
    for column in range(worth.shape[1]):
        seats = siblings if siblings.ndim == 1 else siblings[:, column]
        rows = np.flatnonzero(known[:, column] & (seats >= 0))
        order = rows[np.lexsort((-worth[rows, column], seats[rows]))]
        if not len(order):
            continue
        group, value = seats[order], worth[order, column]
        places = np.arange(len(order))
        first_of_group = np.r_[True, group[1:] != group[:-1]]
        first_of_tie = first_of_group | np.r_[True, value[1:] != value[:-1]]
        start = np.maximum.accumulate(np.where(first_of_group, places, 0))
        tie = np.maximum.accumulate(np.where(first_of_tie, places, 0))
        ranks[order, column] = tie - start + 1
    return ranks
