"""The sentences: what was compared with what, and what follows. Every number is a string of the page."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from indicators.display import baseline_text, forecast_method_text, target_text
from indicators.explanations.facts import Facts, Origin
from indicators.explanations.findings import partial_words
from indicators.explanations.pace import pace_words
from indicators.models import Indicator, TargetLine
from indicators.models.attainment import Status
from ipdash.core.display import day_text, number_text
from ipdash.core.periods import Quarter
from ipdash.core.words import say as _

Basis = TargetLine.Basis
ACTUAL: dict[str, str] = {
    Basis.LEVEL: gettext_noop("%(quarter)s末实际值为%(actual)s"),
    Basis.YEAR: gettext_noop("截至%(quarter)s末，当年累计完成%(actual)s"),
    Basis.CUMULATIVE: gettext_noop("%(start)s年起至%(quarter)s末累计%(actual)s"),
    Basis.GROWTH: gettext_noop("%(quarter)s末同比增长%(actual)s"),
    Basis.AVERAGE_GROWTH: gettext_noop("基期以来至%(quarter)s末年均增长%(actual)s"),
}
MOST_LACKING = 4
"""So many missing figures are named; of more, the number."""


def sentence(facts: Facts) -> str:
    """How the status came about."""
    row, status = facts.row, Status(facts.row.status)
    if status == Status.NOT_DUE:
        return _not_due(facts)
    opening = _actual_words(facts)
    if status in (Status.MISSING, Status.UNDEFINED):
        return opening + _verdict(facts)
    if status == Status.NO_TARGET:
        return opening + _no_target(facts) + _verdict(facts)
    return opening + _target_words(facts) + pace_words(facts) + _verdict(facts) + _later_words(row.as_quarter, facts)


def further_sentences(facts: Facts) -> list[str]:
    """What else the page shows of this result."""
    if facts.row.status == Status.NOT_DUE:
        return []
    made = [_plan_progress(facts), _changes(facts), _forecast(facts), _needed(facts)]
    return [words for words in made if words]


def _not_due(facts: Facts) -> str:
    row = facts.row
    if facts.line.indicator.frequency == Indicator.Frequency.ANNUAL and row.quarter != 4:
        return _("本指标为年度指标，四季度末考核；%(quarter)s未到考核期。") % {"quarter": row.as_quarter.label}
    return _("%(quarter)s尚未结束，未到考核期。") % {"quarter": row.as_quarter.label}


def _actual_words(facts: Facts) -> str:
    row = facts.row
    params = {"quarter": row.as_quarter.label, "year": row.year, "start": facts.line.plan.start_year}
    if row.actual is None:
        return _no_actual(facts, params)
    said = {**params, "actual": facts.said("actual")}
    words = _(ACTUAL[facts.line.basis])
    return words % said + _made_from(facts) + _("。") + _ratio_words(facts)


def _no_actual(facts: Facts, params: dict[str, object]) -> str:
    if facts.row.partial is not None:
        return _("截至%(quarter)s末，%(partial)s，不能作为本地区的实际值；") % {
            **params,
            "partial": partial_words(facts),
        }
    names = [item.name for item in facts.lacking]
    without_baseline = facts.line.basis == Basis.AVERAGE_GROWTH and facts.baseline is None
    if facts.row.status == Status.UNDEFINED or not names or without_baseline:
        return _("截至%(quarter)s末，%(why)s；") % {**params, "why": _why_undefined(facts)}
    lacking = _("、").join(names[:MOST_LACKING])
    if len(names) > MOST_LACKING:
        lacking = _("%(names)s等%(count)s项") % {"names": lacking, "count": len(names)}
    return _("截至%(quarter)s末，缺少%(lacking)s审核通过的数据；") % {**params, "lacking": lacking}


def _why_undefined(facts: Facts) -> str:
    """Which divisor or start is none to calculate with."""
    zeros = [item.name for item in facts.inputs if item.value == 0]
    if facts.line.basis == Basis.AVERAGE_GROWTH:
        if facts.baseline is None:
            return _("规划没有给出基期值，无从计算年均增长")
        return _("基期值%(baseline)s不能作为年均增长的起点（为0、与现值异号或尚未满一个季度）") % {
            "baseline": baseline_text(facts.line, facts.baseline.value)
        }
    if zeros:
        return _("%(name)s为0，不能作除数") % {"name": zeros[0]}
    return _("所需数据齐全，但除数为0")


def _made_from(facts: Facts) -> str:
    """What the actual was added up or compared from, in brackets."""
    basis, inputs = Basis(facts.line.basis), facts.inputs
    if basis in {Basis.CUMULATIVE, Basis.AVERAGE_GROWTH} and facts.baseline is not None:
        words = (
            _("含%(year)s年基期值%(value)s") if basis == Basis.CUMULATIVE else _("以%(year)s年基期值%(value)s为起点")
        )
        return _bracketed(
            words % {"year": facts.baseline.year, "value": baseline_text(facts.line, facts.baseline.value)}
        )
    if basis == Basis.GROWTH and len(inputs) == 2:
        return _bracketed(_("本期%(now)s，上年同期%(then)s") % {"now": inputs[1].shown, "then": inputs[0].shown})
    summed = next((item for item in inputs if item.summed), None)
    if summed is not None and len(inputs) == 1:
        return _bracketed(_("%(count)s个下级地区合计，全部已报") % {"count": summed.expected})
    return ""


def _bracketed(words: str) -> str:
    return _("（%(words)s）") % {"words": words}


def _ratio_words(facts: Facts) -> str:
    indicator = facts.line.indicator
    numerator, denominator = indicator.numerator, indicator.denominator
    if numerator is None or denominator is None:
        return ""
    factor = (
        "" if indicator.factor in (None, 1) else _("，再乘以%(factor)s") % {"factor": number_text(indicator.factor)}
    )
    if denominator.quantity == Indicator.Quantity.FLOW:
        words = _("由本年累计的%(numerator)s除以%(denominator)s%(factor)s得出。")
        return words % {"numerator": numerator.name, "denominator": denominator.name, "factor": factor}
    above, below = facts.inputs[-2:]
    return _("由%(numerator)s（%(above)s）除以%(denominator)s（%(period)s，%(below)s）%(factor)s得出。") % {
        "numerator": numerator.name,
        "above": above.shown,
        "denominator": denominator.name,
        "period": below.quarter.label,
        "below": below.shown,
        "factor": factor,
    }


def _no_target(facts: Facts) -> str:
    line = facts.line
    if line.ended_from is not None and facts.row.as_quarter.index >= line.ended_from:
        return _("这条目标自%(quarter)s起终止（%(document)s），不作判断；") % {
            "quarter": Quarter.from_index(line.ended_from).label,
            "document": line.ending_document,
        }
    after, baseline = facts.around.after, facts.baseline
    words = {"year": facts.row.year}
    if after is None:
        return _("规划没有%(year)s年及以后的目标，不作判断；") % words
    if baseline is not None and facts.row.year <= baseline.year:
        return _("%(year)s年不晚于基期年，没有目标，不作判断；") % words
    return _("%(year)s年没有目标，%(next)s年的目标之前又没有基期值可供按线性分解，不作判断；") % {
        **words,
        "next": after.year,
    }


def _target_words(facts: Facts) -> str:
    words = _("%(year)s年目标为%(target)s（%(source)s）") % {
        "year": facts.row.year,
        "target": facts.said("target"),
        "source": _target_source(facts),
    }
    if facts.row.completion is not None:
        words += _("，完成率%(completion)s") % {"completion": facts.shown["completion"]}
    return words + _("。")


def _target_source(facts: Facts) -> str:
    """How the year's target came about: printed, decomposed, on a line between two points, or the next one."""
    before, after, origin = facts.around.before, facts.around.after, facts.origin
    source = facts.shown["target_source"]
    if facts.row.target_source == "interpolated" and before is not None and after is not None:
        start = _("%(year)s年基期值%(value)s") if before.origin else _("%(year)s年目标%(value)s")
        if before.origin and facts.baseline is None:
            start = _("%(year)s年末的%(value)s")
        return _("%(source)s：在%(start)s与%(year)s年目标%(value)s之间") % {
            "source": source,
            "start": start % {"year": before.year, "value": facts.text(before.value)},
            "year": after.year,
            "value": facts.text(after.value),
        } + _adjusted(origin)
    if facts.row.target_source == "next" and after is not None:
        return _("沿用%(year)s年目标") % {"year": after.year} + _adjusted(origin)
    if origin is not None and origin.printed and origin.in_force_from is None:
        return _("%(source)s，原文“%(printed)s”") % {"source": source, "printed": origin.printed}
    return source + _adjusted(origin)


