"""Reads of the plans app for its pages. Every one starts from what the person may see."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from plans.models import Assignment, Plan, PlanSection, PlanTask, Unit
from plans.scope import Scope


@dataclass
class SectionNode:
    """A heading of the document with the tasks that stand under it; `depth` counts from 1."""

    section: PlanSection
    tasks: list[PlanTask] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """A plan as its document has it."""

    plan: Plan
    nodes: list[SectionNode]
    loose_tasks: list[PlanTask]
    task_total: int


def document(plan: Plan) -> Document:
    """The outline with the tasks in their sections; queries do not grow with the document."""
    tasks = list(PlanTask.objects.filter(plan=plan).with_parts())
    by_section: dict[int | None, list[PlanTask]] = defaultdict(list)
    for task in tasks:
        by_section[task.section_id].append(task)
    nodes = [SectionNode(section, by_section.get(section.pk, [])) for section in plan.sections.all()]
    return Document(plan, nodes, by_section.get(None, []), len(tasks))


@dataclass(frozen=True)
class TaskFilter:
    """What a list of tasks is narrowed to; empty fields narrow nothing."""

    plan: str = ""
    unit: str = ""
    role: str = ""
    state: str = ""
    section: str = ""
    status: str = ""
    words: str = ""

    def apply(self, tasks: Any, today: date) -> Any:
        """The tasks that fit on a day. A value that is not a number, role, state or status fits nothing."""
        if self.plan:
            tasks = tasks.filter(plan=self.plan) if self.plan.isdecimal() else tasks.none()
        if self.unit or self.role:
            tasks = tasks.filter(pk__in=self._assigned().values("task"))
        if self.section:
            tasks = self._in_section(tasks)
        if self.state:
            tasks = tasks.filter(state_now=self.state)
        if self.status:
            tasks = tasks.filter(status=self.status)
        if self.words:
            tasks = tasks.filter(Q(title__icontains=self.words) | Q(text__icontains=self.words))
        return tasks

    def _in_section(self, tasks: Any) -> Any:
        """Tasks under a heading, at whatever depth."""
        section = PlanSection.objects.filter(pk=self.section).first() if self.section.isdecimal() else None
        if section is None:
            return tasks.none()
        later = PlanSection.objects.filter(plan=section.plan_id, position__gt=section.position)
        end = later.filter(level__lte=section.level).order_by("position").values_list("position", flat=True).first()
        inside = {"section__position__gte": section.position} | ({} if end is None else {"section__position__lt": end})
        return tasks.filter(section__plan=section.plan_id, **inside)

    def _assigned(self) -> Any:
        assigned = Assignment.objects.all()
        if self.role:
            assigned = assigned.filter(role=self.role)
        if self.unit and not self.unit.isdecimal():
            return assigned.none()
        if self.unit:
            assigned = assigned.filter(Q(unit=self.unit) | Q(unit__member_links__member=self.unit))
        return assigned


def tasks_for(scope: Scope, wanted: TaskFilter, today: date) -> Any:
    """Tasks of the plans the person reads, in the plans' order, each with its state on the day as `state_now`."""
    tasks = PlanTask.objects.visible_to(scope).with_state(today).with_parts().prefetch_related("goals")
    return wanted.apply(tasks.order_by("plan__state", "-plan__start_year", "plan", "position"), today)


def sections_with_tasks(scope: Scope, plan_id: str) -> list[PlanSection]:
    """Headings to choose from: those of the chosen plan that tasks stand under, with what lies above them."""
    if not plan_id.isdecimal():
        return []
    sections = list(PlanSection.objects.visible_to(scope).filter(plan=int(plan_id)))
    used = set(PlanTask.objects.filter(plan=int(plan_id)).values_list("section", flat=True))
    paths = [tuple(section.path) for section in sections if section.pk in used]
    return [s for s in sections if any(path[: len(s.path)] == tuple(s.path) for path in paths)]


def units_with_tasks(scope: Scope, plan_id: str = "") -> list[Unit]:
    """Units to choose from: those with a task in a plan the person reads."""
    tasks = PlanTask.objects.visible_to(scope)
    if plan_id.isdecimal():
        tasks = tasks.filter(plan=plan_id)
    return list(
        Unit.objects.filter(pk__in=Assignment.objects.filter(task__in=tasks).values("unit"))
        .select_related("region")
        .order_by("region__code", "name")
    )
