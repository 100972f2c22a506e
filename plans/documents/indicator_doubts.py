"""What an indicator table leaves open: sums that do not agree, units that differ, and numbers that can be counted in two ways."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from plans.documents.blocks import Finding, Indicator
from plans.documents.quantities import Quantity

# A quantity of a stretch of time, and words that say of which.
_FLOW = re.compile(
    r"(?:登记|申请|授权|注册|成交|交易|许可|转让|质押|融资|办理|立案|培训)[^，,]{0,6}(?:量|数|额|件数)$|^(?:新增|培育|建设|扶持|引进)"
)
_SAID = re.compile(r"年|累计|拥有|有效|存量|总量|总数|总额|总产值|每万|人均|比重|占比|率$")
_PER_CENT = frozenset({"%", "‰"})


def doubts(indicator: Indicator, quantities: Sequence[Quantity], units: Sequence[str]) -> Iterator[Finding]:
    """The findings about one row that was read."""
    yield from _increase(indicator)
    if any(unit != indicator.unit for unit in units):
        message = f"“{indicator.name}”各格的单位不一致，请核对。"
        yield Finding(indicator.line, "units_differ", indicator.raw, message)
    question = _basis(indicator, any(quantity.bracketed for quantity in quantities))
    if question:
        yield Finding(indicator.line, "ambiguous_basis", indicator.raw, question)


def _increase(indicator: Indicator) -> Iterator[Finding]:
    """The printed increase is the last target less one of the baselines."""
    if indicator.increase is None or not indicator.targets or not indicator.baselines:
        return
    goal = indicator.targets[-1].value
    differences: list[Decimal] = [goal - value for _year, value in indicator.baselines]
    if indicator.increase not in differences:
        printed = "、".join(format(difference, "f") for difference in differences)
        message = f"“{indicator.name}”印出的累计增加值 {indicator.increase} 与目标减基期（{printed}）不符，请核对。"
        yield Finding(indicator.line, "increase_mismatch", indicator.raw, message)


def _basis(indicator: Indicator, bracketed: bool) -> str | None:
    """The question to ask where a row can be counted in two ways; None where the print leaves none open."""
    name, values = indicator.name, [target.value for target in indicator.targets]
    if bracketed:
        return f"“{name}”的数写在括号里，一般指五年累计，请确认口径。"
    if not values:
        return None
    if indicator.measures_growth:
        if len(values) > 1 or not indicator.baselines:
            return f"“{name}”是增长率，没有写明与哪一年比：是每年比上年，还是规划期年均，请确认口径和基期。"
        return None
    printed = "、".join(target.raw for target in indicator.targets)
    if len(values) > 1 and indicator.unit not in _PER_CENT and not _SAID.search(name):
        overall = indicator.overall[1] if indicator.overall else None
        repeated = any(later <= earlier for earlier, later in pairwise(values))
        if repeated and (overall is None or overall == values[-1]):
            return f"“{name}”各年印的是{printed}：是每年当年的数，还是累计到年底的数，请确认口径。"
        if overall is not None and overall not in (values[-1], sum(values)):
            return f"“{name}”各年印的是{printed}，总目标 {overall} 既不是末年的数，也不是各年之和，请确认口径。"
    if len(values) == 1 and _FLOW.search(name) and not _SAID.search(name) and indicator.unit not in _PER_CENT:
        return f"“{name}”没有写明是当年数还是累计数，请确认口径。"
    return None
