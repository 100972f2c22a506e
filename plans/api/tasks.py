"""`tasks/`: the numbered work items of plans."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Exists, OuterRef, QuerySet
from rest_framework import serializers

from ipdash.core.api.bodies import Body, for_change
from ipdash.core.api.fields import Choice, Text, Whole, YesNo, also, identifier, quarter, year
from ipdash.core.api.filters import Filters, TextFilter, WholeFilter, WordFilter
from ipdash.core.api.views import JobId
from plans.api.base import ScopedWritable, Source, written
from plans.models import Assignment, PlanTask
from plans.services.tasks import Due, Duty, TaskValues, change_task, create_task


class AssignmentSerializer(serializers.Serializer[Any]):
    """Who answers in which role; `printed` is the name as the document has it. `is_demo`: invented for the demonstration."""

    role = Choice(Assignment.Role.choices)
    unit = identifier(source="unit_id")
    printed = Text()
    is_demo = YesNo()


@also(label=Text())
class MilestoneSerializer(serializers.Serializer[Any]):
    """What is due in which quarters; both null where the label names a phase."""

    from_quarter = Whole(min_value=1, max_value=4, allow_null=True)
    to_quarter = Whole(min_value=1, max_value=4, allow_null=True)
    text = Text()
    year = year(allow_null=True)
    phase = identifier(source="phase_id", allow_null=True)


@also(source=Source(source="*"))
class TaskSerializer(serializers.Serializer[Any]):
    """A task; `section` is the path of section numbers as printed."""

    id = identifier()
    plan = identifier(source="plan_id")
    number = Text(allow_null=True)
    title = Text()
    section = serializers.ListField(child=Text(), source="section_path")
    objective = Text(allow_null=True)
    text = Text(allow_blank=True)
    measures = serializers.SerializerMethodField()
    assignments = AssignmentSerializer(many=True)
    milestones = MilestoneSerializer(many=True)
    status = Choice(PlanTask.Status.choices)
    version = Whole()

    def get_measures(self, task: PlanTask) -> list[str]:
        return [measure.text for measure in task.measures.all()]


class AssignmentBody(Body):
    """A unit's part; `printed` is its name as the document has it, else the unit's own."""

    role = Choice(Assignment.Role.choices)
    unit = identifier()
    printed = Text(max_length=120, allow_blank=True, default="")


@also(label=Text(max_length=60))
class MilestoneBody(Body):
    """What is due from a quarter to a quarter (both or neither), or in a phase of the plan (id)."""

    text = Text()
    from_quarter = quarter(allow_null=True, default=None)
    to_quarter = quarter(allow_null=True, default=None)
    year = year(allow_null=True, default=None)
    phase = identifier(allow_null=True, default=None)


class TaskBody(Body):
    """A task; lists are whole lists, `section` is a path of section numbers as printed."""

    plan = identifier()
    title = Text(max_length=300)
    number = Text(max_length=20, allow_null=True, required=False)
    section = serializers.ListField(child=Text(max_length=20), required=False, max_length=10)
    objective = Text(allow_null=True, required=False)
    text = Text(allow_blank=True, required=False)
    status = Choice(PlanTask.Status.choices, required=False)
    measures = serializers.ListField(child=Text(), required=False, max_length=200)
    assignments = AssignmentBody(many=True, required=False)
    milestones = MilestoneBody(many=True, required=False)


TaskChange = for_change(TaskBody, without=("plan",))


class TaskFilters(Filters):
    plan = WholeFilter("plan")
    unit = WholeFilter("assignments__unit", label="承担分工的单位")
    role = WordFilter("assignments__role", Assignment.Role.values, label="分工；与unit同用时指该单位的分工")
    status = WordFilter("status", PlanTask.Status.values)
    number = TextFilter(field_name="number")
    title = TextFilter(field_name="title", lookup_expr="contains", label="名称中含有的文字")

    def filter_queryset(self, queryset: Any) -> Any:
        """unit and role are asked of one and the same assignment."""
        values = {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "")}
        wanted = {f"{name}": values.pop(name) for name in ("unit", "role") if name in values}
        for name, value in values.items():
            queryset = self.filters[name].filter(queryset, value)
        if wanted:
            queryset = queryset.filter(Exists(Assignment.objects.filter(task=OuterRef("pk"), **wanted)))
        return queryset


@written("任务", TaskBody, TaskChange, TaskSerializer)
class TaskViewSet(ScopedWritable):
    """任务（工作措施）：目标、具体措施、分工、进度安排和原文出处。"""

    serializer_class = TaskSerializer
    filterset_class = TaskFilters
    orderings = {"id": "id", "plan": "plan", "position": "position", "status": "status", "title": "title"}
    queryset = PlanTask.objects.none()
    create_body, change_body = TaskBody, TaskChange

    def visible(self) -> QuerySet[Any]:
        return PlanTask.objects.visible_to(self.scope).prefetch_related("measures", "milestones", "assignments")

    def store(self, values: dict[str, Any]) -> tuple[int, JobId]:
        plan = values.pop("plan")
        return create_task(self.request.user, plan, _values(values)).pk, None

    def alter(self, found: PlanTask, values: dict[str, Any], version: int | None) -> JobId:
        change_task(self.request.user, found.pk, _values(values), version=version)
        return None


def _values(values: dict[str, Any]) -> TaskValues:
    """The values as the service takes them."""
    if "assignments" in values:
        values["assignments"] = [Duty(**duty) for duty in values["assignments"]]
    if "milestones" in values:
        values["milestones"] = [Due(**due) for due in values["milestones"]]
    return cast(TaskValues, values)
