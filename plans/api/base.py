"""What the plan resources share."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ipdash.core.api.bodies import Body
from ipdash.core.api.fields import Text, Whole
from ipdash.core.api.filters import CodeFilter
from ipdash.core.api.views import JobId, ReadOnly, Resource
from ipdash.jobs.models import JobRun
from plans.models import Region, Role
from plans.permissions import require_role
from plans.scope import Scope, scope_of


class ScopedResource(Resource):
    """A resource read with the caller's scope."""

    @property
    def scope(self) -> Scope:
        return scope_of(self.request.user)


class ScopedReadOnly(ReadOnly, ScopedResource):
    """list and get with the caller's scope."""


class ScopedWritable(ScopedReadOnly):
    """list, get, create and change (PATCH). Who writes nothing here at all is told so before any object is looked for.

    Subclasses give the bodies, and `store` and `alter`, which call the service and give the key and the job asked for.
    """

    writers: tuple[Role, ...] = (Role.STAFF,)
    create_body: type[Body]
    change_body: type[Body]
    http_method_names = ("get", "post", "patch", "head", "options")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(self.scope, *self.writers)
        pk, job = self.store(self.read(self.create_body))
        return self.shown(pk, job, status=201)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(self.scope, *self.writers)
        found = self.get_object()
        values = self.read(self.change_body)
        return self.shown(found.pk, self.alter(found, values, values.pop("version", None)))

    def store(self, values: dict[str, Any]) -> tuple[int, JobId]:
        raise NotImplementedError

    def alter(self, found: Any, values: dict[str, Any], version: int | None) -> JobId:
        raise NotImplementedError


def listed(noun: Any) -> Any:
    """The description of a resource's list and of one of its entries."""
    return extend_schema_view(**_reading(noun))


def _reading(noun: Any) -> dict[str, Any]:
    return {
        "list": extend_schema(summary=_("%(noun)s：列表") % {"noun": noun}),
        "retrieve": extend_schema(summary=_("%(noun)s：查看一条") % {"noun": noun}),
    }


def written(noun: Any, create: type[Body], change: type[Body], shown: Any) -> Any:
    """The description of a writable resource's four operations."""
    job = _("响应中的job是由此引起的重新计算的作业编号，没有则为null。")
    return extend_schema_view(
        **_reading(noun),
        create=extend_schema(
            summary=_("%(noun)s：新增") % {"noun": noun}, description=job, request=create, responses={201: shown}
        ),
        partial_update=extend_schema(
            summary=_("%(noun)s：修改") % {"noun": noun},
            description=_("只改给出的字段；给出version时，记录已被他人修改则答复409。%(job)s") % {"job": job},
            request=change,
            responses=shown,
        ),
    )


def job_id(job: JobRun | None) -> JobId:
    """The id of a job, if there is one."""
    return None if job is None else job.pk


class Source(serializers.Serializer[Any]):
    """Where something stands in the plan's document: line from 1, and the paragraph."""

    line = Whole(source="source_line", allow_null=True)
    text = Text(source="source_text", allow_blank=True)


def region_filter(field_name: str = "region", **kwargs: Any) -> CodeFilter:
    """Lists of one region, given by its code."""
    return CodeFilter(field_name, Region.objects.all(), r"^[0-9]{6}$", **kwargs)
