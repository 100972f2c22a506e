"""What is said of decompositions: by whom and how a target was split, and what its parts add up to."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.display import line_unit, shown_value, value_text
from indicators.models import Decomposition, TargetLine
from indicators.selectors.decomposition.base import SUMMABLE, Balance, Sum, Verdict
from ipdash.core.comparators import Comparator
from ipdash.core.display import day_text, number_text, unit_after

Method = Decomposition.Method


def amount_text(line: TargetLine, value: Decimal) -> str:
    """An amount as the line shows its values, with its unit; every digit that it has, so that sums can be followed."""
    return number_text(shown_value(line, value)) + unit_after(line_unit(line))


def sum_text(line: TargetLine, found: Sum, *, asking: bool = True) -> str:
    """What the parts add up to beside what they should; `asking` says besides what a difference takes to be stored."""
    words = {
        "got": _bounds_text(line, found, got=True),
        "wanted": _bounds_text(line, found, got=False),
        "difference": amount_text(line, abs(found.difference)),
        "parts": _("各年目标") if found.year is None else _("%(year)s年各地区目标") % {"year": found.year},
        "whole": _("总量") if found.year is None else _("上级目标"),
    }
    if line.basis == TargetLine.Basis.CUMULATIVE and found.year is not None:
        words["whole"] = _("上级目标（扣除基期值）")
    if found.balance is Balance.EQUAL:
        return _("%(parts)s合计%(got)s，等于%(whole)s。") % words
    more = found.difference > 0
    compared = _("多%(difference)s") % words if more else _("少%(difference)s") % words
    if found.balance is Balance.STRICTER:
        said, asked = _("%(parts)s合计%(got)s，比%(whole)s%(wanted)s%(compared)s（加码）"), _("；请写明理由。")
    else:
        said = _("%(parts)s合计%(got)s，比%(whole)s%(wanted)s%(compared)s：全部完成也达不到")
        asked = _("；请勾选确认并写明理由。")
    return said % {**words, "compared": compared} + (asked if asking else _("。"))


def _bounds_text(line: TargetLine, found: Sum, *, got: bool) -> str:
    goal = found.got if got else found.wanted
    if found.comparator == Comparator.RANGE and goal.upper is not None:
        return f"{number_text(shown_value(line, goal.value))}–{amount_text(line, goal.upper)}"
    return amount_text(line, goal.value)


def why_no_sum(line: TargetLine) -> str:
    """Why the regions' targets of this line are not added up."""
    if line.indicator.quantity in SUMMABLE:
        return _("目标口径是“%(basis)s”，各地区的增速相加没有意义，因此不核对合计。") % {
            "basis": line.get_basis_display()
        }
    return _("“%(name)s”是%(quantity)s，各地区的值相加没有意义，因此不核对合计；每个地区默认与上级目标相同。") % {
        "name": line.indicator.name,
        "quantity": line.indicator.get_quantity_display(),
    }


def method_text(made: Decomposition) -> str:
    """How it was split: 按“常住人口”2024年数值的比例."""
    if made.by_indicator is not None and made.base_year is not None:
        return _("按“%(name)s”%(year)s年数值的比例") % {"name": made.by_indicator.name, "year": made.base_year}
    return str(Method(made.method).label)


def decomposition_text(made: Decomposition, *, insider: bool) -> str:
    """Who split it, when, how and why; who and why are told to insiders alone."""
    words = {
        "day": day_text(timezone.localtime(made.made_at).date()),
        "method": method_text(made),
        "who": made.made_by.display_name if made.made_by else _("系统"),
    }
    said = _("由%(who)s于%(day)s分解（%(method)s）") if insider else _("%(day)s分解（%(method)s）")
    text = said % words
    if insider and made.reason:
        text += _("，理由：%(reason)s") % {"reason": made.reason}
    return text


def verdict_text(verdict: Verdict) -> str:
    return {
        Verdict.NEW: _("新增"),
        Verdict.CHANGED: _("改动"),
        Verdict.ADJUSTED: _("调整（本季度起）"),
        Verdict.UNCHANGED: _("不变"),
        Verdict.KEPT: _("保留"),
    }[verdict]


def goal_text(line: TargetLine, value: Decimal | None, upper: Decimal | None) -> str:
    """A value, or a lower and an upper one, as the line shows them."""
    return value_text(line, value) if upper is None else f"{value_text(line, value)}–{value_text(line, upper)}"
