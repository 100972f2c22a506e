"""`attainment/`: the stored results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.api.base import indicator_filter
from indicators.api.results import AttainmentSerializer, attainment
from indicators.display import line_display
from indicators.explanations import explain_many
from indicators.models import Attainment, TargetLine
from indicators.models.attainment import Light, Status
from indicators.permissions import INSIDE_REGION, visible_in_plan
from indicators.querysets import AttainmentQuerySet
from indicators.views.kept import program_stamp
from ipdash.core.api.filters import Filters, WholeFilter, WordFilter, quarter_filter, year_filter
from ipdash.core.http import Pages
from ipdash.core.words import one_language
from plans.api.base import ScopedReadOnly, region_filter
from plans.models import Plan
from plans.permissions import reads_plan
from plans.scope import Scope


class AttainmentFilters(Filters):
    plan = WholeFilter("plan")
    target_line = WholeFilter("line")
    region = region_filter()
    indicator = indicator_filter("line__indicator")
    year = year_filter()
    quarter = quarter_filter()
    status = WordFilter("status", Status.values)
    light = WordFilter("light", Light.values)


@extend_schema_view(list=extend_schema(summary="完成情况列表"), retrieve=extend_schema(summary="一条完成情况"))
class AttainmentViewSet(ScopedReadOnly):
    """完成情况：每条目标每季末的实际值、完成率、差距、状态和灯，附说明、所用数据和页面显示文字。"""

    serializer_class = AttainmentSerializer
    filterset_class = AttainmentFilters
    orderings = {
        "id": "pk", "plan": "plan", "target_line": "line", "region": "region__code", "indicator": "line__indicator__code",
        "year": "year", "quarter": "quarter", "status": "status", "light": "light", "year_gap": "year_gap",
        "completion": "completion", "realisation": "realisation", "rank": "rank",
    }  # fmt: skip
    queryset = Attainment.objects.none()

    def visible(self) -> AttainmentQuerySet:
        plan = self.request.query_params.get("plan", "")
        found = (
            Plan.objects.select_related("region").defer("source_text").filter(pk=plan).first() if _id(plan) else None
        )
        if found is not None and reads_plan(self.scope, found):
            return Attainment.objects.filter(visible_in_plan(self.scope, found))
        return Attainment.objects.visible_to(self.scope)

    def get_object(self) -> Attainment:
        """By its number, which stays the same when the row is made anew."""
        found: Attainment | None = self.visible().numbered(int(self.kwargs[self.lookup_field])).first()
        if found is None:
            raise NotFound
        return found

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """One page, as it was written out before where none of its results has changed."""
        queryset = self.filter_queryset(self.get_queryset())
        stamps = self.paginate_queryset(queryset.values_list(*STAMP)) or []
        key = _key(stamps, self.scope)
        results = cache.get(key)
        if results is None:
            results = written(told(self._rows(queryset, len(stamps)), self.scope))
            cache.set(key, results, KEPT_SECONDS)
        around = written(self.get_paginated_response([]).data)
        # `results` is the last field and empty.
        return HttpResponse(around.removesuffix("[]}") + results + "}", content_type="application/json")

    def _rows(self, queryset: QuerySet[Attainment], count: int) -> Sequence[Attainment]:
        """The rows of the page that has been asked for."""
        paginator = self.paginator
        if not count or not isinstance(paginator, Pages) or paginator.page is None:
            return []
        before = paginator.page.start_index() - 1
        return list(queryset[before : before + count])

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(told([self.get_object()], self.scope)[0])


STAMP = (
    "line", "year", "quarter", "computed_at", "rank", "line__version", "line__input_version", "line__computed_version",
    "line__indicator__version", "line__plan__version", "line__region__name",
)  # fmt: skip
"""What a told result changes with: figures count once approved, and an approval raises `input_version`.

A sibling's result changes a row's place and nothing else of it.
"""
KEPT_SECONDS = 600
"""A person's changed name shows after so long; everything else changes the stamp."""


def _id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _key(stamps: Sequence[Any], scope: Scope) -> str:
    inside = scope.prefixes(*INSIDE_REGION)
    asked = hashlib.sha256(repr((stamps, inside, get_language(), program_stamp())).encode())
    return f"attainment:{asked.hexdigest()[:32]}"


def written(value: Any) -> str:
    """As the API's renderer writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def told(rows: Sequence[Attainment], scope: Scope) -> list[dict[str, Any]]:
    """Results as this person may read them; the queries do not grow with the rows."""
    lines = (
        TargetLine.objects.select_related("plan", "region", "indicator__numerator", "indicator__denominator")
        .defer("plan__source_text")
        .prefetch_related("baselines", "targets")
        .in_bulk({row.line_id for row in rows})
    )
    for row in rows:
        row.line = lines[row.line_id]
    with one_language():
        shown = {(row.line_id, row.as_quarter): line_display(row.line, row) for row in rows}
        why = explain_many(rows, insider_of=scope.prefixes(*INSIDE_REGION), shown=shown)
        return [attainment(row, why[key], shown[key]) for row in rows for key in [(row.line_id, row.as_quarter)]]
