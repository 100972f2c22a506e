"""What a person corrects in a mapping, checked: nothing else of it can be changed, and nothing unknown gets in. Pure."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dict
from dataclasses import replace
from typing import Any, get_args

from indicators.workbooks.mapping.grid import Grid
from indicators.workbooks.mapping.heads import column_meanings
from indicators.workbooks.mapping.model import TOTAL, ColumnMeaning, Json, Kind, Mapping, Reference, Role, TableMapping
from indicators.workbooks.mapping.periods import Period
from indicators.workbooks.mapping.tables import RawTable
from indicators.workbooks.mapping.units import read_unit

IGNORE = "ignore"  # in `Mapping.indicators`: figures of this printed name are not read
ROLES: tuple[str, ...] = get_args(Role)
KINDS: tuple[str, ...] = get_args(Kind)
BASES = ("", "ytd", "quarter", "month", "level")
_MOST_NAMES, _LONGEST_NAME = 5_000, 500
_MOST_HEADS = 12
_ROWS = ("header_rows", "first_row", "last_row")


class Unusable(ValueError):
    """A correction that cannot be made; `place` says where (`tables.0.period`)."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def corrected(current: Mapping, data: Json, reference: Reference, grids: Dict[str, Grid]) -> Mapping:
    """The mapping with what `data` says of its tables and names; what `data` leaves out stays.

    Tables and columns are told by their order. A table whose rows are changed gets its columns' meaning anew from its
    heads. Raises `Unusable`.
    """
    tables = list(current.tables)
    if "tables" in data:
        given = data["tables"]
        _require(isinstance(given, list) and len(given) == len(tables), "tables")
        tables = [
            _table(table, said, reference, grids.get(table.sheet), f"tables.{at}")
            for at, (table, said) in enumerate(zip(tables, given, strict=True))
        ]
    regions, indicators = dict(current.regions), dict(current.indicators)
    if "regions" in data:
        regions = _names(data["regions"], {*reference.regions.by_code, TOTAL}, "regions")
    if "indicators" in data:
        indicators = _names(data["indicators"], {*reference.indicators.by_code, IGNORE}, "indicators")
    return Mapping(tables, regions, indicators)


def usable(mapping: Mapping, reference: Reference) -> Mapping:
    """A remembered mapping without what is no longer in the directory or the catalogue."""
    tables = []
    for table in mapping.tables:
        columns = [
            replace(
                column,
                indicator=column.indicator if column.indicator in reference.indicators.by_code else None,
                region_code=column.region_code if column.region_code in reference.regions.by_code else None,
            )
            for column in table.columns
        ]
        indicator = table.indicator if table.indicator in reference.indicators.by_code else None
        region = table.region_code if table.region_code in reference.regions.by_code else None
        tables.append(replace(table, columns=columns, indicator=indicator, region_code=region))
    return Mapping(
        tables,
        {name: code for name, code in mapping.regions.items() if code == TOTAL or code in reference.regions.by_code},
        {n: code for n, code in mapping.indicators.items() if code == IGNORE or code in reference.indicators.by_code},
    )


def units_with(units: list[str], chosen: str, others: set[str]) -> list[str]:
    """The units of a table after a person chose one for its figures: those that it replaces are gone, the units of the
    table's other indicators are named beside it, so that each figure finds the one that fits."""
    base = getattr(read_unit(chosen), "base", "")
    rest = [unit for unit in [*units, *sorted(others)] if getattr(read_unit(unit), "base", "") != base]
    return list(dict.fromkeys([chosen, *rest]))


