"""A plan along time: its phases, its tasks' milestones by the quarter in which they are due, and what is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from ipdash.core.marks.timeline import TimelinePart, TimelineRow
from ipdash.core.periods import Quarter
from plans.models import Milestone, Plan, PlanTask


@dataclass(frozen=True)
class DueRow:
    """One milestone on a day: its task and how it stands."""

    task: PlanTask
    milestone: Milestone
    is_overdue: bool


@dataclass(frozen=True)
class Timeline:
    """`rows` are drawn; `quarters` are the milestones by the quarter that they end in, `undated` those without one."""

    rows: list[TimelineRow]
    quarters: list[tuple[Quarter, list[DueRow]]]
    undated: list[DueRow]
    total: int
    reached: int
    overdue: int


def plan_timeline(plan: Plan, today: date) -> Timeline:
    """The plan's timeline on a day; a milestone is overdue only while the plan is in force and its task open."""
    tasks = list(PlanTask.objects.filter(plan=plan).prefetch_related("milestones__phase"))
    found = [_row(task, milestone, plan, today) for task in tasks for milestone in task.milestones.all()]
    by_quarter: dict[Quarter, list[DueRow]] = {}
    for due in found:
        if due.milestone.due_on is not None:
            by_quarter.setdefault(Quarter.containing(due.milestone.due_on), []).append(due)
    whole = TimelineRow(str(_("规划期")), date(plan.start_year, 1, 1), date(plan.end_year, 12, 31))
    drawn = [whole, *(TimelineRow(phase.name, phase.start, phase.end) for phase in plan.phases.all())]
    late = {row.milestone.pk for row in found if row.is_overdue}
    drawn += [row for task in tasks if (row := _drawn(task, late)) is not None]
    return Timeline(
        drawn,
        sorted(by_quarter.items()),
        [row for row in found if row.milestone.due_on is None],
        total=len(found),
        reached=sum(row.milestone.reached_on is not None for row in found),
        overdue=sum(row.is_overdue for row in found),
    )


def _row(task: PlanTask, milestone: Milestone, plan: Plan, today: date) -> DueRow:
    runs = plan.state == Plan.State.ACTIVE and task.status != PlanTask.Status.DONE
    return DueRow(task, milestone, runs and milestone.step.is_overdue(today))


def _drawn(task: PlanTask, late: set[int]) -> TimelineRow | None:
    """A task from the first day of its first milestone to the last day of its last, each milestone for itself."""
    dated = [m for m in task.milestones.all() if m.due_on is not None]
    if not dated:
        return None
    starts = [_start(milestone) for milestone in dated]
    ends = [m.due_on for m in dated if m.due_on is not None]
    reached = sum(m.reached_on is not None for m in dated)
    text = _("%(total)d项进度安排，已完成%(reached)d项") % {"total": len(dated), "reached": reached}
    name = f"{task.number} {task.title}" if task.number else task.title
    parts = tuple(
        TimelinePart(
            f"{m.label} {m.text[:40]}", _start(m), m.due_on or max(ends),
            "done" if m.reached_on else "late" if m.pk in late else "",
        )
        for m in dated
    )  # fmt: skip
    return TimelineRow(name, min(starts), max(ends), text, f"/tasks/{task.pk}/", parts)


def _start(milestone: Milestone) -> date:
    """The first day of what a dated milestone names."""
    assert milestone.due_on is not None  # noqa: S101 - asked of dated ones alone
    if milestone.from_quarter is not None:
        return Quarter(milestone.due_on.year, milestone.from_quarter).first_day
    return milestone.phase.start if milestone.phase else Quarter.containing(milestone.due_on).first_day
