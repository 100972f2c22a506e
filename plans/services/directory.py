"""The unit directory in bulk: what a file or an imported document names, added where it is not there yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

from django.db import transaction

from ipdash.accounts import audit
from plans.models import CollectiveMember, Region, Unit, UnitAlias

CHUNK = 1000


class AliasEntry(TypedDict):
    """Another name; `former` for one the unit no longer has."""

    name: str
    former: bool
    note: str


class UnitEntry(TypedDict):
    """A unit as `fixtures/units.json` holds it; `members` and `parent` are names of units of the same region."""

    region_code: str
    name: str
    aliases: list[AliasEntry]
    is_collective: bool
    members: list[str] | None
    parent: str | None


@transaction.atomic
def store_units(entries: Sequence[UnitEntry], *, is_demo: bool = False) -> int:
    """Adds the units that no name or alias of their region answers to yet; gives how many. What is there stays."""
    regions = {region.code: region for region in Region.objects.filter(code__in={e["region_code"] for e in entries})}
    known = names_in(region.pk for region in regions.values())
    fresh = [e for e in entries if (regions[e["region_code"]].pk, e["name"]) not in known]
    made = Unit.objects.bulk_create(
        [
            Unit(region=regions[e["region_code"]], name=e["name"], is_collective=e["is_collective"], is_demo=is_demo)
            for e in fresh
        ],
        batch_size=CHUNK,
    )
    known |= {(unit.region_id, unit.name): unit.pk for unit in made}
    _store_aliases(fresh, made, known)
    _store_links(fresh, made, known)
    if made:
        audit.record("unit.load", ("unit", ""), actor=None, after={unit.pk: unit.name for unit in made})
    return len(made)


def names_in(region_ids: Iterable[int]) -> dict[tuple[int, str], int]:
    """The unit that each name or alias stands for, by region id and name; a unit's own name comes first."""
    wanted = list(region_ids)
    aliases = UnitAlias.objects.filter(region__in=wanted).values_list("region_id", "name", "unit_id")
    names = Unit.objects.filter(region__in=wanted).values_list("region_id", "name", "pk")
    return {(region, name): unit for rows in (aliases, names) for region, name, unit in rows}


def _store_aliases(entries: Sequence[UnitEntry], units: Sequence[Unit], known: dict[tuple[int, str], int]) -> None:
    rows = []
    for entry, unit in zip(entries, units, strict=True):
        for alias in entry["aliases"]:
            key = (unit.region_id, alias["name"])
            if key in known:  # a name that already stands for a unit of the region goes on standing for it
                continue
            known[key] = unit.pk
            rows.append(
                UnitAlias(
                    unit=unit,
                    region_id=unit.region_id,
                    name=alias["name"],
                    is_former=alias["former"],
                    note=alias["note"],
                )
            )
    UnitAlias.objects.bulk_create(rows, batch_size=CHUNK)


def _store_links(entries: Sequence[UnitEntry], units: Sequence[Unit], known: dict[tuple[int, str], int]) -> None:
    members, offices = [], []
    for entry, unit in zip(entries, units, strict=True):
        members += [
            CollectiveMember(collective=unit, member_id=known[unit.region_id, name]) for name in entry["members"] or []
        ]
        if entry["parent"] is not None:
            unit.parent_id = known[unit.region_id, entry["parent"]]
            offices.append(unit)
    CollectiveMember.objects.bulk_create(members, batch_size=CHUNK)
    Unit.objects.bulk_update(offices, ["parent"], batch_size=CHUNK)


def resolve_units(region: Region, names: Iterable[str]) -> tuple[dict[str, int], list[Unit]]:
    """The unit id for each name as a document of this region has it, and the units added because nothing answers to it."""
    wanted = list(dict.fromkeys(names))
    known = {name: unit for (_region, name), unit in names_in([region.pk]).items()}
    added = Unit.objects.bulk_create([Unit(region=region, name=name) for name in wanted if name not in known])
    known |= {unit.name: unit.pk for unit in added}
    return {name: known[name] for name in wanted}, added
