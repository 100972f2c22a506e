"""The rows of a large table of our own columns, taken out of a sheet all at once and given as columns.

Cell by cell, a hundred thousand rows cost the gate six seconds. Nearly all of them are written alike: the same cells in
the same order, each a short number or a plain text. One expression that matches such a row whole, addresses and all,
takes them out; every other row stays in the sheet and is read as ever. Where anything about the sheet is unusual, nothing
is taken out. Runs in the child process only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from operator import lt

from indicators.workbooks import limits
from indicators.workbooks.addresses import column_letters, row_and_column
from indicators.workbooks.results import Block, BlockColumn, Cell, Sheet
from indicators.workbooks.template_rows import HEADER_WITHIN, find_header

LEAST_ROWS = 2_000
"""With fewer rows there is nothing to gain."""
_BEGIN, _END = "<sheetData>", "</sheetData>"
_ATTRIBUTES = r"(?: (?!hidden|r=)[A-Za-z][A-Za-z0-9:]*=\"[^\"<&]*+\")*+"
_ANY_ROW = r"<row(?: [^<>]*+)?(?<!/)>.*?</row>|<row(?: [^<>]*+)?/>"
_ROW_NUMBER = re.compile(r"<row(?: [^<>]*?)? r=\"([1-9][0-9]{0,6})\"")
_CELL = re.compile(
    r"<c r=\"([A-Z]{1,3}[0-9]{1,7})\"(?: s=\"([0-9]{1,6})\")?(?: t=\"([a-zA-Z]{1,9})\")?>"
    r"(?:<v>([^<&]*+)</v>|<is><t(?: xml:space=\"preserve\")?>([^<]*+)</t></is>)</c>"
)
_STRING = re.compile(r"<si><t(?: xml:space=\"preserve\")?>([^<]*+)</t></si>|<si><t/></si>")
_NUMBER = r"(-?[0-9]{1,9}(?:\.[0-9]{1,6})?)"
_TEXT = r"([^<&\x00-\x1f\ufffe\uffff]{1,200})"
_CONTENT = {
    "n": rf"(?: t=\"n\")?><v>{_NUMBER}</v>",
    "s": r" t=\"s\"><v>([0-9]{1,7})</v>",
    "inlineStr": rf" t=\"inlineStr\"><is><t(?: xml:space=\"preserve\")?>{_TEXT}</t></is>",
}
_TAGS = {"n": 4, "s": 4, "inlineStr": 6}  # how many a cell is written with
_MILLION = 10**6


def taken_out(content: bytes, strings: Sequence[str], percent_styles: set[int]) -> tuple[bytes, Block] | None:
    """(the sheet's XML without the rows that are plain, these rows), `None` where they are few or not all is clear."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    begin, end = text.find(_BEGIN), text.rfind(_END)
    if begin < 0 or end < begin or text.count("sheetData") != 2 or "<!" in text:
        return None
    rows = text[begin + len(_BEGIN) : end]
    shape = _shape(rows, strings, percent_styles)
    if rows.count("<row") < LEAST_ROWS or shape is None:
        return None
    matches = _row_pattern(shape).findall(rows)
    plain = [match for match in matches if match[0]]
    others = [match[-1] for match in matches if not match[0]]
    tags = 2 + sum(_TAGS[kind] for _column, kind in shape)
    if rows.count("<") != len(plain) * tags + sum(other.count("<") for other in others):
        return None  # something stands between the rows
    block = _block(plain, shape, strings)
    if len(plain) < LEAST_ROWS or not _is_in_order(matches) or not _fits(block, others) or block is None:
        return None
    return (text[: begin + len(_BEGIN)] + "".join(others) + text[end:]).encode(), block


def simple_strings(content: bytes) -> list[str] | None:
    """The shared strings, `None` where one is more than a text (of several fonts, with a reading)."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    found = _STRING.findall(text)
    if text.count("<si") != len(found) or "<!" in text or text.count("<t") != len(found):
        return None
    return [unescape(string) for string in found]


def _shape(rows: str, strings: Sequence[str], percent_styles: set[int]) -> list[tuple[int, str]] | None:
    """(column, kind) of the filled cells in the first row below the heads of our own columns; `None` where there is none."""
    sheet = Sheet("")
    shapes: dict[int, list[tuple[int, str]]] = {}
    for found in re.finditer(_ANY_ROW, rows, re.S):
        number = _ROW_NUMBER.match(found[0])
        if number is None:
            return None
        cells, shape = [], []
        for address, style, kind, value, inline in _CELL.findall(found[0]):
            row, column = row_and_column(address) or (0, 0)
            if row != int(number[1]) or (style and int(style) in percent_styles):
                return None
            shape.append((column, kind or "n"))
            known = kind != "s" or (value.isdigit() and int(value) < len(strings))
            cells.append(
                Cell(row, column, (strings[int(value)] if known else "") if kind == "s" else unescape(inline) or value)
            )
        if cells:
            sheet.rows.append(cells)
            shapes[int(number[1])] = shape
        header = find_header(sheet)
        if header is not None and cells and cells[0].row > header.row:
            return shape if all(kind in _CONTENT for _column, kind in shape) else None
        if int(number[1]) > HEADER_WITHIN + 1:
            return None
    return None


def _row_pattern(shape: Sequence[tuple[int, str]]) -> re.Pattern[str]:
    """One row of the shape, its number and its contents as groups; or any other row, as the last group."""
    cells = "".join(
        rf"<c r=\"{column_letters(column)}\1\"(?: s=\"[0-9]{{1,6}}\")?{_CONTENT[kind]}</c>" for column, kind in shape
    )
    return re.compile(rf"<row r=\"([1-9][0-9]{{0,6}})\"{_ATTRIBUTES}>{cells}</row>|({_ANY_ROW})", re.S)


def _is_in_order(matches: Sequence[tuple[str, ...]]) -> bool:
    numbers: list[int] = []
    for match in matches:
        number = match[0]
        if not number:
            found = _ROW_NUMBER.match(match[-1])
            if found is None:
                return False
            number = found[1]
        numbers.append(int(number))
    return all(map(lt, numbers, numbers[1:])) and numbers[-1] <= limits.ROWS


def _fits(block: Block | None, others: Sequence[str]) -> bool:
    """Whether what was taken out is far from every limit of the gate; else the gate itself decides."""
    if block is None:
        return False
    cells = len(block.rows) * len(block.columns)
    width = max(block.columns, default=0)
    characters = sum(
        max((len(text) for text in column.texts), default=20) * len(column.values) for column in block.columns.values()
    )
    return (
        cells + sum(other.count("<c ") for other in others) <= limits.FILLED_CELLS
        and width <= limits.COLUMNS
        and limits.ROWS * width <= limits.AREA
        and characters * 4 <= limits.TEXT_BYTES
    )


def _block(plain: Sequence[tuple[str, ...]], shape: Sequence[tuple[int, str]], strings: Sequence[str]) -> Block | None:
    if not plain:
        return None
    rows, *columns = zip(*plain, strict=True)
    block = Block([int(row) for row in rows])
    for (column, kind), contents in zip(shape, columns, strict=False):
        if kind == "n":
            block.columns[column] = BlockColumn([_scaled(text) for text in contents])
            continue
        unique = {text: at for at, text in enumerate(dict.fromkeys(contents))}
        if kind == "s" and any(int(text) >= len(strings) for text in unique):
            return None
        texts = [strings[int(text)] for text in unique] if kind == "s" else list(unique)
        block.columns[column] = BlockColumn([unique[text] for text in contents], texts)
    return block


def _scaled(text: str) -> int:
    """The number × 10⁶: at most 9 + 6 digits."""
    whole, _point, places = text.partition(".")
    if not places:
        return int(whole) * _MILLION
    return int(whole + places.ljust(6, "0"))
