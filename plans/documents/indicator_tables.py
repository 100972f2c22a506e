"""Indicator tables: rows of cells as indicators with baselines, targets, requirement, printed increase."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from plans.documents.blocks import Block, Finding, Header, Indicator, Row, Target
from plans.documents.indicator_doubts import doubts
from plans.documents.plan_titles import is_report
from plans.documents.quantities import UNIT, Quantity, cell_quantity, is_nothing
from plans.documents.signs import fold, one_line, squeezed, tidy
from plans.documents.table_columns import Column, column_of, is_indicator_head, years_settled

_ATTRIBUTE = re.compile(r"预期性|约束性|引导性|指导性|创新性")
_IN_NAME = re.compile(r"\s*[(\[]\s?(?:单位:)?([^()\[\]\d]{1,10})\s?[)\]]\s*$")
_UNIT_ABOVE = re.compile(r"单位\s?:\s?([^\s,;()]{1,8})")
_GROWTH = re.compile(r"(?:增长|增幅|增速|增长率|增长速度|提高率)$|年均(?:增|提)")
_NUMBERED = re.compile(r"^\s*(?:[(\[]?\d{1,2}[)\]]|\d{1,2}[.、](?!\d)|[①-⑳])\s*")
_SIGNED = re.compile(r"[①-⑳*#]+$")


@dataclass(frozen=True)
class Table:
    """An indicator table: its columns, the index of its first row of values, the unit printed above it."""

    block: Block
    columns: tuple[Column | None, ...]
    first: int
    unit: str | None


def indicators_of(blocks: Sequence[Block], header: Header) -> tuple[list[Indicator], list[Finding]]:
    """The indicators of every indicator table, in order."""
    found: list[Indicator] = []
    findings: list[Finding] = []
    for n, block in enumerate(blocks):
        table = indicator_table(block, _above(blocks, n)) if block.rows else None
        if table is None:
            continue
        columns = years_settled(table.columns, header.period[1] if header.period else None)
        findings += _misprints(table, columns)
        columns = _with_years(_sides(columns, header), header)
        if not any(column and (column.side == "target" or column.kind == "overall") for column in columns):
            findings.append(_past_only(block))
            continue
        for row in range(table.first, len(block.rows)):
            indicator = _indicator(table, columns, row, findings)
            if indicator is not None:
                found.append(indicator)
    return found, findings


def indicator_table(block: Block, above: str = "") -> Table | None:
    """The table of a block with rows, None where it holds no indicators. A heading may take up to three rows."""
    heads: list[str] = [""] * len(block.rows[0])
    best: Table | None = None
    for n, row in enumerate(block.rows[:4]):
        merged = len({cell for cell in row if cell}) == 1 and len(row) > 1
        if merged and best is None:
            continue
        if best is not None and not _continues_head(row):
            break
        heads = [_combined(head, cell) for head, cell in zip(heads, row, strict=False)]
        columns = tuple(column_of(head) for head in heads)
        if is_indicator_head(columns):
            unit = _UNIT_ABOVE.search(fold(above))
            best = Table(block, columns, n + 1, unit[1] if unit and re.fullmatch(UNIT, unit[1]) else None)
    return best


def _past_only(block: Block) -> Finding:
    message = "这张表只有已经过去的年份，没有目标，没有读入；如有目标，请补录。"
    return Finding(block.line_of(0), "table_without_targets", block.text_of(0), message)


def _above(blocks: Sequence[Block], n: int) -> str:
    return blocks[n - 1].text if n and len(blocks[n - 1].text) < 60 else ""


def _combined(head: str, cell: str) -> str:
    return head if squeezed(cell) == squeezed(head) or not cell else f"{head}{cell}" if head else cell


def _continues_head(row: Row) -> bool:
    filled = [cell for cell in row if cell.strip()]
    return (
        bool(filled)
        and all(column_of(cell) is not None for cell in filled)
        and not any(squeezed(cell).isdigit() and len(squeezed(cell)) < 4 for cell in filled)
    )


def _misprints(table: Table, columns: Sequence[Column | None]) -> list[Finding]:
    line = table.block.line_of(max(0, table.first - 1))
    findings = []
    for column in columns:
        if column and column.misprint:
            read = f"按“{column.year}年”读入" if column.year else "没有读入这一列"
            findings.append(
                Finding(
                    line,
                    "misprinted_year",
                    f"{column.misprint}年",
                    f"表头的年份“{column.misprint}年”可能有误，{read}，请核对。",
                )
            )
    return findings


def _sides(columns: Sequence[Column | None], header: Header) -> list[Column | None]:
    """Every year as baseline or target: what the heading says; else years before the plan's day (or period) are past."""
    years = [column.year for column in columns if column and column.year]
    first = header.issued_on.year if header.issued_on else header.period[0] if header.period else None
    if first is None:
        first = max(years, default=0) if not is_report(header.title) else max(years, default=0) + 1
    elif header.period and header.period[1] in years:
        # A plan that is issued late still has its last year before it.
        first = min(first, header.period[1])
    # 2021年、2025年 in a plan of 2021: the year it is issued in is where it starts from.
    if first in years and min(years) == first and max(years) > first + 1 and first + 1 not in years:
        first += 1
    settled: list[Column | None] = []
    for column in columns:
        if column and column.kind == "year" and not column.side and column.year is not None:
            side = "target" if column.year >= first else "baseline"
            settled.append(Column("year", column.year, side, column.misprint))
        else:
            settled.append(column)
    return settled


