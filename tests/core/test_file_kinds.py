"""What a file is, by its content alone."""

from __future__ import annotations

import io
import zipfile

import pytest

from ipdash.core.file_kinds import KINDS, NotTaken, kind_of, named_as

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"IEND\xaeB`\x82"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def packed(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


def utf16(name: str) -> bytes:
    return OLE + name.encode("utf-16-le")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...\n%%EOF\n", "pdf"),
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0....", "jpg"),
        (packed("[Content_Types].xml", "word/document.xml"), "docx"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (packed("[Content_Types].xml", "ppt/presentation.xml"), "pptx"),
        (packed("OFD.xml", "Doc_0/Document.xml"), "ofd"),
        (utf16("WordDocument"), "doc"),
        (utf16("Workbook"), "xls"),
        ("统计台账".encode(), "txt"),
        ("统计台账".encode("gb18030"), "txt"),
        ("\ufeff指标,数值\r\n".encode(), "txt"),
        (b"a < b, and <b> is not markup at the start", "txt"),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_documents_and_pictures_are_told_by_their_content(content: bytes, kind: str) -> None:
    assert kind_of(content) is KINDS[kind]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\nhalf", "cut_off"),
        (PNG[:20], "cut_off"),
        (packed("[Content_Types].xml", "word/document.xml")[:60], "cut_off"),
        (packed("a.txt"), "archive"),
        (packed("xl/workbook.xml"), "archive"),
        (packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "macros"),
        (utf16("EncryptedPackage"), "encrypted"),
        (utf16("WordDocument") + "_VBA_PROJECT".encode("utf-16-le"), "macros"),
        (OLE, "unknown"),
        (b"Rar!\x1a\x07\x00", "archive"),
        (b"MZ\x90\x00", "program"),
        (b"#!/bin/sh\n", "program"),
        (b"\x7fELF", "program"),
        (b"  <!DOCTYPE html><p>", "markup"),
        (b"\xef\xbb\xbf<svg onload='x'>", "markup"),
        (b"<?xml version='1.0'?><a/>", "markup"),
        (b"\x00\x00\x00\x18ftypheic....", "heic"),
        (b"text\x00with nul", "unknown"),
        (bytes(range(256)) * 4, "unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",  # archives hold the time they were made
)
def test_everything_else_is_refused_for_what_it_is(content: bytes, code: str) -> None:
    with pytest.raises(NotTaken) as refused:
        kind_of(content)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("kind", "name", "shown"),
    [
        ("pdf", "批复.pdf", "批复.pdf"),
        ("pdf", "批复.PDF", "批复.PDF"),
        ("jpg", "照片.jpeg", "照片.jpeg"),
        ("png", "照片.exe", "照片.exe.png"),
        ("docx", "无扩展名", "无扩展名.docx"),
        ("txt", "台账.csv", "台账.csv"),
    ],
)
def test_the_name_ends_with_what_the_file_is(kind: str, name: str, shown: str) -> None:
    assert named_as(KINDS[kind], name) == shown
