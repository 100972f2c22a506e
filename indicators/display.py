"""The strings in which results are shown: made once here, the same on page, print, export and in the API's `display`."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from django.utils.translation import gettext_noop

from indicators.models import Attainment, Indicator, Target, TargetLine
from indicators.models.attainment import Light, Status
from ipdash.core.comparators import Comparator
from ipdash.core.display import MISSING, number_text, percent_text, points_text, unit_after
from ipdash.core.numbers import plain, round_half_up
from ipdash.core.words import say as _

PERCENT_BASES = frozenset({TargetLine.Basis.GROWTH, TargetLine.Basis.AVERAGE_GROWTH})


COMPARED: dict[str, str] = {
    Comparator.AT_LEAST: gettext_noop("不低于%(value)s"),
    Comparator.MORE_THAN: gettext_noop("超过%(value)s"),
    Comparator.EQUAL: gettext_noop("等于%(value)s"),
    Comparator.AT_MOST: gettext_noop("不超过%(value)s"),
    Comparator.LESS_THAN: gettext_noop("低于%(value)s"),
}


def line_unit(line: TargetLine) -> str:
    """The unit in which a line's values are shown: % for growth, the printed one where it differs, else the indicator's."""
    if line.basis in PERCENT_BASES:
        return "%"
    return line.unit if line.unit and line.unit_factor != 1 else line.indicator.unit


def line_places(line: TargetLine) -> int:
    """Decimals of a line's values: one for growth, two in a larger printed unit, else the indicator's."""
    if line.basis in PERCENT_BASES:
        return 1
    return line.indicator.decimals if line.unit_factor == 1 else max(2, line.indicator.decimals)


def shown_value(line: TargetLine, value: Decimal | None) -> Decimal | None:
    """A stored value of this line in the unit in which it is shown (`line_unit`), exactly."""
    return value if value is None or line.unit_factor == 1 else plain(value / line.unit_factor)


def stored_value(line: TargetLine, value: Decimal | None) -> Decimal | None:
    """A value typed in the unit in which the line is shown, as it is stored: the way back from `shown_value`."""
    return value if value is None or line.unit_factor == 1 else value * line.unit_factor


def value_text(line: TargetLine, value: Decimal | None, *, sign: bool = False) -> str:
    """A value of this line without its unit. One that its decimals would round to 0 keeps its first digit: 0 is 0."""
    return _shown_text(shown_value(line, value), line_places(line), sign)


@lru_cache(maxsize=1 << 14)
def _shown_text(shown: Decimal | None, places: int, sign: bool) -> str:
    """The same numbers come again on every page; to write one costs ten times as much as to find it."""
    if shown and round_half_up(shown, places) == 0:
        places = -shown.adjusted()
    return number_text(shown, places, sign=sign)


def baseline_text(line: TargetLine, value: Decimal) -> str:
    """A baseline with its unit: where growth since then is asked for, a level in the indicator's own unit."""
    if line.basis == TargetLine.Basis.AVERAGE_GROWTH:
        return figure_value_text(line.indicator, value) + unit_after(line.indicator.unit)
    return value_text(line, value) + unit_after(line_unit(line))


def figure_value_text(indicator: Indicator, value: Decimal | None) -> str:
    """A reported figure without its unit."""
    return number_text(value, indicator.decimals)


def change_text(line: TargetLine, value: Decimal | None) -> str:
    """A difference: between percents it is in points (个百分点)."""
    if value is not None and line_unit(line) == "%":
        return points_text(value)
    return value_text(line, value, sign=True)


def target_text(target: Target, line: TargetLine) -> str:
    """A target with its comparator, without its unit: 不低于25, 6–7."""
    if target.comparator == Comparator.RANGE:
        return f"{value_text(line, target.value)}–{value_text(line, target.upper)}"
    return _compared(target.comparator) % {"value": value_text(line, target.value)}


def _compared(comparator: str) -> str:
    return _(COMPARED[comparator])


def line_display(line: TargetLine, row: Attainment | None) -> dict[str, str]:
    """Every result of a row as text, by the names of attainment.md §4–5; `—` where there is none."""
    if row is None:
        return _blank(line)
    return {
        "unit": line_unit(line),
        "actual": value_text(line, row.actual),
        "target": _target(line, row),
        "target_source": target_source_text(row.target_source),
        "completion": percent_text(row.completion),
        "realisation": percent_text(row.realisation),
        "elapsed": percent_text(row.elapsed),
        "plan_gap": points_text(row.plan_gap),
        "expected": value_text(line, row.expected),
        "year_gap": points_text(row.year_gap),
        "gap_to_target": value_text(line, row.gap_to_target),
        "forecast": value_text(line, row.forecast),
        "forecast_method": forecast_method_text(row.forecast_method),
        "needed_per_quarter": value_text(line, row.needed_per_quarter),
        "change_on_quarter": change_text(line, row.change_on_quarter),
        "change_on_year": change_text(line, row.change_on_year),
        "rank": MISSING if row.rank is None else str(row.rank),
        "partial": value_text(line, row.partial),
        "status": str(Status(row.status).label),
        "light": str(Light(row.light).label),
    }


# At least is what a target means unless it says otherwise, for falling ones at most; only what differs is said.
SIGNS = {">": ">", "<": "<", "=": "=", ">=": "≥", "<=": "≤"}


def _target(line: TargetLine, row: Attainment) -> str:
    """The year's target as a table shows it: 25, >20 where it must be exceeded, 6–7."""
    text = value_text(line, row.target)
    if row.target is None:
        return text
    if row.target_upper is not None:
        return f"{text}–{value_text(line, row.target_upper)}"
    usual = "<=" if line.indicator.direction == Indicator.Direction.DOWN else ">="
    return text if row.target_comparator in {"", usual} else SIGNS[row.target_comparator] + text


def _blank(line: TargetLine) -> dict[str, str]:
    names = (
        "actual", "target", "completion", "realisation", "elapsed", "plan_gap", "expected", "year_gap",
        "gap_to_target", "forecast", "needed_per_quarter", "change_on_quarter", "change_on_year", "rank", "partial",
    )  # fmt: skip
    blank = dict.fromkeys(names, MISSING)
    return {
        **blank,
        "unit": line_unit(line),
        "target_source": "",
        "forecast_method": "",
        "status": _("等待计算"),
        "light": str(Light.NONE.label),
    }


TARGET_SOURCES = {
    "stated": gettext_noop("文件规定"),
    "decomposed": gettext_noop("分解"),
    "interpolated": gettext_noop("按线性分解"),
    "next": gettext_noop("取下一年目标"),
}
FORECAST_METHODS = {
    "share": gettext_noop("按前三年同期占全年的平均比重推算"),
    "proportion": gettext_noop("按已过季度平均推算"),
    "trend": gettext_noop("按近几个季度的平均增量推算"),
}


def target_source_text(source: str) -> str:
    """How a year's target came about."""
    return _(TARGET_SOURCES[source]) if source else ""


def forecast_method_text(method: str) -> str:
    """How the year's end was forecast (attainment.md §4)."""
    return _(FORECAST_METHODS[method]) if method else ""
