"""Tables as .xlsx files to take away: what a page shows, with real numbers and without anything that runs.

A sheet is written row by row, so that memory does not grow with it. Text stays text whatever it begins with; a missing
number is —, never 0 and never blank. Read back by this project's own reader the numbers are equal. The parts are
written as text: openpyxl takes five times as long for the same file.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import IO, Literal, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from indicators.workbooks.addresses import column_letters
from indicators.workbooks.export_styles import Look, Styles
from indicators.workbooks.inert import clean_text, fits_a_number, inert_text
from indicators.workbooks.plain_workbook import DOCUMENT, MAIN, PACKAGE, SHEET_TYPE, TYPES
from ipdash.core.csv_text import FORMULA_BEGINNINGS
from ipdash.core.display import MINUS, MISSING, PERCENT
from ipdash.core.numbers import decimal_text

Kind = Literal["text", "number", "percent", "points", "whole"]
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
_HUNDREDTH = Decimal("0.01")
_ONE_NUMBER = re.compile(rf'^([+{MINUS}<>=≤≥]?)([0-9,]+(?:\.[0-9]+)?)([^0-9"–]*)$')
_FOOTER = "<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter>"


@dataclass(frozen=True)
class Column:
    """A column: its head, what stands in it and, for numbers, with how many decimals they are shown.

    `percent` takes numbers as they are stored (97.4) and writes Excel's own percent (0.974).
    """

    head: str
    kind: Kind = "text"
    places: int = 0
    width: float = 12


class Lit(NamedTuple):
    """A cell on the ground of a light, as the page has it: the light, and what stands in the cell."""

    light: str
    value: Decimal | int | str | None


class Shown(NamedTuple):
    """A number that the cell shows just as the page does: `text` gives its sign, decimals and what stands behind it."""

    value: Decimal | None
    text: str


Cell = Decimal | int | str | Lit | Shown | None


@dataclass(frozen=True)
class Sheet:
    """A sheet: lines above the table, the table, lines below it. `heads_left` columns stay in sight when scrolling."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    above: Sequence[str] = ()
    below: Sequence[str] = ()
    heads_left: int = 1


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """The file as a whole, for what a page shows."""
    target = io.BytesIO()
    write_workbook(target, sheets)
    return target.getvalue()


