"""Indicator tables that a text copy has taken apart, put together again: one cell a line, a row a line, or cells run together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from plans.documents.blocks import Block, Finding, Row
from plans.documents.outline_marks import mark_of
from plans.documents.quantities import cell_quantity, is_nothing
from plans.documents.run_together import columns_run_together, row_run_together
from plans.documents.signs import squeezed
from plans.documents.table_columns import Column, column_of, is_indicator_head

_LONGEST_CELL = 45
_ATTRIBUTE = re.compile(r"预期性?|约束性?|引导性|指导性")
_VALUES = frozenset({"year", "overall", "increase", "average", "baseline"})
_REST_OF_HEADING = re.compile(r"[(（][^()（）]{1,8}[)）]")
_LEAST_ROWS = 2
_MOST_COLUMNS = 20


def put_together(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], list[Finding]]:
    """The blocks with such tables as tables, marked as reconstructed; findings for rows that could not be put together."""
    found: list[Block] = []
    findings: list[Finding] = []
    n = 0
    while n < len(blocks):
        table, after = None, n
        if not blocks[n].rows and len(blocks[n].text) <= 120:
            table, after = _table_at(blocks, n, findings)
        if table is None:
            found.append(blocks[n])
            n += 1
        else:
            found.append(table)
            n = after
    return tuple(found), findings


def _table_at(blocks: Sequence[Block], n: int, findings: list[Finding]) -> tuple[Block | None, int]:
    text = blocks[n].text
    if column_of(text) is not None:
        table, after = _cell_a_line(blocks, n, findings)
        if table is not None:
            return table, after
    if not re.search(r"指\s*标", text):
        return None, n
    words = text.split()
    columns = tuple(column_of(word) for word in words)
    if len(words) > 2 and all(columns) and is_indicator_head(columns):
        return _row_a_line(blocks, n, columns, findings)
    together = columns_run_together(text)
    if together is not None:
        return _together(blocks, n, together, findings)
    return None, n


def _table(head: Row, line: int, rows: Sequence[tuple[Row, int, str]]) -> Block:
    return Block(
        "", line, (head, *(row for row, _line, _text in rows)),
        row_lines=(line, *(line for _row, line, _text in rows)),
        row_texts=(" ".join(head), *(text for _row, _line, text in rows)), reconstructed=True,
    )  # fmt: skip


def _cell_a_line(blocks: Sequence[Block], start: int, findings: list[Finding]) -> tuple[Block | None, int]:
    """Headings one a line, then the cells of row after row, each on a line of its own."""
    columns: list[Column] = []
    heads: list[str] = []
    n = start
    while n < len(blocks) and len(columns) < _MOST_COLUMNS and not blocks[n].rows:
        column = column_of(blocks[n].text)
        if column is not None:
            columns.append(column)
            heads.append(blocks[n].text)
        elif heads and _REST_OF_HEADING.fullmatch(blocks[n].text.strip()):
            heads[-1] += blocks[n].text
        else:
            break
        n += 1
    if len(columns) < 3 or not is_indicator_head(columns):
        return None, start
    end = n
    while end < len(blocks) and _is_cell(blocks[end], columns):
        end += 1
    rows = _rows_of_cells(blocks[n:end], columns, findings)
    if len(rows) < 1:
        return None, start
    used = rows[-1][3]
    return _table(tuple(heads), blocks[start].line, [row[:3] for row in rows]), min(end, n + used)


def _is_cell(block: Block, columns: Sequence[Column]) -> bool:
    if block.rows or block.heading or len(block.text) > _LONGEST_CELL or "。" in block.text:
        return False
    mark = mark_of(block.text)
    return mark is None or mark.kind in {"num", "numparen", "circle"}


def _rows_of_cells(
    cells: Sequence[Block], columns: Sequence[Column], findings: list[Finding]
) -> list[tuple[Row, int, str, int]]:
    """Rows of as many cells as there are columns; where cells are lost, a row begins anew at the next one that fits."""
    width = len(columns)
    rows: list[tuple[Row, int, str, int]] = []
    n = 0
    while n < len(cells):
        row = _row_at(cells, n, columns)
        if row is not None:
            rows.append(row)
            n = row[3]
            continue
        following = next(
            (k for k in range(n + 1, min(len(cells), n + 2 * width)) if _row_at(cells, k, columns)),
            None,
        )
        if following is None:
            break
        printed = " ".join(cell.text for cell in cells[n:following])
        findings.append(
            Finding(
                cells[n].line,
                "row_not_understood",
                printed,
                "表格的这一行单元格数与表头不符，没有读入，请对照原文补录。",
            )
        )
        n = following
    return rows if len(rows) >= _LEAST_ROWS or len(rows) * width == len(cells) else []


def _row_at(cells: Sequence[Block], n: int, columns: Sequence[Column]) -> tuple[Row, int, str, int] | None:
    """The row that begins at a cell; a merged 类别 cell stands before its first row alone. None where none fits."""
    for kept in (list(columns), [column for column in columns if column.kind != "category"]):
        texts = tuple(cell.text for cell in cells[n : n + len(kept)])
        if _fits(texts, kept):
            at = iter(texts)
            row = tuple(next(at) if column in kept else "" for column in columns)
            return row, cells[n].line, " ".join(texts), n + len(kept)
    return None


def _fits(cells: Row, columns: Sequence[Column]) -> bool:
    """Whether each cell is of its column's kind."""
    if len(cells) != len(columns):
        return False
    for cell, column in zip(cells, columns, strict=True):
        if column.kind == "seq" and not squeezed(cell).isdigit():
            return False
        if column.kind == "category" and squeezed(cell).isdigit():
            return False
        if column.kind == "name" and (is_nothing(cell) or squeezed(cell).replace(".", "").isdigit()):
            return False
        if column.kind in _VALUES and not is_nothing(cell) and cell_quantity(cell) is None:
            return False
        if column.kind == "attribute" and not is_nothing(cell) and not _ATTRIBUTE.match(cell):
            return False
    return True


