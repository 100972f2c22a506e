"""The parts of an .xlsx and how they belong together; what must not be in it: macros, objects, links to elsewhere."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from indicators.workbooks import limits
from indicators.workbooks.archive import Archive
from indicators.workbooks.results import Refused
from indicators.workbooks.xmlstream import Attributes, checked_xml, each_element

WORKBOOK = "xl/workbook.xml"
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
# What stands in a content type or among the parts, and the code of what that file is.
_OTHER_TYPES = (
    ("sheet.binary", "is_xlsb"), ("macroenabled", "macros"), ("spreadsheetml.template.main", "is_template"),
    ("wordprocessingml", "is_word"), ("presentationml", "is_slides"),
)  # fmt: skip
_MACRO_PARTS = ("xl/macrosheets/", "xl/dialogsheets/", "xl/activex/")
_XML_SUFFIXES = (".xml", ".rels")  # .vml, drawings of old, is not always XML, and nothing here reads it


@dataclass(frozen=True)
class SheetPart:
    """A sheet as the workbook lists it, with the part that holds it ("" for a sheet without cells, a chart)."""

    name: str
    part: str
    hidden: bool


@dataclass
class Package:
    """An .xlsx whose parts are known and harmless. `percent_styles` are the cell formats that show a percentage."""

    archive: Archive
    sheets: list[SheetPart] = field(default_factory=list)
    percent_styles: set[int] = field(default_factory=set)


def open_package(content: bytes) -> Package:
    """Checks the archive and each part; raises `Refused`. Sheets themselves are streamed by `sheetxml`."""
    archive = Archive(content)
    _check_kind(archive)
    _check_parts(archive)
    package = Package(archive)
    package.sheets = _sheets(archive)
    if "xl/styles.xml" in archive.parts:
        package.percent_styles = _percent_styles(archive.read("xl/styles.xml"))
    return package


def _check_kind(archive: Archive) -> None:
    names = archive.parts
    if "OFD.xml" in names:
        raise Refused("is_ofd")
    if "mimetype" in names and "content.xml" in names:
        raise Refused("is_ods")
    if "[Content_Types].xml" not in names:
        raise Refused("is_archive")
    mains: list[str] = []

    def take(name: str, attributes: Attributes) -> None:
        content_type = attributes.get("ContentType", "").casefold()
        for mark, code in _OTHER_TYPES:
            if mark in content_type:
                raise Refused(code)
        if "vbaproject" in content_type:
            raise Refused("macros")
        if content_type == _MAIN:
            mains.append(attributes.get("PartName", ""))

    each_element("[Content_Types].xml", archive.read("[Content_Types].xml"), take)
    if WORKBOOK not in names or mains != ["/" + WORKBOOK]:
        raise Refused("unusual_layout")
    roots = [target for kind, target, _ in relationships(archive, "") if kind == "officeDocument"]
    if roots != [WORKBOOK]:
        raise Refused("unusual_layout")


def _check_parts(archive: Archive) -> None:
    for name in archive.parts:
        folded = name.casefold()
        if folded.startswith(_MACRO_PARTS) or folded.endswith("vbaproject.bin"):
            raise Refused("macros")
        if folded.startswith("xl/embeddings/"):
            raise Refused("embedded_object")
        if folded.startswith("xl/externallinks/") and folded.endswith(".xml"):
            _refuse_link(archive, name)
        if folded in ("xl/connections.xml", "xl/model/item.data") or folded.startswith("xl/querytables/"):
            raise Refused("external_connection")
        if folded.endswith(".rels"):
            _check_relationships(archive, name)
        elif folded.endswith(_XML_SUFFIXES) and not folded.startswith("xl/worksheets/"):
            checked_xml(name, archive.read(name))
        else:
            archive.read(name)


def _refuse_link(archive: Archive, name: str) -> None:
    def take(element: str, attributes: Attributes) -> None:
        if element == "ddeLink":
            raise Refused("dde")

    each_element(name, archive.read(name), take)
    raise Refused("external_link")


def _check_relationships(archive: Archive, name: str) -> None:
    folder, _, base = name.rpartition("_rels/")
    for kind, _, outside in relationships(archive, folder + base.removesuffix(".rels")):
        if kind in ("oleObject", "package"):
            raise Refused("embedded_object")
        if kind in ("vbaProject", "xlMacrosheet", "xlIntlMacrosheet", "dialogsheet", "attachedToolbars"):
            raise Refused("macros")
        if outside and kind != "hyperlink":
            raise Refused("external_link")


def relationships(archive: Archive, source: str) -> list[tuple[str, str, bool]]:
    """(kind, target part, whether it lies outside the file) of what a part refers to; "" is the package itself."""
    return [(kind, target, outside) for _, kind, target, outside in _relationships(archive, source)]


def relationship_targets(archive: Archive, source: str) -> dict[str, tuple[str, str]]:
    """(kind, target part) by relationship id."""
    return {identity: (kind, target) for identity, kind, target, _ in _relationships(archive, source)}


def rels_name(source: str) -> str:
    """`xl/_rels/workbook.xml.rels` for `xl/workbook.xml`."""
    folder, _, base = source.rpartition("/")
    return f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"


def _relationships(archive: Archive, source: str) -> list[tuple[str, str, str, bool]]:
    name = rels_name(source)
    if name not in archive.parts:
        return []
    found: list[tuple[str, str, str, bool]] = []

    def take(element: str, attributes: Attributes) -> None:
        if element != "Relationship":
            return
        target, outside = attributes.get("Target", ""), attributes.get("TargetMode", "") == "External"
        if not outside:
            folder = posixpath.dirname(source)
            target = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        identity = attributes.get("Id", "")
        if any(known == identity for known, *_ in found):
            raise Refused("workbook_broken", part=name)
        found.append((identity, attributes.get("Type", "").rsplit("/", 1)[-1], target, outside))

    each_element(name, archive.read(name), take)
    return found


def _sheets(archive: Archive) -> list[SheetPart]:
    targets = relationship_targets(archive, WORKBOOK)
    sheets: list[SheetPart] = []

    def take(element: str, attributes: Attributes) -> None:
        if element != "sheet":
            return
        kind, part = targets.get(attributes.get("id", ""), ("", ""))
        hidden = attributes.get("state", "visible") != "visible"
        if kind not in ("worksheet", "chartsheet"):
            raise Refused("workbook_broken", part=WORKBOOK)
        sheets.append(SheetPart(attributes.get("name", ""), part if kind == "worksheet" else "", hidden))

    each_element(WORKBOOK, archive.read(WORKBOOK), take)
    parts = [sheet.part for sheet in sheets if sheet.part]
    names = {sheet.name.casefold() for sheet in sheets}
    if len(set(parts)) != len(parts) or len(names) != len(sheets) or any(part not in archive.parts for part in parts):
        raise Refused("workbook_broken", part=WORKBOOK)
    if len(sheets) > limits.SHEETS:
        raise Refused("too_many_sheets", sheets=len(sheets), limit=limits.SHEETS)
    if not parts:
        raise Refused("no_sheets")
    return sheets


def _percent_styles(content: bytes) -> set[int]:
    """The indexes of cell formats whose number format shows a percentage."""
    percent_formats = {9, 10}
    styles: set[int] = set()
    count = 0
    inside = False

    def take(element: str, attributes: Attributes) -> None:
        nonlocal count, inside
        if element == "numFmt" and shows_percent(attributes.get("formatCode", "")):
            percent_formats.add(_number(attributes.get("numFmtId")))
        elif element in ("cellStyleXfs", "cellXfs", "cellStyles", "dxfs"):
            inside = element == "cellXfs"
        elif element == "xf" and inside:
            if _number(attributes.get("numFmtId")) in percent_formats:
                styles.add(count)
            count += 1

    each_element("xl/styles.xml", content, take)
    return styles


def shows_percent(format_code: str) -> bool:
    """Whether a number format multiplies by 100 for display: a % that is neither quoted nor escaped."""
    quoted = escaped = False
    for char in format_code:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == "%" and not quoted:
            return True
    return False


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else -1
