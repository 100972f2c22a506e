"""Where a sheet's XML has to be changed so that cells get another style: spliced bytes, everything else untouched."""

from __future__ import annotations

import re
from collections.abc import Callable

from indicators.workbooks.addresses import cell_address, row_and_column
from indicators.workbooks.results import Refused
from indicators.workbooks.xmlstream import Attributes, XmlReader

_TAG = re.compile(rb"""<([^\s/>]+)(?:\s+[^\s=>]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*(/?)>""")
_STYLE = re.compile(rb"""(\ss\s*=\s*)(?:"[^"]*"|'[^']*')""")
# What may follow a sheet's comments by the schema; the first of these is where they have to stand before.
_AFTER_COMMENTS = frozenset(
    ("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst")
)

Marks = dict[int, dict[int, str]]  # row -> column -> level
StyleFor = Callable[[int, str], int]


class SheetSplicer(XmlReader):
    """Finds what to change for `marks`. `style_for(style, level)` gives the marked twin of a cell's style.

    After `read`: `edits` as (begin, end, bytes); `legacy_id`, the relationship of drawings that are there already;
    `comments_at` and `prefix` for adding one.
    """

    def __init__(self, part: str, content: bytes, marks: Marks, style_for: StyleFor) -> None:
        super().__init__(part)
        self.content, self.style_for = content, style_for
        self.waiting = {row: dict(sorted(marks[row].items())) for row in sorted(marks)}
        self.edits: list[tuple[int, int, bytes]] = []
        self.legacy_id = ""
        self.comments_at = -1
        self.prefix = b""
        self.row = self.column = 0
        self.cells: dict[int, str] = {}  # of the open row, still to be marked
        self.row_tag: re.Match[bytes] | None = None
        self.data_tag: re.Match[bytes] | None = None

    def spliced(self) -> bytes:
        """The content with all edits made."""
        pieces, position = [], 0
        for begin, end, replacement in sorted(self.edits, key=lambda edit: edit[:2]):
            pieces += [self.content[position:begin], replacement]
            position = end
        return b"".join([*pieces, self.content[position:]])

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "row" and self.path[-2:-1] == ["sheetData"]:
            self._row_begins(attributes)
        elif name == "c" and self.path[-2:-1] == ["row"]:
            self._cell_begins(attributes)
        elif len(self.path) == 1:
            tag = self._tag()[1]
            self.prefix = tag[: tag.index(b":") + 1] if b":" in tag else b""
        elif len(self.path) == 2:
            if name == "sheetData":
                self.data_tag = self._tag()
            if name == "legacyDrawing":
                self.legacy_id = next((value for key, value in attributes.items() if key.endswith(" id")), "")
            if name in _AFTER_COMMENTS and self.comments_at < 0:
                self.comments_at = self.parser.CurrentByteIndex

    def end(self, name: str) -> None:
        if name == "row":
            self._close(self.row_tag, self._new_cells(self.row, self.cells))
            self.cells = {}
        elif name == "sheetData":
            self._close(self.data_tag, b"".join(self._new_row(row) for row in list(self.waiting)))
        elif not self.path and self.comments_at < 0:
            self.comments_at = self.parser.CurrentByteIndex

    def _row_begins(self, attributes: Attributes) -> None:
        self.row = int(attributes["r"]) if "r" in attributes else self.row + 1
        self.column = 0
        before = b"".join(self._new_row(row) for row in [row for row in self.waiting if row < self.row])
        self._insert(self.parser.CurrentByteIndex, before)
        self.cells = self.waiting.pop(self.row, {})
        self.row_tag = self._tag() if self.cells else None

    def _cell_begins(self, attributes: Attributes) -> None:
        place = row_and_column(attributes["r"]) if "r" in attributes else (self.row, self.column + 1)
        self.column = place[1] if place is not None else self.column
        before = {column: self.cells.pop(column) for column in list(self.cells) if column < self.column}
        begin = self.parser.CurrentByteIndex
        self._insert(begin, self._new_cells(self.row, before))
        level = self.cells.pop(self.column, "")
        if not level:
            return
        found = self._tag()
        style = f'"{self.style_for(int(attributes.get("s", "0")), level)}"'.encode()
        tag = found[0]
        styled = _STYLE.sub(lambda match: match[1] + style, tag, count=1)
        if styled == tag and _STYLE.search(tag) is None:
            styled = b"<" + found[1] + b" s=" + style + tag[1 + len(found[1]) :]
        self.edits.append((begin, found.end(), styled))

    def _tag(self) -> re.Match[bytes]:
        found = _TAG.match(self.content, self.parser.CurrentByteIndex)
        if found is None:
            raise Refused("xml_broken", part=self.part)
        return found

    def _close(self, tag: re.Match[bytes] | None, addition: bytes) -> None:
        """Adds at the end of the element that began with `tag`, opening it up if it was `<row/>`."""
        if not addition or tag is None:
            return
        if tag[2]:
            opened = tag[0][:-2].rstrip() + b">" + addition + b"</" + tag[1] + b">"
            self.edits.append((tag.start(), tag.end(), opened))
        else:
            self._insert(self.parser.CurrentByteIndex, addition)

    def _insert(self, position: int, addition: bytes) -> None:
        if addition:
            self.edits.append((position, position, addition))

    def _new_row(self, row: int) -> bytes:
        cells = self._new_cells(row, self.waiting.pop(row))
        return b'<%srow r="%d">%s</%srow>' % (self.prefix, row, cells, self.prefix)

    def _new_cells(self, row: int, cells: dict[int, str]) -> bytes:
        return b"".join(
            b'<%sc r="%s" s="%d"/>' % (self.prefix, cell_address(row, column).encode(), self.style_for(0, level))
            for column, level in cells.items()
        )
