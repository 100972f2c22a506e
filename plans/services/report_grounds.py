"""Whether a task's quarter may be reported on at all."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ipdash.core.errors import Conflict, Invalid
from ipdash.core.periods import Quarter
from plans.models import Plan, PlanTask
from plans.rules.report_window import Stand


def refuse_closed_ground(task: PlanTask, quarter: Quarter, stand: Stand) -> None:
    """Raises `Conflict` or `Invalid` where nothing may be said about this quarter of the task."""
    if task.plan.state != Plan.State.ACTIVE:
        raise Conflict("plan_not_active", _("规划不在执行中，任务不再反馈。"))
    if task.status == PlanTask.Status.DONE:
        raise Conflict("task_closed", _("任务已经销号，不再反馈；确需补充的，请局工作人员先重新打开任务。"))
    if not task.plan.start_year <= quarter.year <= task.plan.end_year:
        message = _("%(quarter)s不在规划期内。") % {"quarter": quarter.label}
        raise Invalid("outside_plan", message, {"quarter": [message]})
    if stand == Stand.AHEAD:
        raise Conflict("quarter_ahead", _("%(quarter)s还没有开始，不能反馈。") % {"quarter": quarter.label})
    if stand == Stand.UNSET:
        raise Conflict(
            "not_open", _("%(quarter)s还没有开放填报，请联系局工作人员设置填报期。") % {"quarter": quarter.label}
        )
