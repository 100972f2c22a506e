"""The one drawer of labels, colours and formats: pages, charts, the API's `display` and exports take theirs from here.

Values are `Decimal | None`; None is missing and shows as —, 0 shows as 0. Rounding is half up (away from zero).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from ipdash.core.numbers import decimal_text, round_half_up
from ipdash.core.words import say as _

MISSING = "—"
MINUS = "−"
PERCENT = "%"


class Word(NamedTuple):
    """How a status is shown: never by colour alone."""

    label: Any  # str, translated when shown
    light: str  # green, yellow, red, grey, none
    mark: str  # the shape, as text: ✓ ● ▲ ■ ○ –


# attainment.md §5, in the order in which they are tried.
status_words: dict[str, Word] = {
    "not_due": Word(gettext_lazy("未到考核期"), "none", "–"),
    "no_target": Word(gettext_lazy("无年度目标"), "none", "–"),
    "undefined": Word(gettext_lazy("无法计算"), "grey", "○"),
    "missing": Word(gettext_lazy("未填报"), "grey", "○"),
    "achieved": Word(gettext_lazy("已完成"), "green", "✓"),
    "missed": Word(gettext_lazy("未完成"), "red", "■"),
    "on_track": Word(gettext_lazy("达到序时进度"), "green", "●"),
    "no_pace": Word(gettext_lazy("无法判断进度"), "grey", "○"),
    "behind": Word(gettext_lazy("滞后"), "yellow", "▲"),
    "far_behind": Word(gettext_lazy("严重滞后"), "red", "■"),
}
# How far a task is (plans/rules/task_state.py), in the order in which lists are counted.
task_state_words: dict[str, Word] = {
    "late": Word(gettext_lazy("逾期"), "red", "■"),
    "awaiting_review": Word(gettext_lazy("办结待复核"), "grey", "○"),
    "on_time": Word(gettext_lazy("按期推进"), "green", "●"),
    "not_started": Word(gettext_lazy("未开始"), "none", "–"),
    "closed": Word(gettext_lazy("已销号"), "green", "✓"),
    "ended": Word(gettext_lazy("规划结束时未办结"), "none", "–"),
}
_PENDING = Word(gettext_lazy("等待计算"), "none", "–")

# From bad to good would invite reading a rank; this is the order of the lamp boxes.
light_words: dict[str, Word] = {
    "green": Word(gettext_lazy("绿灯"), "green", "●"),
    "yellow": Word(gettext_lazy("黄灯"), "yellow", "▲"),
    "red": Word(gettext_lazy("红灯"), "red", "■"),
    "grey": Word(gettext_lazy("灰灯"), "grey", "○"),
    "none": Word(gettext_lazy("不亮灯"), "none", "–"),
}
# What stands under a lamp's name.
light_meanings: dict[str, Any] = {
    "green": gettext_lazy("达到序时进度或已完成"),
    "yellow": gettext_lazy("滞后"),
    "red": gettext_lazy("严重滞后或未完成"),
    "grey": gettext_lazy("未填报、无法计算或无法判断进度"),
    "none": gettext_lazy("无年度目标或未到考核期"),
}

# attainment.md §4: each result by its name.
result_words: dict[str, Any] = {
    "actual": gettext_lazy("实际值"),
    "target": gettext_lazy("年度目标"),
    "completion": gettext_lazy("年度目标完成率"),
    "realisation": gettext_lazy("规划目标实现程度"),
    "elapsed": gettext_lazy("规划期时间进度"),
    "plan_gap": gettext_lazy("较规划期时间进度差"),
    "expected": gettext_lazy("序时进度目标值"),
    "year_gap": gettext_lazy("较年度序时进度差"),
    "gap_to_target": gettext_lazy("差额"),
    "forecast": gettext_lazy("年末预计"),
    "needed_per_quarter": gettext_lazy("每季需完成"),
    "change_on_quarter": gettext_lazy("较上季"),
    "change_on_year": gettext_lazy("较上年同期"),
    "rank": gettext_lazy("位次"),
}


class Ink(NamedTuple):
    """A colour and the ground it is read on, as #rrggbb; the same as in static/css/tokens.css."""

    ink: str
    ground: str


light_inks: dict[str, Ink] = {
    "green": Ink("#17713d", "#e4f3ea"),
    "yellow": Ink("#7d5200", "#fff2cf"),
    "red": Ink("#b1241c", "#fdebe9"),
    "grey": Ink("#56616d", "#eceff3"),
    "none": Ink("#56616d", "#ffffff"),
}
# Everything else a chart or an exported table draws with.
inks: dict[str, str] = {
    "ink": "#15191e",
    "second": "#434d58",
    "meta": "#626c77",
    "line": "#dfe4ea",
    "control": "#7d8793",
    "accent": "#1b5ea8",
    "track": "#eceff3",
}


def number_text(value: Decimal | None, places: int | None = None, *, sign: bool = False) -> str:
    """1,234.50, −3, — ; `places` decimals half up, or as many as the value has; `sign` adds + above zero."""
    if value is None:
        return MISSING
    shown = Decimal(decimal_text(value)) if places is None else round_half_up(value, places)
    text = f"{abs(shown):,f}"
    if not shown:
        return text  # a rounded −0.04 is 0.0, without a sign
    if shown < 0:
        return MINUS + text
    return "+" + text if sign else text


def percent_text(value: Decimal | None) -> str:
    """A share given in percent: 97.4%."""
    return MISSING if value is None else number_text(value, 1) + PERCENT


def points_text(value: Decimal | None, places: int = 1) -> str:
    """A difference of percents: +3.5个百分点."""
    if value is None:
        return MISSING
    return _("%(points)s个百分点") % {"points": number_text(value, places, sign=True)}


def with_unit(value: Decimal | None, unit: str, places: int | None = None, *, sign: bool = False) -> str:
    """A number and its unit, for running text: 18.5件, 3 km; a missing one has no unit."""
    text = number_text(value, places, sign=sign)
    return text if value is None else text + unit_after(unit)


def unit_after(unit: str) -> str:
    """A unit as it follows a number: 件,  km (set apart), %; in English 件 is set apart, too."""
    if not unit or unit == PERCENT:
        return unit
    if unit[0].isascii() and unit[0].isalpha():
        return f" {unit}"
    return _("%(unit)s") % {"unit": unit}


def change_text(value: Decimal | None, unit: str, places: int | None = None) -> str:
    """A change since another quarter, signed; between percents it is in points."""
    if unit == PERCENT:
        return points_text(value, 1 if places is None else places)
    return number_text(value, places, sign=True)


def status_word(status: str) -> Word:
    """Label, light and mark of a status; the empty one is a result not yet computed. Raises KeyError for others."""
    return status_words[status] if status else _PENDING


def status_text(status: str) -> str:
    """Shape and word, where there is no colour: ● 达到序时进度."""
    word = status_word(status)
    return f"{word.mark} {word.label}"


def day_text(day: date | None) -> str:
    """2025年10月12日, in the reader's language."""
    return MISSING if day is None else date_format(day)


def days_left_text(days: int) -> str:
    """How long until a due day: 还有3天, 今天截止, 已逾期2天."""
    if days == 0:
        return _("今天截止")
    if days < 0:
        return _("已逾期%(days)s天") % {"days": number_text(Decimal(-days))}
    return _("还有%(days)s天") % {"days": number_text(Decimal(days))}
