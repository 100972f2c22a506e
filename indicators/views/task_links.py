"""关联: which tasks serve which indicators of a plan, proposed by the text and decided by bureau staff."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from indicators.models import Indicator, TaskLink
from indicators.selectors.task_links import links_of_plan
from indicators.services.task_links import add_link, decide_link, propose_links_as
from ipdash.core.errors import Invalid
from plans.models import Plan, PlanTask
from plans.permissions import get_plan_for, require_staff_of
from plans.scope import scope_of


@require_http_methods(["GET", "HEAD", "POST"])
def plan_links(request: HttpRequest, plan_id: int) -> HttpResponse:
    """A plan's links; a form proposes anew (`do=propose`) or links by hand (`task`, `indicator`)."""
    scope = scope_of(request.user)
    plan = get_plan_for(scope, plan_id)
    require_staff_of(scope, plan.region)
    if request.method == "POST":
        _carry_out(request, plan)
        return redirect("plan-links", plan_id=plan_id)
    context = {
        "plan": plan,
        "links": links_of_plan(scope, plan),
        "tasks": PlanTask.objects.filter(plan=plan).only("pk", "number", "title", "plan_id").order_by("position"),
        "indicators": Indicator.objects.filter(target_lines__plan=plan, target_lines__region=plan.region)
        .distinct()
        .order_by("name"),
    }
    return render(request, "links/page.html", context)


def _carry_out(request: HttpRequest, plan: Plan) -> None:
    if request.POST.get("do") == "propose":
        count = propose_links_as(request.user, plan.pk)
        said = _("新提出%(count)s条关联，请逐条核对。") % {"count": count}
        messages.success(request, said if count else _("没有新的关联可以提出。"))
        return
    task, indicator = request.POST.get("task", ""), request.POST.get("indicator", "")
    if not (task.isascii() and task.isdecimal() and len(task) < 19 and indicator):
        messages.error(request, _("请选择任务和指标。"))
        return
    try:
        add_link(request.user, int(task), indicator)
    except Invalid as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已关联。"))


@require_POST
def link_decide(request: HttpRequest, link_id: int) -> HttpResponse:
    """Confirms or refuses one link, then goes back to where it was asked (`next`), else to the plan's links."""
    state, version = request.POST.get("state", ""), request.POST.get("version", "")
    link = decide_link(request.user, link_id, state, version=int(version) if version.isdecimal() else None)
    messages.success(request, _("已确认关联。") if link.state == TaskLink.State.CONFIRMED else _("已标为不关联。"))
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect("plan-links", plan_id=PlanTask.objects.values_list("plan_id", flat=True).get(pk=link.task_id))
