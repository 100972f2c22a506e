"""进展反馈: a unit's word on a task for a quarter, from draft to acceptance. The one door for pages and API.

The task's row is locked first, so that two of one unit make one report and a report never meets a task being closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.core.changes import Changes, differences, refuse_stale
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Conflict, Invalid, NotAllowed
from ipdash.core.periods import Quarter
from plans.models import Assignment, PlanTask, TaskReport, TaskReportRevision, Unit
from plans.permissions import can_check, can_report, get_report_for, get_task_for
from plans.rules.report_window import Stand, Window, stand_of
from plans.scope import scope_of
from plans.services.milestones import needed
from plans.services.report_contents import (
    accept_contents,
    claim_milestones,
    content_of,
    drop_claims,
    read_lists,
    refuse_unfinished,
    store_lists,
)
from plans.services.report_grounds import refuse_closed_ground
from plans.windows import window_of

State, Action = TaskReport.State, TaskReportRevision.Action
WORDS = ("standing", "text", "problems", "next_step")
CARRIED = ("problems", "next_step", "text")


class ReportValues(TypedDict, total=False):
    """What a report says; `reached` are ids of milestones, `numbers` what goals (by id) have come to since the plan began."""

    standing: str
    text: str
    problems: str
    next_step: str
    reached: Sequence[int]
    numbers: Mapping[int, Decimal | None]


@dataclass(frozen=True)
class _Writing:
    """One attempt to write: who, when, on which day, under which quarter's days, why."""

    actor: Any
    now: datetime
    today: date
    window: Window | None
    stand: Stand
    reason: str
    submit: bool


@transaction.atomic
def save_report(
    actor: Any,
    task_id: int,
    unit_id: int,
    quarter: Quarter,
    values: ReportValues,
    *,
    today: date,
    submit: bool = False,
    version: int | None = None,
    reason: str = "",
) -> TaskReport:
    """Stores what a unit says about a task's quarter, as a draft or handed in. The same again changes nothing.

    What is left out stays as it is; a first draft begins with the unit's last report. After the lock, and on what was
    accepted, it is a correction: it needs a reason and is handed in at once. Raises `NotVisible`, `NotAllowed`,
    `Invalid`, `Conflict` (`stale_version`, `plan_not_active`, `task_closed`, `quarter_ahead`, `not_open`, `wrong_state`).
    """
    task = _lock_task(actor, task_id)
    unit = _unit(actor, task, unit_id)
    window = window_of(task.plan.region.code, quarter)
    stand = stand_of(quarter, window, today)
    refuse_closed_ground(task, quarter, stand)
    writing = _Writing(actor, timezone.now(), today, window, stand, reason.strip(), submit)
    report = _report_of(task, unit, quarter)
    if report is None:
        if version is not None:
            raise Conflict("stale_version", _("这条反馈还不存在或已被删除，请刷新后重新填写。"))
        report = _begin(task, unit, quarter, writing)
    return _write(report, values, writing, version)


@transaction.atomic
def change_report(
    actor: Any,
    report_id: int,
    values: ReportValues,
    *,
    today: date,
    submit: bool = False,
    version: int | None = None,
    reason: str = "",
) -> TaskReport:
    """`save_report` of a report that is there; without values and with `submit` it hands in what is written."""
    found = get_report_for(scope_of(actor), report_id)
    task = _lock_task(actor, found.task_id)
    _unit(actor, task, found.unit_id, report=found)
    report = _locked(report_id)
    report.task = task
    window = window_of(task.plan.region.code, report.as_quarter)
    stand = stand_of(report.as_quarter, window, today)
    refuse_closed_ground(task, report.as_quarter, stand)
    writing = _Writing(actor, timezone.now(), today, window, stand, reason.strip(), submit)
    return _write(report, values, writing, version)


@transaction.atomic
def accept_report(actor: Any, report_id: int, *, today: date, version: int | None = None) -> TaskReport:
    """Accepts a report that was handed in; the lead unit's settles its milestones and numbers and closes the quarter.

    Nobody accepts what they wrote or handed in. Raises `NotVisible`, `NotAllowed`, `Conflict` (`wrong_state`, `stale_version`).
    """
    report = _to_check(actor, report_id, version)
    if report.state == State.ACCEPTED and report.accepted_by_id == actor.pk:
        return report
    _require_waiting(report)
    before = report.state
    report.state, report.reason = State.ACCEPTED, report.reason if report.is_correction else ""
    report.accepted_by, report.accepted_at = actor, timezone.now()
    _step(report, actor, Action.ACCEPT, before, "")
    if report.is_lead:
        accept_contents(report, today)
        _touch(report.task)
    return report


