"""A Word document as blocks: the text as it reads with 修订 accepted, tables with their cells, automatic numbers written out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from plans.documents.blocks import Block, Row, Source
from plans.documents.docx_numbers import Numbers
from plans.documents.read_html import filled, numbered
from plans.documents.recognise import refusal

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
PARTS, UNPACKED_BYTES, RATIO, RATIO_FROM = 2000, 64 * 1024 * 1024, 200, 1024 * 1024
# Text that a revision has taken out, and what is no text of the document.
_DROPPED = frozenset(
    W + name
    for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "footnoteReference", "sectPr", "tblPr")
)
_WIDEST, _DEEPEST = 60, 12


def docx_blocks(content: bytes) -> Source:
    """The blocks of a document; `line` counts them as lines of the plain text. Raises `NotRead`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check(package)
            document = fromstring(package.read("word/document.xml"), forbid_dtd=True)
            numbering = (
                fromstring(package.read("word/numbering.xml"), forbid_dtd=True)
                if "word/numbering.xml" in package.namelist()
                else None
            )
            styles = (
                fromstring(package.read("word/styles.xml"), forbid_dtd=True)
                if "word/styles.xml" in package.namelist()
                else None
            )
    except (zipfile.BadZipFile, ParseError, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise refusal("docx_unsafe" if isinstance(error, DefusedXmlException) else "not_a_zip") from error
    body = document.find(W + "body")
    if body is None:
        raise refusal("docx_without_text")
    return numbered(_Body(Numbers(numbering, styles)).blocks(body, 0))


def _check(package: zipfile.ZipFile) -> None:
    """Sizes as declared; `zipfile` itself stops at a declared size and checks the sum."""
    parts = package.infolist()
    names = [part.filename.casefold() for part in parts]
    unsafe = (
        len(parts) > PARTS
        or len(set(names)) != len(names)
        or sum(part.file_size for part in parts) > UNPACKED_BYTES
        or any(part.file_size > RATIO_FROM and part.file_size > part.compress_size * RATIO for part in parts)
        or any(part.flag_bits & 0x1 for part in parts)
    )
    if unsafe:
        raise refusal("docx_unsafe")


class _Body:
    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    def blocks(self, parent: Element, depth: int) -> Iterator[Block]:
        """Paragraphs and tables in order; inside content controls and inserted paragraphs too."""
        for element in parent:
            if element.tag == W + "p":
                yield from self._paragraph(element, depth)
            elif element.tag == W + "tbl" and depth < _DEEPEST:
                rows = self._rows(element, depth)
                if rows:
                    yield from _table(rows)
            elif (
                element.tag in {W + "sdt", W + "sdtContent", W + "ins", W + "moveTo", W + "customXml", W + "smartTag"}
                and depth < _DEEPEST
            ):
                yield from self.blocks(element, depth + 1)

    def _paragraph(self, paragraph: Element, depth: int) -> Iterator[Block]:
        heading = self._numbers.heading(paragraph)
        number = self._numbers.of(paragraph)
        for n, line in enumerate(_text(paragraph).split("\n")):
            text = line.strip(" \xa0\u3000\t")
            if text:
                yield Block((number if n == 0 else "") + text, 0, heading=heading)
        for box in _boxes(paragraph):
            if depth < _DEEPEST:
                yield from self.blocks(box, depth + 1)

    def _rows(self, table: Element, depth: int) -> tuple[Row, ...]:
        """The rows with merged cells written into every place they cover; cells are walked one by one."""
        grid: dict[tuple[int, int], str] = {}
        rows = [row for row in _direct(table, W + "tr") if not _taken_out(row)]
        for r, row in enumerate(rows):
            c = 0
            for cell in _direct(row, W + "tc"):
                properties = cell.find(W + "tcPr")
                merge = None if properties is None else properties.find(W + "vMerge")
                text = "\n".join(block.text or _flat(block) for block in self.blocks(cell, depth + 1))
                if merge is not None and merge.get(W + "val", "continue") != "restart":
                    text = grid.get((r - 1, c), "")
                for _right in range(min(_span(properties), _WIDEST - c)):
                    grid[r, c] = text
                    c += 1
        return filled(grid, len(rows))


def _table(rows: tuple[Row, ...]) -> Iterator[Block]:
    """A table; one of a single cell is a frame around its paragraphs (专栏)."""
    if all(len(row) == 1 for row in rows):
        for row in rows:
            yield from (Block(line, 0) for line in row[0].split("\n") if line.strip())
    else:
        yield Block("", 0, rows)


def _flat(block: Block) -> str:
    return " ".join(cell for row in block.rows for cell in row)


def _direct(parent: Element, tag: str) -> Iterator[Element]:
    """Children of a kind, also inside content controls."""
    for element in parent:
        if element.tag == tag:
            yield element
        elif element.tag in {W + "sdt", W + "sdtContent", W + "ins"}:
            yield from _direct(element, tag)


def _taken_out(row: Element) -> bool:
    properties = row.find(W + "trPr")
    return properties is not None and properties.find(W + "del") is not None


def _text(paragraph: Element) -> str:
    """The paragraph's text, inserted text kept, deleted text dropped, without the text of frames in it."""
    parts: list[str] = []
    stack = list(reversed(list(paragraph)))
    while stack:
        element = stack.pop()
        if element.tag in _DROPPED or element.tag in {W + "txbxContent", _ALTERNATE + "Fallback"}:
            continue
        if element.tag == W + "t":
            parts.append(element.text or "")
        elif element.tag == W + "tab":
            parts.append(" ")
        elif element.tag in {W + "br", W + "cr"}:
            parts.append("\n")
        elif element.tag == W + "noBreakHyphen":
            parts.append("-")
        else:
            stack.extend(reversed(list(element)))
    return "".join(parts)


def _boxes(paragraph: Element) -> Iterator[Element]:
    """The frames of text in a paragraph, each once."""
    stack = list(reversed(list(paragraph)))
    while stack:
        element = stack.pop()
        if element.tag == _ALTERNATE + "Fallback":
            continue
        if element.tag == W + "txbxContent":
            yield element
        else:
            stack.extend(reversed(list(element)))


def _span(properties: Element | None) -> int:
    span = None if properties is None else properties.find(W + "gridSpan")
    value = "1" if span is None else span.get(W + "val", "1")
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) < 5 else 1
