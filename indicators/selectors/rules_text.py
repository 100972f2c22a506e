"""The rules in the users' words (`docs/rules.md`) as blocks for a page: headings, paragraphs, lists, worked examples.

The document keeps to the little Markdown that is read here; a line in any other form is a mistake of its writer and
raises `ValueError`, so that nothing of it is lost on the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from django.conf import settings

FENCE = "```"
_HEADING = re.compile(r"(#{1,3}) (\S.*)")
_ITEM = re.compile(r"(?:-|\d+\.) (\S.*)")
_INLINE = re.compile(r"\*\*(.+?)\*\*|`(.+?)`")


@dataclass(frozen=True)
class Run:
    """A stretch of text; `kind` is `text`, `strong` or `code`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Block:
    """`kind`: `h1`…`h3`, `p`, `ul`, `ol` or `example`. `fields` are an example's lines as (name, content)."""

    kind: str
    runs: list[Run] = field(default_factory=list)
    items: list[list[Run]] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    name: str = ""
    anchor: str = ""


def document() -> Path:
    """Where the rules are written down."""
    return Path(settings.BASE_DIR) / "docs" / "rules.md"


@lru_cache(maxsize=1)
def rules() -> tuple[Block, ...]:
    """The whole document."""
    return tuple(blocks(document().read_text(encoding="utf-8")))


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a document in their order."""
    for number, part in enumerate(re.split(r"\n{2,}", text.strip())):
        lines = part.splitlines()
        if lines[0].startswith(FENCE):
            yield _example(lines)
        elif heading := _HEADING.fullmatch(lines[0]):
            if len(lines) > 1:
                raise ValueError(f"a heading stands alone: {lines[0]}")
            yield Block(f"h{len(heading[1])}", runs(heading[2]), anchor=f"r{number}")
        elif _ITEM.fullmatch(lines[0]):
            yield Block("ul" if lines[0].startswith("-") else "ol", items=[_item(line) for line in lines])
        elif len(lines) == 1 and not lines[0].startswith(("#", "|", ">", " ")):
            yield Block("p", runs(lines[0]))
        else:
            raise ValueError(f"not a form that the page knows: {lines[0]}")


def _item(line: str) -> list[Run]:
    found = _ITEM.fullmatch(line)
    if found is None:
        raise ValueError(f"not an item: {line}")
    return runs(found[1])


def _example(lines: list[str]) -> Block:
    if lines[-1] != FENCE:
        raise ValueError(f"an example that does not end: {lines[0]}")
    fields = []
    for line in lines[1:-1]:
        name, colon, content = line.partition("：")
        if not colon:
            raise ValueError(f"an example's line without a name: {line}")
        fields.append((name, content))
    return Block("example", fields=fields, name=lines[0].removeprefix(FENCE))


def runs(text: str) -> list[Run]:
    """Text with its emphasised and its verbatim stretches."""
    found, end = [], 0
    for match in _INLINE.finditer(text):
        found.append(Run("text", text[end : match.start()]))
        found.append(Run("strong", match[1]) if match[1] else Run("code", match[2]))
        end = match.end()
    return [run for run in [*found, Run("text", text[end:])] if run.text]
