"""`decompositions/`: by whom, when and how targets were split, and taking a split back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.decomposition_words import decomposition_text
from indicators.models import Decomposition
from indicators.permissions import visible_decompositions
from indicators.services.decomposition import undo_decomposition
from ipdash.core.api.bodies import Body
from ipdash.core.api.fields import Choice, Text, identifier, indicator_code, year
from ipdash.core.api.filters import Filters, WholeFilter, WordFilter, YesNoFilter
from plans.api.base import ScopedReadOnly, job_id
from plans.models import Role
from plans.permissions import require_role


class DecompositionSerializer(serializers.Serializer[Any]):
    """One act of splitting a line's target; `undone_at` is null while it stands, `description` says it in one sentence."""

    id = identifier()
    target_line = identifier(source="line_id")
    over = Choice(Decomposition.Over.choices)
    method = Choice(Decomposition.Method.choices)
    indicator = indicator_code(source="by_indicator.code", allow_null=True, default=None)
    base_year = year(allow_null=True)
    reason = Text(allow_blank=True)
    made_by = identifier(source="made_by_id", allow_null=True)
    made_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)
    description = serializers.SerializerMethodField()

    def get_description(self, made: Decomposition) -> str:
        return decomposition_text(made, insider=True)


class UndoBody(Body):
    """Why a decomposition is taken back."""

    reason = Text(max_length=200)


class DecompositionFilters(Filters):
    target_line = WholeFilter("line")
    plan = WholeFilter("line__plan")
    over = WordFilter("over", Decomposition.Over.values)
    undone = YesNoFilter(method="is_undone")

    def is_undone(self, queryset: Any, _name: str, value: bool) -> Any:
        return queryset.filter(undone_at__isnull=not value)


@extend_schema_view(list=extend_schema(summary="分解：列表"), retrieve=extend_schema(summary="分解：查看一条"))
class DecompositionViewSet(ScopedReadOnly):
    """分解：谁在什么时候按什么方法把目标分到各年或各地区；本地区的局工作人员和审核人可以查看。"""

    serializer_class = DecompositionSerializer
    filterset_class = DecompositionFilters
    orderings = {"id": "id", "target_line": "line", "made_at": "made_at"}
    queryset = Decomposition.objects.none()
    http_method_names = ("get", "post", "head", "options")

    def visible(self) -> QuerySet[Any]:
        return Decomposition.objects.filter(visible_decompositions(self.scope)).select_related(
            "by_indicator", "made_by"
        )

    @extend_schema(
        operation_id="decompositions_undo",
        summary="分解：撤销",
        description="把这次分解设定的目标全部恢复原状；其中有目标后来又有改动时答复409，什么也不改。",
        request=UndoBody,
        responses={200: DecompositionSerializer},
    )
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(self.scope, Role.STAFF)
        found = self.get_object()
        job = undo_decomposition(request.user, found.pk, reason=self.read(UndoBody)["reason"])
        return self.shown(found.pk, job_id(job))
