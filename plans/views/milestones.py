"""Milestones and who answers, changed by bureau staff: every change with its reason (design: product, page 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ipdash.core import clock
from ipdash.core.errors import Invalid
from ipdash.core.forms import ServiceForm, lines_of
from plans.documents.milestones import milestones_of
from plans.models import Assignment, Milestone, PlanTask
from plans.permissions import get_task_for, not_found, require_staff_of
from plans.scope import scope_of
from plans.services.assignments import transfer_assignment
from plans.services.milestones import (
    Due,
    add_milestone,
    milestone_of,
    move_milestone,
    set_reached,
    split_milestone,
    withdraw_milestone,
)
from plans.views.manage_common import FormPage
from plans.views.task_forms import (
    MilestoneAddForm,
    MilestoneMoveForm,
    MilestoneReachedForm,
    MilestoneReasonForm,
    MilestoneSplitForm,
    TransferForm,
)

GET_AND_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_AND_POST)
def milestone_add(request: HttpRequest, task_id: int) -> HttpResponse:
    """A milestone that the document does not have."""
    task = _staff_task(request, get_task_for(scope_of(request.user), task_id))
    form = MilestoneAddForm(_sent(request), plan=task.plan, initial={"year": task.plan.end_year})

    def act(v: dict[str, Any]) -> None:
        add_milestone(request.user, task.pk, form.due(v["label"], v["text"]), reason=v["reason"], version=form.version)

    return _answer(request, task, form, act, title=_("增加进度安排"), done=_("进度安排已增加。"))


@require_http_methods(GET_AND_POST)
def milestone_move(request: HttpRequest, milestone_id: int) -> HttpResponse:
    """Other quarters; what was printed stays."""
    milestone = milestone_of(request.user, milestone_id)
    task = _staff_task(request, milestone.task)
    initial = {name: getattr(milestone, name) for name in ("year", "from_quarter", "to_quarter")}
    initial |= {"phase": milestone.phase_id, "year": milestone.year or task.plan.start_year}
    form = MilestoneMoveForm(_sent(request), plan=task.plan, initial=initial)

    def act(v: dict[str, Any]) -> None:
        due = form.due(milestone.label, milestone.text)
        move_milestone(request.user, milestone.pk, due, reason=v["reason"], version=form.version)

    lead = _("原文：%(label)s：%(text)s") % {"label": milestone.label, "text": milestone.text}
    return _answer(request, task, form, act, title=_("调整时间"), done=_("时间已调整。"), lead=lead)


@require_http_methods(GET_AND_POST)
def milestone_split(request: HttpRequest, milestone_id: int) -> HttpResponse:
    """Several in the place of one."""
    milestone = milestone_of(request.user, milestone_id)
    task = _staff_task(request, milestone.task)
    form = MilestoneSplitForm(_sent(request), initial={"parts": f"{milestone.label}：{milestone.text}"})

    def act(v: dict[str, Any]) -> None:
        parts = [_part(line, milestone, task) for line in lines_of(v["parts"])]
        split_milestone(request.user, milestone.pk, parts, reason=v["reason"], version=form.version)

    lead = _("原文：%(label)s：%(text)s") % {"label": milestone.label, "text": milestone.text}
    return _answer(request, task, form, act, title=_("拆分"), done=_("已拆分。"), lead=lead)


def _part(line: str, milestone: Milestone, task: PlanTask) -> Due:
    """`2025年三季度：要完成什么`, read as the document's own milestones are; without a year it is the milestone's."""
    label, colon, text = line.replace(":", "：").partition("：")
    if not colon or not text.strip():
        message = _("“%(line)s”应写成“2025年三季度：要完成什么”。") % {"line": line[:40]}
        raise Invalid("not_a_milestone", message, {"parts": [message]})
    year_text, mark, rest = label.strip().partition("年")
    year = int(year_text) if mark and year_text.isdecimal() and len(year_text) == 4 else None
    named = rest if year is not None else label.strip()
    read = milestones_of(f"{named}，{text.strip()}", 0)
    first, last = (read[0].from_quarter, read[0].to_quarter) if read else (None, None)
    if first is None:
        message = _("没有从“%(label)s”读出季度，请写成“2025年三季度”或“三季度”。") % {"label": label.strip()[:40]}
        raise Invalid("no_quarter", message, {"parts": [message]})
    in_year = year or milestone.year or (milestone.due_on.year if milestone.due_on else task.plan.end_year)
    return Due(label.strip(), text.strip(), first, last, in_year)


@require_http_methods(GET_AND_POST)
def milestone_withdraw(request: HttpRequest, milestone_id: int) -> HttpResponse:
    """Takes a milestone out of force."""
    milestone = milestone_of(request.user, milestone_id)
    task = _staff_task(request, milestone.task)
    form = MilestoneReasonForm(_sent(request))

    def act(v: dict[str, Any]) -> None:
        withdraw_milestone(request.user, milestone.pk, reason=v["reason"], version=form.version)

    lead = _("原文：%(label)s：%(text)s") % {"label": milestone.label, "text": milestone.text}
    return _answer(request, task, form, act, title=_("取消进度安排"), done=_("进度安排已取消。"), lead=lead)


@require_http_methods(GET_AND_POST)
def milestone_reached(request: HttpRequest, milestone_id: int) -> HttpResponse:
    """The bureau finds it reached, or not reached after all."""
    milestone = milestone_of(request.user, milestone_id)
    task = _staff_task(request, milestone.task)
    today = clock.today()
    form = MilestoneReachedForm(_sent(request), initial={"reached_on": milestone.reached_on or today})

    def act(v: dict[str, Any]) -> None:
        set_reached(request.user, milestone.pk, v["reached_on"], today=today, reason=v["reason"], version=form.version)

    lead = _("原文：%(label)s：%(text)s") % {"label": milestone.label, "text": milestone.text}
    return _answer(request, task, form, act, title=_("确认完成"), done=_("已保存。"), lead=lead)


@require_http_methods(GET_AND_POST)
def assignment_transfer(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Hands a unit's part to another unit."""
    assignment = Assignment.objects.select_related("unit").filter(pk=assignment_id).first()
    if assignment is None:
        raise not_found()
    scope = scope_of(request.user)
    task = _staff_task(request, get_task_for(scope, assignment.task_id))
    today = clock.today()
    form = TransferForm(_sent(request), scope=scope, task=task, initial={"on": today})

    def act(v: dict[str, Any]) -> None:
        transfer_assignment(
            request.user, assignment.pk, v["unit"], on=v["on"], today=today, reason=v["reason"], version=form.version
        )

    lead = _("现由%(unit)s承担（%(role)s）。") % {
        "unit": assignment.unit.name, "role": assignment.get_role_display(),
    }  # fmt: skip
    return _answer(request, task, form, act, title=_("移交分工"), done=_("分工已移交。"), lead=lead)


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _staff_task(request: HttpRequest, task: PlanTask) -> PlanTask:
    require_staff_of(scope_of(request.user), task.plan.region)
    return task


def _answer(
    request: HttpRequest,
    task: PlanTask,
    form: ServiceForm,
    act: Callable[[dict[str, Any]], None],
    *,
    title: str,
    done: str,
    lead: str = "",
) -> HttpResponse:
    """The form, or, once it is carried out, the task's page."""
    if form.carried_out(
        act, present_version=lambda: PlanTask.objects.values_list("version", flat=True).get(pk=task.pk)
    ):
        messages.success(request, done)
        return redirect("task", task_id=task.pk)
    page = FormPage(
        title=title, submit=_("保存"), back=reverse("task", args=[task.pk]), lead=lead, version=task.version
    )
    version = form.data.get("version", task.version) if form.is_bound else task.version
    context = {"form": form, "page": page, "version": version, "task": task, "plan": task.plan}
    return render(request, "tasks/form.html", context, status=form.status)
