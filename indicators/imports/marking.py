"""The source text with what was read of it marked, so that a reading can be followed to its place and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """Something that was read: its item, the line it stands in, and wordings under which it may stand there."""

    item: int
    line: int
    wordings: tuple[str, ...]


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
    by_line: dict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_line[mark.line].append(mark)
    return [
        SourceLine(number, tuple(_segments(line.strip(), by_line.get(number, []))))
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    ]


def _segments(line: str, marks: list[Mark]) -> Iterator[Segment]:
    spans: list[tuple[int, int, int]] = []
    unplaced: int | None = None
    for mark in marks:
        span = _place(line, mark, spans)
        if span is not None:
            spans.append((*span, mark.item))
        elif unplaced is None:
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
