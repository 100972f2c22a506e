"""Evidence beside reports on tasks and beside requests to close them (plans.evidence says how files are held)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ipdash.core.errors import Conflict, DomainError, NotAllowed
from plans.evidence import Holder
from plans.models import EvidenceFile, PlanTask, TaskClosing, TaskReport
from plans.permissions import can_ask_closing, can_report, inside_closings, inside_reports
from plans.rules.report_window import Stand, stand_of
from plans.scope import Scope
from plans.selectors.task_pages import CLOSING_HOLDER, REPORT_HOLDER
from plans.windows import window_of


def _report_refuses(scope: Scope, report: TaskReport, today: date) -> DomainError | None:
    """Whoever may write the report may attach, until it is accepted or the quarter is locked."""
    if not can_report(scope, report.task, report.unit):
        return NotAllowed("not_allowed", _("只有反馈单位可以附材料。"))
    if report.state == TaskReport.State.ACCEPTED or report.task.status == PlanTask.Status.DONE:
        return Conflict("wrong_state", _("反馈已通过或任务已销号，不能再增减材料；更正反馈后可以补充。"))
    stand = stand_of(report.as_quarter, window_of(report.task.plan.region.code, report.as_quarter), today)
    if stand == Stand.LOCKED and not report.is_correction:
        return Conflict(
            "locked", _("%(quarter)s已锁定；请先更正反馈，再附材料。") % {"quarter": report.as_quarter.label}
        )
    return None


def _report_keeps(scope: Scope, report: TaskReport, file: EvidenceFile, today: date) -> DomainError | None:
    """Nobody takes away what the reviewer has before them, or what an accepted word rested on."""
    refusal = _report_refuses(scope, report, today)
    if refusal is None and report.state == TaskReport.State.SUBMITTED:
        refusal = Conflict("wrong_state", _("反馈正在审核，材料不能移除；被退回后可以移除。"))
    if refusal is None and report.accepted_at is not None and file.added_at <= report.accepted_at:
        refusal = Conflict("approved_with", _("这份材料是已通过反馈的依据，不能移除。"))
    return refusal


def _closing_refuses(scope: Scope, closing: TaskClosing, today: date) -> DomainError | None:
    if not can_ask_closing(scope, closing.task):
        return NotAllowed("not_allowed", _("只有牵头单位可以附材料。"))
    if closing.state != TaskClosing.State.ASKED:
        return Conflict("wrong_state", _("办结申请已经复核，不能再增减材料。"))
    return None


def _closing_keeps(scope: Scope, closing: TaskClosing, _file: EvidenceFile, today: date) -> DomainError | None:
    return _closing_refuses(scope, closing, today)


def _reports(scope: Scope) -> Any:
    return TaskReport.objects.filter(inside_reports(scope)).select_related("task__plan__region", "unit")


def _closings(scope: Scope) -> Any:
    return TaskClosing.objects.filter(inside_closings(scope)).select_related("task__plan__region")


REPORTS = Holder(
    kind=REPORT_HOLDER,
    visible=_reports,
    refuse_adding=_report_refuses,
    refuse_removing=_report_keeps,
    region_code=lambda report: str(report.task.plan.region.code),
    title=lambda report: f"{report.unit.name} {report.task.title} {report.as_quarter.label}",
    address=lambda report: reverse("task-report", args=[report.pk]),
    existing=TaskReport.objects.all,
)
CLOSINGS = Holder(
    kind=CLOSING_HOLDER,
    visible=_closings,
    refuse_adding=_closing_refuses,
    refuse_removing=_closing_keeps,
    region_code=lambda closing: str(closing.task.plan.region.code),
    title=lambda closing: _("办结申请：%(title)s") % {"title": closing.task.title},
    address=lambda closing: reverse("task", args=[closing.task_id]),
    existing=TaskClosing.objects.all,
)
