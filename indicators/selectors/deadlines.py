"""Deadlines of a person, for their calendar: figures to report, milestones of their tasks, slips to answer."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from indicators.models import ReportingPeriod
from indicators.permissions import visible_periods
from ipdash.core.ics import DayEntry
from plans.models import Milestone, Plan, PlanTask, Role, Supervision
from plans.scope import Scope

BACK, AHEAD = timedelta(days=92), timedelta(days=550)
MOST = 1000
WORKING = (Role.STAFF, Role.REVIEWER, Role.REPORTER, Role.DEPARTMENT)


def deadlines(scope: Scope, today: date, host: str, base: str) -> list[DayEntry]:
    """From a quarter back to a year and a half ahead, by day; `host` makes the entries' names this installation's own, `base` their links."""
    found = [*_periods(scope, today, host), *_milestones(scope, today, host, base), *_slips(scope, today, host, base)]
    return sorted(found, key=lambda entry: (entry.day, entry.uid))[:MOST]


def _periods(scope: Scope, today: date, host: str) -> list[DayEntry]:
    if not scope.has(*WORKING):
        return []
    periods = ReportingPeriod.objects.filter(
        visible_periods(scope), due__gte=today - BACK, due__lte=today + AHEAD
    ).select_related("region")
    return [
        DayEntry(
            f"period-{period.pk}@{host}",
            period.due,
            _("%(region)s%(quarter)s填报截止") % {"region": period.region.name, "quarter": period.as_quarter.label},
        )
        for period in periods
    ]


def _milestones(scope: Scope, today: date, host: str, base: str) -> list[DayEntry]:
    """Milestones that are not reached yet, of tasks that one's units answer for."""
    units = set(scope.all_units)
    if not units:
        return []
    tasks = PlanTask.objects.visible_to(scope).of_units(units).filter(plan__state=Plan.State.ACTIVE)
    milestones = Milestone.objects.filter(
        task__in=tasks.exclude(status=PlanTask.Status.DONE).values("pk"), reached_on=None,
        due_on__gte=today - BACK, due_on__lte=today + AHEAD,
    ).select_related("task")  # fmt: skip
    return [
        DayEntry(
            f"milestone-{milestone.pk}@{host}",
            milestone.due_on,
            _("任务到期：%(task)s") % {"task": milestone.task.title},
            f"{milestone.label}：{milestone.text}",
            f"{base}tasks/{milestone.task_id}/",
        )
        for milestone in milestones
        if milestone.due_on is not None
    ]


def _slips(scope: Scope, today: date, host: str, base: str) -> list[DayEntry]:
    """Slips that one's units have to answer."""
    slips = (
        Supervision.objects.visible_to(scope)
        .filter(state__in=("sent", "signed"), unit__in=scope.all_units, answer_by__gte=today - BACK)
        .select_related("task", "region")
    )
    return [
        DayEntry(
            f"slip-{slip.pk}@{host}",
            slip.answer_by,
            _("督办反馈期限：%(task)s") % {"task": slip.task.title},
            slip.label,
            f"{base}supervision/{slip.pk}/",
        )
        for slip in slips
        if slip.answer_by is not None
    ]
