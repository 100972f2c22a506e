"""Fields that take what the description says and nothing that only looks like it."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ipdash.core.api.parsers import JsonNumber
from ipdash.core.figure_sentences import sentence
from ipdash.core.figure_text import Origin, Verdict, parse_figure
from ipdash.core.numbers import decimal_text

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL and half characters, which PostgreSQL does not store."""
LARGEST_ID = 2**63 - 1
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_WRITTEN = r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$"
_DECIMAL_SCHEMA: dict[str, Any] = {
    "oneOf": [
        {"type": "string", "pattern": _WRITTEN},
        {"type": "number", "minimum": -999999999999, "maximum": 999999999999},
    ],
    "example": "18.5",
    "description": "数值，写成字符串以保证精确；整数部分最多12位，小数部分最多6位。",
}


class NotAFigure(ValueError):
    """A value that is not a decimal in plain digits; carries its sentence."""


def read_decimal(data: object) -> Decimal:
    """The decimal that a JSON value stands for, from the digits that were sent; raises `NotAFigure` with a sentence.

    Plain digits alone are taken, as a string or as a number: what a person would have to confirm (1,234 · 1.2万 · 5%) is
    refused, because nobody is there to be asked.
    """
    if isinstance(data, bool) or not isinstance(data, str | int | JsonNumber):
        raise NotAFigure(_('应为写成字符串的数值，例如 "18.5"；没有数据请给null。'))
    written = _digits(data)
    parsed = parse_figure(written, origin=Origin.PLAIN)
    if parsed.verdict is Verdict.OK and parsed.value is not None and _PLAIN.fullmatch(written):
        return parsed.value
    raise NotAFigure(sentence(parsed.code, parsed.params) or _('应为只含数字和小数点的数值，例如 "18.5"。'))


def _digits(data: str | int | JsonNumber) -> str:
    if isinstance(data, int) and abs(data) >= 10**18:
        return "9" * 19  # too large whatever it is; printing it could itself be refused
    return str(data)


@extend_schema_field(_DECIMAL_SCHEMA)
class DecimalText(serializers.Field[Decimal, Any, str, Any]):
    """A decimal, out as a string without exponent or trailing zeros, in as plain digits."""

    def to_representation(self, value: Decimal) -> str:
        return decimal_text(value)

    def to_internal_value(self, data: Any) -> Decimal:
        try:
            return read_decimal(data)
        except NotAFigure as error:
            raise serializers.ValidationError(str(error)) from error


@extend_schema_field({"type": "string", "pattern": _WRITTEN, "example": "18.5"})
class DecimalOut(DecimalText):
    """A decimal that is only given: always a string."""


class Text(serializers.CharField):
    """A JSON string; a number is not one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if UNSTORABLE.search(data):
            raise serializers.ValidationError(_("含有不可保存的字符，请删去后重新填写。"))
        return super().to_internal_value(data)


class Choice(serializers.ChoiceField):
    """One of some words."""

    default_error_messages = {"invalid_choice": gettext_lazy("“{input}”不在可选值之中。")}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=str(data)[:40])
        if data not in self.choices:
            self.fail("invalid_choice", input=data[:40])
        return data


class Whole(serializers.IntegerField):
    """A JSON integer within bounds; never a string, a float or a truth value."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class YesNo(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=str(data)[:40])
        return data


class Day(serializers.DateField):
    """A day as 2025-10-12."""

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


def identifier(**kwargs: Any) -> Whole:
    """An id of another object."""
    return Whole(min_value=1, max_value=LARGEST_ID, **kwargs)


def year(**kwargs: Any) -> Whole:
    return Whole(min_value=1949, max_value=2200, **kwargs)


def quarter(**kwargs: Any) -> Whole:
    return Whole(min_value=1, max_value=4, **kwargs)


def region_code(**kwargs: Any) -> Text:
    """A region given by its six-digit code."""
    return CodeText(r"^[0-9]{6}$", _REGION, max_length=6, **kwargs)


def indicator_code(**kwargs: Any) -> Text:
    """An indicator given by its catalogue code."""
    return CodeText(r"^[-a-zA-Z0-9_]{1,60}$", _INDICATOR, max_length=60, **kwargs)


_REGION = gettext_lazy("区划代码应为6位数字。")
_INDICATOR = gettext_lazy("指标编码由字母、数字、下划线和连字符组成，最多60个字符。")


class CodeText(serializers.RegexField, Text):
    """A text of a fixed form."""

    def __init__(self, pattern: str, message: Any, **kwargs: Any) -> None:
        super().__init__(pattern, error_messages={"invalid": message}, **kwargs)


def also(**fields: serializers.Field[Any, Any, Any, Any]) -> Callable[[type[Any]], type[Any]]:
    """Adds fields to a serializer whose names are words of Python or attributes of the framework (from, source, parent)."""

    def add(serializer: type[Any]) -> type[Any]:
        kept = {"__doc__": serializer.__doc__, "__module__": serializer.__module__}
        return type(serializer.__name__, (serializer,), {**kept, **fields})

    return add
