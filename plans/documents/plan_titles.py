"""The plan's own title: apart from the notice that issues it, on one line or several."""

from __future__ import annotations

import re
from collections.abc import Sequence

from plans.documents.blocks import Block
from plans.documents.outline_marks import mark_of
from plans.documents.places import ORGAN
from plans.documents.signs import fold, squeezed

_KINDS = r"(?:规划纲要|规划|行动计划|推进计划|工作计划|计划|实施方案|工作方案|行动方案|分工方案|方案|实施意见|若干意见|指导意见|意见|纲要|工作要点|要点|若干措施|措施|决定|实施办法|办法|任务分工表?|任务分解表?|分工表?|分解表|任务书|任务表|推进表|安排表|计划表|台账|清单)"
_TITLE = re.compile(rf".*{_KINDS}(?:任务分工表?|任务分解表?)?\s?(?:\([^()]{{2,20}}\))?")
_NOTICE = re.compile(r"(.{0,60}?)关于(?:印发|转发|下发|发布|公布)(.+?)的通知")
_DOC_NUMBER_LEAD = re.compile(r"^[\u4e00-\u9fff]{2,12}[〔\[【(]\d{4}[〕\]】)]\d+号\s?")
_NOT_TITLE = ("。", ":", ">", ";", "附件", "索引号", "http", "印发给", "关于公开征求", "_", "|")
_YEARS_BELOW = re.compile(r"\(\s?20\d\d\s?年?\s?[-—–~至到]{1,2}\s?20\d\d\s?年?\s?\)")
# A document that tells what was done.
_REPORT = re.compile(r"(?:总结|报告|公报|状况|白皮书|情况|年报|进展|回顾|解读|统计数据|大事记)(?:\([^()]{1,20}\))?$")
_YEAR_FIRST = re.compile(r"20\d\d\s?年")
_BOTH = re.compile(
    r"(中共[\u4e00-\u9fff]{2,20}(?:办公厅|办公室|委员会|委))\s+([\u4e00-\u9fff]{2,20}人民政府(?:办公厅|办公室)?)\s?印发"
)
_HEAD = 60


def title_of(blocks: Sequence[Block]) -> tuple[str, int, int] | None:
    """The title, its line and the index of the block after it; None where none can be told."""
    head = list(blocks[: _first_heading(blocks)])
    named, notice_at = _in_notice(head)
    singles = [(n, 1, _clean(block.text)) for n, block in enumerate(head) if not block.rows and _is_title(block.text)]
    if named is not None:
        for n in range(len(head)):
            for count in (3, 2, 1):
                joined = "".join(_clean(block.text) for block in head[n : n + count])
                if n > notice_at and squeezed(joined) == squeezed(named):
                    return joined, head[n].line, n + len(head[n : n + count])
        later = [_with_years(head, *single) for single in singles if single[0] > notice_at]
        if later:
            return _with_lines_before(head, *later[-1])
        return named, head[notice_at].line, notice_at + 1
    if singles:
        return _with_lines_before(head, *_with_years(head, *singles[-1]))
    return _any_heading(head)


def _first_heading(blocks: Sequence[Block]) -> int:
    """Where the outline begins: the first numbered heading after which no title line stands any more."""
    marks = [
        n
        for n, block in enumerate(blocks)
        if not block.rows and (mark := mark_of(block.text)) and mark.kind in {"part", "chapter", "cn", "paren"}
    ]
    first = marks[0] if marks else len(blocks)
    # A notice with numbered paragraphs of its own stands before the plan.
    named, _at = _in_notice(blocks[:first])
    for n in range(first + 1, min(len(blocks), first + _HEAD)):
        if named is not None and not blocks[n].rows and squeezed(_clean(blocks[n].text)) == squeezed(named):
            return next((mark for mark in marks if mark > n), len(blocks))
    return first


