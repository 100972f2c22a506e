"""A plan's tasks: what is to be done, who answers for it, what is due when, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, TypedDict

from django.db import models, transaction
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.core.changes import differences, refuse_stale, save_changed, write
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Invalid
from plans.models import Assignment, Milestone, Phase, Plan, PlanSection, PlanTask, TaskMeasure
from plans.permissions import get_plan_for, get_task_for, require_staff_of
from plans.scope import Scope, scope_of
from plans.services.lookups import units_named

FIELDS = ("number", "title", "objective", "text", "status")
PARTS = ("measures", "assignments", "milestones")


@dataclass(frozen=True, slots=True)
class Duty:
    """A unit's part in a task; `printed` is its name as the document has it, else the unit's own."""

    role: str
    unit: int
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """What is due: from a quarter to a quarter (both or neither) of a year, or in a phase (id)."""

    label: str
    text: str
    from_quarter: int | None = None
    to_quarter: int | None = None
    year: int | None = None
    phase: int | None = None


class TaskValues(TypedDict, total=False):
    """A task's content. `section` is the path of section numbers as printed; lists are whole lists."""

    number: str | None
    title: str
    objective: str | None
    text: str
    status: str
    section: Sequence[str]
    measures: Sequence[str]
    assignments: Sequence[Duty]
    milestones: Sequence[Due]


@transaction.atomic
def create_task(actor: Any, plan_id: int, values: TaskValues) -> PlanTask:
    """Adds a task at the plan's end. Raises `NotVisible`, `NotAllowed`, `Invalid`, `Conflict`."""
    scope = scope_of(actor)
    require_staff_of(scope, get_plan_for(scope, plan_id).region)
    # Two tasks added at once would want the same place.
    plan = Plan.objects.select_for_update(of=("self",), no_key=True).select_related("region").get(pk=plan_id)
    last = plan.tasks.aggregate(last=models.Max("position"))["last"]
    task = PlanTask(plan=plan, position=0 if last is None else last + 1, **_fields(plan, values))
    check(task)
    with explained():
        task.save(force_insert=True)
        for part in PARTS:
            _store_part(scope, task, part, list(values.get(part, ())))  # type: ignore[call-overload]
    audit.record("task.create", task, actor=actor, after=_content(task), region_code=plan.region.code)
    return task


@transaction.atomic
def change_task(actor: Any, task_id: int, values: TaskValues, *, version: int | None = None) -> PlanTask:
    """Changes a task: its words, status, measures, assignments, milestones; `version` is the one the person saw.

    Raises `NotVisible`, `NotAllowed`, `Conflict` (`stale_version`, a unit twice), `Invalid`.
    """
    scope = scope_of(actor)
    require_staff_of(scope, get_task_for(scope, task_id).plan.region)
    task: PlanTask = PlanTask.objects.select_for_update(of=("self",)).select_related("plan__region").get(pk=task_id)
    fields = _fields(task.plan, values)
    found, old = differences(task, fields), _content(task)
    lists = {part: list(values[part]) for part in PARTS if part in values}  # type: ignore[literal-required]
    for part, wanted in lists.items():
        found.note(part, old[part], _rows(part, wanted, scope))
    refuse_stale(task, version, found)
    if not found:
        return task
    write(task, found, fields)
    check(task)
    with explained():
        save_changed(task, found, fields)
        for part, wanted in lists.items():
            if found.touches(part):
                _store_part(scope, task, part, wanted)
    audit.record(
        "task.change", task, actor=actor, before=found.before, after=found.after, region_code=task.plan.region.code
    )
    return task


def _fields(plan: Plan, values: TaskValues) -> dict[str, Any]:
    fields: dict[str, Any] = {name: value for name, value in values.items() if name in FIELDS}
    if "section" in values:
        path = list(values["section"])
        section = next((s for s in PlanSection.objects.filter(plan=plan) if s.path == path), None)
        if path and section is None:
            message = _("规划中没有编号为“%(path)s”的章节。") % {"path": " ".join(path)}
            raise Invalid("unknown_section", message, {"section": [message]})
        fields |= {"section_id": section.pk if section else None, "section_path": path}
    return fields


def _content(task: PlanTask) -> dict[str, Any]:
    """The task as the audit log keeps it, with its parts as `_rows` gives them."""
    return {
        **{name: getattr(task, name) for name in FIELDS},
        "section": task.section_path,
        "measures": list(task.measures.values_list("text", flat=True)),
        "assignments": [list(row) for row in task.assignments.values_list("role", "unit", "printed")],
        "milestones": [
            list(row)
            for row in task.milestones.values_list("label", "text", "from_quarter", "to_quarter", "year", "phase")
        ],
    }


def _rows(part: str, wanted: Sequence[Any], scope: Scope) -> list[Any]:
    """A part as it is going to be stored, comparable with what is."""
    if part == "measures":
        return list(wanted)
    if part == "milestones":
        return [list(astuple(due)) for due in wanted]
    units = units_named(scope, [duty.unit for duty in wanted], "assignments")
    return [[duty.role, duty.unit, duty.printed or units[duty.unit].name] for duty in wanted]


def _store_part(scope: Scope, task: PlanTask, part: str, wanted: Sequence[Any]) -> None:
    """Puts the wanted rows in the place of the stored ones."""
    rows: list[models.Model]
    if part == "measures":
        rows = [TaskMeasure(task=task, position=n, text=text) for n, text in enumerate(wanted)]
    elif part == "assignments":
        rows = _assignments(task, _rows(part, wanted, scope))
    else:
        _refuse_foreign_phases(task, wanted)
        rows = [
            Milestone(
                task=task, position=n, label=due.label, text=due.text, from_quarter=due.from_quarter,
                to_quarter=due.to_quarter, year=due.year, phase_id=due.phase,
            )
            for n, due in enumerate(wanted)
        ]  # fmt: skip
    getattr(task, part).all().delete()
    for row in rows:
        check(row)
        row.save(force_insert=True)


def _assignments(task: PlanTask, wanted: Sequence[Any]) -> list[models.Model]:
    invented = set(task.assignments.filter(is_demo=True).values_list("role", "unit", "printed"))
    return [
        Assignment(
            task=task, position=n, role=role, unit_id=unit, printed=printed,
            is_demo=task.plan.is_demo and (role, unit, printed) in invented,
        )
        for n, (role, unit, printed) in enumerate(wanted)
    ]  # fmt: skip


def _refuse_foreign_phases(task: PlanTask, wanted: Sequence[Due]) -> None:
    phases = {due.phase for due in wanted if due.phase is not None}
    if phases - set(Phase.objects.filter(plan=task.plan_id).values_list("pk", flat=True)):
        message = _("阶段不属于这个规划。")
        raise Invalid("unknown_phase", message, {"milestones": [message]})
