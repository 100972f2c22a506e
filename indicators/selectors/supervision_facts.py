"""What calls for a slip today: last days of tasks, reports that are owed, indicators behind their pace, reports sent back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Q

from indicators.models import Attainment, TaskLink
from ipdash.core import workdays
from ipdash.core.numbers import decimal_text
from ipdash.core.periods import Quarter
from plans.models import (
    CollectiveMember,
    Plan,
    PlanTask,
    Supervision,
    TaskReport,
    TaskReportRevision,
    Unit,
)
from plans.rules.ladder import Standing
from plans.rules.task_state import TaskState, late_since, next_due, task_state
from plans.windows import windows_of

Reason = Supervision.Reason
HANDED_IN = (TaskReport.State.SUBMITTED, TaskReport.State.ACCEPTED)


@dataclass(frozen=True)
class Fact:
    """One thing about one task that concerns one unit; `told` are the numbers that the slip shows."""

    task: PlanTask
    unit: Unit
    reason: str
    subject: str
    standing: Standing
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def occasion(self) -> str:
        """What is asked for once a level, in all time."""
        return f"{self.task.pk}:{self.unit.pk}:{self.reason}:{self.subject}"


def facts_on(today: date) -> list[Fact]:
    """Everything that stands out on this day in plans that are in force; queries do not grow with the number of tasks."""
    tasks = list(
        PlanTask.objects.filter(plan__state=Plan.State.ACTIVE, lead_unit__isnull=False)
        .exclude(status__in=(PlanTask.Status.DONE, PlanTask.Status.AWAITING_REVIEW))
        .select_related("plan__region", "lead_unit")
        .defer("plan__source_text")
        .prefetch_related("milestones")
        .order_by("pk")
    )
    quarter, units = Quarter.last_ended(today), _units_of(tasks)
    found: list[Fact] = []
    for part in (_deadlines, _reports, _paces, _returned):
        found += part(tasks, units, quarter, today)
    return found


Units = dict[int, list[Unit]]


def _units_of(tasks: list[PlanTask]) -> Units:
    """By task, who is asked: the unit in the lead, or where that is a collective its members."""
    members = defaultdict(list)
    collectives = {task.lead_unit_id for task in tasks if task.lead_unit and task.lead_unit.is_collective}
    for row in CollectiveMember.objects.filter(collective__in=collectives).select_related("member").order_by("pk"):
        members[row.collective_id].append(row.member)
    units: Units = {}
    for task in tasks:
        assert task.lead_unit is not None  # noqa: S101 - the query asks for it
        units[task.pk] = members[task.lead_unit.pk] if task.lead_unit.is_collective else [task.lead_unit]
    return units


def _deadlines(tasks: list[PlanTask], units: Units, _quarter: Quarter, today: date) -> Iterator[Fact]:
    """The last day that was missed first, else the next one."""
    for task in tasks:
        facts = task.facts
        state = task_state(facts, today)
        if state not in {TaskState.LATE, TaskState.ON_TIME, TaskState.NOT_STARTED}:
            continue
        due = late_since(facts, today) or next_due(facts, today)
        days = workdays.between(due, today)
        for unit in units[task.pk]:
            yield Fact(task, unit, Reason.DEADLINE, str(due), Standing(days=days), {"due": str(due)})


def _reports(tasks: list[PlanTask], units: Units, quarter: Quarter, today: date) -> Iterator[Fact]:
    """Reports for the quarter that ended last, where its days are set and the unit has not handed one in."""
    windows = windows_of({task.plan.region.code for task in tasks}, {quarter})
    handed_in = set(
        TaskReport.objects.at(quarter.year, quarter.quarter)
        .filter(state__in=HANDED_IN, task__in=[task.pk for task in tasks])
        .values_list("task", "unit")
    )
    for task in tasks:
        window = windows.get((task.plan.region.code, quarter))
        if window is None:
            continue
        for unit in units[task.pk]:
            if (task.pk, unit.pk) not in handed_in:
                standing = Standing(days=workdays.between(window.due, today))
                told = {"due": str(window.due), "quarter": str(quarter)}
                yield Fact(task, unit, Reason.REPORT, str(quarter), standing, told)


def _paces(tasks: list[PlanTask], units: Units, quarter: Quarter, _today: date) -> Iterator[Fact]:
    """Indicators that a confirmed link says a task serves, as they stood at the end of the last quarter."""
    links = TaskLink.objects.confirmed().filter(task__in=[task.pk for task in tasks]).values_list("task", "indicator")
    served = defaultdict(list)
    for task, indicator in links:
        served[task].append(indicator)
    rows = (
        Attainment.objects.at(quarter)
        .filter(
            Q(line__plan__in={task.plan_id for task in tasks if task.pk in served}),
            line__region=F("line__plan__region"),
            line__indicator__in={indicator for found in served.values() for indicator in found},
            year_gap__isnull=False,
        )
        .select_related("line__indicator")
    )
    worst: dict[tuple[int, int], Attainment] = {}
    for row in rows:
        key = (row.line.plan_id, row.line.indicator_id)
        if key not in worst or row.year_gap < worst[key].year_gap:
            worst[key] = row
    for task in tasks:
        for indicator in served[task.pk]:
            behind = worst.get((task.plan_id, indicator))
            if behind is not None:
                told = {
                    "quarter": str(quarter), "line": behind.line_id, "indicator": behind.line.printed_name,
                    "gap": decimal_text(behind.year_gap),
                }  # fmt: skip
                for unit in units[task.pk]:
                    subject = f"{indicator}:{quarter}"
                    yield Fact(task, unit, Reason.PACE, subject, Standing(gap=behind.year_gap), told)


def _returned(tasks: list[PlanTask], units: Units, quarter: Quarter, _today: date) -> Iterator[Fact]:
    """How often a quarter's report was sent back, as long as it has not been accepted."""
    counted = (
        TaskReportRevision.objects.filter(
            action=TaskReportRevision.Action.RETURN,
            report__task__in=[task.pk for task in tasks],
            report__year=quarter.year,
            report__quarter=quarter.quarter,
        )
        .exclude(report__state=TaskReport.State.ACCEPTED)
        .values_list("report__task", "report__unit")
        .annotate(count=Count("pk"))
        .order_by()
    )
    times = {(task, unit): count for task, unit, count in counted}
    for task in tasks:
        for unit in units[task.pk]:
            count = times.get((task.pk, unit.pk))
            if count:
                told = {"quarter": str(quarter), "returned": count}
                yield Fact(task, unit, Reason.QUALITY, str(quarter), Standing(returned=count), told)
