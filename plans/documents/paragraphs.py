"""Lines put together again where a page or a line wrap has cut a paragraph; the table of contents left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from plans.documents.blocks import Block
from plans.documents.outline_marks import mark_of
from plans.documents.signs import date_in, fold, open_bracket

_ENDS = tuple('。;:!?.…”"')
_LABEL = re.compile(r"(?:牵头|责任|配合|执行|主办|协办|落实|实施)(?:单位|部门|处室|领导)?:")
_PAGE = re.compile(r"[-—–\s]*\d{1,3}[-—–\s]*")
_DOTS = re.compile(r"(?:[.…·]{2,}|\s{2,}|\s)\s*[-(]?\d{1,3}[)-]?$")
_BULLET = ("—", "–", "-", "•", "●", "*", "■", "◆", "·")
_LONG = 18
_LOOK = 2000


def joined(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Paragraphs: a line that cannot be the end of one takes the next line that cannot begin one."""
    width = _wrap_width(blocks)
    found: list[Block] = []
    for block in blocks:
        if _page_number(block):
            continue
        last = found[-1] if found else None
        if last is not None and _continues(last, block, width):
            found[-1] = last.joined(_glue(last.text, block.text) + block.text)
        else:
            found.append(block)
    return tuple(found)


def _page_number(block: Block) -> bool:
    """A page's number between dashes; a bare number may be a cell."""
    return not block.rows and bool(_PAGE.fullmatch(block.text)) and block.text[0] in "-—–" and block.text[-1] in "-—–" \
        and any(char.isdigit() for char in block.text)  # fmt: skip


def _glue(left: str, right: str) -> str:
    return " " if left[-1:].isascii() and left[-1:].isalnum() and right[:1].isascii() and right[:1].isalnum() else ""


def _wrap_width(blocks: Sequence[Block]) -> int:
    """The width the text is wrapped at; 0 where it is not."""
    lengths = Counter(len(block.text) for block in blocks if len(block.text) >= _LONG and not block.rows)
    total = sum(lengths.values())
    if total < 12:
        return 0
    width, _count = max(lengths.items(), key=lambda pair: (pair[1], pair[0]))
    near = sum(count for length, count in lengths.items() if abs(length - width) <= 1)
    return width if near * 5 >= total * 2 and max(lengths) <= width + 3 else 0


def _continues(last: Block, block: Block, width: int) -> bool:
    if last.rows or block.rows or last.heading or block.heading or len(last.text) > 10 * _LOOK:
        return False
    left, right = fold(last.text[-_LOOK:]), fold(block.text[:_LOOK])
    if right.startswith(_BULLET) or mark_of(block.text) or date_in(right[:12]):
        return False
    if open_bracket(_tail(left), "(〔[【"):
        return _LABEL.search(_tail(left)) is not None or not left.endswith(_ENDS)
    if left.endswith(_ENDS) or _LABEL.match(right) or right[0] in "(〔[【《":
        return False
    if left.endswith(("、", ",")) and len(left) >= _LONG:
        return True
    if width and len(last.text.rpartition("\n")[2]) >= width - 1:
        return True
    if left.endswith((")", "〕", "]", "】")):
        return False
    return "。" in left and len(left) >= _LONG and len(right) >= 4


def _tail(folded: str) -> str:
    return folded[-400:]


def without_contents(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Without 目录 and its lines: those up to the place where its first entry is printed again, or that end in a page number."""
    for n, block in enumerate(blocks):
        if "".join(block.text.split()) not in {"目录", "目次"}:
            continue
        entries = [entry_text(later.text) for later in blocks[n + 1 :]]
        first = entries[0] if entries else ""
        again = next((k for k, entry in enumerate(entries) if k and entry == first), None)
        if again is None:
            again = next((k for k, later in enumerate(blocks[n + 1 :]) if not _DOTS.search(fold(later.text))), 0)
        return (*blocks[:n], *blocks[n + 1 + again :])
    return tuple(blocks)


def entry_text(text: str) -> str:
    """A heading without the dots and page number of a table of contents, without blanks."""
    return "".join(_DOTS.sub("", fold(text)).rstrip(".…· ").split())
