"""`overview/`: a plan in a region at the end of a quarter."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from indicators.api.results import ResultFields, moment, no_result, result
from indicators.models.attainment import Light, Status
from indicators.selectors.overview import Overview, OverviewLine, overview
from indicators.selectors.plan_tasks import UnitTasks
from indicators.selectors.quarters import default_quarter
from ipdash.core import clock
from ipdash.core.api.fields import (
    Choice,
    Day,
    Text,
    Whole,
    YesNo,
    identifier,
    indicator_code,
    quarter,
    region_code,
    year,
)
from ipdash.core.api.filters import refuse_unknown
from ipdash.core.periods import Quarter
from plans.models import Plan
from plans.permissions import get_plan_for
from plans.scope import scope_of
from plans.services.lookups import region_named


class OverviewLineSerializer(ResultFields):
    """One target line with its results at this quarter; `computed_at` is null where none have been computed yet.

    `changed`: the light is another than a quarter ago.
    """

    target_line = identifier()
    indicator = indicator_code()
    name = Text()
    lead_unit = identifier(allow_null=True)
    changed = YesNo()
    computed_at = serializers.DateTimeField(allow_null=True)


class ChangeSerializer(serializers.Serializer[Any]):
    """A light that is another than a quarter ago."""

    target_line = identifier()
    name = Text()
    light_before = Choice(Light.choices)
    light = Choice(Light.choices)
    status_before = Choice(Status.choices)
    status = Choice(Status.choices)


class UnitTasksSerializer(serializers.Serializer[Any]):
    """One unit's tasks in the plan, by status."""

    unit = identifier()
    name = Text()
    total = Whole()
    done = Whole()
    in_progress = Whole()


class TasksSerializer(serializers.Serializer[Any]):
    """The plan's tasks."""

    total = Whole()
    units = UnitTasksSerializer(many=True)


LightsSerializer = type(
    "LightsSerializer",
    (serializers.Serializer,),
    {"__doc__": "Lines by light.", **{light: Whole() for light in ("green", "yellow", "red", "grey", "none")}},
)
StatusesSerializer = type(
    "StatusesSerializer",
    (serializers.Serializer,),
    {"__doc__": "Lines by status.", **{status: Whole() for status in Status.values}},
)


class OverviewSerializer(serializers.Serializer[Any]):
    """The overview; the five lights add up to the number of lines. `as_of` is the quarter's last day."""

    plan = identifier()
    region = region_code()
    year = year()
    quarter = quarter()
    sentence = Text()
    lights = LightsSerializer()
    statuses = StatusesSerializer()
    lines = OverviewLineSerializer(many=True)
    tasks = TasksSerializer()
    changes = ChangeSerializer(many=True)
    as_of = Day()
    computed_at = serializers.DateTimeField(allow_null=True)
    rules_version = Text(allow_blank=True)


class OverviewQuery(serializers.Serializer[Any]):
    """What the query fields say."""

    plan = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    region = region_code(required=False)
    year = serializers.IntegerField(min_value=1949, max_value=2200, required=False)
    quarter = serializers.IntegerField(min_value=1, max_value=4, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("year" in attrs) != ("quarter" in attrs):
            raise ValidationError({"quarter": [_("年份和季度应同时给出，或都不给。")]})
        return attrs


class OverviewView(APIView):
    """总览：结论、灯、状态、各指标、任务和灯色变化。"""

    @extend_schema(
        operation_id="overview_retrieve",
        summary="一个规划的总览",
        parameters=[OverviewQuery],
        responses=OverviewSerializer,
    )
    def get(self, request: Request) -> Response:
        refuse_unknown(request, {"plan", "region", "year", "quarter", "format"})
        query = OverviewQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        scope = scope_of(request.user)
        plan = get_plan_for(scope, asked["plan"])
        region = region_named(asked["region"]) if "region" in asked else plan.region
        return Response(_told(overview(scope, plan, region, _quarter(plan, asked))))


def _quarter(plan: Plan, asked: dict[str, Any]) -> Quarter:
    if "year" not in asked:
        return default_quarter(plan, clock.today())
    if not plan.start_year <= asked["year"] <= plan.end_year:
        span = {"first": plan.start_year, "last": plan.end_year}
        raise ValidationError({"year": [_("该规划的期限是%(first)s至%(last)s年。") % span]})
    return Quarter(asked["year"], asked["quarter"])


def _told(seen: Overview[OverviewLine]) -> dict[str, Any]:
    return {
        "plan": seen.plan.pk,
        "region": seen.region.code,
        "year": seen.quarter.year,
        "quarter": seen.quarter.quarter,
        "sentence": seen.sentence,
        "lights": seen.lights,
        "statuses": {status: seen.statuses.get(status, 0) for status in Status.values},
        "lines": [_line(line, seen.quarter) for line in seen.lines],
        "tasks": {"total": seen.task_total, "units": [_unit(unit) for unit in seen.tasks]},
        "changes": [_change(line) for line in seen.changes],
        "as_of": seen.as_of,
        "computed_at": moment(seen.computed_at),
        "rules_version": seen.rules_version,
    }


def _line(line: OverviewLine, quarter: Quarter) -> dict[str, Any]:
    results = (
        {**no_result(quarter), "display": line.display}
        if line.now is None
        else result(line.line, line.now, line.display)
    )
    return {
        "target_line": line.line.pk,
        "indicator": line.line.indicator.code,
        "name": line.line.printed_name,
        "lead_unit": line.line.lead_unit_id,
        "changed": line.changed,
        **results,
    }


def _change(line: OverviewLine) -> dict[str, Any]:
    before, now = line.before, line.now
    return {
        "target_line": line.line.pk,
        "name": line.line.printed_name,
        "light_before": before.light if before else Light.NONE,
        "light": now.light if now else Light.NONE,
        "status_before": before.status if before else Status.NOT_DUE,
        "status": now.status if now else Status.NOT_DUE,
    }


def _unit(tasks: UnitTasks) -> dict[str, Any]:
    return {
        "unit": tasks.unit_id,
        "name": tasks.name,
        "total": tasks.total,
        "done": tasks.done,
        "in_progress": tasks.in_progress,
    }
