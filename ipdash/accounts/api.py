"""`audit/`: who did what to what, for those who check it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from ipdash.accounts.models import AuditEntry
from ipdash.core.api.fields import Choice, Text, identifier
from ipdash.core.api.filters import DayFilter, Filters, TextFilter, WholeFilter, WordFilter
from ipdash.core.api.views import ReadOnly


class AuditSerializer(serializers.Serializer[Any]):
    """One entry; `digest` seals it together with the entry before."""

    number = identifier()
    at = serializers.DateTimeField()
    actor = identifier(source="actor_id", allow_null=True)
    actor_name = Text(allow_blank=True)
    address = Text(allow_blank=True)
    action = Text()
    object_type = Text(allow_blank=True)
    object_id = Text(allow_blank=True)
    region = Text(source="region_code", allow_blank=True)
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    result = Choice(AuditEntry.Result.choices)
    reason = Text(allow_blank=True)
    request_number = Text(allow_blank=True)
    previous = Text(allow_blank=True)
    digest = Text()


class AuditFilters(Filters):
    actor = WholeFilter("actor")
    action = TextFilter(field_name="action")
    object_type = TextFilter(field_name="object_type")
    object_id = TextFilter(field_name="object_id")
    region = TextFilter(field_name="region_code")
    result = WordFilter("result", AuditEntry.Result.values)
    since = DayFilter(field_name="at", lookup_expr="date__gte", label="自这一天起")
    until = DayFilter(field_name="at", lookup_expr="date__lte", label="到这一天为止")


@extend_schema_view(list=extend_schema(summary="审计日志"), retrieve=extend_schema(summary="一条审计日志"))
class AuditViewSet(ReadOnly):
    """审计日志：谁在何时、从何处、对什么做了什么，结果如何；只读，只对审计管理员开放。"""

    serializer_class = AuditSerializer
    filterset_class = AuditFilters
    orderings = {"number": "number", "at": "at", "action": "action"}
    lookup_field = "number"
    queryset = AuditEntry.objects.none()

    def visible(self) -> QuerySet[Any]:
        return AuditEntry.objects.all()
