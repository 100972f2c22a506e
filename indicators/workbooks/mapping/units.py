"""Units as printed (万件, 亿元, %, 件/万人) and the exact factor from one to another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from indicators.workbooks.mapping.words import REMEMBERED, folded

_SCALES = {
    "": 1, "十": 10, "百": 10**2, "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8,
    "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12,
}  # fmt: skip
_BASES = (
    "人次 人民币元 美元 欧元 平方米 平方公里 公里 公顷 百分点 个百分点 件次 件 个 家 项 户 人 名 次 起 宗 所 套 期 单 枚 张 分 元 % ‰ "
    "笔 种 台 吨 亩 天 年 岁 倍 位 条 篇 部 部次 批 场 座 处 只 组 支 项次 例 门 课时 米 kg km"
).split()
_UNIT = re.compile(
    rf"({'|'.join(sorted(_SCALES, key=len, reverse=True))})({'|'.join(sorted(_BASES, key=len, reverse=True))})(/.{{1,8}})?"
)
# Words that count the same things: 3 项 is 3 件, but 3 元 is not.
_SAME = (
    frozenset("件项个宗起笔单枚例次"),
    frozenset("家户所个"),
    frozenset("人名位"),
    frozenset("期次场批"),
    frozenset("个处座所"),
)
_LINE = re.compile(
    r"(?<![报表制位责管送持主属])(?:计量)?单位[:：]([^()（）\[\]]+)|^[(（]([^()（）:：]{1,12})[)）]$|^unit[:：]?(.+)$",
    re.I,
)
_SPLIT = re.compile(r"[、,，;；或和]|/(?=[万亿]?[元%人])")


@dataclass(frozen=True)
class Unit:
    """A unit taken apart: 万件 is 10⁴ × 件; `per` is what it is counted against (/万人)."""

    scale: Decimal
    base: str
    per: str = ""

    @property
    def counts(self) -> bool:
        """A plain counting word, which needs not be printed for a figure to be clear."""
        return self.scale == 1 and any(self.base in group for group in _SAME)


@lru_cache(REMEMBERED)
def read_unit(text: str) -> Unit | None:
    """The unit a text is, `None` where it is anything else."""
    found = _UNIT.fullmatch(folded(text))
    if found is None:
        return None
    base = {"人民币元": "元", "个百分点": "百分点"}.get(found[2], found[2])
    return Unit(Decimal(_SCALES[found[1] or ""]), base, found[3] or "")


@lru_cache(REMEMBERED)
def units_of_line(text: str) -> list[str]:
    """The units a line above a table names (单位：万件、%), else nothing."""
    found = _LINE.search(folded(text))
    if found is None:
        return []
    names = [part for part in _SPLIT.split(next(group for group in found.groups() if group)) if part]
    return names if names and all(read_unit(name) for name in names) else []


@lru_cache(REMEMBERED)
def unit_within(text: str) -> tuple[str, str]:
    """(the text without it, unit) for a unit in brackets or behind a stroke: 授权量（件） → (授权量, 件)."""
    plain = folded(text)
    for found in re.finditer(r"[(\[【]([^()\[\]【】]{1,14})[)\]】]", plain):
        inner = re.sub(r"^(?:计量)?单位[:：]", "", found[1])
        if read_unit(inner):
            return plain[: found.start()] + plain[found.end() :], inner
    found_behind = re.search(r"[,，/:：]([^,，/:：]{1,6})$", plain)
    if found_behind and found_behind.start() > 0 and read_unit(found_behind[1]):
        return plain[: found_behind.start()], found_behind[1]
    return plain, ""


@lru_cache(REMEMBERED)
def factor_between(printed: str, wanted: str) -> Decimal | None:
    """What a value in the printed unit is multiplied by to be in the wanted one; `None` where they measure other things."""
    if folded(printed) == folded(wanted):
        return Decimal(1)
    one, other = read_unit(printed), read_unit(wanted)
    if one is None or other is None:
        return None
    same = one.base == other.base or any(one.base in group and other.base in group for group in _SAME)
    if not same or (other.per and one.per != other.per):
        return None
    return one.scale / other.scale
