"""`task-reports/`: what units say about their tasks, quarter by quarter."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ipdash.core import clock
from ipdash.core.api.bodies import Body
from ipdash.core.api.fields import (
    Choice,
    DecimalOut,
    DecimalText,
    Text,
    Whole,
    YesNo,
    identifier,
    quarter,
    year,
)
from ipdash.core.api.filters import Filters, WholeFilter, WordFilter, quarter_filter, year_filter
from ipdash.core.periods import Quarter
from plans.api.base import ScopedReadOnly
from plans.models import Role, TaskReport
from plans.models.task_report import WORDS
from plans.permissions import CHECKING, SPEAKING, require_role, sees_inside
from plans.services.task_reports import (
    ReportValues,
    accept_report,
    change_report,
    return_report,
    save_report,
)

WRITING = (Role.STAFF, *SPEAKING)
JUDGING = (*CHECKING, *SPEAKING)


class NumberSerializer(serializers.Serializer[Any]):
    """What has been achieved of a quantified goal since the plan began, up to the end of the report's quarter."""

    goal = identifier(source="goal_id")
    value = DecimalOut()


class TaskReportSerializer(serializers.Serializer[Any]):
    """A report. `problems`, `next_step`, `reached` and `reason` are empty for readers who see its accepted words alone."""

    id = identifier()
    task = identifier(source="task_id")
    unit = identifier(source="unit_id")
    unit_name = Text()
    year = year()
    quarter = quarter()
    is_lead = YesNo()
    state = Choice(TaskReport.State.choices)
    standing = Choice(TaskReport.Standing.choices)
    text = Text(allow_blank=True)
    problems = serializers.SerializerMethodField()
    next_step = serializers.SerializerMethodField()
    reached = serializers.SerializerMethodField()
    numbers = NumberSerializer(many=True)
    reason = serializers.SerializerMethodField()
    is_correction = YesNo()
    is_late = YesNo()
    submitted_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    is_demo = YesNo()
    version = Whole()

    def _inside(self, report: TaskReport) -> bool:
        return sees_inside(self.context["view"].scope, report)

    def get_problems(self, report: TaskReport) -> str:
        return report.problems if self._inside(report) else ""

    def get_next_step(self, report: TaskReport) -> str:
        return report.next_step if self._inside(report) else ""

    def get_reason(self, report: TaskReport) -> str:
        return report.reason if self._inside(report) else ""

    @extend_schema_field(serializers.ListField(child=identifier()))
    def get_reached(self, report: TaskReport) -> list[int]:
        return [milestone.pk for milestone in report.reached.all()] if self._inside(report) else []


class NumberBody(Body):
    """A number achieved; null takes it back."""

    goal = identifier()
    value = DecimalText(allow_null=True)


class ReportWords(Body):
    """What a report says; what is left out stays as it is. `submit` hands it in, `reason` is a correction's."""

    standing = Choice(TaskReport.Standing.choices, required=False)
    text = Text(max_length=WORDS, allow_blank=True, required=False)
    problems = Text(max_length=WORDS, allow_blank=True, required=False)
    next_step = Text(max_length=WORDS, allow_blank=True, required=False)
    reached = serializers.ListField(child=identifier(), required=False, max_length=200)
    numbers = NumberBody(many=True, required=False)
    submit = YesNo(required=False)
    reason = Text(max_length=WORDS, allow_blank=True, required=False)


class ReportBody(ReportWords):
    """A unit's first word on a task's quarter; it begins with what the unit said last."""

    task = identifier()
    unit = identifier()
    year = year()
    quarter = quarter()


class ReportChange(ReportWords):
    """Other words; `version` is the one that was seen."""

    version = Whole(min_value=1, max_value=2**31 - 1, required=False)


class ReportStep(Body):
    """A step; `reason` is needed to send a report back, and for a correction. `version` is the one that was seen."""

    reason = Text(max_length=WORDS, allow_blank=True, required=False)
    version = Whole(min_value=1, max_value=2**31 - 1, required=False)


class ReportFilters(Filters):
    plan = WholeFilter("task__plan", label="规划")
    task = WholeFilter("task")
    unit = WholeFilter("unit")
    year = year_filter()
    quarter = quarter_filter()
    state = WordFilter("state", TaskReport.State.values)
    standing = WordFilter("standing", TaskReport.Standing.values)


