"""What a file is, by its content: the kinds of documents that people bring as evidence, and what is none of them.

Nothing is unpacked or interpreted. A container (docx, xlsx, ofd) is told by the names in its directory, which are read
up to a bound; a name's extension says nothing.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

MOST_PARTS = 5000


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind that is taken in: its name, how it is served, and the extensions it goes by, the usual one first."""

    code: str
    media_type: str
    extensions: tuple[str, ...]


class NotTaken(Exception):
    """A content that is not taken in; `code` says what it is or why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = {
    kind.code: kind
    for kind in (
        FileKind("pdf", "application/pdf", ("pdf",)),
        FileKind("ofd", "application/ofd", ("ofd",)),
        FileKind("docx", f"{_OFFICE}wordprocessingml.document", ("docx",)),
        FileKind("xlsx", f"{_OFFICE}spreadsheetml.sheet", ("xlsx",)),
        FileKind("pptx", f"{_OFFICE}presentationml.presentation", ("pptx",)),
        FileKind("doc", "application/msword", ("doc", "wps")),
        FileKind("xls", "application/vnd.ms-excel", ("xls", "et")),
        FileKind("png", "image/png", ("png",)),
        FileKind("jpg", "image/jpeg", ("jpg", "jpeg")),
        FileKind("txt", "text/plain; charset=utf-8", ("txt", "csv", "md")),
    )
}
_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_PACKERS = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe")
_MARKUP = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|script|svg|\?xml|!--|iframe|xht)", re.I
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def kind_of(content: bytes) -> FileKind:
    """The kind of this content; raises `NotTaken` for every other one."""
    if not content:
        raise NotTaken("empty")
    if content.startswith(b"%PDF-"):
        return _whole(KINDS["pdf"], b"%%EOF" in content[-4096:])
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _whole(KINDS["png"], b"IEND" in content[-64:])
    if content.startswith(b"\xff\xd8\xff"):
        return KINDS["jpg"]
    if content.startswith(b"PK\x03\x04"):
        return _in_a_zip(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _in_an_ole(content)
    if content[4:8] == b"ftyp" and content[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"heim", b"hevc"}:
        raise NotTaken("heic")
    if content.startswith(_PACKERS) or content.startswith(b"PK"):
        raise NotTaken("archive")
    if content.startswith(_PROGRAMS):
        raise NotTaken("program")
    return _text(content)


def _whole(kind: FileKind, is_whole: bool) -> FileKind:
    if not is_whole:
        raise NotTaken("cut_off")
    return kind


def _in_a_zip(content: bytes) -> FileKind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, UnicodeDecodeError):
        raise NotTaken("cut_off") from None
    names = {part.filename for part in parts}
    if len(parts) > MOST_PARTS:
        raise NotTaken("archive")
    if any(part.flag_bits & 0x1 for part in parts):
        raise NotTaken("encrypted")
    if any(name.lower().endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs")) for name in names):
        raise NotTaken("macros")
    if "OFD.xml" in names:
        return KINDS["ofd"]
    found = next((kind for part, kind in _PARTS.items() if part in names), "")
    if not found or "[Content_Types].xml" not in names:
        raise NotTaken("archive")
    return KINDS[found]


def _in_an_ole(content: bytes) -> FileKind:
    """An older Office file: its streams' names stand in the directory as UTF-16."""

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        raise NotTaken("encrypted")
    if holds("_VBA_PROJECT"):
        raise NotTaken("macros")
    for stream, kind in (("WordDocument", "doc"), ("Workbook", "xls")):
        if holds(stream):
            return KINDS[kind]
    raise NotTaken("unknown")


def _text(content: bytes) -> FileKind:
    if _MARKUP.match(content[:1000]):
        raise NotTaken("markup")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROLS.search(text):
            break
        return KINDS["txt"]
    raise NotTaken("unknown")


def named_as(kind: FileKind, name: str) -> str:
    """The name with an extension of the kind: one that says something else is followed by the right one."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    return name if extension in kind.extensions else f"{name}.{kind.extensions[0]}"
