"""Quantified goals in running text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from plans.documents.blocks import Finding, Header, Indicator, Target, Task
from plans.documents.goal_names import goal_name, growth, joint_names, likeness, name_before, shared_names
from plans.documents.goal_text import Passage, Years, passages, sentences
from plans.documents.outline import Outline
from plans.documents.outline_marks import mark_of
from plans.documents.plan_titles import is_report
from plans.documents.quantities import QUANTITY, comparator_of, decimal_of
from plans.documents.signs import brackets, fold, split_outside, tidy

_PER_CENT = re.compile(r"百分之([一二三四五六七八九十百]+)")
_YEARLY = re.compile(r"每年|年均|逐年")
_FROM = re.compile(r"(?:由|从)(?:20\d\d年?(?:底|末)?的?|目前的?|现在的?|当前的?|原来的?)?$")
_DOUBLED = re.compile(r"翻[一两二三]?番|倍增")
_ANY_NUMBER = re.compile(r"\d")
# What is paid for something is a tariff and no goal: 每件奖励1万元, 给予最高50万元资助, 按2%给予补贴.
_MONEY = re.compile(r"元|%|‰")
_AWARD = re.compile(r"奖励|资助|补贴|补助|奖补|给予|罚款|扶持资金|贴息|减免|按[^,]{0,12}的$")
_UNTIL = re.compile(r"(?:到|至|截至)?(?:20\d\d|“?十[一二三四五]五”?末)")
_GOES_ON = re.compile(r"(?:比|较|同比|年均|每年|增长|增幅|以?年均)[^\u62e5\u6709]{0,8}$")
_NAME = 200  # as far as a name is looked for
_MOST = 1000
_LONGEST = 4000  # no sentence is longer
_ALIKE, _SAME, _EQUAL = 0.5, 0.7, 0.9


def goals_of(
    outline: Outline, tasks: list[Task], known: Sequence[Indicator], header: Header
) -> tuple[list[Indicator], list[Finding]]:
    """The goals that no table states, each once, with findings for what can be read in two ways or not at all."""
    if is_report(header.title):
        return [], []
    years = Years(header)
    found: list[tuple[Passage, Indicator]] = []
    findings: list[Finding] = []
    for passage in passages(outline, tasks):
        name = ""
        for sentence in sentences(_unnumbered(passage.text)):
            if len(sentence) > _LONGEST:
                continue
            years.note(fold(sentence), passage.group)
            for goal in _in_sentence(sentence, passage, years, findings):
                # 到2023年底，拥有量达到9000件；到2024年底，达到9800件: the second sentence goes on about the same.
                goal.name = goal.name or (name if _UNTIL.match(fold(sentence).strip()) else "")
                name = goal.name
                if not goal.name:
                    findings.append(
                        Finding(
                            passage.line,
                            "goal_without_name",
                            goal.raw,
                            "这里有数值，但看不出是什么指标，没有读入，请补录。",
                        )
                    )
                    continue
                _doubts(goal, findings)
                if len(found) < _MOST and not _said(goal, passage, known, found):
                    found.append((passage, goal))
    return [goal for _passage, goal in found], findings


def _unnumbered(text: str) -> str:
    mark = mark_of(text)
    return text[mark.length :] if mark else text


def _in_sentence(sentence: str, passage: Passage, years: Years, findings: list[Finding]) -> Iterator[Indicator]:
    folded = fold(sentence)
    hidden = _hidden(folded)
    if _DOUBLED.search(hidden):
        findings.append(
            Finding(
                passage.line, "goal_not_understood", tidy(sentence), "“翻番”没有写出数值，没有读入，请确认基期后补录。"
            )
        )
    clauses = split_outside(sentence, ",，;；。")
    name = ""
    for n, (start, clause) in enumerate(clauses):
        hits = [hit for hit in QUANTITY.finditer(hidden, start, start + len(clause)) if _counts(hidden, hit)]
        hits = [hit for hit in hits if not _FROM.search(hidden[start : hit.start()])]
        following = clauses[n + 1][1] if n + 1 < len(clauses) else ""
        dated = [(hit, years.of(hidden, hit.start(), hit.end(), passage)) for hit in hits]
        kept = [(hit, year) for hit, year in dated if year is not None]
        for goal in _in_clause(sentence, (start, start + len(clause)), kept, following):
            goal.line = passage.line
            # 融资额达到30亿元，较上年增长20%: the second clause goes on about the first one's.
            if not goal.name or (goal.measures_growth and _GOES_ON.match(goal.name)):
                goal.name = name or (
                    name_before(clauses[n - 1][1]) if n and not _ANY_NUMBER.search(clauses[n - 1][1]) else ""
                )
            name = goal.name
            yield goal


def _hidden(folded: str) -> str:
    """The sentence with the digits of titles and quotations struck out: they count nothing."""
    hidden = folded
    for start, end in [*brackets(folded, "《"), *brackets(folded, "“")]:
        until = end if end >= 0 else start + 1
        hidden = hidden[:start] + re.sub(r"\d", "□", hidden[start:until]) + hidden[until:]
    return hidden


def _counts(hidden: str, hit: re.Match[str]) -> bool:
    """Whether a number counts something: not 第5, not part of a name, a formula or a longer number."""
    before = hidden[hit.start("low") - 1] if hit.start("low") else ""
    if before in {"第", "+", ".", "/", "-", "×", "*", "G", "号"} or (before.isascii() and before.isalnum()):
        return False
    if _MONEY.search(hit["unit"]) and _AWARD.search(
        re.split(r"[。;]", hidden[: hit.start()])[-1][-60:] + hidden[hit.end() : hit.end() + 8]
    ):
        return False
    return hit["unit"] != "级" and not (
        hit["unit"] in {"位", "类", "组"} and hit["before"] is None and hit["after"] is None
    )


def _in_clause(
    sentence: str, span: tuple[int, int], hits: Sequence[tuple[re.Match[str], int]], following: str
) -> Iterator[Indicator]:
    if not hits:
        return
    raw = tidy(sentence[span[0] : span[1]])
    before = sentence[max(span[0], hits[0][0].start() - _NAME) : hits[0][0].start()]
    names = shared_names(before, len(hits)) if len(hits) > 1 and "分别" in before else []
    start = span[0]
    for n, (hit, year) in enumerate(hits):
        end = hits[n + 1][0].start() if n + 1 < len(hits) else span[1]
        lead = sentence[max(start, hit.start() - _NAME) : hit.start()]
        rest = sentence[hit.end() : min(end, hit.end() + _NAME)]
        grows = growth(lead, rest, hit["unit"])
        several = joint_names(lead) if not names else []
        for name in several or [
            names[n] if names else name_before(lead) if grows else goal_name(lead, rest, following)
        ]:
            yield _goal(name, hit, year, raw, grows)
        start = hit.end()


def _goal(name: str, hit: re.Match[str], year: int, raw: str, grows: bool) -> Indicator:
    upper = decimal_of(hit["high"]) if hit["high"] else None
    comparator = comparator_of(hit["before"], hit["after"], hit["more"] or hit["more_after"], upper)
    target = Target(year, comparator, decimal_of(hit["low"]), upper, tidy(hit[0]))
    return Indicator(name, hit["unit"], raw, "text", 0, targets=[target], measures_growth=grows)


def _doubts(goal: Indicator, findings: list[Finding]) -> None:
    if _YEARLY.search(goal.raw) and not goal.measures_growth:
        findings.append(
            Finding(goal.line, "ambiguous_basis", goal.raw, f"“{goal.name}”的数是每年的，还是期末的，请确认口径。")
        )
    elif goal.measures_growth:
        findings.append(Finding(goal.line, "ambiguous_basis", goal.raw, f"“{goal.name}”是相对增长，请确认基期和口径。"))


def _said(
    goal: Indicator, passage: Passage, known: Sequence[Indicator], found: Sequence[tuple[Passage, Indicator]]
) -> bool:
    """Whether a table, or an earlier sentence, has said the same; a schedule repeats its task's measures in part."""
    target = goal.targets[0]
    for other in known:
        alike = _ALIKE if goal.unit == other.unit or other.unit is None else _EQUAL
        if target.value in _numbers(other) and likeness(goal.name, other.name) >= alike:
            return True
    for where, other in found:
        if (
            other.unit != goal.unit
            or other.targets[0].year != target.year
            or (other.raw == goal.raw and where is passage)
        ):
            continue
        alike = likeness(goal.name, other.name)
        same = (other.targets[0].value, other.targets[0].upper) == (target.value, target.upper)
        scheduled = passage.kind == "milestone" and where.kind != "milestone" and where.group == passage.group
        if (same and alike >= _SAME) or (scheduled and (alike >= _ALIKE or (same and alike > 0.2))):
            return True
    return False


def _numbers(indicator: Indicator) -> set[Decimal]:
    """The numbers that restate a table's line: its targets, its whole-period goal, what is to be added."""
    values = {target.value for target in indicator.targets}
    if indicator.overall is not None:
        values.add(indicator.overall[1])
    return values | {target.value - base for target in indicator.targets for _year, base in indicator.baselines}