def _with_years(columns: Sequence[Column | None], header: Header) -> list[Column | None]:
    """A single column 目标值 in a table that names no target year is the goal of the plan's last year."""
    if header.period is None or any(column and column.kind == "year" and column.side == "target" for column in columns):
        return list(columns)
    last = header.period[1]
    return [Column("year", last, "target") if column and column.kind == "overall" else column for column in columns]


def _indicator(table: Table, columns: Sequence[Column | None], row: int, findings: list[Finding]) -> Indicator | None:
    cells = table.block.rows[row]
    line, raw = table.block.line_of(row), table.block.text_of(row)
    by_kind = _cells_by_kind(columns, cells)
    printed = one_line(_NUMBERED.sub("", by_kind.get("name", "").strip()))
    values = [
        cells[n]
        for n, column in enumerate(columns)
        if column and column.kind in {"year", "overall", "baseline"} and n < len(cells)
    ]
    if (
        not printed
        or squeezed(printed).isdigit()
        or len({cell for cell in cells if cell.strip()}) < 2
        or printed in values
    ):
        return None
    name, unit = _name_and_unit(printed)
    unit = tidy(by_kind.get("unit", "")) or unit
    indicator = Indicator(
        name, None if is_nothing(unit or "") else unit, raw, "table", line, reconstructed=table.block.reconstructed
    )
    attribute = _ATTRIBUTE.search(by_kind.get("attribute", ""))
    indicator.attribute = attribute[0] if attribute else None
    requirement = tidy(by_kind.get("requirement", ""))
    indicator.requirement = None if is_nothing(requirement) else requirement
    quantities, units = _values(indicator, columns, cells, findings)
    indicator.unit = indicator.unit or table.unit
    indicator.measures_growth = bool(_GROWTH.search(name))
    findings += doubts(indicator, quantities, units)
    return indicator


def _cells_by_kind(columns: Sequence[Column | None], cells: Row) -> dict[str, str]:
    """The cell of each kind; the last name column that is filled is the indicator's."""
    found: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column and (cell.strip() or column.kind not in found):
            found[column.kind] = cell
    return found


def _name_and_unit(printed: str) -> tuple[str, str | None]:
    printed = _SIGNED.sub("", printed).strip()
    found = _IN_NAME.search(fold(printed))
    unit = found[1].strip() if found else ""
    if found and re.fullmatch(rf"{UNIT}(?:/[^/]{{1,6}})?", unit):
        return printed[: found.start()].strip(), unit
    return printed, None


def _values(
    indicator: Indicator, columns: Sequence[Column | None], cells: Row, findings: list[Finding]
) -> tuple[list[Quantity], list[str]]:
    """Puts the row's values in their places; gives back what was read in its cells, with the units printed there."""
    units: list[str] = []
    quantities: list[Quantity] = []
    for column, cell in zip(columns, cells, strict=False):
        if (
            column is None
            or column.kind not in {"year", "overall", "increase", "baseline", "requirement"}
            or is_nothing(cell)
        ):
            continue
        quantity = cell_quantity(cell)
        if quantity is None:
            if column.kind != "requirement":
                findings.append(
                    Finding(
                        indicator.line,
                        "cell_not_understood",
                        tidy(cell),
                        f"“{indicator.name}”的这一格不是数值，没有读入，请核对。",
                    )
                )
            continue
        quantities.append(quantity)
        if quantity.unit:
            units.append(quantity.unit)
        if column.kind != "requirement":
            _place(indicator, column, quantity)
    if units and indicator.unit is None:
        indicator.unit = max(units, key=units.count)
    return quantities, units


def _place(indicator: Indicator, column: Column, quantity: Quantity) -> None:
    if column.kind == "overall":
        indicator.overall = (quantity.comparator, quantity.value)
    elif column.kind == "increase":
        indicator.increase = quantity.value
    elif column.year is not None and column.side == "baseline":
        indicator.baselines.append((column.year, quantity.value))
    elif column.year is not None:
        indicator.targets.append(Target(column.year, quantity.comparator, quantity.value, quantity.upper, quantity.raw))
