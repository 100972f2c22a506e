"""Paragraphs as an outline: numbered headings at whatever level the document begins, with what stands under each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from plans.documents.assignments import without_brackets
from plans.documents.blocks import Block, Item
from plans.documents.outline_marks import KINDS, Mark, mark_of
from plans.documents.signs import date_in, fold, squeezed
from plans.documents.titles import title_and_body

HEADINGS = frozenset({"part", "chapter", "node", "cn", "paren"})
_TAIL = re.compile(
    r"附件\d*[:.]?|附表\d*[:.]?|附录|名词解释.{0,6}|(?:主要|有关)?名词(?:术语)?解释|抄送|编\s*辑|责任编辑|扫一扫|扫描|相关(?:链接|文章|阅读|解读)|上一篇|下一篇|"
    r"版权所有|主办单位|分享到|打印本页|【?打印|本文(?:链接|关键词)|草案解读|政策解读|留下脚印|-?\s*个人简介|网站地图|解读[:]"
)
_SIGNED = re.compile(r"[\u4e00-\u9fff、 ]{3,40}(?:政府|局|办公室|委员会|厅|委|小组|部|办公厅|公室)")
_APPENDIX = re.compile(r"附(?:件|表)\s?\d*\s?[:.]?")


@dataclass
class Outline:
    """`preamble` stands before the first heading, `tail` after the text has ended (signature, appendices, page furniture)."""

    items: list[Item] = field(default_factory=list)
    preamble: list[Block] = field(default_factory=list)
    tail: list[Block] = field(default_factory=list)


def outline_of(blocks: Sequence[Block]) -> Outline:
    """The outline of a document's blocks from its title on."""
    outline = Outline()
    levels = _levels(blocks)
    ended = False
    for n, block in enumerate(blocks):
        mark = None if block.rows else mark_of(block.text)
        if mark is not None and mark.kind not in levels:
            mark = None
        if outline.items and not ended:
            ended = mark is None and _is_end(block, blocks[n + 1] if n + 1 < len(blocks) else None)
        elif ended and mark is not None and _APPENDIX.fullmatch(_before(blocks, n)):
            ended = False
        if ended:
            outline.tail.append(block)
        elif mark is not None and (mark.kind in HEADINGS or mark.kind == "box" or outline.items):
            _add(outline, block, mark, levels)
        elif outline.items:
            outline.items[-1].paragraphs.append(block)
        else:
            outline.preamble.append(block)
    return outline


def _before(blocks: Sequence[Block], n: int) -> str:
    """The nearest line before that is an appendix heading, within two lines."""
    return next(
        (
            squeezed(block.text)
            for block in reversed(blocks[max(0, n - 2) : n])
            if _APPENDIX.fullmatch(squeezed(block.text))
        ),
        "",
    )


def _levels(blocks: Sequence[Block]) -> dict[str, int]:
    """The level of each kind of number the document uses; boxes stand below the outermost one."""
    used = {mark.kind for block in blocks if not block.rows and (mark := mark_of(block.text))}
    ranked = [kind for kind in KINDS if kind in used]
    levels = {kind: n + 1 for n, kind in enumerate(ranked)}
    return levels | {"box": 2 if any(kind in HEADINGS for kind in ranked) else 1}


def _is_end(block: Block, following: Block | None) -> bool:
    folded = fold(block.text).strip()
    if not folded:
        return False
    if _TAIL.match(folded) and len(folded) < 60:
        return True
    if following is None or following.rows:
        return False
    day = date_in(following.text)
    return bool(_SIGNED.fullmatch(folded)) and day is not None and len(following.text.strip()) < 20


def _add(outline: Outline, block: Block, mark: Mark, levels: dict[str, int]) -> None:
    level = levels[mark.kind]
    parent = _parent(outline, level, mark)
    title, body = title_and_body(without_brackets(block.text[mark.length :]).strip())
    printed = mark.printed
    outline.items.append(
        Item(
            mark=mark.kind, number=printed, title=title, body=body, line=block.line, level=level,
            path=(*(parent.path if parent else ()), printed), paragraphs=[block], parent=parent,
        )
    )  # fmt: skip
    if parent is not None:
        parent.has_children = True


def _parent(outline: Outline, level: int, mark: Mark) -> Item | None:
    """The open heading of the next outer level; a box hangs below the outermost heading, and nothing but numbers below a box.

    A (二) after a box goes on with the (一) before it.
    """
    kind = mark.kind
    for item in reversed(outline.items):
        if item.mark == kind:
            return item.parent
        if item.mark == "box":
            if kind in {"num", "numparen", "circle"} or (kind == "paren" and mark.bare == "一"):
                return item
            continue
        if item.level < level and (kind != "box" or item.level == 1):
            return item
        if item.level == 1:
            return None
    return None
