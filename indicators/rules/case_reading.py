"""Reads a case's JSON into columns of one line; what is not in the form is refused in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

import numpy as np

from indicators.rules.columns import (
    NEVER,
    NO_ROW,
    ORIGINAL,
    SCALE,
    SYMBOLS,
    Basis,
    Comparator,
    Direction,
    Frequency,
    Lines,
    Quantity,
    ReportingBasis,
    Series,
    Targets,
    TargetSource,
    quarter_index,
    supported,
)

_Code = TypeVar("_Code", bound=IntEnum)
_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)
_YEARS = range(1900, 2200)
_REPORTED_AS = {Quantity.flow: (ReportingBasis.quarter, ReportingBasis.ytd)}


class CaseRefused(ValueError):
    """The case is not in the form; the text is a sentence for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One target line with its figures, the quarter asked for and the last quarter that has ended."""

    name: str
    lines: Lines
    targets: Targets
    series: Series
    as_of: int
    last_ended: int
    expected_keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Node:
    """A JSON object and where it stands."""

    where: str
    content: Mapping[str, Any]

    @classmethod
    def of(cls, value: object, where: str) -> _Node:
        if not isinstance(value, Mapping):
            raise CaseRefused(f"{where}：应为对象 {{…}}，实为{_kind(value)}。")
        return cls(where, value)

    def value(self, key: str) -> Any:
        if key not in self.content:
            raise CaseRefused(f"{self.where}：缺少“{key}”。")
        return self.content[key]

    def has(self, key: str) -> bool:
        return self.content.get(key) is not None

    def node(self, key: str) -> _Node:
        return _Node.of(self.value(key), f"{self.where}的 {key}")

    def code(self, key: str, codes: type[_Code], default: _Code | None = None) -> _Code:
        if default is not None and not self.has(key):
            return default
        value = self.value(key)
        if not isinstance(value, str) or value not in codes.__members__:
            raise CaseRefused(f"{self.where}：“{key}”应为 {'、'.join(codes.__members__)} 之一，实为{_kind(value)}。")
        return codes[value]

    def year(self, key: str) -> int:
        return _year(self.value(key), f"{self.where}的 {key}")

    def decimal(self, key: str, default: str | None = None) -> int:
        value = self.value(key) if default is None or self.has(key) else default
        return _scaled(value, f"{self.where}的 {key}")

    def quarter(self) -> int:
        quarter = self.value("quarter")
        if type(quarter) is not int or quarter not in (1, 2, 3, 4):
            raise CaseRefused(f"{self.where}：“quarter”应为 1 至 4 的整数，实为{_kind(quarter)}。")
        return quarter_index(self.year("year"), quarter)


def _kind(value: object) -> str:
    """What was found, in words."""
    if value is None:
        return "空（null）"
    return f"“{value}”" if isinstance(value, str | int | float) else f"{type(value).__name__} 类型的内容"


def _year(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in _YEARS:
        raise CaseRefused(f"{where}：应为 {_YEARS.start} 至 {_YEARS.stop - 1} 的年份（整数），实为{_kind(value)}。")
    return value


def _scaled(value: object, where: str) -> int:
    """A decimal string, or an integer, in millionths; a JSON float is refused, since it may not be what was written."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise CaseRefused(
            f'{where}：数值须写成十进制数字的字符串，整数至多 12 位、小数至多 6 位（例如 "12.01"），实为{_kind(value)}。'
        )
    whole, _, rest = text.lstrip("-").partition(".")
    scaled = int(whole) * SCALE + int(rest.ljust(6, "0"))
    return -scaled if text.startswith("-") else scaled


def read_case(document: object, position: int) -> Case:
    """One case of the form, as columns of one line. Raises `CaseRefused`."""
    name = document.get("name") if isinstance(document, Mapping) else None
    root = _Node.of(document, f"第 {position} 个案例" + (f"“{name}”" if isinstance(name, str) else ""))
    if not isinstance(root.value("name"), str):
        raise CaseRefused(f"{root.where}：“name”应为字符串，实为{_kind(name)}。")
    lines = _line(root)
    series = _series(root, Quantity(int(lines.quantity[0])))
    as_of = root.node("as_of").quarter()
    last_ended = root.node("last_ended").quarter() if root.has("last_ended") else as_of
    expect = root.node("expect").content if root.has("expect") else {}
    return Case(str(name), lines, _targets(root), series, as_of, last_ended, frozenset(expect))


