"""A PDF with text as blocks: wrapped lines put together, page numbers and running heads dropped, tables that go over pages joined.

The file is opened in a child process with limits; this module sees lines and tables only.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipdash.core.children import ChildEnded, output_of
from plans.documents.blocks import Block, Row, Source
from plans.documents.outline_marks import mark_of
from plans.documents.read_html import numbered
from plans.documents.recognise import refusal
from plans.documents.signs import fold, squeezed

SECONDS = 10.0
MEMORY = 512 * 1024 * 1024
_MODULE = "plans.documents.pdf_child"
_ENDED = {"took_too_long": "pdf_took_too_long", "too_much_memory": "pdf_took_too_long", "reader_died": "pdf_broken"}
_PAGE_NUMBER = re.compile(r"[-—–·]\s*\d{1,3}\s*[-—–·]|第\s?\d{1,3}\s?页.{0,10}|\d{1,3}\s?(?:/|共)\s?\d{1,3}\s?页?")
_CID = re.compile(r"\(cid:\d+\)")
_MARGIN = 0.12  # of the page's height, where heads and feet stand
_END = tuple("。;:!?")


@dataclass(frozen=True)
class _Line:
    text: str
    x0: float
    x1: float
    size: float


def pdf_blocks(content: bytes, seconds: float = SECONDS, memory: int = MEMORY) -> Source:
    """The blocks of a PDF; `line` counts them as lines of the plain text. Raises `NotRead`."""
    answer = _asked(content, seconds, memory)
    if "refused" in answer:
        raise refusal(answer["refused"])
    pages: list[dict[str, Any]] = answer["pages"]
    text = "".join(line["text"] for page in pages for line in page["lines"])
    if len(_CID.findall(text)) * 20 > len(text):
        raise refusal("pdf_unreadable")
    return numbered(list(_blocks(pages)))


def _asked(content: bytes, seconds: float, memory: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="ipdash-plan-") as folder:
        path = Path(folder) / "plan.pdf"
        path.write_bytes(content)
        request = {"path": str(path), "workspace": folder, "memory": memory, "seconds": seconds}
        try:
            answer = json.loads(output_of(request, folder, seconds, ("-m", _MODULE)))
        except ChildEnded as ended:
            raise refusal(_ENDED[ended.reason]) from None
    if "result" not in answer:
        raise refusal("pdf_broken")
    result: dict[str, Any] = answer["result"]
    return result


def _blocks(pages: Sequence[dict[str, Any]]) -> Iterator[Block]:
    """Paragraphs and tables in order."""
    furniture, offset = _furniture(pages), _numbered_from(pages)
    items = _joined_tables(
        [
            item
            for n, page in enumerate(pages)
            for item in _items(page, furniture, None if offset is None else str(n + offset))
        ]
    )
    lines = [item for item in items if isinstance(item, _Line)]
    left, right = _margins(lines)
    body = Counter(round(line.size) for line in lines for _sign in line.text).most_common(1)
    size = float(body[0][0]) if body else 0.0
    open_line: _Line | None = None
    text = ""
    for item in items:
        if open_line is not None and isinstance(item, _Line) and _continues(open_line, text, item, (left, right)):
            text, open_line = text + _glue(text, item.text) + item.text, item
            continue
        if open_line is not None:
            yield Block(text, 0, heading=int(open_line.size > 1.2 * size and len(text) < 60))
        if isinstance(item, _Line):
            open_line, text = item, item.text
        else:
            open_line = None
            yield Block("", 0, item)
    if open_line is not None:
        yield Block(text, 0)


def _items(page: dict[str, Any], furniture: frozenset[str], number: str | None) -> list[_Line | tuple[Row, ...]]:
    """The page's lines and tables from top to bottom, without its head and foot; `number` is the bare number it carries."""
    found: list[tuple[float, _Line | tuple[Row, ...]]] = []
    for line in page["lines"]:
        text = fold(line["text"])
        if _at_edge(page, line) and (
            _PAGE_NUMBER.fullmatch(text) or text == number or _shape(line["text"]) in furniture
        ):
            continue
        found.append((line["top"], _Line(line["text"], line["x0"], line["x1"], line["size"])))
    for table in page["tables"]:
        rows = tuple(tuple(cell.strip() for cell in row) for row in table["rows"])
        rows = tuple(row for row in rows if any(row))
        if rows and len(rows[0]) > 1:
            found.append((table["top"], rows))
        else:
            found += [
                (table["top"], _Line(line, 0, 0, 0)) for row in rows for line in row[0].split("\n") if line.strip()
            ]
    return [item for _top, item in sorted(found, key=lambda pair: pair[0])]


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", squeezed(text))


