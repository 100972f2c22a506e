"""`tasks/`: the numbered work items of plans."""

from __future__ import annotations

from typing import Any, cast

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ipdash.core import clock
from ipdash.core.api.bodies import Body, for_change
from ipdash.core.api.fields import Choice, Day, DecimalOut, Text, Whole, YesNo, also, identifier, quarter, year
from ipdash.core.api.filters import Filters, TextFilter, WholeFilter, WordFilter
from ipdash.core.api.views import JobId
from ipdash.core.comparators import Comparator
from ipdash.core.numbers import decimal_text
from plans.api.base import ScopedWritable, Source, written
from plans.models import Assignment, Milestone, PlanTask
from plans.rules.task_state import TaskState, task_state
from plans.selectors.task_pages import percent_of
from plans.services.milestones import Due
from plans.services.task_closing import set_status
from plans.services.tasks import Duty, TaskValues, change_task, create_task


class AssignmentSerializer(serializers.Serializer[Any]):
    """Who answers in which role; `printed` is the name as the document has it. `is_demo`: invented for the demonstration."""

    role = Choice(Assignment.Role.choices)
    unit = identifier(source="unit_id")
    printed = Text()
    is_demo = YesNo()


@also(label=Text())
class MilestoneSerializer(serializers.Serializer[Any]):
    """What is due in which quarters; both null where the label names a phase."""

    id = identifier()
    from_quarter = Whole(min_value=1, max_value=4, allow_null=True)
    to_quarter = Whole(min_value=1, max_value=4, allow_null=True)
    text = Text()
    year = year(allow_null=True)
    phase = identifier(source="phase_id", allow_null=True)


class MilestoneNowSerializer(serializers.Serializer[Any]):
    """How a milestone stands today: its last day, the day it was found reached, whether that waits for the bureau."""

    id = identifier()
    due_on = Day(allow_null=True)
    reached_on = Day(allow_null=True)
    is_claimed = serializers.SerializerMethodField()
    is_overdue = serializers.SerializerMethodField()
    is_moved = YesNo()
    is_added = YesNo()

    def get_is_claimed(self, milestone: Milestone) -> bool:
        return milestone.step.claimed and not milestone.step.reached

    def get_is_overdue(self, milestone: Milestone) -> bool:
        return milestone.step.is_overdue(clock.today())


class GoalSerializer(serializers.Serializer[Any]):
    """A quantified goal of the task and the number last accepted."""

    id = identifier()
    name = Text()
    comparator = Choice(Comparator.choices)
    value = DecimalOut()
    upper = DecimalOut(allow_null=True)
    unit = Text(allow_blank=True)
    printed = Text(allow_blank=True)
    achieved = DecimalOut(allow_null=True)
    achieved_quarter = Text(allow_blank=True)


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
    lead_unit = identifier(source="lead_unit_id", allow_null=True)
    closed_on = Day(allow_null=True)
    state = serializers.SerializerMethodField()
    percent = serializers.SerializerMethodField()
    goals = GoalSerializer(many=True)
    milestones_now = serializers.SerializerMethodField()
    version = Whole()

    @extend_schema_field(Choice([state.value for state in TaskState]))
    def get_state(self, task: PlanTask) -> str:
        return str(task_state(task.facts, clock.today()))

    @extend_schema_field(DecimalOut(allow_null=True))
    def get_percent(self, task: PlanTask) -> str | None:
        found = percent_of(task)
        return None if found is None else decimal_text(found)

    @extend_schema_field(MilestoneNowSerializer(many=True))
    def get_milestones_now(self, task: PlanTask) -> Any:
        return MilestoneNowSerializer(task.milestones.all(), many=True).data

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
    id = identifier(required=False)


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


class TaskWithReason(TaskBody):
    """A change: `status` closes a task whose lead unit asked for it, or opens it again; that, and every change of the
    milestones of an issued plan, needs a `reason`."""

    reason = Text(max_length=500, allow_blank=True, required=False)


TaskChange = for_change(TaskWithReason, without=("plan",))


class TaskFilters(Filters):
    plan = WholeFilter("plan")
    unit = WholeFilter("assignments__unit", label="承担分工的单位")
    role = WordFilter("assignments__role", Assignment.Role.values, label="分工；与unit同用时指该单位的分工")
    status = WordFilter("status", PlanTask.Status.values)
    state = WordFilter("state", [state.value for state in TaskState], method="in_state")
    number = TextFilter(field_name="number")
    title = TextFilter(field_name="title", lookup_expr="contains", label="名称中含有的文字")

    def in_state(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.with_state(clock.today()).filter(state_now=value)

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
        tasks = PlanTask.objects.visible_to(self.scope).select_related("plan")
        return tasks.prefetch_related("measures", "milestones", "assignments", "goals")

    def store(self, values: dict[str, Any]) -> tuple[int, JobId]:
        plan, status = values.pop("plan"), values.pop("status", PlanTask.Status.NOT_STARTED)
        with transaction.atomic():
            made = create_task(self.request.user, plan, _values(values))
            set_status(self.request.user, made.pk, status, today=clock.today())
        return made.pk, None

    def alter(self, found: PlanTask, values: dict[str, Any], version: int | None) -> JobId:
        status, reason = values.pop("status", None), values.pop("reason", "")
        with transaction.atomic():
            changed = change_task(self.request.user, found.pk, _values(values), version=version, reason=reason)
            if status is not None:
                # The status was seen with the rest: what was just changed here is no stranger's change.
                seen = None if version is None else changed.version
                set_status(self.request.user, found.pk, status, today=clock.today(), reason=reason, version=seen)
        return None


def _values(values: dict[str, Any]) -> TaskValues:
    """The values as the service takes them."""
    if "assignments" in values:
        values["assignments"] = [Duty(**duty) for duty in values["assignments"]]
    if "milestones" in values:
        values["milestones"] = [Due(**due) for due in values["milestones"]]
    return cast(TaskValues, values)
