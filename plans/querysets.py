"""Named reads of the plans app. `visible_to` answers who may see a row; the conditions stand in `permissions`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from plans.rules.task_state import TaskState

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
        """Tasks these units answer for today, by themselves or as members of a collective."""
        from plans.models import Assignment

        held = Assignment.objects.filter(Q(unit__in=unit_ids) | Q(unit__member_links__member__in=unit_ids))
        return self.filter(pk__in=held.values("task"))

    def with_state(self, today: date) -> Self:
        """Adds `state_now`: what `plans.rules.task_state.task_state` says of the same facts."""
        from plans.models import Milestone

        overdue = Milestone.objects.overdue(today).filter(task=OuterRef("pk"))
        return self.annotate(
            state_now=Case(
                When(status="done", then=Value(TaskState.CLOSED.value)),
                When(~Q(plan__state="active"), then=Value(TaskState.ENDED.value)),
                When(status="awaiting_review", then=Value(TaskState.AWAITING_REVIEW.value)),
                When(Q(plan__end_year__lt=today.year) | Exists(overdue), then=Value(TaskState.LATE.value)),
                When(status="not_started", then=Value(TaskState.NOT_STARTED.value)),
                default=Value(TaskState.ON_TIME.value),
                output_field=models.CharField(),
            )
        )

    def with_parts(self) -> Self:
        return self.select_related("plan__region", "section", "lead_unit").prefetch_related(
            "measures", "milestones", "assignments__unit__region"
        )


class MilestoneQuerySet(models.QuerySet[Any]):
    def overdue(self, today: date) -> Self:
        """`Step.is_overdue`: the last day has passed and nobody has said that it is reached."""
        return self.filter(due_on__lt=today, reached_on=None, claim=None)


class TaskReportQuerySet(models.QuerySet[Any]):
    def visible_to(self, scope: Scope) -> Self:
        from plans.permissions import visible_reports

        return self.filter(visible_reports(scope))

    def at(self, year: int, quarter: int) -> Self:
        return self.filter(year=year, quarter=quarter)

    def with_parts(self) -> Self:
        return self.select_related(
            "task__plan__region", "task__lead_unit", "unit__region", "entered_by", "submitted_by", "accepted_by"
        ).prefetch_related("numbers__goal", "reached")


class SupervisionQuerySet(models.QuerySet[Any]):
    def visible_to(self, scope: Scope) -> Self:
        from plans.permissions import visible_slips

        return self.filter(visible_slips(scope))

    def opened(self) -> Self:
        """Sent and not at their end."""
        return self.filter(state__in=("sent", "signed", "answered"))
