"""What the page of one task shows: its state, milestones with their history, who reported what, requests to close."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ipdash.core.periods import Quarter
from plans.evidence import evidence_of
from plans.models import (
    Assignment,
    CollectiveMember,
    EvidenceFile,
    Milestone,
    Phase,
    Plan,
    PlanTask,
    TaskClosing,
    TaskReport,
    Unit,
)
from plans.permissions import CHECKING, can_check, can_report, sees_inside
from plans.rules.report_window import Stand, Window, stand_of
from plans.rules.task_state import TaskState, late_since, next_due, percent_complete, task_state
from plans.scope import Scope
from plans.windows import windows_of

REPORT_HOLDER, CLOSING_HOLDER = "task_report", "task_closing"


@dataclass(frozen=True)
class Answering:
    """A unit that answers for the task, in its first role; `through` is the collective that stands for it."""

    unit: Unit
    role: Assignment.Role
    through: Unit | None = None
    is_lead: bool = False
    can_report: bool = False


@dataclass(frozen=True)
class ReportRow:
    """One report as the reader may see it: `inside` shows problems, reasons and evidence, too."""

    report: TaskReport
    inside: bool
    can_check: bool
    files: list[EvidenceFile] = field(default_factory=list)


@dataclass(frozen=True)
class OpenQuarter:
    """A quarter that may be reported now, until when in time and until when at all."""

    quarter: Quarter
    stand: Stand
    window: Window | None


@dataclass(frozen=True)
class TaskPage:
    """One task on a day, for one reader."""

    task: PlanTask
    state: TaskState
    late_since: date | None
    next_due: date
    percent: Decimal | None
    phases: list[Phase]
    dropped: list[Milestone]
    answering: list[Answering]
    former: list[Assignment]
    quarters: list[OpenQuarter]
    reports: list[tuple[Quarter, list[ReportRow]]]
    closings: list[tuple[TaskClosing, list[EvidenceFile]]]


def task_page(scope: Scope, task: PlanTask, today: date) -> TaskPage:
    """Everything about the task that this person may see; queries do not grow with its reports."""
    facts = task.facts
    milestones = Milestone.every.filter(task=task).exclude(state=Milestone.State.LIVE)
    rows = report_rows(scope, task)
    inside = scope.reaches(task.plan.region.code, *CHECKING) or task.lead_unit_id in scope.all_units
    return TaskPage(
        task=task,
        state=task_state(facts, today),
        late_since=late_since(facts, today),
        next_due=next_due(facts, today),
        percent=percent_of(task),
        phases=[] if facts.steps else list(task.plan.phases.all()),
        dropped=list(milestones.prefetch_related("changes__by", "parts")),
        answering=answering_units(scope, task),
        former=list(Assignment.every.filter(task=task).exclude(ended_on=None).select_related("unit", "moved_to__unit")),
        quarters=open_quarters(task, today),
        reports=_by_quarter(rows),
        closings=_closings(task, inside),
    )


def percent_of(task: PlanTask) -> Decimal | None:
    """How much of the task is complete, from its goals and milestones in force; None where it has neither."""
    return percent_complete(
        (goal.as_goal for goal in task.goals.all()), (milestone.step for milestone in task.milestones.all())
    )


def answering_units(scope: Scope, task: PlanTask) -> list[Answering]:
    """Who answers for the task, collectives taken apart, the lead first; each unit once, in its first role."""
    assignments = list(Assignment.objects.filter(task=task).select_related("unit__region"))
    collectives = {a.unit_id for a in assignments if a.unit.is_collective}
    members: dict[int, list[Unit]] = defaultdict(list)
    links = CollectiveMember.objects.filter(collective__in=collectives).select_related("member__region")
    for link in links.order_by("pk"):
        members[link.collective_id].append(link.member)
    order = list(Assignment.Role.values)
    found: dict[int, Answering] = {}
    for assignment in sorted(assignments, key=lambda a: (a.unit_id != task.lead_unit_id, order.index(a.role))):
        through = assignment.unit if assignment.unit_id in members else None
        for unit in members.get(assignment.unit_id, [assignment.unit]):
            speaks = not unit.is_collective and can_report(scope, task, unit)
            role = Assignment.Role(assignment.role)
            found.setdefault(unit.pk, Answering(unit, role, through, unit.pk == task.lead_unit_id, speaks))
    return list(found.values())


def open_quarters(task: PlanTask, today: date) -> list[OpenQuarter]:
    """The quarter just ended as long as it may be reported, and the running one; none where nothing is to be reported."""
    if task.plan.state != Plan.State.ACTIVE or task.status == PlanTask.Status.DONE:
        return []
    running = Quarter.containing(today)
    wanted = [q for q in (running - 1, running) if task.plan.start_year <= q.year <= task.plan.end_year]
    windows = windows_of([task.plan.region.code], set(wanted))
    found = [OpenQuarter(q, stand_of(q, window, today), window) for q in wanted for window in [
        windows.get((task.plan.region.code, q))
    ]]  # fmt: skip
    return [item for item in found if item.stand in {Stand.OPEN, Stand.OVERDUE}]


def report_rows(scope: Scope, task: PlanTask) -> list[ReportRow]:
    """The task's reports that the person sees, latest quarter first, the lead unit's first."""
    reports = list(TaskReport.objects.visible_to(scope).filter(task=task).with_parts())
    for report in reports:
        report.task = task
    inside = {report.pk for report in reports if sees_inside(scope, report)}
    files = evidence_of(REPORT_HOLDER, inside)
    return [
        ReportRow(report, report.pk in inside, may_check(scope, report), files.get(report.pk, [])) for report in reports
    ]


def may_check(scope: Scope, report: TaskReport) -> bool:
    """Whether this person may accept or return it now: it waits, they check such reports, and did not write this one."""
    waits = report.state == TaskReport.State.SUBMITTED
    own = scope.user_id in {report.entered_by_id, report.submitted_by_id}
    return waits and not own and can_check(scope, report)


def _by_quarter(rows: list[ReportRow]) -> list[tuple[Quarter, list[ReportRow]]]:
    found: dict[Quarter, list[ReportRow]] = {}
    for row in rows:
        found.setdefault(row.report.as_quarter, []).append(row)
    return list(found.items())


def _closings(task: PlanTask, inside: bool) -> list[tuple[TaskClosing, list[EvidenceFile]]]:
    """What was asked and decided is the business of those inside; that the task is closed everybody sees."""
    if not inside:
        return []
    closings = list(task.closings.select_related("unit", "asked_by", "decided_by", "reopened_by"))
    files = evidence_of(CLOSING_HOLDER, [closing.pk for closing in closings])
    return [(closing, files.get(closing.pk, [])) for closing in closings]