def _row_a_line(
    blocks: Sequence[Block], start: int, columns: tuple[Column | None, ...], findings: list[Finding]
) -> tuple[Block | None, int]:
    """Cells parted by blanks; a name may hold blanks itself, so a row is counted from both ends."""
    known = [column for column in columns if column is not None]
    at = next(n for n, column in enumerate(known) if column.kind == "name")
    after = len(known) - at - 1
    rows: list[tuple[Row, int, str]] = []
    n = start + 1
    while n < len(blocks) and not blocks[n].rows and "。" not in blocks[n].text and len(blocks[n].text) < 200:
        words = blocks[n].text.split()
        if len(words) < len(known):
            break
        row = (*words[:at], " ".join(words[at : len(words) - after]), *words[len(words) - after :])
        if not _fits(row, known):
            findings.append(
                Finding(
                    blocks[n].line,
                    "row_not_understood",
                    blocks[n].text,
                    "表格的这一行与表头不符，没有读入，请对照原文补录。",
                )
            )
            break
        rows.append((row, blocks[n].line, blocks[n].text))
        n += 1
    return (_table(tuple(blocks[start].text.split()), blocks[start].line, rows), n) if rows else (None, start)


def _together(
    blocks: Sequence[Block], start: int, columns: Sequence[tuple[str, Column]], findings: list[Finding]
) -> tuple[Block | None, int]:
    """Rows whose cells are run together, numbered from 1 where the table has numbers."""
    kinds = [column for _text, column in columns]
    rows: list[tuple[Row, int, str]] = []
    n = start + 1
    number = 1
    while n < len(blocks) and not blocks[n].rows and len(blocks[n].text) < 200 and "。" not in blocks[n].text:
        read = row_run_together(blocks[n].text, kinds, number)
        if read is None:
            if kinds[0].kind == "seq" and re.match(rf"{number}\D", blocks[n].text):
                findings.append(
                    Finding(
                        blocks[n].line,
                        "row_not_understood",
                        blocks[n].text,
                        "连在一起的单元格分不开，没有读入，请对照原文补录。",
                    )
                )
                n, number = n + 1, number + 1
                continue
            break
        row, certain = read
        if not certain:
            findings.append(
                Finding(
                    blocks[n].line,
                    "row_ambiguous",
                    blocks[n].text,
                    "单元格连在一起，分法不止一种，已按最合理的读入，请对照原文确认。",
                )
            )
        rows.append((row, blocks[n].line, blocks[n].text))
        n, number = n + 1, number + 1
    return (_table(tuple(text for text, _column in columns), blocks[start].line, rows), n) if rows else (None, start)
