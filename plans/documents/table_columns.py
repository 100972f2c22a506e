"""What the columns of an indicator table are, from their headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from plans.documents.signs import squeezed

_KINDS = (
    ("seq", re.compile(r"序号?|编号|No\.?|号")),
    ("attribute", re.compile(r"(?:指标)?(?:属性|性质|类型)")),
    ("unit", re.compile(r"(?:计量|指标)?单位(?:\(.*\))?")),
    ("role", re.compile(r"(?:第一|主要)?(?:牵头|责任|负责|配合|实施|主办|填报)(?:单位|部门|处室)?.{0,6}")),
    ("requirement", re.compile(r"(?:指标|目标|国家|基本)?要求")),
    ("increase", re.compile(r".*(?:累计增|增加值|累计增长|增量|累计新增|增长值|较.*增).*|\[?累计\]?(?:值|数|量)?")),
    ("average", re.compile(r".*年均(?:增长|增速|增幅|增加)?.*|.*(?:增长率|增速|增幅).*")),
    ("category", re.compile(r"(?:指标)?(?:类别|分类|类)|一级指标|领域|维度|方面|板块|指标体系")),
    (
        "name",
        re.compile(r".{0,14}(?:指标)(?:名称|内容|项|项目)?(?:\(.*\))?|名称|项目名称|[二三]级指标|具体指标|目标名称"),
    ),
    ("note", re.compile(r"备注|说明|数据来源|来源|指标解释|计算方法|解释")),
    (
        "overall",
        re.compile(r"(?:总体?|期末|规划|预期|最终|“?[十一二三四五]*五”?(?:末|期末|时期)?)?目标(?:值|数)?|目标任务"),
    ),
    ("baseline", re.compile(r"(?:基期|现状|基准|基础|基数|当前|现有)(?:值|数|水平)?")),
)
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
MISPRINT = re.compile(r"(?<!\d)(\d{3}|2\d{4})年")
# The line above a table is none of its columns.
_CAPTION = re.compile(r"[“\"]?(?:专栏|附?表|图|附件)\s?[\d一二三四五六七八九十]|附件|.*(?:指标体系|主要指标)表$")
_BASE = re.compile(r"基期|现状|实际|完成|基数|基准|基础|实现|已达")
_GOAL = re.compile(r"目标|预期|规划|力争|达到|计划")


@dataclass(frozen=True)
class Column:
    """`kind` is one of the names above or `year`; `side` is `baseline`, `target` or "" where the heading does not say;
    `misprint` the printed year that is none."""

    kind: str
    year: int | None = None
    side: str = ""
    misprint: str = ""


@lru_cache(maxsize=4096)
def column_of(heading: str) -> Column | None:
    """The column of a heading, None for a heading that is none."""
    text = squeezed(heading)
    if not text or len(text) > 30 or _CAPTION.match(text):
        return None
    year = YEAR.search(text)
    growth = re.search(r"增加值|累计|增长|增幅|增速|年均", text)
    if year and not (growth and not re.fullmatch(r"\D*\d{4}年?(?:目标值?|累计)?", text)):
        return Column("year", int(year[1]), _side(text))
    misprint = MISPRINT.search(text)
    if misprint and not growth:
        return Column("year", None, _side(text), misprint[1])
    kind = next((name for name, pattern in _KINDS if pattern.fullmatch(text)), None)
    return Column(kind) if kind else None


def _side(text: str) -> str:
    if _GOAL.search(text):
        return "target"
    return "baseline" if _BASE.search(text) else ""


def is_indicator_head(columns: Sequence[Column | None]) -> bool:
    """Whether columns are those of an indicator table: a name and at least one column of values."""
    kinds = [column.kind for column in columns if column]
    return "name" in kinds and any(kind in {"year", "overall"} for kind in kinds)


def years_settled(columns: Sequence[Column | None], last: int | None) -> list[Column | None]:
    """Misprinted years replaced where one year alone can be meant: the plan's last whose digits contain the printed ones."""
    settled = list(columns)
    known = [column.year for column in columns if column and column.year]
    for n, column in enumerate(columns):
        if column is None or not column.misprint or last is None or last in known:
            continue
        if _could_be(column.misprint, str(last)):
            settled[n] = Column("year", last, column.side, column.misprint)
    return settled


def _could_be(printed: str, meant: str) -> bool:
    shorter, longer = sorted((printed, meant), key=len)
    return any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))
