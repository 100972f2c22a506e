"""The demonstration's reports on tasks: invented, marked, loaded once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django.utils import timezone

from ipdash.accounts.models import User
from ipdash.core.periods import Quarter
from plans.models import PlanTask, TaskReport, TaskReportRevision, Unit
from plans.services.report_contents import content_of

State, Action = TaskReport.State, TaskReportRevision.Action


def store_demo_reports(entries: Sequence[Mapping[str, Any]], users: Mapping[str, User]) -> int:
    """Adds the reports that are not there yet, with the steps that led to their states; gives how many."""
    slugs = {entry["plan"] for entry in entries}
    found = PlanTask.objects.filter(plan__slug__in=slugs, plan__is_demo=True).select_related("plan")
    tasks = {(task.plan.slug, task.title): task for task in found}
    if TaskReport.objects.filter(task__in=tasks.values()).exists():
        return 0
    regions = {task.plan.region_id for task in tasks.values()}
    units = {unit.name: unit for unit in Unit.objects.filter(region__in=regions)}
    writers = {user.memberships.all()[0].unit_id: user for name, user in users.items() if name in SPEAKERS}
    for entry in entries:
        task, unit = tasks[entry["plan"], entry["task_title"]], units[entry["unit"]]
        _store(entry, task, unit, by=writers.get(unit.pk, users["staff"]), checker=users["reviewer"])
    begun = {entry["task_title"] for entry in entries if entry["state"] != State.DRAFT}
    PlanTask.objects.filter(plan__slug__in=slugs, title__in=begun).update(status=PlanTask.Status.IN_PROGRESS)
    return len(entries)


SPEAKERS = ("reporter", "department")


def _store(entry: Mapping[str, Any], task: PlanTask, unit: Unit, *, by: User, checker: User) -> None:
    quarter, state = Quarter(entry["year"], entry["quarter"]), State(entry["state"])
    written, decided = _in_the_month_after(quarter, 6), _in_the_month_after(quarter, 9)
    report = TaskReport.objects.create(
        task=task, unit=unit, unit_name=unit.name, year=quarter.year, quarter=quarter.quarter, state=state,
        is_lead=task.lead_unit_id == unit.pk, entered_by=by, entered_at=written, is_demo=True,
        submitted_by=None if state == State.DRAFT else by, submitted_at=None if state == State.DRAFT else written,
        accepted_by=checker if state == State.ACCEPTED else None,
        accepted_at=decided if state == State.ACCEPTED else None,
        version={State.DRAFT: 1, State.SUBMITTED: 1}.get(state, 2),
        **{name: entry[name] for name in ("standing", "text", "problems", "next_step", "reason")},
    )  # fmt: skip
    steps = [] if state == State.DRAFT else [(Action.SUBMIT, "", State.SUBMITTED, by, written, "")]
    last = {State.ACCEPTED: Action.ACCEPT, State.RETURNED: Action.RETURN}.get(state)
    if last is not None:
        steps.append((last, State.SUBMITTED, state, checker, decided, entry["reason"]))
    TaskReportRevision.objects.bulk_create(
        TaskReportRevision(
            report=report, version=n, at=at, by=who, action=action, from_state=before, to_state=after, reason=reason,
            content=content_of(report),
        )
        for n, (action, before, after, who, at, reason) in enumerate(steps, start=1)
    )  # fmt: skip


def _in_the_month_after(quarter: Quarter, day: int) -> datetime:
    """Ten in the morning of a day of the month that follows the quarter."""
    return timezone.make_aware(datetime.combine((quarter + 1).first_day.replace(day=day), time(10)))
