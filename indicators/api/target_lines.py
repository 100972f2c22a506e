"""`target-lines/`: what plans ask of indicators."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.api.base import indicator_filter
from indicators.api.decomposition_bodies import DecomposeBody, DecomposedSerializer, answer_of, wish_of
from indicators.api.line_ends import EndingLines, quarter_of
from indicators.models import Target, TargetLine
from indicators.services.decomposition import Decomposed, decompose, preview_decomposition
from indicators.services.targets import (
    BaselineValue,
    LineValues,
    TargetValue,
    adjust_target,
    change_line,
    create_line,
)
from ipdash.core import clock
from ipdash.core.api.bodies import Body, for_change
from ipdash.core.api.fields import (
    Choice,
    Day,
    DecimalOut,
    DecimalText,
    Text,
    Whole,
    YesNo,
    also,
    identifier,
    indicator_code,
    region_code,
    year,
)
from ipdash.core.api.filters import Filters, TextFilter, WholeFilter, WordFilter, YesNoFilter
from ipdash.core.api.views import JobId
from ipdash.core.comparators import Comparator
from ipdash.core.numbers import decimal_text
from ipdash.core.periods import Quarter
from plans.api.base import Source, job_id, region_filter, written
from plans.permissions import require_role


class BaselineSerializer(serializers.Serializer[Any]):
    """A baseline; the one `counted_from` is V₀."""

    year = year()
    value = DecimalOut()
    counted_from = YesNo()


@also(source=Choice(Target.Source.choices))
class TargetSerializer(serializers.Serializer[Any]):
    """One year's target in one version; `in_force_from` is null for the first one, else a quarter as 2023Q3.

    `decomposition` is the act that set it, if one did.
    """

    year = year()
    comparator = Choice(Comparator.choices)
    value = DecimalOut()
    upper = DecimalOut(allow_null=True)
    printed = Text(allow_blank=True)
    in_force_from = serializers.SerializerMethodField()
    adjusting_document = Text(allow_blank=True)
    adjusted_on = Day(allow_null=True)
    decomposition = identifier(source="decomposition_id", allow_null=True)

    def get_in_force_from(self, target: Target) -> str | None:
        return None if target.in_force_from is None else str(Quarter.from_index(target.in_force_from))


class OverallSerializer(serializers.Serializer[Any]):
    """The overall goal (总体目标)."""

    comparator = Choice(Comparator.choices)
    value = DecimalOut()


@also(source=Source(source="*"))
class TargetLineSerializer(serializers.Serializer[Any]):
    """Plan × region × indicator × basis. Baselines, targets and overall are in the indicator's unit, `increase` as printed."""

    id = identifier()
    plan = identifier(source="plan_id")
    region = region_code(source="region.code")
    indicator = indicator_code(source="indicator.code")
    printed_name = Text()
    unit = Text(allow_null=True)
    basis = Choice(TargetLine.Basis.choices)
    basis_ambiguous = YesNo()
    basis_reason = Text(allow_blank=True)
    attribute = Choice(TargetLine.Attribute.choices, allow_null=True)
    lead_unit = identifier(source="lead_unit_id", allow_null=True)
    where = Choice(TargetLine.Where.choices)
    requirement = Text(allow_null=True)
    overall = serializers.SerializerMethodField()
    increase = DecimalOut(allow_null=True)
    baselines = BaselineSerializer(many=True)
    targets = TargetSerializer(many=True)
    ended_from = serializers.SerializerMethodField()
    ending_document = Text(allow_blank=True)
    ended_on = Day(allow_null=True)
    version = Whole()

    def get_ended_from(self, line: TargetLine) -> str | None:
        return None if line.ended_from is None else str(Quarter.from_index(line.ended_from))

    @extend_schema_field(OverallSerializer(allow_null=True))
    def get_overall(self, line: TargetLine) -> dict[str, str] | None:
        if line.overall_comparator is None or line.overall_value is None:
            return None
        return {"comparator": line.overall_comparator, "value": decimal_text(line.overall_value)}


class BaselineBody(Body):
    """A baseline; where none is `counted_from`, the earliest counts."""

    year = year()
    value = DecimalText()
    counted_from = YesNo(default=False)


@also(source=Choice(Target.Source.choices, default=Target.Source.STATED.value))
class TargetBody(Body):
    """One year's target as first issued; `upper` with the comparator `range` alone."""

    year = year()
    comparator = Choice(Comparator.choices)
    value = DecimalText()
    upper = DecimalText(allow_null=True, default=None)
    printed = Text(max_length=60, allow_blank=True, default="")


class OverallBody(Body):
    """The overall goal (总体目标)."""

    comparator = Choice(Comparator.choices)
    value = DecimalText()


class SourceBody(Body):
    """Where it stands in the document: line from 1, and the paragraph."""

    line = Whole(min_value=1, max_value=10**6, allow_null=True)
    text = Text(allow_blank=True)


@also(source=SourceBody(required=False))
class TargetLineBody(Body):
    """A target line, values in the indicator's unit. `baselines` and `targets` are whole lists of the first versions."""

    plan = identifier()
    indicator = indicator_code()
    basis = Choice(TargetLine.Basis.choices)
    region = region_code(required=False)
    printed_name = Text(max_length=120, required=False)
    unit = Text(max_length=20, allow_null=True, required=False)
    basis_ambiguous = YesNo(required=False)
    basis_reason = Text(allow_blank=True, required=False)
    attribute = Choice(TargetLine.Attribute.choices, allow_null=True, required=False)
    lead_unit = identifier(allow_null=True, required=False)
    where = Choice(TargetLine.Where.choices, required=False)
    requirement = Text(max_length=60, allow_null=True, required=False)
    overall = OverallBody(allow_null=True, required=False)
    increase = DecimalText(allow_null=True, required=False)
    baselines = BaselineBody(many=True, required=False)
    targets = TargetBody(many=True, required=False)


