"""What a report says beside its words: milestones said to be reached, numbers achieved; and what acceptance makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ipdash.core.errors import Conflict, Invalid
from ipdash.core.numbers import decimal_text
from plans.models import Milestone, ReportedNumber, TaskGoal, TaskReport


def content_of(report: TaskReport, is_new: bool = False) -> dict[str, Any]:
    """The report as its history keeps it; numbers by the goal's id."""
    return {
        "standing": str(report.standing),
        "text": report.text,
        "problems": report.problems,
        "next_step": report.next_step,
        "reached": [] if is_new else sorted(report.reached.values_list("pk", flat=True)),
        "numbers": {}
        if is_new
        else {str(number.goal_id): decimal_text(number.value) for number in report.numbers.all()},
    }


def read_lists(report: TaskReport, values: Mapping[str, Any]) -> dict[str, Any]:
    """The lists that the values give, in the form of `content_of`; raises `Invalid` for what is not this task's."""
    found: dict[str, Any] = {}
    if "reached" in values:
        wanted = set(values["reached"])
        known = set(Milestone.objects.filter(task=report.task_id).values_list("pk", flat=True))
        if wanted - known:
            message = _("选中的进度安排不属于这项任务，或已被调整，请刷新后核对。")
            raise Invalid("unknown_milestone", message, {"reached": [message]})
        found["reached"] = sorted(wanted)
    if "numbers" in values:
        given: dict[int, Decimal | None] = {int(goal): value for goal, value in values["numbers"].items()}
        known = set(TaskGoal.objects.filter(task=report.task_id).values_list("pk", flat=True))
        if set(given) - known:
            message = _("填写的量化目标不属于这项任务，请刷新后核对。")
            raise Invalid("unknown_goal", message, {"numbers": [message]})
        negative = [value for value in given.values() if value is not None and value < 0]
        if negative:
            message = _("完成数不能是负数。")
            raise Invalid("negative_number", message, {"numbers": [message]})
        found["numbers"] = {str(goal): decimal_text(value) for goal, value in given.items() if value is not None}
    return found


def store_lists(report: TaskReport, lists: Mapping[str, Any]) -> None:
    if "reached" in lists:
        report.reached.set(lists["reached"])
    if "numbers" in lists:
        report.numbers.all().delete()
        ReportedNumber.objects.bulk_create(
            ReportedNumber(report=report, goal_id=int(goal), value=Decimal(value))
            for goal, value in lists["numbers"].items()
        )


def refuse_unfinished(report: TaskReport, last: TaskReport | None) -> None:
    """What must not be handed in: nothing said, or last quarter's words again."""
    if not report.text:
        message = _("请填写进展情况。")
        raise Invalid("text_needed", message, {"text": [message]})
    if last is not None and last.text == report.text and not report.is_correction:
        message = _("进展情况与上次反馈一字不差，请写本季度的进展；确无进展的，请写明“本季度无进展”和原因。")
        raise Invalid("same_as_before", message, {"text": [message]})
    if report.standing == TaskReport.Standing.BEHIND and not report.problems:
        message = _("进度滞后的，请填写存在问题。")
        raise Invalid("problems_needed", message, {"problems": [message]})


def claim_milestones(report: TaskReport) -> None:
    """The lead unit says these are reached: they are not overdue while that waits for the bureau."""
    drop_claims(report)
    open_ones = Milestone.objects.filter(pk__in=report.reached.values("pk"), reached_on=None)
    if open_ones.exclude(claim=None).exists():
        raise Conflict("claimed_already", _("其中有进度安排已在另一季度的反馈中申报完成，请刷新后核对。"))
    open_ones.update(claim=report)


def drop_claims(report: TaskReport) -> None:
    Milestone.objects.filter(claim=report, reached_on=None).update(claim=None)


def accept_contents(report: TaskReport, today: date) -> None:
    """Milestones said to be reached are, as of the quarter's end at the latest; what an earlier version of this report
    had said and this one does not is not."""
    said = report.reached.values("pk")
    Milestone.objects.filter(claim=report).exclude(pk__in=said).update(claim=None, reached_on=None)
    Milestone.objects.filter(claim=report, reached_on=None).update(reached_on=min(today, report.as_quarter.last_day))
    quarter = str(report.as_quarter)
    for number in report.numbers.select_related("goal"):
        if number.goal.achieved_quarter <= quarter:
            TaskGoal.objects.filter(pk=number.goal_id).update(achieved=number.value, achieved_quarter=quarter)
