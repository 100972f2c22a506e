"""What is due when: 第二--三季度,…; 上半年…; 第一阶段…; 1-6月…."""

from __future__ import annotations

import re
from itertools import zip_longest

from plans.documents.blocks import Milestone
from plans.documents.signs import chinese_number, fold, tidy

_RANGE = r"\s?(?:-{1,2}|—{1,2}|–|~|至|到|、)\s?"
_QUARTER = rf"第?([一二三四1-4])\s?(?:季度)?(?:{_RANGE}第?([一二三四1-4]))?\s?季度"
_MONTHS = rf"(?:\d{{4}}年)?(\d{{1,2}})月?(?:份|底)?(?:{_RANGE}(\d{{1,2}}))?月(?:份|底|末|中旬|上旬|下旬)?(?:以?前)?"
LABEL = re.compile(
    rf"(?<![^\s。;])(?:{_QUARTER}|(上|下)半年|(全年)|第[一二三四五]阶段|{_MONTHS})(?=\s?[,:、]|\s|$)\s?[,:、]?\s?"
)


def milestones_of(text: str, line: int) -> list[Milestone]:
    """The milestones of a 进度安排 cell; one without a label is none."""
    folded = fold(text)
    labels = list(LABEL.finditer(folded))
    found: list[Milestone] = []
    for label, following in zip_longest(labels, labels[1:]):
        body = tidy(text[label.end() : following.start() if following else len(text)])
        printed = text[label.start() : label.end()].strip().rstrip(",，:：、 ").strip()
        first, last = _quarters(label)
        if body:
            found.append(Milestone(printed, first, last, body, line))
    return found


def _quarters(label: re.Match[str]) -> tuple[int | None, int | None]:
    """First and last quarter; none for a 阶段."""
    first, last, half, whole, month, last_month = label.groups()
    if first:
        return chinese_number(first), chinese_number(last or first)
    if half:
        return (1, 2) if half == "上" else (3, 4)
    if whole:
        return 1, 4
    if month and 1 <= int(month) <= 12 and (last_month is None or int(month) <= int(last_month) <= 12):
        return (int(month) + 2) // 3, (int(last_month or month) + 2) // 3
    return None, None
