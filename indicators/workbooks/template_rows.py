"""The product's own table as it comes back, filled in, sorted, with rows taken out or added, saved by Excel or WPS.

Also plain tables of other systems with the columns 指标编码, 行政区划代码, 年份, 季度 and 数值. Which indicator and region
a code means, and whether the unit may report it, is decided later: here stands what the file says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from indicators.workbooks import columns
from indicators.workbooks.addresses import row_and_column
from indicators.workbooks.results import Cell, Finding, Level, ReadResult, Sheet
from indicators.workbooks.template_blocks import PlainFigures, plain_figures
from ipdash.core.figure_text import CellError, Origin, ParsedFigure, Verdict, parse_figure
from ipdash.core.numbers import decimal_text

HEADER_WITHIN = 20  # rows
_YEAR = re.compile(r"((?:19|20)\d\d)(?:年度?)?")
_QUARTER = re.compile(r"(?:(?:19|20)\d\d)?(?:第|Q)?([1-4一二三四])(?:季度|季)?", re.I)
_CHINESE_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}
_TOTAL = re.compile(r"(?:合\s*计|总\s*计|小\s*计|共\s*计|全\s*(?:市|省|区|国)\s*合\s*计)[：:]?")
_NEUTRALISED = re.compile(r"'[=+\-@\t\r]")  # how `inert.csv_text` writes a text that looks like a formula


@dataclass(frozen=True)
class TemplateMeta:
    """What the hidden sheet says: for which unit and quarter the table was made."""

    unit_id: int
    year: int
    quarter: int


@dataclass(frozen=True)
class TemplateRow:
    """One figure of the table. `cells` maps a column's name to the address of its cell in this row (`本季值` → `I5`)."""

    sheet: str
    row: int
    cells: dict[str, str]
    indicator_code: str
    region_code: str
    year: int
    quarter: int
    unit: str
    value: ParsedFigure
    note: str = ""

    @property
    def key(self) -> tuple[str, str, int, int]:
        return self.indicator_code, self.region_code, self.year, self.quarter


