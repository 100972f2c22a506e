"""Cell comments of an .xlsx: the comments' part and the old drawing (VML) that programs show them with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indicators.workbooks.addresses import cell_address
from indicators.workbooks.dom import append, child, elements, parsed, root_of, written
from indicators.workbooks.package import relationship_targets
from indicators.workbooks.plain_workbook import MAIN
from indicators.workbooks.results import Refused

if TYPE_CHECKING:
    from indicators.workbooks.marking_package import Parts

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_AUTHOR = "上传检查"
_EMPTY = f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_DRAWING = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    f'xmlns:x="urn:schemas-microsoft-com:office:excel">{_SHAPE_TYPE}</xml>'
)
_SHAPE = (
    '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel" id="_x0000_check{number}" type="#_x0000_t202" '
    'style="position:absolute;width:260pt;height:90pt;z-index:{number};visibility:hidden" fillcolor="#ffffe1" '
    'o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:textbox/>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>'
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


def add_comments(parts: Parts, sheet: str, legacy_id: str, comments: dict[tuple[int, int], str]) -> str:
    """Adds a comment to each (row, column), to the text of the one that is there or as a new one.

    Returns the relationship id of the sheet's old drawing: `legacy_id` where there is one, else that of a new part.
    """
    targets = relationship_targets(parts.package.archive, sheet)
    existing = next((target for kind, target in targets.values() if kind == "comments"), "")
    if existing not in parts.content:
        existing = parts.free_name("xl/comments{}.xml")
        parts.content[existing] = _EMPTY.encode()
        parts.declare(existing, _COMMENTS_TYPE)
        parts.relate(sheet, "comments", existing)
    fresh = _add_texts(parts, existing, comments)
    if legacy_id:
        drawing = targets.get(legacy_id, ("", ""))[1]
    else:
        drawing = parts.free_name("xl/drawings/vmlDrawing{}.vml")
        parts.content[drawing] = _DRAWING.encode()
        parts.declare(drawing, _DRAWING_TYPE)
        legacy_id = parts.relate(sheet, "vmlDrawing", drawing)
    _add_shapes(parts, drawing, fresh)
    return legacy_id


def _add_texts(parts: Parts, name: str, comments: dict[tuple[int, int], str]) -> list[tuple[int, int]]:
    """The places that had no comment before."""
    document = parsed(parts.content[name])
    authors, listed = child(root_of(document), "authors"), child(root_of(document), "commentList")
    if authors is None or listed is None:
        raise Refused("workbook_broken", part=name)
    append(authors, "author", text=_AUTHOR)
    number = len(elements(authors)) - 1
    known = {node.getAttribute("ref"): node for node in elements(listed)}
    fresh = []
    for (row, column), text in comments.items():
        address = cell_address(row, column)
        if address not in known:
            comment = append(listed, "comment", {"ref": address, "authorId": str(number)})
            append(comment, "text")
            known[address] = comment
            fresh.append((row, column))
            line = f"{_AUTHOR}：\n{text}"
        else:
            line = f"\n{_AUTHOR}：\n{text}"
        holder = child(known[address], "text")
        if holder is None:
            raise Refused("workbook_broken", part=name)
        append(append(holder, "r"), "t", {"xml:space": "preserve"}, line)
    parts.content[name] = written(document)
    return fresh


def _add_shapes(parts: Parts, name: str, places: list[tuple[int, int]]) -> None:
    """Shapes are added as text before the end: such drawings are not always well-formed."""
    content = parts.content.get(name, b"")
    end = content.rfind(b"</xml>")
    if end < 0:
        raise Refused("workbook_broken", part=name)
    addition = "" if b'"_x0000_t202"' in content else _SHAPE_TYPE
    addition += "".join(
        _SHAPE.format(number=number, row=row - 1, column=column - 1) for number, (row, column) in enumerate(places, 1)
    )
    parts.content[name] = content[:end] + addition.encode() + content[end:]
