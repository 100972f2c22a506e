"""`attainment/`: the stored results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.api.base import indicator_filter
from indicators.api.results import AttainmentSerializer, attainment
from indicators.explanations import explain_many
from indicators.models import Attainment
from indicators.models.attainment import Light, Status
from indicators.permissions import INSIDE_REGION
from indicators.querysets import AttainmentQuerySet
from ipdash.core.api.filters import Filters, WholeFilter, WordFilter, quarter_filter, year_filter
from plans.api.base import ScopedReadOnly, region_filter
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
        return (
            Attainment.objects.visible_to(self.scope)
            .select_related("line__plan", "line__region", "line__indicator__numerator", "line__indicator__denominator")
            .defer("line__plan__source_text")
            .prefetch_related("line__baselines")
        )

    def get_object(self) -> Attainment:
        """By its number, which stays the same when the row is made anew."""
        found: Attainment | None = self.visible().numbered(int(self.kwargs[self.lookup_field])).first()
        if found is None:
            raise NotFound
        return found

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(told(page or [], self.scope))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(told([self.get_object()], self.scope)[0])


def told(rows: Sequence[Attainment], scope: Scope) -> list[dict[str, Any]]:
    """Results as this person may read them; the queries do not grow with the rows."""
    why = explain_many(rows, insider_of=scope.prefixes(*INSIDE_REGION))
    return [attainment(row, why[row.line_id, row.as_quarter]) for row in rows]
