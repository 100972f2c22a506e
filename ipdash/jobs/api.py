"""`jobs/`: the background runs that one's writes asked for."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from ipdash.accounts.models import User
from ipdash.core.api.fields import Choice, Text, Whole, identifier
from ipdash.core.api.filters import Filters, TextFilter, WordFilter
from ipdash.core.api.views import ReadOnly
from ipdash.jobs.models import JobRun, JobState
from ipdash.jobs.selectors import job_title, jobs_visible_to


class JobSerializer(serializers.Serializer[Any]):
    """A run; `progress` of `total` are done, `error` says in words why it failed."""

    id = identifier()
    kind = Text()
    title = serializers.SerializerMethodField()
    state = Choice(JobState.choices)
    progress = Whole()
    total = Whole()
    step = Text(allow_blank=True)
    error = Text(allow_blank=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_title(self, job: JobRun) -> str:
        return job_title(job)


class JobFilters(Filters):
    kind = TextFilter(field_name="kind")
    state = WordFilter("state", JobState.values)


@extend_schema_view(list=extend_schema(summary="后台作业列表"), retrieve=extend_schema(summary="一项后台作业"))
class JobViewSet(ReadOnly):
    """后台作业：重新计算、导入等，及其进度。"""

    serializer_class = JobSerializer
    filterset_class = JobFilters
    orderings = {"id": "id", "kind": "kind", "state": "state", "created_at": "created_at", "finished_at": "finished_at"}
    queryset = JobRun.objects.none()

    def sees_all(self) -> bool:
        """Jobs know no roles: the project says who looks after the system (ipdash/api.py)."""
        return False

    def visible(self) -> QuerySet[Any]:
        user = self.request.user
        if not isinstance(user, User):
            return JobRun.objects.none()
        return jobs_visible_to(user, sees_all=self.sees_all()).prefetch_related(None)
