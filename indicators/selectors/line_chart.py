"""走势: what the chart of a target line draws, on its page and in documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from indicators.display import shown_value, target_text
from indicators.models import Attainment, Target, TargetLine
from indicators.rules.outlook import forecast_range, share_of_year
from ipdash.core.marks.trend import Band, TrendPoint
from ipdash.core.periods import Quarter

YEARS_OF_SHARES = (1, 2, 3)
"""So many years before are asked for the share that a quarter has of its year (attainment.md §4)."""


@dataclass(frozen=True)
class Chart:
    """Everything in the unit in which the line is shown. `band`: how far the forecast may be off; `yearly`: a total that begins anew."""

    points: list[TrendPoint]
    path: list[TrendPoint]
    targets: list[TrendPoint]
    baseline: TrendPoint | None
    forecast: TrendPoint | None
    band: Band | None
    yearly: bool


def line_chart(line: TargetLine, rows: list[Attainment], now: Attainment | None, today: date) -> Chart:
    """The line's rows in order of time; `now` is the one from which the year's end is forecast."""
    known = next((b for b in line.baselines.all() if b.counted_from), None)
    baseline = TrendPoint(Quarter(known.year, 4), shown_value(line, known.value)) if known else None
    shown = [row for row in rows if row.as_quarter.has_ended(today)]
    address = f"/plans/{line.plan_id}/indicators/{line.pk}/?quarter="
    points = [
        TrendPoint(row.as_quarter, shown_value(line, row.actual), href=f"{address}{row.as_quarter}")
        for row in shown
        if baseline is None or row.as_quarter > baseline.quarter
    ]
    return Chart(
        points=points if baseline else _from_first_value(points),
        path=[TrendPoint(row.as_quarter, shown_value(line, row.expected)) for row in rows if row.expected is not None],
        targets=[
            TrendPoint(Quarter(t.year, 4), shown_value(line, t.value), target_text(t, line))
            for t in _latest_versions(line)
        ],
        baseline=baseline,
        forecast=_forecast(line, now),
        band=_band(line, rows, now),
        yearly=line.basis == TargetLine.Basis.YEAR,
    )


def _from_first_value(points: list[TrendPoint]) -> list[TrendPoint]:
    """Leading quarters without any value say nothing."""
    first = next((number for number, point in enumerate(points) if point.value is not None), len(points))
    return points[first:]


def _forecast(line: TargetLine, now: Attainment | None) -> TrendPoint | None:
    if now is None or now.forecast is None or now.quarter == 4:
        return None
    return TrendPoint(Quarter(now.year, 4), shown_value(line, now.forecast))


def _band(line: TargetLine, rows: list[Attainment], now: Attainment | None) -> Band | None:
    """From the lowest to the highest forecast that the quarters, or the years, behind it give one by one."""
    if now is None or now.forecast is None or now.actual is None or now.quarter == 4:
        return None
    actuals = {row.as_quarter: row.actual for row in rows}
    quarter = now.as_quarter
    if now.forecast_method == "share":
        ago = [_share(actuals, quarter - 4 * back) for back in YEARS_OF_SHARES]
    else:
        ago = [actuals.get(quarter - back) for back in (1, 2, 3, 4)]
    found = forecast_range(now.forecast_method, now.actual, now.forecast, quarter.quarter, ago)
    if found is None:
        return None
    low, high = shown_value(line, found[0]), shown_value(line, found[1])
    return None if low is None or high is None else (low, high)


def _share(actuals: dict[Quarter, Decimal | None], quarter: Quarter) -> Decimal | None:
    return share_of_year(actuals.get(quarter), actuals.get(Quarter(quarter.year, 4)))


def _latest_versions(line: TargetLine) -> list[Target]:
    """Each year's target in its latest version."""
    latest: dict[int, Target] = {}
    for target in line.targets.all():
        known = latest.get(target.year)
        if known is None or (target.in_force_from or 0) > (known.in_force_from or 0):
            latest[target.year] = target
    return [latest[year] for year in sorted(latest)]
