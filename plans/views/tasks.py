"""任务: the list, and one task with who answers for it (design: product, page 4)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ipdash.core import clock
from plans.models import Assignment, Plan, PlanTask
from plans.permissions import can_change_in_region, get_task_for
from plans.scope import scope_of
from plans.selectors import TaskFilter, tasks_for, units_with_tasks
from plans.services.task_closing import set_status

PAGE = 50


@require_safe
def task_list(request: HttpRequest) -> HttpResponse:
    """Tasks of the plans the person reads, narrowed by the address."""
    scope = scope_of(request.user)
    wanted = TaskFilter(**{name: request.GET.get(name, "").strip() for name in TaskFilter.__dataclass_fields__})
    page = Paginator(tasks_for(scope, wanted), PAGE).get_page(request.GET.get("page"))
    query = {name: value for name, value in vars(wanted).items() if value}
    context = {
        "page": page,
        "wanted": wanted,
        "query": urlencode(query),
        "plans": list(Plan.objects.visible_to(scope)),
        "units": units_with_tasks(scope, wanted.plan),
        "roles": Assignment.Role.choices,
        "statuses": PlanTask.Status.choices,
    }
    return render(request, "tasks/list.html", context)


@require_safe
def task_detail(request: HttpRequest, task_id: int) -> HttpResponse:
    """One task: text, measures, milestones, units, and its place in the document."""
    scope = scope_of(request.user)
    task = get_task_for(scope, task_id)
    context = {
        "task": task,
        "plan": task.plan,
        "roles": _by_role(task),
        "statuses": PlanTask.Status.choices,
        "can_change": can_change_in_region(scope, task.plan.region.code),
    }
    return render(request, "tasks/detail.html", context)


def _by_role(task: PlanTask) -> list[tuple[str, list[Assignment]]]:
    """Assignments under their role's name, in the roles' order."""
    given = list(task.assignments.all())
    grouped = [(str(role.label), [a for a in given if a.role == role]) for role in Assignment.Role]
    return [(label, assignments) for label, assignments in grouped if assignments]


@require_POST
def task_status(request: HttpRequest, task_id: int) -> HttpResponse:
    """Bureau staff set how far a task is."""
    version = request.POST.get("version", "")
    status = request.POST.get("status", "")
    seen = int(version) if version.isdecimal() else None
    set_status(request.user, task_id, status, today=clock.today(), reason=request.POST.get("reason", ""), version=seen)
    messages.success(request, _("任务状态已更新。"))
    return redirect("task", task_id=task_id)
