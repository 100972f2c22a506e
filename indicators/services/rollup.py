"""Which regions' figures add up to which (attainment.md §2, Regions): the tree that the rules roll up on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import numpy as np
from django.db import models
from django.db.models import F
from django.db.models.functions import Cast, Coalesce, ExtractDay, ExtractMonth, ExtractYear

from indicators.models import Indicator, ReportingDuty
from indicators.rules.rollup import Tree
from indicators.services.placements import Placement, Placements
from indicators.services.transfer import Array, read
from ipdash.core.periods import Quarter
from plans.models import Region
from plans.querysets import code_within

Pair = tuple[int, int]
"""indicator id, region id"""
ADDABLE = (Indicator.Quantity.STOCK, Indicator.Quantity.FLOW)
LEAF = 6
"""As many digits has the prefix of a region that nothing lies below."""
NO_END = date(9999, 12, 31)
_SHIFT = 1 << 31


@dataclass(frozen=True)
class Pairs:
    """Indicators and regions (ids), each pair once, in order; its place is its row of a series."""

    keys: Array

    @classmethod
    def of(cls, indicator: Array, region: Array) -> Self:
        return cls(np.unique(_key(indicator, region)))

    @classmethod
    def union(cls, parts: Sequence[Pairs]) -> Self:
        """All pairs of several."""
        return cls(np.unique(np.concatenate([part.keys for part in parts])) if parts else np.zeros(0, np.int64))

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def indicator(self) -> Array:
        return self.keys // _SHIFT

    @property
    def region(self) -> Array:
        return self.keys % _SHIFT

    def rows_of(self, indicator: Array, region: Array) -> Array:
        """The places of some pairs, -1 where one is not among these."""
        wanted = _key(indicator, region)
        if not len(self.keys):
            return np.full(wanted.shape, -1, np.int64)
        place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[place] == wanted, place, -1)

    def as_dict(self) -> dict[Pair, int]:
        return {pair: row for row, pair in enumerate(zip(self.indicator.tolist(), self.region.tolist(), strict=True))}


def _key(indicator: Array, region: Array) -> Array:
    return np.asarray(indicator, np.int64) * _SHIFT + np.asarray(region, np.int64)


@dataclass(frozen=True)
class Edges:
    """The pairs asked for with all that are added up to them, and the tree over these; None where nothing is."""

    pairs: Pairs
    tree: Tree | None


@dataclass(frozen=True)
class Below:
    """Some regions with everything that lies below them, or did: ids in order, and the id above each (0: none).

    `former` are the placements of those that hung elsewhere once; `came` the ids of those that no longer lie below.
    """

    prefixes: tuple[str, ...]
    pk: Array
    above: Array
    former: tuple[Placement, ...] = ()
    came: tuple[int, ...] = ()

    def parents_of(self, regions: Array, missing: int = 0) -> Array:
        """The ids above some regions; `missing` for a region that is not here."""
        place = np.minimum(np.searchsorted(self.pk, regions), len(self.pk) - 1)
        return np.where(self.pk[place] == regions, self.above[place], missing)


Expected = tuple[Array, Array, Array, Array]
"""Indicators, children, and the quarters (offsets) from which and up to which each is expected."""


def _placed(below: Below, expected: Expected, first: int) -> tuple[Array, Array, Array, Array, Array]:
    """Who is expected by whom: indicators, children, parents and quarters; of a moved child by each parent in its time."""
    indicator, child, begin, end = expected
    parent = below.parents_of(child)
    parts = []
    held = begin.copy()
    for each in below.former:
        mine = np.flatnonzero(child == each.region)
        then = (np.maximum(begin[mine], each.begin - first), np.minimum(end[mine], each.end - first))
        parts.append((indicator[mine], child[mine], np.full(len(mine), each.parent), *then))
        held[mine] = np.maximum(held[mine], each.end - first)
    parts.append((indicator, child, parent, held, end))
    indicator, child, parent, begin, end = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    inside = (begin < end) & (parent > 0) & (below.parents_of(parent, missing=-1) >= 0)
    return indicator[inside], child[inside], parent[inside], begin[inside], end[inside]


def read_below(region_ids: Array, placements: Placements) -> Below:
    """The part of the region tree at and below some regions, with what was moved away from there."""
    regions = Region.objects.filter(pk__in=region_ids.tolist()).order_by("pk")
    prefixes = _outermost({region.prefix for region in regions})
    if all(len(prefix) == LEAF for prefix in prefixes):
        # Nothing lies below a county.
        return Below(prefixes, region_ids, np.zeros(len(region_ids), np.int64))
    above = Coalesce(F("parent_id"), models.Value(0), output_field=models.BigIntegerField())
    below = Region.objects.within(prefixes)
    found = read(below.annotate(above=above).order_by("pk"), "pk", "above")
    here = set(found["pk"].tolist()) if placements.former else set()
    former = tuple(each for each in placements.former if here & {each.region, each.parent})
    came = tuple(sorted({each.region for each in former} - here))
    if came:
        everything = below | Region.objects.filter(pk__in=came)
        found = read(everything.annotate(above=above).order_by("pk"), "pk", "above")
    return Below(prefixes, found["pk"], found["above"], former, came)


def read_edges(wanted: Pairs, below: Below, first: Quarter, last: Quarter) -> Edges:
    """What is added up to some pairs, from the reporting duties.

    A child is expected in a quarter when it, or somebody below it, has the duty on the quarter's last day. A functional
    zone is expected beside its county only where its duty says that the county's figure leaves it out.
    """
    if not below.above.any():
        return Edges(wanted, None)
    duties = read(
        _duties(below, np.unique(wanted.indicator).tolist()),
        "indicator_id", "region_id", "year", "month", "to_year", "to_month", "to_day",
    )  # fmt: skip
    begin, end = _quarters_held(duties, first, last)
    held = begin < end
    indicator, child = duties["indicator_id"][held], duties["region_id"][held]
    begin, end = begin[held], end[held]
    parts: list[tuple[Array, Array, Array, Array, Array]] = []
    # Up the tree, one level a turn: who reports is expected by whatever lies above.
    while len(child):
        indicator, child, parent, begin, end = _placed(below, (indicator, child, begin, end), first.index)
        parts.append((indicator, parent, child, begin, end))
        child = parent
    if not any(len(part[0]) for part in parts):
        return Edges(wanted, None)
    return _tree(
        wanted, [np.concatenate(columns) for columns in zip(*parts, strict=True)], last.index - first.index + 1
    )


def _outermost(prefixes: set[str]) -> tuple[str, ...]:
    """Those that lie below none of the others, which together reach as far."""
    return tuple(sorted(prefix for prefix in prefixes if not ({prefix[:2], prefix[:4]} - {prefix}) & prefixes))


def _tree(wanted: Pairs, edges: Sequence[Array], quarters: int) -> Edges:
    """One edge for all duties of one child at one parent: expected wherever one of them holds."""
    indicator, parent, child, begin, end = edges
    pairs = Pairs.union([wanted, Pairs.of(indicator, parent), Pairs.of(indicator, child)])
    keys, edge = np.unique(
        pairs.rows_of(indicator, child) * len(pairs) + pairs.rows_of(indicator, parent), return_inverse=True
    )
    steps = np.zeros((len(keys), quarters + 1), np.int32)
    np.add.at(steps, (edge, begin), 1)
    np.add.at(steps, (edge, end), -1)
    # Only stocks and flows have edges at all.
    tree = Tree(
        keys % len(pairs), keys // len(pairs), np.cumsum(steps, axis=1)[:, :-1] > 0, np.ones(len(pairs), np.bool_)
    )
    return Edges(pairs, tree)


def _duties(below: Below, indicators: list[int]) -> models.QuerySet[ReportingDuty]:
    until = Coalesce(F("valid_to"), NO_END)
    duties: models.QuerySet[ReportingDuty] = (
        ReportingDuty.objects.filter(
            code_within("region__code", below.prefixes) | models.Q(region__in=below.came),
            indicator__in=indicators, indicator__quantity__in=ADDABLE,
        )
        .exclude(region__level=Region.Level.ZONE, beside_county=False)
        .annotate(
            year=_whole(ExtractYear("valid_from")), month=_whole(ExtractMonth("valid_from")),
            to_year=_whole(ExtractYear(until)), to_month=_whole(ExtractMonth(until)), to_day=_whole(ExtractDay(until)),
        )
        .order_by()
    )  # fmt: skip
    return duties


def _whole(expression: Any) -> Cast:
    """PostgreSQL gives parts of a date as `numeric`."""
    return Cast(expression, models.IntegerField())


def _quarters_held(duties: dict[str, Array], first: Quarter, last: Quarter) -> tuple[Array, Array]:
    """The quarters, as offsets, on whose last day each duty is in force: from the first, up to but without the second."""
    quarters = last.index - first.index + 1
    begin = duties["year"] * 4 + (duties["month"] - 1) // 3 - first.index
    after = (duties["to_month"] % 3 == 0) & (duties["to_day"] == _LAST_DAY[duties["to_month"]])
    end = duties["to_year"] * 4 + (duties["to_month"] - 1) // 3 - first.index + after
    return np.clip(begin, 0, quarters), np.clip(end, 0, quarters)


_LAST_DAY = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
