"""Which figures a result is made from (attainment.md §2)."""

from __future__ import annotations

from collections.abc import Callable

from indicators.models import Attainment, Indicator, TargetLine
from ipdash.core.periods import Quarter

Basis = TargetLine.Basis
Need = tuple[Indicator, Quarter]
Latest = Callable[[Indicator, Quarter], Quarter]
"""The quarter of an indicator's latest figure at or before one, or that quarter itself where there is none."""


def needed_figures(line: TargetLine, row: Attainment, latest: Latest) -> list[Need]:
    """The figures that A of this quarter is made from, earliest first."""
    quarter, indicator = row.as_quarter, line.indicator
    if indicator.quantity == Indicator.Quantity.FLOW:
        return [(indicator, each) for each in _flow_quarters(line, indicator, quarter)]
    moments = [quarter - 4, quarter] if line.basis == Basis.GROWTH else [quarter]
    if indicator.quantity == Indicator.Quantity.RATIO:
        return [need for moment in moments for need in _ratio_parts(indicator, moment, latest)]
    return [(indicator, moment) for moment in moments]


def _flow_quarters(line: TargetLine, indicator: Indicator, quarter: Quarter) -> list[Quarter]:
    to_date = _year_to(indicator, quarter)
    if line.basis == Basis.CUMULATIVE:
        years = range(line.plan.start_year, quarter.year)
        return [q for year in years for q in _year_to(indicator, Quarter(year, 4))] + to_date
    if line.basis == Basis.GROWTH:
        return _year_to(indicator, quarter - 4) + to_date
    if line.basis == Basis.AVERAGE_GROWTH and quarter.quarter != 4:
        return _last_four(indicator, quarter)
    return to_date


def _year_to(indicator: Indicator, quarter: Quarter) -> list[Quarter]:
    """The quarters whose figures give a flow's year to date; a stock stands for itself."""
    if indicator.reporting_basis != Indicator.ReportingBasis.QUARTER:
        return [quarter]
    return [Quarter(quarter.year, number) for number in range(1, quarter.quarter + 1)]


def _last_four(indicator: Indicator, quarter: Quarter) -> list[Quarter]:
    """The quarters whose figures give a flow's last four single quarters, before the year's end."""
    # From running totals a quarter is told by two of them, so the one before the first is needed as well.
    back = 4 if indicator.reporting_basis == Indicator.ReportingBasis.YTD else 3
    return [quarter - step for step in range(back, -1, -1)]


def _ratio_parts(indicator: Indicator, moment: Quarter, latest: Latest) -> list[Need]:
    numerator, denominator = indicator.numerator, indicator.denominator
    if numerator is None or denominator is None:
        return []
    if denominator.quantity == Indicator.Quantity.FLOW:
        return [(part, quarter) for part in (numerator, denominator) for quarter in _year_to(part, moment)]
    return [(numerator, moment), (denominator, latest(denominator, moment))]
