"""Blocks of linked tasks and indicators, for pages that are made elsewhere."""

from __future__ import annotations

from typing import Any

from django import template

from indicators.models import TargetLine
from indicators.selectors.task_links import lines_of_task, tasks_of_line
from ipdash.core import clock
from plans.models import Plan, PlanTask
from plans.permissions import can_change_in_region
from plans.scope import scope_of
from plans.selectors.supervision import SlipFilter, plan_supervision, slip_row, slips_for

register = template.Library()


@register.inclusion_tag("links/_of_task.html", takes_context=True)
def indicators_of_task(context: Any, task: PlanTask) -> dict[str, Any]:
    """`{% indicators_of_task task %}`: the indicators that a task serves, and where they stand."""
    scope = scope_of(context["request"].user)
    can_change = can_change_in_region(scope, task.plan.region.code)
    return _with_request(context, rows=lines_of_task(scope, task, clock.today()), plan=task.plan, can_change=can_change)


@register.inclusion_tag("links/_of_line.html", takes_context=True)
def tasks_of_indicator(context: Any, line: TargetLine) -> dict[str, Any]:
    """`{% tasks_of_indicator line %}`: the tasks that serve an indicator, and who answers for them."""
    scope = scope_of(context["request"].user)
    can_change = can_change_in_region(scope, line.plan.region.code)
    return _with_request(context, rows=tasks_of_line(scope, line), plan=line.plan, can_change=can_change)


@register.inclusion_tag("supervision/_of_task.html", takes_context=True)
def slips_of_task(context: Any, task: PlanTask) -> dict[str, Any]:
    """`{% slips_of_task task %}`: the slips about a task that this person may see."""
    scope, today = scope_of(context["request"].user), clock.today()
    slips = slips_for(scope, SlipFilter()).filter(task=task)
    can_change = can_change_in_region(scope, task.plan.region.code) and task.plan.state == Plan.State.ACTIVE
    return {"rows": [slip_row(scope, slip, today) for slip in slips], "task": task, "can_change": can_change}


@register.inclusion_tag("supervision/_of_plan.html", takes_context=True)
def supervision_of_plan(context: Any, plan: Plan) -> dict[str, Any]:
    """`{% supervision_of_plan plan %}`: tasks by state, who is late, slips that are open and that were closed this quarter."""
    scope, today = scope_of(context["request"].user), clock.today()
    return {"plan": plan, "p": plan_supervision(scope, plan, today)}


def _with_request(context: Any, **values: Any) -> dict[str, Any]:
    return {**values, "request": context["request"], "csrf_token": context.get("csrf_token", "")}
