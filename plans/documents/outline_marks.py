"""How headings are numbered: 第一章, 一、, (一), 1., (1), ①, 专栏1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from plans.documents.signs import CN, fold

_LONGEST = 40  # a number takes no more of a line
_N = f"[{CN}百]+"
# From the outermost to the innermost; a box (专栏) stands beside them.
KINDS = ("part", "chapter", "node", "cn", "paren", "num", "numparen", "circle")
_PATTERNS = (
    ("part", re.compile(rf"(第(?:{_N}|\d+)(?:部分|篇|编))[\s:、]*")),
    ("chapter", re.compile(rf"(第(?:{_N}|\d+)章)[\s:、]*")),
    ("node", re.compile(rf"(第(?:{_N}|\d+)节)[\s:、]*")),
    ("box", re.compile(rf"[【\[]?(专栏\s?(?:{_N}|\d+))[\s:、.】\]]*")),
    ("paren", re.compile(rf"(\({_N}\))\s*[、.]?\s*")),
    ("cn", re.compile(rf"({_N})\s?[、.]\s*")),
    ("num", re.compile(r"(\d{1,3})\s?[.、](?!\d)\s*")),
    ("numparen", re.compile(r"(\(\d{1,3}\)|\d{1,2}\))\s*[、.]?\s*")),
    ("circle", re.compile(r"([①-⑳])\s*")),
)


@dataclass(frozen=True)
class Mark:
    """`printed` is the number as printed without 、 and dot; `bare` without 第…章 and brackets; `length` what it takes of the line."""

    kind: str
    printed: str
    bare: str
    length: int


def mark_of(text: str) -> Mark | None:
    """The numbering a line begins with, None where it begins with none."""
    lead = len(text) - len(text.lstrip())
    return _mark(text[lead : lead + _LONGEST], lead)


@lru_cache(maxsize=8192)
def _mark(text: str, lead: int) -> Mark | None:
    folded = fold(text)
    for kind, pattern in _PATTERNS:
        found = pattern.match(folded)
        if found:
            printed = "".join(text[found.start(1) : found.end(1)].split())
            return Mark(kind, printed, _bare(kind, printed), lead + found.end())
    return None


def _bare(kind: str, printed: str) -> str:
    if kind in {"part", "chapter", "node"}:
        return re.sub(r"^第|部分$|[篇编章节]$", "", printed)
    return printed.strip("()（）")