def _in_notice(head: Sequence[Block]) -> tuple[str | None, int]:
    """The title a notice issues, from its heading, which may stand on several lines; -1 where there is no notice."""
    for n in range(len(head)):
        for count in (1, 2, 3):
            lines = head[n : n + count]
            joined = "".join(block.text for block in lines)
            found = _NOTICE.search(fold(joined)) if len(joined) < 160 else None
            carries_out = found is not None and (
                "《" in found[1] or re.search(r"贯彻|根据|按照|落实", joined[: found.start(2)]) is not None
            )
            if found and not carries_out and "。" not in joined and "关于" in fold(lines[0].text):
                return joined[found.start(2) : found.end(2)].strip().strip("《》"), n + count - 1
    return None, -1


def _clean(text: str) -> str:
    text = _DOC_NUMBER_LEAD.sub("", text.strip())
    return text[1:-1] if text.startswith("《") and text.endswith("》") and text.count("《") == 1 else text


def _is_title(text: str) -> bool:
    folded = fold(_clean(text)).strip()
    if not 5 <= len(folded) <= 90 or any(sign in folded for sign in _NOT_TITLE) or folded.endswith("通知"):
        return False
    return bool(_TITLE.fullmatch(folded)) and not folded.startswith(("(", "首页", "当前", "您"))


def _with_years(head: Sequence[Block], n: int, count: int, title: str) -> tuple[int, int, str]:
    """A title whose years stand in brackets on the next line."""
    following = head[n + 1].text.strip() if n + 1 < len(head) else ""
    if _YEARS_BELOW.fullmatch(fold(following)):
        return n, count + 1, title + following
    return n, count, title


def _with_lines_before(head: Sequence[Block], n: int, count: int, title: str) -> tuple[str, int, int]:
    """A title that begins on the line before: the body's name, or the place the title has not."""
    line, after = head[n].line, n + count
    while n > 0 and not head[n - 1].rows and head[n - 1].line == line - 1 and len(title) < 90:
        before = head[n - 1].text.strip()
        begins = title.startswith(("关于", "贯彻", "“", "的")) or len(title) < 8 or _YEAR_FIRST.match(title) is not None
        organ = (
            ORGAN.fullmatch(fold(before)) is not None or re.fullmatch(r"[\u4e00-\u9fff“”]{2,30}", before) is not None
        )
        if not begins or not organ or before.startswith(("附件", "正在")):
            break
        title, n, line = before + title, n - 1, head[n - 1].line
    return title, line, after


def _any_heading(head: Sequence[Block]) -> tuple[str, int, int] | None:
    """A notice that is the plan itself, or a heading the markup marks as one."""
    for n, block in enumerate(head):
        folded = fold(_clean(block.text))
        if (
            not block.rows
            and "。" not in folded
            and 8 <= len(folded) <= 90
            and re.search(r"关于.{4,60}(?:通知|意见)$", folded)
        ):
            return _clean(block.text), block.line, n + 1
    marked = next((n for n, block in enumerate(head) if block.heading or _names_report(block)), None)
    return None if marked is None else (head[marked].text, head[marked].line, marked + 1)


def _names_report(block: Block) -> bool:
    return not block.rows and len(block.text) <= 40 and "。" not in block.text and is_report(block.text)


def is_report(title: str | None) -> bool:
    """Whether a title says that the document tells what was done, and plans nothing."""
    return _REPORT.search(fold(title or "")) is not None


def notice_issuer(blocks: Sequence[Block], title: str | None) -> tuple[str, int] | None:
    """The body a notice's heading, or the title itself, begins with."""
    for n, block in enumerate(blocks):
        joined = block.text + (blocks[n + 1].text if n + 1 < len(blocks) else "")
        found = _NOTICE.match(fold(joined).strip())
        if found and found[1] and ORGAN.fullmatch(found[1].strip("《 ")):
            return found[1].strip("《 "), block.line
    for block in blocks:
        both = _BOTH.match(fold(block.text).strip())
        if both:
            return f"{both[1]}、{both[2]}", block.line
    found = re.match(r"(.{3,40}?)(?:关于|20\d\d\s?年)", fold(title or ""))
    if found and ORGAN.fullmatch(found[1]):
        return (title or "")[: found.end(1)], next((b.line for b in blocks if found[1] in fold(b.text)), 0)
    return None
