"""The actual, A, at the end of a quarter (attainment.md §2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indicators.rules.arithmetic import Number
from indicators.rules.columns import SCALE, Basis, Frequency, Integers, Mask, Quantity
from indicators.rules.figures import Figures, columns_of, last_four_quarters, since_start
from indicators.rules.group import Group

PER_CENT = 100 * SCALE


@dataclass(frozen=True, slots=True)
class Actual:
    """A at some quarters (`quarters`, rising): known, or undefined, or else missing."""

    quarters: Integers
    number: Number
    undefined: Mask

    def at(self, quarters: Integers) -> Number:
        """A at some of these quarters."""
        return self.number.columns(np.searchsorted(self.quarters, quarters))

    def undefined_at(self, quarters: Integers) -> Mask:
        """Where A cannot be formed although every figure is there."""
        return columns_of(self.undefined, np.searchsorted(self.quarters, quarters))


def actual(group: Group) -> Actual:
    """A at the asked quarters and at those the results compare them with: the four before and the year's start."""
    back = [group.asked - step for step in range(5)]
    quarters = np.unique(np.concatenate([*back, group.year_end_before]))
    number, undefined = _by_basis(group, quarters)
    if group.kind.frequency == Frequency.annual:
        due = quarters % 4 == 3
        number, undefined = number.only(due), undefined & due
    return Actual(quarters, number, undefined)


def _by_basis(group: Group, quarters: Integers) -> tuple[Number, Mask]:
    basis = group.kind.basis
    if basis == Basis.growth:
        return _growth(group, quarters)
    if basis == Basis.average_growth:
        return _average_growth(group, quarters)
    if basis == Basis.level:
        return _level(group, quarters)
    figures = group.year_to_date if basis == Basis.year else cumulative(group)
    number = group.read(figures, quarters)
    return number, np.zeros_like(number.known)


def cumulative(group: Group) -> Figures:
    """The baseline value (or 0), the earlier years of the plan and this year to date; missing if any part is."""
    flow = since_start(group.year_to_date, group.first_year, group.lines.start_year)
    baseline = np.where(group.lines.baseline_known, group.lines.baseline_value, 0)
    return Figures(flow.value + baseline[:, None], flow.known)


def _level(group: Group, quarters: Integers) -> tuple[Number, Mask]:
    """The figure of the quarter; of a ratio N ÷ D × factor, undefined where D is 0."""
    if group.kind.quantity != Quantity.ratio:
        number = group.read(group.figure, quarters)
        return number, np.zeros_like(number.known)
    numerator, (denominator, _) = group.numerator_used, group.denominator_used
    places = group.places(quarters)
    nothing = columns_of(denominator.value, places) == 0
    there = columns_of(numerator.known, places) & columns_of(denominator.known, places)
    dividend = group.read(numerator, quarters) * group.numbers.whole(group.lines.factor[:, None])
    return dividend.over(group.read(denominator, quarters), ~nothing), there & nothing


def _growth(group: Group, quarters: Integers) -> tuple[Number, Mask]:
    """(This ÷ the same quarter a year before − 1) × 100: of a flow the years to date, else the levels."""
    if group.kind.quantity == Quantity.flow:
        now, then = (group.read(group.year_to_date, at) for at in (quarters, quarters - 4))
        undefined_now = undefined_then = np.zeros_like(now.known)
    else:
        now, undefined_now = _level(group, quarters)
        then, undefined_then = _level(group, quarters - 4)
    nothing = then.known & _is_zero(group, quarters - 4)
    growth = (now - then).over(then, ~nothing, PER_CENT)
    there = (now.known | undefined_now) & (then.known | undefined_then)
    return growth, there & (undefined_now | undefined_then | nothing)


def _is_zero(group: Group, quarters: Integers) -> Mask:
    """Where the level, or the year to date, is 0: read from the integers, so that it is never in doubt."""
    places = group.places(quarters)
    figures = group.year_to_date if group.kind.quantity == Quantity.flow else group.figure
    if group.kind.quantity == Quantity.ratio:
        figures = group.numerator_used
    zero: Mask = columns_of(figures.value, places) == 0
    return zero | (group.lines.factor == 0)[:, None] if group.kind.quantity == Quantity.ratio else zero


def _average_growth(group: Group, quarters: Integers) -> tuple[Number, Mask]:
    """((V ÷ V₀)^(1 ÷ n) − 1) × 100; undefined without a baseline, for V₀ = 0, V ÷ V₀ < 0 and n ≤ 0."""
    lines = group.lines
    if group.kind.quantity == Quantity.flow:
        reached, undefined = _yearly_flow(group, quarters)
    else:
        reached, undefined = _level(group, quarters)
    start = group.per_line(lines.baseline_value, lines.baseline_known)
    start_sign = start.sign()
    elapsed = quarters[None, :] - (lines.baseline_year[:, None].astype(np.int64) * 4 + 3)
    possible = (start_sign != 0) & (elapsed > 0) & (_signs(group, reached, quarters) * start_sign >= 0)
    grown = reached.over(start, possible).root(elapsed) - group.numbers.whole(np.ones((1, 1), np.int64))
    without = ~lines.baseline_known[:, None]
    return grown * PER_CENT, without | undefined | (reached.known & ~possible)


def _signs(group: Group, reached: Number, quarters: Integers) -> Integers:
    """The sign of V, from integers where V is a ratio, so that it is never in doubt."""
    if group.kind.quantity != Quantity.ratio:
        exact: Integers = np.asarray(reached.sign(), np.int64)
        return exact
    places = group.places(quarters)
    parts = (group.numerator_used.value, group.denominator_used[0].value)
    dividend, divisor = (np.sign(columns_of(part, places).astype(np.float64)) for part in parts)
    signs: Integers = (dividend * divisor * np.sign(group.lines.factor)[:, None]).astype(np.int64)
    return signs


def _yearly_flow(group: Group, quarters: Integers) -> tuple[Number, Mask]:
    """The year's total at Q4, before that the last four single quarters."""
    total = group.read(group.year_to_date, quarters)
    rolling = group.read(last_four_quarters(group.single_quarters), quarters)
    year_end = np.broadcast_to(quarters % 4 == 3, total.known.shape)
    return total.pick(year_end, rolling), np.zeros_like(total.known)
