"""Who answers for a task: assignments handed from one unit to another, and what follows for the quarter's reports."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Conflict, Invalid
from plans.models import Assignment, Milestone, PlanTask, TaskReport
from plans.permissions import get_task_for, not_found, require_staff_of
from plans.scope import scope_of
from plans.services.leads import set_leads
from plans.services.lookups import units_named
from plans.services.milestones import needed, refuse_seen_otherwise


@transaction.atomic
def transfer_assignment(
    actor: Any, assignment_id: int, unit_id: int, *, on: date, today: date, reason: str, version: int | None = None
) -> Assignment:
    """Hands a unit's part in a task to another unit from a day on. What was reported stays with whoever reported it.

    Raises `NotVisible`, `NotAllowed`, `Conflict` (`stale_version`, `assignment_once`), `Invalid`.
    """
    scope, old = scope_of(actor), _assignment(actor, assignment_id)
    require_staff_of(scope, old.task.plan.region)
    task: PlanTask = PlanTask.objects.select_for_update(of=("self",)).select_related("plan__region").get(pk=old.task_id)
    refuse_seen_otherwise(task, version)
    old = _assignment(actor, assignment_id)
    reason = needed(reason)
    if on > today:
        message = _("移交日期不能晚于今天。")
        raise Invalid("day_ahead", message, {"on": [message]})
    unit = units_named(scope, [unit_id])[unit_id]
    if unit.pk == old.unit_id:
        message = _("请选择另一个单位。")
        raise Invalid("same_unit", message, {"unit": [message]})
    if Assignment.objects.filter(task=task, role=old.role, unit=unit).exists():
        raise Conflict("assignment_once", _("该单位已有此分工。"), {"unit": [_("该单位已有此分工。")]})
    old.ended_on, old.reason = on - timedelta(days=1), reason
    old.save(update_fields=["ended_on", "reason"])
    new = Assignment(task=task, unit=unit, role=old.role, printed=unit.name, position=old.position, is_demo=old.is_demo)
    check(new)
    with explained():
        new.save(force_insert=True)
    Assignment.every.filter(pk=old.pk).update(moved_to=new)
    settle_lead(task)
    PlanTask.objects.filter(pk=task.pk).update(version=F("version") + 1)
    audit.record(
        "task.transfer", task, actor=actor, before={"unit": old.unit_id, "role": old.role}, reason=reason,
        after={"unit": unit.pk, "role": old.role, "from": on}, region_code=task.plan.region.code,
    )  # fmt: skip
    return new


def settle_lead(task: PlanTask) -> None:
    """After a change of assignments: the lead unit is who the assignments say, and consolidates what is still open.

    What was accepted stays the former lead's word; what it had begun becomes a contribution.
    """
    set_leads([task.pk])
    task.refresh_from_db(fields=["lead_unit"])
    open_reports = TaskReport.objects.filter(task=task).exclude(state=TaskReport.State.ACCEPTED)
    others = open_reports.filter(is_lead=True).exclude(unit=task.lead_unit_id)
    Milestone.objects.filter(claim__in=others, reached_on=None).update(claim=None)
    others.update(is_lead=False, version=F("version") + 1)
    for report in open_reports.filter(unit=task.lead_unit_id, is_lead=False).order_by("-year", "-quarter", "pk"):
        led = TaskReport.objects.filter(task=task, year=report.year, quarter=report.quarter, is_lead=True)
        if not led.exists():
            TaskReport.objects.filter(pk=report.pk).update(is_lead=True, version=F("version") + 1)


def _assignment(actor: Any, assignment_id: int) -> Assignment:
    found = Assignment.objects.select_related("unit").filter(pk=assignment_id).first()
    if found is None:
        raise not_found()
    found.task = get_task_for(scope_of(actor), found.task_id)
    return found
