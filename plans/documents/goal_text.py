"""Where a document states goals, and for which year a sentence states them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from plans.documents.assignments import without_brackets
from plans.documents.blocks import Header, Task
from plans.documents.outline import Outline
from plans.documents.signs import five_year_plan, fold, split_outside

_GOALS = re.compile(r"目标")
_NO_GOALS = re.compile(
    r"背景|形势|现状|成效|成就|指导思想|基本原则|工作原则|保障|组织实施|组织领导|实施步骤|名词解释|附则|面临|回顾|工作基础|发展基础|机遇|挑战|监督(?:检查|评估|考核|落实)|监督$|考核|意义|总则|步骤|存在问题|短板|^发展环境|环境分析"
)
_GENERAL = re.compile(r"总体|要求|思路")
_UNTIL = re.compile(r"(?:到|至|力争)\s?(20\d\d)\s?年|(20\d\d)\s?年(?:底|末|年底)?(?:前|实现|力争)")
YEAR = re.compile(r"(?<![\d-])((?:19|20)\d\d)\s?年(?!代)(?:度)?(?:底|末|初)?")
_COMPARED = re.compile(r"(?:比|较|以|在|与|相比|超|高于|由|从)$")
_DUE = re.compile(r"(?:完成时[限间]|时限(?:要求)?|完成期限|时间节点)\s?:\s?(?:20\d\d年?\s?[-—–~至]+\s?)?(20\d\d)\s?年")
_CONTEXT = 1000  # how far back a sentence is looked at
_PAST = re.compile(
    r"截至|截止|目前|仅有|只有|仅为|不足|已(?:经|有|达|建|获|累计|成|超|实现|培育|完成|拥有|授权|登记)|过去|(?<![比较])(?:去年|上年)|“?十[一二三四]?五”?(?:以来|时期以来)|以来"
)
_FIVE = re.compile(r"“?(?:十[一二三四五]?)五”?(?:期间|时期|规划期)")


@dataclass(frozen=True)
class Passage:
    """A paragraph that may state goals; passages of one `group` share the year named before. `kind` is goal, task or milestone,
    `due` the year that the paragraph's bracket says it is to be done by.
    """

    text: str
    line: int
    kind: str
    group: int
    due: int | None = None


@dataclass
class Years:
    """For which year a goal is: the year named before it, else the plan's last."""

    header: Header
    carried: dict[int, int] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """Years before this one are past."""
        period, day = self.header.period, self.header.issued_on
        starts = [year for year in (period[0] if period else None, day.year if day else None) if year is not None]
        return max(starts, default=0) if period is None or not starts or max(starts) <= period[1] else period[0]

    def note(self, sentence: str, group: int) -> None:
        """Remembers the year up to which the following sentences speak."""
        for found in _UNTIL.finditer(sentence):
            year = int(found[1] or found[2])
            if year >= self.first:
                self.carried[group] = year

    def of(self, sentence: str, start: int, end: int, passage: Passage) -> int | None:
        """The year of the quantity at a place in a sentence; None where it is of the past or no year is known."""
        before = sentence[max(0, start - _CONTEXT) : start]
        if _past(before, self.first):
            return None
        named = [found for found in YEAR.finditer(before) if not _COMPARED.search(before[: found.start()])]
        behind = re.match(r"\s?\(\s?((?:19|20)\d\d)\s?年?\s?\)", sentence[end:])
        if behind:
            year = int(behind[1])
        elif named:
            year = int(named[-1][1])
        else:
            last = passage.due or (self.header.period[1] if self.header.period else None)
            return self.carried.get(passage.group, last)
        return year if year >= self.first else None


def _past(before: str, first: int) -> bool:
    clause = re.split(r"[,;]", before)[-1]
    if _PAST.search(clause) or re.search(r"截至|截止", before):
        return True
    spans = [five_year_plan(found[0]) for found in _FIVE.finditer(before)]
    return bool(spans) and spans[-1] is not None and spans[-1][1] < first


def passages(outline: Outline, tasks: list[Task]) -> Iterator[Passage]:
    """What may state goals: the goals' paragraphs, the tasks', the boxes'; not the past, the principles, the safeguards."""
    wanted = False
    for place, item in enumerate(outline.items):
        if item.level == 1:
            wanted = not _NO_GOALS.search(item.title)
        own = (
            _GOALS.search(item.title) is not None
            or item.mark == "box"
            or (wanted and not _NO_GOALS.search(item.title[:14]))
        )
        general = item.level == 1 and _GENERAL.search(item.title) is not None
        for block in item.paragraphs:
            if block.rows or not own or (general and not _UNTIL.search(fold(block.text))):
                continue
            kind = "goal" if _GOALS.search(item.title) else "task"
            # A year named in one paragraph of the goals holds for the next; in tasks each paragraph speaks for itself.
            due = _DUE.search(fold(block.text))
            group = place if kind == "goal" else -block.line
            yield Passage(without_brackets(block.text), block.line, kind, group, int(due[1]) if due else None)
    yield from _of_tables(tasks, len(outline.items))


def _of_tables(tasks: list[Task], group: int) -> Iterator[Passage]:
    for n, task in enumerate(tasks):
        if not (task.measures or task.milestones or task.objective):
            continue
        for text in (task.objective, *task.measures):
            if text:
                yield Passage(text, task.line, "task", group + n)
        for milestone in task.milestones:
            yield Passage(milestone.text, milestone.line, "milestone", group + n)


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph, also those parted by ； ."""
    return [part for _n, part in split_outside(text, "。;；!！") if part.strip()]
