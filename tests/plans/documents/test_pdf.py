"""PDF: text and ruled tables are read as from Word; scans, locked and hostile files end in a sentence, in a process of their own."""

from __future__ import annotations

import zlib
from decimal import Decimal

import pytest

from plans.documents.blocks import NotRead
from plans.documents.read_pdf import pdf_blocks
from tests.plans.documents.pdf_copies import HEIGHT, WIDTH, at, pdf, ruled, wrapped, written
from tests.plans.documents.support import read

HEAD = at(200, 800, "江州市人民政府公报", 9)
TITLE = at(100, 760, "深圳市知识产权强市建设工作方案（2022-2025年）", 20)
PARAGRAPH = (
    "（一）完善保护机制。健全行政保护与司法保护衔接机制，完善快速维权通道，加强海外知识产权纠纷应对指导，推动建立跨部门跨区域协作机制。"
    "（牵头单位：市市场监管局；责任单位：市公安局、市中级人民法院、市人民检察院、各区人民政府）"
)
COLUMNS = (60, 180, 80, 60, 60)
ROWS = [["序号", "指标名称", "单位", "2021年", "2025年"], ["1", "每万人发明专利拥有量", "件", "12.5", "20"]]
MORE = [["序号", "指标名称", "单位", "2021年", "2025年"], ["2", "专利质押融资额", "亿元", "3", "5.5"]]


def foot(n: int) -> str:
    return at(280, 30, f"— {n} —", 10)


def test_wrapped_lines_page_furniture_and_ruled_tables_are_read() -> None:
    head = HEAD + TITLE
    pages = (
        head + wrapped(["一、主要目标"], 700) + ruled(660, COLUMNS, ROWS) + foot(1),
        HEAD + ruled(780, COLUMNS, MORE) + wrapped(["二、重点任务", PARAGRAPH], 600) + foot(2),
        HEAD + wrapped(["三、保障措施"]) + foot(3),
    )
    reading = read(pdf(*pages), "规划.pdf")
    assert not reading.refused
    assert reading.header.title == "深圳市知识产权强市建设工作方案（2022-2025年）"
    assert [(task.title, [a.unit for a in task.assignments]) for task in reading.tasks] == [
        ("完善保护机制", ["市市场监管局", "市公安局", "市中级人民法院", "市人民检察院", "各区人民政府"])
    ]
    assert [
        (i.name, i.unit, i.baselines, [(t.year, t.value) for t in i.targets]) for i in reading.indicators
    ] == [
        ("每万人发明专利拥有量", "件", [(2021, Decimal("12.5"))], [(2025, Decimal(20))]),
        ("专利质押融资额", "亿元", [(2021, Decimal(3))], [(2025, Decimal("5.5"))]),
    ]  # fmt: skip
    assert "公报" not in reading.text
    assert "— 2 —" not in reading.text


def picture() -> bytes:
    stream = zlib.compress(bytes(100))
    image = f"<</Type/XObject/Subtype/Image/Width 10/Height 10/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode/Length {len(stream)}>>stream\n".encode()
    drawn = f"{WIDTH} 0 0 {HEIGHT} 0 0 cm /I1 Do".encode()
    page = (
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Resources<</XObject<</I1 4 0 R>>>>/Contents 5 0 R>>"
    )
    return written(
        [
            b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page.encode(),
            image + stream + b"\nendstream", f"<</Length {len(drawn)}>>stream\n".encode() + drawn + b"\nendstream",
        ]
    )  # fmt: skip


def drawing(times: int) -> bytes:
    """A page whose small content stream unpacks to so many strokes."""
    packer = zlib.compressobj(9)
    strokes = b"0 0 m 9 9 l S " * 10_000
    stream = b"".join([*(packer.compress(strokes) for _n in range(times // 10_000)), packer.flush()])
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"
    return written(
        [
            b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page,
            f"<</Length {len(stream)}/Filter/FlateDecode>>stream\n".encode() + stream + b"\nendstream",
        ]
    )  # fmt: skip


LOCKED = (
    b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>/ID[<" + b"43" * 16 + b"><" + b"43" * 16 + b">]"
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("pdf_scanned", picture()),
        ("pdf_without_text", pdf("")),
        ("pdf_encrypted", pdf(TITLE, trailer=LOCKED)),
        ("pdf_broken", b"%PDF-1.7"),
        ("pdf_broken", pdf(TITLE)[:400]),
    ],
)
def test_a_pdf_that_cannot_be_read_is_told_how_to_save(code: str, content: bytes) -> None:
    reading = read(content, "规划.docx")
    assert reading.refused
    assert [finding.code for finding in reading.findings] == [code]
    assert "WPS" in reading.findings[0].message


def test_a_pdf_that_draws_without_end_is_stopped() -> None:
    with pytest.raises(NotRead) as refused:
        pdf_blocks(drawing(2_000_000), seconds=2.0)
    assert refused.value.code == "pdf_took_too_long"


def test_a_pdf_that_unpacks_to_more_than_memory_holds_is_refused() -> None:
    with pytest.raises(NotRead) as refused:
        pdf_blocks(drawing(50_000_000))
    assert refused.value.code in {"pdf_broken", "pdf_took_too_long"}


def test_a_page_tree_that_goes_in_circles_ends() -> None:
    circle = written([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>"])
    assert read(circle, "a.pdf").refused