@transaction.atomic
def return_report(actor: Any, report_id: int, reason: str, *, version: int | None = None) -> TaskReport:
    """Sends a report back with a reason. Raises as `accept_report`, and `Invalid` without a reason."""
    report = _to_check(actor, report_id, version)
    words = needed(reason)
    _require_waiting(report)
    before = report.state
    report.state, report.reason = State.RETURNED, words
    drop_claims(report)
    _step(report, actor, Action.RETURN, before, words)
    if report.is_lead:
        _touch(report.task)
    return report


def last_report(task: PlanTask, unit: Unit, quarter: Quarter) -> TaskReport | None:
    """What the unit said about the task before this quarter, latest first; drafts said nothing."""
    earlier = Q(year__lt=quarter.year) | Q(year=quarter.year, quarter__lt=quarter.quarter)
    reports = TaskReport.objects.filter(earlier, task=task, unit=unit).exclude(state=State.DRAFT)
    found: TaskReport | None = reports.order_by("-year", "-quarter", "-pk").first()
    return found


def _lock_task(actor: Any, task_id: int) -> PlanTask:
    get_task_for(scope_of(actor), task_id)
    locked: Any = PlanTask.objects.select_for_update(of=("self",)).select_related("plan__region", "lead_unit")
    task: PlanTask = locked.get(pk=task_id)
    return task


def _unit(actor: Any, task: PlanTask, unit_id: int, report: TaskReport | None = None) -> Unit:
    """The unit in whose name the actor speaks; one that has handed its part over may still correct what it said."""
    unit: Unit | None = Unit.objects.filter(pk=unit_id, is_collective=False).first()
    held = Assignment.objects.filter(task=task).filter(Q(unit=unit_id) | Q(unit__member_links__member=unit_id))
    if unit is None or not (held.exists() or (report is not None and report.state != State.DRAFT)):
        message = _("该单位没有承担这项任务，不能反馈。")
        raise Invalid("unit_without_part", message, {"unit": [message]})
    if not can_report(scope_of(actor), task, unit):
        raise NotAllowed(
            "not_allowed",
            _("只有%(unit)s的填报人、责任部门人员或局工作人员可以反馈；如需权限，请联系安全管理员授权。")
            % {"unit": unit.name},
        )
    return unit


def _report_of(task: PlanTask, unit: Unit, quarter: Quarter) -> TaskReport | None:
    reports = TaskReport.objects.select_for_update(of=("self",)).filter(
        task=task, unit=unit, year=quarter.year, quarter=quarter.quarter
    )
    # Of units that were merged, the lead's word, else the one under the present name.
    found: list[TaskReport] = sorted(
        reports, key=lambda report: (not report.is_lead, report.unit_name != unit.name, report.pk)
    )
    if not found:
        return None
    found[0].task = task
    return found[0]


def _begin(task: PlanTask, unit: Unit, quarter: Quarter, writing: _Writing) -> TaskReport:
    """A draft not yet stored, with the words of the unit's last report."""
    led = TaskReport.objects.filter(task=task, year=quarter.year, quarter=quarter.quarter, is_lead=True)
    report = TaskReport(
        task=task, unit=unit, unit_name=unit.name, year=quarter.year, quarter=quarter.quarter, version=0,
        is_lead=unit.pk == task.lead_unit_id and not led.exists(), entered_by=writing.actor, entered_at=writing.now,
    )  # fmt: skip
    last = last_report(task, unit, quarter)
    for name in CARRIED if last is not None else ():
        setattr(report, name, getattr(last, name))
    return report


def _write(report: TaskReport, values: ReportValues, writing: _Writing, version: int | None) -> TaskReport:
    words = {name: _clean(values[name]) for name in WORDS if name in values}  # type: ignore[literal-required]
    found, is_new = differences(report, words), report.pk is None
    lists = read_lists(report, values)
    for name, wanted in lists.items():
        found.note(name, content_of(report, is_new)[name], wanted)
    refuse_stale(report, version, found)
    _refuse_state(report, writing, bool(found))
    hands_in = writing.submit and report.state in {State.DRAFT, State.RETURNED}
    if not found and not hands_in and not is_new:
        return report
    if report.state in {State.SUBMITTED, State.ACCEPTED} and not found:
        return report
    before = "" if is_new else report.state
    _fill(report, words, found, writing)
    check(report)
    with explained():
        report.save()
    store_lists(report, lists)
    if report.state == State.SUBMITTED:
        refuse_unfinished(report, last_report(report.task, report.unit, report.as_quarter))
        if report.is_lead:
            claim_milestones(report)
        _begun(report.task)
        _revise(report, writing.actor, Action.SUBMIT, before, writing.reason)
    content = content_of(report)
    audit.record(
        "task_report.submit" if report.state == State.SUBMITTED else "task_report.save", report, actor=writing.actor,
        before=found.before, after=content, reason=writing.reason, region_code=report.task.plan.region.code,
    )  # fmt: skip
    return report


