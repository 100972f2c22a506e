"""The question that a target's basis is, in words: what each answer would mean for the printed numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from indicators.imports.proposals import Proposal
from ipdash.core.comparators import Comparator
from ipdash.core.numbers import decimal_text, plain

FLOW_BASES = ("year", "cumulative", "level")
GROWTH_BASES = ("growth", "average_growth")


@dataclass(frozen=True)
class Meaning:
    """One answer: the basis, and what the printed numbers would then ask for."""

    basis: str
    sentence: str


def bases_for(quantity: str, measures_growth: bool) -> tuple[str, ...]:
    """The bases that this kind of quantity can have, as attainment.md §2 gives an actual for them."""
    if measures_growth:
        return GROWTH_BASES
    return FLOW_BASES if quantity == "flow" else ("level",)


def question(data: Mapping[str, Any]) -> str:
    """30家、30家、100家：……？"""
    printed = _("、").join(_with_unit(str(target["printed"]), data["unit"]) for target in data["targets"])
    if data["measures_growth"]:
        return _("%(printed)s：每年都比上年增长，还是整个规划期平均每年增长？") % {"printed": printed}
    if len(data["targets"]) > 1:
        return _("%(printed)s：每年新增，还是累计到年底？") % {"printed": printed}
    return _("%(year)s年%(printed)s：是这一年的数，还是整个规划期合计？") % {
        "year": data["targets"][0]["year"] if data["targets"] else "", "printed": printed,
    }  # fmt: skip


def _with_unit(printed: str, unit: str | None) -> str:
    return f"{printed}{unit}" if unit and printed[-1:].isdecimal() else printed


def target_words(target: Mapping[str, Any], unit: str | None) -> str:
    """不低于100家; 6至7个."""
    if target["comparator"] == Comparator.RANGE:
        return _("%(low)s至%(high)s%(unit)s") % {"low": target["value"], "high": target["upper"], "unit": unit or ""}
    return f"{Comparator(target['comparator']).label}{target['value']}{unit or ''}"


def meanings(data: Mapping[str, Any], quantity: str, start_year: int) -> list[Meaning]:
    """Each possible answer with what it would mean."""
    makers = {"year": _year, "cumulative": _cumulative, "level": _level, "growth": _growth}
    found = []
    for basis in bases_for(quantity, data["measures_growth"]):
        sentence = makers[basis](data) if basis in makers else _average(data, start_year)
        found.append(Meaning(basis, sentence))
    return found


def reason_of(proposal: Proposal, data: Mapping[str, Any]) -> str:
    """Why the basis is proposed, as a sentence that is kept with the target."""
    sentences = {
        "stock": _("这是期末的数，看到年末。"),
        "one_year": _("规划期只有一年，看当年完成数。"),
        "yearly": _("原文写明是每年的数。"),
        "yearly_by_custom": _("这类数通常按年统计，原文没有写明是一年的数还是合计。"),
        "from_baseline": _("基期值和目标值各是一个数，按名称推断。"),
        "single": _("只印了期末一个数，没有逐年分列，按规划期累计。"),
        "sums_up": _("各年目标相加等于总体目标，每年各算各的。"),
        "ends_at_whole": _("最后一年的数等于总体目标，按规划期累计理解。"),
        "by_shape": _("按各年数值的走势推断，原文没有写明。"),
        "growth": _("原文写的是比上年增长。"),
        "growth_by_year": _("逐年印了增幅，按每年比上年增长理解。"),
        "average_growth": _("原文写“年均”，按规划期的年均增速理解，需要基期值。"),
    }
    return str(sentences[proposal.reason])


def _amounts(data: Mapping[str, Any]) -> list[tuple[int, Decimal, str]]:
    unit = data["unit"] or ""
    return [
        (target["year"], Decimal(target["value"]), f"{decimal_text(Decimal(target['value']))}{unit}")
        for target in data["targets"]
    ]


def _listed(parts: Sequence[str]) -> str:
    return _("，").join(parts)


def _year(data: Mapping[str, Any]) -> str:
    amounts = _amounts(data)
    parts = [_("%(year)s年当年完成%(amount)s") % {"year": year, "amount": text} for year, _value, text in amounts]
    if len(amounts) < 2:
        return _("%(parts)s，不看以前各年。") % {"parts": _listed(parts)}
    total = f"{decimal_text(plain(sum((value for _y, value, _t in amounts), Decimal(0))))}{data['unit'] or ''}"
    return _("每年各算各的：%(parts)s，%(count)s年合计%(total)s。") % {
        "parts": _listed(parts), "count": len(amounts), "total": total,
    }  # fmt: skip


def _cumulative(data: Mapping[str, Any]) -> str:
    amounts = _amounts(data)
    parts = [_("到%(year)s年底累计%(amount)s") % {"year": year, "amount": text} for year, _value, text in amounts]
    sentence = _listed(parts)
    before = Decimal(data["baselines"][0]["value"]) if data["baselines"] else None
    unit = data["unit"] or ""
    if before is not None and amounts:
        rest = decimal_text(plain(amounts[-1][1] - before))
        return _("历年合计：%(parts)s，即在%(base_year)s年的%(base)s之上，规划期内再完成%(rest)s。") % {
            "parts": sentence, "base_year": data["baselines"][0]["year"], "base": f"{decimal_text(before)}{unit}",
            "rest": f"{rest}{unit}",
        }  # fmt: skip
    if len(amounts) > 1:
        rest = decimal_text(plain(amounts[-1][1] - amounts[-2][1]))
        return _("从规划期开始累计：%(parts)s，其中%(year)s年当年再完成%(rest)s。") % {
            "parts": sentence, "year": amounts[-1][0], "rest": f"{rest}{unit}",
        }  # fmt: skip
    return _("从规划期开始累计：%(parts)s，哪一年完成都算。") % {"parts": sentence}


def _level(data: Mapping[str, Any]) -> str:
    parts = [_("%(year)s年末有%(amount)s") % {"year": year, "amount": text} for year, _value, text in _amounts(data)]
    return _("看年末当时的数：%(parts)s。") % {"parts": _listed(parts)}


def _growth(data: Mapping[str, Any]) -> str:
    parts = [
        _("%(year)s年比上年增长%(amount)s") % {"year": year, "amount": text} for year, _value, text in _amounts(data)
    ]
    return _("%(parts)s。") % {"parts": _listed(parts)}


def _average(data: Mapping[str, Any], start_year: int) -> str:
    amounts = _amounts(data)
    base_year = data["baselines"][0]["year"] if data["baselines"] else start_year - 1
    return _("从%(base_year)s年算起，到%(year)s年平均每年增长%(amount)s；需要%(base_year)s年的基期值。") % {
        "base_year": base_year, "year": amounts[-1][0] if amounts else "", "amount": amounts[-1][2] if amounts else "",
    }  # fmt: skip
