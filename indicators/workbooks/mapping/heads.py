"""What each column of a table is: a label column (region, indicator, period, unit …) or figures, and what its head tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from indicators.workbooks.mapping.grid import Grid, is_figure, is_year, printed
from indicators.workbooks.mapping.labels import Label, read_head, read_label
from indicators.workbooks.mapping.model import ColumnMeaning, Reference, Role, TableMapping
from indicators.workbooks.mapping.periods import Period, find_period
from indicators.workbooks.mapping.regions import RegionLabel, Resolution, resolve_list
from indicators.workbooks.mapping.tables import RawTable
from indicators.workbooks.mapping.units import read_unit
from indicators.workbooks.mapping.words import folded, head_role, is_scope, is_sum, printed_key
from indicators.workbooks.results import Cell

_LOOKED_AT = 200  # rows of a column that decide what it is
_TEXT_ROLES = ("region", "indicator", "period", "unit", "basis", "note", "indicator_code")


def column_meanings(grid: Grid, raw: RawTable, table: TableMapping, reference: Reference) -> list[ColumnMeaning]:
    """The meaning of each column from the table's left to its right edge."""
    views = [_View.of(grid, raw, column, reference) for column in range(raw.left, raw.right + 1)]
    roles = _roles(views, reference)
    columns = []
    labels = {view.column for view, role in zip(views, roles, strict=True) if role not in ("value", "ignore")}
    for view, role in zip(views, roles, strict=True):
        parts = head_parts(grid, raw.header, view.column, labels)
        meaning = ColumnMeaning(view.column, role, " / ".join(parts))
        columns.append(meaning if role != "value" else _value_column(meaning, parts, reference))
    return _with_regions(_with_neighbours(columns), table, reference)


def _with_neighbours(columns: Sequence[ColumnMeaning]) -> list[ColumnMeaning]:
    """上年同期 or 累计 alone at the head of a column speaks of the indicator in the column to its left."""
    result: list[ColumnMeaning] = []
    for column in columns:
        left = result[-1] if result else None
        alone = (
            column.role == "value" and not column.names and (column.shift or column.basis) and " / " not in column.head
        )
        if left is not None and left.names and left.kind == "figure" and left.role == "value" and alone:
            unit = column.unit or left.unit
            heard = replace(column, names=left.names, indicator=left.indicator, candidates=left.candidates, unit=unit)
            result.append(heard)
        else:
            result.append(column)
    return result


def head_parts(grid: Grid, header: Sequence[int], column: int, labels: set[int]) -> list[str]:
    """The levels of a column's head, outermost first. A head that was centred without merging holds for its neighbours."""
    parts: list[str] = []
    for at, row in enumerate(header):
        text = printed_key(grid.text(row, column))
        if not text and column not in labels and any(grid.text(below, column) for below in header[at + 1 :]):
            text = _head_to_the_left(grid, header[at:], column, labels)
        if text and (not parts or parts[-1] != text):
            parts.append(text)
    return parts


def _head_to_the_left(grid: Grid, header: Sequence[int], column: int, labels: set[int]) -> str:
    for left in range(column - 1, 0, -1):
        if left in labels:
            return ""
        text = printed_key(grid.text(header[0], left))
        if text:
            # A head that reaches down to the last row stands for its own column only.
            alone = all(grid.text(row, left) in ("", grid.text(header[0], left)) for row in header[1:])
            merged = (header[0], left) in grid.anchor
            return "" if alone or merged else text
    return ""


