"""管理 › 规划与目标: a plan's state and thresholds, and the lines a person must look at."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from indicators.display import line_unit, target_text
from indicators.models import TargetLine
from indicators.selectors.administration import lines_of_plan, staff_plans
from indicators.views.manage_forms import PlanForm
from plans.models import Plan, Role
from plans.permissions import get_plan_for, require_staff_of
from plans.services.plans import change_plan
from plans.views.manage_common import actor_with, page_of


@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    """The plans that the person keeps."""
    _actor, scope = actor_with(request, Role.STAFF)
    return render(request, "manage/plans.html", {"page": page_of(request, staff_plans(scope))})


@require_http_methods(["GET", "HEAD", "POST"])
def plan_settings(request: HttpRequest, plan_id: int) -> HttpResponse:
    """State, thresholds and visibility of a plan, with its target lines."""
    actor, scope = actor_with(request, Role.STAFF)
    plan = get_plan_for(scope, plan_id)
    require_staff_of(scope, plan.region)
    names = ("state", "yellow_below", "red_below", "hide_siblings", "second_review")
    form = PlanForm(
        request.POST if request.method == "POST" else None, initial={name: getattr(plan, name) for name in names}
    )
    if form.carried_out(
        lambda values: change_plan(actor, plan_id, {**values}, version=form.version),  # type: ignore[typeddict-item]  # the form's fields are the changes
        present_version=lambda: Plan.objects.values_list("version", flat=True).get(pk=plan_id),
    ):
        messages.success(request, _("规划设置已保存；灯色会按新的界线自动重算。"))
        return redirect("manage-plan", plan_id=plan_id)
    rows = [LineRow(line) for line in lines_of_plan(scope, plan)]
    context: dict[str, Any] = {
        "plan": plan,
        "form": form,
        "version": form.data.get("version") if form.is_bound else plan.version,
        "lines": [row for row in rows if row.line.region_id == plan.region_id],
        "below": [row for row in rows if row.line.region_id != plan.region_id],
    }
    return render(request, "manage/plan.html", context, status=form.status)


class LineRow:
    """A target line in the list: its last year's target as it stands now."""

    def __init__(self, line: TargetLine) -> None:
        self.line = line
        targets = list(line.targets.all())
        last = targets[-1] if targets else None
        self.year = last.year if last else None
        self.target = f"{target_text(last, line)}{line_unit(line)}" if last else ""
        self.years = len({target.year for target in targets})
