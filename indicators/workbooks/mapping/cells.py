"""The body of one table, cell by cell: what each figure is, and what a person has to confirm before it is one. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal
from typing import Any

from indicators.workbooks.mapping.catalogue import IndicatorEntry, Match
from indicators.workbooks.mapping.grid import Grid, printed
from indicators.workbooks.mapping.model import (
    TOTAL,
    ColumnMeaning,
    FigureRow,
    Hints,
    Mapping,
    Reference,
    RowVerdict,
    TableMapping,
)  # fmt: skip
from indicators.workbooks.mapping.periods import Period
from indicators.workbooks.mapping.rows import RowMeaning, row_meanings
from indicators.workbooks.mapping.units import factor_between, read_unit
from indicators.workbooks.mapping.words import is_sum
from indicators.workbooks.results import Cell
from ipdash.core.figure_text import CellError, Origin, ParsedFigure, Verdict, parse_figure

_EXACT = Context(prec=60)
_SHIFTED: dict[str, Callable[[Period], Period]] = {
    "year_ago": Period.year_ago, "quarter_ago": Period.quarter_ago, "year_end_ago": Period.last_year,
    "last_year": Period.last_year,
}  # fmt: skip


@dataclass
class _Doubt:
    """Why a person must confirm a row; the first reason is the one that is shown."""

    code: str = ""
    params: dict[str, str] = field(default_factory=dict)
    candidates: tuple[str, ...] = ()

    def add(self, code: str, params: dict[str, str] | None = None, candidates: tuple[str, ...] = ()) -> None:
        if not self.code:
            self.code, self.params, self.candidates = code, params or {}, candidates


class TableReader:
    """Reads the body of one table; `used` are the places it has answered for."""

    def __init__(
        self, grid: Grid, table: TableMapping, mapping: Mapping, setting: tuple[Reference, Hints, Origin]
    ) -> None:
        self.grid, self.table, self.mapping = grid, table, mapping
        self.reference, self.hints, self.origin = setting
        self.values = [column for column in table.columns if column.role == "value"]
        self.meanings = row_meanings(grid, table, mapping, self.reference)
        self.used: set[tuple[int, int]] = set()
        self.table_period = Period.from_code(table.period)
        self.year_columns = len({column.period for column in self.values if Period.from_code(column.period).year})
        self.named = any(column.names for column in self.values)

    def read(self) -> Iterator[FigureRow]:
        self._use_labels()
        for at, row in enumerate(self.meanings):
            if row.blank and not self._expects_figures(at):
                continue
            for column in self.values:
                cell = self.grid.at(row.row, column.column)
                if cell is None and (row.derived or column.kind == "derived" or self._is_covered(row, column)):
                    continue
                self.used.add((row.row, column.column))
                yield self._figure(row, column, cell)

    def _use_labels(self) -> None:
        """Numbers in heads and label columns are labels and need no row."""
        columns = {column.column for column in self.table.columns}
        labels = {column.column for column in self.table.columns if column.role not in ("value", "note", "ignore")}
        rows = {*self.table.header_rows, *self.table.skipped}
        for row, column in self.grid.cells:
            if (column in columns and row in rows) or (
                column in labels and self.table.first_row <= row <= self.table.last_row
            ):
                self.used.add((row, column))

    def _is_covered(self, row: RowMeaning, column: ColumnMeaning) -> bool:
        return self.grid.anchor.get((row.row, column.column), (row.row, column.column)) != (row.row, column.column)

    def _expects_figures(self, at: int) -> bool:
        """Whether a row without any figure is a region without data, and not a head of the regions below it."""
        row = self.meanings[at]
        if any(self.grid.at(row.row, column.column) for column in self.values):
            return True  # texts stand where figures belong
        following = next((other.code for other in self.meanings[at + 1 :] if other.code), None)
        if row.code and following:
            return not self.reference.regions.is_below(following, row.code)
        return bool(row.code or (row.why == "region_unknown" and row.region)) or bool(row.match.code)

    def _figure(self, row: RowMeaning, column: ColumnMeaning, cell: Cell | None) -> FigureRow:
        doubt = _Doubt()
        if not self.table.header_rows:
            doubt.add("no_header")
        code, region = self._region(row, column, doubt)
        match, name = self._indicator(row, column, doubt)
        entry = self.reference.indicators.by_code.get(match or "")
        period = self._period(row, column, doubt)
        basis = self._basis(row, column, period, entry, doubt)
        if basis == "ytd" and len(period.part) == 2 and period.part.isdigit():
            period = Period(period.year, f"01/{period.part}")  # 累计 in October's table runs from January
        printed_unit, unit = self._unit(row, column, entry, cell, doubt)
        derived = (row.derived or column.kind == "derived") and not (entry and match and column.indicator)
        parsed = self._parsed(cell, printed_unit or unit, derived)
        value, refused = _converted(parsed, printed_unit, entry)
        known = period.whole
        figure = FigureRow(
            self.table.sheet, row.row, column.column, region, code, name, match, period.code if known else "",
            period.year if period.quarter else None, period.quarter, basis, value,
            entry.unit if entry and (not printed_unit or factor_between(printed_unit, entry.unit) is not None) else printed_unit or unit,
            printed(cell), "ok",
        )  # fmt: skip
        total = code is None and (row.is_total or column.kind == "total")
        return self._judged(figure, parsed, refused, doubt, derived=derived, total=total, own=row.own_scope)

    def _judged(
        self,
        figure: FigureRow,
        parsed: ParsedFigure,
        refused: str,
        doubt: _Doubt,
        *,
        derived: bool,
        total: bool,
        own: bool,
    ) -> FigureRow:
        """The verdict, the gravest first: refused, derived, missing, total, question, ok."""

        def as_(verdict: RowVerdict, code: str = "", params: dict[str, str] | None = None, **more: Any) -> FigureRow:
            return replace(figure, verdict=verdict, code=code, params=params or {}, **more)

        broken = isinstance(parsed.code, str) and parsed.code in ("error_cell", "formula_without_value")
        if derived and not broken:
            return as_("derived", "derived_column", value=parsed.value)
        if parsed.verdict is Verdict.REFUSED:
            return as_("refused", parsed.code, parsed.params, value=None)
        if refused:
            return as_("refused", refused, {"printed": figure.printed, "unit": figure.unit}, value=None)
        if parsed.verdict is Verdict.MISSING:
            return as_("missing", parsed.code, parsed.params)
        if total and own and self.hints.region:
            return as_("question", "own_scope", {"region": figure.region}, candidates=(self.hints.region,))
        if total:
            return as_("total", "total_figure", {"region": figure.region})
        if doubt.code:
            return as_("question", doubt.code, {**doubt.params, "printed": figure.printed}, candidates=doubt.candidates)
        if parsed.verdict is Verdict.QUESTION:
            return as_("question", parsed.code, parsed.params)
        if figure.quarter is None:
            return as_("ok", "not_quarter_end", {"period": figure.period})
        return figure

    def _region(self, row: RowMeaning, column: ColumnMeaning, doubt: _Doubt) -> tuple[str | None, str]:
        if column.region or (column.kind == "total" and not row.region):
            code, text, why, candidates = column.region_code, column.region, column.why, column.candidates
            said = self.mapping.regions.get(text)
            if said:
                code, why = (None if said == TOTAL else said), ""
        else:
            code, text, why, candidates = row.code, row.region, row.why, row.candidates
        if why:
            doubt.add(why, {"region": text or "", "names": self._region_names(candidates)}, candidates)
        elif code is None and not row.is_total and column.kind != "total":
            doubt.add("region_missing")
        return code, text

    def _region_names(self, codes: tuple[str, ...]) -> str:
        return "、".join(self.reference.regions.name_of(code) for code in codes[:5])

    def _indicator(self, row: RowMeaning, column: ColumnMeaning, doubt: _Doubt) -> tuple[str | None, str]:
        """(catalogue code, name as printed): of the row, of the column, of both together, of the title."""
        index = self.reference.indicators
        names = [*column.names, *row.names]
        name = " ".join(dict.fromkeys(names)) or self.table.indicator_name
        said = self.mapping.indicators.get(name)
        if said:
            return said, name
        if row.match.code and not column.names:
            match = row.match
        elif column.names and not row.names:
            match = Match(column.indicator, column.candidates if not column.region else ())
            if match.code is None and self.table.indicator_name:
                joined = index.match([self.table.indicator_name, *column.names])
                match = joined if joined.code else match
        elif names:
            match = next(
                (
                    m
                    for parts in ([*column.names, *row.names], [*row.names, *column.names])
                    if (m := index.match(parts)).code
                ),
                None,
            ) or index.match(names)
            if row.match.code and match.code is None and column.kind == "derived":
                match = row.match
        else:
            # Beside columns with names of their own the title names the sum over them, and no column without a head.
            nameless = self.named and not is_sum(column.head.split(" / ")[-1])
            code = None if nameless else self.table.indicator or self.hints.indicator
            match = Match(
                code, () if code else index.nearest(self.table.indicator_name) if self.table.indicator_name else ()
            )
        if match.code is None:
            near = "、".join(index.by_code[code].name for code in match.candidates)
            doubt.add("indicator_near" if near else "indicator_unknown" if name else "indicator_missing",
                      {"name": name, "names": near}, match.candidates)  # fmt: skip
        return match.code, name

    def _period(self, row: RowMeaning, column: ColumnMeaning, doubt: _Doubt) -> Period:
        head = Period.from_code(column.period)
        inner = (
            head.filled_from(row.period) if head.part != "year" or not row.period.part else row.period.filled_from(head)
        )
        outer = self.table_period
        period = inner.filled_from(outer)
        finer = inner.part == "year" and outer.part not in ("", "year") and outer.year is not None
        if finer and (inner.year == outer.year or (self.year_columns <= 2 and head.year)):
            # 2024年 and 2023年 in a table of 1-9月: the same months of both years, most likely; a person says so.
            period = Period(inner.year, outer.part)
            doubt.add("period_unclear", {"period": period.code})
        if self.hints.year is not None and (not period.whole):
            part = f"Q{self.hints.quarter}" if self.hints.quarter else "year"
            period = period.filled_from(Period(self.hints.year, part))
        shift = column.shift or row.shift
        if shift:
            if shift == "last_year" and period.part not in ("", "year"):
                doubt.add("period_unclear", {"period": period.last_year().code})
            period = _SHIFTED[shift](period)
        if not period.whole:
            doubt.add("period_missing")
        return period

    def _basis(
        self, row: RowMeaning, column: ColumnMeaning, period: Period, entry: IndicatorEntry | None, doubt: _Doubt
    ) -> str:
        said = (row.basis if any(c.role == "basis" for c in self.table.columns) else "") or column.basis or row.basis
        said = said or self.table.basis
        if period.part.startswith("01/"):
            said = "ytd" if said in ("", "level") else said
        if entry is not None and entry.is_level:
            if said in ("quarter", "month"):
                doubt.add("basis_conflict", {"name": entry.name})
            return "level"
        if said in ("ytd", "quarter", "month"):
            return said
        if period.part == "year":
            return "ytd" if entry is not None else said
        if len(period.part) == 2 and period.part.isdigit() and said == "":
            if entry is not None and period.part != "01":
                doubt.add("basis_unclear")
            return "month" if entry is None or period.part == "01" else ""
        if entry is not None and period.part in ("Q1", "01"):
            return "ytd"
        if entry is not None and period.part:
            doubt.add("basis_unclear")
            return ""
        return said

    def _unit(
        self, row: RowMeaning, column: ColumnMeaning, entry: IndicatorEntry | None, cell: Cell | None, doubt: _Doubt
    ) -> tuple[str, str]:
        """(unit as printed for this cell, the unit to assume): doubts where units differ or none is printed."""
        said = column.unit or row.unit
        if not said and len(self.table.units) == 1:
            said = self.table.units[0]
        elif not said and self.table.units and entry is not None:
            fitting = [unit for unit in self.table.units if factor_between(unit, entry.unit) is not None]
            if len(fitting) == 1:
                return fitting[0], entry.unit
            doubt.add("unit_unclear", {"unit": entry.unit})
            return "", entry.unit
        if entry is None:
            return said, ""
        if said and factor_between(said, entry.unit) is None:
            doubt.add("unit_differs", {"unit": said, "wanted": entry.unit})
        if not said:
            unit = read_unit(entry.unit)
            percent_cell = cell is not None and (cell.percent or str(cell.value).strip().endswith(("%", "％")))
            if not (unit and unit.counts) and not percent_cell and not _names_unit(cell, entry.unit):
                doubt.add("unit_unclear", {"unit": entry.unit})
        return said, entry.unit

    def _parsed(self, cell: Cell | None, unit: str, derived: bool) -> ParsedFigure:
        if cell is None:
            return parse_figure(None)
        if derived and not isinstance(cell.value, CellError):
            unit = "%" if cell.percent or str(cell.value).strip().endswith(("%", "％")) else ""
        return parse_figure(cell.value, unit, self.origin, percent_format=cell.percent)


def _names_unit(cell: Cell | None, unit: str) -> bool:
    """Whether the cell itself says the unit: 12.5亿元."""
    return cell is not None and isinstance(cell.value, str) and cell.value.strip().endswith(unit)


def _converted(parsed: ParsedFigure, printed_unit: str, entry: IndicatorEntry | None) -> tuple[Decimal | None, str]:
    """(the value in the indicator's unit, the code of what forbids it): exact, and within 12 + 6 digits."""
    if parsed.value is None or entry is None or not printed_unit:
        return parsed.value, ""
    factor = factor_between(printed_unit, entry.unit)
    if factor is None or factor == 1:
        return parsed.value, ""
    again = parse_figure(_EXACT.multiply(parsed.value, factor).normalize(_EXACT), entry.unit)
    return again.value, again.code if again.verdict is Verdict.REFUSED else ""
