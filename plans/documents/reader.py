"""Bytes as blocks: recognises the kind and hands over to its reader."""

from __future__ import annotations

from plans.documents.blocks import Finding, Source
from plans.documents.read_docx import docx_blocks
from plans.documents.read_html import html_blocks
from plans.documents.read_pdf import pdf_blocks
from plans.documents.read_text import blocks_of
from plans.documents.recognise import decoded, kind_of, refusal

LONGEST = 1_000_000  # characters; the longest plans have a tenth of it


def source_of(content: bytes, name: str) -> Source:
    """The document's blocks and its plain text; raises `NotRead` for kinds that are not read."""
    source = _read(kind_of(content, name), content)
    if len(source.text) > LONGEST:
        raise refusal("too_long")
    return source


def _read(kind: str, content: bytes) -> Source:
    if kind == "docx":
        return docx_blocks(content)
    if kind == "pdf":
        return pdf_blocks(content)
    text = decoded(content)
    if kind == "html":
        source = html_blocks(text)
        return Source(source.blocks, source.text, _unreadable(source.text))
    return Source(blocks_of(text) if len(text) <= LONGEST else (), text, _unreadable(text))


def _unreadable(text: str) -> tuple[Finding, ...]:
    """Lines with characters that could not be decoded."""
    return tuple(
        Finding(
            n,
            "unreadable_text",
            line.strip()[:60],
            "这一行有读不出的字（乱码），请核对原文件的编码，或另存为 UTF-8 后再读入。",
        )
        for n, line in enumerate(text.split("\n"), start=1)
        if line.count("\ufffd") or "锟斤拷" in line
    )[:50]
