"""One sheet of an .xlsx as a stream: geometry, hidden rows and columns, merges, and what the value reader loses.

python-calamine reads `#DIV/0!` and a formula without a value as blank, keeps a number as a float and aborts the process
on absurd geometry; so the sheet's XML is streamed first, and what is seen here is laid over the values later.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from decimal import Decimal
from xml.sax.saxutils import unescape

from indicators.workbooks import limits
from indicators.workbooks.addresses import cell_address, column_letters, row_and_column
from indicators.workbooks.plain_rows import Token, plain_rows, row_attributes
from indicators.workbooks.results import Refused
from indicators.workbooks.xmlstream import Attributes, XmlReader
from ipdash.core.figure_text import CellError

# cmd|' /C calc'!A0: asks another program for a value; RTD and WEBSERVICE fetch from elsewhere.
_DDE = re.compile(r"^[\s=+@-]*[A-Za-z][\w.]*\s*\|.*!", re.S)
_FETCHES = re.compile(r"\b(?:WEBSERVICE|RTD|FILTERXML)\s*\(", re.I)
SHARED_STRINGS = "xl/sharedStrings.xml"
_STORED_PLACES = 6  # with so many decimals figures are stored
_EXACT_DIGITS = 15  # a float renders back every decimal of so many digits
_LONGEST_NUMBER = 40
_SHORT_NUMBER = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_LETTERS = [column_letters(column) for column in range(1, limits.COLUMNS + 1)]
_KNOWN = len(_LETTERS)
_QUOTES = {"&quot;": '"', "&apos;": "'"}


class Totals:
    """What all sheets of a file may hold together; `shared` are the lengths of its shared strings."""

    def __init__(self, shared: array[int] | None = None) -> None:
        self.shared = array("l") if shared is None else shared
        self.cells = 0
        self.text_bytes = 0

    def add_cell(self) -> None:
        self.cells += 1
        if self.cells > limits.FILLED_CELLS:
            raise Refused("too_many_cells", limit=limits.FILLED_CELLS)

    def add_text(self, text: str) -> None:
        self.add_bytes(len(text) if text.isascii() else len(text.encode()))

    def add_shared(self, index: str) -> None:
        """A cell that shows a shared string: it is as long there as anywhere else."""
        place = _positive(index, -1)
        if not 0 <= place < len(self.shared):
            raise Refused("workbook_broken", part=SHARED_STRINGS)
        self.add_bytes(self.shared[place])

    def add_bytes(self, count: int) -> None:
        self.text_bytes += count
        if self.text_bytes > limits.TEXT_BYTES:
            raise Refused("too_much_text", limit=limits.TEXT_BYTES // limits.MEGABYTE)


class SharedLengths(XmlReader):
    """The length in bytes of each shared string, phonetic hints included."""

    def __init__(self) -> None:
        super().__init__(SHARED_STRINGS)
        self.lengths = array("l")

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self.lengths.append(0)

    def text(self, data: str) -> None:
        if self.lengths and self.path[-1] == "t":
            self.lengths[-1] += len(data.encode())


class SheetStream(XmlReader):
    """Streams one sheet. Afterwards: `errors` (error cells and formulas without value), `exact` (numbers a float would
    change), `percent` (cells shown as percentages), all by (row, column); `positions` and `numbers`, the number cells
    in order; `hidden_rows`, `hidden_columns`, `merges`."""

    def __init__(self, part: str, sheet: str, totals: Totals, percent_styles: set[int]) -> None:
        super().__init__(part)
        self.sheet, self.totals, self.percent_styles = sheet, totals, percent_styles
        self.errors: dict[tuple[int, int], CellError] = {}
        self.exact: dict[tuple[int, int], Decimal] = {}
        self.percent: set[tuple[int, int]] = set()
        self.positions, self.numbers = array("l"), array("d")
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[int] = []
        self.merges: list[str] = []
        self.row = self.column = 0
        self._row_text = "0"
        self._top, self._bottom, self._left, self._right = 0, 0, limits.COLUMNS, 0
        self._type = self._style = self._formula = self._value = ""
        self._has_formula = self._has_value = False
        self._collecting = False
        self._text: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self.cell_begins(attributes)
        elif name in ("v", "f", "t"):
            self._collecting, self._text = True, []
        elif name == "row":
            self.row_begins(attributes)
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name == "col":
            self._columns(attributes)

    def text(self, data: str) -> None:
        if self._collecting:
            self._text.append(data)

    def end(self, name: str) -> None:
        if name == "c":
            self.cell_ends()
        elif name in ("v", "f", "t"):
            self._collecting = False
            self.content_ends(name, "".join(self._text))

    def content_ends(self, name: str, content: str) -> None:
        """The formula (`f`), value (`v`) or inline text (`t`) of the open cell."""
        self.totals.add_text(content)
        if name == "f":
            self._has_formula, self._formula = True, content
            self._check_formula(content)
        else:
            self._value = content
            self._has_value = self._has_value or bool(content) or name == "t" or self._type == "str"

    def read_sheet(self, content: bytes) -> None:
        """Streams the whole sheet; the rectangle around its filled cells has to be one that fits into memory."""
        if content.count(b"<v>") > limits.FILLED_CELLS:  # known at once, without streaming them one by one
            raise Refused("too_many_cells", limit=limits.FILLED_CELLS)
        plain = plain_rows(content)
        if plain is None:
            self.read(content)
        else:
            self.read(plain.around)
            self._read_plain(plain.tokens)
        if self._top and (self._bottom - self._top + 1) * (self._right - self._left + 1) > limits.AREA:
            raise Refused("too_scattered", sheet=self.sheet)

    def _read_plain(self, tokens: Iterable[Token]) -> None:
        """The rows of a sheet written plainly: the same as `start`, `text` and `end` do, without their calls."""
        for address, style, kind, formula, formula_text, value, value_text, inline, inline_text, row in tokens:
            if row:
                if row[1] != "/":
                    self.row_begins(row_attributes(row))
                continue
            if value and not formula and kind in ("", "n") and self._next_number(address, style, value_text):
                continue
            self.cell_begins({"r": address, "s": style or "0", "t": kind or "n"})
            if formula:
                self.content_ends("f", unescape(formula_text, _QUOTES))
            if value:
                self.content_ends("v", value_text)
            elif inline:
                self.content_ends("t", inline_text)
            self.cell_ends()

    def _next_number(self, address: str, style: str, written: str) -> bool:
        """Takes a short number in the row's next cell, by far the most frequent cell, in one step; else does nothing."""
        column = self.column + 1
        if column > _KNOWN or address != _LETTERS[column - 1] + self._row_text or not _SHORT_NUMBER.fullmatch(written):
            return False
        self.column = column
        self._keep_inside()
        self.totals.add_cell()
        self.totals.add_bytes(len(written))
        self.positions.append(self.row * limits.COLUMNS + column - 1)
        self.numbers.append(float(written))
        if style and self.percent_styles and int(style) in self.percent_styles:
            self.percent.add((self.row, column))
        return True

    def row_begins(self, attributes: Attributes) -> None:
        row = _positive(attributes.get("r"), self.row + 1)
        if row <= self.row:
            raise Refused("cells_out_of_order", sheet=self.sheet, row=row)
        self.row, self.column, self._row_text = row, 0, str(row)
        if attributes.get("hidden") in ("1", "true") and row <= limits.ROWS:
            self.hidden_rows.append(row)

    def cell_begins(self, attributes: Attributes) -> None:
        address = attributes.get("r")
        # Nearly always the next cell of the row: then its address need not be taken apart.
        if address is None or (self.column < _KNOWN and address == _LETTERS[self.column] + self._row_text):
            self.column += 1
        else:
            place = row_and_column(address)
            if place is None or place[0] != self.row or place[1] <= self.column:
                raise Refused("cells_out_of_order", sheet=self.sheet, row=self.row)
            self.column = place[1]
        self._type, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        self._value = self._formula = ""
        self._has_formula = self._has_value = False

    def cell_ends(self) -> None:
        if not (self._has_value or self._has_formula):
            return  # blank, styled at most
        self._keep_inside()
        self.totals.add_cell()
        place = (self.row, self.column)
        if self._type == "e":
            self.errors[place] = CellError(self._value or "#N/A")
        elif not self._has_value:
            self.errors[place] = CellError(f"={self._formula}", without_value=True)
        elif self._type == "s":
            self.totals.add_shared(self._value)
        elif self._type == "n":
            self._number(place)

    def _number(self, place: tuple[int, int]) -> None:
        written = self._value
        if _SHORT_NUMBER.fullmatch(written) is None:
            written = self._long_number(place, written.strip())
        self.positions.append(place[0] * limits.COLUMNS + place[1] - 1)
        self.numbers.append(float(written))
        if self.percent_styles and _positive(self._style, 0) in self.percent_styles:
            self.percent.add(place)

    def _long_number(self, place: tuple[int, int], written: str) -> str:
        """A number that a float may not keep: noted exactly where it does not."""
        if len(written) > _LONGEST_NUMBER or _NUMBER.fullmatch(written) is None:
            raise Refused("not_a_stored_number", sheet=self.sheet, address=cell_address(*place))
        number = Decimal(written)
        # Programs that write 16 or 17 digits of a float mean the float. A number that can be stored as it is written, and
        # every other long one, is kept as written.
        exponent = number.as_tuple().exponent
        storable = isinstance(exponent, int) and exponent >= -_STORED_PLACES
        if len(number.as_tuple().digits) > _EXACT_DIGITS and (storable or number not in _renderings(float(written))):
            self.exact[place] = number
        return written

    def _keep_inside(self) -> None:
        if self.row > limits.ROWS or self.column > limits.COLUMNS:
            raise Refused("cell_outside", sheet=self.sheet, row=self.row, rows=limits.ROWS, columns=limits.COLUMNS)
        self._top = self._top or self.row
        self._bottom = self.row
        column = self.column
        self._left = self._left if self._left < column else column
        self._right = self._right if self._right > column else column

    def _check_formula(self, formula: str) -> None:
        if _DDE.match(formula):
            raise Refused("dde")
        if _FETCHES.search(formula):
            raise Refused("external_link")

    def _merge(self, reference: str) -> None:
        self.merges.append(reference)
        if len(self.merges) > limits.MERGES:
            raise Refused("too_many_merges", sheet=self.sheet, limit=limits.MERGES)

    def _columns(self, attributes: Attributes) -> None:
        if attributes.get("hidden") in ("1", "true"):
            first = _positive(attributes.get("min"), 1)
            last = min(_positive(attributes.get("max"), first), limits.COLUMNS)
            self.hidden_columns.extend(range(first, last + 1))


def _positive(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= 9 else default


def _renderings(binary: float) -> tuple[Decimal, ...]:
    return Decimal(f"{binary:.17g}"), Decimal(f"{binary:.16g}")
