"""What a person's memberships reach, worked out once a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from plans.models import Membership, Role, Unit


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


def _read_scope(user_id: int) -> Scope:
    regions: dict[str, set[str]] = {}
    units: dict[str, set[int]] = {}
    homes: set[str] = set()
    roles: set[str] = set()
    for membership in Membership.objects.filter(user_id=user_id).select_related("region", "unit__region"):
        roles.add(membership.role)
        if membership.region is not None:
            regions.setdefault(membership.role, set()).add(membership.region.prefix)
            homes.add(membership.region.code)
        if membership.unit is not None:
            units.setdefault(membership.role, set()).add(membership.unit.pk)
            homes.add(membership.unit.region.code)
    _add_offices(units)
    return Scope(
        user_id=user_id,
        roles=frozenset(roles),
        regions={role: tuple(sorted(prefixes)) for role, prefixes in regions.items()},
        units={role: frozenset(ids) for role, ids in units.items()},
        homes=frozenset(homes),
    )


def _add_offices(units: dict[str, set[int]]) -> None:
    """A bureau's people reach its offices (处室), one level down as the directory has it."""
    held = {unit for ids in units.values() for unit in ids}
    if not held:
        return
    offices = list(Unit.objects.filter(parent__in=held).values_list("id", "parent_id"))
    for ids in units.values():
        ids.update(office for office, parent in offices if parent in ids)


BUSINESS_READERS = (Role.STAFF, Role.REVIEWER, Role.LEADER)
