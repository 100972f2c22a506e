"""Table rows whose cells a text copy has run together: every way to cut them, and the one that agrees with itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from plans.documents.blocks import Row
from plans.documents.quantities import UNIT, Quantity, cell_quantity
from plans.documents.signs import fold
from plans.documents.table_columns import Column, column_of, is_indicator_head

_HEADING = re.compile(
    r"序号|编号|(?:主要)?指标名称|指标属性|指标性质|指标类别|计量单位|属性|类别|单位|要求|(?:19|20)\d\d年?(?:目标值|目标|现状值|实际值|完成值|基期值)?|累计增加值|年均增长|目标值|目标|备注|指标"
)
_ATTRIBUTE = re.compile(r"预期性|约束性|引导性|指导性")
_VALUES = frozenset({"year", "overall", "requirement", "increase", "baseline", "average"})
_CELL = rf"(?:[≥>≤<]=?)?(?:0|[1-9]\d*)(?:\.\d+)?(?:{UNIT})?(?:以上|以下|以内|左右)?"
_ENDING = re.compile(rf"({_CELL}|/|——|--|—|-| )$")
_GROWTH = re.compile(r"(年均增幅|年均增长率?|年均增速|增长率?|增幅)$")
_MOST = 4000
Cut = tuple[str, ...]


def columns_run_together(text: str) -> list[tuple[str, Column]] | None:
    """The columns of a heading whose words are run together, None where it is no such heading."""
    compact = "".join(fold(text).split())
    found: list[tuple[str, Column]] = []
    end = 0
    for word in _HEADING.finditer(compact):
        column = column_of(word[0])
        if word.start() != end or column is None:
            return None
        found.append((word[0], column))
        end = word.end()
    whole = end == len(compact) and len(found) > 2
    return found if whole and is_indicator_head([column for _text, column in found]) else None


def row_run_together(text: str, columns: Sequence[Column], number: int) -> tuple[Row, bool] | None:
    """The cells of a row, and whether no other cut agrees as well with itself; None where it cannot be cut.

    The columns after the name hold values, empty ones as blanks or strokes; `number` is the row's where the table has numbers.
    """
    folded = fold(text.replace("\u2003", "\u3000")).rstrip("\n")
    lead: Row = ()
    if columns[0].kind == "seq":
        found = re.match(rf"\s*{number}[.、]?(?=\D)\s*", folded)
        if found is None:
            return None
        lead, text, folded = (str(number),), text[found.end() :], folded[found.end() :]
        columns = columns[1:]
    if columns[0].kind != "name":
        return None
    cuts = sorted(((_agreement(cut, columns), cut) for cut in _cuts(folded, columns[1:])), reverse=True)
    if not cuts:
        return None
    best, cut = cuts[0]
    name_length = len(folded) - sum(len(cell) for cell in cut[1:])
    row = (*lead, text[:name_length].strip(), *(cell.strip() for cell in cut[1:]))
    return row, len(cuts) == 1 or cuts[1][0] < best


def _cuts(folded: str, columns: Sequence[Column]) -> list[Cut]:
    """Every cut of a row into a name and one cell for each column, read from the right."""
    found: list[Cut] = []

    def cut(rest: str, n: int, cells: Cut) -> None:
        if len(found) > _MOST:
            return
        if n < 0:
            if len(rest.strip()) > 1 and not rest.strip()[-1].isdigit() and not rest.endswith((" ", ".", "≥", "≤")):
                found.append((rest, *cells))
            return
        for cell in _last_cells(rest, columns[n]):
            cut(rest[: len(rest) - len(cell)], n - 1, (cell, *cells))

    cut(folded, len(columns) - 1, ())
    return found


def _last_cells(rest: str, column: Column) -> Iterator[str]:
    """The strings at the end of what is left that can be a cell of the column."""
    if column.kind == "attribute":
        yield from (word for word in ("预期性", "约束性", "引导性", "指导性", "/") if rest.endswith(word))
        return
    if column.kind == "unit":
        units = [rest[-n:] for n in range(1, 6) if re.fullmatch(UNIT, rest[-n:])]
        yield from units[-1:]
        return
    if column.kind not in _VALUES:
        return
    for length in range(1, min(len(rest), 14) + 1):
        cell = rest[-length:]
        if _ENDING.fullmatch(cell) and not (cell[0].isdigit() and rest[-length - 1 : -length] == "."):
            yield cell
            words = _GROWTH.search(rest[: len(rest) - length]) if column.kind == "requirement" else None
            # The words belong to the cell only where the name keeps its own.
            if words and rest[: words.start()].endswith(words[0]):
                yield words[0] + cell


def _agreement(cut: Cut, columns: Sequence[Column]) -> tuple[int, Decimal]:
    """How well the cells agree: requirement, overall goal and last year name one number; units are one; values grow gently."""
    read = [(column, cell_quantity(cell)) for column, cell in zip(columns[1:], cut[1:], strict=True)]
    by_kind = {column.kind: quantity for column, quantity in read if quantity}
    years = [quantity for column, quantity in read if column.kind in {"year", "baseline"} and quantity]
    score = 0
    requirement, overall = by_kind.get("requirement"), by_kind.get("overall")
    if requirement and overall and requirement.value == overall.value:
        score += 4
    if overall and years and overall.value == years[-1].value:
        score += 3
    units = {quantity.unit for quantity in years if quantity.unit}
    score += len(units) <= 1
    score += all(earlier.value <= later.value for earlier, later in pairwise(years))
    # A requirement that is told in words is more than one that swallows a number of the name.
    score += bool(requirement and requirement.words)
    return score, -_spread(years)


def _spread(years: Sequence[Quantity]) -> Decimal:
    """The largest factor between neighbouring years."""
    factors = [
        later.value / earlier.value if later.value > earlier.value else earlier.value / later.value
        for earlier, later in pairwise(years)
        if earlier.value and later.value
    ]
    return max(factors, default=Decimal(1))
