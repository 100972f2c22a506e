"""The work items of a document: what carries the units' bracket; without brackets, what stands under the task chapters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from plans.documents.assignments import (
    LEAD,
    RESPONSIBLE,
    Bracket,
    find_brackets,
    parsed,
    without_brackets,
)
from plans.documents.blocks import Assignment, Block, Finding, Item, Task
from plans.documents.outline import Outline
from plans.documents.signs import first_sentence, tidy
from plans.documents.titles import title_and_body

_NO_TASKS = re.compile(
    r"背景|形势|现状|成效|成就|总体要求|总体思路|指导思想|基本原则|基本要求|工作原则|目标|保障|组织实施|组织领导|实施步骤|步骤|时间安排|进度|名词解释|附则|面临|回顾|工作基础|"
    r"工作要求|有关要求|实施要求|监督(?:检查|评估|考核|落实)|监督$|总则|考核|机遇|挑战|重要意义"
)
_TASKS = re.compile(
    r"任务|举措|重点工作|工作内容|主要措施|工作措施|重点工程|重大工程|专项行动|工作重点|主要工作|建设内容"
)
_LEAD = 30


def tasks_of(outline: Outline) -> tuple[list[Task], list[Finding]]:
    """The tasks in order, with findings: brackets that belong to no heading, brackets that do not close."""
    findings = [finding for item in outline.items for block in item.paragraphs for finding in _open_brackets(block)]
    for block in [*outline.preamble, *outline.tail]:
        if not block.rows and find_brackets(block.text):
            findings.append(
                Finding(
                    block.line,
                    "bracket_without_task",
                    block.text,
                    "这里写有责任单位，但上面没有编号的任务，请确认它属于哪一项。",
                )
            )
    by_bracket = [task for item in outline.items for task in _with_brackets(item)]
    if by_bracket:
        return by_bracket, findings
    return [task for item in _task_items(outline) for task in _without_units(item)], findings


def _open_brackets(block: Block) -> Iterator[Finding]:
    for bracket in [] if block.rows else find_brackets(block.text):
        if not bracket.closed:
            yield Finding(
                block.line,
                "bracket_open",
                tidy(block.text[bracket.start :]),
                "责任单位的括号没有结束，已读到段末，请核对。",
            )


def _with_brackets(item: Item) -> list[Task]:
    """One task, or one for each paragraph where several under the heading carry a bracket after a lead of their own."""
    carrying = [(block, found) for block in item.paragraphs if not block.rows and (found := find_brackets(block.text))]
    if not carrying:
        return []
    separate = len(carrying) > 1 and all(
        block.line != item.line and _has_lead(block.text) for block, _found in carrying
    )
    if separate:
        return [
            _task((None, first_sentence(block.text).strip(), item.path), block.line, [block], [(block, found)])
            for block, found in carrying
        ]
    title = item.title or _first_lead(item)
    return [_task((item.number, title, item.path[:-1]), item.line, item.paragraphs, carrying)]


def _first_lead(item: Item) -> str:
    return next(
        (first_sentence(without_brackets(block.text)).strip() for block in item.paragraphs if block.line != item.line),
        "",
    )


def _has_lead(text: str) -> bool:
    lead = first_sentence(text)
    return 4 <= len(lead) <= _LEAD and bool(without_brackets(text)[len(lead) + 1 :].strip(" 。"))


def _task(
    head: tuple[str | None, str, tuple[str, ...]],
    line: int,
    paragraphs: Sequence[Block],
    carrying: Sequence[tuple[Block, Sequence[Bracket]]],
) -> Task:
    number, title, path = head
    task = Task(number, title, path, line, text=tidy(" ".join(block.text for block in paragraphs if not block.rows)))
    for block, found in carrying:
        for bracket in found:
            for role, unit in parsed(bracket.content):
                assignment = Assignment(role, unit, block.line)
                if all((role, unit) != (other.role, other.unit) for other in task.assignments):
                    task.assignments.append(assignment)
    return task


def leading(tasks: Sequence[Task]) -> None:
    """Where the document says so once for all, the first responsible unit of each task leads."""
    for task in tasks:
        if any(assignment.role == LEAD for assignment in task.assignments):
            continue
        for n, assignment in enumerate(task.assignments):
            if assignment.role == RESPONSIBLE:
                task.assignments[n] = Assignment(LEAD, assignment.unit, assignment.line)
                break


def _task_items(outline: Outline) -> list[Item]:
    """The innermost headings of the chapters that hold tasks, and boxes."""
    tops = [item for item in outline.items if item.level == 1]
    named = [top for top in tops if _TASKS.search(top.title) and not _NO_TASKS.search(top.title)]
    allowed = {id(top) for top in named or [top for top in tops if not _NO_TASKS.search(top.title)]}
    found: list[Item] = []
    inside = False
    for item in outline.items:
        if item.level == 1:
            inside = id(item) in allowed
        if item.mark == "box" or (
            inside and item.level > 1 and not item.has_children and not _NO_TASKS.search(item.title[:12])
        ):
            found.append(item)
    return found


def _without_units(item: Item) -> list[Task]:
    """The paragraphs that begin with a lead sentence; else the item itself."""
    own = [block for block in item.paragraphs if block.line != item.line and not block.rows and not _is_caption(block)]
    if item.mark == "box" and any(block.rows for block in item.paragraphs):
        own = []
    leads = [block for block in own if "。" in block.text and (item.mark == "box" or _is_lead(block.text))]
    if not item.body and leads and (len(leads) == len(own) or item.mark == "box" or len(leads) > 1):
        return [_task((None, title_and_body(block.text)[0], item.path), block.line, [block], []) for block in leads]
    if item.mark == "box" or (
        item.mark in {"num", "numparen", "circle"} and not item.body and not own and len(item.title) < 6
    ):
        return []
    return [_task((item.number, item.title, item.path[:-1]), item.line, item.paragraphs, [])]


def _is_caption(block: Block) -> bool:
    return len(block.text) < 16 and "。" not in block.text


def _is_lead(text: str) -> bool:
    lead = first_sentence(text)
    return 4 <= len(lead) <= 40 and bool(text[len(lead) + 1 :].strip())
