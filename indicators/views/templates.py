"""The table to fill in, as a download."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from indicators.selectors.templates import template_name, template_spec, template_unit_for
from ipdash.core.errors import Invalid
from ipdash.core.file_names import as_download
from ipdash.core.periods import Quarter
from plans.scope import scope_of

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@require_safe
def entry_template(request: HttpRequest) -> HttpResponse:
    """`?unit=&year=&quarter=&format=xlsx|csv`: the unit's table for the quarter, filled with what is known."""
    from indicators.workbooks.template import build_csv_template, build_template

    scope = scope_of(request.user)
    unit = template_unit_for(scope, _unit_id(request))
    quarter, extension = _quarter(request), request.GET.get("format", "xlsx")
    if extension not in TYPES:
        raise Invalid("bad_format", _("模板格式应为 xlsx 或 csv，请重新选择。"))
    spec = template_spec(unit, quarter, scope)
    content = build_template(spec) if extension == "xlsx" else build_csv_template(spec)
    return file_response(content, template_name(unit, quarter, extension), extension)


def file_response(content: bytes, name: str, extension: str) -> HttpResponse:
    """A download under a name of any characters (RFC 5987)."""
    return as_download(HttpResponse(content, content_type=TYPES[extension]), name)


def _unit_id(request: HttpRequest) -> int:
    text = request.GET.get("unit", "")
    if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) is None:
        raise Invalid("bad_unit", _("请选择填报单位。"))
    return int(text)


def _quarter(request: HttpRequest) -> Quarter:
    """`year=2025&quarter=3`, or `quarter=2025Q3`."""
    year, text = request.GET.get("year", ""), request.GET.get("quarter", "")
    asked = Quarter.parse(f"{year}Q{text}" if year else text)
    if asked is None or not 1950 <= asked.year <= 2199:
        raise Invalid("bad_period", _("请选择年份和季度，例如2025年第3季度。"))
    return asked
