"""What a file is decides its content, not its name; what is not read is answered with how to save it."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.plans.documents.copies import W, docx, paragraph
from tests.plans.documents.support import read

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
TEXT = "深圳市知识产权工作方案\n一、主要任务\n（一）加强镕基保护。完善机制。（责任单位：市市场监管局、市财政局）\n"


def package(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
    return file.getvalue()


REFUSED = {
    "empty_file": (b"  \n", "a.txt"),
    "is_doc": (OLE + "WordDocument".encode("utf-16-le"), "a.docx"),
    "is_wps": (OLE + "WordDocument".encode("utf-16-le"), "规划.wps"),
    "is_et": (OLE + "Workbook".encode("utf-16-le"), "指标.et"),
    "is_xls": (OLE + "Workbook".encode("utf-16-le"), "a.doc"),
    "is_encrypted": (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx"),
    "is_ofd": (package(OFD_DOT_xml="<x/>"), "a.docx"),
    "is_xlsb": (package(xl__workbook_DOT_bin="x"), "a.docx"),
    "is_xlsx": (package(xl__workbook_DOT_xml="<x/>"), "a.docx"),
    "is_rtf": (b"{\\rtf1 x}", "a.doc"),
    "is_mht": (b"MIME-Version: 1.0\r\n", "a.html"),
    "is_odt": (package(content_DOT_xml="<x/>"), "a.odt"),
    "is_archive": (package(a_DOT_txt="x"), "a.docx"),
    "is_picture": (b"\x89PNG\r\n\x1a\n", "a.html"),
    "is_unknown": (b"abc\x00\x01\x02def", "a.txt"),
    "not_a_zip": (b"PK\x03\x04 and nothing more", "a.docx"),
    "too_big": (b"a" * (10 * 1024 * 1024 + 1), "a.txt"),
    "too_long": ("知识产权".encode() * 100_001, "a.txt"),
    "html_too_deep": (b"<html><body>" + b"<div>" * 5000 + b"x", "a.html"),
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_file_that_is_not_read_is_named_and_told_how_to_save(code):
    content, name = REFUSED[code]
    reading = read(content, name)
    assert reading.refused
    assert [finding.code for finding in reading.findings] == [code]
    assert reading.findings[0].message.endswith("。")


def bomb() -> bytes:
    return docx("<w:p><w:r><w:t>" + "一" * 4_000_000 + "</w:t></w:r></w:p>")


def with_entity() -> bytes:
    return package(
        word__document_DOT_xml=f'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document xmlns:w="{W}"><w:body>&e;</w:body></w:document>'
    )


@pytest.mark.parametrize(
    "content", [bomb(), with_entity(), docx("")[:-40], docx("<w:p>").replace(b"PK\x05\x06", b"PK\x00\x00")]
)
def test_a_hostile_package_is_refused_without_a_trace(content):
    assert read(content, "规划.docx").refused


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_every_encoding_people_have(encoding):
    reading = read(TEXT.encode(encoding))
    assert [(task.title, [a.unit for a in task.assignments]) for task in reading.tasks] == [
        ("加强镕基保护", ["市市场监管局", "市财政局"])
    ]


def test_text_that_was_broken_before_is_reported_with_its_line():
    reading = read("深圳市知识产权工作方案\n一、锟斤拷锟斤拷\n")
    assert [(finding.line, finding.code) for finding in reading.findings][-1] == (2, "unreadable_text") or any(
        (finding.line, finding.code) == (2, "unreadable_text") for finding in reading.findings
    )


def test_a_word_document_gives_inserted_text_merged_cells_and_automatic_numbers():
    numbering = (
        '<w:root><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
        '<w:lvlText w:val="%1、"/></w:lvl></w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:root>'
    )
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr>'

    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"

    head = "".join(cell(text) for text in ("任务类别", "重点任务", "牵头单位", "配合单位"))
    first = (
        cell("保护", '<w:vMerge w:val="restart"/>') + cell("1.加强执法") + cell("市公安局") + cell("市司法局、市法院")
    )
    second = cell("", "<w:vMerge/>") + cell("2.完善信用") + cell("市发改委、市市场监管局", '<w:gridSpan w:val="2"/>')
    table = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in (head, first, second)) + "</w:tbl>"
    body = (
        paragraph("深圳市知识产权工作方案") + paragraph("总体要求", numbered) + paragraph("重点任务", numbered) + table
    )
    reading = read(docx(body, numbering=numbering), "规划.docx")
    assert [(item.number, item.title) for item in reading.sections] == [
        ("一", "总体要求"),
        ("二", "重点任务"),
        ("保护", "保护"),
    ]
    assert [(task.number, task.title, task.section) for task in reading.tasks] == [
        ("1", "加强执法", ("保护",)),
        ("2", "完善信用", ("保护",)),
    ]
    assert [(a.role, a.unit) for a in reading.tasks[0].assignments] == [
        ("lead", "市公安局"),
        ("cooperating", "市司法局"),
        ("cooperating", "市法院"),
    ]
