"""Task tables with their cells: each row a task, rows of one task put together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from plans.documents.assignments import find_brackets, parsed
from plans.documents.blocks import Assignment, Block, Item, Milestone, Row, Task
from plans.documents.indicator_tables import indicator_table
from plans.documents.milestones import milestones_of
from plans.documents.outline import Outline
from plans.documents.outline_marks import mark_of
from plans.documents.quantities import is_nothing
from plans.documents.signs import fold, squeezed, tidy
from plans.documents.task_columns import task_columns
from plans.documents.titles import title_and_body
from plans.documents.unit_names import unit_names

_NUMBERED = re.compile(r"(?:(?<=[\s。;])|^)\(?\d{1,2}[.、)](?!\d)\s*")


def table_tasks_of(blocks: Sequence[Block], outline: Outline) -> tuple[list[Task], list[Item]]:
    """The tasks of every task table in order, and the sections that its rows name; a table without any stands under its heading."""
    above = {block.line: item.path for item in outline.items for block in item.paragraphs if block.rows}
    tasks: list[Task] = []
    sections: list[Item] = []
    for block in blocks:
        head = task_head(block) if block.rows and indicator_table(block) is None else None
        if head is not None:
            _read(block, head, above.get(block.line, ()), tasks, sections)
    return tasks, sections


def task_head(block: Block) -> tuple[int, list[str | None]] | None:
    """The index of the first row of tasks and what the columns are; None for a table that holds none."""
    heads: list[str] = [""] * len(block.rows[0])
    for n, row in enumerate(block.rows[:3]):
        heads = [
            cell if squeezed(head) == squeezed(cell) or not head else head + cell
            for head, cell in zip(heads, row, strict=False)
        ]
        columns = task_columns(heads) or task_columns(row)
        if columns is not None:
            return n + 1, columns
    return None


def _read(
    block: Block,
    head: tuple[int, list[str | None]],
    path: tuple[str, ...],
    tasks: list[Task],
    sections: list[Item],
) -> None:
    first, columns = head
    heads = block.rows[first - 1]
    open_task: Task | None = None
    for n in range(first, len(block.rows)):
        row = block.rows[n]
        if task_columns(row) is not None:
            continue
        line = block.line_of(n)
        filled = {squeezed(cell) for cell in row if cell.strip()}
        if len(filled) == 1 and len(row) > 1:
            path = _section(next(cell for cell in row if cell.strip()), line, sections)
            continue
        cells = _cells(columns, row)
        if cells.get("section"):
            path = _section(cells["section"], line, sections)
        task = _task(cells, path, line, block.reconstructed)
        task.milestones += _by_column(columns, heads, row, line)
        if not task.title:
            if open_task is None:
                continue
            task.title, task.number = open_task.title, open_task.number
        if (
            open_task is not None
            and squeezed(task.title) == squeezed(open_task.title)
            and task.number == open_task.number
        ):
            merge(open_task, task)
            _units(open_task, columns, row, line)
            continue
        _units(task, columns, row, line)
        tasks.append(task)
        open_task = task


def _by_column(columns: Sequence[str | None], heads: Row, row: Row, line: int) -> list[Milestone]:
    """The milestones of a table that gives each quarter a column."""
    found: list[Milestone] = []
    for column, head, cell in zip(columns, heads, row, strict=False):
        if column == "milestone" and not is_nothing(cell):
            label = re.sub(r"(?:安排|进度|目标|任务|计划)$", "", tidy(head))
            found += milestones_of(f"{label}:{tidy(cell)}", line)
    return found


def _cells(columns: Sequence[str | None], row: Row) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, cell in zip(columns, row, strict=False):
        if column and cell.strip():
            found[column] = f"{found[column]}\n{cell}" if column in found and cell not in found[column] else cell
    return found


def _section(printed: str, line: int, sections: list[Item]) -> tuple[str, ...]:
    printed = tidy(printed)
    mark = mark_of(printed)
    title = title_and_body(printed[mark.length :] if mark else printed)[0]
    number = mark.printed if mark else title
    if not any(item.number == number and squeezed(item.title) == squeezed(title) for item in sections):
        sections.append(Item("paren", number, title, "", line, 1, (number,), [Block(printed, line)] if mark else []))
    return (number,)


def _task(cells: dict[str, str], path: tuple[str, ...], line: int, reconstructed: bool) -> Task:
    printed = cells.get("task", "").strip()
    mark = mark_of(printed)
    for bracket in reversed(find_brackets(printed)):
        printed = printed[: bracket.start] + printed[bracket.end :]
    rest = printed[mark.length :] if mark else printed
    heading, _newline, below = rest.partition("\n")
    title, body = title_and_body(tidy(rest if "。" in heading or len(heading) > 40 else heading))
    number = mark.printed if mark else squeezed(cells.get("seq", "")) or None
    task = Task(number, title, path, line, text=tidy(" ".join([body, below])), reconstructed=reconstructed)
    if "objective" in cells:
        task.objective = tidy(cells["objective"])
    task.measures = numbered(cells.get("measures", ""))
    task.milestones = milestones_of(cells.get("milestones", ""), line)
    return task


def numbered(text: str) -> list[str]:
    """The numbered items of a cell without their numbers; a cell without numbers is one item."""
    starts = [*_NUMBERED.finditer(fold(text))]
    if not starts:
        return [tidy(text)] if text.strip() else []
    ends = [*(start.start() for start in starts[1:]), len(text)]
    items = [tidy(text[start.end() : end]) for start, end in zip(starts, ends, strict=True)]
    lead = tidy(text[: starts[0].start()])
    return [item for item in ([lead] if lead else []) + items if item]


def _units(task: Task, columns: Sequence[str | None], row: Row, line: int) -> None:
    for column, cell in zip(columns, row, strict=False):
        if not column or not column.startswith("role:"):
            continue
        role = column.removeprefix("role:")
        pairs = (
            parsed(cell) if re.search(r"牵头|配合|负责|[:：]", cell) else [(role, name) for name in unit_names(cell)]
        )
        add_units(task, pairs, line)
    for column, cell in zip(columns, row, strict=False):
        if column == "task":
            for bracket in find_brackets(cell):
                add_units(task, parsed(bracket.content), line)


def add_units(task: Task, pairs: Sequence[tuple[str, str]], line: int) -> None:
    """Assignments that the task has not got yet; a cell that says 无 or a stroke names no unit."""
    for role, unit in pairs:
        known = any((a.role, a.unit) == (role, unit) for a in task.assignments)
        if not known and len(unit) > 1 and not set(unit) <= set("-—–/"):
            task.assignments.append(Assignment(role, unit, line))


def merge(task: Task, more: Task) -> None:
    """A row that goes on with the task above it."""
    task.measures += [measure for measure in more.measures if measure not in task.measures]
    known = {(milestone.label, milestone.text) for milestone in task.milestones}
    task.milestones += [milestone for milestone in more.milestones if (milestone.label, milestone.text) not in known]
    task.objective = task.objective or more.objective
