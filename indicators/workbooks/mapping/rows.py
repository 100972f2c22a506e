"""What each row of a table is about: its region, indicator, period, unit and basis, from its label columns and from the
label rows above it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from indicators.workbooks.mapping.catalogue import Match
from indicators.workbooks.mapping.grid import Grid, indent_of, is_figure, printed
from indicators.workbooks.mapping.heads import region_code
from indicators.workbooks.mapping.labels import printed_name, read_label
from indicators.workbooks.mapping.model import TOTAL, ColumnMeaning, Mapping, Reference, TableMapping
from indicators.workbooks.mapping.periods import NO_PERIOD, Period, find_basis, find_period
from indicators.workbooks.mapping.regions import RegionLabel, Resolution, resolve_list
from indicators.workbooks.mapping.words import OWN_SCOPE, folded, is_average, is_part, is_scope, is_sum, name_text


@dataclass
class RowMeaning:
    """One row. `region` as printed; `is_total` for a sum or a scope without a code; `names` name the indicator."""

    row: int
    region: str = ""
    code: str | None = None
    why: str = ""
    candidates: tuple[str, ...] = ()
    is_total: bool = False
    sums: bool = False
    names: tuple[str, ...] = ()
    match: Match = field(default_factory=lambda: Match(None))
    period: Period = NO_PERIOD
    basis: str = ""
    unit: str = ""
    shift: str = ""
    derived: bool = False
    blank: bool = False  # a label without any figure
    own_scope: bool = False
    inner: bool = False  # regions of the rows below lie in this one


def row_meanings(grid: Grid, table: TableMapping, mapping: Mapping, reference: Reference) -> list[RowMeaning]:
    """The rows of a table's body in order, rows that only group the ones below them included as `blank`."""
    reader = _Reader(grid, table, mapping, reference)
    for number in range(table.first_row, table.last_row + 1):
        if number not in table.skipped and number not in table.header_rows and grid.cells_of(number):
            reader.take(number)
    _resolve_regions(reader.rows, reader.labels, table, mapping, reference)
    return reader.rows


class _Reader:
    """Goes through the rows once and remembers what stands above: section, period, the indicator that parts belong to."""

    def __init__(self, grid: Grid, table: TableMapping, mapping: Mapping, reference: Reference) -> None:
        self.grid, self.table, self.mapping, self.reference = grid, table, mapping, reference
        self.roles: dict[str, list[ColumnMeaning]] = {}
        for column in table.columns:
            self.roles.setdefault(column.role, []).append(column)
        self.rows: list[RowMeaning] = []
        self.labels: list[RegionLabel] = []
        self.section: tuple[str, ...] = ()
        self.period = Period()
        self.region = ""
        self.parents: list[tuple[int, str]] = []
        self.filled: dict[int, str] = {}

    def take(self, number: int) -> None:
        row = RowMeaning(number, period=self.period)
        row.blank = not any(
            (cell := self.grid.at(number, column.column)) and is_figure(cell) for column in self.roles.get("value", [])
        )
        if row.blank and self._is_section(row):
            return
        self._times(row)
        self._units(row)
        label = self._region(row)
        self._indicator(row)
        self.rows.append(row)
        self.labels.append(label)

    def _text(self, row: int, column: int) -> str:
        return self.grid.text(row, column)

    def _is_section(self, row: RowMeaning) -> bool:
        """A label that groups the rows below it by period, by region or by indicator; regions stay in their list."""
        texts = [cell for cell in self.grid.cells_of(row.row) if self.table_holds(cell.column)]
        if len(texts) != 1:
            return False
        text = printed(texts[0])
        found = find_period(text)
        if found and not found.rest.strip("()：:"):
            self.period = found.period
            return True
        has_regions = "region" in self.roles or "region_code" in self.roles
        if has_regions and (self.reference.regions.knows(text) or is_scope(text)):
            return False
        if not has_regions and self.reference.regions.knows(text) and not self.reference.indicators.exact(text):
            self.region, self.parents = text, []
            return True
        if "indicator" in self.roles or not has_regions or self.reference.indicators.exact(text):
            self.section, self.parents = (printed_name(text),), []
            return True
        return False

    def table_holds(self, column: int) -> bool:
        return any(meaning.column == column for meaning in self.table.columns)

    def _times(self, row: RowMeaning) -> None:
        for role in ("year", "quarter", "period"):
            for column in self.roles.get(role, []):
                cell = self.grid.covered(row.row, column.column)
                text = self._text(row.row, column.column) or self.filled.get(column.column, "")
                if not text:
                    continue
                self.filled[column.column] = text
                period, basis = _time(text, role, column.head, cell.value if cell else None)
                row.period = (
                    period.filled_from(row.period)
                    if role != "year"
                    else Period(period.year, row.period.part if row.period.year is None else "")
                )
                row.basis = row.basis or basis
        if "year" in self.roles and not row.period.part:
            row.period = replace(row.period, part="" if self.roles.get("quarter") else "year")

    def _units(self, row: RowMeaning) -> None:
        for column in self.roles.get("unit", []):
            row.unit = folded(self._text(row.row, column.column))
        for column in self.roles.get("basis", []):
            text = self._text(row.row, column.column)
            row.basis = find_basis(text)[0] or row.basis

    def _region(self, row: RowMeaning) -> RegionLabel:
        columns = self.roles.get("region", [])
        texts = []
        for at, column in enumerate(columns):
            text = self._text(row.row, column.column)
            if text:
                for later in columns[at:]:
                    self.filled.pop(later.column, None)
            elif at < len(columns) - 1:
                text = self.filled.get(column.column, "")
            if text:
                self.filled[column.column] = text
                texts.append(text)
        code = next(
            (found for column in self.roles.get("region_code", [])
             if (found := region_code(self._text(row.row, column.column))) in self.reference.regions.by_code), ""
        )  # fmt: skip
        text = texts[-1] if texts else self.region
        if not text and code:
            text = self.reference.regions.by_code[code].name
        row.region = name_text(text)
        above = texts[-2] if len(texts) > 1 else ""
        return RegionLabel(text, code, indent_of(text), above if not is_scope(above) else "")

    def _indicator(self, row: RowMeaning) -> None:
        code = next(
            (text for column in self.roles.get("indicator_code", [])
             if (text := self._text(row.row, column.column).strip()) in self.reference.indicators.by_code), None
        )  # fmt: skip
        columns = self.roles.get("indicator", [])
        texts = []
        for at, column in enumerate(columns):
            text = self._text(row.row, column.column)
            if not text and at < len(columns) - 1:
                text = self.filled.get(column.column, "")
            if text:
                self.filled[column.column] = text
                texts.append(text)
        names: list[str] = []
        for text in texts:
            label = read_label(text, self.reference.indicators)
            names += label.names
            row.unit = row.unit or label.unit
            row.basis, row.shift = row.basis or label.basis, label.shift
            row.derived = row.derived or label.derived
            row.period = label.period.filled_from(row.period)
            row.is_total = row.is_total or (label.total and len(texts) == 1)
        row.names = tuple(names)
        row.match = Match(code) if code else self._matched(row, texts)
        if row.match.code and not code:
            row.derived = False

    def _matched(self, row: RowMeaning, texts: Sequence[str]) -> Match:
        """The row's own wording, then with the row it is a part of, then with the section above."""
        if not row.names:
            return Match(None)
        match = self.reference.indicators.match(row.names)
        text = texts[-1]
        indent = indent_of(text)
        inner = is_part(text)
        self.parents = [(i, name) for i, name in self.parents if i < indent or (inner and i <= indent)]
        for _, parent in reversed(self.parents):
            if match.code is None:
                joined = self.reference.indicators.match([parent, *row.names])
                match = joined if joined.code else match
        if match.code is None and self.section:
            joined = self.reference.indicators.match([*self.section, *row.names])
            match = joined if joined.code else match
        if not inner:
            self.parents.append((indent, row.names[-1]))
        return match


