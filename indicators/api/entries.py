"""Figures as programs send them: one reader for a single figure and for ten thousand.

A row that cannot be read is one row's refusal, not the whole request's, so rows are read here and not by a serializer;
`EntryBody` describes what is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from indicators.services.entry_rules import Entry
from ipdash.core.api.bodies import Body
from ipdash.core.api.fields import (
    UNSTORABLE,
    DecimalText,
    NotAFigure,
    Text,
    indicator_code,
    quarter,
    read_decimal,
    region_code,
    year,
)

NEEDED = ("indicator", "region", "year", "quarter", "value")
OPTIONAL = ("note", "printed")
_REGION = re.compile(r"[0-9]{6}", re.ASCII)
_INDICATOR = re.compile(r"[-a-zA-Z0-9_]{1,60}", re.ASCII)


class EntryBody(Body):
    """A figure in the indicator's unit and reporting basis; `printed` is how it was written at the source."""

    indicator = indicator_code()
    region = region_code()
    year = year()
    quarter = quarter()
    value = DecimalText()
    note = Text(max_length=500, allow_blank=True, required=False)
    printed = Text(max_length=60, allow_blank=True, required=False)


@dataclass
class Unreadable(Exception):
    """A row that is not a figure: its sentences by field."""

    details: dict[str, list[str]]

    @property
    def sentence(self) -> str:
        return "".join(sentence for sentences in self.details.values() for sentence in sentences)


def read_entry(data: Any, *, version: int | None = None) -> Entry:
    """The figure that a JSON object describes; raises `Unreadable`."""
    if not isinstance(data, Mapping):
        raise Unreadable({"": [_("应为一个JSON对象。")]})
    wrong = _wrong_names(data)
    value: Decimal | None = None
    if "value" in data and data["value"] is not None:
        try:
            value = read_decimal(data["value"])
        except NotAFigure as error:
            wrong["value"] = [str(error)]
    for name in (*NEEDED[:4], *OPTIONAL):
        if name in data and not _READABLE[name](data[name]):
            wrong[name] = [_expected(name)]
    if wrong:
        raise Unreadable(wrong)
    return Entry(
        indicator=data["indicator"],
        region=data["region"],
        year=data["year"],
        quarter=data["quarter"],
        value=value,
        note=data.get("note", "").strip(),
        printed=data.get("printed") or ("" if data["value"] is None else str(data["value"])),
        version=version,
    )


def _wrong_names(data: Mapping[Any, Any]) -> dict[str, list[str]]:
    """Names that nobody would look at, and names that are needed and lack."""
    wrong = {
        str(name)[:40]: [_("没有名为“%(name)s”的字段。") % {"name": str(name)[:40]}]
        for name in data
        if name not in NEEDED and name not in OPTIONAL
    }
    return wrong | {name: [_("缺少“%(name)s”。") % {"name": name}] for name in NEEDED if name not in data}


def _is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and not UNSTORABLE.search(value)


def _is_whole(value: Any, values: range) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in values


_READABLE = {
    "indicator": lambda value: isinstance(value, str) and _INDICATOR.fullmatch(value) is not None,
    "region": lambda value: isinstance(value, str) and _REGION.fullmatch(value) is not None,
    "year": lambda value: _is_whole(value, range(1949, 2201)),
    "quarter": lambda value: _is_whole(value, range(1, 5)),
    "note": lambda value: _is_text(value, 500),
    "printed": lambda value: _is_text(value, 60),
}


def _expected(name: str) -> str:
    return {
        "indicator": _("指标应以编码给出（字母、数字、下划线和连字符，最多60个字符）。"),
        "region": _("区划应以6位数字的代码给出。"),
        "year": _("年份应为1949至2200的整数。"),
        "quarter": _("季度应为1至4的整数。"),
        "note": _("说明应为文字，最多500个字。"),
        "printed": _("原始写法应为文字，最多60个字。"),
    }[name]


def read_entries(rows: Iterable[Any]) -> tuple[dict[int, Entry], dict[int, Unreadable]]:
    """The rows that can be read and those that cannot, by their places from 0."""
    entries: dict[int, Entry] = {}
    unreadable: dict[int, Unreadable] = {}
    for row, data in enumerate(rows):
        try:
            entries[row] = read_entry(data)
        except Unreadable as error:
            unreadable[row] = error
    return entries, unreadable
