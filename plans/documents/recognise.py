"""What a file is, by its bytes and not by its name; kinds that are not read are answered with how to save them."""

from __future__ import annotations

import io
import re
import zipfile

from plans.documents.blocks import NotRead

FILE_BYTES = 10 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|table|div|p)\b", re.I)
_SAVE = "请用 WPS 或 Word 打开，选“文件 → 另存为”，类型选“.docx”，再读入。"
_SAVE_SHEET = "请用 WPS 或 Excel 打开，选“文件 → 另存为”，类型选“.xlsx”，作为统计数据读入；规划正文请另存为 .docx。"
_REFUSALS = {
    "empty_file": "文件是空的，没有可读的内容。",
    "too_big": "文件超过 10 MB，不读取。请去掉图片后另存，或只保存规划正文。",
    "too_long": "文字超过 40 万字或 2 万行，不像一份规划。请只保存规划正文后读入。",
    "is_doc": f"这是旧格式的 Word 文件（.doc），内容完好，但本系统不读这种格式。{_SAVE}",
    "is_wps": f"这是 WPS 文字文件（.wps），内容完好，但本系统不读这种格式。{_SAVE}",
    "is_et": f"这是 WPS 表格文件（.et），不是规划文件。{_SAVE_SHEET}",
    "is_xls": f"这是旧格式的 Excel 文件（.xls），不是规划文件。{_SAVE_SHEET}",
    "is_ole": f"这是旧格式或加密的 Office/WPS 文件，本系统不能直接读取。{_SAVE}",
    "is_encrypted": "文件设有打开密码，本系统不能读取。请用 WPS 或 Word 打开，取消密码后另存为 .docx。",
    "is_ofd": "这是版式文件（.ofd）。请用 OFD 阅读器或 WPS 打开，选“文件 → 另存为”或“转换”，存为 .docx 后读入。",
    "is_xlsb": f"这是二进制 Excel 文件（.xlsb）。{_SAVE_SHEET}",
    "is_xlsx": "这是 Excel 工作簿，不是规划文件。统计数据请在“数据上传”中读入；规划正文请另存为 .docx。",
    "pdf_scanned": "这是扫描件 PDF，里面只有图片，没有文字。请先做文字识别（WPS：PDF 转 Word，勾选文字识别），核对后另存为 .docx 再读入。",
    "pdf_without_text": "这份 PDF 里没有可以选中的文字。请用 WPS 打开，选“文件 → 另存为”或“PDF 转 Word”，存为 .docx 后读入。",
    "pdf_encrypted": "这份 PDF 设有打开密码，本系统不能读取。请取消密码，或用 WPS 打开后选“文件 → 另存为”，存为 .docx 后读入。",
    "pdf_unreadable": "这份 PDF 的字体没有带编码，取出来的文字是乱码。请用 WPS 选“PDF 转 Word”，核对后存为 .docx 再读入。",
    "pdf_too_long": "这份 PDF 超过 400 页或 40 万字，不像一份规划。请只保存规划正文，或另存为 .docx 后读入。",
    "pdf_took_too_long": "这份 PDF 结构复杂，10 秒内没有读完，已停止。请用 WPS 打开，选“文件 → 另存为”或“PDF 转 Word”，存为 .docx 后读入。",
    "pdf_broken": "这份 PDF 的结构读不通，可能没有传完。请重新下载，或用 WPS 打开后选“文件 → 另存为”，存为 .docx 再读入。",
    "is_rtf": f"这是 RTF 文件。{_SAVE}",
    "is_odt": f"这是 OpenDocument 文件（.odt）。{_SAVE}",
    "is_archive": "这是压缩包。请解压后，把其中的规划文件（.docx、.html 或 .txt）单独读入。",
    "is_picture": "这是图片，不能读出文字。请先做文字识别，存为 .docx 或 .txt 后读入。",
    "is_mht": "这是单个文件网页（.mht）。请在浏览器中另存为“网页，仅 HTML”（.html）后读入。",
    "is_unknown": "文件内容不是文字，认不出是什么格式。请另存为 .docx 或 .txt 后读入。",
    "not_a_zip": "文件的开头是 .docx，但压缩结构读不通，可能没有传完。请重新另存为 .docx 后读入。",
    "docx_without_text": "文件是 .docx 结构，但没有正文部分。请用 Word 或 WPS 打开确认，再另存为 .docx。",
    "docx_unsafe": "文件的压缩结构异常（部件过多、过大或文件声明可疑），不读取。请用 WPS 或 Word 打开后另存为 .docx。",
    "html_too_deep": "网页嵌套过深，不读取。请在浏览器中复制正文，粘贴为 .txt 后读入。",
}
_SIGNATURES = (
    (b"{\\rtf", "is_rtf"), (b"Rar!", "is_archive"), (b"7z\xbc\xaf", "is_archive"), (b"\x1f\x8b", "is_archive"),
    (b"\x89PNG", "is_picture"), (b"\xff\xd8\xff", "is_picture"), (b"GIF8", "is_picture"),
)  # fmt: skip
# Names of the streams of an OLE file, which are written in UTF-16.
_STREAMS = (
    ("WordDocument", "is_doc"),
    ("Workbook", "is_xls"),
    ("Book", "is_xls"),
    ("EncryptedPackage", "is_encrypted"),
)


