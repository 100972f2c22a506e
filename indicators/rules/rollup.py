"""Figures of regions added up from their children's (attainment.md §2, Regions)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators.rules.columns import LARGEST, Coverage, Integers, Mask, Series

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Tree:
    """Which rows of a `Series` are the children of which: one edge per parent, child and indicator.

    `expected` (edges × quarters) says in which quarters the child has a reporting duty that counts at the parent: a
    functional zone whose county's figure holds it already is not expected. `addable` (rows) is true for stocks and
    flows; rates and scores are never added. A child that was moved has an edge to each of its parents, each expected in
    its own time. No row is its own ancestor.
    """

    parent: Integers
    child: Integers
    expected: Mask
    addable: Mask


@dataclass(frozen=True, slots=True)
class Differences:
    """Where a region's own figure is not the sum of its complete set of children: a finding, never a correction."""

    row: Integers
    quarter: Integers
    own: Integers
    children: Integers


def roll_up(series: Series, tree: Tree) -> tuple[Series, Differences]:
    """The series with the children's sums where a region has no figure of its own and all expected children have one.

    `coverage` of the result holds, for every row with children, how many of the expected ones have a figure (their own
    or rolled up), and the partial sum where some are lacking; a row whose own figure stands keeps its coverage but no
    partial sum. A sum beyond what can be stored counts as lacking. Numerators and denominators are rows like others:
    they are added here and divided afterwards.
    """
    value, known = np.where(series.known, series.value, 0), series.known.copy()
    shape = value.shape
    cover = Coverage(
        np.zeros(shape, np.int32), np.zeros(shape, np.int32), np.zeros(shape, np.int64), np.zeros(shape, np.bool_)
    )
    found: list[tuple[Integers, Integers, Integers, Integers]] = []
    edges = np.flatnonzero(tree.addable[tree.parent] & tree.addable[tree.child])
    for level in _levels(tree, edges, shape[0]):
        found.append(_add_level(value, known, cover, tree, level))
    first = series.first_quarter
    row, quarter, own, children = (
        np.concatenate([part[number] for part in found]) if found else np.zeros(0, np.int64) for number in range(4)
    )
    return Series(first, value, known, cover), Differences(row, quarter + first, own, children)


def _levels(tree: Tree, edges: Rows, rows: int) -> list[Rows]:
    """The edges from the leaves upwards: a parent is added up when all its children are."""
    height = np.zeros(rows, np.int64)
    for _ in range(rows + 1):
        reached = height.copy()
        np.maximum.at(reached, tree.parent[edges], height[tree.child[edges]] + 1)
        if (reached == height).all():
            break
        height = reached
    else:
        raise ValueError("the rows do not form a tree: some row is its own ancestor")
    of_edge = height[tree.parent[edges]]
    return [edges[of_edge == level] for level in np.unique(of_edge)]


def _add_level(
    value: Integers, known: Mask, cover: Coverage, tree: Tree, edges: Rows
) -> tuple[Integers, Integers, Integers, Integers]:
    """Adds up one level of parents in place; the differences between own figures and complete sums."""
    order = edges[np.argsort(tree.parent[edges], kind="stable")]
    parents, starts = np.unique(tree.parent[order], return_index=True)
    child, expected = tree.child[order], tree.expected[order]
    reported = expected & known[child]
    added = np.where(reported, value[child], 0)
    sums = np.add.reduceat(added, starts, axis=0)
    # where the float says that 64 bits were enough, the integer sum is exact and can be held against the limit
    roughly = np.abs(np.add.reduceat(added.astype(np.float64), starts, axis=0))
    fits = (roughly < 2.0**62) & (np.abs(sums) < LARGEST)
    have = np.add.reduceat(reported.astype(np.int32), starts, axis=0)
    want = np.add.reduceat(expected.astype(np.int32), starts, axis=0)
    complete = (want > 0) & (have == want) & fits
    own = known[parents]
    cover.reported[parents], cover.expected[parents] = have, want
    part = ~own & ~complete & (have > 0) & fits
    cover.partial[parents], cover.partial_known[parents] = np.where(part, sums, 0), part
    apart, at = np.nonzero(own & complete & (sums != value[parents]))
    differences = (parents[apart], at, value[parents][apart, at], sums[apart, at])
    value[parents] = np.where(own, value[parents], np.where(complete, sums, 0))
    known[parents] = own | complete
    return differences
