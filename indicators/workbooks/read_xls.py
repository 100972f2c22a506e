"""An .xls (Excel 97–2003): its records are walked first for what must not be there, then xlrd reads the values."""

from __future__ import annotations

import datetime as dt
import io
import struct
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import xlrd
from xlrd.compdoc import CompDoc, CompDocError

from indicators.workbooks import limits
from indicators.workbooks.addresses import cell_address
from indicators.workbooks.notes import sheet_findings
from indicators.workbooks.package import shows_percent
from indicators.workbooks.results import Cell, ReadResult, Refused, Sheet, Value
from indicators.workbooks.sheetxml import Totals
from ipdash.core.figure_text import CellError

_BOF, _BOUNDSHEET, _FILEPASS, _SUPBOOK, _FORMULA, _MERGED = 0x809, 0x85, 0x2F, 0x1AE, 0x06, 0xE5
_BIFF8 = 0x600
_CALCULATE_ON_LOAD = 0x2
_OWN_BOOK, _ADD_INS = b"\x01\x04", b"\x01\x3a"


def read_xls(content: bytes) -> ReadResult:
    """The sheets of an .xls with every filled cell; raises `Refused`."""
    uncalculated = _walk(_workbook_stream(content))
    try:
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO(), on_demand=False
        )
    except MemoryError:
        raise
    except Exception:  # xlrd raises whatever a damaged file makes it stumble over
        raise Refused("workbook_broken", part="Workbook") from None
    result = ReadResult("xls")
    totals = Totals()
    if book.nsheets > limits.SHEETS:
        raise Refused("too_many_sheets", sheets=book.nsheets, limit=limits.SHEETS)
    for index in range(book.nsheets):
        sheet = _sheet(book, book.sheet_by_index(index), totals, uncalculated.get(index, set()))
        result.sheets.append(sheet)
        result.findings.extend(sheet_findings(sheet))
    if not result.sheets:
        raise Refused("no_sheets")
    return result


def _workbook_stream(content: bytes) -> bytes:
    """The workbook's own stream out of the compound file; raises `Refused` for other documents and for macros."""
    try:
        document = CompDoc(content, logfile=io.StringIO())
        names = {entry.name.rstrip("\0").casefold() for entry in document.dirlist if entry.etype in (1, 2)}
        _check_entries(names)
        found = document.locate_named_stream("Workbook")
    except (CompDocError, struct.error, IndexError, ValueError, UnicodeError, AssertionError):
        raise Refused("workbook_broken", part="Workbook") from None
    memory, base, length = found
    if memory is None:
        raise Refused("workbook_broken", part="Workbook")
    return bytes(memory[base : base + length])


def _check_entries(names: set[str]) -> None:
    if names & {"encryptedpackage", "encryptioninfo"}:
        raise Refused("is_encrypted")
    if "worddocument" in names:
        raise Refused("is_word")
    if "powerpoint document" in names:
        raise Refused("is_slides")
    if "workbook" not in names:
        raise Refused("xls_too_old" if "book" in names else "is_unknown")
    if names & {"_vba_project_cur", "_vba_project", "vba", "macros"}:
        raise Refused("macros")
    if any(name.startswith("mbd") for name in names):
        raise Refused("embedded_object")


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(position, kind, content) of each record."""
    position = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield position, kind, stream[position + 4 : position + 4 + length]
        position += 4 + length


def _walk(stream: bytes) -> dict[int, set[tuple[int, int]]]:
    """(row, column) of formulas that were never calculated, by sheet; raises `Refused` for what must not be there."""
    sheets: dict[int, int] = {}  # where a sheet's records begin -> which worksheet it is
    uncalculated: dict[int, set[tuple[int, int]]] = {}
    current = -1
    merges = 0
    for position, kind, record in _records(stream):
        if kind == _BOF:
            _check_version(record)
            current = sheets.get(position, current)
        elif kind == _FILEPASS:
            raise Refused("is_encrypted")
        elif kind == _BOUNDSHEET and len(record) >= 6:
            if record[5] in (1, 6):
                raise Refused("macros")
            if record[5] == 0:
                sheets[struct.unpack_from("<L", record)[0]] = len(sheets)
        elif kind == _SUPBOOK and record[2:4] not in (_OWN_BOOK, _ADD_INS):
            raise Refused("dde" if b"\x03" in record[4:] else "external_link")
        elif kind == _FORMULA and len(record) >= 16 and record[14] & _CALCULATE_ON_LOAD:
            row, column = struct.unpack_from("<HH", record)
            uncalculated.setdefault(current, set()).add((row + 1, column + 1))
        elif kind == _MERGED and len(record) >= 2:
            merges += struct.unpack_from("<H", record)[0]
    if merges > limits.MERGES:
        raise Refused("too_many_merges", sheet="", limit=limits.MERGES)
    return uncalculated


def _check_version(record: bytes) -> None:
    if len(record) < 4 or struct.unpack_from("<H", record)[0] != _BIFF8:
        raise Refused("xls_too_old")


def _sheet(book: Any, data: Any, totals: Totals, uncalculated: set[tuple[int, int]]) -> Sheet:
    sheet = Sheet(data.name, data.visibility != 0)
    for index in range(data.nrows):
        row = []
        for column in range(data.row_len(index)):
            place = (index + 1, column + 1)
            cell = data.cell(index, column)
            if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) or cell.value == "":
                continue
            totals.add_cell()
            if cell.ctype == xlrd.XL_CELL_TEXT:
                totals.add_text(cell.value)
            value = CellError("=", without_value=True) if place in uncalculated else _value(cell, book.datemode)
            percent = isinstance(value, Decimal) and _percent(book, cell.xf_index)
            row.append(Cell(*place, value, percent))
        if row:
            sheet.rows.append(row)
    sheet.hidden_rows = sorted(index + 1 for index, info in data.rowinfo_map.items() if info.hidden)
    sheet.hidden_columns = sorted(index + 1 for index, info in data.colinfo_map.items() if info.hidden and index < 256)
    sheet.merges = [
        f"{cell_address(top + 1, left + 1)}:{cell_address(bottom, right)}"
        for top, bottom, left, right in data.merged_cells
    ]
    return sheet


def _value(cell: Any, datemode: int) -> Value:
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return str(cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return CellError(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _date(cell.value, datemode)
    return Decimal(repr(cell.value).removesuffix(".0"))


def _date(number: float, datemode: int) -> Value:
    try:
        moment: dt.datetime = xlrd.xldate_as_datetime(number, datemode)
    except (ValueError, OverflowError, xlrd.XLDateError):
        return repr(number)  # shown as a date, yet none: text, so that a person looks at it
    if number < 1:
        return moment.time()
    return moment.date() if moment.time() == dt.time() else moment


def _percent(book: Any, xf_index: int | None) -> bool:
    if xf_index is None:
        return False
    number_format = book.format_map.get(book.xf_list[xf_index].format_key)
    return number_format is not None and shows_percent(number_format.format_str)
