"""The rows of a sheet as nearly every program writes them, taken apart without an XML parser's call for each element.

Only where every character of the rows is of the plain form: an address on each cell, no comments, no prefixes, no
entities in values. Anything else is left to the parser; so nothing is skipped and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, cast

from indicators.workbooks.results import Refused

# address, style, type, then formula, value and inline text as (element, its text); or a row's tag
Token = tuple[str, str, str, str, str, str, str, str, str, str]

_FORMULA = r"(<f(?: [^<>]*)?(?:/>|>((?:[^<&]|&(?:lt|gt|amp|quot|apos);)*+)</f>))?"
_CONTENT = r"(?:(<v>([^<&]*+)</v>|<v ?/>)|(<is><t(?: xml:space=\"preserve\")?>((?:[^<&]|&(?:lt|gt|amp|quot|apos|#[0-9]{1,7});)*+)</t></is>))?"
_CELL = (
    r"<c r=\"([A-Z]{1,3}[0-9]{1,7})\"(?: s=\"([0-9]{1,6})\")?(?: t=\"([a-zA-Z]{1,9})\")?(?:/>|>"
    + _FORMULA
    + _CONTENT
    + r"</c>)"
)
_ROW = r"(<row(?: [^<>]*)?>|</row>)"
_TOKEN = re.compile(f"{_CELL}|{_ROW}")
_ROWS = re.compile(r"(?:<row(?: [^<>]*+)?(?<!/)>(?:" + _CELL + r")*+</row>|<row(?: [^<>]*+)?(?<=/)>)*+")
_ATTRIBUTE = re.compile(r" ([A-Za-z][A-Za-z0-9:]*)=\"([^\"<&]*)\"")
_ROW_TAG = re.compile(r"<row(?: [A-Za-z][A-Za-z0-9:]*=\"[^\"<&]*\")* ?/?>")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"&#([0-9]{1,7});")
_BEGIN, _END = b"<sheetData>", b"</sheetData>"


class PlainRows(NamedTuple):
    """`around`: the sheet's XML without its rows; `tokens`: the rows taken apart."""

    around: bytes
    tokens: Iterable[Token]


def plain_rows(content: bytes) -> PlainRows | None:
    """The rows of a sheet that is written plainly throughout, else `None`."""
    begin, end = content.find(_BEGIN), content.rfind(_END)
    if begin < 0 or end < begin or content.count(b"sheetData") != 2 or b"<!" in content or b"CDATA" in content:
        return None
    try:
        rows = content[begin + len(_BEGIN) : end].decode()
    except UnicodeDecodeError:
        return None
    if _ROWS.fullmatch(rows) is None or _NOT_XML.search(rows) is not None:
        return None
    if "&#" in rows and not all(_is_character(int(code)) for code in set(_REFERENCE.findall(rows))):
        return None
    if any(_ROW_TAG.fullmatch(tag) is None for tag in re.findall(r"<row[^>]*>", rows)):
        return None
    return PlainRows(content[: begin + len(_BEGIN)] + content[end:], _tokens(rows))


def _is_character(code: int) -> bool:
    """Whether XML may refer to it."""
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF


def _tokens(rows: str) -> Iterable[Token]:
    return cast(Iterable[Token], (match.groups("") for match in _TOKEN.finditer(rows)))


def row_attributes(tag: str) -> dict[str, str]:
    """The attributes of a plain row's tag; raises `Refused` where one stands there twice, which is no XML."""
    pairs = _ATTRIBUTE.findall(tag)
    attributes = dict(pairs)
    if len(attributes) != len(pairs):
        raise Refused("xml_broken", part="sheetData")
    return attributes
