"""What a person decided about a source's workbook, carried over to the source's next file of the same layout."""

from __future__ import annotations

from dataclasses import replace

from indicators.workbooks.mapping.model import ColumnMeaning, Mapping, TableMapping
from indicators.workbooks.mapping.periods import Period


def layout_key(mapping: Mapping) -> str:
    """The fingerprints of a workbook's tables together: the same for next quarter's file of the same layout."""
    return "+".join(sorted(table.fingerprint for table in mapping.tables))


def recall(proposed: Mapping, remembered: Mapping) -> Mapping:
    """The proposal for a new file with what was decided about the remembered one: for each table of the same heads the
    columns' meaning, unit, basis and indicator, and whether it is left out; and what printed names mean.

    Where the tables stand, and their periods, are those of the new file: time goes on, decisions stay.
    """
    by_shape: dict[str, list[TableMapping]] = {}
    for table in remembered.tables:
        by_shape.setdefault(table.fingerprint, []).append(table)
    tables = []
    for table in proposed.tables:
        known = by_shape.get(table.fingerprint) or []
        tables.append(_carried(table, known.pop(0)) if known else table)
    regions, indicators = {**remembered.regions, **proposed.regions}, {**remembered.indicators, **proposed.indicators}
    return Mapping(tables, regions, indicators)


def _carried(table: TableMapping, known: TableMapping) -> TableMapping:
    """One table with the decisions about the one of the same shape; columns are the same ones in the same order."""
    columns = [_column(new, old) for new, old in zip(table.columns, known.columns, strict=True)]
    return replace(
        table, columns=columns, units=known.units, basis=known.basis, indicator=known.indicator,
        indicator_name=known.indicator_name, region_code=known.region_code, scope=known.scope, left_out=known.left_out,
        orientation=known.orientation,
    )  # fmt: skip


def _column(new: ColumnMeaning, old: ColumnMeaning) -> ColumnMeaning:
    """The remembered meaning under the new head, whose own year stands for this year's column."""
    period = old.period
    if new.period and Period.from_code(new.period).year is not None:
        period = new.period
    return replace(old, column=new.column, head=new.head, period=period)
