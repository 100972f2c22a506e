"""The style table of an exported workbook: each look once, numbered in the order of its first use."""

from __future__ import annotations

from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from indicators.workbooks.plain_workbook import MAIN
from ipdash.core.display import inks, light_inks

FONT = "宋体"
_NORMAL = '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
_FIRST_OWN_FORMAT = 164  # smaller numbers are Excel's own


class Look(NamedTuple):
    """How a cell looks: a kind (title, line, head, cell), and for cells the light, number format, side and quoting."""

    kind: str
    light: str = ""
    pattern: str = ""
    right: bool = False
    quoted: bool = False


class Styles:
    """Looks by number; 0 is the plain one that every workbook has."""

    def __init__(self) -> None:
        self._looks: dict[Look, int] = {}

    def of(self, look: Look) -> int:
        """The number of a look."""
        return self._looks.setdefault(look, len(self._looks) + 1)

    def xml(self) -> str:
        """The part `xl/styles.xml`."""
        fonts, fills, formats = [_font(11)], [_fill("none"), _fill("gray125")], list[str]()
        forms = ['<xf xfId="0"/>']
        for look in self._looks:
            font = _place(fonts, _font_of(look))
            fill = _place(fills, _fill_of(look)) if _fill_of(look) else 0
            form = 0
            if look.pattern:
                form = _FIRST_OWN_FORMAT + _place(formats, look.pattern)
            forms.append(_form(look, font, fill, form))
        listed = "".join(
            f'<numFmt numFmtId="{_FIRST_OWN_FORMAT + n}" formatCode={quoteattr(text)}/>'
            for n, text in enumerate(formats)
        )
        side = f'style="thin"><color rgb="FF{_rgb(inks["line"])}"/>'
        lined = "".join(f"<{name} {side}</{name}>" for name in ("left", "right", "top", "bottom"))
        return (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{MAIN}">'
            + (f'<numFmts count="{len(formats)}">{listed}</numFmts>' if formats else "")
            + f'<fonts count="{len(fonts)}">{"".join(fonts)}</fonts><fills count="{len(fills)}">{"".join(fills)}</fills>'
            f'<borders count="2"><border/><border>{lined}</border></borders>'
            f'<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="{len(forms)}">{"".join(forms)}</cellXfs>{_NORMAL}</styleSheet>'
        )


def _place(known: list[str], text: str) -> int:
    if text not in known:
        known.append(text)
    return known.index(text)


def _font(size: int, *, bold: bool = False, color: str = "") -> str:
    ink = f'<color rgb="FF{_rgb(color)}"/>' if color else ""
    return f'<font>{"<b/>" if bold else ""}<sz val="{size}"/>{ink}<name val="{FONT}"/></font>'


def _font_of(look: Look) -> str:
    if look.kind in {"title", "head"}:
        return _font(14 if look.kind == "title" else 11, bold=True)
    if look.kind == "line":
        return _font(10)
    return _font(11, color=light_inks[look.light].ink) if look.light else _font(11)


def _fill(kind: str, color: str = "") -> str:
    ground = f'<fgColor rgb="FF{_rgb(color)}"/>' if color else ""
    return f'<fill><patternFill patternType="{kind}">{ground}</patternFill></fill>'


def _fill_of(look: Look) -> str:
    if look.kind == "head":
        return _fill("solid", inks["track"])
    return _fill("solid", light_inks[look.light].ground) if look.light else ""


def _form(look: Look, font: int, fill: int, form: int) -> str:
    border = 1 if look.kind in {"head", "cell"} else 0
    given = f'numFmtId="{form}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0" applyFont="1"'
    given += ' applyNumberFormat="1"' if form else ""
    given += ' applyFill="1"' if fill else ""
    given += ' applyBorder="1"' if border else ""
    given += ' quotePrefix="1"' if look.quoted else ""
    if not border:
        return f"<xf {given}/>"
    return f'<xf {given} applyAlignment="1">{_alignment(look)}</xf>'


def _alignment(look: Look) -> str:
    if look.kind == "head":
        return '<alignment horizontal="center" vertical="center" wrapText="1"/>'
    wrapped = "" if look.right else ' wrapText="1"'
    return f'<alignment horizontal="{"right" if look.right else "left"}" vertical="top"{wrapped}/>'


def _rgb(color: str) -> str:
    return color.lstrip("#").upper()
