"""Task tables whose cells a text copy has run together, put together again.

A text copy gives a row as its heading cell, its objective, the first measure, the whole schedule, the unit cells, and then
the other measures; a row that goes over a page is printed again with its heading and goes on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from plans.documents.blocks import Block, Item, Milestone, Task
from plans.documents.milestones import LABEL, milestones_of
from plans.documents.outline_marks import mark_of
from plans.documents.signs import CN, fold, squeezed, tidy
from plans.documents.task_columns import headings_run_together, task_columns
from plans.documents.task_tables import add_units, merge
from plans.documents.unit_names import looks_like_unit, unit_names

_SECTION = re.compile(rf"\(([{CN}]+)\)\s?([^\d。]{{2,30}}?)。?\s?(?=\d{{1,3}}\s?[.、]|$)")
_TASK = re.compile(r"(\d{1,3})\s?(?:[.、](?!\d)|(?=[\u4e00-\u9fff]))\s?")
_MEASURE = re.compile(r"(?:(?<=\s)|^)(\d{1,2})\.(?!\d)\s?")
_OFFICE = re.compile(r"(?:处|室|科|股)$")
_SENTENCE_END = ("。", ";", "；", "！")


@dataclass
class _Row:
    number: str
    path: tuple[str, ...]
    line: int
    parts: list[str] = field(default_factory=list)
    measured: bool = False

    def add(self, text: str) -> None:
        """One more line of the row."""
        self.parts.append(text)
        self.measured = self.measured or _MEASURE.search(fold(text)) is not None


def flat_tasks_of(blocks: Sequence[Block]) -> tuple[list[Task], list[Item], tuple[Block, ...]]:
    """The tasks of such a table, the sections among its rows, and the blocks without it. Nothing where there is none."""
    start, after, headings = _headings(blocks)
    columns = task_columns(headings) if headings else None
    if columns is None:
        return [], [], tuple(blocks)
    roles = [column.removeprefix("role:") for column in columns if column and column.startswith("role:")]
    rows, sections, end = _rows(blocks, after)
    tasks: list[Task] = []
    for row in rows:
        task = _task(row, roles, tasks[-1] if tasks else None)
        if tasks and tasks[-1].number == task.number and squeezed(tasks[-1].title) == squeezed(task.title):
            merge(tasks[-1], task)
            add_units(tasks[-1], [(a.role, a.unit) for a in task.assignments], task.line)
        else:
            tasks.append(task)
    return tasks, sections, (*blocks[:start], *blocks[end:]) if tasks else tuple(blocks)


def _headings(blocks: Sequence[Block]) -> tuple[int, int, list[str]]:
    for n in range(len(blocks)):
        for count in (1, 2, 3, 4):
            lines = blocks[n : n + count]
            if any(line.rows or len(line.text) > 60 for line in lines):
                break
            words = headings_run_together("".join(line.text for line in lines))
            if words and (len(lines) == 1 or not headings_run_together(lines[0].text)) and task_columns(words):
                return n, n + len(lines), words
    return 0, 0, []


def _rows(blocks: Sequence[Block], start: int) -> tuple[list[_Row], list[Item], int]:
    """The lines of the table by row; a row begins with a number after a section's or the table's heading."""
    rows: list[_Row] = []
    sections: list[Item] = []
    path: tuple[str, ...] = ()
    fresh, n = True, start
    while n < len(blocks) and not blocks[n].rows:
        skipped = _repeated_headings(blocks, n)
        if skipped:
            fresh, n = True, n + skipped
            continue
        text, line = blocks[n].text, blocks[n].line
        section = _SECTION.match(fold(text))
        if section:
            path = _section(section, text, line, sections)
            text, fresh = text[section.end() :].strip(), True
        task = _TASK.match(fold(text)) if fresh else None
        if task:
            rows.append(_Row(task[1], path, line))
            rows[-1].add(text[task.end() :])
            fresh = False
        elif text and not (rows and _belongs(text, rows[-1])):
            break
        elif text:
            rows[-1].add(text)
        n += 1
    return rows, sections, n


def _repeated_headings(blocks: Sequence[Block], n: int) -> int:
    """How many lines the table's heading takes here, printed again on a new page; 0 for none."""
    for count in (4, 3, 2, 1):
        lines = blocks[n : n + count]
        if (
            len(lines) == count
            and all(not line.rows and len(line.text) < 60 for line in lines)
            and headings_run_together("".join(line.text for line in lines))
        ):
            return count
    return 0


