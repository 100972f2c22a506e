"""What the status rests on: the year's path, the target as it stands, or the bounds (attainment.md §4–5)."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from indicators.explanations.facts import Facts
from indicators.models import Indicator, TargetLine
from indicators.models.attainment import Status
from indicators.rules.workings import StartSource
from ipdash.core.display import number_text
from ipdash.core.words import say as _

Basis = TargetLine.Basis
LINES: dict[str, str] = {
    Status.ON_TRACK: gettext_noop("不低于黄灯线（%(yellow)s个百分点），"),
    Status.BEHIND: gettext_noop("低于黄灯线（%(yellow)s个百分点），不低于红灯线（%(red)s个百分点），"),
    Status.FAR_BEHIND: gettext_noop("低于红灯线（%(red)s个百分点），"),
}


def pace_words(facts: Facts) -> str:
    """What was compared, up to the status that follows."""
    status = Status(facts.row.status)
    if status == Status.ACHIEVED:
        return _("实际值已达到年度目标，")
    if status == Status.MISSED:
        return _missed(facts)
    if facts.row.year_gap is None:
        return _no_gap(facts, status)
    return _gap(facts) + _line_words(facts, status)


def _missed(facts: Facts) -> str:
    if facts.row.gap_to_target is None or facts.row.gap_to_target == 0:
        return _("年末实际值与目标持平，但不满足目标的比较要求，")
    return _("年末实际值未达到目标，差额%(gap)s，") % {"gap": facts.said("gap_to_target")}


def _no_gap(facts: Facts, status: Status) -> str:
    if status == Status.ON_TRACK:
        return _("没有可比的序时进度，但实际值已满足目标，")
    if facts.around.start is None and facts.line.basis == Basis.LEVEL:
        return _("上年末没有实际值、目标或基期值，得不出序时进度，而实际值尚未满足目标，")
    return _("序时进度的除数为0，得不出序时进度，而实际值尚未满足目标，")


def _gap(facts: Facts) -> str:
    line, row, gap = facts.line, facts.row, {"gap": facts.shown["year_gap"]}
    if line.indicator.direction == Indicator.Direction.RANGE:
        if row.year_gap == 0:
            return _("实际值在目标区间内，")
        return _("实际值超出目标区间%(out)s，为界限值的%(gap)s，") % {"out": facts.said("gap_to_target"), **gap}
    if line.basis == Basis.YEAR:
        words = _("按序时进度（全年目标的四分之%(quarter)s）%(period)s末应为%(expected)s，较序时进度%(gap)s，")
        return words % {
            "quarter": row.quarter,
            "period": row.as_quarter.label,
            "expected": facts.said("expected"),
            **gap,
        }
    if not _follows_a_path(facts):
        return _("直接与年度目标比较，不按时间折算，相差%(gap)s，") % gap
    start = _start(facts)
    if row.expected == row.target:
        return _("%(start)s已不低于年度目标的要求，因而直接与年度目标比较，相差目标值的%(gap)s，") % {
            "start": start,
            **gap,
        }
    return _("%(start)s，按序时进度%(period)s末应为%(expected)s，较序时进度%(gap)s，") % {
        "start": start, "period": row.as_quarter.label, "expected": facts.said("expected"), **gap,
    }  # fmt: skip


def _follows_a_path(facts: Facts) -> bool:
    """Whether the rules measured this line along the year's path: S counts there and nowhere else."""
    line, quantity = facts.line, Indicator.Quantity
    flows = line.indicator.denominator is not None and line.indicator.denominator.quantity == quantity.FLOW
    rate_like = flows or line.indicator.quantity in {quantity.RATE, quantity.SCORE}
    return line.basis in {Basis.LEVEL, Basis.CUMULATIVE} and not rate_like


def _start(facts: Facts) -> str:
    """S and where it is from."""
    around = facts.around
    words = {"start": facts.text(around.start)}
    if around.start_source == StartSource.actual:
        return _("上年末实际值%(start)s") % words
    if around.start_source == StartSource.target:
        return _("上年末没有实际值，以上年目标%(start)s为起点") % words
    return (_("以基期值%(start)s为起点") if facts.baseline else _("规划期初以%(start)s为起点")) % words


def _line_words(facts: Facts, status: Status) -> str:
    """The plan's two lines beside the gap."""
    plan = facts.line.plan
    lines = {"yellow": number_text(plan.yellow_below), "red": number_text(plan.red_below)}
    return _(LINES[status]) % lines