def _line(root: _Node) -> Lines:
    plan, indicator, target = root.node("plan"), root.node("indicator"), root.node("target")
    quantity, basis = indicator.code("quantity", Quantity), target.code("basis", Basis)
    reporting = indicator.code("reporting_basis", ReportingBasis)
    frequency = indicator.code("frequency", Frequency, Frequency.quarterly)
    _check(root, quantity, basis, reporting)
    start, end = plan.year("start_year"), plan.year("end_year")
    yellow, red = plan.decimal("yellow_below", "0"), plan.decimal("red_below", "-10")
    if end < start:
        raise CaseRefused(f"{plan.where}：结束年份 {end} 早于开始年份 {start}。")
    if red >= yellow:
        raise CaseRefused(f"{plan.where}：红线（red_below）须低于黄线（yellow_below）。")
    baseline = target.node("baseline") if target.has("baseline") else None
    # an annual indicator has one figure a year, at Q4: that of a flow is the year's
    part = ReportingBasis.ytd if frequency == Frequency.annual else ReportingBasis.quarter
    ratio = quantity == Quantity.ratio
    return Lines(
        quantity=_one(quantity, np.int8),
        direction=_one(indicator.code("direction", Direction), np.int8),
        reporting_basis=_one(reporting, np.int8),
        frequency=_one(frequency, np.int8),
        basis=_one(basis, np.int8),
        denominator_quantity=_one(indicator.code("denominator_quantity", Quantity, Quantity.stock), np.int8),
        numerator_reporting=_one(indicator.code("numerator_reporting_basis", ReportingBasis, part), np.int8),
        denominator_reporting=_one(indicator.code("denominator_reporting_basis", ReportingBasis, part), np.int8),
        factor=_one(indicator.decimal("factor", "1"), np.int64),
        start_year=_one(start, np.int32),
        end_year=_one(end, np.int32),
        yellow=_one(yellow, np.int64),
        red=_one(red, np.int64),
        baseline_year=_one(baseline.year("year") if baseline else 0, np.int32),
        baseline_value=_one(baseline.decimal("value") if baseline else 0, np.int64),
        baseline_known=_one(baseline is not None, np.bool_),
        figure_row=_one(NO_ROW if ratio else 0, np.int64),
        numerator_row=_one(0 if ratio else NO_ROW, np.int64),
        denominator_row=_one(1 if ratio else NO_ROW, np.int64),
        ended_from=_one(target.node("ended_from").quarter() if target.has("ended_from") else NEVER, np.int64),
    )


def _one(value: int, kind: type[np.generic]) -> Any:
    return np.array([value], kind)


def _check(root: _Node, quantity: Quantity, basis: Basis, reporting: ReportingBasis) -> None:
    """What attainment.md §1 rules out."""
    allowed = _REPORTED_AS.get(quantity, (ReportingBasis.level,))
    if reporting not in allowed:
        names = "、".join(code.name for code in allowed)
        raise CaseRefused(
            f"{root.where}：{quantity.name} 指标的“reporting_basis”应为 {names}，实为“{reporting.name}”。"
        )
    if not supported(quantity, basis):
        raise CaseRefused(f"{root.where}：目标口径“{basis.name}”只适用于时期数（flow），实为“{quantity.name}”。")


def _targets(root: _Node) -> Targets:
    years = root.node("target").node("years")
    rows: list[tuple[int, ...]] = []
    for key, content in years.content.items():
        if not re.fullmatch(r"\d{4}", key, re.ASCII):
            raise CaseRefused(f"{years.where}：“{key}”不是四位数的年份。")
        where = f"{years.where}.{key}"
        for version in content if isinstance(content, list) else [content]:
            rows.append((_year(int(key), where), *_version(_Node.of(version, where))))
    year, comparator, value, upper, upper_known, source, since = zip(*rows, strict=True) if rows else ((),) * 7
    return Targets(
        line=np.zeros(len(rows), np.int64),
        year=np.array(year, np.int32),
        comparator=np.array(comparator, np.int8),
        value=np.array(value, np.int64),
        upper=np.array(upper, np.int64),
        upper_known=np.array(upper_known, np.bool_),
        source=np.array(source, np.int8),
        in_force_from=np.array(since, np.int64),
    )


def _version(target: _Node) -> tuple[int, ...]:
    sign = target.value("comparator")
    if not isinstance(sign, str) or sign not in SYMBOLS:
        raise CaseRefused(f"{target.where}：“comparator”应为 {'、'.join(SYMBOLS)} 之一，实为{_kind(sign)}。")
    ranged = SYMBOLS[sign] == Comparator.range
    source = target.code("source", TargetSource, TargetSource.stated)
    if source not in (TargetSource.stated, TargetSource.decomposed):
        raise CaseRefused(f"{target.where}：“source”应为 stated 或 decomposed，实为“{source.name}”。")
    since = target.node("in_force_from").quarter() if target.has("in_force_from") else ORIGINAL
    value, upper = target.decimal("value"), target.decimal("upper") if ranged else 0
    if ranged and upper < value:
        raise CaseRefused(f"{target.where}：区间的上限（upper）不得小于下限（value）。")
    return SYMBOLS[sign], value, upper, ranged, source, since


def _series(root: _Node, quantity: Quantity) -> Series:
    names = ("numerator", "denominator") if quantity == Quantity.ratio else ("figures",)
    rows = [_figures(root, name) for name in names]
    quarters = [quarter for row in rows for quarter in row]
    first, last = (min(quarters), max(quarters)) if quarters else (0, -1)
    value = np.zeros((len(rows), last - first + 1), np.int64)
    known = np.zeros(value.shape, np.bool_)
    for number, row in enumerate(rows):
        for quarter, figure in row.items():
            value[number, quarter - first], known[number, quarter - first] = figure, True
    return Series(first, value, known)


def _figures(root: _Node, name: str) -> dict[int, int]:
    content = root.value(name) if root.has(name) else []
    if not isinstance(content, list):
        raise CaseRefused(f"{root.where}：“{name}”应为列表 […]，实为{_kind(content)}。")
    figures: dict[int, int] = {}
    for position, item in enumerate(content, 1):
        figure = _Node.of(item, f"{root.where}的 {name} 第 {position} 项")
        quarter = figure.quarter()
        if quarter in figures:
            raise CaseRefused(f"{figure.where}：同一季度出现两次。")
        if figure.value("value") is not None:  # null is missing, like a quarter that is not listed
            figures[quarter] = figure.decimal("value")
    return figures
