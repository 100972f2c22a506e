"""Duties: what one unit answers for, by itself and as a member of a collective, with the milestones that follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from plans.models import Assignment, CollectiveMember, Milestone, Phase, Plan, PlanTask, Unit
from plans.rules.task_state import TaskState, task_state
from plans.scope import Scope


@dataclass(frozen=True)
class Part:
    """One role of a unit in a task; `through` is the collective that stands for it, `printed` the document's word."""

    role: Assignment.Role
    printed: str
    through: Unit | None = None


@dataclass(frozen=True)
class Duty:
    """A task as one unit has it. A task without milestones of its own inherits the plan's phases."""

    task: PlanTask
    parts: tuple[Part, ...]
    state: TaskState
    milestones: Sequence[Milestone]
    phases: Sequence[Phase]
    is_lead: bool = False

    @property
    def first_role(self) -> Assignment.Role:
        return self.parts[0].role


@dataclass(frozen=True)
class PlanDuties:
    """A unit's duties in one plan, in the document's order."""

    plan: Plan
    duties: list[Duty]

    @property
    def late(self) -> int:
        return sum(duty.state == TaskState.LATE for duty in self.duties)

    @property
    def by_role(self) -> list[tuple[str, int]]:
        """How many in each role, the unit's first role in a task counting."""
        counted = [(str(role.label), sum(duty.first_role == role for duty in self.duties)) for role in Assignment.Role]
        return [(label, number) for label, number in counted if number]


@dataclass(frozen=True)
class UnitDuties:
    """Everything a unit answers for in the plans that the reader reads; `former` was handed to other units."""

    unit: Unit
    plans: list[PlanDuties]
    former: list[Assignment] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(len(plan.duties) for plan in self.plans)


def unit_duties(scope: Scope, unit: Unit, today: date, plan: str = "") -> UnitDuties:
    """The unit's duties in visible plans; queries do not grow with them."""
    tasks = PlanTask.objects.visible_to(scope)
    if plan:
        tasks = tasks.filter(plan=plan) if plan.isdecimal() else tasks.none()
    held = parts_of({unit.pk}, tasks)
    found = (
        tasks.filter(pk__in=list(held))
        .select_related("plan__region")
        .prefetch_related("milestones__phase")
        .order_by("plan__state", "-plan__start_year", "plan", "position")
    )
    phases = phases_of({task.plan_id for task in found})
    by_plan: dict[int, PlanDuties] = {}
    for task in found:
        group = by_plan.setdefault(task.plan_id, PlanDuties(task.plan, []))
        group.duties.append(_duty(task, held[task.pk], phases, unit, today))
    former = Assignment.every.filter(unit=unit, task__in=tasks).exclude(ended_on=None)
    return UnitDuties(unit, list(by_plan.values()), list(former.select_related("task__plan", "moved_to__unit")))


def _duty(task: PlanTask, parts: Sequence[Part], phases: dict[int, list[Phase]], unit: Unit, today: date) -> Duty:
    own = list(task.milestones.all())
    inherited = [] if own else phases.get(task.plan_id, [])
    state = task_state(task.facts, today)
    return Duty(task, tuple(parts), state, own, inherited, task.lead_unit_id == unit.pk)


def parts_of(units: set[int] | frozenset[int], tasks: QuerySet[PlanTask] | None = None) -> dict[int, list[Part]]:
    """By task id the roles of these units, lead first; of `tasks` (a queryset) alone where it is given."""
    member_of = CollectiveMember.objects.filter(member__in=units).values("collective")
    held = Assignment.objects.filter(Q(unit__in=units) | Q(unit__in=member_of)).select_related("unit")
    if tasks is not None:
        held = held.filter(task__in=tasks)
    order = list(Assignment.Role.values)
    found: dict[int, list[Part]] = defaultdict(list)
    for assignment in held.order_by("task", "position", "pk"):
        through = None if assignment.unit_id in units else assignment.unit
        found[assignment.task_id].append(Part(Assignment.Role(assignment.role), assignment.printed, through))
    for parts in found.values():
        parts.sort(key=lambda part: order.index(part.role))
    return found


def phases_of(plans: set[int]) -> dict[int, list[Phase]]:
    """By plan id its phases in order."""
    found: dict[int, list[Phase]] = defaultdict(list)
    for phase in Phase.objects.filter(plan__in=plans):
        found[phase.plan_id].append(phase)
    return found


@dataclass(frozen=True)
class UnitRow:
    """A unit in the list of those with duties: how many tasks, of these how many it leads."""

    unit: Unit
    total: int
    led: int


def units_with_duties(scope: Scope, plan: str = "", words: str = "") -> list[UnitRow]:
    """Units that answer for something in visible plans, by themselves or in a collective; narrowed by plan and name."""
    tasks = PlanTask.objects.visible_to(scope)
    if plan:
        tasks = tasks.filter(plan=plan) if plan.isdecimal() else tasks.none()
    leads = dict(tasks.values_list("pk", "lead_unit"))
    pairs = Assignment.objects.filter(task__in=tasks).order_by().values_list("unit", "task")
    held: dict[int, set[int]] = defaultdict(set)
    for unit, task in pairs:
        held[unit].add(task)
    members = CollectiveMember.objects.filter(collective__in=list(held)).values_list("collective", "member")
    given = {collective: set(held[collective]) for collective, _member in members}
    for collective, member in members:
        held[member] |= given[collective]
    units = Unit.objects.filter(pk__in=list(held)).select_related("region").prefetch_related("aliases")
    if words:
        units = units.filter(Q(name__icontains=words) | Q(aliases__name__icontains=words)).distinct()
    rows = [
        UnitRow(unit, len(held[unit.pk]), sum(leads.get(task) == unit.pk for task in held[unit.pk]))
        for unit in units.order_by("region__code", "name")
    ]
    return sorted(rows, key=lambda row: (-row.led, -row.total, row.unit.region.code, row.unit.name))
