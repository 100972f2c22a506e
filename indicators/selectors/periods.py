"""Which reporting period governs a region's quarter, and which quarter is to be reported now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from indicators.models import ReportingPeriod
from ipdash.core.periods import Quarter
from plans.rules.report_window import Window


def read_periods(regions: Iterable[str], quarters: set[Quarter]) -> dict[tuple[str, Quarter], ReportingPeriod]:
    """Periods of the regions with these codes and of everything above them, by region code and quarter."""
    codes = {code for region in regions for code in _chain(region)}
    found = ReportingPeriod.objects.filter(region__code__in=codes, year__in={q.year for q in quarters}).select_related(
        "region"
    )
    return {(period.region.code, period.as_quarter): period for period in found}


def governing_period(
    periods: dict[tuple[str, Quarter], ReportingPeriod], region_code: str, quarter: Quarter
) -> ReportingPeriod | None:
    """The period that governs a region's quarter: its own, else the nearest one above."""
    for code in _chain(region_code):
        period = periods.get((code, quarter))
        if period is not None:
            return period
    return None


def report_windows(codes: Iterable[str], quarters: set[Quarter]) -> dict[tuple[str, Quarter], Window]:
    """Until when the quarters of these regions may be reported on; for `plans.windows.register_windows`."""
    wanted = set(codes)
    periods = read_periods(wanted, quarters)
    found = {(code, quarter): governing_period(periods, code, quarter) for code in wanted for quarter in quarters}
    return {place: Window(period.due, period.locks) for place, period in found.items() if period is not None}


def _chain(code: str) -> tuple[str, str, str]:
    return (code, code[:4] + "00", code[:2] + "0000")


def quarter_to_report(region_code: str, today: date) -> Quarter:
    """The latest quarter that may be reported today in this region, else the last ended one."""
    period = (
        ReportingPeriod.objects.filter(region__code__in=_chain(region_code), opens__lte=today, locks__gte=today)
        .order_by("-year", "-quarter")
        .first()
    )
    return period.as_quarter if period else Quarter.last_ended(today)