def write_workbook(target: IO[bytes], sheets: Sequence[Sheet]) -> None:
    """Writes the sheets in their order; rows are taken one by one."""
    taken: set[str] = set()
    names = [_sheet_name(sheet.name, taken) for sheet in sheets]
    styles = Styles()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path, text in _frame(names, [len(sheet.above) + 1 for sheet in sheets]).items():
            archive.writestr(path, text)
        for number, sheet in enumerate(sheets, 1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as part:
                for text in _sheet(sheet, styles):
                    part.write(text.encode())
        archive.writestr("xl/styles.xml", styles.xml())


def _sheet_name(name: str, taken: set[str]) -> str:
    """At most 31 characters, without the signs that Excel does not allow, once in a workbook."""
    plain = _NOT_IN_SHEET_NAMES.sub(" ", clean_text(name)).strip(" '") or "Sheet"
    unique, number = plain[:31], 2
    while unique.lower() in taken:
        ending = f" {number}"
        unique, number = plain[: 31 - len(ending)] + ending, number + 1
    taken.add(unique.lower())
    return unique


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def _frame(names: Sequence[str], head_rows: Sequence[int]) -> dict[str, str]:
    """The parts around the sheets; the row of heads is repeated on every printed page."""
    listed, related, typed, titles = [], [], [], []
    for number, (name, row) in enumerate(zip(names, head_rows, strict=True), 1):
        listed.append(f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>')
        related.append(
            f'<Relationship Id="rId{number}" Type="{DOCUMENT}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        )
        typed.append(f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{SHEET_TYPE}"/>')
        place = escape("'" + name.replace("'", "''") + f"'!${row}:${row}")
        titles.append(f'<definedName name="_xlnm.Print_Titles" localSheetId="{number - 1}">{place}</definedName>')
    related.append(f'<Relationship Id="rIdStyles" Type="{DOCUMENT}/styles" Target="styles.xml"/>')
    return {
        "[Content_Types].xml": (
            f'{_HEAD}<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_BOOK}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_BOOK}.styles+xml"/>{"".join(typed)}</Types>'
        ),
        "_rels/.rels": (
            f'{_HEAD}<Relationships xmlns="{PACKAGE}">'
            f'<Relationship Id="rId1" Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'{_HEAD}<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>{"".join(listed)}</sheets>'
            f"<definedNames>{''.join(titles)}</definedNames></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{PACKAGE}">{"".join(related)}</Relationships>',
    }


def _sheet(sheet: Sheet, styles: Styles) -> Iterator[str]:
    """The sheet's part, piece by piece."""
    head_row = len(sheet.above) + 1
    yield (
        f'{_HEAD}<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>{_view(sheet, head_row)}'
        f"{_widths(sheet.columns)}<sheetData>"
    )
    for number, line in enumerate(sheet.above, 1):
        yield f'<row r="{number}">{_text("A", number, styles.of(Look("title" if number == 1 else "line")), line)}</row>'
    writers = [_Writer(number, column, styles) for number, column in enumerate(sheet.columns, 1)]
    heads = "".join(_text(w.letters, head_row, styles.of(Look("head")), w.column.head) for w in writers)
    yield f'<row r="{head_row}">{heads}</row>'
    number = head_row
    for row in sheet.rows:
        number += 1
        cells = "".join([writer.cell(number, value) for writer, value in zip(writers, row, strict=True)])
        yield f'<row r="{number}">{cells}</row>'
    for line in sheet.below:
        number += 1
        yield f'<row r="{number}">{_text("A", number, styles.of(Look("line")), line)}</row>'
    # As many pages as it takes, each as wide as the table.
    yield f'</sheetData><pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>{_FOOTER}</worksheet>'


def _view(sheet: Sheet, head_row: int) -> str:
    corner = f"{column_letters(sheet.heads_left + 1)}{head_row + 1}"
    return (
        f'<sheetViews><sheetView workbookViewId="0"><pane xSplit="{sheet.heads_left}" ySplit="{head_row}" '
        f'topLeftCell="{corner}" activePane="bottomRight" state="frozen"/></sheetView></sheetViews>'
    )


def _widths(columns: Sequence[Column]) -> str:
    found = "".join(
        f'<col min="{number}" max="{number}" width="{column.width}" customWidth="1"/>'
        for number, column in enumerate(columns, 1)
    )
    return f"<cols>{found}</cols>" if found else ""


def _text(letters: str, row: int, style: int, text: str) -> str:
    # A carriage return would be read as a line feed.
    written = escape(inert_text(text), {"\r": "&#13;"})
    return f'<c r="{letters}{row}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'


class _Writer:
    """Writes the cells of one column."""

    def __init__(self, number: int, column: Column, styles: Styles) -> None:
        self.letters, self.column, self._styles = column_letters(number), column, styles
        self._known: dict[tuple[str, str], int] = {}

    def cell(self, row: int, value: Cell) -> str:
        if isinstance(value, Shown):
            return self._shown(row, value)
        light, inside = value if isinstance(value, Lit) else ("", value)
        if inside is None:
            inside = MISSING
        if isinstance(inside, str):
            quoted = inside.startswith(FORMULA_BEGINNINGS)
            return _text(self.letters, row, self._style(light, "quoted" if quoted else "text"), inside)
        number = Decimal(inside)
        if self.column.kind == "percent":
            number *= _HUNDREDTH
        if not fits_a_number(number):
            return _text(self.letters, row, self._style(light, "text"), decimal_text(number))
        return f'<c r="{self.letters}{row}" s="{self._style(light, "number")}"><v>{decimal_text(number)}</v></c>'

    def _shown(self, row: int, value: Shown) -> str:
        """The exact number under a format that shows the text; the text itself where no format could."""
        pattern = shown_pattern(value.text)
        if value.value is None or not pattern or not fits_a_number(value.value):
            return self.cell(row, value.text)
        number = value.value * _HUNDREDTH if value.text.endswith(PERCENT) else value.value
        style = self._styles.of(Look("cell", "", pattern, right=True))
        return f'<c r="{self.letters}{row}" s="{style}"><v>{decimal_text(number)}</v></c>'

    def _style(self, light: str, form: str) -> int:
        known = self._known.get((light, form))
        if known is None:
            pattern = _number_format(self.column) if form == "number" else ""
            look = Look("cell", light, pattern, right=self.column.kind != "text", quoted=form == "quoted")
            known = self._known[light, form] = self._styles.of(look)
        return known


@cache
def shown_pattern(text: str) -> str:
    """The number format under which a number reads like this text, "" where the text is not one number."""
    found = _ONE_NUMBER.match(text)
    if found is None:
        return ""
    sign, digits, ending = found.groups()
    decimals = len(digits.partition(".")[2])
    body = "#,##0" + ("." + "0" * decimals if decimals else "")
    ending = ending if ending in {"", PERCENT} else f'"{ending}"'
    before = f'"{sign}"' if sign and sign != MINUS else ""
    minus = f'"{MINUS}"' if sign or digits.strip("0,.") else ""  # what is rounded to 0 has no sign
    return f"{before}{body}{ending};{minus}{body}{ending};{body if sign == '+' else before + body}{ending}"


def _number_format(column: Column) -> str:
    decimals = "." + "0" * column.places if column.places else ""
    if column.kind == "percent":
        return f"0{decimals}%"
    if column.kind == "points":
        return f"+0{decimals};-0{decimals};0{decimals}"
    return f"#,##0{decimals}"
