"""How comparisons are told over HTTP."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from indicators.api.overview import LightsSerializer
from indicators.api.results import CoverageSerializer, number
from indicators.models import TargetLine
from indicators.models.attainment import Light, Status
from indicators.selectors.comparison import Ground, Measure
from indicators.selectors.comparison_across import Across, AcrossRow
from indicators.selectors.comparison_matrix import Matrix, RegionRow
from indicators.selectors.comparison_ranking import Ranking, RankingRow
from indicators.selectors.comparison_units import UnitColumn, UnitIndicators, UnitTasks
from ipdash.core.api.fields import (
    Choice,
    DecimalOut,
    Text,
    Whole,
    identifier,
    indicator_code,
    quarter,
    region_code,
    year,
)
from plans.models import Assignment, PlanTask

STATUS = [*Status.choices, ("", "")]


class PlaceSerializer(serializers.Serializer[Any]):
    """A plan at the end of a quarter."""

    plan = identifier()
    year = year()
    quarter = quarter()
    sentence = Text()


class RankingRowSerializer(serializers.Serializer[Any]):
    """A region's place and result, in the indicator's own unit; `status` is empty where nothing is computed yet."""

    target_line = identifier()
    region = region_code()
    name = Text()
    rank = Whole(allow_null=True)
    rank_before = Whole(allow_null=True)
    status = Choice(STATUS, allow_blank=True)
    light = Choice(Light.choices)
    actual = DecimalOut(allow_null=True)
    target = DecimalOut(allow_null=True)
    completion = DecimalOut(allow_null=True)
    gap_to_target = DecimalOut(allow_null=True)
    change_on_quarter = DecimalOut(allow_null=True)
    coverage = CoverageSerializer(allow_null=True)
    partial_sum = DecimalOut(allow_null=True)
    display = serializers.DictField(child=Text(allow_blank=True))


class MeasureSerializer(serializers.Serializer[Any]):
    """An indicator on one basis; `key` names it in a query; `unit` is that of the strings in `display`."""

    key = Text()
    indicator = indicator_code()
    basis = Choice(TargetLine.Basis.choices)
    name = Text()
    unit = Text(allow_blank=True)


class RankingSerializer(PlaceSerializer):
    """A ranking; `own` is the parent's own result, `total` and `reported` count the regions ranked."""

    region = region_code()
    measure = MeasureSerializer()
    total = Whole()
    reported = Whole()
    lights = LightsSerializer()
    own = RankingRowSerializer(allow_null=True)
    rows = RankingRowSerializer(many=True)


class MatrixCellSerializer(serializers.Serializer[Any]):
    """One region's result in one indicator."""

    target_line = identifier()
    key = Text()
    status = Choice(STATUS, allow_blank=True)
    light = Choice(Light.choices)
    actual = DecimalOut(allow_null=True)


class MatrixRowSerializer(serializers.Serializer[Any]):
    """A region; a target that it has not has no cell."""

    region = region_code()
    name = Text()
    lights = LightsSerializer()
    cells = MatrixCellSerializer(many=True)


class MatrixSerializer(PlaceSerializer):
    """Regions × indicators."""

    region = region_code()
    lights = LightsSerializer()
    measures = MeasureSerializer(many=True)
    rows = MatrixRowSerializer(many=True)


class AcrossRowSerializer(serializers.Serializer[Any]):
    """A plan's own line; `year` and `quarter` are those of the result, null where there is none."""

    plan = identifier()
    title = Text()
    region = region_code()
    target_line = identifier()
    printed_name = Text()
    source_text = Text(allow_blank=True)
    baselines = serializers.ListField(child=Text())
    targets = serializers.DictField(child=Text())
    year = year(allow_null=True)
    quarter = quarter(allow_null=True)
    status = Choice(STATUS, allow_blank=True)
    light = Choice(Light.choices)
    actual = DecimalOut(allow_null=True)
    display = serializers.DictField(child=Text(allow_blank=True))
    regions_below = Whole()


class AcrossGroupSerializer(serializers.Serializer[Any]):
    """Lines on one basis and in one unit."""

    basis = Choice(TargetLine.Basis.choices)
    unit = Text(allow_blank=True)
    rows = AcrossRowSerializer(many=True)


class AcrossSerializer(serializers.Serializer[Any]):
    """One indicator in the plans that have it."""

    indicator = indicator_code()
    sentence = Text()
    plans = Whole()
    groups = AcrossGroupSerializer(many=True)


class PartSerializer(serializers.Serializer[Any]):
    """A unit with its roles in a task, or what it does with an indicator (leads, reports)."""

    unit = identifier()
    roles = serializers.ListField(child=Choice([*Assignment.Role.choices, ("leads", "leads"), ("reports", "reports")]))


class UnitSumSerializer(serializers.Serializer[Any]):
    """A unit with how much it answers for; `lights` only for indicators."""

    unit = identifier()
    name = Text()
    total = Whole()
    done = Whole()
    late = Whole()
    lights = LightsSerializer(allow_null=True)


class UnitRowSerializer(serializers.Serializer[Any]):
    """A task or a target line with its units. `late`: labels of the milestones that have passed."""

    task = identifier(allow_null=True)
    target_line = identifier(allow_null=True)
    name = Text()
    status = Choice([*PlanTask.Status.choices, *STATUS], allow_blank=True)
    late = serializers.ListField(child=Text())
    units = PartSerializer(many=True)


