"""What a file is, by its first bytes and not by its name; and what to say of kinds that are not read."""

from __future__ import annotations

import re

from indicators.workbooks import limits
from indicators.workbooks.results import Refused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
READ = {".xlsx": "xlsx", ".xls": "xls", ".csv": "csv"}

# Extensions people really send, each with the code whose sentence says how to save it.
_OTHER_EXTENSIONS = {
    ".xlsm": "macros", ".xltm": "macros", ".xlam": "macros", ".xlsb": "is_xlsb", ".xltx": "is_template", ".xlt": "is_template",
    ".et": "is_et", ".ett": "is_et", ".ods": "is_ods", ".wps": "is_word", ".doc": "is_word", ".docx": "is_word",
    ".ppt": "is_slides", ".pptx": "is_slides", ".dps": "is_slides", ".pdf": "is_pdf", ".ofd": "is_ofd", ".htm": "is_html",
    ".html": "is_html", ".mht": "is_html", ".zip": "is_archive", ".rar": "is_archive", ".7z": "is_archive", ".png": "is_picture",
    ".jpg": "is_picture", ".jpeg": "is_picture", ".xml": "is_xml",
}  # fmt: skip
_SIGNATURES = (
    (b"%PDF", "is_pdf"), (b"Rar!", "is_archive"), (b"7z\xbc\xaf", "is_archive"), (b"\x1f\x8b", "is_archive"),
    (b"\x89PNG", "is_picture"), (b"\xff\xd8\xff", "is_picture"), (b"GIF8", "is_picture"), (b"BM", "is_picture"),
    (b"{\\rtf", "is_word"), (b"MZ", "is_program"), (b"\x7fELF", "is_program"),
)  # fmt: skip
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|meta|table|body|style|div)\b", re.I | re.S
)
_SPREADSHEET_XML = re.compile(r"\s*<\?xml.*urn:schemas-microsoft-com:office:spreadsheet", re.I | re.S)
_MHT = re.compile(r"\s*MIME-Version:", re.I)


def extension_of(name: str) -> str:
    """`.xlsx`, in small letters, "" where there is none. Trailing blanks and dots, which Windows drops, do not count."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1].rstrip(" .").casefold()
    return "." + base.rsplit(".", 1)[1] if "." in base else ""


def kind_of(content: bytes, name: str) -> str:
    """`xlsx`, `xls` or `csv`; raises `Refused` for other kinds, for empty and too big files, and where name and content
    disagree."""
    if not content:
        raise Refused("empty_file")
    if len(content) > limits.FILE_BYTES:
        raise Refused(
            "too_big", megabytes=f"{len(content) / limits.MEGABYTE:.1f}", limit=limits.FILE_BYTES // limits.MEGABYTE
        )
    extension = extension_of(name)
    if extension not in READ:
        raise Refused(_OTHER_EXTENSIONS.get(extension, "extension_not_read"), extension=extension or "（无）")
    found = _content_kind(content)
    if found != READ[extension]:
        raise Refused("extension_mismatch", extension=extension, found=found)
    return found


def _content_kind(content: bytes) -> str:
    if content.startswith(ZIP):
        return "xlsx"
    if content.startswith(OLE):
        return "xls"
    for signature, code in _SIGNATURES:
        # Two letters may begin a text too; then no zeros follow.
        if content.startswith(signature) and (len(signature) > 2 or b"\x00" in content[:64]):
            raise Refused(code)
    head = _head_text(content)
    if _SPREADSHEET_XML.match(head):
        raise Refused("is_xml")
    if _HTML.match(head) or _MHT.match(head):
        raise Refused("is_html")
    if not _is_text(content):
        raise Refused("is_unknown")
    return "csv"


def _head_text(content: bytes) -> str:
    """The first characters as text, for a look only; UTF-16 and UTF-8 marks are understood."""
    head = content[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _is_text(content: bytes) -> bool:
    """Whether it can be text: no NUL unless it is UTF-16."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\x00" not in content or bare_utf16(content) != ""


def bare_utf16(content: bytes) -> str:
    """The encoding of UTF-16 without a mark, "" for anything else: many bytes of the beginning are NUL, nearly all on
    one side, and what they spell is text."""
    head = content[:2000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(content) % 2 or max(even, odd) < max(1, len(head) // 10) or max(even, odd) <= 3 * min(even, odd):
        return ""
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    readable = all(char.isprintable() or char in "\t\r\n" for char in head.decode(encoding, "replace"))
    return encoding if readable else ""