@extend_schema_view(
    list=extend_schema(summary="进展反馈：列表"),
    retrieve=extend_schema(summary="进展反馈：查看一条"),
    create=extend_schema(
        summary="进展反馈：新建",
        description="不给内容的，以该单位上次反馈的内容为草稿；该季度已有反馈的，即为修改。",
        request=ReportBody,
        responses={201: TaskReportSerializer},
    ),
    partial_update=extend_schema(
        summary="进展反馈：修改", description="已被他人修改的答复409，并给出双方的内容。",
        request=ReportChange, responses=TaskReportSerializer,
    ),
)  # fmt: skip
class TaskReportViewSet(ScopedReadOnly):
    """进展反馈：某单位对某任务某季度的进展；牵头单位的汇总通过后，本季度即告完成。"""

    serializer_class = TaskReportSerializer
    filterset_class = ReportFilters
    orderings = {
        "id": "id", "task": "task", "unit": "unit", "year": "year", "quarter": "quarter", "state": "state",
    }  # fmt: skip
    queryset = TaskReport.objects.none()
    http_method_names = ("get", "post", "patch", "head", "options")

    def visible(self) -> QuerySet[Any]:
        return TaskReport.objects.visible_to(self.scope).with_parts()

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(self.scope, *WRITING)
        values = self.read(ReportBody)
        task, unit = values.pop("task"), values.pop("unit")
        when = Quarter(values.pop("year"), values.pop("quarter"))
        submit, reason = values.pop("submit", False), values.pop("reason", "")
        saved = save_report(
            request.user, task, unit, when, _values(values), today=clock.today(), submit=submit, reason=reason
        )
        return self._shown(saved.pk, 201)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(self.scope, *WRITING)
        found, values = self.get_object(), self.read(ReportChange)
        submit, reason = values.pop("submit", False), values.pop("reason", "")
        version = values.pop("version", None)
        change_report(
            request.user, found.pk, _values(values), today=clock.today(), submit=submit, version=version, reason=reason
        )  # fmt: skip
        return self._shown(found.pk)

    @extend_schema(
        operation_id="task_reports_submit",
        summary="进展反馈：提交",
        description="提交已写的内容，等待审核；季度已锁定的，须在reason中填写更正原因。",
        request=ReportStep,
        responses=TaskReportSerializer,
    )
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, **kwargs: Any) -> Response:
        """Hands in what is written."""
        require_role(self.scope, *WRITING)
        found, values = self.get_object(), self.read(ReportStep)
        change_report(
            request.user, found.pk, ReportValues(), today=clock.today(), submit=True,
            version=values.get("version"), reason=values.get("reason", ""),
        )  # fmt: skip
        return self._shown(found.pk)

    @extend_schema(
        operation_id="task_reports_accept",
        summary="进展反馈：通过",
        description="任何人不能通过自己填写或提交的反馈。牵头单位的反馈通过后，其中完成的进度安排和数值即生效，本季度即告完成。",
        request=ReportStep,
        responses=TaskReportSerializer,
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, **kwargs: Any) -> Response:
        """Accepts it."""
        require_role(self.scope, *JUDGING)
        found, values = self.get_object(), self.read(ReportStep)
        accept_report(request.user, found.pk, today=clock.today(), version=values.get("version"))
        return self._shown(found.pk)

    @extend_schema(
        operation_id="task_reports_return",
        summary="进展反馈：退回",
        description="须在reason中填写原因。",
        request=ReportStep,
        responses=TaskReportSerializer,
    )
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, **kwargs: Any) -> Response:
        """Sends it back with a reason."""
        require_role(self.scope, *JUDGING)
        found, values = self.get_object(), self.read(ReportStep)
        return_report(request.user, found.pk, values.get("reason", ""), version=values.get("version"))
        return self._shown(found.pk)

    def _shown(self, pk: int, status: int = 200) -> Response:
        return Response(self.get_serializer(self.visible().get(pk=pk)).data, status=status)


def _values(values: dict[str, Any]) -> ReportValues:
    """The values as the service takes them."""
    if "numbers" in values:
        values["numbers"] = {number["goal"]: number["value"] for number in values["numbers"]}
    return ReportValues(**values)  # type: ignore[typeddict-item, no-any-return]  # the body's fields are the values
