"""Numbered task tables that a text copy gives one cell a line, or a row a line with blanks between the cells."""

from __future__ import annotations

from collections.abc import Sequence

from plans.documents.blocks import Block, Row
from plans.documents.outline_marks import mark_of
from plans.documents.task_columns import kind_of_heading, task_columns

_MOST_COLUMNS = 12
_SECTIONS = frozenset({"cn", "paren"})
Rows = list[tuple[Row, int]]


def task_cells_put_together(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks with such tables as tables, marked as reconstructed; only tables that number their rows can be told."""
    found: list[Block] = []
    n = 0
    while n < len(blocks):
        read = None if blocks[n].rows or len(blocks[n].text) > 80 else _table_at(blocks, n)
        if read is None:
            found.append(blocks[n])
            n += 1
        else:
            found.append(read[0])
            n = read[1]
    return tuple(found)


def _table_at(blocks: Sequence[Block], n: int) -> tuple[Block, int] | None:
    words = blocks[n].text.split()
    if len(words) > 2 and words[0] == "序号" and task_columns(words) is not None:
        return _finished(words, blocks[n].line, *_rows_by_line(blocks, n + 1, len(words)))
    headings: list[str] = []
    after = n
    while after < len(blocks) and len(headings) < _MOST_COLUMNS and kind_of_heading(blocks[after].text) is not None:
        headings.append(blocks[after].text)
        after += 1
    if len(headings) > 2 and kind_of_heading(headings[0]) == "seq" and task_columns(headings) is not None:
        return _finished(headings, blocks[n].line, *_rows_by_cell(blocks, after, len(headings)))
    return None


def _finished(headings: Sequence[str], line: int, rows: Rows, after: int) -> tuple[Block, int] | None:
    if not any(len(set(row)) > 1 for row, _line in rows):
        return None
    texts = (tuple(headings), *(row for row, _line in rows))
    return Block("", line, texts, row_lines=(line, *(line for _row, line in rows)), reconstructed=True), after


def _rows_by_line(blocks: Sequence[Block], n: int, width: int) -> tuple[Rows, int]:
    """A row has as many words as columns; a line of fewer words goes on with the measures of the row above it."""
    rows: Rows = []
    while n < len(blocks) and not blocks[n].rows:
        words = blocks[n].text.split()
        if len(words) == width and words[0].isdigit():
            rows.append((tuple(words), blocks[n].line))
        elif _is_section(blocks[n]):
            rows.append(((blocks[n].text,) * width, blocks[n].line))
        elif rows and len(words) == 1 and (mark := mark_of(blocks[n].text)) and mark.kind == "num" and width > 3:
            row, line = rows[-1]
            rows[-1] = (*row[:2], f"{row[2]}\n{words[0]}", *row[3:]), line
        else:
            break
        n += 1
    return rows, n


def _rows_by_cell(blocks: Sequence[Block], n: int, width: int) -> tuple[Rows, int]:
    """A row is its number and the following cells; a numbered heading between rows is a section of the table."""
    rows: Rows = []
    while n < len(blocks) and not blocks[n].rows:
        cells = [block.text for block in blocks[n : n + width]]
        if cells[0].isdigit() and len(cells) == width and not any(cell.isdigit() for cell in cells[1:]):
            rows.append((tuple(cells), blocks[n].line))
            n += width
        elif _is_section(blocks[n]) and n + 1 < len(blocks) and blocks[n + 1].text.isdigit():
            rows.append(((blocks[n].text,) * width, blocks[n].line))
            n += 1
        else:
            break
    return rows, n


def _is_section(block: Block) -> bool:
    mark = mark_of(block.text)
    return mark is not None and mark.kind in _SECTIONS and len(block.text) < 40 and "。" not in block.text