def _table(table: TableMapping, said: Any, reference: Reference, grid: Grid | None, place: str) -> TableMapping:
    _require(isinstance(said, dict), place)
    changes: Json = {}
    checks: dict[str, Callable[[Any], bool]] = {
        "left_out": lambda value: isinstance(value, bool),
        "period": _is_period,
        "basis": lambda value: value in BASES,
        "indicator": lambda value: value is None or value in reference.indicators.by_code,
        "region_code": lambda value: value is None or value in reference.regions.by_code,
        "units": lambda value: isinstance(value, list) and len(value) <= 20 and all(_is_unit(unit) for unit in value),
    }
    for name, check in checks.items():
        if name in said and said[name] != getattr(table, name):
            _require(_holds(check, said[name]), f"{place}.{name}")
            changes[name] = said[name]
    _require_fixed(table, said, {*checks, *_ROWS, "columns", "scope"}, place)
    code = changes.get("region_code")
    if code:
        changes["scope"] = reference.regions.by_code[code].name
    if any(name in said and said[name] != getattr(table, name) for name in _ROWS):
        return _with_rows(replace(table, **changes), said, reference, grid, place)
    if "columns" in said:
        given = said["columns"]
        _require(isinstance(given, list) and len(given) == len(table.columns), f"{place}.columns")
        changes["columns"] = [
            _column(column, one, reference, f"{place}.columns.{at}")
            for at, (column, one) in enumerate(zip(table.columns, given, strict=True))
        ]
    return replace(table, **changes)


def _with_rows(table: TableMapping, said: Json, reference: Reference, grid: Grid | None, place: str) -> TableMapping:
    """The table with other rows as its head or its body."""
    header, first, last = (said.get(name, getattr(table, name)) for name in _ROWS)
    if grid is None:
        raise Unusable(place)
    _require(isinstance(header, list) and len(header) <= _MOST_HEADS, f"{place}.header_rows")
    _require(all(type(row) is int for row in [*header, first, last]), f"{place}.first_row")
    _require(1 <= first <= last and all(1 <= row < first for row in header), f"{place}.first_row")
    bottom = max((row for row, _column in grid.cells), default=1)
    _require(last <= max(bottom, table.last_row), f"{place}.last_row")
    columns = [column.column for column in table.columns]
    raw = RawTable(
        header=sorted(set(header)),
        body=[row for row in range(first, last + 1) if row not in table.skipped and grid.cells_of(row)],
        left=min(columns),
        right=max(columns),
    )
    moved = replace(table, header_rows=raw.header, first_row=first, last_row=last, columns=[])
    return replace(moved, columns=column_meanings(grid, raw, moved, reference))


def _column(column: ColumnMeaning, said: Any, reference: Reference, place: str) -> ColumnMeaning:
    _require(isinstance(said, dict), place)
    checks: dict[str, Callable[[Any], bool]] = {
        "role": lambda value: value in ROLES,
        "kind": lambda value: value in KINDS,
        "basis": lambda value: value in BASES,
        "period": _is_period,
        "unit": lambda value: value == "" or _is_unit(value),
        "indicator": lambda value: value is None or value in reference.indicators.by_code,
        "region_code": lambda value: value is None or value in reference.regions.by_code,
    }
    changes: Json = {}
    for name, check in checks.items():
        if name in said and said[name] != getattr(column, name):
            _require(_holds(check, said[name]), f"{place}.{name}")
            changes[name] = said[name]
    _require_fixed(column, said, {*checks, "names", "candidates", "why"}, place)
    if changes.get("indicator"):
        # A column without a name of its own is the chosen indicator's, and no longer a growth or a share of another.
        changes["names"] = column.names or (column.head or f"#{column.column}",)
        changes.setdefault("kind", "figure")
    if changes.get("region_code"):
        changes["why"] = ""
    return replace(column, **changes)


def _names(given: Any, known: set[str], place: str) -> dict[str, str]:
    _require(isinstance(given, dict) and len(given) <= _MOST_NAMES, place)
    for name, code in given.items():
        _require(0 < len(name) <= _LONGEST_NAME and isinstance(code, str) and code in known, f"{place}.{name[:40]}")
    return dict(given)


def _require_fixed(thing: Any, said: Json, free: set[str], place: str) -> None:
    """What is said of anything else has to be what it is."""
    for name, value in said.items():
        same = name in type(thing).__dataclass_fields__ and getattr(thing, name) == value
        _require(name in free or same, f"{place}.{name[:40]}")


def _is_period(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        period = Period.from_code(value)
    except ValueError:
        return False
    return period.year is None or 1949 <= period.year <= 2200


def _is_unit(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 20 and read_unit(value) is not None


def _holds(check: Callable[[Any], bool], value: Any) -> bool:
    """A check's answer; where a code belongs, a list or an object is none."""
    try:
        return bool(check(value))
    except TypeError:  # not hashable
        return False


def _require(holds: bool, place: str) -> None:
    if not holds:
        raise Unusable(place)