def _clean(text: Any) -> str:
    return str(text).replace("\r\n", "\n").strip()


def _refuse_state(report: TaskReport, writing: _Writing, says_more: bool) -> None:
    """Whether it may be written at all in its state and its quarter's."""
    is_correction = _is_correction(report, writing)
    if is_correction and (says_more or report.state in {State.DRAFT, State.RETURNED}):
        if not writing.submit:
            raise Conflict("correction_is_handed_in", _("已锁定或已通过的反馈只能更正：请填写更正原因后直接提交。"))
        if not writing.reason:
            message = _("本季度已锁定或反馈已通过，更正须填写原因。")
            raise Invalid("reason_needed", message, {"reason": [message]})
        needed(writing.reason)
    if report.state == State.SUBMITTED and says_more and not writing.submit:
        raise Conflict("wrong_state", _("反馈已经提交，不能改回草稿；可以修改后重新提交。"))
    if not report.is_lead and report.state != State.ACCEPTED and not is_correction:
        closed = TaskReport.objects.at(report.year, report.quarter).filter(task=report.task, is_lead=True)
        if closed.filter(state=State.ACCEPTED).exists():
            raise Conflict("quarter_closed", _("牵头单位的汇总反馈已经通过，本季度不再接收配合单位的反馈。"))


def _is_correction(report: TaskReport, writing: _Writing) -> bool:
    return writing.stand == Stand.LOCKED or report.state == State.ACCEPTED


def _fill(report: TaskReport, words: Mapping[str, str], found: Changes, writing: _Writing) -> None:
    corrects = _is_correction(report, writing)
    for name, value in words.items():
        setattr(report, name, value)
    if found or report.pk is None:
        report.entered_by, report.entered_at = writing.actor, writing.now
    report.version += 1
    report.is_correction = report.is_correction or corrects
    if writing.submit:
        report.state, report.submitted_by, report.submitted_at = State.SUBMITTED, writing.actor, writing.now
        report.is_late = writing.window is not None and writing.today > writing.window.due
        report.reason = writing.reason if corrects else ""


def _begun(task: PlanTask) -> None:
    if task.status == PlanTask.Status.NOT_STARTED:
        task.status = PlanTask.Status.IN_PROGRESS
    _touch(task)


def _touch(task: PlanTask) -> None:
    task.version += 1
    task.save(update_fields=["status", "version"])


def _locked(report_id: int) -> TaskReport:
    locked: Any = TaskReport.objects.select_for_update(of=("self",)).select_related("unit")
    report: TaskReport = locked.get(pk=report_id)
    return report


def _to_check(actor: Any, report_id: int, version: int | None) -> TaskReport:
    scope = scope_of(actor)
    task = _lock_task(actor, get_report_for(scope, report_id).task_id)
    report = _locked(report_id)
    report.task = task
    if not can_check(scope, report):
        raise NotAllowed("not_allowed", _("反馈由牵头单位或局工作人员、审核人审核；如需权限，请联系安全管理员授权。"))
    if actor.pk in {report.entered_by_id, report.submitted_by_id}:
        raise NotAllowed("own_entry", _("不能审核自己填写或提交的反馈，请由另一位人员审核。"))
    if version is not None and version != report.version:
        raise Conflict("stale_version", _("这条反馈在您打开页面后已有改动，未处理；请核对后再审核。"))
    return report


def _require_waiting(report: TaskReport) -> None:
    if report.state != State.SUBMITTED:
        raise Conflict(
            "wrong_state", _("反馈当前为“%(state)s”，不能进行这项操作。") % {"state": report.get_state_display()}
        )


def _step(report: TaskReport, actor: Any, action: TaskReportRevision.Action, before: str, reason: str) -> None:
    report.version += 1
    report.save()
    _revise(report, actor, action, before, reason)
    audit.record(
        f"task_report.{action}", report, actor=actor, before={"state": before}, after={"state": report.state},
        reason=reason, region_code=report.task.plan.region.code,
    )  # fmt: skip


def _revise(report: TaskReport, actor: Any, action: TaskReportRevision.Action, before: str, reason: str) -> None:
    TaskReportRevision.objects.create(
        report=report, version=report.version, at=timezone.now(), by=actor, action=action, from_state=before,
        to_state=report.state, reason=reason, content=content_of(report),
    )  # fmt: skip
