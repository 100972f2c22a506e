"""Plain text and Markdown as blocks: one block a line, Markdown and tab tables with their cells."""

from __future__ import annotations

import re

from plans.documents.blocks import Block, Row

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*")
_RULE = re.compile(r"[\s|:+-]+")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)([^*_]{1,200})(?<=\S)\1")
_INVISIBLE = str.maketrans("", "", "\u200b\u200c\u200d\ufeff\u2060\xad\x0c")


def blocks_of(text: str) -> tuple[Block, ...]:
    """Non-empty lines as blocks in order; `line` counts the lines of the text."""
    lines = text.translate(_INVISIBLE).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found: list[Block] = []
    n = 0
    while n < len(lines):
        rows, row_lines, after = _table(lines, n)
        if rows:
            found.append(Block("", n + 1, rows, row_lines=row_lines))
            n = after
            continue
        block = _paragraph(lines[n], n + 1)
        if block.text:
            found.append(block)
        n += 1
    return tuple(found)


def _paragraph(line: str, number: int) -> Block:
    line = line.strip()
    heading = _HEADING.fullmatch(line)
    if heading:
        return Block(_plain(heading[2]), number, heading=len(heading[1]))
    return Block(_plain(line.removeprefix("> ")), number)


def _plain(text: str) -> str:
    return _EMPHASIS.sub(r"\2", text).strip()


def _table(lines: list[str], start: int) -> tuple[tuple[Row, ...], tuple[int, ...], int]:
    """The table that begins at a line, the line of each row and the line after it; no rows where none begins."""
    cut = _cells_of_pipes if "|" in lines[start] else _cells_of_tabs if "\t" in lines[start].strip() else None
    if cut is None or (cut is _cells_of_pipes and not _has_rule(lines[start : start + 3])):
        return (), (), start
    rows: list[Row] = []
    row_lines: list[int] = []
    ruled = cut is _cells_of_tabs
    n = start
    while n < len(lines):
        cells = cut(lines[n])
        if cells is None:
            break
        if cut is _cells_of_pipes and _RULE.fullmatch(lines[n].strip()):
            ruled = True
        else:
            rows.append(cells)
            row_lines.append(n + 1)
        n += 1
    wide = max((len(row) for row in rows), default=0)
    if not ruled or len(rows) < 2 or wide < 2:
        return (), (), start
    return tuple(row + ("",) * (wide - len(row)) for row in rows), tuple(row_lines), n


def _has_rule(lines: list[str]) -> bool:
    """The line |---|---| that makes lines with | a table stands below its heading, of one or two lines."""
    return any("-" in line and _RULE.fullmatch(line.strip()) is not None for line in lines)


def _cells_of_pipes(line: str) -> Row | None:
    line = line.strip()
    if line.count("|") < 1:
        return None
    inner = line.removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return tuple(
        _plain(cell.replace("\\|", "|").replace("<br>", "\n").replace("<br/>", "\n"))
        for cell in re.split(r"(?<!\\)\|", inner)
    )


def _cells_of_tabs(line: str) -> Row | None:
    if line.strip("\n ").count("\t") < 2 or len(line) > 2000:
        return None
    return tuple(cell.strip() for cell in line.strip("\n ").split("\t"))