def refusal(code: str) -> NotRead:
    """The refusal of a code, with its sentence."""
    return NotRead(code, _REFUSALS[code])


def kind_of(content: bytes, name: str) -> str:
    """`docx`, `pdf`, `html` or `text`; raises `NotRead` for everything else."""
    if not content.strip():
        raise refusal("empty_file")
    if len(content) > FILE_BYTES:
        raise refusal("too_big")
    if content.startswith(_OLE):
        raise refusal(_ole_kind(content, name))
    if content.startswith(b"PK\x03\x04"):
        return _zip_kind(content)
    if content.startswith(b"%PDF"):
        return "pdf"
    for signature, code in _SIGNATURES:
        if content.startswith(signature):
            raise refusal(code)
    text = decoded(content)
    head = text[:4096].lstrip()
    if head.startswith("MIME-Version:"):
        raise refusal("is_mht")
    return "html" if head.startswith("<") and _HTML.search(head) else "text"


def _ole_kind(content: bytes, name: str) -> str:
    extension = name.rpartition(".")[2].casefold()
    if extension in {"wps", "et"}:
        return f"is_{extension}"
    for stream, code in _STREAMS:
        if stream.encode("utf-16-le") in content:
            return code
    return "is_ole"


def _zip_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise refusal("not_a_zip") from error
    if "word/document.xml" in names:
        return "docx"
    for part, code in (
        ("OFD.xml", "is_ofd"),
        ("xl/workbook.bin", "is_xlsb"),
        ("xl/workbook.xml", "is_xlsx"),
        ("content.xml", "is_odt"),
    ):
        if part in names:
            raise refusal(code)
    raise refusal("docx_without_text" if "[Content_Types].xml" in names else "is_archive")


def decoded(content: bytes) -> str:
    """The text of bytes: UTF-8, UTF-16 with its mark, else GB18030 (a page that says gb2312 means it). Raises `NotRead`."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _without_nul(content.decode("utf-16", "replace"))
    if b"\x00" in content:
        raise refusal("is_unknown")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    as_chinese = content.decode("gb18030", "replace")
    broken = content.decode("utf-8", "replace").count("\ufffd")
    # A UTF-8 file with a few damaged bytes stays UTF-8.
    if broken * 50 < len(content) and as_chinese.count("\ufffd") > 0:
        return content.decode("utf-8", "replace").removeprefix("\ufeff")
    return as_chinese


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise refusal("is_unknown")
    return text
