"""Who answers for a task: the brackets and lines that name units, taken apart into roles and single units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from plans.documents.signs import brackets, fold, split_outside
from plans.documents.unit_names import looks_like_unit, unit_names

LEAD, RESPONSIBLE, EXECUTING, COOPERATING, OFFICE = "lead", "responsible", "executing", "cooperating", "office"
_ROLES = (
    (OFFICE, re.compile(r"(?:责任|承办|主办|牵头|负责)(?:处室|科室)")),
    (LEAD, re.compile(r"(?:总?牵头|主办|主要责任|第一责任)(?:负责)?(?:单位|部门|市直单位)?|牵头和责任(?:单位|部门)")),
    (EXECUTING, re.compile(r"(?:执行|实施|组织实施)(?:单位|部门|主体)?")),
    (COOPERATING, re.compile(r"(?:配合|协办|协同|协助|参与|参加|支持)(?:责任)?(?:单位|部门|处室|科室)?")),
    (
        RESPONSIBLE,
        re.compile(r"(?:共同|主体)?(?:责任|负责|落实|承办|承担|分工)(?:单位|部门|主体)?|责任分工|职责分工|任务分工"),
    ),
)
_LABEL = re.compile(
    r"(?:第一|主要|主体|共同|总)?(?:牵头|主办|责任|负责|落实|承办|承担|执行|实施|组织实施|配合|协办|协同|协助|参与|参加|支持|任务分工|责任分工|职责分工|分工)"
    r"(?:负责|责任|和责任)?(?:单位|部门|主体|处室|科室)?(?:及分工)?\s*:"
)
# What a bracket says besides units: left out with its text.
_OTHER = re.compile(
    r"(?:完成时[限间]|时[限间]要求|完成期限|时限|时间(?:节点|安排)?|进度(?:安排)?|责任(?:领导|人)|牵头领导|联系人|备注|工作目标)\s*:"
)
_VERB = re.compile(
    r"(?P<lead>(?:共同)?(?:牵头|主办(?!公))(?:负责|落实|实施|组织实施)?|会同(?=.*(?:负责|落实|实施)))"
    r"|(?P<cooperating>(?:积极|密切|协同|共同)?(?:配合|协办(?!公)|参与|协助|参加)(?:落实|实施)?)"
    r"|(?P<responsible>(?<=[府局委会厅办院位门])落实(?=$|[;,。])|(?:依|按|按照|根据)?(?:各自)?(?:职责|职能|任务)?(?:分工)?(?:分别|共同|具体)?(?:负责)(?:落实|实施|推进)?|按(?:各自)?职责(?:分工)?(?:落实|实施))"
)
_FIRST_LEADS = re.compile(r"(?:排|列|位|居|放)(?:名)?(?:在|于)?(?:第一位|首位|第一个?|最前)[^。]{0,16}牵头")
_BARE_LINE = re.compile(
    r"(?:^|(?<=[。;\s]))(?=(?:牵头|责任|配合|执行|实施|落实|主办|承办|协办|参与|参加)(?:单位|部门|处室)\s*:)"
)
_OF_A_LEVEL = re.compile(r"国家|省|市|自治区|区|县|州|各|有关|相关")
# A name that can be nothing but a body, whatever it begins with; and what begins a list of examples instead.
_BODY = re.compile(r"(?:局|委|厅|办|政府|管委会|法院|检察院|支行|分行|海关|委员会|办公室|办事处|党工委)$")
_EXAMPLES = re.compile(r"含|包括|如|例如|原|即|不含|以下简称|简称|由")
_TIDY = " 。.;；,，、:："


@dataclass(frozen=True)
class Bracket:
    """Where a list of units stands in a paragraph; `closed` is false where the bracket has no end."""

    start: int
    end: int
    content: str
    closed: bool = True


@lru_cache(maxsize=1024)
def find_brackets(text: str) -> tuple[Bracket, ...]:
    """The brackets of a paragraph that name responsible units, and such a list without a bracket at its end."""
    folded = fold(text)
    found = list(_in_brackets(text, folded))
    rest = found[-1].end if found else 0
    bare = _BARE_LINE.search(folded, rest)
    if bare and "。" not in folded[bare.end() :].rstrip("。 "):
        found.append(Bracket(bare.start(), len(text), text[bare.start() :]))
    return tuple(found)


def _in_brackets(text: str, folded: str) -> Iterator[Bracket]:
    for start, end in brackets(folded, "(〔[【"):
        closed = end >= 0
        content = text[start + 1 : end] if closed else text[start + 1 :]
        if names_units(content):
            yield Bracket(start, end + 1 if closed else len(text), content, closed)


def names_units(content: str) -> bool:
    """Whether what stands in a bracket says which units answer."""
    folded = fold(content).strip(_TIDY)
    if _LABEL.match(folded):
        return True
    if len(folded) < 4 or "。" in folded:
        return False
    if re.search(r"(?:(?:负责|牵头|配合|参与|协助|分工)(?:落实|实施|推进)?|[府局委会厅办院位门]落实)$", folded):
        return any(looks_like_unit(name) for _role, name in parsed(content))
    parts = [part.strip() for _n, part in split_outside(folded, "、,;")]
    if len(parts) < 2 or _EXAMPLES.match(folded) or not all(looks_like_unit(part) for part in parts):
        return False
    return all(_OF_A_LEVEL.match(part) or _BODY.search(part) for part in parts)


def without_brackets(text: str) -> str:
    """The paragraph without the brackets that name units."""
    for bracket in reversed(find_brackets(text)):
        text = text[: bracket.start] + text[bracket.end :]
    return text


def first_unit_leads(text: str) -> bool:
    """Whether the document says once for all that the unit named first leads."""
    return _FIRST_LEADS.search(fold(text)) is not None


def parsed(content: str) -> list[tuple[str, str]]:
    """(role, unit as printed) in order, from what stands in a bracket or on a line of its own."""
    folded = fold(content)
    labels = sorted([*_LABEL.finditer(folded), *_OTHER.finditer(folded)], key=lambda found: found.start())
    if not labels:
        return _by_verbs(content)
    pairs: list[tuple[str, str]] = []
    for label, following in zip_longest(labels, labels[1:]):
        if label.re is _OTHER:
            continue
        text = content[label.end() : following.start() if following else len(content)]
        role = role_of(label[0].rstrip(": ")) or RESPONSIBLE
        by_verbs = _by_verbs(text) if _VERB.search(fold(text)) else []
        pairs += by_verbs or [(role, name) for name in unit_names(text)]
    return pairs


def role_of(label: str) -> str | None:
    """The role a column or label names: 牵头单位 → lead; None for a label that names none."""
    label = "".join(fold(label).split())
    return next((role for role, pattern in _ROLES if pattern.fullmatch(label)), None)


def _by_verbs(content: str) -> list[tuple[str, str]]:
    """X牵头、Y按职责分工负责: the units before each verb have its role; a list without verbs is responsible."""
    folded = fold(content)
    pairs: list[tuple[str, str]] = []
    start = 0
    met = False
    for verb in _VERB.finditer(folded):
        names = unit_names(re.sub(r"^\s*由", "", content[start : verb.start()].strip(_TIDY)))
        role = str(verb.lastgroup)
        if met and verb["responsible"] and folded[:start].endswith("会同"):
            role = COOPERATING
        pairs += [(role, name) for name in names]
        start, met = verb.end(), True
    rest = content[start:].strip(_TIDY)
    if rest and not met:
        pairs += [(RESPONSIBLE, name) for name in unit_names(rest)]
    return pairs
