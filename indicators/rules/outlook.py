"""Whether a forecast would meet the year's target: the comparators of attainment.md §3, on one pair of numbers."""

from __future__ import annotations

from decimal import Decimal

from indicators.rules.columns import SYMBOLS, Comparator


def falls_short(forecast: Decimal, target: Decimal, upper: Decimal | None, comparator: str) -> bool:
    """Whether the year would end without its target; a range, where it binds on both sides, has its `upper`."""
    sign = SYMBOLS.get(comparator, Comparator.at_least)
    if upper is not None:
        return not target <= forecast <= upper
    return {
        Comparator.at_least: forecast < target,
        Comparator.more_than: forecast <= target,
        Comparator.equal: forecast != target,
        Comparator.at_most: forecast > target,
        Comparator.less_than: forecast >= target,
        Comparator.range: forecast < target,
    }[sign]
