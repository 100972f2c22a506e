"""Sheets written as plain .xlsx parts: text as inline text, never a formula; numbers with their own digits."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from indicators.workbooks.addresses import cell_address
from indicators.workbooks.inert import clean_text
from indicators.workbooks.results import Sheet, Value
from ipdash.core.figure_text import CellError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="1"><xf xfId="0"/></cellXfs></styleSheet>'
)


def plain_workbook(sheets: Sequence[Sheet]) -> bytes:
    """An .xlsx with the values of sheets as read; dates become text, formulas their results."""
    parts = {"xl/styles.xml": _STYLES}
    listed, related, typed = [], [], []
    for number, sheet in enumerate(sheets, 1):
        rows = ([(cell.column, cell.value) for cell in row] for row in sheet.rows)
        parts[f"xl/worksheets/sheet{number}.xml"] = sheet_xml(
            (row[0].row, cells) for row, cells in zip(sheet.rows, rows, strict=True)
        )
        state = ' state="hidden"' if sheet.hidden else ""
        listed.append(f'<sheet name={quoteattr(sheet.name)} sheetId="{number}"{state} r:id="rId{number}"/>')
        related.append(
            f'<Relationship Id="rId{number}" Type="{DOCUMENT}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        )
        typed.append(f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{SHEET_TYPE}"/>')
    related.append(f'<Relationship Id="rIdStyles" Type="{DOCUMENT}/styles" Target="styles.xml"/>')
    parts["xl/workbook.xml"] = (
        f'{_HEAD}<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>{"".join(listed)}</sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = f'{_HEAD}<Relationships xmlns="{PACKAGE}">{"".join(related)}</Relationships>'
    parts["_rels/.rels"] = (
        f'{_HEAD}<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="rId1" Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    parts["[Content_Types].xml"] = (
        f'{_HEAD}<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_BOOK_TYPE}"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_STYLES_TYPE}"/>{"".join(typed)}</Types>'
    )
    return zipped({name: text.encode() for name, text in parts.items()})


def sheet_xml(rows: Iterable[tuple[int, Sequence[tuple[int, Value]]]], widths: Sequence[int] = ()) -> str:
    """A sheet's XML from (row number, [(column, value)]), both ascending."""
    cols = "".join(
        f'<col min="{column}" max="{column}" width="{width}" customWidth="1"/>'
        for column, width in enumerate(widths, 1)
    )
    lines = (
        f'<row r="{number}">{"".join(_cell_xml(cell_address(number, column), value) for column, value in cells)}</row>'
        for number, cells in rows
    )
    head = f"<cols>{cols}</cols>" if cols else ""
    return f'{_HEAD}<worksheet xmlns="{MAIN}">{head}<sheetData>{"".join(lines)}</sheetData></worksheet>'


def zipped(parts: dict[str, bytes]) -> bytes:
    """The parts as one archive, the content types first."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda name: name != "[Content_Types].xml"):
            archive.writestr(name, parts[name])
    return target.getvalue()


def _cell_xml(address: str, value: Value) -> str:
    if isinstance(value, Decimal):
        return f'<c r="{address}"><v>{value}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{address}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, CellError) and not value.without_value:
        return f'<c r="{address}" t="e"><v>{escape(value.text)}</v></c>'
    text = value.text if isinstance(value, CellError) else str(value)
    return f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{escape(clean_text(text))}</t></is></c>'