def _furniture(pages: Sequence[dict[str, Any]]) -> frozenset[str]:
    """What stands at the head or foot of a third of the pages, and at least of three, but for its numbers."""
    seen = Counter(
        shape for page in pages for shape in {_shape(line["text"]) for line in page["lines"] if _at_edge(page, line)}
    )
    return frozenset(shape for shape, count in seen.items() if shape != "0" and count >= max(3, len(pages) // 3))


def _numbered_from(pages: Sequence[dict[str, Any]]) -> int | None:
    """The bare number the first page carries, where most pages carry theirs; a bare number alone may be a cell."""
    offsets = Counter(
        int(line["text"]) - n
        for n, page in enumerate(pages)
        for line in page["lines"]
        if _at_edge(page, line) and line["text"].isascii() and line["text"].isdigit() and len(line["text"]) < 4
    )
    offset, count = offsets.most_common(1)[0] if offsets else (0, 0)
    return offset if count > 1 and count * 2 > len(pages) else None


def _at_edge(page: dict[str, Any], line: dict[str, Any]) -> bool:
    top, bottom = line["top"], line["bottom"]
    return bool(top < page["height"] * _MARGIN or bottom > page["height"] * (1 - _MARGIN))


def _margins(lines: Sequence[_Line]) -> tuple[float, float]:
    """Where full lines begin and end: the commonest left edge, and the right edge most lines reach."""
    if not lines:
        return 0.0, 0.0
    long = [line for line in lines if len(line.text) > 15] or list(lines)
    left = Counter(round(line.x0) for line in long).most_common(1)[0][0]
    indents = sorted(round(line.x0) for line in long)
    left = min(left, indents[len(indents) // 10])
    right = Counter(round(line.x1 / 4) * 4 for line in long).most_common(1)[0][0]
    return float(left), float(right)


def _continues(last: _Line, text: str, line: _Line, margins: tuple[float, float]) -> bool:
    """Whether a line goes on with the paragraph: the one before is full, and this one is not indented."""
    left, right = margins
    if abs(last.size - line.size) > 1 or last.x1 < right - 2.2 * last.size:
        return False
    if line.x0 > left + 1.2 * line.size:
        return False
    return not (mark_of(line.text) is not None and fold(text).endswith(_END))


def _glue(left: str, right: str) -> str:
    return " " if left[-1:].isascii() and left[-1:].isalnum() and right[:1].isascii() and right[:1].isalnum() else ""


def _joined_tables(items: Sequence[_Line | tuple[Row, ...]]) -> list[_Line | tuple[Row, ...]]:
    """Tables that a page break has cut: the next page's begins right after it and has as many columns."""
    found: list[_Line | tuple[Row, ...]] = []
    for item in items:
        before = found[-1] if found else None
        if isinstance(item, tuple) and isinstance(before, tuple) and len(item[0]) == len(before[0]):
            rows = item[1:] if tuple(map(squeezed, item[0])) == tuple(map(squeezed, before[0])) else item
            found[-1] = _with_rest(before, rows)
        else:
            found.append(item)
    return found


def _with_rest(before: tuple[Row, ...], rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """A first row that has no number and no name of its own is the rest of the row above the break."""
    if rows and not rows[0][0] and sum(bool(cell) for cell in rows[0]) < len(rows[0]) and before[-1][0]:
        last = tuple(upper + ("\n" if upper and lower else "") + lower for upper, lower in zip(before[-1], rows[0], strict=True))  # fmt: skip
        return (*before[:-1], last, *rows[1:])
    return (*before, *rows)
