"""How a stored result is told over HTTP: by the names of attainment.md §4–5, numbers as strings, missing as null."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime
from rest_framework import serializers

from indicators.explanations import Explanation, Input
from indicators.models import Attainment, TargetLine
from indicators.models.attainment import Light, Status
from ipdash.core.api.fields import (
    Choice,
    Day,
    DecimalOut,
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
from ipdash.core.numbers import decimal_text
from ipdash.core.periods import Quarter

VALUES = (
    "actual", "target", "target_upper", "completion", "realisation", "elapsed", "plan_gap", "expected", "year_gap",
    "gap_to_target", "forecast", "needed_per_quarter", "change_on_quarter", "change_on_year", "partial",
)  # fmt: skip
"""The results that are numbers (attainment.md §4)."""


def quarter_code(**kwargs: Any) -> serializers.RegexField:
    """A quarter as `2025Q3`."""
    return serializers.RegexField(r"^[0-9]{4}Q[1-4]$", **kwargs)


class CoverageSerializer(serializers.Serializer[Any]):
    """How many of the children that have to report have reported."""

    reported = Whole()
    expected = Whole()


@also(source=Text(allow_blank=True))
class InputSerializer(serializers.Serializer[Any]):
    """A figure that the result needs; `value` null where it lacks. Who and from where is told to insiders alone.

    `coverage`: of the regions below that have to report it, how many have.
    """

    indicator = indicator_code()
    region = region_code()
    year = year()
    quarter = quarter()
    value = DecimalOut(allow_null=True)
    text = Text()
    coverage = CoverageSerializer(allow_null=True)
    figure = identifier(allow_null=True)
    entered_by = Text(allow_blank=True)
    approved_by = Text(allow_blank=True)
    approved_at = serializers.DateTimeField(allow_null=True)


@also(partial=DecimalOut(allow_null=True))
class ResultFields(serializers.Serializer[Any]):
    """A target line's results at the end of a quarter, as decimals in the line's unit, in % or in points."""

    year = year()
    quarter = quarter()
    status = Choice(Status.choices)
    light = Choice(Light.choices)
    actual = DecimalOut(allow_null=True)
    target = DecimalOut(allow_null=True)
    target_upper = DecimalOut(allow_null=True)
    target_source = Choice(["stated", "decomposed", "interpolated", "next"], allow_null=True)
    completion = DecimalOut(allow_null=True)
    realisation = DecimalOut(allow_null=True)
    elapsed = DecimalOut(allow_null=True)
    plan_gap = DecimalOut(allow_null=True)
    expected = DecimalOut(allow_null=True)
    year_gap = DecimalOut(allow_null=True)
    gap_to_target = DecimalOut(allow_null=True)
    forecast = DecimalOut(allow_null=True)
    forecast_method = Choice(["share", "proportion", "trend"], allow_null=True)
    needed_per_quarter = DecimalOut(allow_null=True)
    change_on_quarter = DecimalOut(allow_null=True)
    change_on_year = DecimalOut(allow_null=True)
    rank = Whole(allow_null=True)
    coverage = CoverageSerializer(allow_null=True)
    denominator_period = quarter_code(allow_null=True)
    denominator_stale = YesNo()
    too_large = YesNo()
    rules_version = Text(allow_blank=True)
    computed_at = serializers.DateTimeField()
    display = serializers.DictField(child=Text(allow_blank=True))


class FindingSerializer(serializers.Serializer[Any]):
    """What to know about the quality of a result; it never changes the figure."""

    code = Choice(["partial", "children_differ", "denominator_stale", "too_large", "basis_open"])
    message = Text()


class OriginSerializer(serializers.Serializer[Any]):
    """Where the target stands: its year, its wording, its line in the plan; if adjusted, by what and from which quarter."""

    year = year()
    printed = Text(allow_blank=True)
    line = Whole(allow_null=True)
    document = Text(allow_blank=True)
    adjusted_on = Day(allow_null=True)
    in_force_from = quarter_code(allow_null=True)


class AttainmentSerializer(ResultFields):
    """A stored result with what it is about, why it is so, and the figures it was made from."""

    id = identifier()
    plan = identifier()
    target_line = identifier()
    region = region_code()
    indicator = indicator_code()
    explanation = Text()
    inputs = InputSerializer(many=True)
    findings = FindingSerializer(many=True)
    target_origin = OriginSerializer(allow_null=True)


def result(line: TargetLine, row: Attainment, shown: dict[str, str]) -> dict[str, Any]:
    """The fields of `ResultFields`; `shown` are the strings of the page (`line_display`)."""
    told: dict[str, Any] = {"year": row.year, "quarter": row.quarter, "status": row.status, "light": row.light}
    for name in VALUES:
        told[name] = number(getattr(row, name))
    return told | {
        "target_source": row.target_source or None,
        "forecast_method": row.forecast_method or None,
        "rank": row.rank,
        "coverage": None
        if row.coverage_expected is None
        else {"reported": row.coverage_reported, "expected": row.coverage_expected},
        "denominator_period": None
        if row.denominator_period is None
        else str(Quarter.from_index(row.denominator_period)),
        "denominator_stale": row.denominator_stale,
        "too_large": row.too_large,
        "rules_version": row.rules_version,
        "computed_at": moment(row.computed_at),
        "display": shown,
    }


def no_result(quarter: Quarter) -> dict[str, Any]:
    """The fields of `ResultFields`, without `display`, where nothing has been computed yet."""
    nothing: dict[str, Any] = dict.fromkeys(
        (*VALUES, "target_source", "forecast_method", "rank", "coverage", "denominator_period", "computed_at")
    )
    return nothing | {
        "year": quarter.year,
        "quarter": quarter.quarter,
        "status": Status.NOT_DUE,
        "light": Light.NONE,
        "denominator_stale": False,
        "too_large": False,
        "rules_version": "",
    }


def attainment(row: Attainment, why: Explanation, shown: dict[str, str]) -> dict[str, Any]:
    """The fields of `AttainmentSerializer`."""
    line = row.line
    return {
        "id": row.number,
        "plan": row.plan_id,
        "target_line": row.line_id,
        "region": line.region.code,
        "indicator": line.indicator.code,
        **result(line, row, shown),
        "explanation": why.text,
        "inputs": [_input(item) for item in why.inputs],
        "findings": [{"code": finding.code, "message": finding.message} for finding in why.findings],
        "target_origin": _origin(why),
    }


def _origin(why: Explanation) -> dict[str, Any] | None:
    origin = why.origin
    if origin is None:
        return None
    return {
        "year": origin.year,
        "printed": origin.printed,
        "line": why.source_line,
        "document": origin.document,
        "adjusted_on": None if origin.adjusted_on is None else origin.adjusted_on.isoformat(),
        "in_force_from": None if origin.in_force_from is None else str(origin.in_force_from),
    }


def _input(item: Input) -> dict[str, Any]:
    source = item.source
    return {
        "indicator": item.indicator.code,
        "region": item.region_code,
        "year": item.quarter.year,
        "quarter": item.quarter.quarter,
        "value": number(item.value),
        "text": item.text,
        "coverage": {"reported": item.reported, "expected": item.expected} if item.expected else None,
        "figure": source.figure_id if source else None,
        "entered_by": source.entered_by if source else "",
        "approved_by": source.approved_by if source else "",
        "approved_at": moment(source.approved_at) if source else None,
        "source": source.words if source else "",
    }


def number(value: Decimal | None) -> str | None:
    """A number as the API gives it."""
    return None if value is None else decimal_text(value)


def moment(value: datetime | None) -> str | None:
    """A moment in the time zone of the pages."""
    return None if value is None else localtime(value).isoformat()
