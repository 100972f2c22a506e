"""A wish worked out: the targets as a difference, their sums, and what has to be confirmed before it is stored."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from indicators.decomposition_words import sum_text
from indicators.models import TargetLine
from indicators.selectors.decomposition.base import (
    METHODS,
    WRITTEN,
    Balance,
    Cell,
    Method,
    Over,
    Sum,
    Verdict,
    Wish,
    is_judged,
    refuse,
    scaled_goal,
    years_text,
)
from indicators.selectors.decomposition.regions import RegionSplit
from indicators.selectors.decomposition.years import YearSplit
from ipdash.core.numbers import OutOfRange, decimal_text


@dataclass(frozen=True)
class Preview:
    """What saving would do. Where `asks` says something, a reason is needed; `short` must be accepted besides.

    `seen` names this very difference: who saves it later saves the same or is told.
    """

    line: TargetLine
    wish: Wish
    cells: list[Cell]
    sums: list[Sum]
    notes: list[str]
    asks: list[str]
    seen: str

    @property
    def short(self) -> bool:
        return any(item.balance is Balance.SHORT for item in self.sums)

    @property
    def counts(self) -> Counter[Verdict]:
        return Counter(item.verdict for item in self.cells)

    @property
    def changes(self) -> bool:
        return any(item.verdict in WRITTEN for item in self.cells)


def preview(line: TargetLine, wish: Wish, today: date) -> Preview:
    """What this wish would do to the stored targets. Raises `Invalid` where it cannot be worked out."""
    _refuse_unknown(wish)
    try:
        made = (YearSplit if wish.over == Over.YEARS else RegionSplit)(line, wish, today).split()
        for item in made.cells:
            scaled_goal(item.goal)
    except OutOfRange as error:
        message = _("数值 %(value)s 超出范围：整数部分最多12位，小数部分最多6位。") % {"value": error}
        raise refuse("out_of_range", "values", message) from error
    asks = made.asks + _of_judged_years(line, made.cells, today)
    asks += [sum_text(line, item) for item in made.sums if item.balance is not Balance.EQUAL]
    return Preview(line, wish, made.cells, made.sums, made.notes, asks, _seen(made.cells, made.sums))


def _refuse_unknown(wish: Wish) -> None:
    if wish.method not in METHODS.get(wish.over, ()):
        raise refuse("method_unsupported", "method", _("请选择分解方法。"))
    if wish.method == Method.HAND and not wish.values:
        raise refuse("values_needed", "values", _("请至少填写一个目标值。"))


def _of_judged_years(line: TargetLine, cells: list[Cell], today: date) -> list[str]:
    """What it means for quarters whose results people have seen."""
    new = sorted({c.year for c in cells if c.verdict is Verdict.NEW and is_judged(line.plan, c.year, today)})
    adjusted = sorted({c.year for c in cells if c.verdict is Verdict.ADJUSTED})
    words = []
    if new:
        message = _("%(years)s已有季度结束，补上目标后这些季度的结果会重算；请写明理由。")
        words.append(message % {"years": years_text(new)})
    if adjusted:
        message = _("%(years)s已在考核，改动只从本季度起生效，此前各季度仍按原目标；请写明理由。")
        words.append(message % {"years": years_text(adjusted)})
    return words


def _seen(cells: list[Cell], sums: list[Sum]) -> str:
    shown = [
        [c.region.code, c.year, c.comparator, decimal_text(c.goal.value), str(c.goal.upper), c.verdict, str(c.before and c.before.value)]
        for c in cells
    ]  # fmt: skip
    text = json.dumps([shown, [[s.year, decimal_text(s.got.value), s.balance] for s in sums]])
    return hashlib.sha256(text.encode()).hexdigest()[:32]
