"""What a reader should know about the quality of a result: none of it changes a figure or a light."""

from __future__ import annotations

from dataclasses import dataclass

from indicators.display import figure_value_text
from indicators.explanations.facts import Facts, children_word
from indicators.explanations.inputs import Input
from indicators.explanations.readings import Apart
from ipdash.core.display import unit_after
from ipdash.core.periods import Quarter
from ipdash.core.words import say as _


@dataclass(frozen=True)
class Finding:
    """`code` is `partial`, `children_differ`, `denominator_stale`, `too_large` or `basis_open`."""

    code: str
    message: str


def findings(facts: Facts) -> list[Finding]:
    """The findings of one result, the gravest first."""
    made = [*_partial(facts), *(_children_differ(facts, item, apart) for item, apart in facts.apart)]
    row = facts.row
    if row.denominator_stale and row.denominator_period is not None and facts.line.indicator.denominator is not None:
        words = {
            "name": facts.line.indicator.denominator.name,
            "period": Quarter.from_index(row.denominator_period).label,
        }
        message = _("分母“%(name)s”用的是%(period)s的数据，已超过两年未更新，请补报。") % words
        made.append(Finding("denominator_stale", message))
    if row.too_large:
        made.append(Finding("too_large", _("有结果的整数部分超过12位，无法保存，显示为“—”；请检查数据和单位。")))
    if facts.line.basis_ambiguous:
        basis = str(facts.line.get_basis_display())
        message = _("文件没有写明目标口径，暂按“%(basis)s”计算，待局工作人员确认。") % {"basis": basis}
        made.append(Finding("basis_open", message))
    return made


def _partial(facts: Facts) -> list[Finding]:
    row = facts.row
    if row.actual is not None or row.partial is None or row.coverage_expected is None:
        return []
    return [Finding("partial", partial_words(facts))]


def partial_words(facts: Facts) -> str:
    """12个县区中10个已报，合计1,234件（不完整）"""
    return _("%(expected)s个%(children)s中%(reported)s个已报，合计%(partial)s（不完整）") % {
        "expected": facts.row.coverage_expected,
        "children": children_word(facts.line.region.level, facts.line.region.code),
        "reported": facts.row.coverage_reported,
        "partial": facts.said("partial"),
    }


def _children_differ(facts: Facts, item: Input, apart: Apart) -> Finding:
    unit = unit_after(item.indicator.unit)
    difference = abs(apart.own - apart.children)
    message = _(
        "%(name)s：本级填报%(own)s，%(count)s个%(children)s合计%(total)s，相差%(difference)s；以本级填报为准，请核对。"
    ) % {
        "name": item.name,
        "own": figure_value_text(item.indicator, apart.own) + unit,
        "count": item.expected,
        "children": children_word(facts.line.region.level, facts.line.region.code),
        "total": figure_value_text(item.indicator, apart.children) + unit,
        "difference": figure_value_text(item.indicator, difference) + unit,
    }
    return Finding("children_differ", message)
