"""`regions/`: the tree of GB/T 2260."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from ipdash.core.api.fields import Choice, Day, Text, also, region_code
from ipdash.core.api.filters import Filters, TextFilter, WordFilter
from plans.api.base import ScopedReadOnly, region_filter
from plans.models import Region


@also(parent=region_code(source="parent.code", allow_null=True, default=None))
class RegionSerializer(serializers.Serializer[Any]):
    """A node of the tree; `parent` is a code, null for a province. `valid_to` is the first day on which it is no more."""

    code = region_code()
    name = Text()
    short_name = Text()
    level = Choice(Region.Level.choices)
    valid_from = Day(allow_null=True)
    valid_to = Day(allow_null=True)
    former_codes = serializers.SerializerMethodField()

    def get_former_codes(self, region: Region) -> list[str]:
        return [change.old_code for change in region.changes.all() if change.old_code not in ("", region.code)]


class RegionFilters(Filters):
    level = WordFilter("level", Region.Level.values)
    parent = region_filter("parent")
    name = TextFilter(field_name="name", lookup_expr="contains", label="名称中含有的文字")


@extend_schema_view(list=extend_schema(summary="行政区划列表"), retrieve=extend_schema(summary="一个行政区划"))
class RegionViewSet(ScopedReadOnly):
    """行政区划：各级区划和功能区。"""

    serializer_class = RegionSerializer
    filterset_class = RegionFilters
    orderings = {"code": "code", "name": "name", "level": "level"}
    lookup_field = "code"
    lookup_value_regex = r"[0-9]{6}"
    queryset = Region.objects.none()

    def visible(self) -> QuerySet[Any]:
        return Region.objects.select_related("parent").prefetch_related("changes")
