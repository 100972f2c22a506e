"""Milestones after the document: added, moved, split, withdrawn, found reached. What was printed stays, with every reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Conflict, Invalid
from plans.models import Milestone, MilestoneChange, Phase, Plan, PlanTask
from plans.permissions import get_task_for, not_found, require_staff_of
from plans.scope import scope_of

Action = MilestoneChange.Action
TIMING = ("from_quarter", "to_quarter", "year", "phase_id")


@dataclass(frozen=True, slots=True)
class Due:
    """What is due: from a quarter to a quarter (both or neither) of a year, or in a phase (id); `id` of one that is there."""

    label: str
    text: str
    from_quarter: int | None = None
    to_quarter: int | None = None
    year: int | None = None
    phase: int | None = None
    id: int | None = None

    @property
    def timing(self) -> dict[str, Any]:
        return dict(zip(TIMING, (self.from_quarter, self.to_quarter, self.year, self.phase), strict=True))


@transaction.atomic
def add_milestone(actor: Any, task_id: int, due: Due, *, reason: str, version: int | None = None) -> Milestone:
    """Adds a milestone to a task. Raises `NotVisible`, `NotAllowed`, `Conflict` (`stale_version`), `Invalid`."""
    task = _lock(actor, task_id, version)
    added = _insert(task, due, is_added=True)
    _note(actor, added, Action.ADD, needed(reason), None)
    _changed(actor, task, Action.ADD, added, reason)
    return added


@transaction.atomic
def move_milestone(actor: Any, milestone_id: int, due: Due, *, reason: str, version: int | None = None) -> Milestone:
    """Gives a milestone other quarters or another phase; its label and text stay as printed. The same again is nothing new."""
    milestone = milestone_of(actor, milestone_id)
    task = _lock(actor, milestone.task_id, version)
    milestone = _live(milestone_id)
    if _move(actor, task, milestone, due, needed(reason)):
        _changed(actor, task, Action.MOVE, milestone, reason)
    return milestone


@transaction.atomic
def split_milestone(
    actor: Any, milestone_id: int, parts: Sequence[Due], *, reason: str, version: int | None = None
) -> list[Milestone]:
    """Puts two or more milestones in the place of one, which stays to be read but counts no more."""
    task = _lock(actor, milestone_of(actor, milestone_id).task_id, version)
    milestone = _live(milestone_id)
    if milestone.reached_on is not None or milestone.claim_id is not None:
        raise Conflict("milestone_reached", _("这项安排已完成或已申报完成，不能再拆分。"))
    if len(parts) < 2:
        message = _("拆分后至少要有两项安排。")
        raise Invalid("too_few_parts", message, {"parts": [message]})
    reason = needed(reason)
    made = [_insert(task, part, is_added=True, split_from=milestone, position=milestone.position) for part in parts]
    Milestone.every.filter(pk=milestone.pk).update(state=Milestone.State.SPLIT)
    _note(actor, milestone, Action.SPLIT, reason, _content(milestone), after=[_content(part) for part in made])
    _changed(actor, task, Action.SPLIT, milestone, reason)
    return made


@transaction.atomic
def withdraw_milestone(actor: Any, milestone_id: int, *, reason: str, version: int | None = None) -> Milestone:
    """Takes a milestone out of force; it stays to be read with the reason."""
    task = _lock(actor, milestone_of(actor, milestone_id).task_id, version)
    milestone = _live(milestone_id)
    _withdraw(actor, milestone, needed(reason))
    _changed(actor, task, Action.WITHDRAW, milestone, reason)
    return milestone


@transaction.atomic
def set_reached(
    actor: Any, milestone_id: int, reached_on: date | None, *, today: date, reason: str, version: int | None = None
) -> Milestone:
    """The bureau finds a milestone reached on a day, or (None) not reached after all; both with the reason."""
    task = _lock(actor, milestone_of(actor, milestone_id).task_id, version)
    milestone = _live(milestone_id)
    if reached_on is not None and reached_on > today:
        message = _("完成日期不能晚于今天。")
        raise Invalid("day_ahead", message, {"reached_on": [message]})
    if milestone.reached_on == reached_on and (reached_on is not None or milestone.claim_id is None):
        return milestone
    before = _content(milestone)
    milestone.reached_on, milestone.claim = reached_on, None
    milestone.save(update_fields=["reached_on", "claim"])
    action = Action.REOPEN if reached_on is None else Action.REACH
    _note(actor, milestone, action, needed(reason), before)
    _changed(actor, task, action, milestone, reason)
    return milestone


def replace_milestones(actor: Any, task: PlanTask, wanted: Sequence[Due], reason: str) -> None:
    """Makes the milestones in force these, the task locked: what is there and wanted is kept, or moved where only its
    quarters differ. In a draft they are simply rewritten; later every difference needs the reason.
    """
    refuse_foreign_phases(task, wanted)
    if task.plan.state == Plan.State.DRAFT:
        Milestone.every.filter(task=task).delete()
        for n, due in enumerate(wanted):
            _insert(task, due, position=n)
        return
    reason = needed(reason)
    left = list(Milestone.objects.filter(task=task))
    for n, due in enumerate(wanted):
        found = next((m for m in left if _is_same(m, due)), None)
        if found is None:
            found = _insert(task, due, is_added=True, position=n)
            _note(actor, found, Action.ADD, reason, None)
            continue
        left.remove(found)
        _move(actor, task, found, due, reason)
        if found.position != n:
            Milestone.objects.filter(pk=found.pk).update(position=n)
    for milestone in left:
        _withdraw(actor, milestone, reason)


def _is_same(milestone: Milestone, due: Due) -> bool:
    """By its id or, where none is given, by everything it says; other words make another milestone."""
    words = (milestone.label, milestone.text) == (due.label, due.text)
    if due.id is not None:
        return words and milestone.pk == due.id
    return words and all(getattr(milestone, name) == value for name, value in due.timing.items())


def milestone_of(actor: Any, milestone_id: int) -> Milestone:
    """The milestone in force with its task, or `NotVisible`."""
    found = Milestone.objects.filter(pk=milestone_id).first()
    if found is None:
        raise not_found()
    found.task = get_task_for(scope_of(actor), found.task_id)
    return found


def needed(reason: str) -> str:
    """The reason without blanks around it; raises `Invalid` where there is none."""
    given = reason.strip()
    if not given:
        raise Invalid("reason_needed", _("请填写原因。"), {"reason": [_("请填写原因。")]})
    if len(given) > 500:
        message = _("原因最多500个字，现在有%(count)s个。") % {"count": len(given)}
        raise Invalid("reason_too_long", message, {"reason": [message]})
    return given


def refuse_foreign_phases(task: PlanTask, wanted: Sequence[Due]) -> None:
    phases = {due.phase for due in wanted if due.phase is not None}
    if phases - set(Phase.objects.filter(plan=task.plan_id).values_list("pk", flat=True)):
        message = _("阶段不属于这个规划。")
        raise Invalid("unknown_phase", message, {"milestones": [message]})


def _lock(actor: Any, task_id: int, version: int | None) -> PlanTask:
    scope = scope_of(actor)
    require_staff_of(scope, get_task_for(scope, task_id).plan.region)
    locked: Any = PlanTask.objects.select_for_update(of=("self",)).select_related("plan__region")
    task: PlanTask = locked.get(pk=task_id)
    refuse_seen_otherwise(task, version)
    return task


def refuse_seen_otherwise(task: PlanTask, version: int | None) -> None:
    """Raises `Conflict` (`stale_version`) where the task is no longer the one that was seen."""
    if version is not None and version != task.version:
        raise Conflict("stale_version", _("这项任务刚被他人修改，您的改动没有保存；请核对后重新提交。"))


def _live(milestone_id: int) -> Milestone:
    found = Milestone.objects.select_related("phase").filter(pk=milestone_id).first()
    if found is None:
        raise Conflict("milestone_gone", _("这项安排刚被他人拆分或取消，请刷新后核对。"))
    return found


def _insert(task: PlanTask, due: Due, *, position: int | None = None, **more: Any) -> Milestone:
    refuse_foreign_phases(task, [due])
    if position is None:
        last = Milestone.every.filter(task=task).aggregate(last=models.Max("position"))["last"]
        position = 0 if last is None else last + 1
    row = Milestone(task=task, label=due.label, text=due.text, position=position, **due.timing, **more)
    _refuse_outside(task.plan, row)
    check(row)
    with explained():
        row.save(force_insert=True)
    return row


def _refuse_outside(plan: Plan, row: Milestone) -> None:
    if row.year is not None and not plan.start_year <= row.year <= plan.end_year:
        message = _("年份应在规划期%(start)s—%(end)s年内。") % {"start": plan.start_year, "end": plan.end_year}
        raise Invalid("outside_plan", message, {"year": [message]})


def _move(actor: Any, task: PlanTask, milestone: Milestone, due: Due, reason: str) -> bool:
    wanted = due.timing
    if all(getattr(milestone, name) == value for name, value in wanted.items()):
        return False
    refuse_foreign_phases(task, [due])
    before = _content(milestone)
    for name, value in wanted.items():
        setattr(milestone, name, value)
    milestone.is_moved = True
    _refuse_outside(task.plan, milestone)
    check(milestone)
    with explained():
        milestone.save(update_fields=[*TIMING, "is_moved", "due_on"])
    _note(actor, milestone, Action.MOVE, reason, before)
    return True


def _withdraw(actor: Any, milestone: Milestone, reason: str) -> None:
    before = _content(milestone)
    Milestone.every.filter(pk=milestone.pk).update(state=Milestone.State.WITHDRAWN, claim=None)
    _note(actor, milestone, Action.WITHDRAW, reason, before, after=None)


def _content(milestone: Milestone) -> dict[str, Any]:
    names = ("label", "text", *TIMING, "due_on", "reached_on")
    found: dict[str, Any] = audit.storable({name: getattr(milestone, name) for name in names})
    return found


_AS_IT_IS: Any = object()


def _note(
    actor: Any, milestone: Milestone, action: Action, reason: str, before: Any, *, after: Any = _AS_IT_IS
) -> None:
    MilestoneChange.objects.create(
        milestone=milestone, action=action, at=timezone.now(), by=actor, reason=reason, before=before,
        after=_content(milestone) if after is _AS_IT_IS else after,
    )  # fmt: skip


def _changed(actor: Any, task: PlanTask, action: Action, milestone: Milestone, reason: str) -> None:
    PlanTask.objects.filter(pk=task.pk).update(version=models.F("version") + 1)
    audit.record(
        f"milestone.{action}", milestone, actor=actor, after=_content(milestone), reason=reason.strip(),
        region_code=task.plan.region.code,
    )  # fmt: skip
