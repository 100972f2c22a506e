"""`plans/`: the issued documents that are tracked."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from rest_framework import serializers

from ipdash.core.api.bodies import Body, for_change
from ipdash.core.api.fields import (
    Choice,
    Day,
    DecimalOut,
    DecimalText,
    Text,
    Whole,
    YesNo,
    identifier,
    region_code,
    year,
)
from ipdash.core.api.filters import Filters, TextFilter, WordFilter, year_filter
from ipdash.core.api.views import JobId
from plans.api.base import ScopedWritable, job_id, region_filter, written
from plans.models import Plan
from plans.services.plans import PlanChanges, change_plan, create_plan


class SectionSerializer(serializers.Serializer[Any]):
    """A heading; level 1 is outermost."""

    level = Whole()
    number = Text(allow_null=True)
    title = Text()


class PhaseSerializer(serializers.Serializer[Any]):
    """A named stretch, from its first to its last day."""

    name = Text()
    start = Day()
    end = Day()


class ReferenceSerializer(serializers.Serializer[Any]):
    """A higher document that the plan carries out."""

    title = Text()
    doc_number = Text(allow_null=True)


class TermSerializer(serializers.Serializer[Any]):
    """A term and its definition."""

    term = Text()
    definition = Text()


class PlanSerializer(serializers.Serializer[Any]):
    """A plan with its outline; `yellow_below` and `red_below` are in points of `year_gap`."""

    id = identifier()
    title = Text()
    doc_number = Text(allow_null=True)
    issuer = Text(allow_null=True)
    region = region_code(source="region.code")
    issued_on = Day(allow_null=True)
    start_year = year()
    end_year = year()
    state = Choice(Plan.State.choices)
    yellow_below = DecimalOut()
    red_below = DecimalOut()
    hide_siblings = YesNo()
    second_review = YesNo()
    sections = SectionSerializer(many=True)
    phases = PhaseSerializer(many=True)
    references = ReferenceSerializer(many=True)
    glossary = TermSerializer(many=True)
    version = Whole()


class PlanBody(Body):
    """A plan's head. Its outline comes with its document."""

    title = Text(max_length=200)
    region = region_code()
    start_year = year()
    end_year = year()
    doc_number = Text(max_length=60, allow_null=True, required=False)
    issuer = Text(max_length=120, allow_null=True, required=False)
    issued_on = Day(allow_null=True, required=False)
    state = Choice(Plan.State.choices, required=False)
    yellow_below = DecimalText(required=False)
    red_below = DecimalText(required=False)
    hide_siblings = YesNo(required=False)
    second_review = YesNo(required=False)


PlanChange = for_change(PlanBody, without=("region",))


class PlanFilters(Filters):
    region = region_filter()
    state = WordFilter("state", Plan.State.values)
    start_year = year_filter("start_year")
    end_year = year_filter("end_year")
    year = year_filter(None, method="in_force", label="规划期包含的年份")
    title = TextFilter(field_name="title", lookup_expr="contains", label="名称中含有的文字")
    doc_number = TextFilter(field_name="doc_number")

    def in_force(self, queryset: Any, _name: str, value: int) -> Any:
        return queryset.filter(start_year__lte=value, end_year__gte=value)


@written("规划", PlanBody, PlanChange, PlanSerializer)
class PlanViewSet(ScopedWritable):
    """规划、计划、方案、意见：文件信息、章节、阶段、依据文件和名词解释。"""

    serializer_class = PlanSerializer
    filterset_class = PlanFilters
    orderings = {
        "id": "id", "title": "title", "region": "region__code", "issued_on": "issued_on", "start_year": "start_year",
        "end_year": "end_year", "state": "state",
    }  # fmt: skip
    queryset = Plan.objects.none()
    create_body, change_body = PlanBody, PlanChange

    def visible(self) -> QuerySet[Any]:
        return (
            Plan.objects.visible_to(self.scope)
            .select_related("region")
            .defer("source_text")
            .prefetch_related("sections", "phases", "references", "glossary")
        )

    def store(self, values: dict[str, Any]) -> tuple[int, JobId]:
        return create_plan(self.request.user, **values).pk, None

    def alter(self, found: Plan, values: dict[str, Any], version: int | None) -> JobId:
        changes = cast(PlanChanges, values)
        return job_id(change_plan(self.request.user, found.pk, changes, version=version).job)
