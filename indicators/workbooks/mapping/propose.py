"""The proposal: which tables a workbook has and what their heads, titles and columns mean. Pure; decides nothing twice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import PurePath

from indicators.workbooks import columns as own
from indicators.workbooks.mapping.grid import Grid, printed
from indicators.workbooks.mapping.heads import column_meanings
from indicators.workbooks.mapping.model import ColumnMeaning, Hints, Mapping, Reference, TableMapping
from indicators.workbooks.mapping.periods import Period, find_basis, find_period, without_span
from indicators.workbooks.mapping.tables import RawTable, find_tables
from indicators.workbooks.mapping.units import units_of_line
from indicators.workbooks.mapping.words import folded, without_latin
from indicators.workbooks.results import ReadResult

# What titles of tables say besides the indicator, the region and the period.
_TITLE_WORDS = re.compile(
    r"[省市县区州盟旗]|各|分|按|及|和|的|地区|全|国|情况|统计|表|一览|汇总|明细|进度|完成|主要|指标|数据|月报|季报|年报|简报|快报|报表|附件?|续|数据?量?|部分"
    r"|知识产权|\d+|[一二三四五六七八九十]|[-—()（）.,:：《》]|单位"
)

_OTHER_DATE = re.compile(r"(?:填报|打印|制表|报出|填表|导出|发布)(?:日期|时间)|有效期|表号|文号")
_OF_STATE = re.compile(r"截[至止]|零时|0时|时点|止")


def propose(grids: Sequence[Grid], reference: Reference, hints: Hints) -> Mapping:
    """The mapping of a file that has been read (`data_grids`), as far as it can be told from the file itself."""
    mapping = Mapping()
    for grid in grids:
        first: list[str] = []
        for raw in find_tables(grid, reference.regions.knows):
            mapping.tables.append(_table(grid, raw, reference, hints, first))
            first = first or mapping.tables[-1].titles
    return mapping


def data_grids(read: ReadResult) -> list[Grid]:
    """The sheets that can hold figures as grids: not the two that the product itself adds."""
    return [Grid.of(sheet) for sheet in read.sheets if sheet.name not in (own.META_SHEET, own.FINDINGS_SHEET)]


def _table(grid: Grid, raw: RawTable, reference: Reference, hints: Hints, first: Sequence[str]) -> TableMapping:
    """The meaning of one table; `first` are the titles of the sheet's first table, which hold for those without."""
    table = TableMapping(
        grid.sheet.name,
        [printed(cell) for cell in raw.titles],
        raw.header,
        min(raw.body),
        max(raw.body),
        sorted(raw.skipped),
        notes=raw.notes,
    )
    texts = _context_texts(table.titles, first, grid.sheet.name, hints)
    table.units = next((units for text in table.titles or first if (units := units_of_line(text))), [])
    _take_time(table, texts)
    _take_scope(table, texts, reference)
    table.columns = column_meanings(grid, raw, table, reference)
    table.orientation = _orientation(table.columns)
    _take_indicator(table, texts, reference)
    table.fingerprint = fingerprint(table.columns)
    return table


def _context_texts(titles: Sequence[str], first: Sequence[str], sheet: str, hints: Hints) -> list[str]:
    """Everything around a table that can tell its period and scope, the nearest first."""
    stem = PurePath(hints.file_name.replace("\\", "/")).stem
    return [text for text in (*reversed(titles), *first, sheet, stem) if text]


def _take_time(table: TableMapping, texts: Sequence[str]) -> None:
    """The period and the basis that hold for the whole table, the nearest text first."""
    period = Period()
    bare_day: Period | None = None
    for text in texts:
        found = None if _OTHER_DATE.search(folded(text)) else find_period(text)
        if found is None or (period.part and period.year is not None):
            continue
        if len(found.period.part) == 5 and "-" in found.period.part and not _OF_STATE.search(folded(text)):
            # 2024年10月8日 alone is the day the table was made, more often than the day it speaks of.
            bare_day = bare_day or (found.period if text in table.titles else None)
            continue
        period = period.filled_from(found.period)
        table.basis = table.basis or found.basis or find_basis(text)[0]
    table.period = (period if period.part or bare_day is None else bare_day).code


def _take_scope(table: TableMapping, texts: Sequence[str], reference: Reference) -> None:
    for text in texts:
        code = reference.regions.named_in(without_latin(text))
        if code:
            table.region_code, table.scope = code, reference.regions.by_code[code].name
            return
        if "全国" in folded(text):
            table.scope = "全国"
            return


def _take_indicator(table: TableMapping, texts: Sequence[str], reference: Reference) -> None:
    """The one indicator that the title names; its wording alone where the title says more than that."""
    for text in texts:
        found = find_period(text)
        code, wording, rest = reference.indicators.within(found.rest if found else without_span(text))
        if code is None:
            continue
        for name in (table.scope, _short(table, reference)):
            rest = rest.replace(name, "") if name else rest
        table.indicator_name = wording
        if not _TITLE_WORDS.sub("", find_basis(rest)[1]):  # …授权量（本年累计）
            table.indicator = code
        return
    title = next((text for text in table.titles if not units_of_line(text)), "")
    found = find_period(title)
    plain = found.rest if found else without_span(title)
    for name in (table.scope, _short(table, reference)):
        plain = plain.replace(name, "") if name else plain
    table.indicator_name = re.sub(
        r"^(?:[各分按全][省市县区州地国、,(）)]*)+|(?:情况|统计|一览|汇总|明细)*表?$", "", plain
    )


def _short(table: TableMapping, reference: Reference) -> str:
    return reference.regions.by_code[table.region_code].short_name if table.region_code else ""


def _orientation(columns: Sequence[ColumnMeaning]) -> str:
    values = [column for column in columns if column.role == "value" and column.kind != "derived"]
    if len(values) > 1:
        if any(column.region for column in values):
            return "regions_across"
        if len({column.names for column in values}) > 1:
            return "indicators_across"
        if len({(column.period, column.basis) for column in values}) > 1:
            return "periods_across"
    return "list"


def fingerprint(columns: Sequence[ColumnMeaning]) -> str:
    """The shape of a table's heads: what each column is headed, digits aside, so that the next year's file has the same."""
    shape = "|".join(f"{column.role}:{re.sub(r'[0-9一二三四上下前]+', '#', folded(column.head))}" for column in columns)
    return hashlib.sha256(shape.encode()).hexdigest()[:32]
