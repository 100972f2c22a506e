"""The source text with what was read of it marked, so that a reading can be followed to its place and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_FURTHER = 4


@dataclass(frozen=True)
class Mark:
    """Something that was read: its item, the line it begins in, and wordings under which it may stand there.

    `whole`: where no wording is found, the whole line is marked.
    """

    item: int
    line: int
    wordings: tuple[str, ...]
    whole: bool = True


@dataclass(frozen=True)
class Segment:
    """A stretch of a line; `item` is what was read there."""

    text: str
    item: int | None = None


@dataclass(frozen=True)
class SourceLine:
    """A line that is not empty, counted from 1, cut where marks begin and end."""

    number: int
    segments: tuple[Segment, ...]


def marked(text: str, marks: Iterable[Mark]) -> list[SourceLine]:
    """The text's lines with the marks; what is not found word for word marks its whole line."""
    lines = [line.strip() for line in text.split("\n")]
    by_line: dict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_line[_line_of(mark, lines)].append(mark)
    return [
        SourceLine(number, tuple(_segments(line, by_line.get(number, []))))
        for number, line in enumerate(lines, start=1)
        if line
    ]


def _line_of(mark: Mark, lines: list[str]) -> int:
    """The line in which the first wording stands: of a paragraph that a page broke in several, perhaps a later one."""
    for number in range(mark.line, min(mark.line + _FURTHER, len(lines)) + 1):
        if mark.wordings and mark.wordings[0] and mark.wordings[0] in lines[number - 1]:
            return number
    return mark.line


def _segments(line: str, marks: list[Mark]) -> Iterator[Segment]:
    spans: list[tuple[int, int, int]] = []
    unplaced: int | None = None
    for mark in marks:
        span = _place(line, mark, spans)
        if span is not None:
            spans.append((*span, mark.item))
        elif unplaced is None and mark.whole:
            unplaced = mark.item
    if not spans:
        yield Segment(line, unplaced)
        return
    at = 0
    for start, end, item in sorted(spans):
        if start > at:
            yield Segment(line[at:start])
        yield Segment(line[start:end], item)
        at = end
    if at < len(line):
        yield Segment(line[at:])


def _place(line: str, mark: Mark, taken: list[tuple[int, int, int]]) -> tuple[int, int] | None:
    """Where the first wording stands that no other mark has."""
    for wording in mark.wordings:
        start = line.find(wording) if wording else -1
        while start >= 0:
            end = start + len(wording)
            if not any(start < other_end and other_start < end for other_start, other_end, _item in taken):
                return start, end
            start = line.find(wording, start + 1)
    return None
