"""What a person should look at, gathered at the end from all that was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from plans.documents.blocks import Block, Finding
from plans.documents.indicator_tables import indicator_table
from plans.documents.outline_marks import mark_of
from plans.documents.plan_titles import is_report
from plans.documents.quantities import cell_quantity
from plans.documents.results import Reading
from plans.documents.signs import tidy
from plans.documents.task_tables import task_head

MOST_OF_A_KIND = 200
_CELLS = 12  # so many short lines, a quarter of them numbers, are no accident


def of(reading: Reading, body: Sequence[Block]) -> list[Finding]:
    """Findings about the reading as a whole."""
    return [*_gaps(reading), *_tables(body)]


def limited(found: Sequence[Finding]) -> list[Finding]:
    """The findings by line; of one kind no more than anybody reads, and how many more there are."""
    counts = Counter(finding.code for finding in found)
    kept: list[Finding] = []
    seen: Counter[str] = Counter()
    for finding in sorted(found, key=lambda one: one.line):
        seen[finding.code] += 1
        if seen[finding.code] <= MOST_OF_A_KIND:
            kept.append(finding)
        elif seen[finding.code] == MOST_OF_A_KIND + 1:
            more = counts[finding.code] - MOST_OF_A_KIND
            kept.append(
                Finding(finding.line, finding.code, finding.text, f"从这里起还有 {more} 处同样的问题，没有逐一列出。")
            )
    return kept


def _tables(body: Sequence[Block]) -> Iterator[Finding]:
    """Tables that hold neither indicators nor tasks, and what looks like the cells of one that nobody put together."""
    for block in body:
        if len(block.rows) > 1 and indicator_table(block) is None and task_head(block) is None:
            message = "这张表既不像指标表，也不像任务表，没有读入，请对照原文补录。"
            yield Finding(block.line, "table_not_understood", tidy(block.text_of(0))[:80], message)
    for is_cell, blocks in groupby(body, _like_cell):
        cells = list(blocks)
        if is_cell and len(cells) >= _CELLS and sum(_numeric(cell) for cell in cells) * 4 >= len(cells):
            message = "这几行像是一张被拆散的表，没能还原，没有读入，请对照原文补录。"
            yield Finding(cells[0].line, "table_not_understood", tidy(" ".join(c.text for c in cells))[:80], message)


def _like_cell(block: Block) -> bool:
    mark = mark_of(block.text) if not block.rows else None
    heading = mark is not None and mark.kind not in {"num", "numparen", "circle"}
    return not (block.rows or heading) and len(block.text) <= 20 and not block.text.endswith(("。", "：", ":"))


def _numeric(block: Block) -> bool:
    return cell_quantity(block.text) is not None


def _gaps(reading: Reading) -> Iterator[Finding]:
    if reading.header.title is None:
        yield Finding(1, "title_not_found", "", "没有认出规划的标题，请手工填写。")
    if is_report(reading.header.title):
        yield Finding(
            reading.header.at.get("title", 1),
            "not_a_plan",
            reading.header.title or "",
            "标题说明这是总结、报告一类的文件，写的是已经发生的事，正文中的数没有读作目标。",
        )
    elif reading.header.period is None:
        yield Finding(1, "period_not_found", "", "没有认出规划期（起止年份），请手工填写。")
    if reading.header.region_code is None:
        yield Finding(1, "region_not_found", "", "没有认出适用的行政区划，请手工选择。")
    if not reading.tasks and not reading.indicators:
        yield Finding(1, "nothing_understood", "", "没有读出任务和指标，请确认这是规划正文，且文字可以选中复制。")
