"""A .csv: which encoding, which separator, then strictly by the rules, so that an open quote swallows nothing."""

from __future__ import annotations

import codecs
import csv
import io

from indicators.workbooks import limits
from indicators.workbooks.results import Cell, Finding, ReadResult, Refused, Sheet
from indicators.workbooks.signature import bare_utf16

_SEPARATORS = ",\t;，|"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LOOKED_AT = 100_000  # characters that tell the separator
_LONGEST_FIELD = 32_767  # what a cell holds in Excel


def decoded(content: bytes) -> tuple[str, str]:
    """(text, encoding): the marked one, UTF-16 seen by its zeros, UTF-8, else GB18030 (which holds all of GBK and
    GB2312 and, unlike these, every character). Raises `Refused`."""
    encodings = [encoding for mark, encoding in _MARKS if content.startswith(mark)]
    if not encodings and bare_utf16(content):
        encodings = [bare_utf16(content)]
    for encoding in encodings or ["utf-8", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise Refused("csv_nul")
        return text.removeprefix("\ufeff"), encoding
    raise Refused("csv_encoding")


def separator_of(text: str) -> str:
    """The separator that most of the first lines are cut by, and into most columns; a comma where none is. (A title in
    the first line has none.)"""
    lines = [line for line in text[:_LOOKED_AT].splitlines() if line.strip()][:20]
    if lines and lines[0].casefold().startswith("sep=") and len(lines[0]) == 5:
        return lines[0][4]
    plain = ["".join(line.split('"')[0::2]) for line in lines]

    def cut(mark: str) -> tuple[int, int]:
        return sum(mark in line for line in plain), sum(line.count(mark) for line in plain)

    best = max(_SEPARATORS, key=cut)
    return best if cut(best)[0] else ","


def csv_rows(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """(number of the record, fields) from 1, by the strict rules of quoting; raises `Refused` with the line."""
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for number, fields in enumerate(reader, 1):
            if number > limits.ROWS or len(fields) > limits.COLUMNS:
                raise Refused("cell_outside", sheet="", row=number, rows=limits.ROWS, columns=limits.COLUMNS)
            rows.append((number, fields))
    except csv.Error as error:
        code = "csv_field_too_long" if "field limit" in str(error) else "csv_quote"
        raise Refused(code, line=reader.line_num, limit=_LONGEST_FIELD) from None
    return rows


def read_csv(content: bytes) -> ReadResult:
    """One sheet without a name; every cell is text. A `sep=` line is read as what it is, not as a row."""
    text, encoding = decoded(content)
    separator = separator_of(text)
    sheet = Sheet("")
    cells = 0
    for number, fields in csv_rows(text, separator):
        if number == 1 and fields and fields[0].casefold() == "sep=":
            continue
        row = [Cell(number, column, field) for column, field in enumerate(fields, 1) if field != ""]
        cells += len(row)
        if cells > limits.FILLED_CELLS:
            raise Refused("too_many_cells", limit=limits.FILLED_CELLS)
        if row:
            sheet.rows.append(row)
    note = Finding("csv_read_as", {"encoding": encoding.upper(), "separator": _shown(separator)}, "note")
    return ReadResult("csv", [sheet], [note])


def _shown(separator: str) -> str:
    return "制表符" if separator == "\t" else separator