TargetLineChange = for_change(TargetLineBody, without=("plan",))


class AdjustmentBody(TargetBody):
    """A new version of a year's target (目标调整): by which document, in force from which quarter (2023Q3)."""

    in_force_from = serializers.RegexField(r"^[0-9]{4}Q[1-4]$")
    adjusting_document = Text(max_length=200)
    adjusted_on = Day(allow_null=True, default=None)
    version = Whole(min_value=1, max_value=2**31 - 1, required=False)


class TargetLineFilters(Filters):
    """The lines that stand in the plans. What was split from them onto regions below is given with `below=true`, or where
    a region is named."""

    plan = WholeFilter("plan")
    below = YesNoFilter(method="with_split_lines", label="是否包含分解到下级地区的目标；指定region时总是包含")
    region = region_filter()
    indicator = indicator_filter()
    basis = WordFilter("basis", TargetLine.Basis.values)
    attribute = WordFilter("attribute", TargetLine.Attribute.values)
    where = WordFilter("where", TargetLine.Where.values)
    lead_unit = WholeFilter("lead_unit")
    basis_ambiguous = YesNoFilter("basis_ambiguous")
    printed_name = TextFilter(field_name="printed_name", lookup_expr="contains", label="原文名称中含有的文字")

    def with_split_lines(self, queryset: QuerySet[Any], _name: str, _value: bool) -> QuerySet[Any]:
        """Said by `filter_queryset`, which knows the other filters."""
        return queryset

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found: QuerySet[Any] = super().filter_queryset(queryset)
        asked = self.form.cleaned_data
        if asked["region"] is not None or asked["below"]:
            return found
        own = Target.objects.filter(line=OuterRef("pk"))
        split = Exists(own.filter(source=Target.Source.DECOMPOSED)) & ~Exists(own.filter(source=Target.Source.STATED))
        stated: QuerySet[Any] = found.exclude(split, ~Q(region=F("plan__region")))
        return stated


@written("目标", TargetLineBody, TargetLineChange, TargetLineSerializer)
class TargetLineViewSet(EndingLines):
    """目标：规划在某区划对某指标、按某口径的要求，含基期值和各年目标。"""

    serializer_class = TargetLineSerializer
    filterset_class = TargetLineFilters
    orderings = {
        "id": "id", "plan": "plan", "position": "position", "region": "region__code", "indicator": "indicator__code",
        "basis": "basis",
    }  # fmt: skip
    queryset = TargetLine.objects.none()
    create_body, change_body = TargetLineBody, TargetLineChange

    def visible(self) -> QuerySet[Any]:
        return (
            TargetLine.objects.visible_to(self.scope)
            .select_related("region", "indicator")
            .prefetch_related("baselines", "targets")
        )

    def store(self, values: dict[str, Any]) -> tuple[int, JobId]:
        plan = values.pop("plan")
        made = create_line(self.request.user, plan, _values(values))
        return made.line.pk, job_id(made.job)

    def alter(self, found: TargetLine, values: dict[str, Any], version: int | None) -> JobId:
        return job_id(change_line(self.request.user, found.pk, _values(values), version=version).job)

    @extend_schema(
        operation_id="target_lines_adjust",
        summary="目标：登记调整",
        description="新增某年目标的一个版本，自所给季度起生效；此前各季仍按原目标判断。",
        request=AdjustmentBody,
        responses={201: TargetLineSerializer},
    )
    @action(detail=True, methods=["post"])
    def adjust(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(self.scope, *self.writers)
        found = self.get_object()
        values = self.read(AdjustmentBody)
        since, version = quarter_of(values.pop("in_force_from"), "in_force_from"), values.pop("version", None)
        document, day = values.pop("adjusting_document"), values.pop("adjusted_on")
        _target, job = adjust_target(
            request.user, found.pk, TargetValue(**values), in_force_from=since, document=document, adjusted_on=day,
            version=version,
        )  # fmt: skip
        return self.shown(found.pk, job_id(job), status=201)

    @extend_schema(
        operation_id="target_lines_decompose",
        summary="目标：分解到年度或下级地区",
        description="preview为true时只计算不保存。文件规定的目标不改；已在考核的年份只从本季度起生效；"
        "asks不为空时保存须给reason，needs_allow_shortfall为true时还须给allow_shortfall。同样的内容再次提交不改变任何数据。",
        request=DecomposeBody,
        responses=DecomposedSerializer,
    )
    @action(detail=True, methods=["post"])
    def decompose(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(self.scope, *self.writers)
        found, values, today = self.get_object(), self.read(DecomposeBody), clock.today()
        wish = wish_of(values)
        if values["preview"]:
            shown = Decomposed(preview_decomposition(request.user, found.pk, wish, today=today))
            return Response(answer_of(shown))
        done = decompose(
            request.user, found.pk, wish, today=today, reason=values["reason"],
            allow_shortfall=values["allow_shortfall"], seen=values.get("seen"),
        )  # fmt: skip
        return Response(answer_of(done))


def _values(values: dict[str, Any]) -> LineValues:
    """The values as the service takes them."""
    if "baselines" in values:
        values["baselines"] = [BaselineValue(**item) for item in values["baselines"]]
    if "targets" in values:
        values["targets"] = [TargetValue(**item) for item in values["targets"]]
    if "overall" in values:
        overall = values.pop("overall") or {"comparator": None, "value": None}
        values |= {"overall_comparator": overall["comparator"], "overall_value": overall["value"]}
    if "source" in values:
        source = values.pop("source")
        values |= {"source_line": source["line"], "source_text": source["text"]}
    return cast(LineValues, values)
