"""Tables that try to be read wrongly: number writings, repeats, sums, tricks with heads, text that is code, odd geometry.

Every one ends in a row with a verdict or in a finding that names the place; nothing is invented and nothing raises.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.workbooks import limits
from indicators.workbooks.files import read_bytes
from indicators.workbooks.inert import csv_text
from indicators.workbooks.mapping.apply import read_figures
from indicators.workbooks.mapping.model import FigureRow, Hints, Reading, Reference
from indicators.workbooks.results import Cell, ReadResult, Sheet
from indicators.workbooks.sentences import figure_sentence, with_messages
from ipdash.core.figure_text import CellError
from tests.indicators.workbooks import hostile as h

HEAD = ["2024年三季度"], ["地区", "有效发明专利拥有量（件）"]
HINTS = Hints("数据.xlsx")

ASKED = {
    "文本数字 12": ("12", "12"), "full width": ("１２３", "123"), "comma": ("1,234", "1234"), "full-width comma": ("1，234", "1234"),
    "blank": ("1 234", "1234"), "万": ("1.2万", "12000"), "亿": ("0.001亿", "100000"), "no-break blank": ("12\u00a0", "12"),
    "noise": ("0.30000000000000004", "0.3"), "unit": ("12件", "12"),
}  # fmt: skip
MISSING = [None, "-", "—", "——", "…", "……", "/", "无", "不详", "未公布"]
REFUSED = [
    "1,2,34", "12,34", "1.2.3", "12-", "(12)", "6-7", "≥100", "约100", "100余", "12？", "其中12", "十二", "1e5", "0x10", "1_000",
    "NaN", "Infinity", "١٢٣", "12\u200f", "2024-01-05", True, "1234567890123456789", "12%",
]  # fmt: skip


def book(*rows: Sequence[Any]) -> bytes:
    return h.workbook(*(list(row) for row in rows))


def reading_of(content: bytes, reference: Reference, name: str = "数据.xlsx", hints: Hints = HINTS) -> Reading:
    return read_figures(read_bytes(content, name), reference, hints)


def rows_of(reference: Reference, *rows: Sequence[Any]) -> list[FigureRow]:
    return reading_of(book(*rows), reference).rows


def test_the_43_writings_have_their_verdicts_in_a_workbook(reference: Reference) -> None:
    cells = [cell for cell, _ in ASKED.values()] + [*MISSING, *REFUSED]
    assert len(cells) == 43
    names = [entry.name for entry in list(reference.regions.by_code.values()) if entry.level == "prefecture"][
        : len(cells)
    ]
    rows = rows_of(reference, *HEAD, *([name, cell] for name, cell in zip(names, cells, strict=True)))
    verdicts = [row.verdict for row in rows]
    assert verdicts == ["question"] * len(ASKED) + ["missing"] * len(MISSING) + ["refused"] * len(REFUSED)
    understood = [str(row.value) for row in rows[: len(ASKED)]]
    assert understood == [value for _, value in ASKED.values()]
    assert all(row.value is None for row in rows[len(ASKED) :])
    assert all(figure_sentence(row.code, row.params).endswith("。") for row in rows)


def test_the_same_writings_in_a_csv_are_read_alike_but_for_plain_digits(reference: Reference) -> None:
    lines = [
        "2024年三季度,",
        "地区,有效发明专利拥有量（件）",
        "杭州市,12",
        '宁波市,"1,234"',
        "温州市,-",
        "嘉兴市,1e5",
        "湖州市,12-",
    ]
    rows = reading_of("\n".join(lines).encode("gb18030"), reference, "数据.csv").rows
    assert [row.verdict for row in rows] == ["ok", "question", "missing", "refused", "refused"]


def test_a_date_an_error_and_a_formula_without_value_are_refused_with_their_address(reference: Reference) -> None:
    cells = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>地区</t></is></c><c r="B1" t="inlineStr"><is><t>2024年三季度有效发明专利拥有量</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>杭州市</t></is></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
        '<row r="3"><c r="A3" t="inlineStr"><is><t>宁波市</t></is></c><c r="B3"><f>B1*2</f></c></row>'
        '<row r="4"><c r="A4" t="inlineStr"><is><t>温州市</t></is></c><c r="B4"><f>1+1</f><v>2</v></c></row>'
    )
    reading = reading_of(h.sheet_of(cells), reference)
    assert [(row.cell, row.verdict, row.code) for row in reading.rows] == [
        ("B2", "refused", "error_cell"), ("B3", "refused", "formula_without_value"), ("B4", "ok", "")
    ]  # fmt: skip
    assert [(finding.code, finding.address) for finding in reading.findings] == [
        ("error_cell", "B2"), ("formula_without_value", "B3")
    ]  # fmt: skip


def test_the_same_figure_again_is_a_duplicate_and_another_value_refuses_both(reference: Reference) -> None:
    rows = rows_of(reference, *HEAD, ["杭州市", 1], ["宁波市", 2], ["杭州", 1], ["宁 波", 3])
    assert [(row.cell, row.verdict, row.code) for row in rows] == [
        ("B3", "ok", ""), ("B4", "refused", "figures_conflict"), ("B5", "duplicate", "figure_twice"), ("B6", "refused", "figures_conflict")
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["合计", "总 计", "全省", "全国", "其他", "市本级", "合计（不含杭州）"])
def test_a_sum_or_a_scope_is_never_a_region(name: str, reference: Reference) -> None:
    rows = rows_of(reference, *HEAD, [name, 3], ["杭州市", 1], ["宁波市", 2])
    assert [(row.verdict, row.region_code) for row in rows] == [("total", None), ("ok", "330100"), ("ok", "330200")]


def test_the_plans_own_scope_is_asked_about(reference: Reference) -> None:
    content = book(*HEAD, ["全市", 3], ["金台区", 1], ["渭滨区", 2])
    (row, *_rest) = reading_of(content, reference, hints=Hints("数据.xlsx", region="610300")).rows
    assert (row.verdict, row.code, row.candidates, row.region_code) == ("question", "own_scope", ("610300",), None)


def test_a_sum_that_its_parts_do_not_make_is_told_and_a_ratio_is_left_alone(reference: Reference) -> None:
    head = ["地区", "有效发明专利拥有量", "每万人发明专利拥有量"]
    reading = reading_of(
        book(["2024年三季度"], head, ["合计", 31, 5.5], ["杭州市", 10, 5], ["宁波市", 20, 6]), reference
    )
    found = [(finding.code, finding.address, finding.params["difference"]) for finding in reading.findings]
    assert found == [("total_differs", "B3", "1")]
    missing = reading_of(
        book(["2024年三季度"], head, ["合计", 31, 5.5], ["杭州市", 10, 5], ["宁波市", "-", 6]), reference
    )
    assert missing.findings == []


HEADS: dict[str, tuple[list[Sequence[Any]], list[tuple[str, str, str]]]] = {
    "the same head twice": (
        [["2024年三季度"], ["地区", "有效发明专利拥有量", "有效发明专利拥有量"], ["杭州市", 1, 2]],
        [("B3", "refused", "figures_conflict"), ("C3", "refused", "figures_conflict")],
    ),
    "a column without a head": (
        [["2024年三季度"], ["地区", "有效发明专利拥有量", None], ["杭州市", 1, 2], ["宁波市", 3, 4]],
        [("B3", "ok", ""), ("C3", "question", "indicator_missing"), ("B4", "ok", ""), ("C4", "question", "indicator_missing")],
    ),
    "no heads at all": (
        [["杭州市", 1], ["宁波市", 2]],
        [("B1", "question", "no_header"), ("B2", "question", "no_header")],
    ),
    "a head that says nothing": (
        [["2024年三季度"], ["地区", "数量"], ["杭州市", 1]],
        [("B3", "question", "indicator_missing")],
    ),
    "no period anywhere": (
        [["地区", "有效发明专利拥有量"], ["杭州市", 1]],
        [("B2", "question", "period_missing")],
    ),
    "a flow without its basis": (
        [["2024年三季度"], ["地区", "作品登记量"], ["杭州市", 1]],
        [("B3", "question", "basis_unclear")],
    ),
    "a stock headed as a quarter's own": (
        [["2024年三季度"], ["地区", "有效发明专利拥有量（当季）"], ["杭州市", 1]],
        [("B3", "question", "basis_conflict")],
    ),
    "money without its unit": (
        [["2024年1-9月"], ["地区", "知识产权质押融资金额"], ["杭州市", 1]],
        [("B3", "question", "unit_unclear")],
    ),
    "a unit of another kind": (
        [["2024年三季度"], ["地区", "有效发明专利拥有量（亿元）"], ["杭州市", 1]],
        [("B3", "question", "unit_differs")],
    ),
    "an indicator that is not in the catalogue": (
        [["2024年三季度"], ["地区", "旅游总收入（万元）"], ["杭州市", 1]],
        [("B3", "question", "indicator_unknown")],
    ),
    "one that is nearly in it": (
        [["2024年三季度"], ["地区", "企业有效发明专利拥有量"], ["杭州市", 1]],
        [("B3", "question", "indicator_near")],
    ),
    "years in a table of nine months": (
        [["2024年1-9月作品登记量"], ["地区", "2024年", "2023年"], ["杭州市", 1, 2]],
        [("B3", "question", "period_unclear"), ("C3", "question", "period_unclear")],
    ),
    "the year before beside nine months": (
        [["2024年1-9月"], ["地区", "作品登记量", "上年同期", "上年"], ["杭州市", 1, 2, 3]],
        [("B3", "ok", ""), ("C3", "ok", ""), ("D3", "question", "period_unclear")],
    ),
    "a value with a longer fraction than is kept": (
        [["2024年1-9月"], ["地区", "知识产权质押融资金额（元）"], ["杭州市", 1], ["宁波市", 100]],
        [("B3", "refused", "too_many_places"), ("B4", "ok", "")],
    ),
    "a region nobody knows": ([["2024年三季度"], ["地区", "有效发明专利拥有量"], ["江南新城", 1]], [("B3", "question", "region_unknown")]),
    "text among the figures": ([*HEAD, ["杭州市", "见附注"], ["宁波市", 2]], [("B3", "refused", "not_a_figure"), ("B4", "ok", "")]),
}  # fmt: skip


@pytest.mark.parametrize("case", HEADS)
def test_a_trick_with_heads_ends_in_its_own_question(case: str, reference: Reference) -> None:
    rows, expected = HEADS[case]
    assert [(row.cell, row.verdict, row.code) for row in rows_of(reference, *rows)] == expected


@pytest.mark.parametrize(
    ("titles", "file", "period"),
    [
        (["专利统计", "2024年10月8日"], "2024年三季度.xlsx", "2024Q3"), (["专利统计（三季度）"], "2024-10-08导出.xlsx", ""),
        (["截至2024年9月30日"], "a.xlsx", "2024-09-30"), (["专利统计", "2024年9月30日"], "a.xlsx", "2024-09-30"), (["三季度"], "2024年.xlsx", "2024Q3"),
        (["填报日期：2024年10月8日"], "2024年1-9月.xlsx", "2024-01/2024-09"), (["2024年二季度"], "2024年三季度.xlsx", "2024Q2"),
    ],
)  # fmt: skip
def test_the_day_a_table_was_made_is_not_its_period(
    titles: list[str], file: str, period: str, reference: Reference
) -> None:
    content = book(*([title] for title in titles), ["地区", "有效发明专利拥有量"], ["杭州市", 1])
    (row,) = reading_of(content, reference, hints=Hints(file)).rows
    assert (row.period, row.verdict) == (period, "ok" if period else "question")


def test_numbers_outside_every_table_are_named(reference: Reference) -> None:
    reading = reading_of(book(*HEAD, ["杭州市", 1], [], ["注：共 1 个市", None, None, 77]), reference)
    assert [row.cell for row in reading.rows] == ["B3"]
    assert [(finding.code, finding.params["cells"]) for finding in reading.findings] == [("numbers_not_read", "D5")]


CODE = [
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "a\u202eb",
    "@SUM(A1)",
    "'; drop table",
    "{0.__class__}",
    "%(x)s",
]


@pytest.mark.parametrize("text", CODE)
def test_text_that_is_code_stays_text_in_every_place(text: str, reference: Reference) -> None:
    rows = [Cell(1, 1, text), Cell(2, 1, "地区"), Cell(2, 2, text), Cell(2, 3, "有效发明专利拥有量"), Cell(3, 1, text), Cell(3, 2, text),
            Cell(3, 3, Decimal(1))]  # fmt: skip
    lines: dict[int, list[Cell]] = {}
    for cell in rows:
        lines.setdefault(cell.row, []).append(cell)
    reading = read_figures(ReadResult("xlsx", [Sheet(text, rows=list(lines.values()))]), reference, Hints(text))
    assert reading.rows != []
    for row in reading.rows:
        data = row.to_json(figure_sentence(row.code, row.params))
        assert row.verdict in ("question", "refused")
        assert csv_text(str(data["region"]))[:1] not in ("=", "@")
    assert all(finding.message for finding in with_messages(reading.findings))


def sheet(rows: Sequence[Sequence[Any]]) -> ReadResult:
    lines = [
        [Cell(r, c, value) for c, value in enumerate(row, 1) if value is not None] for r, row in enumerate(rows, 1)
    ]
    return ReadResult("xlsx", [Sheet("表", rows=[line for line in lines if line])])


def test_more_places_for_figures_than_allowed_refuse_the_file(
    reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FIGURES", 5)
    reading = read_figures(
        sheet([["地区", "甲", "乙"], *([f"地{n}", Decimal(1), Decimal(2)] for n in range(3))]), reference, HINTS
    )
    assert (reading.refused, reading.rows, [finding.code for finding in reading.findings]) == (
        True,
        [],
        ["too_many_figures"],
    )


def test_a_page_of_text_and_a_wall_of_sums_are_read_in_one_go(reference: Reference) -> None:
    text = [["甲" * 400, "乙" * 30_000] for _ in range(3_000)]
    assert [f.code for f in read_figures(sheet([*text, ["杭州市", Decimal(1)]]), reference, HINTS).findings][:1] != [
        "no_table"
    ]
    sums = [["地区", "有效发明专利拥有量"], *(["合计", Decimal(n)] for n in range(500))]
    reading = read_figures(sheet(sums), reference, HINTS)
    assert {row.verdict for row in reading.rows} == {"total"}
    assert [finding.code for finding in reading.findings] == ["totals_not_checked"]


LABELS = st.sampled_from(
    ["地区", "杭州市", "鼓楼区", "合计", "全国", "有效发明专利拥有量", "作品登记量（万件）", "2024年", "三季度", "1-9月", "单位：件", "注：无", "同比", "其中：", "数值", "序号",
     "年份", "-", "…", "12", "1,2,3", "约5", "  ", "续表", "Total", "#", "（一）", "：", "一、", "2024", "Q3 2024", "平均", "备注", "上年同期", "累计", "\u200b"]
)  # fmt: skip
VALUES = (
    st.none()
    | LABELS
    | st.integers(-5, 3000).map(Decimal)
    | st.booleans()
    | st.text(max_size=8)
    | st.just(CellError("#N/A"))
)


@given(st.lists(st.lists(VALUES, min_size=1, max_size=6), min_size=1, max_size=10))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_no_table_raises_and_every_number_is_answered_for(reference: Reference, table: list[list[Any]]) -> None:
    read = sheet(table)
    reading = read_figures(read, reference, HINTS)
    answered = {(row.row, row.column) for row in reading.rows}
    assert len(answered) == len(reading.rows)
    named = " ".join(
        finding.params.get("cells", "") for finding in reading.findings if finding.code == "numbers_not_read"
    )
    labels = {
        (row, column.column)
        for table_read in reading.mapping.tables
        for row in range(table_read.first_row, table_read.last_row + 1)
        for column in table_read.columns
        if column.role not in ("value", "note", "ignore")
    }
    heads = {row for t in reading.mapping.tables for row in [*t.header_rows, *t.skipped]}
    for line in read.sheets[0].rows:
        for cell in line:
            if (
                not isinstance(cell.value, Decimal | CellError)
                or (cell.row, cell.column) in answered
                or cell.row in heads
            ):
                continue
            assert (cell.row, cell.column) in labels or cell.address in named.replace("、", " ").split() or "…" in named
    for row in reading.rows:
        assert figure_sentence(row.code, row.params) or row.verdict == "ok"
        assert (row.value is None) or row.verdict not in ("missing", "refused")
        if row.verdict == "ok":
            assert all([row.region_code, row.indicator, row.period, row.value is not None])


def test_an_uploaded_file_that_is_refused_gives_its_reason_and_no_rows(reference: Reference) -> None:
    reading = reading_of(b"", reference)
    assert (reading.refused, reading.rows, [finding.code for finding in reading.findings]) == (True, [], ["empty_file"])
    assert [f.code for f in reading_of(io.BytesIO(h.workbook(["只有文字"])).getvalue(), reference).findings] == [
        "no_table"
    ]
