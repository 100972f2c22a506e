"""Printed quantities: a number, or a range, with what bounds it and the unit it is counted in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from plans.documents.signs import fold

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,12})(?:\.\d{1,6})?"
_COUNTED = (
    r"个工作日|平方公里|平方米|美元|欧元|港元|场次|家次|户次|件次|学时|课时|批次|人次|人天|百分点|工作日|公里|"
    r"件|家|个|项|所|名|次|期|套|单|元|分(?!别|类|钟|公|局|行|中心|步|级|期|析|批)|部(?!门|署|分|级|委|队)|条|种|起|场|户|倍|篇|门(?!类|户)|亩|人|宗|例|份|只|支|款|张|册|座|处(?!理|置|室|罚)|对|幅|台|批|笔|吨|级|位|类|组|册|本|片|株|头"
)
# How long something may take is a goal only where it is bounded: 12个月以内.
_LASTING = r"(?:个月|天|日|小时)(?=以内|之内|内)"
UNIT = rf"(?:{_LASTING}|[十百千]?[万亿]?(?:{_COUNTED})|%|‰|个百分点)"
_NOT_COUNTED = r"(?!月|工作日|小时|年|季度|方面|环节|部分|阶段|层面|步骤|一批|关键|维护|意识|自信)"
# 万/亿 may stand alone where the thing itself is counted (15 万).
_BEFORE = (
    (">=", r"不低于|不少于|不小于|至少|达到或超过|≥|>=|大于等于"),
    ("<=", r"不超过|不高于|不多于|不大于|控制在|≤|<=|下降到|降低到|降至|下降至|压缩至|缩短至|缩短到|减少到|小于等于"),
    (">", r"超过|突破|高于|大于|多于|>"),
    ("<", r"低于|少于|小于|<"),
)
_AFTER = ((">=", r"以上|左右|及以上"), ("<=", r"以内|以下|之内|及以下"))
BEFORE = "|".join(f"(?:{words})" for _sign, words in _BEFORE)
AFTER = "|".join(f"(?:{words})" for _sign, words in _AFTER)
RANGE = r"(?:-{1,2}|—{1,2}|–|~|至|到)"
QUANTITY = re.compile(
    rf"(?P<before>{BEFORE})?\s?(?P<low>{NUMBER})(?:\s?(?:{UNIT})?\s?{RANGE}\s?(?P<high>{NUMBER}))?\s?(?P<more>余|多(?!边|方|元|种|个))?\s?"
    rf"(?P<unit>{UNIT}){_NOT_COUNTED}\s?(?P<more_after>余|多(?=$|[,;。、]))?(?P<after>\(?(?:{AFTER})\)?)?"
)
_CELL = re.compile(
    rf"(?P<words>[\u4e00-\u9fff]{{0,8}}?)(?P<before>{BEFORE})?(?P<open>[\[〔(【]?)(?P<low>-?{NUMBER})(?P<low_unit>%)?(?:{RANGE}(?P<high>{NUMBER}))?(?P<more>余)?"
    rf"(?P<unit>[^\d\s\[\]〔〕()【】,;。]{{0,7}}?)[\]〕)】]?(?P<after>{AFTER})?"
)
NOTHING = frozenset(
    {"", "-", "--", "—", "——", "———", "–", "/", "\\", "无", "…", "……", "·", "*", "／", "~", "不设", "暂无"}
)


@dataclass(frozen=True)
class Quantity:
    """A quantity as printed; `words` stand before it in its cell (年均增幅), `bracketed` where it stands in [ ]."""

    value: Decimal
    upper: Decimal | None
    comparator: str
    unit: str | None
    raw: str
    words: str = ""
    bracketed: bool = False


def decimal_of(printed: str) -> Decimal:
    """The decimal of printed digits, thousands separators dropped."""
    return Decimal(printed.replace(",", ""))


def comparator_of(before: str | None, after: str | None, more: str | None, upper: Decimal | None) -> str:
    """The comparator that the words around a number say; a bare number is `>=`."""
    if upper is not None:
        return "range"
    for sign, words in _BEFORE:
        if before and re.fullmatch(words, before):
            return sign
    for sign, words in _AFTER:
        if after and re.fullmatch(words, after.strip("()")):
            return sign
    return ">" if more else ">="


def is_nothing(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return "".join(fold(cell).split()) in NOTHING


def cell_quantity(cell: str) -> Quantity | None:
    """The one quantity of a table cell; None where the cell is empty or holds anything else."""
    folded = "".join(fold(cell).split())
    if folded in NOTHING:
        return None
    found = _CELL.fullmatch(folded)
    if found is None:
        return None
    upper = decimal_of(found["high"]) if found["high"] else None
    words, before = found["words"], found["before"]
    unit = found["low_unit"] or found["unit"] or None
    if unit in {"以上", "左右", "以内", "以下"}:
        return None
    comparator = comparator_of(before, found["after"], found["more"], upper)
    return Quantity(
        decimal_of(found["low"]), upper, comparator, unit, " ".join(cell.split()), words, bool(found["open"])
    )
