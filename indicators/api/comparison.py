"""`comparison/`: what the comparison pages show — ranking, regions × indicators, one indicator across plans, units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from indicators.api.comparison_told import (
    AcrossSerializer,
    MatrixSerializer,
    RankingSerializer,
    UnitsSerializer,
    across_told,
    matrix_told,
    ranking_told,
    unit_indicators_told,
    unit_tasks_told,
)
from indicators.models.attainment import Light, Status
from indicators.selectors.comparison import Ground, Measure, ground, measured, measures
from indicators.selectors.comparison_across import across, indicator_choices
from indicators.selectors.comparison_matrix import matrix
from indicators.selectors.comparison_ranking import SORTS, ranking
from indicators.selectors.comparison_units import unit_indicators, unit_tasks
from indicators.selectors.quarters import default_quarter
from ipdash.core import clock
from ipdash.core.api.fields import indicator_code, region_code
from ipdash.core.api.filters import refuse_unknown
from ipdash.core.periods import Quarter
from plans.models import Plan, Region
from plans.permissions import get_plan_for
from plans.scope import scope_of


class QuarterQuery(serializers.Serializer[Any]):
    """A quarter, given whole or left to the server."""

    year = serializers.IntegerField(min_value=1949, max_value=2200, required=False)
    quarter = serializers.IntegerField(min_value=1, max_value=4, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("year" in attrs) != ("quarter" in attrs):
            raise ValidationError({"quarter": [_("年份和季度应同时给出，或都不给。")]})
        return attrs


class PlanQuery(QuarterQuery):
    """A plan and a quarter; without a quarter the latest one with approved figures."""

    plan = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class RegionQuery(PlanQuery):
    """The region whose children are compared; without one the outermost that has some."""

    region = region_code(required=False)
    light = serializers.ChoiceField(Light.choices, required=False)


class RankingQuery(RegionQuery):
    """`indicator` as code, or code:basis where the plan has it on several; the first of the plan where none is given."""

    indicator = serializers.RegexField(r"^[-a-zA-Z0-9_]{1,60}(:[a-z_]{1,20})?$", required=False)
    sort = serializers.ChoiceField([(word, word) for word in SORTS], required=False)


class MatrixQuery(RegionQuery):
    """Cells of one status alone leave the others out."""

    status = serializers.ChoiceField(Status.choices, required=False)


class UnitsQuery(PlanQuery):
    """What the units are set against."""

    of = serializers.ChoiceField([("tasks", "tasks"), ("indicators", "indicators")], required=False)


class AcrossQuery(QuarterQuery):
    """An indicator by its code; without a quarter each plan's latest with a result."""

    indicator = indicator_code()


class ComparisonView(APIView):
    """What all four share: a query that is understood whole or refused."""

    query: type[serializers.Serializer[Any]]

    def asked(self, request: Request) -> dict[str, Any]:
        filled = self.query(data=request.query_params)
        refuse_unknown(request, {*filled.fields, "format"})
        filled.is_valid(raise_exception=True)
        values: dict[str, Any] = filled.validated_data
        return values

    def ground(self, request: Request, asked: Mapping[str, Any]) -> Ground:
        scope = scope_of(request.user)
        plan = get_plan_for(scope, asked["plan"])
        return ground(scope, plan, _quarter(plan, asked))


def _quarter(plan: Plan, asked: Mapping[str, Any]) -> Quarter:
    if "year" not in asked:
        return default_quarter(plan, clock.today())
    if not plan.start_year <= asked["year"] <= plan.end_year:
        span = {"first": plan.start_year, "last": plan.end_year}
        raise ValidationError({"year": [_("该规划的期限是%(first)s至%(last)s年。") % span]})
    return Quarter(asked["year"], asked["quarter"])


def _parent(found: Ground, asked: Mapping[str, Any]) -> Region:
    if "region" not in asked:
        return found.top()
    region = found.named(asked["region"])
    if region is None:
        raise ValidationError({"region": [_("该代码不是本规划范围内的区划。")]})
    return region


class RankingView(ComparisonView):
    """地区排名：一项指标在某地区的各下级区划中的位次。"""

    query = RankingQuery

    @extend_schema(
        operation_id="comparison_ranking", summary="地区排名", parameters=[RankingQuery], responses=RankingSerializer
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        found = self.ground(request, asked)
        parent = _parent(found, asked)
        measure = _measure(measures(found, measured(found, parent)), asked.get("indicator"))
        seen = ranking(found, parent, measure, sort=asked.get("sort", "rank"), light=asked.get("light", ""))
        return Response(ranking_told(seen))


def _measure(known: list[Measure], key: str | None) -> Measure:
    found = next((m for m in known if key in {None, m.key, m.indicator.code}), None)
    if found is None:
        raise ValidationError({"indicator": [_("本规划在这些地区没有这项指标。")]})
    return found


class MatrixView(ComparisonView):
    """地区 × 指标：某地区及其下级区划的各项指标的状态。"""

    query = MatrixQuery

    @extend_schema(
        operation_id="comparison_matrix", summary="地区×指标", parameters=[MatrixQuery], responses=MatrixSerializer
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        found = self.ground(request, asked)
        parent = _parent(found, asked)
        columns = measures(found, measured(found, parent))
        seen = matrix(found, parent, columns, light=asked.get("light", ""), status=asked.get("status", ""))
        return Response(matrix_told(seen))


class AcrossView(ComparisonView):
    """同一指标在各规划：基期、各年目标、最近结果，按口径和单位分组，不排名。"""

    query = AcrossQuery

    @extend_schema(
        operation_id="comparison_plans",
        summary="同一指标在各规划",
        parameters=[AcrossQuery],
        responses=AcrossSerializer,
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        scope = scope_of(request.user)
        known = (choice.indicator for choice in indicator_choices(scope))
        indicator = next((found for found in known if found.code == asked["indicator"]), None)
        if indicator is None:
            raise NotFound
        quarter = Quarter(asked["year"], asked["quarter"]) if "year" in asked else None
        return Response(across_told(across(scope, indicator, clock.today(), quarter=quarter)))


class UnitsView(ComparisonView):
    """单位分工：任务或指标由哪些单位承担。"""

    query = UnitsQuery

    @extend_schema(
        operation_id="comparison_units", summary="单位分工", parameters=[UnitsQuery], responses=UnitsSerializer
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(request)
        found = self.ground(request, asked)
        if asked.get("of", "tasks") == "tasks":
            return Response(unit_tasks_told(found, unit_tasks(found.plan, clock.today())))
        return Response(
            unit_indicators_told(found, unit_indicators(found.scope, found.plan, found.plan.region, found.quarter))
        )
