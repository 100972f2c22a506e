"""Named reads of the plans app. `visible_to` answers who may see a row; the conditions stand in `permissions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from plans.scope import Scope


class RegionQuerySet(models.QuerySet[Any]):
    def within(self, prefixes: tuple[str, ...]) -> Self:
        """Regions at or below any of these code prefixes."""
        return self.filter(code_within("code", prefixes))

    def with_ancestors_of(self, code: str) -> Self:
        """The region with this code and everything above it, outermost first."""
        return self.filter(code__in={code[:2] + "0000", code[:4] + "00", code}).order_by("code")


def code_within(field: str, prefixes: tuple[str, ...]) -> Q:
    """A condition: the region code in `field` lies at or below one of the prefixes; with none, nothing does."""
    condition = Q(pk__in=[])
    for prefix in prefixes:
        condition |= Q(**{field: prefix}) if len(prefix) == 6 else Q(**{f"{field}__startswith": prefix})
    return condition


class UnitQuerySet(models.QuerySet[Any]):
    def visible_to(self, scope: Scope) -> Self:
        from plans.permissions import visible_units

        return self.filter(visible_units(scope))

    def named(self, name: str) -> Self:
        """Units with this name or alias."""
        return self.filter(Q(name=name) | Q(aliases__name=name)).distinct()


class PlanQuerySet(models.QuerySet[Any]):
    def visible_to(self, scope: Scope) -> Self:
        from plans.permissions import visible_plans

        return self.filter(visible_plans(scope))

    def tracked(self) -> Self:
        """Plans that are in force or were: drafts left out."""
        return self.exclude(state="draft")


class PlanPartQuerySet(models.QuerySet[Any]):
    def visible_to(self, scope: Scope) -> Self:
        from plans.models import Plan

        return self.filter(plan__in=Plan.objects.visible_to(scope))


class PlanTaskQuerySet(PlanPartQuerySet):
    def of_units(self, unit_ids: set[int]) -> Self:
        """Tasks these units answer for, by themselves or as members of a collective."""
        return self.filter(
            Q(assignments__unit__in=unit_ids) | Q(assignments__unit__member_links__member__in=unit_ids)
        ).distinct()

    def with_parts(self) -> Self:
        return self.select_related("plan", "section").prefetch_related(
            "measures", "milestones", "assignments__unit__region"
        )
