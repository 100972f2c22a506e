"""Lists of reports on tasks: what waits for whom, and what one's own units have to say this quarter."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from ipdash.core.periods import Quarter
from plans.models import PlanTask, TaskClosing, TaskReport
from plans.permissions import CHECKING, SPEAKING
from plans.querysets import code_within
from plans.scope import Scope
from plans.windows import Windows

State = TaskReport.State


@dataclass(frozen=True)
class ReportFilter:
    """What a list of reports is narrowed to; empty fields narrow nothing. A value that makes no sense fits nothing."""

    plan: str = ""
    unit: str = ""
    state: str = ""
    quarter: str = ""
    words: str = ""

    def apply(self, reports: Any) -> Any:
        for name, field in (("plan", "task__plan"), ("unit", "unit")):
            value = getattr(self, name)
            if value and not (value.isascii() and value.isdecimal() and len(value) < 19):
                return reports.none()
            if value:
                reports = reports.filter(**{field: value})
        if self.state:
            reports = reports.filter(state=self.state)
        if self.quarter:
            asked = Quarter.parse(self.quarter)
            reports = reports.none() if asked is None else reports.at(asked.year, asked.quarter)
        if self.words:
            reports = reports.filter(Q(task__title__icontains=self.words) | Q(text__icontains=self.words))
        return reports


@dataclass(frozen=True)
class TaskQuarter:
    """The quarter of a task that is to be reported next, and the state of one's own report on it, if there is one."""

    quarter: Quarter
    state: str = ""

    @property
    def is_done(self) -> bool:
        return self.state in {State.SUBMITTED, State.ACCEPTED}


def task_quarters(
    tasks: Sequence[PlanTask], units: Collection[int], windows: Windows, today: date
) -> dict[int, TaskQuarter]:
    """By task id what one's units have to report: the quarter just ended while it may be, else the running one.

    `windows` holds those of the quarter just ended for the regions of the tasks' plans.
    """
    running = Quarter.containing(today)
    reports = TaskReport.objects.filter(task__in=tasks, unit__in=units, year__gte=(running - 1).year)
    states = {(r.task_id, r.as_quarter): r.state for r in reports.only("task", "year", "quarter", "state")}
    found = {}
    for task in tasks:
        window = windows.get((task.plan.region.code, running - 1))
        ended = running - 1 if window is not None and today <= window.locks else None
        in_plan = ended is not None and task.plan.start_year <= ended.year <= task.plan.end_year
        if in_plan and states.get((task.pk, ended)) not in {State.SUBMITTED, State.ACCEPTED}:
            wanted = ended
        elif task.plan.start_year <= running.year <= task.plan.end_year:
            wanted = running
        else:
            wanted = ended
        if wanted is not None:
            found[task.pk] = TaskQuarter(wanted, states.get((task.pk, wanted), ""))
    return found


def reports_for(scope: Scope, wanted: ReportFilter) -> Any:
    """Reports the person sees, latest quarter first."""
    return wanted.apply(TaskReport.objects.visible_to(scope)).with_parts()


def waiting_for(scope: Scope) -> Any:
    """Reports that wait for this person's check: the bureau's for what leads hand in, the lead's for contributions."""
    lead_units = scope.unit_ids(*SPEAKING)
    bureau = Q(is_lead=True) | Q(task__lead_unit=None)
    mine = bureau & code_within("task__plan__region__code", scope.prefixes(*CHECKING))
    mine |= Q(is_lead=False, task__lead_unit__in=lead_units)
    waiting = TaskReport.objects.filter(mine, state=State.SUBMITTED, task__plan__state="active")
    return waiting.exclude(entered_by=scope.user_id).exclude(submitted_by=scope.user_id).with_parts()


def closings_waiting_for(scope: Scope) -> Any:
    """Requests to close that wait for this person's check."""
    reached = code_within("task__plan__region__code", scope.prefixes(*CHECKING))
    asked = TaskClosing.objects.filter(reached, state=TaskClosing.State.ASKED)
    return asked.exclude(asked_by=scope.user_id).select_related("task__plan__region", "unit")


def sent_back_to(scope: Scope) -> Any:
    """Returned reports of one's own units, and those one wrote for others as their bureau's staff."""
    for_others = Q(entered_by=scope.user_id) & code_within("task__plan__region__code", scope.prefixes(*CHECKING))
    mine = Q(unit__in=scope.unit_ids(*SPEAKING)) | for_others
    returned = TaskReport.objects.filter(mine, state=State.RETURNED)
    return returned.exclude(task__status=PlanTask.Status.DONE).with_parts()
