"""Marks findings in an .xlsx: styles, comments and one more sheet, added to the parts that are there."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from xml.dom.minidom import Element

from indicators.workbooks import columns, limits
from indicators.workbooks.dom import append, append_copy, child, count, elements, parsed, root_of, written
from indicators.workbooks.inert import clean_text
from indicators.workbooks.marking_comments import add_comments
from indicators.workbooks.marking_sheet import Marks, SheetSplicer
from indicators.workbooks.package import WORKBOOK, Package, open_package, rels_name
from indicators.workbooks.plain_workbook import DOCUMENT, PACKAGE, SHEET_TYPE, sheet_xml, zipped
from indicators.workbooks.results import Finding, Refused

_COLOURS = {"error": "FFFFC7CE", "question": "FFFFEB9C", "note": "FFDDEBF7"}
_LEVELS = {"refused": "不能读取", "error": "错误", "question": "请确认", "note": "提示"}
_STYLES = "xl/styles.xml"


class Parts:
    """The parts of the marked workbook as they grow, and the small edits of the lists that name them."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.content = {name: package.archive.read(name) for name in package.archive.parts}

    def free_name(self, pattern: str) -> str:
        """A part's name that is not taken: `xl/comments{}.xml` → `xl/comments3.xml`."""
        taken = {name.casefold() for name in self.content}
        return next(name for name in map(pattern.format, range(1, len(taken) + 2)) if name.casefold() not in taken)

    def relate(self, source: str, kind: str, target: str) -> str:
        """The id of a new relationship from one part to another."""
        name = rels_name(source)
        empty = f'<Relationships xmlns="{PACKAGE}"/>'.encode()
        document = parsed(self.content.get(name, empty))
        root = root_of(document)
        taken = {node.getAttribute("Id") for node in elements(root)}
        identity = next(text for text in (f"rIdCheck{number}" for number in range(len(taken) + 1)) if text not in taken)
        relative = posixpath.relpath(target, posixpath.dirname(source))
        append(root, "Relationship", {"Id": identity, "Type": f"{DOCUMENT}/{kind}", "Target": relative})
        self.content[name] = written(document)
        return identity

    def declare(self, name: str, content_type: str) -> None:
        """Names a new part's content type."""
        document = parsed(self.content["[Content_Types].xml"])
        append(root_of(document), "Override", {"PartName": "/" + name, "ContentType": content_type})
        self.content["[Content_Types].xml"] = written(document)


def mark_package(content: bytes, findings: Sequence[Finding]) -> bytes:
    """The workbook with its findings marked; every byte of its cells stays. Raises `Refused`."""
    parts = Parts(open_package(content))
    styles = _Styles(parts.content.get(_STYLES))
    for sheet in parts.package.sheets:
        mine = [finding for finding in findings if finding.sheet == sheet.name and finding.address]
        if mine and sheet.part:
            _mark_sheet(parts, sheet.part, mine, styles)
    if styles.document is not None:
        parts.content[_STYLES] = written(styles.document)
    _add_findings_sheet(parts, findings)
    return zipped(parts.content)


def _mark_sheet(parts: Parts, part: str, findings: Sequence[Finding], styles: _Styles) -> None:
    marks: Marks = {}
    texts: dict[tuple[int, int], list[str]] = {}
    for finding in findings:
        row, column = finding.row or 0, finding.column or 0
        known = marks.setdefault(row, {}).get(column, finding.level)
        marks[row][column] = min(known, finding.level, key=list(_LEVELS).index)
        texts.setdefault((row, column), []).append(clean_text(finding.message))
    splicer = SheetSplicer(part, parts.content[part], marks, styles.marked)
    splicer.read(splicer.content)
    comments = {place: "\n".join(texts[place]) for place in sorted(texts)[: limits.LISTED_FINDINGS]}
    identity = add_comments(parts, part, splicer.legacy_id, comments)
    if not splicer.legacy_id:
        # Its own namespace declaration: the sheet may know the relationships under any prefix, or not at all.
        element = f'legacyDrawing xmlns:checkr="{DOCUMENT}" checkr:id="{identity}"/>'.encode()
        splicer.edits.append((splicer.comments_at, splicer.comments_at, b"<" + splicer.prefix + element))
    parts.content[part] = splicer.spliced()


class _Styles:
    """The workbook's cell formats, with a marked twin for each one that is needed."""

    def __init__(self, content: bytes | None) -> None:
        self.document = None if content is None else parsed(content)
        self._fills: dict[str, int] = {}
        self._twins: dict[tuple[int, str], int] = {}

    def marked(self, style: int, level: str) -> int:
        """The index of the format like `style` in the colour of `level`; the same index where there are no formats."""
        formats = self._list("cellXfs")
        fills = self._list("fills")
        if formats is None or fills is None:
            return style
        if (style, level) not in self._twins:
            existing = elements(formats)
            if not 0 <= style < len(existing):
                return style
            twin = append_copy(formats, existing[style])
            twin.setAttribute("fillId", str(self._fill(fills, level)))
            twin.setAttribute("applyFill", "1")
            self._twins[style, level] = count(formats) - 1
        return self._twins[style, level]

    def _fill(self, fills: Element, level: str) -> int:
        if level not in self._fills:
            pattern = append(append(fills, "fill"), "patternFill", {"patternType": "solid"})
            append(pattern, "fgColor", {"rgb": _COLOURS.get(level, _COLOURS["error"])})
            append(pattern, "bgColor", {"indexed": "64"})
            self._fills[level] = count(fills) - 1
        return self._fills[level]

    def _list(self, name: str) -> Element | None:
        return None if self.document is None else child(root_of(self.document), name)


def _add_findings_sheet(parts: Parts, findings: Sequence[Finding]) -> None:
    part = parts.free_name("xl/worksheets/sheet{}.xml")
    lines = [("工作表", "单元格", "类别", "说明")]
    for finding in findings:
        place = finding.address or (f"第{finding.row}行" if finding.row is not None else "")
        lines.append((finding.sheet, place, _LEVELS[finding.level], finding.message))
    rows = ((number, list(enumerate(line, 1))) for number, line in enumerate(lines, 1))
    parts.content[part] = sheet_xml(rows, widths=(18, 12, 10, 100)).encode()
    parts.declare(part, SHEET_TYPE)
    identity = parts.relate(WORKBOOK, "worksheet", part)
    document = parsed(parts.content[WORKBOOK])
    sheets = child(root_of(document), "sheets")
    if sheets is None:
        raise Refused("workbook_broken", part=WORKBOOK)
    listed = elements(sheets)
    names = {node.getAttribute("name").casefold() for node in listed}
    name = next(text for text in _sheet_names(len(listed)) if text.casefold() not in names)
    ids = [int(node.getAttribute("sheetId")) for node in listed if node.getAttribute("sheetId").isdigit()]
    attributes = {
        "name": name,
        "sheetId": str(max(ids, default=0) + 1),
        "xmlns:checkr": DOCUMENT,
        "checkr:id": identity,
    }
    append(sheets, "sheet", attributes)
    parts.content[WORKBOOK] = written(document)


def _sheet_names(count: int) -> list[str]:
    return [columns.FINDINGS_SHEET, *(f"{columns.FINDINGS_SHEET}{number}" for number in range(2, count + 3))]
