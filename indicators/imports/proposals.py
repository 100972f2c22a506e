"""What a printed target most likely means: kind of quantity, direction, basis, how its unit converts. People decide."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from plans.documents.signs import fold

_RATE = re.compile(r"率|占比|比重|比例|覆盖面|培训面|增幅|增速|程度$")
_SCORE = re.compile(r"满意度|指数|评分|得分|分值")
_STOCK = re.compile(r"拥有量|保有量|有效|总数|总量|存量|每万|每亿|人均|队伍|网点|在孵|面积")
_NOT_STOCK = re.compile(r"新增|新建|新培|累计|申请总量|登记总量|授权总量")
_FLOW = re.compile(
    r"新增|新建|新培|培育|培训|引进|引育|落户|新认定|授权|申请|登记|质押|融资|成交|交易|转让|许可|转化|签约|立项|举办|开展|实施|"
    r"制定|参赛|办理|查处|结案|产值|收入|贷款|金额|扶持|托管|导航|累计|认证|贯标|嵌入|申报|编写|完成"
)
_DOING = re.compile(r"新增|新建|培育|培训|引进|引育|扶持|打造|编写|申报|创建|举办|开展|实施|支持|落户")
_DOWN = re.compile(r"侵权率|投诉|发案|纠纷|周期|时限|死亡|能耗|下降|降低|压缩")
_YEARLY = re.compile(r"每年|逐年|各年|年度|年登记|年均(?!增)|当年")
_WHOLE = re.compile(r"累计|总量|总数")
_GIVEN_YEARLY = re.compile(r"产值|收入|金额|登记量|申请量|授权量|贷款|成交额|登记数|数量$")
_POWERS = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10_000, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_POWER = re.compile(r"(十|百万|千万|百|千|万|亿)(?=.)")


@dataclass(frozen=True)
class Proposal:
    """A basis, why (one of `REASONS`' codes), and whether a person has to say so."""

    basis: str
    reason: str
    ambiguous: bool = False


def quantity_of(name: str, unit: str | None, raw: str = "") -> str:
    """时点数, 时期数, 增速/占比 or 评分, by the wording of the name and, where that says nothing, of the clause."""
    if _SCORE.search(name) or unit == "分":
        return "score"
    if unit in {"%", "％", "‰"} or _RATE.search(name):
        return "rate"
    if _STOCK.search(name) and not _NOT_STOCK.search(name):
        return "stock"
    return "flow" if _FLOW.search(name) or _DOING.search(raw) else "stock"


def direction_of(name: str, comparators: set[str]) -> str:
    """逆向 where less is better, 区间 where every target is a range of a rate, else 正向."""
    return "down" if _DOWN.search(name) or comparators & {"<", "<="} else "up"


def basis_of(data: Mapping[str, Any], quantity: str, years: tuple[int, int] | None) -> Proposal:
    """The basis of a line with its targets, overall goal and baselines, as `ImportItem.data` has them."""
    said = fold(f"{data['name']} {data['raw']}")
    if data["measures_growth"]:
        return _growth(data, said)
    if quantity != "flow":
        return Proposal("level", "stock", ambiguous=quantity == "stock" and _repeats(data))
    if years is not None and years[0] == years[1]:
        return Proposal("year", "one_year")
    if len(data["targets"]) > 1:
        return _several(data)
    if data["baselines"]:
        whole = bool(_WHOLE.search(said))
        return Proposal("cumulative" if whole else "year", "from_baseline", ambiguous=not whole and "年度" not in said)
    if _YEARLY.search(said):
        return Proposal("year", "yearly")
    if _GIVEN_YEARLY.search(data["name"]) and not re.search(r"新增|新建|培育", said):
        return Proposal("year", "yearly_by_custom", ambiguous=True)
    return Proposal("cumulative", "single")


def _growth(data: Mapping[str, Any], said: str) -> Proposal:
    average = "年均" in said
    if len(data["targets"]) > 1 or data["baselines"]:
        return Proposal("growth", "growth_by_year", ambiguous=average)
    return Proposal("average_growth", "average_growth", ambiguous=True) if average else Proposal("growth", "growth")


def _several(data: Mapping[str, Any]) -> Proposal:
    values = [Decimal(target["value"]) for target in data["targets"]]
    overall = Decimal(data["overall"]["value"]) if data["overall"] else None
    if overall is not None and sum(values) == overall and all(values):
        return Proposal("year", "sums_up")
    rising = all(left < right for left, right in itertools.pairwise(values))
    if overall is not None and values[-1] == overall:
        return Proposal("cumulative", "ends_at_whole", ambiguous=not rising or not values[0])
    return Proposal("cumulative" if rising else "year", "by_shape", ambiguous=True)


def _repeats(data: Mapping[str, Any]) -> bool:
    """1, 1, 3: a stock that stands still and then jumps may have been meant as what is added."""
    values = [Decimal(target["value"]) for target in data["targets"]]
    return len(values) > 2 and any(left >= right for left, right in itertools.pairwise(values))


def unit_factor(printed: str | None, catalogue: str) -> int | None:
    """How many of the catalogue's units one printed unit is; None where they do not convert, or not into whole ones."""
    if not printed or _tidy(printed) == _tidy(catalogue):
        return 1
    left, right = _split(printed), _split(catalogue)
    if left[1] != right[1] or left[0] % right[0]:
        return None
    return left[0] // right[0]


def _tidy(unit: str) -> str:
    return fold(unit).strip().removesuffix("人民币")


def _split(unit: str) -> tuple[int, str]:
    found = _POWER.match(_tidy(unit))
    return (_POWERS[found[1]], _tidy(unit)[found.end() :]) if found else (1, _tidy(unit))
