"""The explained terms at a document's end: 1.专利导航:指在宏观决策…"""

from __future__ import annotations

import re
from collections.abc import Sequence

from plans.documents.blocks import Block, Term
from plans.documents.outline_marks import mark_of
from plans.documents.signs import fold, split_outside, squeezed

_HEADING = re.compile(r"(?:附件?\d*:?)?(?:主要|有关|部分)?(?:名词|术语|名词术语)(?:解释|注释|说明|释义)")
_BULLET = re.compile(r"[\[(【]?\d{1,3}[\])】]\s*")


def glossary_of(blocks: Sequence[Block]) -> list[Term]:
    """The entries after the heading 名词解释, up to the first paragraph that is none."""
    start = next((n for n, block in enumerate(blocks) if _HEADING.fullmatch(_plain(block.text))), None)
    if start is None:
        return []
    found: list[Term] = []
    numbered = False
    for block in blocks[start + 1 :]:
        term = None if block.rows else _term(block)
        if term is None:
            if found:
                break
            continue
        if found and numbered and not _is_numbered(block.text):
            break
        numbered = numbered or _is_numbered(block.text)
        found.append(term)
    return found


def _plain(text: str) -> str:
    mark = mark_of(text)
    return squeezed(text[mark.length :] if mark else text).rstrip(":")


def _is_numbered(text: str) -> bool:
    return mark_of(text) is not None or _BULLET.match(fold(text)) is not None


def _term(block: Block) -> Term | None:
    mark = mark_of(block.text) or None
    bullet = _BULLET.match(fold(block.text))
    text = block.text[mark.length if mark else bullet.end() if bullet else 0 :].strip()
    parts = split_outside(text, ":")
    if len(parts) > 1 and len(parts[0][1]) <= 40:
        term, definition = parts[0][1].strip(), text[len(parts[0][1]) + 1 :].strip()
    else:
        spoken = re.match(r"(.{2,30}?)[,，]?(?=(?:是|即)?指)", text)
        if spoken is None or not (mark or bullet):
            return None
        term, definition = spoken[1].strip(), text[spoken.end() :].lstrip("，,").strip()
    if not definition:
        return None
    return Term(_unquoted(term), definition.rstrip("。").strip(), block.line)


def _unquoted(term: str) -> str:
    inner = term[1:-1]
    return (
        inner
        if term.startswith(("“", "《")) and term.endswith(("”", "》")) and not set(inner) & set("“”《》")
        else term
    )