def _adjusted(origin: Origin | None) -> str:
    """The version in force, where the target was adjusted."""
    if origin is None or origin.in_force_from is None:
        return ""
    document = origin.document
    if origin.adjusted_on is not None:
        document = _("%(document)s（%(day)s）") % {"document": document, "day": day_text(origin.adjusted_on)}
    return _("；%(year)s年目标已按%(document)s调整，自%(quarter)s起执行，调整前为%(before)s") % {
        "year": origin.year,
        "document": document,
        "quarter": origin.in_force_from.label,
        "before": origin.before,
    }


def _later_words(quarter: Quarter, facts: Facts) -> str:
    """A version that came into force after this quarter does not change its judgement."""
    origin = facts.origin
    if origin is None or origin.later_from is None:
        return ""
    return _("%(year)s年目标自%(quarter)s起调整为%(later)s，本季仍按调整前的目标判定。") % {
        "year": origin.year,
        "quarter": origin.later_from.label,
        "later": origin.later,
    }


def _verdict(facts: Facts) -> str:
    return _("判定为“%(status)s”。") % {"status": facts.shown["status"]}


def _plan_progress(facts: Facts) -> str:
    row, last, baseline = facts.row, facts.last_target, facts.baseline
    if row.realisation is None or last is None:
        return ""
    target = _("%(year)s年目标%(value)s") % {"year": last.year, "value": target_text(last, facts.line) + facts.unit}
    if facts.line.basis == Basis.YEAR and row.quarter != 4:
        target = _("以%(year)s年全年计，%(target)s") % {"year": row.year - 1, "target": target}
    elif baseline is not None:
        start = baseline_text(facts.line, baseline.value)
        target = _("%(year)s年基期值%(start)s，%(target)s") % {"year": baseline.year, "start": start, "target": target}
    words = _("规划目标实现程度%(realisation)s（%(target)s）") % {
        "realisation": facts.shown["realisation"],
        "target": target,
    }
    if row.elapsed is not None:
        words += _("，规划期时间进度%(elapsed)s") % {"elapsed": facts.shown["elapsed"]}
    if row.plan_gap is not None:
        words += _("，较规划期时间进度%(gap)s") % {"gap": facts.shown["plan_gap"]}
    return words + _("。")


def _changes(facts: Facts) -> str:
    row, parts = facts.row, []
    own_unit = "" if facts.unit == "%" else facts.unit
    if row.change_on_quarter is not None:
        quarter = _("当季完成量较上季%(change)s") if facts.line.basis == Basis.YEAR else _("较上季%(change)s")
        parts.append(quarter % {"change": facts.shown["change_on_quarter"] + own_unit})
    if row.change_on_year is not None:
        parts.append(_("较上年同期%(change)s") % {"change": facts.shown["change_on_year"] + own_unit})
    return _("，").join(parts) + _("。") if parts else ""


def _forecast(facts: Facts) -> str:
    if facts.row.forecast is None or facts.row.quarter == 4:
        return ""
    return _("年末预计%(forecast)s（%(method)s）。") % {
        "forecast": facts.said("forecast"),
        "method": forecast_method_text(facts.row.forecast_method),
    }


def _needed(facts: Facts) -> str:
    row = facts.row
    if row.needed_per_quarter is None:
        return ""
    return _("与年度目标相差%(gap)s，余下%(left)s个季度每季需完成%(needed)s。") % {
        "gap": facts.said("gap_to_target"),
        "left": 4 - row.quarter,
        "needed": facts.said("needed_per_quarter"),
    }
