"""Builders of the files nobody should send: each is one control file with one thing wrong."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import xlwt
from openpyxl import Workbook

SHEET = "xl/worksheets/sheet1.xml"
WORKBOOK = "xl/workbook.xml"
TYPES = "[Content_Types].xml"
RELS = "xl/_rels/workbook.xml.rels"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(*rows: list[Any], change: Callable[[Any], None] | None = None) -> bytes:
    """A plain .xlsx with one sheet; `change` may do more to the openpyxl workbook."""
    book = Workbook()
    sheet: Any = book.active
    for row in rows or (["指标", "数值"], ["有效发明专利", 12]):
        sheet.append(row)
    if change is not None:
        change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


def with_parts(added: dict[str, bytes], content: bytes | None = None) -> bytes:
    return packed(parts_of(content or workbook()) | added)


def replaced(part: str, old: str, new: str, content: bytes | None = None) -> bytes:
    """The workbook with a text replaced in one part; the text has to be there."""
    parts = parts_of(content or workbook())
    text = parts[part].decode()
    assert old in text
    parts[part] = text.replace(old, new, 1).encode()
    return packed(parts)


def sheet_of(rows: str, after: str = "") -> bytes:
    """A workbook whose sheet has the given `<row>` elements."""
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    return with_parts({SHEET: xml.encode()})


def related(kind: str, target: str, mode: str = "", part: str = RELS) -> bytes:
    """The workbook with one more relationship."""
    mode = f' TargetMode="{mode}"' if mode else ""
    added = f'<Relationship Id="rIdX" Type="{DOCUMENT}/{kind}" Target="{target}"{mode}/>'
    return replaced(part, "</Relationships>", added + "</Relationships>")


def directory(content: bytes) -> int:
    """Where the zip directory begins."""
    return int(struct.unpack_from("<L", content, len(content) - 6)[0])


def patched_entry(content: bytes, index: int, field: int, code: str, value: int) -> bytes:
    """A number changed in the directory's entry `index`, at byte `field` of the entry."""
    data = bytearray(content)
    position = directory(content)
    for _ in range(index):
        names, extras, comments = struct.unpack_from("<3H", data, position + 28)
        position += 46 + names + extras + comments
    struct.pack_into("<" + code, data, position + field, value)
    return bytes(data)


def two_names_in_one(first: str, second: str) -> bytes:
    """A part more, whose name differs from another's in case only."""
    return with_parts({second: parts_of(workbook())[first]})


def gap_before_directory() -> bytes:
    """A hidden part: its data stand in the file, the directory does not know it."""
    content = packed(parts_of(workbook()) | {"xl/hidden.xml": b"<a/>"})
    begin = directory(content)
    position = last = begin
    while position < len(content) - 22:
        last = position
        names, extras, comments = struct.unpack_from("<3H", content, position + 28)
        position += 46 + names + extras + comments
    end = bytearray(content[-22:])
    total = struct.unpack_from("<H", end, 8)[0] - 1
    struct.pack_into("<2HL", end, 8, total, total, last - begin)
    return content[:last] + bytes(end)


def overlapping() -> bytes:
    """Two entries of the directory that share one part's data."""
    content = packed({"a.xml": b"<a/>", "b.xml": b"<a/>"})
    data = bytearray(content)
    position = directory(content)
    second = position + 46 + len("a.xml")
    data[second + 46 : second + 51] = b"a.xml"
    struct.pack_into("<L", data, second + 42, 0)
    data[second + 46 : second + 51] = b"b.xml"
    return bytes(data)


def symlink() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in parts_of(workbook()).items():
            archive.writestr(name, data)
        link = zipfile.ZipInfo("xl/link.xml")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return target.getvalue()


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE compound file with the given streams at its root."""
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    fat: list[int] = []
    body = b""
    entries = [("Root Entry", 5, end, 0)]
    for name, data in streams.items():
        padded = data.ljust(4096, b"\0")
        padded += b"\0" * (-len(padded) % sector)
        start, count = len(fat), len(padded) // sector
        fat += [*range(start + 1, start + count), end]
        body += padded
        entries.append((name, 2, start, len(padded)))
    directory_bytes = b""
    for index, (name, kind, start, size) in enumerate(entries):
        raw = (name + "\0").encode("utf-16-le")
        right = index + 1 if 0 < index < len(entries) - 1 else free
        child = 1 if index == 0 and len(entries) > 1 else free
        directory_bytes += struct.pack(
            "<64sHBB3L16sL16sLLL", raw, len(raw), kind, 1, free, right, child, b"", 0, b"", start, size, 0
        )
    directory_bytes += b"\0" * (-len(directory_bytes) % sector)
    directory_start, count = len(fat), len(directory_bytes) // sector
    fat += [*range(directory_start + 1, directory_start + count), end]
    body += directory_bytes
    sectors = 1
    while (len(fat) + sectors) * 4 > sectors * sector:
        sectors += 1
    places = list(range(len(fat), len(fat) + sectors))
    fat += [0xFFFFFFFD] * sectors
    body += struct.pack(f"<{len(fat)}L", *fat).ljust(sectors * sector, b"\xff")
    difat = [*places, *[free] * (109 - len(places))]
    header = struct.pack("<8s16s5H6s9L", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
                         0, sectors, directory_start, 0, 4096, end, 0, end, 0)  # fmt: skip
    return header + struct.pack("<109L", *difat) + body


def xls(fill: Callable[[Any, Any], None] | None = None) -> bytes:
    """A plain .xls; `fill` gets the xlwt workbook and its sheet."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("数据")
    if fill is None:
        sheet.write(0, 0, "指标")
        sheet.write(1, 0, 12)
    else:
        fill(book, sheet)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def biff() -> bytes:
    book = xlwt.Workbook()
    book.add_sheet("数据").write(0, 0, 1)
    return bytes(book.get_biff_data())


def biff_with(kind: int, data: bytes) -> bytes:
    """An .xls with one more record behind the first."""
    stream = biff()
    first = 4 + struct.unpack_from("<H", stream, 2)[0]
    record = struct.pack("<HH", kind, len(data)) + data
    return compound({"Workbook": stream[:first] + record + stream[first:]})


def biff_patched(kind: int, field: int, value: int) -> bytes:
    """An .xls with a byte changed in its first record of a kind."""
    stream = bytearray(biff())
    position = 0
    while struct.unpack_from("<H", stream, position)[0] != kind:
        position += 4 + struct.unpack_from("<H", stream, position + 2)[0]
    stream[position + 4 + field] = value
    return compound({"Workbook": bytes(stream)})
