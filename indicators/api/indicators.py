"""`indicators/`: the catalogue."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Q, QuerySet
from rest_framework import serializers

from indicators.api.base import indicator_filter
from indicators.models import Indicator
from indicators.services.catalogue import IndicatorValues, change_indicator, create_indicator
from ipdash.core.api.bodies import Body, for_change
from ipdash.core.api.fields import Choice, DecimalOut, DecimalText, Text, Whole, identifier, indicator_code
from ipdash.core.api.filters import Filters, TextFilter, WordFilter
from ipdash.core.api.views import JobId
from plans.api.base import ScopedWritable, job_id, written


class IndicatorSerializer(serializers.Serializer[Any]):
    """A catalogue entry; a ratio has `numerator` and `denominator` (codes) and `factor`."""

    id = identifier()
    code = indicator_code()
    name = Text()
    aliases = serializers.SerializerMethodField()
    quantity = Choice(Indicator.Quantity.choices)
    direction = Choice(Indicator.Direction.choices)
    reporting_basis = Choice(Indicator.ReportingBasis.choices)
    frequency = Choice(Indicator.Frequency.choices)
    unit = Text()
    decimals = Whole(min_value=0, max_value=6)
    numerator = indicator_code(source="numerator.code", allow_null=True, default=None)
    denominator = indicator_code(source="denominator.code", allow_null=True, default=None)
    factor = DecimalOut(allow_null=True)
    minimum = DecimalOut(allow_null=True)
    maximum = DecimalOut(allow_null=True)
    part_of = indicator_code(source="part_of.code", allow_null=True, default=None)
    mad_times = Whole()
    jump_percent = Whole()
    definition = Text(allow_blank=True)
    version = Whole()

    def get_aliases(self, indicator: Indicator) -> list[str]:
        return [alias.name for alias in indicator.aliases.all()]


class IndicatorBody(Body):
    """A catalogue entry; `numerator`, `denominator`, `part_of` are codes, `aliases` the whole list of other names.

    `minimum` to `jump_percent` are what reported figures are checked against.
    """

    code = indicator_code()
    name = Text(max_length=120)
    aliases = serializers.ListField(child=Text(max_length=120), required=False, max_length=200)
    quantity = Choice(Indicator.Quantity.choices)
    direction = Choice(Indicator.Direction.choices, required=False)
    reporting_basis = Choice(Indicator.ReportingBasis.choices)
    frequency = Choice(Indicator.Frequency.choices, required=False)
    unit = Text(max_length=20)
    decimals = Whole(min_value=0, max_value=6, required=False)
    numerator = indicator_code(allow_null=True, required=False)
    denominator = indicator_code(allow_null=True, required=False)
    factor = DecimalText(allow_null=True, required=False)
    minimum = DecimalText(allow_null=True, required=False)
    maximum = DecimalText(allow_null=True, required=False)
    part_of = indicator_code(allow_null=True, required=False)
    mad_times = Whole(min_value=1, max_value=100, required=False)
    jump_percent = Whole(min_value=1, max_value=10_000, required=False)
    definition = Text(allow_blank=True, required=False)


IndicatorChange = for_change(IndicatorBody, without=("code",))


class IndicatorFilters(Filters):
    code = TextFilter(field_name="code")
    name = TextFilter(method="named", label="名称或别名，全名")
    quantity = WordFilter("quantity", Indicator.Quantity.values)
    direction = WordFilter("direction", Indicator.Direction.values)
    reporting_basis = WordFilter("reporting_basis", Indicator.ReportingBasis.values)
    frequency = WordFilter("frequency", Indicator.Frequency.values)
    numerator = indicator_filter("numerator")
    denominator = indicator_filter("denominator")

    def named(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.filter(Q(name=value) | Q(aliases__name=value)).distinct()


@written("指标", IndicatorBody, IndicatorChange, IndicatorSerializer)
class IndicatorViewSet(ScopedWritable):
    """指标目录：同一事物一个条目，不论各规划如何表述。"""

    serializer_class = IndicatorSerializer
    filterset_class = IndicatorFilters
    orderings = {"id": "id", "code": "code", "name": "name", "quantity": "quantity"}
    lookup_field = "code"
    lookup_value_regex = r"[-a-zA-Z0-9_]{1,60}"
    queryset = Indicator.objects.none()
    create_body, change_body = IndicatorBody, IndicatorChange

    def visible(self) -> QuerySet[Any]:
        return Indicator.objects.select_related("numerator", "denominator", "part_of").prefetch_related("aliases")

    def store(self, values: dict[str, Any]) -> tuple[int, JobId]:
        return create_indicator(self.request.user, cast(IndicatorValues, values)).pk, None

    def alter(self, found: Indicator, values: dict[str, Any], version: int | None) -> JobId:
        changes = cast(IndicatorValues, values)
        return job_id(change_indicator(self.request.user, found.code, changes, version=version)[1])
