"""Indicator tables: rows of cells as indicators with baselines, targets, requirement, printed increase."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from plans.documents.blocks import Block, Finding, Header, Indicator, Row, Target
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
    if first is None or all(year < first for year in years):
        first = max(years, default=0)
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
    _values(indicator, columns, cells, findings)
    indicator.unit = indicator.unit or table.unit
    indicator.measures_growth = bool(_GROWTH.search(name))
    _check_increase(indicator, findings)
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


def _values(indicator: Indicator, columns: Sequence[Column | None], cells: Row, findings: list[Finding]) -> None:
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
    if any(quantity.bracketed for quantity in quantities):
        findings.append(
            Finding(
                indicator.line,
                "ambiguous_basis",
                indicator.raw,
                f"“{indicator.name}”的数写在括号里，一般指五年累计，请确认口径。",
            )
        )
    if units and indicator.unit is None:
        indicator.unit = max(units, key=units.count)
    if any(unit != indicator.unit for unit in units):
        findings.append(
            Finding(indicator.line, "units_differ", indicator.raw, f"“{indicator.name}”各格的单位不一致，请核对。")
        )


def _place(indicator: Indicator, column: Column, quantity: Quantity) -> None:
    if column.kind == "overall":
        indicator.overall = (quantity.comparator, quantity.value)
    elif column.kind == "increase":
        indicator.increase = quantity.value
    elif column.year is not None and column.side == "baseline":
        indicator.baselines.append((column.year, quantity.value))
    elif column.year is not None:
        indicator.targets.append(Target(column.year, quantity.comparator, quantity.value, quantity.upper, quantity.raw))


def _check_increase(indicator: Indicator, findings: list[Finding]) -> None:
    """The printed increase is the last target less one of the baselines."""
    if indicator.increase is None or not indicator.targets or not indicator.baselines:
        return
    goal = indicator.targets[-1].value
    differences: list[Decimal] = [goal - value for _year, value in indicator.baselines]
    if indicator.increase not in differences:
        printed = "、".join(format(difference, "f") for difference in differences)
        findings.append(
            Finding(
                indicator.line, "increase_mismatch", indicator.raw,
                f"“{indicator.name}”印出的累计增加值 {indicator.increase} 与目标减基期（{printed}）不符，请核对。",
            )
        )  # fmt: skip
