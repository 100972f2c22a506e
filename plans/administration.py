"""Reads for the administrators' and the staff's pages of management; who may read is asked by the pages."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from ipdash.accounts.models import AuditEntry, User
from plans.models import Membership, Region, Role, Unit
from plans.scope import Scope


@dataclass(frozen=True)
class AccountFilter:
    """Words in user name, name or e-mail; `state` is active, disabled or roleless."""

    words: str = ""
    state: str = ""

    def accounts(self) -> QuerySet[User]:
        """The accounts that fit, with `role_count`."""
        users = User.objects.annotate(role_count=Count("memberships")).order_by("username")
        if self.words:
            users = users.filter(
                Q(username__icontains=self.words)
                | Q(display_name__icontains=self.words)
                | Q(email__icontains=self.words)
            )
        if self.state in {"active", "disabled"}:
            users = users.filter(is_active=self.state == "active")
        if self.state == "roleless":
            users = users.filter(role_count=0)
        return users


@dataclass(frozen=True)
class RoleFilter:
    """Words in user name or name; a role; a region's code, with what lies below it."""

    words: str = ""
    role: str = ""
    region: str = ""

    def memberships(self) -> QuerySet[Membership]:
        """The memberships that fit, person by person."""
        found = Membership.objects.select_related("user", "region", "unit__region").order_by("user__username", "pk")
        if self.words:
            found = found.filter(Q(user__username__icontains=self.words) | Q(user__display_name__icontains=self.words))
        if self.role:
            found = found.filter(role=self.role) if self.role in Role.values else found.none()
        if self.region:
            region = Region.objects.filter(Q(code=self.region) | Q(name=self.region)).first()
            if region is None:
                return found.none()
            below = region.prefix
            found = found.filter(Q(region__code__startswith=below) | Q(unit__region__code__startswith=below))
        return found


@dataclass(frozen=True)
class UnitFilter:
    """Words in name or alias; a region's code or name, with what lies below it; `kind` is collective or plain."""

    words: str = ""
    region: str = ""
    kind: str = ""

    def units(self, scope: Scope) -> Any:
        """The visible units that fit, with their other names and members."""
        found = Unit.objects.visible_to(scope).select_related("region", "parent").prefetch_related("aliases", "members")
        if self.words:
            found = found.filter(Q(name__icontains=self.words) | Q(aliases__name__icontains=self.words)).distinct()
        if self.region:
            region = Region.objects.filter(Q(code=self.region) | Q(name=self.region)).first()
            found = found.none() if region is None else found.filter(region__code__startswith=region.prefix)
        if self.kind in {"collective", "plain"}:
            found = found.filter(is_collective=self.kind == "collective")
        return found.order_by("region__code", "name", "pk")


@dataclass(frozen=True)
class RegionFilter:
    """Words in code or name, or the children of one region."""

    words: str = ""
    parent: str = ""

    def regions(self) -> Any:
        """Provinces where nothing is asked for."""
        found = Region.objects.select_related("parent").annotate(unit_count=Count("units"))
        if self.words:
            return found.filter(Q(code__startswith=self.words) | Q(name__icontains=self.words)).order_by("code")
        if self.parent:
            return found.filter(parent__code=self.parent).order_by("code")
        return found.filter(parent=None).order_by("code")


@dataclass(frozen=True)
class AuditFilter:
    """What the log is narrowed to. `person` is a user name or part of a name; `object` a type, or type and id (`unit 17`);
    days are `2025-10-12`, both included."""

    person: str = ""
    action: str = ""
    object: str = ""
    result: str = ""
    first: str = ""
    last: str = ""

    def entries(self) -> QuerySet[AuditEntry]:
        """The entries that fit, newest first. A day that is none fits nothing."""
        found = AuditEntry.objects.select_related("actor").order_by("-number")
        if self.person:
            found = found.filter(Q(actor__username=self.person) | Q(actor_name__icontains=self.person))
        if self.action:
            found = found.filter(action=self.action)
        if self.object:
            kind, _blank, key = self.object.partition(" ")
            found = found.filter(object_type=kind, **({"object_id": key.strip()} if key.strip() else {}))
        if self.result:
            found = found.filter(result=self.result)
        return self._within_days(found)

    def _within_days(self, found: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        try:
            if self.first:
                found = found.filter(at__gte=_midnight(date.fromisoformat(self.first)))
            if self.last:
                found = found.filter(at__lt=_midnight(date.fromisoformat(self.last) + timedelta(days=1)))
        except (ValueError, OverflowError):
            return found.none()
        return found

    @property
    def chosen(self) -> dict[str, str]:
        """The fields that narrow something."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def places_with_units() -> list[Region]:
    """Regions that anybody is likely to mean: those that have units."""
    return list(Region.objects.filter(units__isnull=False).distinct().order_by("code"))
