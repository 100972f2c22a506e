"""Thin filters and tags on `ipdash.core.display`; nothing is decided here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from ipdash.core import display
from ipdash.core.logs import request_number as current_request
from ipdash.core.marks.shapes import shape

register = template.Library()

_SIGNS = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
# From the first Chinese sign of a run to its last; spaces and markup end a run.
_CHINESE = re.compile(rf"[{_SIGNS}](?:[^\s<>&]*[{_SIGNS}])?")


@register.filter
def number(value: Decimal | None, places: int | None = None) -> str:
    """`{{ value|number:2 }}` → 1,234.50, — where missing."""
    return display.number_text(value, places)


@register.filter
def signed(value: Decimal | None, places: int | None = None) -> str:
    """`{{ change|signed:2 }}` → +0.34."""
    return display.number_text(value, places, sign=True)


@register.filter
def percent(value: Decimal | None) -> str:
    """`{{ completion|percent }}` → 97.4%."""
    return display.percent_text(value)


@register.filter
def points(value: Decimal | None) -> str:
    """`{{ year_gap|points }}` → +3.5个百分点."""
    return display.points_text(value)


@register.filter
def day(value: date | None) -> str:
    """`{{ issued_on|day }}` → 2025年10月12日."""
    return display.day_text(value)


@register.filter
def days_left(days: int) -> str:
    """`{{ days|days_left }}` → 还有3天."""
    return display.days_left_text(days)


@register.filter
def chinese(text: object) -> SafeString:
    """`{{ sentence|chinese }}`: on an English page, marks the names and units that stay Chinese with `lang="zh"`."""
    escaped = conditional_escape(str(text))
    if (get_language() or "").startswith("zh"):
        return escaped
    # The text is escaped above; only fixed markup is put around parts of it.
    return mark_safe(_CHINESE.sub(r'<span lang="zh">\g<0></span>', escaped))  # noqa: S308


@register.filter
def unit(value: str) -> SafeString:
    """`{{ text }}{{ page.unit|unit }}` → 12件, in English 12 件."""
    return chinese(display.unit_after(value))


@register.simple_tag
def status_tag(status: str) -> SafeString:
    """A status as colour, shape and word."""
    return _tag(display.status_word(status))


@register.simple_tag
def status_label(status: str) -> str:
    """A status as its word alone."""
    return str(display.status_word(status).label)


@register.simple_tag
def task_state_tag(state: str) -> SafeString:
    """How far a task is, as colour, shape and word."""
    return _tag(display.task_state_words[state])


@register.filter
def item(values: Mapping[Any, Any], key: object) -> Any:
    """`{{ targets|item:year }}`: what stands under a key, None where nothing does."""
    return values.get(key)


@register.simple_tag
def light_mark(light: str) -> SafeString:
    """A light as colour, shape and word."""
    return _tag(display.light_words[light])


@register.simple_tag
def light_meaning(light: str) -> str:
    """What a light stands for, in words."""
    return str(display.light_meanings[light])


@register.simple_tag
def result_name(name: str) -> str:
    """The Chinese name of a result of attainment.md §4."""
    return str(display.result_words[name])


@register.simple_tag
def request_number() -> str:
    """The number under which the log keeps this request."""
    return current_request.get() or display.MISSING


def _tag(word: display.Word) -> SafeString:
    return format_html('<span class="tag {}">{}{}</span>', word.light, shape(word.mark), word.label)