class UnitsSerializer(PlaceSerializer):
    """Units × tasks or units × indicators."""

    units = UnitSumSerializer(many=True)
    rows = UnitRowSerializer(many=True)


def _place(ground: Ground, sentence: str) -> dict[str, Any]:
    at = ground.quarter
    return {"plan": ground.plan.pk, "year": at.year, "quarter": at.quarter, "sentence": sentence}


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "key": measure.key,
        "indicator": measure.indicator.code,
        "basis": measure.line.basis,
        "name": measure.name,
        "unit": measure.unit,
    }


def ranking_told(seen: Ranking) -> dict[str, Any]:
    """The fields of `RankingSerializer`."""
    return _place(seen.ground, seen.sentence) | {
        "region": seen.parent.code,
        "measure": _measure(seen.measure),
        "total": seen.total,
        "reported": seen.reported,
        "lights": seen.lights,
        "own": seen.own and _ranked(seen.own),
        "rows": [_ranked(row) for row in seen.rows],
    }


def _ranked(row: RankingRow) -> dict[str, Any]:
    now = row.now
    names = ("actual", "target", "completion", "gap_to_target", "change_on_quarter")
    covered = now is not None and now.coverage_expected is not None
    return {
        "target_line": row.line_id,
        "region": row.region.code,
        "name": row.region.name,
        "rank": row.place,
        "rank_before": row.place_before,
        "status": row.status,
        "light": row.light,
        **{name: number(getattr(now, name)) if now else None for name in names},
        "coverage": {"reported": now.coverage_reported, "expected": now.coverage_expected} if now and covered else None,
        "partial_sum": number(now.partial) if now else None,
        "display": row.display,
    }


def matrix_told(seen: Matrix) -> dict[str, Any]:
    """The fields of `MatrixSerializer`."""
    return _place(seen.ground, seen.sentence) | {
        "region": seen.parent.code,
        "lights": seen.lights,
        "measures": [_measure(measure) for measure in seen.measures],
        "rows": [_matrix_row(seen, row) for row in seen.rows],
    }


def _matrix_row(seen: Matrix, row: RegionRow) -> dict[str, Any]:
    cells = [
        {
            "target_line": cell.line_id,
            "key": measure.key,
            "status": cell.status,
            "light": cell.light,
            "actual": number(cell.actual),
        }
        for measure, cell in zip(seen.measures, row.cells, strict=True)
        if cell is not None
    ]
    return {"region": row.region.code, "name": row.region.name, "lights": row.lights, "cells": cells}


def across_told(seen: Across) -> dict[str, Any]:
    """The fields of `AcrossSerializer`."""
    groups = [
        {"basis": group.basis, "unit": group.unit, "rows": [_across_row(row) for row in group.rows]}
        for group in seen.groups
    ]
    return {"indicator": seen.indicator.code, "sentence": seen.sentence, "plans": seen.plans, "groups": groups}


def _across_row(row: AcrossRow) -> dict[str, Any]:
    return {
        "plan": row.plan.pk,
        "title": row.plan.title,
        "region": row.plan.region.code,
        "target_line": row.line.pk,
        "printed_name": row.line.printed_name,
        "source_text": row.line.source_text,
        "baselines": row.baselines,
        "targets": {str(year): text for year, text in row.targets.items()},
        "year": row.quarter.year if row.quarter else None,
        "quarter": row.quarter.quarter if row.quarter else None,
        "status": row.now.status if row.now else "",
        "light": row.now.light if row.now else Light.NONE,
        "actual": number(row.now.actual) if row.now else None,
        "display": row.display,
        "regions_below": row.below,
    }


def _unit(column: UnitColumn) -> dict[str, Any]:
    return {
        "unit": column.unit.pk,
        "name": column.unit.name,
        "total": column.total,
        "done": column.done,
        "late": column.late,
        "lights": dict(column.lights) or None,
    }


def unit_tasks_told(ground: Ground, seen: UnitTasks) -> dict[str, Any]:
    """The fields of `UnitsSerializer`, for tasks."""
    rows = [
        {
            "task": row.task.pk,
            "target_line": None,
            "name": row.task.title,
            "status": row.task.status,
            "late": [milestone.label for milestone in row.late],
            "units": [{"unit": unit, "roles": list(roles)} for unit, roles in row.roles.items()],
        }
        for row in seen.rows
    ]
    return _place(ground, seen.sentence) | {"units": [_unit(column) for column in seen.columns], "rows": rows}


def unit_indicators_told(ground: Ground, seen: UnitIndicators) -> dict[str, Any]:
    """The fields of `UnitsSerializer`, for indicators."""
    rows = [
        {
            "task": None,
            "target_line": row.line.pk,
            "name": row.line.printed_name,
            "status": row.status,
            "late": [],
            "units": [{"unit": unit, "roles": list(roles)} for unit, roles in row.roles.items()],
        }
        for row in seen.rows
    ]
    return _place(ground, seen.sentence) | {"units": [_unit(column) for column in seen.columns], "rows": rows}