@dataclass
class _View:
    """A column's body at a glance: shares of figures, texts, years, region names and so on among its filled cells."""

    column: int
    head: str
    role: str
    cells: list[Cell]
    figures: int
    regions: float
    periods: float
    units: float
    indicators: float
    years: float

    @classmethod
    def of(cls, grid: Grid, raw: RawTable, column: int, reference: Reference) -> _View:
        cells = [cell for row in raw.body[:_LOOKED_AT] if (cell := grid.at(row, column))]
        texts = [printed(cell) for cell in cells]
        heads = [text for row in raw.header if (text := grid.text(row, column))]
        role = next((found for text in reversed(heads) if (found := head_role(text))), "")
        count = len(cells) or 1
        plain = [text for text, cell in zip(texts, cells, strict=True) if not is_figure(cell) or is_year(cell)]

        def share(number: int) -> float:
            return number / count

        return cls(
            column, " ".join(heads), role, cells, sum(is_figure(cell) for cell in cells),
            share(sum(reference.regions.knows(text) or is_scope(text) for text in plain if not find_period(text))),
            share(sum(find_period(text) is not None for text in plain)),
            share(sum(read_unit(text) is not None for text in texts)),
            share(sum(reference.indicators.exact(text) is not None for text in plain)),
            share(sum(is_year(cell) for cell in cells)),
        )  # fmt: skip

    @property
    def is_text(self) -> bool:
        return bool(self.cells) and self.figures * 2 < len(self.cells)

    @property
    def counts_up(self) -> bool:
        numbers = [cell.value for cell in self.cells if isinstance(cell.value, Decimal)]
        numbers = numbers or [
            Decimal(t) for cell in self.cells if (t := printed(cell)).isascii() and t.isdigit() and len(t) < 7
        ]
        return len(numbers) >= 2 and numbers == [numbers[0] + at for at in range(len(numbers))] and numbers[0] in (0, 1)

    @property
    def numbers_lines(self) -> bool:
        """Whether only small whole numbers stand there, as line numbers do that begin anew in each block."""
        return all(isinstance(c.value, str) or c.value in range(1, 10_000) for c in self.cells)

    def is_codes(self, reference: Reference) -> bool:
        texts = [printed(cell) for cell in self.cells]
        codes = [text for text in texts if region_code(text) in reference.regions.by_code]
        return bool(texts) and len(codes) * 2 > len(texts)


def region_code(text: str) -> str:
    """The six-digit code in a printed one: of 12 digits the first six, of 9 digits likewise."""
    text = folded(text)
    return text[:6] if re.fullmatch(r"\d{6}(?:0{3}|0{6})?", text) else text


def _roles(views: Sequence[_View], reference: Reference) -> list[Role]:
    roles: list[str] = []
    for view in views:
        values_before = any(role == "value" for role in roles)
        roles.append(_role(view, reference, values_before, roles))
    if not any(role in ("region", "region_code", "indicator", "period", "year") for role in roles):
        at = next((i for i, view in enumerate(views) if view.is_text and roles[i] in ("note", "value")), None)
        if at is not None:
            roles[at] = "indicator"
    return [cast(Role, role) for role in roles]


def _role(view: _View, reference: Reference, values_before: bool, before: Sequence[str]) -> str:
    by_head = _role_by_head(view, reference)
    if by_head:
        return by_head
    if not view.cells:
        return "value" if view.head else "ignore"
    if view.is_codes(reference) and not _names_figures(view, reference):
        return "region_code"
    looks_like_years = view.years >= 0.8 and not values_before and not before.count("year")
    if view.is_text or (looks_like_years and not _names_figures(view, reference)):
        return _role_by_content(view, values_before)
    if view.counts_up and not values_before and not any(role in before for role in ("region", "indicator", "period")):
        return "ordinal"
    return "value"


def _names_figures(view: _View, reference: Reference) -> bool:
    """Whether the head names an indicator or a unit: 140000 below 拥有量（件） is no code of Shanxi, and 2018 no year."""
    label = read_label(view.head, reference.indicators)
    return bool(label.unit) or any(reference.indicators.exact(name) for name in label.names)