@dataclass
class TemplateRows:
    """The rows that name a figure, in the file's order, and every finding, those of the reading included.

    `recognised` is false where no sheet has the columns of our own table: then it is a workbook to be mapped. `plain`
    holds the rows of a large table that came as columns and name a figure each; `rows` all others.
    """

    meta: TemplateMeta | None = None
    rows: list[TemplateRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    recognised: bool = False
    plain: PlainFigures | None = None


@dataclass(frozen=True)
class Header:
    """Where the columns of our own table stand."""

    row: int
    at: dict[str, int]  # column name -> column


def read_template(read: ReadResult) -> TemplateRows:
    """The rows of our own template (.xlsx or CSV) or of a plain table with the same columns."""
    result = TemplateRows()
    result.meta = _meta(read, result.findings)
    origin = Origin.PLAIN if read.kind == "csv" else Origin.CELL
    for sheet in read.sheets:
        header = find_header(sheet) if sheet.name not in (columns.META_SHEET, columns.FINDINGS_SHEET) else None
        if header is None:
            continue
        result.recognised = True
        if _header_is_whole(sheet, header, result):
            _take_block(sheet, header, result)
            result.rows.extend(_rows(sheet, header, result, origin))
    _take_back_repeats(read, result, origin)
    if not result.recognised and not read.refused:
        result.findings.append(Finding("no_template", {}, "error"))
    result.rows = _without_repeats(result)
    _add_value_findings(read, result)
    return result


def text_of(cell: Cell | None) -> str:
    """A cell as text, blanks trimmed: digits for a whole number, as codes become when somebody types them."""
    if cell is None:
        return ""
    if isinstance(cell.value, Decimal):
        return decimal_text(cell.value) if abs(cell.value.adjusted()) < 20 else str(cell.value)
    text = cell.value.text if isinstance(cell.value, CellError) else str(cell.value)
    text = unicodedata.normalize("NFKC", text).strip()
    return text[1:] if _NEUTRALISED.match(text) else text


def _meta(read: ReadResult, findings: list[Finding]) -> TemplateMeta | None:
    sheet = next((sheet for sheet in read.sheets if sheet.name == columns.META_SHEET), None)
    if sheet is None:
        return None
    values = {text_of(row[0]): text_of(row[1]) for row in sheet.rows if len(row) > 1}
    version = values.get(columns.META_VERSION, "")
    if version != columns.VERSION:
        findings.append(Finding("template_version", {"version": version, "expected": columns.VERSION}, "error"))
        return None
    for name in (columns.META_UNIT, columns.META_YEAR, columns.META_QUARTER):
        if re.fullmatch(r"[0-9]{1,18}", values.get(name, "")) is None:
            findings.append(Finding("meta_damaged", {"field": name}, "error"))
            return None
    meta = TemplateMeta(*(int(values[name]) for name in (columns.META_UNIT, columns.META_YEAR, columns.META_QUARTER)))
    if not (1900 <= meta.year <= 2199 and 1 <= meta.quarter <= 4):
        findings.append(Finding("meta_damaged", {"field": columns.META_QUARTER}, "error"))
        return None
    return meta


def _heading(cell: Cell) -> str:
    name = "".join(text_of(cell).split()) if isinstance(cell.value, str) else ""
    return columns.ALIASES.get(name, name)


def find_header(sheet: Sheet) -> Header | None:
    """The first row with the code's and the region's column, or with one of them and two more of ours."""
    for row in sheet.rows:
        if row[0].row > HEADER_WITHIN:
            return None
        names = {_heading(cell) for cell in row}
        ours = names & set(columns.CSV)
        if ours & {columns.INDICATOR, columns.REGION} and (len(ours) >= 3 or len(ours) == len(row)):
            at: dict[str, int] = {}
            for cell in row:
                at.setdefault(_heading(cell), cell.column)
            return Header(row[0].row, at)
    return None


def _header_is_whole(sheet: Sheet, header: Header, result: TemplateRows) -> bool:
    """Whether the rows can be read; a finding for each column that is not there, or there twice."""
    row = next(row for row in sheet.rows if row[0].row == header.row)
    twice = [cell for cell in row if _heading(cell) in columns.CSV and header.at[_heading(cell)] != cell.column]
    for cell in twice:
        params = {"column": _heading(cell)}
        result.findings.append(Finding("header_twice", params, "error", sheet.name, cell.row, cell.column))
    needed = [columns.INDICATOR, columns.REGION, columns.VALUE]
    if result.meta is None:
        needed += [columns.YEAR, columns.QUARTER]
    missing = [name for name in needed if name not in header.at]
    if missing:
        params = {"missing": "、".join(missing)}
        result.findings.append(Finding("header_changed", params, "error", sheet.name, header.row))
    elif result.meta is not None:
        lacking = [name for name in columns.TEMPLATE if name not in header.at]
        if lacking:
            params = {"missing": "、".join(lacking)}
            result.findings.append(Finding("header_changed", params, "question", sheet.name, header.row))
    return not missing and not twice


def _take_block(sheet: Sheet, header: Header, result: TemplateRows) -> None:
    """The rows that came as columns: what is plain stays so, once a workbook; the others become rows of the sheet."""
    if sheet.block is None:
        return
    meta = result.meta
    found = None
    if result.plain is None and min(sheet.block.rows) > header.row:
        found = plain_figures(
            sheet.name, sheet.block, header.at, None if meta is None else (meta.year, meta.quarter),
            problem=lambda texts: _row_problem(1, texts, None), text_of=lambda value: text_of(Cell(1, 1, value)),
        )  # fmt: skip
    if found is None:
        _put_back(sheet, range(len(sheet.block.rows)))
    else:
        result.plain, special = found
        _put_back(sheet, special)


def _put_back(sheet: Sheet, places: Iterable[int]) -> None:
    """Rows that came as columns become rows of the sheet."""
    if sheet.block is not None:
        more = [sheet.block.cells(place) for place in places]
        sheet.rows = sorted([*sheet.rows, *more], key=lambda cells: cells[0].row)


def _take_back_repeats(read: ReadResult, result: TemplateRows, origin: Origin) -> None:
    """Plain rows that name the figure of another row are read as rows with it."""
    plain = result.plain
    if plain is None or not result.rows:
        return
    others = {row.key for row in result.rows}
    again = [place for place in range(len(plain)) if plain.key(place) in others]
    if not again:
        return
    sheet = next(sheet for sheet in read.sheets if sheet.name == plain.sheet)
    header = find_header(sheet)
    if sheet.block is None or header is None:
        return
    numbers = {plain.rows[place] for place in again}
    alone = Sheet(sheet.name)
    alone.rows = [
        cells
        for place, number in enumerate(sheet.block.rows)
        if number in numbers
        for cells in [sheet.block.cells(place)]
    ]
    result.plain = plain.without(again)
    result.rows.extend(_rows(alone, header, result, origin))
    result.rows.sort(key=lambda row: row.row if row.sheet == plain.sheet else 0)


def _rows(sheet: Sheet, header: Header, result: TemplateRows, origin: Origin) -> Iterator[TemplateRow]:
    for cells in sheet.rows:
        number = cells[0].row
        if number <= header.row:
            continue
        at = {cell.column: cell for cell in cells}
        found = {name: at[column] for name, column in header.at.items() if column in at}
        texts = {name: text_of(cell) for name, cell in found.items()}
        problem = _row_problem(number, texts, result.meta)
        if problem is None:
            continue
        if isinstance(problem, Finding):
            result.findings.append(_placed(problem, sheet, number, found))
            continue
        value_cell = found.get(columns.VALUE)
        unit = texts.get(columns.UNIT, "")
        value = parse_figure(
            None if value_cell is None else value_cell.value,
            unit,
            origin,
            percent_format=value_cell is not None and value_cell.percent,
        )
        addresses = {name: Cell(number, column, "").address for name, column in header.at.items()}
        codes = texts[columns.INDICATOR], texts[columns.REGION]
        yield TemplateRow(sheet.name, number, addresses, *codes, *problem, unit, value, texts.get(columns.NOTE, ""))


def _row_problem(number: int, texts: dict[str, str], meta: TemplateMeta | None) -> Finding | tuple[int, int] | None:
    """The (year, quarter) of a row that names a figure; a finding where it cannot; `None` for a row without one."""
    indicator, region = texts.get(columns.INDICATOR, ""), texts.get(columns.REGION, "")
    row = {"row": str(number)}
    total = next((text for text in texts.values() if _TOTAL.fullmatch(text)), "")
    if total:
        return Finding("total_row", {**row, "printed": total}, "note")
    if not (indicator and region):
        return Finding("row_without_codes", row, "error") if texts.get(columns.VALUE) else None
    for name, pattern in ((columns.INDICATOR, r"[A-Za-z0-9_.\-]{1,64}"), (columns.REGION, r"[0-9]{2,12}")):
        if re.fullmatch(pattern, texts[name]) is None:
            return Finding("code_not_text", {**row, "column": name, "printed": texts[name][:40]}, "error")
    if columns.YEAR not in texts and columns.QUARTER not in texts and meta is not None:
        return meta.year, meta.quarter
    year, quarter = texts.get(columns.YEAR, ""), texts.get(columns.QUARTER, "")
    year_found, quarter_found = _YEAR.fullmatch(year), _QUARTER.fullmatch(quarter)
    if year_found is None or quarter_found is None:
        return Finding("no_period", {**row, "printed": f"{year} {quarter}".strip()[:40]}, "error")
    digit = quarter_found[1]
    return int(year_found[1]), _CHINESE_QUARTERS.get(digit) or int(digit)


def _placed(finding: Finding, sheet: Sheet, number: int, found: dict[str, Cell]) -> Finding:
    """The finding at the cell it is about."""
    names = {"code_not_text": finding.params.get("column", ""), "no_period": columns.QUARTER}
    cell = found.get(names.get(finding.code, columns.VALUE)) or next(iter(found.values()))
    return Finding(finding.code, finding.params, finding.level, sheet.name, number, cell.column)


def _without_repeats(result: TemplateRows) -> list[TemplateRow]:
    """Each figure once: an equal repeat is noted and dropped, different values drop all of them with an error."""
    groups: dict[tuple[str, str, int, int], list[TemplateRow]] = {}
    for row in result.rows:
        groups.setdefault(row.key, []).append(row)
    kept: set[tuple[str, int]] = set()
    for rows in groups.values():
        filled = [row for row in rows if row.value.verdict is not Verdict.MISSING] or rows[:1]
        first, *repeats = filled
        same = all((row.value.verdict, row.value.value) == (first.value.verdict, first.value.value) for row in repeats)
        for row in repeats:
            params = {"row": str(row.row), "first": str(first.row)}
            code = "duplicate_row" if same else "conflicting_rows"
            result.findings.append(_value_finding(row, code, params, "note" if same else "error"))
        if same:
            kept.add((first.sheet, first.row))
    return [row for row in result.rows if (row.sheet, row.row) in kept]


def _add_value_findings(read: ReadResult, result: TemplateRows) -> None:
    """A finding for each value that is a question or refused, in place of the reader's own remark on that cell."""
    own = [
        _value_finding(
            row, row.value.code, row.value.params, "error" if row.value.verdict is Verdict.REFUSED else "question"
        )
        for row in result.rows
        if row.value.verdict in (Verdict.REFUSED, Verdict.QUESTION)
    ]
    places = {(finding.sheet, finding.row, finding.column) for finding in own}
    reading = [
        finding
        for finding in read.findings
        if (finding.sheet, finding.row, finding.column) not in places and finding.sheet != columns.META_SHEET
    ]
    result.findings = [*reading, *result.findings, *own]


def _value_finding(row: TemplateRow, code: str, params: dict[str, str], level: Level) -> Finding:
    row_number, column = row_and_column(row.cells[columns.VALUE]) or (row.row, None)
    return Finding(code, params, level, row.sheet, row_number, column)
