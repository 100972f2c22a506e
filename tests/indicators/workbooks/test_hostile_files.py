"""Files that must not be read: each ends in its own clear message, quickly, and leaves nothing behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from indicators.workbooks.files import read_bytes
from indicators.workbooks.sentences import finding_sentence
from tests.indicators.workbooks import hostile as h

CELL = '<c r="A1"><v>1</v></c>'


@pytest.fixture(autouse=True)
def no_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert list(tmp_path.iterdir()) == []


WRONG_TYPES = {
    "empty": ("a.xlsx", b"", "empty_file"),
    "too big": ("a.csv", b"1,2\n" * (11 * 1024 * 256), "too_big"),
    "unknown extension": ("a.txt", b"1,2", "extension_not_read"),
    "no extension": ("报表", b"1,2", "extension_not_read"),
    "extension in another spelling": ("报表.XLSM ", h.workbook(), "macros"),
    "path as a name": ("../../etc/a.xlsx/..", h.workbook(), "extension_not_read"),
    "xlsx named xls": ("a.xls", h.workbook(), "extension_mismatch"),
    "xls named xlsx": ("a.xlsx", h.xls(), "extension_mismatch"),
    "csv named xlsx": ("a.xlsx", b"1,2", "extension_mismatch"),
    "html named xls": ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "is_html"),
    "html after a comment": ("a.xls", "\ufeff \n<!-- x --><!DOCTYPE html><html>".encode(), "is_html"),
    "html in utf-16": ("a.xls", "<html><table>".encode("utf-16"), "is_html"),
    "web archive": ("a.xls", b"MIME-Version: 1.0\nContent-Type: multipart/related", "is_html"),
    "xml spreadsheet": (
        "a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "is_xml"
    ),
    "pdf": ("a.xlsx", b"%PDF-1.7\n", "is_pdf"),
    "rar": ("a.xlsx", b"Rar!\x1a\x07\x00", "is_archive"),
    "gzip": ("a.csv", b"\x1f\x8b\x08\x00\x00", "is_archive"),
    "zip of texts": ("a.xlsx", h.packed({"a.txt": b"1"}), "is_archive"),
    "picture": ("a.xlsx", b"\x89PNG\r\n\x1a\n", "is_picture"),
    "program": ("a.csv", b"MZ\x90\x00\x03\x00", "is_program"),
    "noise": ("a.csv", b"\x00\x01\x02\x03" * 50, "is_unknown"),
    "docx by content": (
        "a.xlsx", h.packed({h.TYPES: b'<Types><Override ContentType="application/vnd.x.wordprocessingml.main+xml"/></Types>'}),
        "is_word",
    ),
    "pptx by content": (
        "a.xlsx", h.packed({h.TYPES: b'<Types><Override ContentType="application/vnd.x.presentationml.main+xml"/></Types>'}),
        "is_slides",
    ),
    "doc by content": ("a.xls", h.compound({"WordDocument": b"x"}), "is_word"),
    "ppt by content": ("a.xls", h.compound({"PowerPoint Document": b"x"}), "is_slides"),
    "docx by name": ("a.docx", h.workbook(), "is_word"),
    "et": ("报表.et", h.xls(), "is_et"),
    "wps": ("报表.wps", h.compound({"WordDocument": b"x"}), "is_word"),
    "xlsb by name": ("a.xlsb", h.workbook(), "is_xlsb"),
    "xlsb by content": (
        "a.xlsx", h.replaced(h.TYPES, "spreadsheetml.sheet.main+xml", "ms-excel.sheet.binary.macroEnabled.main"), "is_xlsb"
    ),
    "template": ("a.xlsx", h.replaced(h.TYPES, "sheet.main+xml", "template.main+xml"), "is_template"),
    "ods": ("a.xlsx", h.packed({"mimetype": b"x", "content.xml": b"<a/>"}), "is_ods"),
    "ofd": ("a.xlsx", h.packed({"OFD.xml": b"<a/>"}), "is_ofd"),
    "encrypted xlsx": ("a.xls", h.compound({"EncryptionInfo": b"x", "EncryptedPackage": b"x"}), "is_encrypted"),
    "encrypted parts": ("a.xlsx", h.patched_entry(h.workbook(), 0, 8, "H", 1), "is_encrypted"),
    "encrypted xls": ("a.xls", h.biff_with(0x2F, b"\0" * 54), "is_encrypted"),
    "excel 5": ("a.xls", h.compound({"Book": b"x"}), "xls_too_old"),
    "excel 95 records": ("a.xls", h.biff_patched(0x809, 1, 5), "xls_too_old"),
    "compound file of something else": ("a.xls", h.compound({"Contents": b"x"}), "is_unknown"),
}  # fmt: skip

DAMAGED_ARCHIVES = {
    "cut": (h.workbook()[:-30], "zip_broken"),
    "only the first bytes": (b"PK\x03\x04", "zip_broken"),
    "something in front": (b"PK\x03\x04xxxx" + h.workbook(), "zip_prefix"),
    "something behind": (h.workbook() + b"xxxx", "zip_tail"),
    "a comment": (h.workbook()[:-2] + b"\x05\x00hello", "zip_tail"),
    "too many parts": (h.packed({f"a{number}.xml": b"" for number in range(2001)}), "zip_too_many_parts"),
    "bomb": (h.with_parts({"xl/big.xml": b"\0" * 5_000_000}), "zip_ratio"),
    "too big unpacked": (
        h.with_parts({f"xl/b{number}.bin": bytes(range(256)) * 100 + b"\0" * 9_000 for number in range(1950)}), "zip_too_big"
    ),
    "size declared too small": (h.patched_entry(h.workbook(), 2, 24, "L", 3), "zip_sizes_lie"),
    "size declared too big": (h.patched_entry(h.workbook(), 2, 24, "L", 90_000), "zip_sizes_lie"),
    "wrong sum": (h.patched_entry(h.workbook(), 2, 16, "L", 3), "zip_sizes_lie"),
    "unknown method": (h.patched_entry(h.workbook(), 2, 10, "H", 12), "zip_broken"),
    "overlap": (h.overlapping(), "zip_broken"),
    "hidden part": (h.gap_before_directory(), "zip_gap"),
    "names that differ in case": (h.two_names_in_one(h.SHEET, "xl/worksheets/Sheet1.XML"), "zip_name_twice"),
    "parent folder": (h.with_parts({"../evil.xml": b"<a/>"}), "zip_name_unsafe"),
    "absolute name": (h.with_parts({"/evil.xml": b"<a/>"}), "zip_name_unsafe"),
    "backslash": (h.with_parts({"xl\\evil.xml": b"<a/>"}), "zip_name_unsafe"),
    "drive": (h.with_parts({"C:evil.xml": b"<a/>"}), "zip_name_unsafe"),
    "symlink": (h.symlink(), "zip_name_unsafe"),
}  # fmt: skip

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
DANGEROUS_PARTS = {
    "macros": (h.with_parts({"xl/vbaProject.bin": b"x"}), "macros"),
    "macro content type": (h.replaced(h.TYPES, "sheet.main+xml", "sheet.macroEnabled.main+xml"), "macros"),
    "macro sheet": (h.with_parts({"xl/macrosheets/sheet1.xml": b"<a/>"}), "macros"),
    "macro relationship": (h.related("vbaProject", "x.bin"), "macros"),
    "activex": (h.with_parts({"xl/activeX/activeX1.xml": b"<a/>"}), "macros"),
    "embedded object": (h.with_parts({"xl/embeddings/oleObject1.bin": b"x"}), "embedded_object"),
    "embedded relationship": (h.related("oleObject", "x.bin"), "embedded_object"),
    "external workbook": (h.with_parts({"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}), "external_link"),
    "dde link": (
        h.with_parts({"xl/externalLinks/externalLink1.xml": b"<externalLink><ddeLink/></externalLink>"}),
        "dde",
    ),
    "external picture": (h.related("image", "http://example.invalid/a.png", "External"), "external_link"),
    "data connection": (h.with_parts({"xl/connections.xml": b"<connections/>"}), "external_connection"),
    "dde formula": (h.sheet_of('<row r="1"><c r="A1"><f>cmd|\' /C calc\'!A0</f><v>1</v></c></row>'), "dde"),
    "web formula": (
        h.sheet_of('<row r="1"><c r="A1"><f>WEBSERVICE("http://a")</f><v>1</v></c></row>'),
        "external_link",
    ),
    "entity bomb": (h.with_parts({h.SHEET: (BOMB + "<worksheet/>").encode()}), "xml_dtd"),
    "external entity": (h.with_parts({"xl/sharedStrings.xml": (OUTSIDE + "<sst>&a;</sst>").encode()}), "xml_dtd"),
    "entity in utf-16": (h.with_parts({"docProps/core.xml": (BOMB + "<a/>").encode("utf-16")}), "xml_encoding"),
    "document type in a relationship": (h.with_parts({"_rels/.rels": b"<!DOCTYPE x []><Relationships/>"}), "xml_dtd"),
    "deep": (h.with_parts({"docProps/core.xml": b"<a>" * 65 + b"</a>" * 65}), "xml_depth"),
    "not xml": (h.with_parts({h.SHEET: b"<worksheet><sheetData>"}), "xml_broken"),
    "sheet in utf-16": (h.with_parts({h.SHEET: "<worksheet/>".encode("utf-16")}), "xml_encoding"),
    "sheet in latin": (
        h.with_parts({h.SHEET: b'<?xml version="1.0" encoding="latin-1"?><worksheet/>'}),
        "xml_encoding",
    ),
    "no workbook part": (h.replaced(h.TYPES, "/xl/workbook.xml", "/xl/other.xml"), "unusual_layout"),
    "two workbook parts": (h.related("officeDocument", "xl/other.xml", part="_rels/.rels"), "unusual_layout"),
    "one relationship id twice": (h.replaced(h.RELS, 'Id="rId2"', 'Id="rId1"'), "workbook_broken"),
    "sheet part missing": (
        h.replaced(h.RELS, "/xl/worksheets/sheet1.xml", "/xl/worksheets/nothing.xml"),
        "workbook_broken",
    ),
    "no sheet": (h.replaced(h.WORKBOOK, "<sheet ", "<nosheet "), "no_sheets"),
}

WRONG_GEOMETRY = {
    "last cell of excel": (h.sheet_of(f'<row r="1">{CELL}</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "cell_outside"),
    "one column too far": (h.sheet_of('<row r="1"><c r="IW1"><v>1</v></c></row>'), "cell_outside"),
    "one row too far": (h.sheet_of('<row r="110001"><c r="A110001"><v>1</v></c></row>'), "cell_outside"),
    "scattered": (h.sheet_of(f'<row r="1">{CELL}</row><row r="110000"><c r="IV110000"><v>1</v></c></row>'), "too_scattered"),
    "attribute twice": (h.sheet_of('<row r="1" r="2"/>'), "xml_broken"),
    "same cell twice": (h.sheet_of(f'<row r="1">{CELL}<c r="A1"><v>2</v></c></row>'), "cells_out_of_order"),
    "same row twice": (h.sheet_of(f'<row r="1">{CELL}</row><row r="1">{CELL}</row>'), "cells_out_of_order"),
    "cell in another row": (h.sheet_of('<row r="1"><c r="A2"><v>1</v></c></row>'), "cells_out_of_order"),
    "merges": (
        h.sheet_of("", "<mergeCells>" + "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 2002)) + "</mergeCells>"),
        "too_many_merges",
    ),
    "sheets": (h.workbook(change=lambda book: [book.create_sheet(f"表{number}") for number in range(60)]), "too_many_sheets"),
    "number that is none": (h.sheet_of('<row r="1"><c r="A1"><v>0x10</v></c></row>'), "not_a_stored_number"),
    "number of foreign digits": (h.sheet_of('<row r="1"><c r="A1"><v>١٢</v></c></row>'), "not_a_stored_number"),
    "number that is infinite": (h.sheet_of('<row r="1"><c r="A1"><v>INF</v></c></row>'), "not_a_stored_number"),
    "shared text that is not there": (h.sheet_of('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>'), "workbook_broken"),
}  # fmt: skip


def shared_text_bomb() -> bytes:
    text = "很长的文字" * 6_000
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 2_000))
    strings = f'<sst xmlns="{h.MAIN}"><si><t>{text}</t></si></sst>'
    return h.with_parts({"xl/sharedStrings.xml": strings.encode()}, h.sheet_of(cells))


def too_many_cells() -> bytes:
    rows = "".join(
        f"<row>{''.join(f'<c><v>{row * column % 99_991}</v></c>' for column in range(100))}</row>"
        for row in range(10_001)
    )
    return h.sheet_of(rows)


HOSTILE_XLS = {
    "macro sheet": (h.biff_patched(0x85, 5, 1), "macros"),
    "basic module": (h.biff_patched(0x85, 5, 6), "macros"),
    "macro storage": (h.compound({"Workbook": h.biff(), "_VBA_PROJECT_CUR": b"x"}), "macros"),
    "embedded object": (h.compound({"Workbook": h.biff(), "MBD0001": b"x"}), "embedded_object"),
    "external workbook": (h.biff_with(0x1AE, b"\x01\x00\x08\x00\x00\x01a.xls"), "external_link"),
    "dde": (h.biff_with(0x1AE, b"\x00\x00\x05\x00\x00cmd\x03x"), "dde"),
    "many merges": (h.biff_with(0xE5, b"\xd1\x07"), "too_many_merges"),
    "cut": (h.xls()[:1500], "workbook_broken"),
    "noise behind the mark": (h.xls()[:8] + b"\xff" * 4096, "workbook_broken"),
    "noise as workbook": (h.compound({"Workbook": h.biff()[:200]}), "workbook_broken"),
}

HOSTILE_CSV = {
    "open quote": ('指标,数值\n"有效发明专利,12\n商标,13\n'.encode(), "csv_quote"),
    "text behind a quote": (b'a,b\n"x"y,1\n', "csv_quote"),
    "nul": ("a,b\n1\x00,2\n".encode("utf-16"), "csv_nul"),
    "no encoding": (b"\xff\xff,\x80\n", "csv_encoding"),
    "endless field": (b"a,b\n" + b"x" * 40_000 + b",1\n", "csv_field_too_long"),
    "too many columns": (b"1," * 300 + b"1\n", "cell_outside"),
    "too many rows": (b"1\n" * 110_001, "cell_outside"),
}

CASES = [
    *((label, name, content, code) for label, (name, content, code) in WRONG_TYPES.items()),
    *((label, "a.xlsx", content, code) for label, (content, code) in DAMAGED_ARCHIVES.items()),
    *((label, "a.xlsx", content, code) for label, (content, code) in DANGEROUS_PARTS.items()),
    *((label, "a.xlsx", content, code) for label, (content, code) in WRONG_GEOMETRY.items()),
    *((label, "a.xls", content, code) for label, (content, code) in HOSTILE_XLS.items()),
    *((label, "a.csv", content, code) for label, (content, code) in HOSTILE_CSV.items()),
]


def refusal_of(content: bytes, name: str) -> str:
    result = read_bytes(content, name)
    assert result.refused, result
    assert result.sheets == []
    (finding,) = result.findings
    sentence = finding_sentence(finding)
    assert sentence.endswith("。")
    assert "{" not in sentence
    return finding.code


@pytest.mark.parametrize(("name", "content", "code"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_a_hostile_file_is_refused_as_what_it_is(name: str, content: bytes, code: str) -> None:
    assert refusal_of(content, name) == code


def test_one_long_text_shown_in_many_cells_is_too_much_text() -> None:
    assert refusal_of(shared_text_bomb(), "a.xlsx") == "too_much_text"


def test_more_than_a_million_filled_cells_are_too_many() -> None:
    assert refusal_of(too_many_cells(), "a.xlsx") == "too_many_cells"


def test_overlapping_parts_are_refused() -> None:
    content = bytearray(h.packed({h.TYPES: b"<Types/>", "xl/a.xml": b"<aaaaaaaa/>" * 3}))
    first_packed = h.directory(bytes(content)) + 20
    content[first_packed] += 40
    assert refusal_of(bytes(content), "a.xlsx") == "zip_overlap"


def test_xml_that_two_readers_understand_differently_is_refused() -> None:
    content = h.sheet_of('<row r="1"><c r="A1"><v>1<!-- -->2</v></c><c r="B1"><v>1</v></c></row>')
    result = read_bytes(content, "a.xlsx")
    if not result.refused:  # then both readers have to have seen the whole number
        assert str(result.sheets[0].rows[0][0].value) == "12"