def _time(text: str, role: str, head: str, value: object) -> tuple[Period, str]:
    """The period that a cell of a period column names; bare numbers mean what the column's head says."""
    plain = folded(text)
    if isinstance(value, date):
        return Period(value.year, f"{value.month:02}" if value.day == 1 else f"{value.month:02}-{value.day:02}"), ""
    if role == "quarter" and re.fullmatch(r"(?:第|Q)?[1-4一二三四](?:季度?)?", plain, re.I):
        digit = re.sub(r"[第Q季度]", "", plain, flags=re.I)
        return Period(None, f"Q{'一二三四'.find(digit) + 1 or digit}"), ""
    if "月" in head and re.fullmatch(r"1[0-2]|0?[1-9]", plain):
        return Period(None, f"{int(plain):02}"), ""
    if role == "year" and (found_year := re.fullmatch(r"((?:19|20)\d\d)年?度?", plain)):
        return Period(int(found_year[1])), ""
    found = find_period(text)
    return (found.period, found.basis) if found else (Period(), "")


def _resolve_regions(
    rows: Sequence[RowMeaning],
    labels: Sequence[RegionLabel],
    table: TableMapping,
    mapping: Mapping,
    reference: Reference,
) -> None:
    """Looks the regions of the rows up together; repeated names (a list of figures) are looked up once."""
    has_regions = any(column.role in ("region", "region_code") for column in table.columns)
    unique: dict[RegionLabel, None] = {}
    for row, label in zip(rows, labels, strict=True):
        if (label.text or label.code) and not _is_scope_row(label, reference):
            unique.setdefault(label, None)
        del row
    is_list = len(unique) * 2 < len(labels)
    wanted = list(unique) if is_list else [x for x in labels if (x.text or x.code) and not _is_scope_row(x, reference)]
    found = resolve_list(reference.regions, wanted, table.region_code)
    in_order = iter(found)
    by_label = dict(zip(wanted, found, strict=True)) if is_list else {}
    for row, label in zip(rows, labels, strict=True):
        said = mapping.regions.get(row.region)
        if not (label.text or label.code):
            _without_label(row, table, has_regions)
        elif _is_scope_row(label, reference):
            row.is_total, row.sums = True, is_sum(label.text) or bool(OWN_SCOPE.fullmatch(folded(label.text)))
            row.own_scope = bool(OWN_SCOPE.fullmatch(folded(label.text)))
            row.derived = row.derived or is_average(label.text)
        else:
            _take(row, by_label[label] if is_list else next(in_order))
        if said is not None:
            row.code, row.why, row.candidates = (None if said == TOTAL else said), "", ()
            row.is_total, row.own_scope = said == TOTAL, False


def _is_scope_row(label: RegionLabel, reference: Reference) -> bool:
    return (
        not label.code and (is_scope(label.text) or is_average(label.text)) and not reference.regions.knows(label.text)
    )


def _take(row: RowMeaning, found: Resolution) -> None:
    row.code, row.why, row.candidates = found.code, found.why, found.candidates


def _without_label(row: RowMeaning, table: TableMapping, has_regions: bool) -> None:
    """A row without a region of its own: that of the title, or a question."""
    if has_regions and not row.blank:
        row.why = "region_missing"
    elif not has_regions:
        row.code, row.region = table.region_code, table.scope
        if table.scope and table.region_code is None:
            row.is_total = True


def numeric(value: object) -> bool:
    """Whether a cell's value is a number."""
    return isinstance(value, Decimal)
