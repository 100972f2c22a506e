"""A saved web page as blocks: paragraphs, headings, tables with their cells; scripts and navigation left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from plans.documents.blocks import Block, Row, Source
from plans.documents.recognise import refusal

DEEPEST = 200
_WIDEST, _MOST_ROWS = 60, 5000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# Elements that HTML closes by itself; a page that never closes them is no deeper for it.
_LOOSE = frozenset("p li td th tr tbody thead tfoot dt dd option colgroup".split())
_DROPPED = frozenset(
    "script style noscript template head nav footer aside button select option iframe svg textarea object".split()
)
_BLOCKS = frozenset(
    "address article blockquote body center dd div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header hr html li main ol p pre section "
    "table tbody td tfoot th thead tr ul form".split()
)
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_LAYOUT_CELL = 600


def html_blocks(text: str) -> Source:
    """The blocks of a page; `line` counts them as lines of the plain text. Raises `NotRead` for absurd nesting."""
    if _depth(text) > DEEPEST:
        raise refusal("html_too_deep")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        root = html.document_fromstring(
            text, parser=html.HTMLParser(recover=True, no_network=True, remove_comments=True, remove_pis=True)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return Source((), "")
    return numbered(_Walk().blocks(root))


def _depth(text: str) -> int:
    """How deep elements stand in one another, counted in one pass over the tags."""
    depth = deepest = 0
    for closing, name, empty in _TAG.findall(text):
        if name.lower() in _VOID or name.lower() in _LOOSE or empty:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


def numbered(blocks: Iterator[Block] | list[Block]) -> Source:
    """Blocks without lines of their own, numbered as lines of a plain text that is made of them; each row is a line."""
    found: list[Block] = []
    lines: list[str] = []
    for block in blocks:
        at = len(lines) + 1
        if block.rows:
            texts = [" ".join(" ".join(cell.split()) for cell in row) for row in block.rows]
            found.append(Block("", at, block.rows, row_lines=tuple(range(at, at + len(texts)))))
            lines += texts
        else:
            found.append(Block(block.text, at, heading=block.heading))
            lines.append(block.text)
    return Source(tuple(found), "\n".join(lines))


class _Walk:
    """Gathers text between block elements, in the order of the page."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._heading = 0
        self._found: list[Block] = []

    def blocks(self, root: html.HtmlElement) -> list[Block]:
        self._element(root)
        self._flush()
        return self._found

    def inside(self, cell: html.HtmlElement) -> list[Block]:
        """The blocks of a table's cell."""
        self._parts.append(cell.text or "")
        for child in cell:
            self._element(child)
            self._parts.append(child.tail or "")
        self._flush()
        return self._found

    def _element(self, element: html.HtmlElement) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or tag in _DROPPED or _hidden(element):
            return
        if tag == "br":
            self._flush()
            return
        if tag == "table" and not _is_layout(element):
            self._flush()
            rows = _rows(element)
            if rows:
                self._found.append(Block("", 0, rows))
            return
        outer = self._heading
        if tag in _BLOCKS:
            self._flush()
            self._heading = _HEADINGS.get(tag, outer)
        self._parts.append(element.text or "")
        for child in element:
            self._element(child)
            self._parts.append(child.tail or "")
        if tag in _BLOCKS:
            self._flush()
            self._heading = outer

    def _flush(self) -> None:
        text = _tidy("".join(self._parts))
        self._parts = []
        if text:
            self._found.append(Block(text, 0, heading=self._heading))


def _tidy(text: str) -> str:
    """White space as a browser shows it: runs of plain white space are one blank; a line break between Chinese signs is none."""
    text = re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])[\r\n]+[ \t]*(?=[\u3000-\u9fff\uff00-\uffef])", "", text)
    return re.sub(r"[ \t\r\n\f\v]+", " ", text).strip(" \xa0\u3000\u200b\ufeff")


def _hidden(element: html.HtmlElement) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    return "display:none" in style or element.get("hidden") is not None


def _is_layout(table: html.HtmlElement) -> bool:
    """Whether a table only places things: it holds another table, or a cell as long as a text, or one cell."""
    if table.find(".//table") is not None:
        return True
    cells = [cell for row in table.iter("tr") for cell in row if cell.tag in {"td", "th"}]
    return len(cells) < 2 or any(len(_cell_text(cell)) > _LAYOUT_CELL and len(cells) < 8 for cell in cells)


def _cell_text(cell: html.HtmlElement) -> str:
    return "\n".join(block.text for block in _Walk().inside(cell))


def _rows(table: html.HtmlElement) -> tuple[Row, ...]:
    """The rows with merged cells written into every place they cover."""
    grid: dict[tuple[int, int], str] = {}
    rows = list(table.iter("tr"))[:_MOST_ROWS]
    for r, row in enumerate(rows):
        c = 0
        for cell in (child for child in row if child.tag in {"td", "th"}):
            while (r, c) in grid:
                c += 1
            if c >= _WIDEST:
                break
            text = _cell_text(cell)
            for down in range(min(_span(cell, "rowspan"), len(rows) - r)):
                for right in range(min(_span(cell, "colspan"), _WIDEST - c)):
                    grid.setdefault((r + down, c + right), text)
    return filled(grid, len(rows))


def filled(grid: dict[tuple[int, int], str], height: int) -> tuple[Row, ...]:
    """A grid as rows of equal width, rows without any text left out."""
    width = max((c for _r, c in grid), default=-1) + 1
    rows = [tuple(grid.get((r, c), "") for c in range(width)) for r in range(height)]
    return tuple(row for row in rows if any(cell.strip() for cell in row))


def _span(cell: html.HtmlElement, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) < 5 else 1
