"""`figures/`: what was reported, as a working record of those inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.api.base import indicator_filter
from indicators.api.entries import EntryBody, Unreadable, read_entry
from indicators.api.figure_batches import FigureBatches, refusal, take_reason
from indicators.models import Figure
from indicators.permissions import ENTERING, REVIEWING
from indicators.services.entry_rules import Entry
from indicators.services.figures import save_figures
from ipdash.core import clock
from ipdash.core.api.bodies import Body
from ipdash.core.api.fields import (
    Choice,
    DecimalOut,
    DecimalText,
    Text,
    Whole,
    YesNo,
    also,
    identifier,
    indicator_code,
    quarter,
    region_code,
    year,
)
from ipdash.core.api.filters import Filters, WholeFilter, WordFilter, quarter_filter, year_filter
from ipdash.core.numbers import decimal_text
from plans.api.base import ScopedReadOnly, job_id, region_filter
from plans.permissions import require_role


@also(source=Choice(Figure.Source.choices))
class FigureSerializer(serializers.Serializer[Any]):
    """A figure in the indicator's unit. `value` is the latest word, `approved_value` the last approved, which alone counts.

    `first_approved_at`: two reviewers have to approve, and the first has.
    """

    id = identifier()
    indicator = indicator_code(source="indicator.code")
    region = region_code(source="region.code")
    year = year()
    quarter = quarter()
    value = DecimalOut(allow_null=True)
    approved_value = DecimalOut(allow_null=True)
    state = Choice(Figure.State.choices)
    version = Whole()
    printed = Text(allow_blank=True)
    upload = identifier(source="upload_id", allow_null=True)
    cell = Text(allow_blank=True)
    note = Text(allow_blank=True)
    reason = Text(allow_blank=True)
    is_correction = YesNo()
    entered_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    first_approved_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)


class FigureFilters(Filters):
    indicator = indicator_filter()
    region = region_filter()
    year = year_filter()
    quarter = quarter_filter()
    state = WordFilter("state", Figure.State.values)
    source = WordFilter("source", Figure.Source.values)
    upload = WholeFilter("upload")


class FigureChange(Body):
    """A new word on a figure: `version` is the one that was seen. `reason` is needed for a correction after the lock."""

    value = DecimalText(required=False)
    note = Text(max_length=500, allow_blank=True, required=False)
    reason = Text(max_length=500, allow_blank=True, required=False)
    version = Whole(min_value=1, max_value=2**31 - 1)


@extend_schema_view(
    list=extend_schema(summary="填报数据：列表"),
    retrieve=extend_schema(summary="填报数据：查看一条"),
    create=extend_schema(
        summary="填报数据：填报一条",
        description="存为“待审核”。该数据已存在且数值不同的，答复409；与现有数据相同的，答复200，不作改动。",
        request=EntryBody,
        responses={201: FigureSerializer, 200: FigureSerializer},
    ),
    partial_update=extend_schema(
        summary="填报数据：修改一条",
        description="改后存为“待审核”，原已通过的数值在新数值通过前继续有效。已被他人修改的答复409，并给出双方的数值。",
        request=FigureChange,
        responses=FigureSerializer,
    ),
)
class FigureViewSet(FigureBatches, ScopedReadOnly):
    """填报数据：某指标、某区划、某季度的数值及其审核状态。"""

    serializer_class = FigureSerializer
    filterset_class = FigureFilters
    orderings = {
        "id": "id", "indicator": "indicator__code", "region": "region__code", "year": "year", "quarter": "quarter",
        "state": "state", "version": "version",
    }  # fmt: skip
    queryset = Figure.objects.none()
    http_method_names = ("get", "post", "patch", "head", "options")

    def visible(self) -> QuerySet[Any]:
        return Figure.objects.visible_to(self.scope).select_related("indicator", "region")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(self.scope, *ENTERING, *REVIEWING)
        data = dict(request.data) if isinstance(request.data, Mapping) else request.data
        reason = take_reason(data)
        # Version 0 has been seen by nobody: whoever creates a figure that is there with another value is told so.
        return self._save(_readable(data, version=0), reason)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(self.scope, *ENTERING, *REVIEWING)
        figure: Figure = self.get_object()
        values = self.read(FigureChange)
        entry = Entry(
            indicator=figure.indicator.code,
            region=figure.region.code,
            year=figure.year,
            quarter=figure.quarter,
            value=values.get("value", figure.value),
            note=values.get("note", figure.note),
            printed=decimal_text(values["value"]) if "value" in values else figure.printed,
            version=values["version"],
        )
        return self._save(entry, values.get("reason", ""))

    def _save(self, entry: Entry, reason: str) -> Response:
        outcome = save_figures(self.request.user, [entry], source=Figure.Source.API, today=clock.today(), reason=reason)
        (result,) = outcome.results
        if not result.ok or result.id is None:
            raise refusal(result)
        return self.shown(result.id, job_id(outcome.job), status=201 if result.code == "new" else 200)


def _readable(data: Any, *, version: int) -> Entry:
    try:
        return read_entry(data, version=version)
    except Unreadable as error:
        raise ValidationError(error.details) from error
