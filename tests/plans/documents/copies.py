"""The same text as a saved web page and as a Word document."""

from __future__ import annotations

import html
import io
import zipfile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def as_html(text: str) -> bytes:
    """A page in GB18030 that says gb2312, with scripts and a menu around the text."""
    paragraphs = "\n".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n") if line.strip())
    page = (
        '<!DOCTYPE html><html><head><meta charset="gb2312"><title>t</title><script>var x = "<p>1.x</p>";</script></head>'
        f"<body><nav><ul><li>一、首页</li></ul></nav><div><div>{paragraphs}</div></div></body></html>"
    )
    return page.encode("gb18030")


def as_docx(text: str) -> bytes:
    """A document in which half of every paragraph was inserted and a word deleted under 修订."""
    body = "".join(
        f"<w:p>{_run(line[: len(line) // 2])}<w:ins>{_run(line[len(line) // 2 :])}</w:ins><w:del><w:r><w:delText>删去的字</w:delText></w:r></w:del></w:p>"
        for line in text.split("\n")
        if line.strip()
    )
    return docx(body)


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{html.escape(text)}</w:t></w:r>'


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{_run(text)}</w:p>"


def docx(body: str, **parts: str) -> bytes:
    """A package with a document part, and others by name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')
        for name, content in parts.items():
            package.writestr(f"word/{name}.xml", content.replace("<w:root", f'<w:root xmlns:w="{W}"'))
    return file.getvalue()
