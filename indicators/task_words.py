"""Which tasks of a plan serve which of its indicators, as far as their words tell. Pure: texts in, words found out.

An indicator is looked for by its goal's own words, by its names, and by the key words that are left of a name without
what only counts (每万人, 新增 … 数量, 拥有量). Only the strongest kind of find is kept: where one task sets the very goal,
others that merely mention the matter are no proposals; what half the plan mentions tells nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plans.documents.signs import squeezed

MOST = 4
"""A kind of find that fits more tasks than this is too general to propose anything."""
SHORTEST_NAME, SHORTEST_KEY = 4, 4
_SIGNS = re.compile(r"[\s“”\"'‘’《》〈〉·]")
_COUNTING_HEAD = re.compile(
    r"^(?:每(?:万|亿|百|千)(?:人口?|户|元)?|万人口?|市场主体|主营业务收入|规模以上制造业|全[国省市区县州]|年度|当年|累计|新增|新建|新创建|"
    r"新培[育养]|新打造|引进|培育|培养|培训|扶持|开展|实施|完成|参与|有效|国内|普通|打造|成功|各类|国内外|申报)+"
)
_COUNTING_TAIL = re.compile(
    r"(?:年均|年度|累计|新增|总|年|的)*(?:拥有量|申请量|授权量|注册量|登记量|持有量|保有量|总量|数量|总数|总额|金额|产值|收入|人数|次数|家数|企业数|"
    r"单位数|登记数|登记|项目数|产品|项目|数|量|额|增幅|增长率?|增速|覆盖率|使用率|结案率|满意度|比例|比重|占比)$"
)
_EVERYWHERE = ("知识产权",)  # the field's own word tells nothing apart
_STRENGTH = ("goal", "title", "name", "key")


@dataclass(frozen=True)
class TaskText:
    """A task's title and everything else that it says."""

    key: int
    title: str
    text: str


@dataclass(frozen=True)
class Goal:
    """An indicator of the plan: its names, and the words of goals that the plan's text sets for it."""

    key: int
    names: tuple[str, ...]
    goals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Find:
    """A task that seems to serve an indicator: how it was found (`goal`, `title`, `name`, `key`) and by which words."""

    task: int
    goal: int
    how: str
    words: tuple[str, ...]


def finds(tasks: Iterable[TaskText], goals: Iterable[Goal]) -> list[Find]:
    """For each indicator the tasks of its strongest kind of find, in the plan's order."""
    read = [TaskText(task.key, bare(task.title), bare(task.title + "。" + task.text)) for task in tasks]
    return [find for goal in goals for find in _strongest(read, goal)]


def _strongest(tasks: list[TaskText], goal: Goal) -> list[Find]:
    names = _distinct(goal.names, SHORTEST_NAME)
    keys = {key for name in goal.names if (key := key_words(name))}
    found: Mapping[str, list[Find]] = {
        "goal": _found(tasks, goal, "goal", _distinct(goal.goals, 1), in_title=False),
        "title": _found(tasks, goal, "title", names | keys, in_title=True),
        "name": _found(tasks, goal, "name", names, in_title=False),
        "key": _found(tasks, goal, "key", keys, in_title=False),
    }
    for how in _STRENGTH:
        if 0 < len(found[how]) <= MOST:
            return found[how]
    return []


def _found(tasks: list[TaskText], goal: Goal, how: str, wanted: set[str], *, in_title: bool) -> list[Find]:
    rows = ((task, [word for word in wanted if word in (task.title if in_title else task.text)]) for task in tasks)
    return [Find(task.key, goal.key, how, _longest(words)) for task, words in rows if words]


def _longest(words: list[str]) -> tuple[str, ...]:
    """Words that are no part of another, longest first."""
    kept = [word for word in words if not any(word != other and word in other for other in words)]
    return tuple(sorted(kept, key=lambda word: (-len(word), word)))


def _distinct(names: Iterable[str], shortest: int) -> set[str]:
    return {name for name in map(bare, names) if len(name) >= shortest and name not in _EVERYWHERE}


def key_words(name: str) -> str:
    """What a name is about: 每万人口发明专利拥有量 → 发明专利; empty where nothing that tells is left."""
    words = bare(name)
    before = ""
    while before != words:
        before = words
        words = _COUNTING_TAIL.sub("", _COUNTING_HEAD.sub("", words))
    telling = words
    for word in _EVERYWHERE:
        telling = telling.replace(word, "")
    return words if len(words) >= SHORTEST_KEY and len(telling) >= 2 else ""


def bare(text: str) -> str:
    """The text without blanks and quotes, full-width letters narrowed."""
    return _SIGNS.sub("", squeezed(unicodedata.normalize("NFKC", text))).casefold()
