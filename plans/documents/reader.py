"""Bytes as blocks: recognises the kind and hands over to its reader."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

from plans.documents.blocks import Finding, Source
from plans.documents.read_docx import docx_blocks
from plans.documents.read_html import html_blocks
from plans.documents.read_pdf import pdf_blocks
from plans.documents.read_text import blocks_of
from plans.documents.recognise import decoded, kind_of, refusal

_MOST_FINDINGS = 50
_LATIN = "·×°±§÷\xa0"
# UTF-8 Chinese read as GB18030 is full of these: 知识产权 becomes 鐭ヨ瘑浜ф潈.
_AS_GB = re.compile(r"[鐭鍥鍙浜鎴璇鏄锛銆涓鐨鏉瘑潈绗]{1,}.{0,6}[鐭鍥鍙浜鎴璇鏄锛銆涓鐨鏉瘑潈绗]")
LONGEST = 400_000  # characters; the longest plans have a quarter of it
MOST_LINES = 20_000


def source_of(content: bytes, name: str) -> Source:
    """The document's blocks and its plain text; raises `NotRead` for kinds that are not read."""
    source = _read(kind_of(content, name), content)
    if too_long(source.text):
        raise refusal("too_long")
    return replace(source, findings=(*source.findings, *_unreadable(source.text)))


def _read(kind: str, content: bytes) -> Source:
    if kind == "docx":
        return docx_blocks(content)
    if kind == "pdf":
        return pdf_blocks(content)
    text = decoded(content)
    if kind == "html":
        return html_blocks(text)
    return Source(() if too_long(text) else blocks_of(text), text)


def too_long(text: str) -> bool:
    """Whether a text is longer than any plan; reading it would only take time."""
    return len(text) > LONGEST or text.count("\n") > MOST_LINES


def _unreadable(text: str) -> tuple[Finding, ...]:
    """Lines whose signs were broken by a wrong encoding, before or now."""
    message = "这一行有读不出的字（乱码），请核对原文件的编码，或另存为 UTF-8 后再读入。"
    broken = ((n, line.strip()) for n, line in enumerate(text.split("\n"), start=1) if is_broken(line))
    return tuple(Finding(n, "unreadable_text", line[:60], message) for n, line in islice(broken, _MOST_FINDINGS))


def is_broken(line: str) -> bool:
    """Signs that could not be decoded, GB text read as Latin, UTF-8 text read as GB, or signs of a font without names."""
    if "\ufffd" in line or "锟斤拷" in line or "(cid:" in line:
        return True
    odd = sum(("\x80" <= sign <= "\xff" and sign not in _LATIN) or "\ue000" <= sign <= "\uf8ff" for sign in line)
    if odd > 3 and odd * 3 > len(line.strip()):
        return True
    if _AS_GB.search(line) is None:
        return False
    try:
        again = line.strip().encode("gb18030").decode("utf-8", "ignore")
    except UnicodeEncodeError:
        return False
    return sum("\u4e00" <= sign <= "\u9fff" for sign in again) > 3
