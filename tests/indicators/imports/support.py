"""Documents to import, and people who import them."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from plans.models import PlanImport
from plans.services.imports import receive_plan
from plans.services.reading import read_plan

PLANS = settings.BASE_DIR / "fixtures" / "plans"

SMALL = """璧山区知识产权强企行动方案（2026—2028年）

为贯彻落实《知识产权强国建设纲要（2021—2035年）》，制定本方案。

一、工作目标
到2028年，全区培育知识产权强企60家。

二、重点任务
（一）培育企业
1.开展强企认定。建立认定办法。（牵头单位：区市场监管局；责任单位：区科技局、区数据局）
2.加强金融支持。推广质押融资。（牵头单位：区财政局）

三、主要指标

| 序号 | 指标 | 单位 | 2026年 | 2027年 | 2028年 |
|---|---|---|---|---|---|
| 1 | 每万人口发明专利拥有量 | 件 | 26 | 27 | 28 |
| 2 | 知识产权托管企业 | 家 | 30 | 30 | 100 |

璧山区人民政府办公室
2026年1月15日
"""


def text_of(slug: str) -> str:
    return (PLANS / f"{slug}.txt").read_text(encoding="utf-8")


def draft_of(actor: Any, text: str = SMALL, name: str = "方案.txt") -> PlanImport:
    """A document received as this person's draft."""
    received = receive_plan(actor, read_plan(text.encode(), name), name)
    assert received.draft is not None
    return received.draft
