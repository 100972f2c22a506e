"""进展反馈: a unit's report on a task, its review, and the list of them (design: product, page 4)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ipdash.core import clock
from ipdash.core.errors import DomainError, Invalid, NotAllowed
from ipdash.core.periods import Quarter
from plans.evidence import evidence_of
from plans.models import Plan, PlanTask, TaskReport, Unit
from plans.permissions import can_report, get_report_for, get_task_for, not_found, sees_inside
from plans.rules.report_window import Stand, stand_of
from plans.scope import scope_of
from plans.selectors import units_with_tasks
from plans.selectors.task_pages import REPORT_HOLDER, answering_units, may_check, open_quarters, report_rows
from plans.selectors.task_reports import ReportFilter, closings_waiting_for, reports_for, sent_back_to, waiting_for
from plans.services.task_reports import accept_report, last_report, return_report, save_report
from plans.views.manage_common import asked, page_of
from plans.views.task_forms import ReportForm
from plans.windows import window_of

State = TaskReport.State


@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """What waits for this person, what was sent back to them, and every report they see, narrowed by the address."""
    scope, wanted = scope_of(request.user), asked(request, ReportFilter)
    narrowed = any(vars(wanted).values())
    page = page_of(request, reports_for(scope, wanted))
    context = {
        "waiting": [] if narrowed else list(waiting_for(scope)[:100]),
        "closings": [] if narrowed else list(closings_waiting_for(scope)[:100]),
        "sent_back": [] if narrowed else list(sent_back_to(scope)[:100]),
        "page": page,
        "inside": {report.pk for report in page.object_list if sees_inside(scope, report)},
        "wanted": wanted,
        "plans": list(Plan.objects.visible_to(scope)),
        "units": units_with_tasks(scope, wanted.plan),
        "states": State.choices,
    }
    return render(request, "tasks/reports.html", context)


@require_safe
def report_detail(request: HttpRequest, report_id: int) -> HttpResponse:
    """One report: its words, evidence, history, and what may be done with it."""
    scope = scope_of(request.user)
    report = get_report_for(scope, report_id)
    inside = sees_inside(scope, report)
    context = {
        "report": report,
        "task": report.task,
        "plan": report.task.plan,
        "quarter": report.as_quarter,
        "inside": inside,
        "files": evidence_of(REPORT_HOLDER, [report.pk]).get(report.pk, []) if inside else [],
        "history": list(report.revisions.select_related("by").order_by("-version")) if inside else [],
        "can_check": may_check(scope, report),
        "can_write": can_report(scope, report.task, report.unit) and report.task.status != PlanTask.Status.DONE,
        "contributions": _contributions(request, report) if report.is_lead else [],
    }
    return render(request, "tasks/report.html", context)


def _contributions(request: HttpRequest, report: TaskReport) -> list[Any]:
    """What the other units said about the same quarter, as far as the person sees it."""
    rows = report_rows(scope_of(request.user), report.task)
    return [row for row in rows if row.report.as_quarter == report.as_quarter and row.report.pk != report.pk]


@require_http_methods(["GET", "HEAD", "POST"])
def report_edit(request: HttpRequest, task_id: int) -> HttpResponse:
    """A unit writes its report: `?unit=&quarter=2025Q3`. Without them: the unit and quarter that suggest themselves."""
    scope, today = scope_of(request.user), clock.today()
    task = get_task_for(scope, task_id)
    unit = _asked_unit(request, task)
    if not can_report(scope, task, unit):
        raise NotAllowed("not_allowed", _("只有承担这项任务的单位可以反馈；如需权限，请联系安全管理员授权。"))
    quarter = _asked_quarter(request, task)
    report = _stored(task, unit, quarter)
    stand = stand_of(quarter, window_of(task.plan.region.code, quarter), today)
    corrects = stand == Stand.LOCKED or (report is not None and report.state == State.ACCEPTED)
    last = last_report(task, unit, quarter)
    form = _form(request, task, unit, report, last, corrects=corrects)
    if request.method == "POST" and request.headers.get("HX-Request"):
        return _autosave(request, form, task, unit, quarter)
    submit = request.POST.get("do") == "submit" or corrects
    kept: list[TaskReport] = []
    if form.carried_out(
        lambda v: kept.append(
            save_report(
                request.user, task.pk, unit.pk, quarter, form.values(), today=today, submit=submit,
                version=form.version, reason=v.get("reason", ""),
            )
        ),
        present_version=lambda: _version(_stored(task, unit, quarter)),
    ):  # fmt: skip
        messages.success(request, _("反馈已提交，等待审核。") if submit else _("草稿已保存。"))
        return redirect("task-report", report_id=kept[0].pk)
    context = {
        "task": task, "plan": task.plan, "unit": unit, "quarter": quarter, "report": report, "form": form,
        "stand": stand, "window": window_of(task.plan.region.code, quarter), "last": last, "corrects": corrects,
        "days_left": _days_left(task, quarter), "is_lead": _leads(task, unit, report),
        "version": form.data.get("version", _version(report)) if form.is_bound else _version(report),
        "contributions": [
            row for row in report_rows(scope, task) if row.report.as_quarter == quarter and row.report.unit_id != unit.pk
        ],
        "units": [a for a in answering_units(scope, task) if a.can_report],
        "quarters": open_quarters(task, today),
        "autosaves": not corrects and (report is None or report.state in {State.DRAFT, State.RETURNED}),
    }  # fmt: skip
    return render(request, "tasks/report_form.html", context, status=form.status)


def _asked_unit(request: HttpRequest, task: PlanTask) -> Unit:
    """The unit in the address, or the first for which the person speaks."""
    text = request.GET.get("unit", "")
    scope = scope_of(request.user)
    found = answering_units(scope, task)
    if text:
        past = TaskReport.objects.visible_to(scope).filter(task=task).select_related("unit")
        units: dict[str, Unit] = {str(item.unit.pk): item.unit for item in found} | {
            str(r.unit_id): r.unit for r in past
        }
        if text not in units:
            raise not_found()
        return units[text]
    spoken = [item.unit for item in found if item.can_report]
    if not spoken:
        raise NotAllowed("not_allowed", _("只有承担这项任务的单位可以反馈；如需权限，请联系安全管理员授权。"))
    return next((unit for unit in spoken if unit.pk in scope.all_units), spoken[0])


def _asked_quarter(request: HttpRequest, task: PlanTask) -> Quarter:
    text = request.GET.get("quarter", "")
    quarter = Quarter.parse(text)
    if text and quarter is None:
        raise Invalid("bad_period", _("季度“%(text)s”应写成2025Q3的样子，请重新选择。") % {"text": text})
    open_now = open_quarters(task, clock.today())
    return quarter or (open_now[0].quarter if open_now else Quarter.containing(clock.today()))


def _stored(task: PlanTask, unit: Unit, quarter: Quarter) -> TaskReport | None:
    reports = TaskReport.objects.filter(task=task, unit=unit).at(quarter.year, quarter.quarter)
    found: TaskReport | None = reports.with_parts().order_by("-is_lead", "pk").first()
    return found


def _version(report: TaskReport | None) -> Any:
    return "" if report is None else report.version


def _leads(task: PlanTask, unit: Unit, report: TaskReport | None) -> bool:
    return report.is_lead if report is not None else unit.pk == task.lead_unit_id


def _days_left(task: PlanTask, quarter: Quarter) -> int | None:
    window = window_of(task.plan.region.code, quarter)
    return None if window is None else (window.due - clock.today()).days


def _form(
    request: HttpRequest,
    task: PlanTask,
    unit: Unit,
    report: TaskReport | None,
    last: TaskReport | None,
    *,
    corrects: bool,
) -> ReportForm:
    leads = _leads(task, unit, report)
    said = report or last
    reached = [m.pk for m in report.reached.all()] if report else []
    milestones = [m for m in task.milestones.all() if m.reached_on is None or m.pk in reached] if leads else []
    numbers = {number.goal_id: number.value for number in said.numbers.all()} if said else {}
    return ReportForm(
        request.POST if request.method == "POST" else None,
        goals=list(task.goals.all()) if leads else [], milestones=milestones, corrects=corrects,
        initial=ReportForm.initial_of(said, numbers, reached) if said else {"standing": "as_planned"},
    )  # fmt: skip


def _autosave(request: HttpRequest, form: ReportForm, task: PlanTask, unit: Unit, quarter: Quarter) -> HttpResponse:
    """Keeps the draft as it is being typed and says so; a refusal is said in the same place and loses nothing."""
    context: dict[str, Any] = {"now": timezone.localtime(timezone.now())}
    if not form.is_valid():
        first = next(iter(form.errors.values()))
        return render(request, "tasks/_saved.html", context | {"problem": first[0]})
    try:
        saved = save_report(
            request.user, task.pk, unit.pk, quarter, form.values(), today=clock.today(), version=form.version
        )
    except DomainError as refused:
        return render(request, "tasks/_saved.html", context | {"problem": refused})
    return render(request, "tasks/_saved.html", context | {"version": saved.version})


@require_POST
def report_check(request: HttpRequest, report_id: int) -> HttpResponse:
    """Accepts a report, or with `do=return` and a reason sends it back."""
    text = request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    if request.POST.get("do") == "return":
        return_report(request.user, report_id, request.POST.get("reason", ""), version=version)
        messages.success(request, _("已退回。"))
    else:
        accept_report(request.user, report_id, today=clock.today(), version=version)
        messages.success(request, _("已通过。"))
    following = request.POST.get("next", "")
    return redirect("task-report-list") if following == "list" else redirect("task-report", report_id=report_id)