def _role_by_head(view: _View, reference: Reference) -> str:
    """What the head says, where what stands below does not contradict it."""
    role = view.role
    if role == "region_code":
        if any(printed(cell) in reference.indicators.by_code for cell in view.cells):
            return "indicator_code"
        return "region_code" if view.is_codes(reference) else "ordinal"
    if role == "unit" and view.units < 0.5:
        return "region" if view.regions >= 0.3 else ""
    if role in ("year", "quarter", "period"):
        small = sum(len(printed(cell)) <= 2 for cell in view.cells) if role == "quarter" or "月" in view.head else 0
        fits = view.years + view.periods >= 0.5 or (view.cells and small * 2 > len(view.cells))
        return (
            ("period" if role == "period" and view.years < 0.5 else role if role != "period" else "year")
            if fits
            else ""
        )
    if role == "ordinal":
        return "ordinal" if view.numbers_lines or view.is_text or not view.cells else ""
    if role == "region" and view.regions < 0.2 and view.indicators >= 0.5:
        return "indicator"
    if role == "indicator" and view.regions >= 0.6:
        return "region"
    if role in _TEXT_ROLES and view.cells and not view.is_text and role != "note":
        return ""
    return role


def _role_by_content(view: _View, values_before: bool) -> str:
    if view.years >= 0.8 and not view.is_text:
        return "year"
    for share, role in ((view.periods, "period"), (view.units, "unit"), (view.regions, "region")):
        if share >= 0.5:
            return role
    if view.indicators >= 0.5 or not values_before:
        return "indicator"
    return "note"


def _value_column(meaning: ColumnMeaning, parts: Sequence[str], reference: Reference) -> ColumnMeaning:
    label: Label = read_head(parts, reference.indicators)
    match = reference.indicators.match(label.names)
    derived = label.derived and match.code is None
    return replace(
        meaning, names=label.names, indicator=match.code, candidates=match.candidates, period=label.period.code,
        basis=label.basis, unit=label.unit, shift=label.shift, kind="derived" if derived else "figure",
    )  # fmt: skip


def _with_regions(columns: list[ColumnMeaning], table: TableMapping, reference: Reference) -> list[ColumnMeaning]:
    """The columns with their regions, where regions stand across; a level of the head that names one is no indicator."""
    values = [column for column in columns if column.role == "value" and column.kind == "figure"]
    named = [_region_part(column, reference) for column in values]
    known = sum(1 for part in named if part and not is_scope(part))
    if (
        any(column.role == "region" for column in columns)
        or known < 2
        or known * 2 < len([p for p in named if p is not None])
    ):
        return [_sum_column(column) for column in columns]
    resolutions = iter(resolve_list(reference.regions, [RegionLabel(part or "") for part in named], table.region_code))
    by_column = {column.column: (part, next(resolutions)) for column, part in zip(values, named, strict=True)}
    result = []
    for column in columns:
        if column.column not in by_column:
            result.append(column)
            continue
        part, found = by_column[column.column]
        if part == "" and column.names and column.indicator is None:
            part, found = column.names[-1], Resolution(None, (), "region_unknown")
        names = tuple(name for name in column.names if name != part)
        parts = column.head.split(" / ")
        scope = part if part else next((text for text in reversed(parts) if is_scope(text)), "")
        match = reference.indicators.match(names)
        total = bool(scope) and is_scope(scope) and found.code is None
        result.append(
            replace(
                column, names=names, indicator=match.code, candidates=found.candidates or match.candidates, region=scope,
                region_code=found.code, kind="total" if total else "figure", why="" if total else found.why,
            )
        )  # fmt: skip
    return result


def _region_part(column: ColumnMeaning, reference: Reference) -> str | None:
    """The level of a head that names a region or a scope; "" where none does, `None` where it only sums up."""
    for part in reversed(column.head.split(" / ")):
        label = read_label(part, reference.indicators)
        if label.total:
            return None
        if label.names and (reference.regions.knows(part) or is_scope(part)):
            return label.names[0]
    return ""


def _sum_column(column: ColumnMeaning) -> ColumnMeaning:
    """合计 over quarters is a sum; 合计 over kinds of an indicator is the indicator itself, named by the level above."""
    last = column.head.split(" / ")[-1]
    if column.role == "value" and is_sum(last) and not column.names and Period.from_code(column.period) == Period():
        return replace(column, kind="total")
    return column
