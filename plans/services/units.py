"""The unit directory: one entry for one body, whatever it is or was called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.core.changes import differences, refuse_stale, save_changed, write
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Conflict, Invalid, NotAllowed
from plans.models import CollectiveMember, Region, Unit, UnitAlias
from plans.permissions import can_change_unit, get_unit_for
from plans.scope import Scope, scope_of
from plans.services.lookups import region_named, units_named


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a unit, or (`is_former`) one it had from a day to a day, where known."""

    name: str
    is_former: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""


class UnitChanges(TypedDict, total=False):
    """What may be changed; `aliases` and `members` (unit ids) are whole lists, `parent` a unit id or None."""

    name: str
    is_collective: bool
    parent: int | None
    aliases: Sequence[Alias]
    members: Sequence[int]


@transaction.atomic
def create_unit(
    actor: Any,
    *,
    region: str,
    name: str,
    is_collective: bool = False,
    parent: int | None = None,
    aliases: Sequence[Alias] = (),
    members: Sequence[int] = (),
) -> Unit:
    """Adds a unit to a region's directory.

    Raises `NotAllowed` unless the person keeps this directory, `Conflict` (`unit_name_taken`) where the name or an alias
    stands for a unit already, `Invalid` for wrong members or parents.
    """
    scope, place = scope_of(actor), region_named(region)
    _require_keeper(scope, place)
    unit = Unit(region=place, name=name.strip(), is_collective=is_collective, parent_id=parent)
    wanted = _cleaned(aliases)
    _refuse_wrong_place(scope, unit, members)
    check(unit)
    _refuse_taken(unit, [alias.name for alias in wanted])
    with explained():
        unit.save(force_insert=True)
        _store_aliases(unit, wanted)
        _store_members(unit, members)
    audit.record(
        "unit.create",
        unit,
        actor=actor,
        region_code=place.code,
        after={
            "name": unit.name,
            "aliases": [alias.name for alias in wanted],
            "members": list(members),
            "parent": parent,
        },
    )
    return unit


@transaction.atomic
def change_unit(actor: Any, unit_id: int, changes: UnitChanges, *, version: int | None = None) -> Unit:
    """Changes a unit; `version` is the one the person saw. To rename keeps the old name only if it is given as an alias.

    Raises `NotVisible`, `NotAllowed`, `Conflict` (`stale_version`, `unit_name_taken`), `Invalid`.
    """
    scope = scope_of(actor)
    _require_keeper(scope, get_unit_for(scope, unit_id).region)
    unit: Unit = Unit.objects.select_for_update(of=("self",)).select_related("region").get(pk=unit_id)
    fields = {key: value for key, value in changes.items() if key in {"name", "is_collective"}}
    if "name" in changes:
        fields["name"] = changes["name"].strip()
    if "parent" in changes:
        fields["parent_id"] = changes["parent"]
    found = differences(unit, fields)
    old_aliases, old_members = _aliases_of(unit), sorted(unit.member_links.values_list("member", flat=True))
    aliases = _cleaned(changes["aliases"]) if "aliases" in changes else old_aliases
    members = sorted(set(changes["members"])) if "members" in changes else old_members
    found.note("aliases", [_as_row(a) for a in old_aliases], [_as_row(a) for a in aliases])
    found.note("members", old_members, members)
    refuse_stale(unit, version, found)
    if not found:
        return unit
    write(unit, found, fields)
    _refuse_wrong_place(scope, unit, members)
    check(unit)
    _refuse_taken(unit, [alias.name for alias in aliases])
    with explained():
        save_changed(unit, found, fields)
        if found.touches("aliases"):
            unit.aliases.all().delete()
            _store_aliases(unit, aliases)
        if found.touches("members"):
            unit.member_links.exclude(member__in=members).delete()
            _store_members(unit, [pk for pk in members if pk not in old_members])
    audit.record("unit.change", unit, actor=actor, before=found.before, after=found.after, region_code=unit.region.code)
    return unit


