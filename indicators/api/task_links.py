"""`task-links/`: which tasks serve which indicators."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from indicators.api.base import indicator_filter
from indicators.models import TaskLink
from indicators.services.task_links import DECIDED, add_link, decide_link
from ipdash.core.api.bodies import Body, for_change
from ipdash.core.api.fields import Choice, Text, Whole, identifier, indicator_code
from ipdash.core.api.filters import Filters, WholeFilter, WordFilter
from ipdash.core.api.views import JobId
from plans.api.base import ScopedWritable, written


class TaskLinkSerializer(serializers.Serializer[Any]):
    """A link; `words` are the words of the task by which it was proposed, `how` the kind of find."""

    id = identifier()
    plan = identifier(source="task.plan_id")
    task = identifier(source="task_id")
    indicator = indicator_code(source="indicator.code")
    state = Choice(TaskLink.State.choices)
    how = Choice(TaskLink.How.choices)
    words = serializers.ListField(child=Text())
    version = Whole()


class TaskLinkBody(Body):
    """A link made by hand, confirmed at once."""

    task = identifier()
    indicator = indicator_code()


class TaskDecisionBody(Body):
    """What staff decide about a link."""

    state = Choice([(state.value, state.label) for state in DECIDED])


TaskLinkChange = for_change(TaskDecisionBody)


class TaskLinkFilters(Filters):
    plan = WholeFilter("task__plan")
    task = WholeFilter("task")
    indicator = indicator_filter()
    state = WordFilter("state", TaskLink.State.values)


@written("任务与指标的关联", TaskLinkBody, TaskLinkChange, TaskLinkSerializer)
class TaskLinkViewSet(ScopedWritable):
    """任务与指标的关联：由规划文字提出，经工作人员确认。"""

    serializer_class = TaskLinkSerializer
    filterset_class = TaskLinkFilters
    orderings = {"id": "id", "task": "task", "indicator": "indicator__code", "state": "state"}
    queryset = TaskLink.objects.none()
    create_body, change_body = TaskLinkBody, TaskLinkChange

    def visible(self) -> QuerySet[Any]:
        return TaskLink.objects.visible_to(self.scope).select_related("task", "indicator")

    def store(self, values: dict[str, Any]) -> tuple[int, JobId]:
        return add_link(self.request.user, values["task"], values["indicator"]).pk, None

    def alter(self, found: TaskLink, values: dict[str, Any], version: int | None) -> JobId:
        if "state" in values:
            decide_link(self.request.user, found.pk, values["state"], version=version)
        return None
