"""Where regions hung before they were moved (区划变更): a quarter keeps the tree that held at its end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from indicators.rules.columns import NEVER, Integers
from indicators.services.transfer import Array
from ipdash.core.periods import Quarter
from plans.models import RegionChange
from plans.region_history import families

UNRANKED = -1
_SHIFT = 1 << 31


@dataclass(frozen=True)
class Placement:
    """A region below a former parent (ids), from a quarter on and up to another (indices), the latter not included."""

    region: int
    parent: int
    begin: int
    end: int


@dataclass(frozen=True)
class Placements:
    """All former placements, those of one region in the order of time; after the last one the present parent holds."""

    former: tuple[Placement, ...]
    present: dict[int, int]

    @cached_property
    def since(self) -> dict[int, int]:
        """From which quarter on a moved region hangs where it hangs now."""
        return {placement.region: placement.end for placement in self.former}

    @cached_property
    def _families(self) -> dict[int, frozenset[int]]:
        return families((placement.parent, self.present[placement.region]) for placement in self.former)

    def families_of(self, parents: Array) -> Array:
        """Parents as families: whoever was ever ranked with each other under them has one number."""
        found = parents.copy()
        for parent, family in self._families.items():
            found[parents == parent] = min(family)
        return found

    def kin_of(self, parents: list[int]) -> list[int]:
        """These parents and all others of their families."""
        return sorted({kin for parent in parents for kin in self._families.get(parent, (parent,))})

    def seats(self, group: dict[str, Array], asked: Integers) -> Integers:
        """Lines × quarters: who is ranked with whom at the end of each asked quarter; `UNRANKED` after a line has ended.

        `group` are lines with their `indicator`, `basis`, `region`, present `parent` and `ended_from`. Where nothing ever
        changes, one number a line.
        """
        _kinds, kind = np.unique(np.stack([group["indicator"], group["basis"]]), axis=1, return_inverse=True)
        kind = kind.reshape(-1).astype(np.int64) * _SHIFT
        moved = np.isin(group["region"], list(self.since))
        ends = group["ended_from"] != NEVER
        if not moved.any() and not ends.any():
            return np.asarray(kind + group["parent"])
        parent = np.repeat(group["parent"][:, None], len(asked), axis=1)
        for placement in self.former:
            then = (asked >= placement.begin) & (asked < placement.end)
            parent[np.ix_(group["region"] == placement.region, then)] = placement.parent
        return np.where(asked[None, :] >= group["ended_from"][:, None], UNRANKED, kind[:, None] + parent)


def read_placements() -> Placements:
    """What the changes of regions say; one short query, and nearly always an empty answer."""
    moves = (
        RegionChange.objects.filter(kind=RegionChange.Kind.MOVED)
        .order_by("region", "on")
        .values_list("region", "old_parent", "on", "region__parent")
    )
    former: list[Placement] = []
    present: dict[int, int] = {}
    for region, parent, day, now in moves:
        begin = former[-1].end if former and former[-1].region == region else 0
        former.append(Placement(region, parent, begin, Quarter.containing(day).index))
        present[region] = now or 0
    return Placements(tuple(former), present)
