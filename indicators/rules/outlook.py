"""Whether a forecast would meet the year's target (the comparators of attainment.md §3), and how far it may be off (§4)."""

from __future__ import annotations

from collections.abc import Sequence
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


def forecast_range(
    method: str, actual: Decimal, forecast: Decimal, quarter: int, ago: Sequence[Decimal | None]
) -> tuple[Decimal, Decimal] | None:
    """From the lowest to the highest forecast that each of the periods gives which the forecast itself averages over.

    `ago`, for `trend`, are the values 1, 2, 3 and 4 quarters before: each gives an increment of its own. For `share` they
    are the shares that the quarter had of its year in each of the years before. Everything else knows no range.
    """
    if method == "trend":
        steps = [(actual - before) / back for back, before in enumerate(ago, 1) if before is not None]
        ends = [actual + step * (4 - quarter) for step in steps]
    elif method == "share":
        ends = [actual / share for share in ago if share]
    else:
        return None
    return (min(*ends, forecast), max(*ends, forecast)) if len(ends) > 1 else None


def share_of_year(running_total: Decimal | None, whole_year: Decimal | None) -> Decimal | None:
    """What a quarter's running total was of its year's; None where either is missing or the year ended at zero."""
    return None if running_total is None or not whole_year else running_total / whole_year
