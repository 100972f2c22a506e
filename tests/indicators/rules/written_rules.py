"""The worked examples of `docs/rules.md` as cases of the rules, and their results in the document's words."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from indicators.display import FORECAST_METHODS, TARGET_SOURCES
from indicators.models import Indicator, TargetLine
from indicators.models.attainment import Light, Status
from indicators.rules.cases import decimal_string, run_case
from indicators.rules.columns import NO_ROW, SCALE, Direction, Series, quarter_index
from indicators.rules.compute import compute
from indicators.rules.ranking import rank_values
from indicators.rules.rollup import Tree, roll_up
from tests.indicators.rules.random_cases import cell, columns

MISSING = "—"
NAMES = {
    "实际值": "actual", "年度目标": "target", "目标上限": "target_upper", "目标来源": "target_source",
    "年度目标完成率": "completion", "规划目标实现程度": "realisation", "规划期时间进度": "elapsed",
    "较规划期时间进度差": "plan_gap", "序时进度目标值": "expected", "较年度序时进度差": "year_gap",
    "差额": "gap_to_target", "年末预计": "forecast", "预计方法": "forecast_method", "每季需完成": "needed_per_quarter",
    "较上季": "change_on_quarter", "较上年同期": "change_on_year", "状态": "status", "灯": "light",
    "分母期": "denominator_period", "分母过旧": "denominator_stale", "已报下级": "coverage_reported",
    "应报下级": "coverage_expected", "部分合计": "partial",
}  # fmt: skip
"""What the document calls each result."""
QUANTITIES = {str(label): value for value, label in Indicator.Quantity.choices}
DIRECTIONS = {str(label): value for value, label in Indicator.Direction.choices}
REPORTING = {str(label): value for value, label in Indicator.ReportingBasis.choices}
FREQUENCIES = {str(label): value for value, label in Indicator.Frequency.choices}
BASES = {str(label): value for value, label in TargetLine.Basis.choices}
WORDS = {
    "status": {value: str(label) for value, label in Status.choices},
    "light": {value: str(label) for value, label in Light.choices} | {None: str(Light.NONE.label)},
    "target_source": {**TARGET_SOURCES, None: MISSING},
    "forecast_method": {**FORECAST_METHODS, None: MISSING},
    "denominator_stale": {True: "是", False: "否"},
}
VERSION = re.compile(r"(\d{4}) (?:([≥≤><=]) (\S+?)|(\S+?)~(\S+?))(?:（(分解)）|（自(\d{4})Q(\d)）)?")
SIGNS = {"≥": ">=", "≤": "<="}
Fields = dict[str, str]


def results(name: str, fields: Fields) -> Fields:
    """What the rules give for an example, for every result that it names."""
    wanted = pairs(fields["结果"])
    if name == "例·位次":
        return ranked(fields)
    found = rolled(fields) if name == "例·区划" else run_case(case(fields, list(wanted)))["result"]
    return {word: told(NAMES[word], found[NAMES[word]]) for word in wanted}


def told(name: str, value: Any) -> str:
    """A result as the document writes it."""
    if name in WORDS:
        return WORDS[name][value]
    return MISSING if value is None else str(value)


def pairs(text: str) -> Fields:
    """甲 = 1；乙 = 2"""
    return dict(part.split(" = ") for part in text.split("；"))


def case(fields: Fields, wanted: list[str]) -> dict[str, Any]:
    """An example in the form of the worked cases."""
    first, last = re.findall(r"\d{4}", fields["规划"])[-2:]
    return {
        "name": fields["指标"],
        "plan": {"start_year": int(first), "end_year": int(last)},
        "indicator": indicator(fields),
        "target": target(fields),
        "as_of": moment(fields["时点"]),
        "expect": dict.fromkeys(NAMES[word] for word in wanted),
        **{key: series(fields[name]) for name, key in SERIES.items() if name in fields},
    }


SERIES = {"填报": "figures", "分子": "numerator", "分母": "denominator"}


def indicator(fields: Fields) -> dict[str, Any]:
    _name, quantity, direction, reporting, frequency = fields["指标"].split("，")
    found = {
        "quantity": QUANTITIES[quantity], "direction": DIRECTIONS[direction],
        "reporting_basis": REPORTING[reporting], "frequency": FREQUENCIES[frequency],
    }  # fmt: skip
    if "系数" in fields:
        found |= {"factor": fields["系数"], "denominator_quantity": QUANTITIES[fields.get("分母类型", "时点数")]}
    return found


def target(fields: Fields) -> dict[str, Any]:
    years: dict[str, list[dict[str, Any]]] = {}
    for part in fields["年度"].split("；"):
        found = VERSION.fullmatch(part)
        assert found is not None, part
        year, sign, value, low, high, decomposed, since, quarter = found.groups()
        version: dict[str, Any] = {"comparator": SIGNS.get(sign, sign) or "range", "value": value or low}
        if high:
            version["upper"] = high
        if decomposed:
            version["source"] = "decomposed"
        if since:
            version["in_force_from"] = {"year": int(since), "quarter": int(quarter)}
        years.setdefault(year, []).append(version)
    made: dict[str, Any] = {"basis": BASES[fields["目标"]], "years": years}
    if "基期" in fields:
        year, value = fields["基期"].split(" = ")
        made["baseline"] = {"year": int(year), "value": value}
    return made


def moment(text: str) -> dict[str, int]:
    return {"year": int(text[:4]), "quarter": int(text[5])}


def series(text: str) -> list[dict[str, Any]]:
    return [{**moment(when), "value": value} for when, value in pairs(text).items()]


def rolled(fields: Fields) -> dict[str, Any]:
    """A region without a figure of its own, and its children's: at the end of the target's year."""
    below = pairs(fields["下级"])
    year = int(fields["年度"][:4])
    plain = case({"规划": f"{year} {year}", "时点": f"{year}Q4", "填报": f"{year}Q4 = 0", **fields}, ["状态"])
    lines, targets, _own = columns([plain])
    quarter = quarter_index(year, 4)
    figures = [None, *(None if value == MISSING else int(value) for value in below.values())]
    known = np.array([[figure is not None] for figure in figures])
    own = Series(quarter, np.array([[(figure or 0) * SCALE] for figure in figures], np.int64), known)
    children = np.arange(1, len(figures))
    tree = Tree(
        np.zeros_like(children), children, np.ones((len(children), 1), np.bool_), np.ones(len(figures), np.bool_)
    )
    assert lines.numerator_row[0] == NO_ROW
    found = compute(lines, targets, roll_up(own, tree)[0], np.array([quarter]), quarter)
    partial = decimal_string(int(found.partial.value[0, 0])) if found.partial.known[0, 0] else None
    return cell(found, 0, 0) | {
        "coverage_reported": int(found.coverage_reported[0, 0]),
        "coverage_expected": int(found.coverage_expected[0, 0]),
        "partial": partial,
    }


def ranked(fields: Fields) -> Fields:
    values = pairs(fields["数值"])
    sign = -1 if DIRECTIONS[fields["方向"]] == Direction.down.name else 1
    worth = np.array([[0 if value == MISSING else sign * int(value)] for value in values.values()], np.int64)
    known = np.array([[value != MISSING] for value in values.values()])
    places = rank_values(worth, known, np.zeros(len(values), np.int64))[:, 0]
    return {name: str(place) if place else MISSING for name, place in zip(values, places, strict=True)}
