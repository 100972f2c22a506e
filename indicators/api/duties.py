"""`reporting-duties/`: who reports what."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from rest_framework import serializers

from indicators.api.base import indicator_filter
from indicators.models import ReportingDuty
from indicators.services.periods import DutyChanges, change_duty, create_duty
from ipdash.core.api.bodies import Body, for_change
from ipdash.core.api.fields import Day, Whole, YesNo, also, identifier, indicator_code, region_code
from ipdash.core.api.filters import DayFilter, Filters, WholeFilter
from ipdash.core.api.views import JobId
from plans.api.base import ScopedWritable, job_id, region_filter, written


@also(**{"from": Day(source="valid_from")})
class DutySerializer(serializers.Serializer[Any]):
    """Indicator × region → unit, from a day to a day, both included."""

    id = identifier()
    indicator = indicator_code(source="indicator.code")
    region = region_code(source="region.code")
    unit = identifier(source="unit_id")
    to = Day(source="valid_to", allow_null=True)
    beside_county = YesNo()
    version = Whole()


@also(**{"from": Day(source="valid_from")})
class DutyBody(Body):
    """Which unit (id) reports an indicator (code) for a region (code), from a day to a day or until further notice."""

    indicator = indicator_code()
    region = region_code()
    unit = identifier()
    to = Day(source="valid_to", allow_null=True, required=False)
    beside_county = YesNo(required=False)


DutyChange = for_change(DutyBody, without=("indicator", "region"))


class DutyFilters(Filters):
    indicator = indicator_filter()
    region = region_filter()
    unit = WholeFilter("unit")
    on = DayFilter(method="in_force", label="在这一天有效")

    def in_force(self, queryset: Any, _name: str, value: Any) -> Any:
        return queryset.in_force_on(value)


@written("填报责任", DutyBody, DutyChange, DutySerializer)
class DutyViewSet(ScopedWritable):
    """填报责任：某区划的某指标由哪个单位填报，自何日至何日。"""

    serializer_class = DutySerializer
    filterset_class = DutyFilters
    orderings = {
        "id": "id", "indicator": "indicator__code", "region": "region__code", "unit": "unit", "from": "valid_from",
        "to": "valid_to",
    }  # fmt: skip
    queryset = ReportingDuty.objects.none()
    create_body, change_body = DutyBody, DutyChange

    def visible(self) -> QuerySet[Any]:
        return ReportingDuty.objects.visible_to(self.scope).select_related("indicator", "region")

    def store(self, values: dict[str, Any]) -> tuple[int, JobId]:
        made = create_duty(self.request.user, **values)
        return made.duty.pk, job_id(made.job)

    def alter(self, found: ReportingDuty, values: dict[str, Any], version: int | None) -> JobId:
        return job_id(change_duty(self.request.user, found.pk, cast(DutyChanges, values), version=version).job)