def _section(found: re.Match[str], text: str, line: int, sections: list[Item]) -> tuple[str, ...]:
    number = "".join(text[: found.end(1) + 1].split())
    title = text[found.start(2) : found.end(2)].strip()
    if not any(item.number == number for item in sections):
        sections.append(
            Item("paren", number, title, "", line, 1, (number,), [Block(text[: found.end()].strip(), line)])
        )
    return (number,)


def _belongs(text: str, row: _Row) -> bool:
    """Whether a line is part of the open row: a measure, a schedule, units, or the rest of a cell that has not ended."""
    folded = fold(text)
    if folded.startswith(("-", "•", "●", "点击", "附件")):
        return False
    if _MEASURE.match(folded) or LABEL.match(folded):
        return True
    mark = mark_of(text)
    if mark and mark.kind in {"chapter", "node", "cn", "box"}:
        return False
    return _are_units(text) or not row.parts[-1].rstrip().endswith("。") or not row.measured


def _are_units(text: str) -> bool:
    words = text.split()
    return (
        bool(words)
        and "。" not in text
        and all(looks_like_unit(name) for word in words for name in unit_names(word) or [""])
    )


def _task(row: _Row, roles: Sequence[str], before: Task | None) -> Task:
    """A row's text taken apart: heading and objective, measures, schedule, units."""
    text = "\n".join(row.parts)
    first = _MEASURE.search(fold(text)) or LABEL.search(fold(text))
    title, _blank, objective = " ".join(text[: first.start() if first else len(text)].split()).partition(" ")
    task = Task(row.number, title.rstrip("。.").strip(), row.path, row.line, reconstructed=True)
    task.objective = objective.strip() or None
    goes_on = before is not None and before.number == row.number and squeezed(before.title) == squeezed(task.title)
    units: list[str] = []
    schedule: list[str] = []
    for piece in _pieces(text[first.start() :] if first else ""):
        body, rest = _cut_units(piece)
        units += rest
        measure = _MEASURE.match(fold(body))
        if measure:
            body, tail = _cut_tail(body[measure.end() :])
            task.measures.append(tidy(body))
            if tail and goes_on and before is not None and before.milestones:
                before.milestones[-1] = _continued(before.milestones[-1], tail)
        else:
            schedule.append(body)
    task.milestones = milestones_of("\n".join(schedule), row.line)
    add_units(task, _by_column(units, roles), row.line)
    task.text = tidy(" ".join([task.objective or "", *task.measures]))
    return task


def _pieces(text: str) -> list[str]:
    """The text cut before each measure and each label of the schedule."""
    folded = fold(text)
    starts = sorted({found.start() for pattern in (_MEASURE, LABEL) for found in pattern.finditer(folded)} | {0})
    return [
        text[start:end].strip()
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
        if text[start:end].strip()
    ]


def _cut_units(piece: str) -> tuple[str, list[str]]:
    """The words at the end that are units, after the last sentence or on lines of their own."""
    lines = piece.split("\n")
    units: list[str] = []
    while len(lines) > 1 and _are_units(lines[-1]):
        units = [*lines.pop().split(), *units]
    body = "\n".join(lines).rstrip()
    end = max(body.rfind("。 "), body.rfind("。\u3000"), body.rfind("。\xa0"))
    if end >= 0 and _are_units(body[end + 1 :]):
        units = [*body[end + 1 :].split(), *units]
        body = body[: end + 1]
    return body, units


def _cut_tail(body: str) -> tuple[str, str]:
    """What a measure's cell is followed by on its line: the rest of the schedule that a page has cut."""
    end = body.find("。 ")
    while end >= 0 and mark_of(body[end + 2 :]):
        end = body.find("。 ", end + 1)
    return (body[: end + 1], body[end + 1 :].strip()) if end >= 0 else (body, "")


def _continued(milestone: Milestone, tail: str) -> Milestone:
    if milestone.text.endswith(_SENTENCE_END):
        return milestone
    return Milestone(
        milestone.label, milestone.from_quarter, milestone.to_quarter, milestone.text + tidy(tail), milestone.line
    )


def _by_column(words: Sequence[str], roles: Sequence[str]) -> list[tuple[str, str]]:
    """Unit cells in the order of their columns; where cells are missing, an office goes to the last column."""
    cells = list(words)
    while len(cells) > len(roles) and len(cells) > 1:
        # More words than columns: a cell that was wrapped; the shortest neighbours belong together.
        cells[-2:] = [f"{cells[-2]}、{cells[-1]}"]
    columns = list(roles[: len(cells)])
    if cells and len(cells) < len(roles) and _OFFICE.search(cells[-1]) and roles[-1] == "office":
        columns[-1] = "office"
    return [(role, name) for role, cell in zip(columns, cells, strict=True) for name in unit_names(cell)]
