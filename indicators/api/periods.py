"""`periods/`: when figures are due."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from indicators.models import ReportingPeriod
from indicators.permissions import visible_periods
from indicators.services.periods import PeriodChanges, change_period, create_period
from ipdash.core import clock
from ipdash.core.api.bodies import Body, for_change
from ipdash.core.api.fields import Choice, Day, Whole, identifier, quarter, region_code, year
from ipdash.core.api.filters import Filters, WordFilter, quarter_filter, year_filter
from ipdash.core.api.views import JobId
from plans.api.base import ScopedWritable, region_filter, written


class PeriodSerializer(serializers.Serializer[Any]):
    """A quarter opened by a region; `state` follows from the day."""

    id = identifier()
    region = region_code(source="region.code")
    year = year()
    quarter = quarter()
    opens = Day()
    due = Day()
    locks = Day()
    state = serializers.SerializerMethodField()
    version = Whole()

    @extend_schema_field(Choice(ReportingPeriod.State.choices))
    def get_state(self, period: ReportingPeriod) -> str:
        return period.state_on(clock.today())


class PeriodBody(Body):
    """A quarter's days, each included: from `opens`, in time until `due`, possible until `locks`."""

    region = region_code()
    year = year()
    quarter = quarter()
    opens = Day()
    due = Day()
    locks = Day()


PeriodChange = for_change(PeriodBody, without=("region", "year", "quarter"))


class PeriodFilters(Filters):
    region = region_filter()
    year = year_filter()
    quarter = quarter_filter()
    state = WordFilter("state", ReportingPeriod.State.values, method="in_state")

    def in_state(self, queryset: Any, _name: str, value: str) -> Any:
        today = clock.today()
        state = ReportingPeriod.State
        return {
            state.UPCOMING: queryset.filter(opens__gt=today),
            state.OPEN: queryset.filter(opens__lte=today, due__gte=today),
            state.OVERDUE: queryset.filter(due__lt=today, locks__gte=today),
            state.LOCKED: queryset.filter(locks__lt=today),
        }[state(value)]


@written("填报期", PeriodBody, PeriodChange, PeriodSerializer)
class PeriodViewSet(ScopedWritable):
    """填报期：某区划某季度的开放日、截止日和锁定日；状态按当天判断。"""

    serializer_class = PeriodSerializer
    filterset_class = PeriodFilters
    orderings = {
        "id": "id", "region": "region__code", "year": "year", "quarter": "quarter", "opens": "opens", "due": "due",
        "locks": "locks",
    }  # fmt: skip
    queryset = ReportingPeriod.objects.none()
    create_body, change_body = PeriodBody, PeriodChange

    def visible(self) -> QuerySet[Any]:
        return ReportingPeriod.objects.filter(visible_periods(self.scope)).select_related("region")

    def store(self, values: dict[str, Any]) -> tuple[int, JobId]:
        return create_period(self.request.user, **values).pk, None

    def alter(self, found: ReportingPeriod, values: dict[str, Any], version: int | None) -> JobId:
        change_period(self.request.user, found.pk, cast(PeriodChanges, values), version=version)
        return None
