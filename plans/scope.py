"""What a person's memberships reach, worked out once a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ipdash.core.written import ask
from plans.models import Membership, Region, Role, Unit


@dataclass(frozen=True)
class Scope:
    """A person's roles and their reach.

    `regions[role]` are code prefixes (a role in a region reaches what lies below it), `units[role]` unit ids, offices of
    these units included. `homes` are the codes of the regions whose member the person is, by region or by unit.
    """

    user_id: int | None
    roles: frozenset[str] = frozenset()
    regions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    units: dict[str, frozenset[int]] = field(default_factory=dict)
    homes: frozenset[str] = frozenset()

    def has(self, *roles: str) -> bool:
        return any(role in self.roles for role in roles)

    def prefixes(self, *roles: str) -> tuple[str, ...]:
        """Code prefixes that any of these roles reaches."""
        return tuple(sorted({prefix for role in roles for prefix in self.regions.get(role, ())}))

    def unit_ids(self, *roles: str) -> frozenset[int]:
        """Units that any of these roles reaches."""
        return frozenset(unit for role in roles for unit in self.units.get(role, ()))

    def reaches(self, code: str, *roles: str) -> bool:
        """Whether one of these roles reaches the region with this code."""
        return any(code.startswith(prefix) for prefix in self.prefixes(*roles))

    @property
    def all_units(self) -> frozenset[int]:
        return self.unit_ids(*self.units)

    @property
    def all_prefixes(self) -> tuple[str, ...]:
        return self.prefixes(*self.regions)


NOBODY = Scope(user_id=None)


def scope_of(user: Any) -> Scope:
    """The scope of a user; kept on the user object, which lives as long as the request."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return NOBODY
    kept = getattr(user, "_ipdash_scope", None)
    if isinstance(kept, Scope):
        return kept
    scope = _read_scope(user.pk)
    user._ipdash_scope = scope
    return scope


def forget_scope(user: Any) -> None:
    """After a change of memberships within the same request."""
    if hasattr(user, "_ipdash_scope"):
        del user._ipdash_scope


_TABLES = {
    "membership": Membership._meta.db_table,
    "region": Region._meta.db_table,
    "unit": Unit._meta.db_table,
}  # fmt: skip
# Asked with every page: the person's memberships with their places, and the offices (处室) of their units, which are
# reached with the unit, one level down as the directory has it.
_MEMBERSHIPS = """
    SELECT membership.role, region.code, region.level, membership.unit_id, home.code, office.id
    FROM {membership} membership
    LEFT JOIN {region} region ON region.id = membership.region_id
    LEFT JOIN {unit} unit ON unit.id = membership.unit_id
    LEFT JOIN {region} home ON home.id = unit.region_id
    LEFT JOIN {unit} office ON office.parent_id = unit.id
    WHERE membership.user_id = %s
""".format(**_TABLES)  # noqa: S608 - names of our own tables


def _read_scope(user_id: int) -> Scope:
    regions: dict[str, set[str]] = {}
    units: dict[str, set[int]] = {}
    homes: set[str] = set()
    roles: set[str] = set()
    for role, code, level, unit, home, office in ask(_MEMBERSHIPS, (user_id,)):
        roles.add(role)
        if code is not None:
            regions.setdefault(role, set()).add(Region(code=code, level=level).prefix)
            homes.add(code)
        if unit is not None:
            units.setdefault(role, set()).update({unit} if office is None else {unit, office})
            homes.add(home)
    return Scope(
        user_id=user_id,
        roles=frozenset(roles),
        regions={role: tuple(sorted(prefixes)) for role, prefixes in regions.items()},
        units={role: frozenset(ids) for role, ids in units.items()},
        homes=frozenset(homes),
    )


BUSINESS_READERS = (Role.STAFF, Role.REVIEWER, Role.LEADER)
