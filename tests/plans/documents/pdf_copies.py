"""PDF files written by hand: lines of Chinese text at places of a page, and ruled tables."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

WIDTH, HEIGHT, LEFT, SIZE = 595, 842, 72, 16
IN_A_LINE = 28  # signs
_FONT = (
    b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType0"
    b"/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/FontDescriptor 5 0 R/DW 1000>>]>>"
)
_DESCRIPTOR = b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[0 -200 1000 900]/Ascent 880/Descent -120/ItalicAngle 0/CapHeight 700/StemV 80>>"


def at(x: float, y: float, text: str, size: int = SIZE) -> str:
    """A line of text whose foot stands `y` above the page's."""
    return f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm <{text.encode('utf-16-be').hex()}> Tj ET\n"


def ruled(top: float, widths: Sequence[int], rows: Sequence[Sequence[str]], height: int = 30) -> str:
    """A ruled table from `top` down."""
    drawn, right = [], LEFT + sum(widths)
    for r in range(len(rows) + 1):
        drawn.append(f"{LEFT} {top - r * height} m {right} {top - r * height} l S\n")
    for c in range(len(widths) + 1):
        x = LEFT + sum(widths[:c])
        drawn.append(f"{x} {top} m {x} {top - len(rows) * height} l S\n")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            drawn.append(at(LEFT + sum(widths[:c]) + 4, top - r * height - 20, cell, 12))
    return "".join(drawn)


def wrapped(paragraphs: Sequence[str], top: float = 740) -> str:
    """Paragraphs with two signs' indent, wrapped as a page wraps them."""
    lines: list[tuple[float, str]] = []
    for paragraph in paragraphs:
        first = IN_A_LINE - 2
        lines.append((LEFT + 2 * SIZE, paragraph[:first]))
        lines += [(LEFT, paragraph[n : n + IN_A_LINE]) for n in range(first, len(paragraph), IN_A_LINE)]
    return "".join(at(x, top - n * 28, text) for n, (x, text) in enumerate(lines))


def pdf(*pages: str, trailer: bytes = b"") -> bytes:
    """A document of pages given as content streams."""
    kids = " ".join(f"{6 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(), b"<<>>", _FONT, _DESCRIPTOR]  # fmt: skip
    for n, content in enumerate(pages):
        stream = zlib.compress(content.encode("ascii"))
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Resources<</Font<</F1 4 0 R>>>>/Contents {7 + 2 * n} 0 R>>".encode()
        )
        objects.append(f"<</Length {len(stream)}/Filter/FlateDecode>>stream\n".encode() + stream + b"\nendstream")
    return written(objects, trailer)


def written(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Numbered objects with their cross-reference table; the first is the catalogue."""
    out, places = bytearray(b"%PDF-1.4\n"), []
    for n, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{n} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    return bytes(
        out
        + f"trailer<</Size {len(objects) + 1}/Root 1 0 R".encode()
        + trailer
        + f">>\nstartxref\n{start}\n%%EOF".encode()
    )
