"""任务: the list, and one task with who answers for it, how far it is and what was said about it (design: product, page 4)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ipdash.core import clock
from ipdash.core.display import task_state_words
from plans.models import Assignment, Plan, PlanTask
from plans.permissions import can_ask_closing, can_change_in_region, can_decide_closing, get_task_for
from plans.scope import scope_of
from plans.selectors import TaskFilter, sections_with_tasks, tasks_for, units_with_tasks
from plans.selectors.task_pages import task_page
from plans.services.task_closing import set_status
from plans.views.manage_common import asked, page_of

PAGE = 50


@require_safe
def task_list(request: HttpRequest) -> HttpResponse:
    """Tasks of the plans the person reads, narrowed by the address."""
    scope, wanted, today = scope_of(request.user), asked(request, TaskFilter), clock.today()
    page = page_of(request, tasks_for(scope, wanted, today), PAGE)
    query = {name: value for name, value in vars(wanted).items() if value}
    context = {
        "page": page,
        "wanted": wanted,
        "query": urlencode(query),
        "plans": list(Plan.objects.visible_to(scope)),
        "units": units_with_tasks(scope, wanted.plan),
        "sections": sections_with_tasks(scope, wanted.plan),
        "roles": Assignment.Role.choices,
        "states": [(state, word.label) for state, word in task_state_words.items()],
    }
    return render(request, "tasks/list.html", context)


@require_safe
def task_detail(request: HttpRequest, task_id: int) -> HttpResponse:
    """One task: text, measures, milestones, units, reports, closing, and its place in the document."""
    scope, today = scope_of(request.user), clock.today()
    found = get_task_for(scope, task_id)
    task = (
        PlanTask.objects.with_parts()
        .prefetch_related("milestones__changes__by", "milestones__phase", "goals")
        .get(pk=found.pk)
    )
    is_open = task.plan.state == Plan.State.ACTIVE and task.status != PlanTask.Status.DONE
    context = {
        "task": task,
        "plan": task.plan,
        "p": task_page(scope, task, today),
        "today": today,
        "own_units": scope.all_units,
        "roles": _by_role(task),
        "can_change": can_change_in_region(scope, task.plan.region.code),
        "can_ask": is_open and task.status != PlanTask.Status.AWAITING_REVIEW and can_ask_closing(scope, task),
        "can_decide": can_decide_closing(scope, task),
        "waits": task.status == PlanTask.Status.AWAITING_REVIEW,
        "is_closed": task.status == PlanTask.Status.DONE,
    }
    return render(request, "tasks/detail.html", context)


def _by_role(task: PlanTask) -> list[tuple[str, list[Assignment]]]:
    """Assignments under their role's name, in the roles' order."""
    given = list(task.assignments.all())
    grouped = [(str(role.label), [a for a in given if a.role == role]) for role in Assignment.Role]
    return [(label, assignments) for label, assignments in grouped if assignments]


@require_POST
def task_status(request: HttpRequest, task_id: int) -> HttpResponse:
    """Asks for a task to be closed, closes it, sends the request back, opens it again: by the `status` it is to have."""
    version = request.POST.get("version", "")
    status = request.POST.get("status", "")
    seen = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else None
    set_status(request.user, task_id, status, today=clock.today(), reason=request.POST.get("reason", ""), version=seen)
    messages.success(request, _("任务状态已更新。"))
    return redirect("task", task_id=task_id)
