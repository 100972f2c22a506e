"""What a person should look at, gathered at the end from all that was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plans.documents.blocks import Block, Finding
from plans.documents.results import Reading


def of(reading: Reading, body: Sequence[Block]) -> list[Finding]:
    """Findings about the reading as a whole."""
    return list(_gaps(reading))


def _gaps(reading: Reading) -> Iterator[Finding]:
    if reading.header.title is None:
        yield Finding(1, "title_not_found", "", "没有认出规划的标题，请手工填写。")
    if reading.header.period is None:
        yield Finding(1, "period_not_found", "", "没有认出规划期（起止年份），请手工填写。")
    if reading.header.region_code is None:
        yield Finding(1, "region_not_found", "", "没有认出适用的行政区划，请手工选择。")
    if not reading.tasks and not reading.indicators:
        yield Finding(1, "nothing_understood", "", "没有读出任务和指标，请确认这是规划正文，且文字可以选中复制。")
