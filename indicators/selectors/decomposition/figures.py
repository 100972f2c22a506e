"""The figures that a target is split by: a catalogue indicator's, of one year, region by region."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from indicators.models import Figure, Indicator
from indicators.selectors.decomposition.base import SUMMABLE, refuse
from ipdash.core.numbers import to_scaled
from ipdash.core.periods import Quarter
from plans.models import Region

OLDEST = 8
"""A stock not reported at the year's end counts from at most this many quarters before."""


def named_indicator(code: str) -> Indicator:
    """The catalogue entry that gives the proportions; raises `Invalid` where there is none or it makes no sum."""
    if not code:
        raise refuse("indicator_needed", "indicator", _("请选择按哪个指标的数值分解，例如常住人口。"))
    indicator = Indicator.objects.filter(code=code).first()
    if indicator is None:
        raise refuse("unknown_indicator", "indicator", _("指标目录中没有编码“%(code)s”。") % {"code": code})
    if indicator.quantity not in SUMMABLE:
        message = _("“%(name)s”是%(quantity)s，各地区的数值相加没有意义，不能作为分解比例；请选时点数或时期数。")
        words = {"name": indicator.name, "quantity": indicator.get_quantity_display()}
        raise refuse("indicator_makes_no_sum", "indicator", message % words)
    return indicator


def usable_indicators(regions: Sequence[Region]) -> list[Indicator]:
    """What these regions could be weighed by: amounts of which any of them has approved figures."""
    reported = Figure.objects.filter(region__in=regions, approved_value__isnull=False).values("indicator")
    return list(Indicator.objects.filter(quantity__in=SUMMABLE, pk__in=reported).order_by("name"))


def proportions(indicator: Indicator, regions: Sequence[Region], year: int) -> dict[str, int]:
    """Each region's approved figure of the year, in millionths: a stock's at its end, a flow's in the whole of it.

    Raises `Invalid` with the names of the regions that have none: missing is not 0.
    """
    values = _stocks(indicator, regions, year) if indicator.quantity == "stock" else _flows(indicator, regions, year)
    missing = [region.name for region in regions if region.code not in values]
    words: dict[str, Any] = {"name": indicator.name, "year": year}
    if missing:
        message = _(
            "以下地区没有审核通过的%(year)s年“%(name)s”数值：%(regions)s。请换一个年份或指标、不让它们参与，或逐项填写。"
        )
        words["regions"] = _("、").join(missing[:10]) + (
            _("等%(count)s个") % {"count": len(missing)} if missing[10:] else ""
        )
        raise refuse("figures_missing", "base_year", message % words)
    if min(values.values()) < 0 or not any(values.values()):
        message = _("%(year)s年“%(name)s”的数值有负数或全部为0，不能作为比例；请换一个年份或指标。")
        raise refuse("figures_make_no_share", "base_year", message % words)
    return {code: to_scaled(value) for code, value in values.items()}


def _stocks(indicator: Indicator, regions: Iterable[Region], year: int) -> dict[str, Decimal]:
    last = Quarter(year, 4)
    first = last - OLDEST
    rows = _approved(indicator, regions).filter(year__range=(first.year, year)).order_by("year", "quarter")
    found = {}
    for code, of, quarter, value in rows.values_list("region__code", "year", "quarter", "approved_value"):
        if Quarter(of, quarter) >= first:
            found[code] = value
    return found


def _flows(indicator: Indicator, regions: Iterable[Region], year: int) -> dict[str, Decimal]:
    rows = _approved(indicator, regions).filter(year=year)
    if indicator.reporting_basis == Indicator.ReportingBasis.YTD:
        return dict(rows.filter(quarter=4).values_list("region__code", "approved_value"))
    quarters: dict[str, list[Decimal]] = {}
    for code, value in rows.values_list("region__code", "approved_value"):
        quarters.setdefault(code, []).append(value)
    return {code: sum(values, Decimal(0)) for code, values in quarters.items() if len(values) == 4}


def _approved(indicator: Indicator, regions: Iterable[Region]) -> Any:
    return Figure.objects.filter(indicator=indicator, region__in=list(regions), approved_value__isnull=False)
