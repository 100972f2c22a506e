"""Filters and orderings of lists. A filter that is not understood is refused: an unfiltered list would look like its answer."""

from __future__ import annotations

import re
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError as FormError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView

COMMON = frozenset({"page", "page_size", "ordering", "format"})


class _WholeField(forms.Field):
    """ASCII digits within bounds."""

    default_error_messages = {"invalid": gettext_lazy("应为%(least)s至%(most)s的整数。")}

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most = least, most

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        number = int(value) if re.fullmatch(r"[0-9]{1,19}", value) else -1
        if not self.least <= number <= self.most:
            message = str(self.error_messages["invalid"]) % {"least": self.least, "most": self.most}
            raise FormError(message, code="invalid")
        return number


class WholeFilter(django_filters.Filter):  # type: ignore[misc]  # the library has no types
    """An integer: an id, a year, a quarter."""

    field_class = _WholeField

    def __init__(self, field_name: str | None = None, *, least: int = 1, most: int = 2**63 - 1, **kwargs: Any) -> None:
        super().__init__(field_name=field_name, least=least, most=most, **kwargs)
        schema = {"type": "integer", "minimum": least, "maximum": most}
        extend_schema_field(schema)(self)


class TextFilter(django_filters.CharFilter):  # type: ignore[misc]  # the library has no types
    """A text without NUL, compared as the lookup says."""


class WordFilter(django_filters.ChoiceFilter):  # type: ignore[misc]  # the library has no types
    """One of some words."""

    def __init__(self, field_name: str, choices: Any, **kwargs: Any) -> None:
        words = [(value, value) for value in choices]
        super().__init__(field_name=field_name, choices=words, empty_label=None, **kwargs)
        extend_schema_field({"type": "string", "enum": [value for value, _label in words]})(self)


class CodeFilter(django_filters.ModelChoiceFilter):  # type: ignore[misc]  # the library has no types
    """An object given by its code; an unknown code is an error, not an empty list."""

    def __init__(self, field_name: str, queryset: Any, pattern: str, **kwargs: Any) -> None:
        message = {"invalid_choice": gettext_lazy("没有这个代码：请核对后重试。")}
        super().__init__(
            field_name=field_name, queryset=queryset, to_field_name="code", error_messages=message, **kwargs
        )
        extend_schema_field({"type": "string", "pattern": pattern})(self)


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]  # the library has no types
    """A day as 2025-10-12."""

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        super().__init__(field_name=field_name, input_formats=["%Y-%m-%d"], **kwargs)
        extend_schema_field({"type": "string", "format": "date"})(self)


class YesNoFilter(django_filters.Filter):  # type: ignore[misc]  # the library has no types
    """true or false."""

    class field_class(forms.Field):
        default_error_messages = {"invalid": gettext_lazy("应为true或false。")}

        def to_python(self, value: Any) -> bool | None:
            if value in self.empty_values:
                return None
            if value not in {"true", "false"}:
                raise FormError(str(self.error_messages["invalid"]), code="invalid")
            return bool(value == "true")

    def __init__(self, field_name: str | None = None, **kwargs: Any) -> None:
        super().__init__(field_name=field_name, **kwargs)
        extend_schema_field({"type": "boolean"})(self)


def year_filter(field_name: str | None = "year", **kwargs: Any) -> WholeFilter:
    return WholeFilter(field_name, least=1949, most=2200, **kwargs)


def quarter_filter(field_name: str = "quarter") -> WholeFilter:
    return WholeFilter(field_name, least=1, most=4)


class Filters(FilterSet):  # type: ignore[misc]  # the library has no types
    """The filters of one resource, by the names of its fields."""


class StrictFilterBackend(DjangoFilterBackend):  # type: ignore[misc]  # the library has no types
    """Filters by query fields; refuses names it does not know, and a name given twice."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        filters = self.get_filterset_class(view, queryset)
        known = COMMON | (set(filters.base_filters) if filters is not None else set())
        refuse_unknown(request, known)
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered


def refuse_unknown(request: Request, known: frozenset[str] | set[str]) -> None:
    """Raises `ValidationError` for query fields that nobody would look at."""
    wrong = {
        name: [_("没有名为“%(name)s”的查询参数。") % {"name": name[:40]}]
        for name in request.query_params
        if name not in known
    }
    for name, values in request.query_params.lists():
        if len(values) > 1 and name not in wrong:
            wrong[name] = [_("同一查询参数只能给一个值。")]
        elif "" in values and name not in wrong:
            wrong[name] = [_("查询参数没有值：请给出值，或不写这个参数。")]
        elif any("\x00" in value for value in values):
            wrong[name] = [_("含有不可用的字符。")]
    if wrong:
        raise ValidationError(wrong)


class StrictOrdering(BaseFilterBackend):
    """`ordering=-year,quarter` by the names in the view's `orderings`; ends in the key, so that pages never overlap."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        asked = request.query_params.get("ordering", "")
        columns: dict[str, str] = getattr(view, "orderings", {})
        if not asked:
            return (
                queryset if queryset.query.order_by else queryset.order_by(*(queryset.model._meta.ordering or ()), "pk")
            )
        order = []
        for name in asked.split(","):
            column = columns.get(name.removeprefix("-"))
            if column is None:
                choices = _("、").join(columns)
                message = _("不能按“%(name)s”排序；可用：%(choices)s。") % {"name": name[:40], "choices": choices}
                raise ValidationError({"ordering": [message]})
            order.append(f"-{column}" if name.startswith("-") else column)
        return queryset.order_by(*order, "pk")

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        names = list(getattr(view, "orderings", {}))
        if not names:
            return []
        words = "|".join(f"-?{re.escape(name)}" for name in names)
        schema = {"type": "string", "pattern": f"^({words})(,({words}))*$"}
        return [
            {
                "name": "ordering",
                "in": "query",
                "required": False,
                "schema": schema,
                "description": _ordering_words(names),
            }
        ]


def _ordering_words(names: list[str]) -> str:
    return _("排序字段，逗号分隔，前加减号为倒序：") + _("、").join(names)
