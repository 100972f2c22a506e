"""A plan's tasks: what is to be done, who answers for it, what is due when, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from django.db import models, transaction
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.core.changes import differences, refuse_stale, save_changed, write
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Invalid
from plans.models import Assignment, Plan, PlanSection, PlanTask, TaskMeasure
from plans.permissions import get_plan_for, get_task_for, require_staff_of
from plans.scope import Scope, scope_of
from plans.services.assignments import settle_lead
from plans.services.lookups import units_named
from plans.services.milestones import Due, replace_milestones

FIELDS = ("number", "title", "objective", "text")
PARTS = ("measures", "assignments", "milestones")


@dataclass(frozen=True, slots=True)
class Duty:
    """A unit's part in a task; `printed` is its name as the document has it, else the unit's own."""

    role: str
    unit: int
    printed: str = ""


class TaskValues(TypedDict, total=False):
    """A task's content. `section` is the path of section numbers as printed; lists are whole lists.

    How far it is is no content: it follows from reports, milestones and closing.
    """

    number: str | None
    title: str
    objective: str | None
    text: str
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
            _store_part(actor, task, part, list(values.get(part, ())), reason=_("新增任务"))  # type: ignore[call-overload]
    settle_lead(task)
    audit.record("task.create", task, actor=actor, after=_content(task), region_code=plan.region.code)
    return task


@transaction.atomic
def change_task(
    actor: Any, task_id: int, values: TaskValues, *, version: int | None = None, reason: str = ""
) -> PlanTask:
    """Changes a task: its words, measures, assignments, milestones; `version` is the one the person saw.

    `reason` is needed where milestones of an issued plan change. Raises `NotVisible`, `NotAllowed`, `Conflict` (`stale_version`, a unit twice), `Invalid`.
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
                _store_part(actor, task, part, wanted, reason=reason)
    if found.touches("assignments"):
        settle_lead(task)
    audit.record(
        "task.change", task, actor=actor, before=found.before, after=found.after, reason=reason.strip(),
        region_code=task.plan.region.code,
    )  # fmt: skip
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
        return [[due.label, due.text, due.from_quarter, due.to_quarter, due.year, due.phase] for due in wanted]
    units = units_named(scope, [duty.unit for duty in wanted], "assignments")
    return [[duty.role, duty.unit, duty.printed or units[duty.unit].name] for duty in wanted]


def _store_part(actor: Any, task: PlanTask, part: str, wanted: Sequence[Any], *, reason: str) -> None:
    """Puts the wanted rows in the place of the stored ones; milestones have a history of their own."""
    if part == "milestones":
        if wanted or task.milestones.exists():
            replace_milestones(actor, task, wanted, reason)
        return
    rows: list[models.Model]
    if part == "measures":
        rows = [TaskMeasure(task=task, position=n, text=text) for n, text in enumerate(wanted)]
    else:
        rows = _assignments(task, _rows(part, wanted, scope_of(actor)))
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
