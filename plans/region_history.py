"""What regions were called and where they belonged before (区划变更)."""

from __future__ import annotations

from collections.abc import Iterable

from plans.models import Region, RegionChange


def codes_above(codes: set[str]) -> dict[str, set[str]]:
    """By code, the region itself and everything above it, now or before it was moved."""
    above = {code: {*_chain(code)} for code in codes}
    moves = RegionChange.objects.filter(kind=RegionChange.Kind.MOVED, region__code__in=codes)
    for code, old in moves.order_by().values_list("region__code", "old_code"):
        above[code].update(_chain(old)[1:])
    return above


def formerly_coded(code: str) -> Region | None:
    """The region that had this code before: files and letters go on naming it for years."""
    change = RegionChange.objects.filter(old_code=code).select_related("region").order_by("-on", "-pk").first()
    return None if change is None else change.region


def families(moves: Iterable[tuple[int | None, int | None]]) -> dict[int, frozenset[int]]:
    """Parents (ids) between which regions were moved, each with all that are joined to it so, itself among them."""
    found: dict[int, frozenset[int]] = {}
    for one, other in moves:
        if one is None or other is None:
            continue
        joined = found.get(one, frozenset({one})) | found.get(other, frozenset({other}))
        found |= dict.fromkeys(joined, joined)
    return found


def parents_joined_to(parent_id: int | None) -> set[int | None]:
    """The parent and those whose children were its children once, or the other way about: ranks follow from all of them."""
    moves = RegionChange.objects.filter(kind=RegionChange.Kind.MOVED).values_list("old_parent", "region__parent")
    return {parent_id, *families(moves.order_by()).get(parent_id or 0, ())}


def _chain(code: str) -> tuple[str, str, str]:
    return code, code[:4] + "00", code[:2] + "0000"
