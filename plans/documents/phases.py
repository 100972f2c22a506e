"""Named stretches of a plan with their months: 规划建设阶段(2020年6月至2020年12月)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from plans.documents.blocks import Block, Phase
from plans.documents.outline_marks import mark_of
from plans.documents.signs import fold

_MONTHS = re.compile(
    r"(?:[•●*—-]+\s*)?([\u4e00-\u9fff、“”(): ]{2,24}?)\s?\((?:自|从)?(20\d\d)\s?年\s?(?:(\d{1,2})\s?(?:月|(?=[-—–~])))?(?:初|底|起|上旬|中旬|下旬|\d{1,2}日)?\s?"
    r"(?:(?:至|到|[-—–~]{1,2})\s?(?:(20\d\d)\s?年)?\s?(?:(\d{1,2})\s?月)?)?(?:底|末|\d{1,2}日)?(?:以?前)?\)"
)


def phases_of(blocks: Iterable[Block]) -> list[Phase]:
    """The phases, each at the beginning of a paragraph; one that names no month begins in January and ends in December."""
    found: list[Phase] = []
    for block in blocks:
        if block.rows:
            continue
        mark = mark_of(block.text)
        text = fold(block.text[mark.length :] if mark else block.text).strip()
        hit = _MONTHS.match(text)
        if hit is None or not ("阶段" in hit[1] or "期" in hit[1][-1:]):
            continue
        name, year, month, last_year, last_month = hit.groups()
        if last_month is None and last_year is None and month is not None:
            last_month = month
        start, end = _month(year, month or "1"), _month(last_year or year, last_month or "12")
        if start is not None and end is not None and start <= end:
            found.append(Phase(name.strip(" :"), start, end, block.line))
    return found


def _month(year: str, month: str) -> str | None:
    return f"{year}-{int(month):02d}" if 1 <= int(month) <= 12 else None
