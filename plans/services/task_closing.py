"""办结: the lead unit asks with its evidence, the bureau checks, the task is closed on a day — or opened again with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Conflict, Invalid, NotAllowed
from plans.models import Plan, PlanTask, TaskClosing
from plans.permissions import can_ask_closing, can_decide_closing, get_task_for, require_staff_of
from plans.scope import scope_of
from plans.services.milestones import needed, refuse_seen_otherwise

Status, State = PlanTask.Status, TaskClosing.State


@transaction.atomic
def ask_closing(actor: Any, task_id: int, text: str, *, version: int | None = None) -> TaskClosing:
    """Asks for a task to be closed, in the lead unit's words.

    Raises `NotVisible`, `NotAllowed`, `Conflict` (`wrong_state`, `stale_version`, `plan_not_active`), `Invalid`.
    """
    scope = scope_of(actor)
    task = _lock(actor, task_id, version)
    if not can_ask_closing(scope, task):
        raise NotAllowed("not_allowed", _("只有牵头单位可以申请办结；如需权限，请联系安全管理员授权。"))
    _refuse_idle_plan(task)
    if task.status in {Status.DONE, Status.AWAITING_REVIEW}:
        raise _wrong_state(task)
    closing = _store(task, actor, needed_text(text))
    _set(task, Status.AWAITING_REVIEW)
    _record("task.ask_closing", task, actor, after={"closing": closing.pk, "text": closing.text})
    return closing


@transaction.atomic
def grant_closing(
    actor: Any, task_id: int, words: str = "", *, closed_on: date | None = None, today: date, version: int | None = None
) -> TaskClosing:
    """Closes a task (销号) that the lead unit asked to close, as of today or an earlier day. Nobody grants their own request."""
    task, closing = _to_decide(actor, task_id, version)
    day = closed_on or today
    if day > today:
        message = _("销号日期不能晚于今天。")
        raise Invalid("day_ahead", message, {"closed_on": [message]})
    _decide(closing, actor, State.GRANTED, words.strip()[:500])
    closing.closed_on = day
    closing.save()
    _set(task, Status.DONE, day)
    _record("task.close", task, actor, after={"closing": closing.pk, "closed_on": day}, reason=closing.decision)
    return closing


@transaction.atomic
def refuse_closing(actor: Any, task_id: int, reason: str, *, version: int | None = None) -> TaskClosing:
    """Does not close the task, and says why; it goes on as before."""
    task, closing = _to_decide(actor, task_id, version)
    _decide(closing, actor, State.REFUSED, needed(reason))
    closing.save()
    _set(task, Status.IN_PROGRESS)
    _record("task.refuse_closing", task, actor, after={"closing": closing.pk}, reason=closing.decision)
    return closing


@transaction.atomic
def reopen_task(actor: Any, task_id: int, reason: str, *, version: int | None = None) -> PlanTask:
    """Opens a closed task again, with a reason; the closing stays in its history."""
    task = _lock(actor, task_id, version)
    _require_bureau(actor, task)
    if task.status != Status.DONE:
        raise _wrong_state(task)
    words = needed(reason)
    TaskClosing.objects.filter(task=task, state=State.GRANTED).update(
        state=State.REOPENED, reopened_by=actor, reopened_at=timezone.now(), reopening=words
    )
    _set(task, Status.IN_PROGRESS)
    _record("task.reopen", task, actor, after={"status": task.status}, reason=words)
    return task


@transaction.atomic
def set_status(
    actor: Any, task_id: int, status: str, *, today: date, reason: str = "", version: int | None = None
) -> None:
    """A task's status as bureau staff give it: `done` grants the request to close, `in_progress` refuses it or opens the
    task again (both with a reason), `awaiting_review` asks in the lead unit's name. The status it has is nothing new.
    """
    scope = scope_of(actor)
    task = get_task_for(scope, task_id)
    if not (status == Status.AWAITING_REVIEW and can_ask_closing(scope, task)) and not can_decide_closing(scope, task):
        raise _not_the_bureau(task)
    if task.status == status:
        return
    if status == Status.AWAITING_REVIEW:
        ask_closing(actor, task_id, reason, version=version)
    elif status == Status.DONE:
        grant_closing(actor, task_id, reason, today=today, version=version)
    elif status == Status.IN_PROGRESS and task.status == Status.DONE:
        reopen_task(actor, task_id, reason, version=version)
    elif status == Status.IN_PROGRESS and task.status == Status.AWAITING_REVIEW:
        refuse_closing(actor, task_id, reason, version=version)
    elif status == Status.IN_PROGRESS:
        _start(actor, task_id, version)
    else:
        raise _wrong_state(task)


def _start(actor: Any, task_id: int, version: int | None) -> None:
    """The bureau knows that work has begun, though nobody has reported yet."""
    task = _lock(actor, task_id, version)
    require_staff_of(scope_of(actor), task.plan.region)
    _refuse_idle_plan(task)
    _set(task, Status.IN_PROGRESS)
    _record("task.start", task, actor, after={"status": task.status})


def _lock(actor: Any, task_id: int, version: int | None) -> PlanTask:
    get_task_for(scope_of(actor), task_id)
    locked: Any = PlanTask.objects.select_for_update(of=("self",)).select_related("plan__region", "lead_unit")
    task: PlanTask = locked.get(pk=task_id)
    refuse_seen_otherwise(task, version)
    return task


def _to_decide(actor: Any, task_id: int, version: int | None) -> tuple[PlanTask, TaskClosing]:
    task = _lock(actor, task_id, version)
    _require_bureau(actor, task)
    closing = TaskClosing.objects.filter(task=task, state=State.ASKED).first()
    if closing is None:
        if task.status == Status.DONE:
            raise _wrong_state(task)
        raise Conflict("not_asked", _("牵头单位还没有申请办结，不能销号；请先由牵头单位提出申请并附上佐证材料。"))
    if closing.asked_by_id == actor.pk:
        raise NotAllowed("own_entry", _("不能复核自己提出的办结申请，请由另一位工作人员或审核人复核。"))
    return task, closing


def _decide(closing: TaskClosing, actor: Any, state: TaskClosing.State, words: str) -> None:
    closing.state, closing.decided_by, closing.decided_at, closing.decision = state, actor, timezone.now(), words
    closing.version += 1


def _store(task: PlanTask, actor: Any, text: str) -> TaskClosing:
    closing = TaskClosing(task=task, unit=task.lead_unit, text=text, asked_by=actor, asked_at=timezone.now())
    check(closing)
    with explained():
        closing.save(force_insert=True)
    return closing


def needed_text(text: str) -> str:
    """The words of a request without blanks around them; raises `Invalid` where there are none or too many."""
    given = text.strip()
    if not given:
        message = _("请说明办结情况：完成了什么、有哪些佐证材料。")
        raise Invalid("text_needed", message, {"text": [message]})
    if len(given) > 500:
        message = _("办结说明最多500个字，现在有%(count)s个。") % {"count": len(given)}
        raise Invalid("text_too_long", message, {"text": [message]})
    return given


def _require_bureau(actor: Any, task: PlanTask) -> None:
    if not can_decide_closing(scope_of(actor), task):
        raise _not_the_bureau(task)


def _not_the_bureau(task: PlanTask) -> NotAllowed:
    return NotAllowed(
        "not_allowed",
        _("只有%(region)s或其上级的局工作人员、审核人可以进行这项操作；如需权限，请联系安全管理员授权。")
        % {"region": task.plan.region.name},
    )


def _refuse_idle_plan(task: PlanTask) -> None:
    if task.plan.state != Plan.State.ACTIVE:
        raise Conflict(
            "plan_not_active", _("规划不在执行中，任务不再更新；如仍需更新，请局工作人员先将规划改为执行中。")
        )


def _wrong_state(task: PlanTask) -> Conflict:
    return Conflict(
        "wrong_state", _("任务当前为“%(state)s”，不能进行这项操作。") % {"state": task.get_status_display()}
    )


def _set(task: PlanTask, status: PlanTask.Status, closed_on: date | None = None) -> None:
    task.status, task.closed_on = status, closed_on
    task.version += 1
    task.save(update_fields=["status", "closed_on", "version"])


def _record(action: str, task: PlanTask, actor: Any, *, after: dict[str, Any], reason: str = "") -> None:
    audit.record(action, task, actor=actor, after=after, reason=reason, region_code=task.plan.region.code)
