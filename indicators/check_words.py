"""What people read of a finding of `indicators.checks`: what is odd, compared with what, and what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from indicators.checks import Finding
from indicators.display import figure_value_text
from indicators.models import Indicator
from ipdash.core.display import number_text, with_unit
from ipdash.core.numbers import plain


def finding_words(finding: Finding, indicator: Indicator) -> str:
    """The finding as one sentence, numbers in the indicator's unit."""
    return _SENTENCES[finding.code](finding.params, finding, indicator)


def repair_words(finding: Finding, indicator: Indicator) -> str:
    """The value that may have been meant: 3.12亿元; empty where none is offered."""
    return "" if finding.repair is None else with_unit(plain(finding.repair), indicator.unit)


def _shown(value: Any, indicator: Indicator) -> str:
    return f"{figure_value_text(indicator, value)}{indicator.unit}"


def _below_minimum(params: Any, _finding: Finding, indicator: Indicator) -> str:
    return _("不可能小于%(bound)s，请核对。") % {"bound": _shown(params["bound"], indicator)}


def _above_maximum(params: Any, _finding: Finding, indicator: Indicator) -> str:
    return _("不可能大于%(bound)s，请核对。") % {"bound": _shown(params["bound"], indicator)}


def _not_whole(_params: Any, _finding: Finding, indicator: Indicator) -> str:
    return _("以“%(unit)s”计的数一般是整数，请核对。") % {"unit": indicator.unit}


def _above_whole(params: Any, _finding: Finding, indicator: Indicator) -> str:
    whole = indicator.part_of.name if indicator.part_of else ""
    return _("大于“%(whole)s”的%(value)s，部分不应大于总体。") % {
        "whole": whole,
        "value": _shown(params["whole"], indicator),
    }


def _below_part(params: Any, _finding: Finding, indicator: Indicator) -> str:
    return _("小于其中一部分的%(value)s，总体不应小于部分。") % {"value": _shown(params["part"], indicator)}


def _falls(params: Any, _finding: Finding, indicator: Indicator) -> str:
    return _("本年累计小于上季的%(before)s；是否填了当季数？") % {"before": _shown(params["before"], indicator)}


def _slipped(params: Any, finding: Finding, indicator: Indicator) -> str:
    times, value = number_text(params["times"]), repair_words(finding, indicator)
    said = (
        _("约为以往同类数值（%(compared)s）的%(times)s倍；单位是%(unit)s，是否%(value)s？")
        if finding.code == "too_large"
        else _("约为以往同类数值（%(compared)s）的%(times)s分之一；单位是%(unit)s，是否%(value)s？")
    )
    compared = _shown(params["compared"], indicator)
    return said % {"compared": compared, "times": times, "unit": indicator.unit, "value": value}


def _unlike_history(params: Any, _finding: Finding, indicator: Indicator) -> str:
    values = {name: _shown(params[name], indicator) for name in ("own", "low", "high")}
    if indicator.quantity == Indicator.Quantity.FLOW and indicator.reporting_basis == Indicator.ReportingBasis.YTD:
        return _("折算当季%(own)s，以往多在%(low)s至%(high)s之间。") % values
    return _("以往走势多在%(low)s至%(high)s之间。") % values


def _jumps(params: Any, finding: Finding, indicator: Indicator) -> str:
    before = _shown(params["before"], indicator)
    said = _("比上期的%(before)s增加很多。") if finding.code == "jumps_up" else _("比上期的%(before)s减少很多。")
    return said % {"before": before}


def _unchanged(params: Any, _finding: Finding, _indicator: Indicator) -> str:
    return _("与%(quarter)s完全相同，是否忘了更新？") % {"quarter": params["quarter"].label}


_SENTENCES = {
    "below_minimum": _below_minimum,
    "above_maximum": _above_maximum,
    "not_whole": _not_whole,
    "above_whole": _above_whole,
    "below_part": _below_part,
    "falls": _falls,
    "too_large": _slipped,
    "too_small": _slipped,
    "unlike_history": _unlike_history,
    "jumps_up": _jumps,
    "jumps_down": _jumps,
    "unchanged": _unchanged,
}