def _require_keeper(scope: Scope, region: Region) -> None:
    if not can_change_unit(scope, region):
        raise NotAllowed(
            "not_allowed",
            _("%(region)s的单位由该区划或其上级的局工作人员、系统管理员维护；如需权限，请联系安全管理员授权。")
            % {"region": region.name},
        )


def _cleaned(aliases: Sequence[Alias]) -> list[Alias]:
    """Without blanks around names, each name once."""
    by_name = {a.name.strip(): Alias(a.name.strip(), a.is_former, a.valid_from, a.valid_to, a.note) for a in aliases}
    return [alias for name, alias in by_name.items() if name]


def _aliases_of(unit: Unit) -> list[Alias]:
    return [Alias(a.name, a.is_former, a.valid_from, a.valid_to, a.note) for a in unit.aliases.all()]


def _as_row(alias: Alias) -> list[object]:
    return [alias.name, alias.is_former, alias.valid_from, alias.valid_to, alias.note]


def _refuse_taken(unit: Unit, aliases: Sequence[str]) -> None:
    """Within a region a name stands for one unit, be it a name or an alias there."""
    # Whoever changes this region's directory at the same time waits here, or two could take one name in both tables.
    list(Region.objects.select_for_update(no_key=True).filter(pk=unit.region_id).values_list("pk", flat=True))
    units = Unit.objects.filter(region=unit.region_id).exclude(pk=unit.pk)
    others = UnitAlias.objects.filter(region=unit.region_id).exclude(unit=unit.pk)
    for field, wanted in (("name", [unit.name]), ("aliases", list(aliases))):
        taken = units.filter(name__in=wanted).values_list("name", "name").first()
        taken = taken or others.filter(name__in=wanted).values_list("name", "unit__name").first()
        if taken is not None:
            message = _("“%(name)s”在本区划下已是单位“%(owner)s”的名称或别名。") % {"name": taken[0], "owner": taken[1]}
            raise Conflict("unit_name_taken", message, {field: [message]})
    if unit.name in aliases:
        message = _("别名不能与单位名称相同。")
        raise Invalid("alias_is_the_name", message, {"aliases": [message]})


def _refuse_wrong_place(scope: Scope, unit: Unit, members: Sequence[int]) -> None:
    if unit.parent_id is not None:
        parent = units_named(scope, [unit.parent_id], "parent")[unit.parent_id]
        # One level of offices below a bureau, as the directory and the reach of roles have it.
        if parent.pk == unit.pk or parent.parent_id is not None or parent.region_id != unit.region_id:
            message = _("上级单位应是同一区划的另一个单位，且自己没有上级单位。")
            raise Invalid("wrong_parent", message, {"parent": [message]})
        if unit.pk is not None and unit.offices.exists():
            message = _("“%(name)s”自己有下属处室，不能再设上级单位。") % {"name": unit.name}
            raise Invalid("wrong_parent", message, {"parent": [message]})
    if members and not unit.is_collective:
        message = _("只有集合名称才有成员单位。")
        raise Invalid("not_a_collective", message, {"members": [message]})
    for member in units_named(scope, members, "members").values():
        if member.is_collective or member.pk == unit.pk:
            message = _("集合名称的成员应是具体单位，“%(name)s”不是。") % {"name": member.name}
            raise Invalid("wrong_member", message, {"members": [message]})


def _store_aliases(unit: Unit, aliases: Sequence[Alias]) -> None:
    rows = [
        UnitAlias(
            unit=unit, region_id=unit.region_id, name=a.name, is_former=a.is_former, valid_from=a.valid_from,
            valid_to=a.valid_to, note=a.note,
        )
        for a in aliases
    ]  # fmt: skip
    for row in rows:
        check(row)
        row.save(force_insert=True)


def _store_members(unit: Unit, members: Sequence[int]) -> None:
    CollectiveMember.objects.bulk_create(
        [CollectiveMember(collective=unit, member_id=pk) for pk in dict.fromkeys(members)]
    )
