"""Which regions' figures add up to which (attainment.md §2, Regions): the tree that the rules roll up on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from indicators.models import Indicator, ReportingDuty
from indicators.rules.rollup import Tree
from ipdash.core.periods import Quarter, quarters_between
from plans.models import Region
from plans.querysets import code_within

Pair = tuple[int, int]
"""indicator id, region id"""
ADDABLE = (Indicator.Quantity.STOCK, Indicator.Quantity.FLOW)


@dataclass(frozen=True)
class Edges:
    """For each (parent pair, child pair) the quarters, as offsets from the first, in which the child is expected."""

    expected: dict[tuple[Pair, Pair], set[int]]

    @property
    def pairs(self) -> set[Pair]:
        return {pair for edge in self.expected for pair in edge}

    def tree(self, rows: dict[Pair, int], quarters: int) -> Tree | None:
        """The edges as columns over rows of a series; None where nothing is rolled up."""
        if not self.expected:
            return None
        expected = np.zeros((len(self.expected), quarters), dtype=np.bool_)
        for number, offsets in enumerate(self.expected.values()):
            expected[number, sorted(offsets)] = True
        return Tree(
            parent=np.array([rows[parent] for parent, _child in self.expected], dtype=np.int64),
            child=np.array([rows[child] for _parent, child in self.expected], dtype=np.int64),
            expected=expected,
            # Only stocks and flows have edges at all.
            addable=np.ones(len(rows), dtype=np.bool_),
        )


def read_edges(regions: Iterable[Region], indicator_ids: set[int], first: Quarter, last: Quarter) -> Edges:
    """The edges below these regions, from the reporting duties for these indicators.

    A child is expected in a quarter when it, or somebody below it, has the duty on the quarter's last day. A functional
    zone is expected beside its county only where its duty says that the county's figure leaves it out.
    """
    prefixes = tuple(sorted({region.prefix for region in regions}))
    duties = (
        ReportingDuty.objects.filter(
            code_within("region__code", prefixes), indicator__in=indicator_ids, indicator__quantity__in=ADDABLE
        )
        .exclude(region__level=Region.Level.ZONE, beside_county=False)
        .values_list("indicator_id", "region_id", "valid_from", "valid_to")
    )
    parents = dict(Region.objects.within(prefixes).values_list("pk", "parent_id"))
    expected: dict[tuple[Pair, Pair], set[int]] = {}
    for indicator, region, valid_from, valid_to in duties:
        offsets = _offsets(first, last, valid_from, valid_to)
        child, parent = region, parents.get(region)
        while offsets and parent is not None and parent in parents:
            expected.setdefault(((indicator, parent), (indicator, child)), set()).update(offsets)
            child, parent = parent, parents[parent]
    return Edges(dict(sorted(expected.items())))


def _offsets(first: Quarter, last: Quarter, valid_from: date, valid_to: date | None) -> set[int]:
    """The quarters on whose last day a duty is in force."""
    return {
        quarter.index - first.index
        for quarter in quarters_between(first, last)
        if valid_from <= quarter.last_day and (valid_to is None or quarter.last_day <= valid_to)
    }
