"""An .xlsx: the gate's stream first, then python-calamine for the values, then both laid over each other."""

from __future__ import annotations

import io
import zipfile
from array import array
from decimal import Decimal
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from indicators.workbooks import limits
from indicators.workbooks.addresses import cell_address
from indicators.workbooks.archive import Archive
from indicators.workbooks.notes import sheet_findings
from indicators.workbooks.package import Package, SheetPart, open_package
from indicators.workbooks.plain_table import simple_strings, taken_out
from indicators.workbooks.results import Block, Cell, ReadResult, Refused, Sheet
from indicators.workbooks.sheetxml import SHARED_STRINGS, SharedLengths, SheetStream, Totals


def read_xlsx(content: bytes, *, in_blocks: bool = False) -> ReadResult:
    """The sheets of an .xlsx with every filled cell; raises `Refused`. `in_blocks`: large tables of our own columns may
    come as columns (`Sheet.block`)."""
    package = open_package(content)
    if in_blocks and (blocks := _blocks(package)):
        replaced, taken = blocks
        result = read_xlsx(_repacked(package.archive, replaced))
        names = [sheet.part for sheet in package.sheets if sheet.part]
        for read, name in zip(result.sheets, names, strict=True):
            read.block = taken.get(name)
        return result
    shared = SharedLengths()
    if SHARED_STRINGS in package.archive.parts:
        shared.read(package.archive.read(SHARED_STRINGS))
    totals = Totals(shared.lengths)
    streams: list[tuple[SheetPart, SheetStream]] = []
    for sheet in package.sheets:
        if sheet.part:
            stream = SheetStream(sheet.part, sheet.name, totals, package.percent_styles)
            stream.read_sheet(package.archive.read(sheet.part))
            streams.append((sheet, stream))
    result = ReadResult("xlsx")
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for part, stream in streams:
            sheet_read = _sheet(workbook.get_sheet_by_name(part.name), part, stream)
            result.sheets.append(sheet_read)
            result.findings.extend(sheet_findings(sheet_read))
    except CalamineError:
        raise Refused("workbook_broken", part="xl/workbook.xml") from None
    return result


def _blocks(package: Package) -> tuple[dict[str, bytes], dict[str, Block]] | None:
    """(sheets without their plain rows, these rows), by part; `None` where no sheet has any."""
    archive = package.archive
    strings = simple_strings(archive.read(SHARED_STRINGS)) if SHARED_STRINGS in archive.parts else []
    if strings is None:
        return None
    rest: dict[str, bytes] = {}
    taken: dict[str, Block] = {}
    for sheet in package.sheets:
        found = taken_out(archive.read(sheet.part), strings, package.percent_styles) if sheet.part else None
        if found is not None:
            rest[sheet.part], taken[sheet.part] = found
    return (rest, taken) if taken else None


def _repacked(archive: Archive, replaced: dict[str, bytes]) -> bytes:
    """The same workbook with other contents for some parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as written:
        for name in archive.parts:
            written.writestr(name, replaced[name] if name in replaced else archive.read(name))
    return target.getvalue()


def _sheet(values: CalamineSheet, part: SheetPart, stream: SheetStream) -> Sheet:
    rows: dict[int, list[Cell]] = {}
    seen = _NumbersSeen()
    if values.start is not None:
        top, left = values.start[0] + 1, values.start[1] + 1
        for row, line in enumerate(values.to_python(), top):
            cells = _row(row, left, line, stream, seen)
            if cells:
                rows[row] = cells
    seen.compare(stream)
    for (row, column), error in stream.errors.items():
        others = [cell for cell in rows.get(row, []) if cell.column != column]
        rows[row] = sorted([*others, Cell(row, column, error)], key=lambda cell: cell.column)
    ordered = [rows[row] for row in sorted(rows)]
    return Sheet(part.name, part.hidden, ordered, stream.hidden_rows, stream.hidden_columns, stream.merges)


class _NumbersSeen:
    """The number cells as the value reader has them, to be compared with those of the stream."""

    def __init__(self) -> None:
        self.positions, self.numbers = array("l"), array("d")
        self.dates: set[int] = set()

    def compare(self, stream: SheetStream) -> None:
        """Both readers have to see the same number cells: XML that two readers understand differently is refused.
        A number cell may be a date to the value reader."""
        positions, numbers = stream.positions, stream.numbers
        if self.dates:
            kept = [at for at, position in enumerate(positions) if position not in self.dates]
            positions, numbers = array("l", [positions[at] for at in kept]), array("d", [numbers[at] for at in kept])
        if self.positions != positions or self.numbers != numbers:
            pairs = zip(
                zip(self.positions, self.numbers, strict=True), zip(positions, numbers, strict=True), strict=False
            )
            place = next((mine[0] for mine, other in pairs if mine != other), None)
            address = "" if place is None else cell_address(place // limits.COLUMNS, place % limits.COLUMNS + 1)
            raise Refused("readers_disagree", sheet=stream.sheet, address=address)


def _row(row: int, left: int, line: list[Any], stream: SheetStream, seen: _NumbersSeen) -> list[Cell]:
    """The filled cells of one row. Kept flat: it runs for each cell of a nation's table."""
    cells: list[Cell] = []
    first = row * limits.COLUMNS - 1
    for column, value in enumerate(line, left):
        if isinstance(value, str):
            if value:
                cells.append(Cell(row, column, value))
        elif isinstance(value, bool):
            cells.append(Cell(row, column, value))
        elif isinstance(value, float | int):
            seen.positions.append(first + column)
            seen.numbers.append(value)
            number = stream.exact.get((row, column)) if stream.exact else None
            percent = bool(stream.percent) and (row, column) in stream.percent
            cells.append(Cell(row, column, _decimal(value) if number is None else number, percent))
        else:
            seen.dates.add(first + column)
            cells.append(Cell(row, column, value))
    return cells


def _decimal(value: int | float) -> Decimal:
    return Decimal(repr(value).removesuffix(".0"))
