"""How written figures are read: every writing with its verdict, its code and its value."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipdash.core.figure_sentences import SENTENCES, sentence
from ipdash.core.figure_text import CellError, CellValue, Origin, ParsedFigure, Verdict, parse_figure

REFUSED_WRITINGS = {
    "bad_thousands": [
        "1,2,34",
        "12,34",
        "1，23",
        "12,345,67",
        "50 00",
        "0,123",
        "1,234 567",
        ",123",
        "1,234.567,8",
        "1234,567",
    ],
    "several_points": ["1.2.3", "1.2.3.4", "5.."],
    "several_signs": ["--5", "+-5", "- 5"],
    "trailing_minus": ["12-", "12 -"],
    "bracketed": ["(12)", "（12）", "( 1.5 )", "[12]"],
    "range": ["6-7", "6—7", "6～7", "6至7", "6-7个", "10%-20%"],
    "fraction": ["3/4", "3分之1"],
    "comparator": ["≥100", ">100", "＞100", "<=3", "不低于100", "超过20件", "100以上", "达到5", "5件以内"],
    "approximate": ["约100", "近100", "100左右", "~100", "±3", "12±1"],
    "and_more": ["100余", "100多件", "余", "1.2万余件", "100+"],
    "question_mark": ["？", "?", "12？", "12?"],
    "among": ["其中", "其中12", "其中：12"],
    "chinese_numerals": ["十二", "二十", "〇", "壹佰", "一百二十件", "半"],
    "exponent": ["1e5", "1E5", "1.5e-3", "1e+20", "１e５"],
    "base_prefix": ["0x10", "0b11", "0o7"],
    "underscore": ["1_000", "1_0"],
    "not_a_number": ["NaN", "nan", "-nan"],
    "infinite": ["Infinity", "-inf", "∞", "+Inf"],
    "foreign_digits": ["١٢٣", "۱۲", "१२", "²", "①", "12³"],
    "bidi_marks": ["12\u200f", "\u202e21", "\u20661\u2069", "\u061c5", "\u200e"],
    "invisible_characters": ["12\u200b", "\ufeff12", "1\x002", "12\x1f", "\u00ad5"],
    "date": [
        "2024-01-05",
        "2024/3/4",
        "2024.1.3",
        "2024年3月",
        "3月",
        "3月4日",
        "2024-10",
        "10:30",
        "2024-01-05 10:00:00",
    ],
    "truth_value": ["TRUE", "false", "是", "否"],
    "error_cell": ["#DIV/0!", "#N/A", "#NAME?", "#REF!", "####"],
    "formula_text": ["=1+2", "=cmd|' /C calc'!A0", "＝1", "=SUM(A1:A3)"],
    "too_many_digits": ["1234567890123456789", "0.1234567890123456789", "-1234567890.123456789"],
    "too_large": ["1234567890123", "1000000000000", "99999999999999", "1,234,567,890,123", "100000亿"],
    "too_many_places": ["1.1234567", "0.0000001", "0.333333333333333333"],
    "percent_not_expected": ["12%", "12％", "1.5 %", "12‰"],
    "other_unit": ["12家", "12 kg", "1.5倍", "1千"],
    "not_a_figure": ["abc", "+", "%", "见附注", "<script>", "{{ 7*7 }}", "x" * 200, "9" * 101, "0.1+0.2"],
}


def read(text: CellValue, unit: str = "件", origin: Origin = Origin.FORM) -> tuple[str, str | None, str]:
    parsed = parse_figure(text, unit, origin)
    return parsed.verdict.value, None if parsed.value is None else str(parsed.value), parsed.code


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in REFUSED_WRITINGS.items() for text in texts])
def test_a_writing_that_is_not_one_certain_number_is_refused_as_what_it_is(code: str, text: str) -> None:
    for origin in Origin:
        parsed = parse_figure(text, "件", origin)
        assert (parsed.verdict, parsed.value, parsed.code) == (Verdict.REFUSED, None, code), origin
        assert parsed.printed == text


@pytest.mark.parametrize(
    "text",
    [
        "-",
        "--",
        "—",
        "——",
        "－",
        "…",
        "……",
        "/",
        "／",
        "无",
        " 无 ",
        "不详",
        "未公布",
        "尚未公布",
        "N/A",
        "null",
        "暂无数据",
        "−",
    ],
)
def test_a_mark_for_no_data_is_missing_and_never_zero(text: str) -> None:
    for origin in Origin:
        assert read(text, origin=origin) == ("missing", None, "missing_mark")


@pytest.mark.parametrize("cell", [None, "", "  ", "\t\n", "\u00a0", "\u3000"])
def test_an_empty_cell_is_missing_without_a_mark(cell: CellValue) -> None:
    assert read(cell) == ("missing", None, "empty")


UNDERSTOOD = [
    ("1,234", "件", "1234", "thousands"),
    ("1，234", "件", "1234", "thousands"),
    ("1 234", "件", "1234", "thousands"),
    ("-1,234,567.25", "件", "-1234567.25", "thousands"),
    ("1\u00a0234", "件", "1234", "thousands"),
    ("１，２３４", "件", "1234", "thousands"),
    ("１２３．５", "件", "123.5", "full_width"),
    ("－5", "件", "-5", "full_width"),
    ("−5", "件", "-5", "full_width"),
    ("12\u00a0", "件", "12", "no_break_blank"),
    ("\u300012", "件", "12", "no_break_blank"),
    ("1.2万", "件", "12000", "multiplier"),
    ("1.2 万件", "件", "12000", "multiplier"),
    ("1.5亿", "元", "150000000", "multiplier"),
    ("3亿元", "元", "300000000", "multiplier"),
    ("12%", "%", "12", "percent_sign"),
    ("12.5 ％", "%", "12.5", "percent_sign"),
    ("12件", "件", "12", "unit_written"),
    ("1.2万件", "万件", "1.2", "unit_written"),
    ("0.30000000000000004", "件", "0.3", "binary_noise"),
    ("3.3000000000000003", "件", "3.3", "binary_noise"),
    ("0.10000000000000001", "件", "0.1", "binary_noise"),
    ("8.699999999999999", "件", "8.7", "binary_noise"),
    ("+5", "件", "5", "plus_sign"),
    (".5", "件", "0.5", "bare_point"),
    ("5.", "件", "5", "bare_point"),
    ("007", "件", "7", "leading_zeros"),
    ("-00.5", "件", "-0.5", "leading_zeros"),
]


@pytest.mark.parametrize(("text", "unit", "value", "code"), UNDERSTOOD)
def test_an_understood_writing_is_a_question_in_files_and_shown_back_in_a_form(
    text: str, unit: str, value: str, code: str
) -> None:
    assert read(text, unit, Origin.CELL) == ("question", value, code)
    assert read(text, unit, Origin.PLAIN) == ("question", value, code)
    parsed = parse_figure(text, unit, Origin.FORM)
    assert (parsed.verdict, str(parsed.value), parsed.code) == (Verdict.OK, value, code)
    assert parsed.params["value"] == value


CLEAN = [
    ("0", "0"), ("-0", "0"), ("0.0", "0"), ("12", "12"), ("-5", "-5"), ("12.50", "12.5"), ("100", "100"), (" 12 ", "12"),
    ("0.000001", "0.000001"), ("999999999999.999999", "999999999999.999999"), ("12.50000000", "12.5"),
    ("12345678901.234567", "12345678901.234567"), ("123456789012.345678", "123456789012.345678"), ("2024", "2024"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), CLEAN)
def test_plain_digits_are_certain_except_as_text_in_a_workbook(text: str, value: str) -> None:
    assert read(text, origin=Origin.FORM) == ("ok", value, "")
    assert read(text, origin=Origin.PLAIN) == ("ok", value, "")
    assert read(text, origin=Origin.CELL) == ("question", value, "text_number")


NUMBER_CELLS: list[tuple[CellValue, tuple[str, str | None, str]]] = [
    (12, ("ok", "12", "")),
    (0, ("ok", "0", "")),
    (-0.0, ("ok", "0", "")),
    (5.0, ("ok", "5", "")),
    (1.25, ("ok", "1.25", "")),
    (0.1 + 0.2, ("question", "0.3", "binary_noise")),
    (1.1 * 3, ("question", "3.3", "binary_noise")),
    (123456789012.29999, ("question", "123456789012.3", "binary_noise")),
    (1234567890.123456, ("ok", "1234567890.123456", "")),
    (12345678901.23457, ("ok", "12345678901.23457", "")),
    (1 / 3, ("refused", None, "too_many_places")),
    (123456789.12345678, ("refused", None, "too_many_places")),
    (1e-07, ("refused", None, "too_many_places")),
    (1e16, ("refused", None, "too_large")),
    (1e300, ("refused", None, "too_large")),
    (10**12, ("refused", None, "too_large")),
    (10**12 - 1, ("ok", "999999999999", "")),
    (1234567890123456789, ("refused", None, "too_many_digits")),
    (float("nan"), ("refused", None, "not_a_number")),
    (float("-inf"), ("refused", None, "infinite")),
    (Decimal("123456789012.345678"), ("ok", "123456789012.345678", "")),
    (Decimal("0.30000000000000004"), ("question", "0.3", "binary_noise")),
    (Decimal("0.3000000000000000001"), ("refused", None, "too_many_digits")),
    (Decimal("1E+3"), ("ok", "1000", "")),
    (Decimal("1E+999999"), ("refused", None, "too_large")),
    (Decimal("1E-999999"), ("refused", None, "too_many_places")),
    (Decimal("NaN"), ("refused", None, "not_a_number")),
]


@pytest.mark.parametrize(("cell", "expected"), NUMBER_CELLS)
def test_a_number_cell_is_read_by_its_shortest_decimal(cell: CellValue, expected: tuple[str, str | None, str]) -> None:
    assert read(cell, origin=Origin.CELL) == expected


def test_an_integer_too_long_to_be_printed_is_refused() -> None:
    assert read(10**5000) == ("refused", None, "too_large")


TYPED_CELLS: list[tuple[CellValue, str]] = [
    (True, "truth_value"),
    (False, "truth_value"),
    (dt.date(2024, 3, 4), "date"),
    (dt.datetime(2024, 3, 4, 5, 6), "date"),
    (dt.time(5, 6), "date"),
    (dt.timedelta(days=2), "date"),
    (CellError("#DIV/0!"), "error_cell"),
    (CellError("=A1*2", without_value=True), "formula_without_value"),
]


@pytest.mark.parametrize(("cell", "code"), TYPED_CELLS)
def test_a_cell_of_another_type_is_refused_by_its_type(cell: CellValue, code: str) -> None:
    assert read(cell, origin=Origin.CELL) == ("refused", None, code)


def test_a_percentage_cell_is_read_as_shown_when_the_unit_is_percent() -> None:
    assert parse_figure(0.125, "%", percent_format=True) == ParsedFigure(
        Verdict.QUESTION, Decimal("12.5"), "percent_sign", {"printed": "12.5%", "value": "12.5", "unit": "%"}, "12.5%"
    )


def test_a_percentage_cell_for_another_unit_is_refused_with_what_it_shows() -> None:
    parsed = parse_figure(0.07, "件", percent_format=True)
    assert (parsed.verdict, parsed.code, parsed.printed) == (Verdict.REFUSED, "percent_not_expected", "7%")


@pytest.mark.parametrize(("text", "unit"), [("1.2万", "万件"), ("3亿", "亿元"), ("3亿", "万元")])
def test_a_factor_beside_a_unit_that_has_one_is_ambiguous(text: str, unit: str) -> None:
    assert read(text, unit) == ("refused", None, "ambiguous_multiplier")


def test_another_unit_behind_the_number_is_never_converted_silently() -> None:
    assert read("3亿元", "万元") == ("refused", None, "other_unit")


def test_a_number_without_any_unit_known_is_read() -> None:
    assert read("1.2万", "") == ("ok", "12000", "multiplier")


def test_every_code_has_a_sentence_that_names_what_was_found_and_no_code_has_none() -> None:
    cells: list[tuple[CellValue, str]] = [(text, "件") for texts in REFUSED_WRITINGS.values() for text in texts]
    cells += [(text, unit) for text, unit, _, _ in UNDERSTOOD] + [(cell, "件") for cell, _ in TYPED_CELLS]
    cells += [("1.2万", "万件"), ("—", ""), (None, ""), ("12", "")]
    seen = set()
    for cell, unit in cells:
        parsed = parse_figure(cell, unit)
        text = sentence(parsed.code, parsed.params)
        seen.add(parsed.code)
        assert parsed.params.get("printed", "") in text
        assert text.endswith("。")
        assert "{" not in text.replace(parsed.params.get("printed", ""), "")
    assert seen == set(SENTENCES)


def test_nothing_special_needs_no_sentence() -> None:
    assert sentence("", {}) == ""


def test_a_sentence_shows_a_long_writing_shortened_and_keeps_the_whole_one_apart() -> None:
    parsed = parse_figure("很长" * 60, "件")
    assert len(parsed.params["printed"]) == 40
    assert parsed.printed == "很长" * 60


def test_a_question_shows_the_old_text_and_the_understood_value() -> None:
    parsed = parse_figure("１，２３４", "件")
    assert sentence(parsed.code, parsed.params).startswith(
        "“１，２３４”含千分位分隔符，应为不带分隔符的数字；读作 1234。"
    )


decimals = st.decimals(min_value=-(10**12) + 1, max_value=10**12 - 1, places=6)


@given(decimals)
@settings(max_examples=200)
def test_every_decimal_of_12_and_6_digits_is_read_back_exactly(value: Decimal) -> None:
    for cell in (f"{value:f}", value):
        parsed = parse_figure(cell, "件", Origin.PLAIN)
        assert (parsed.verdict, parsed.value) == (Verdict.OK, value)


@given(decimals)
@settings(max_examples=100)
def test_correct_thousands_marks_and_full_width_digits_keep_the_value(value: Decimal) -> None:
    wide = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
    for text in (f"{value:,f}", f"{value:,f}".translate(wide), f"{value:,f}".replace(",", " ")):
        assert parse_figure(text, "件").value == value


@given(st.integers(-(10**8), 10**8), st.integers(0, 6))
@settings(max_examples=100)
def test_a_float_cell_of_few_digits_is_what_was_typed(digits: int, places: int) -> None:
    typed = Decimal(digits).scaleb(-places)
    assert parse_figure(float(typed)).value == typed


@given(st.text(max_size=40) | st.text(alphabet="0123456789.,，-+%％万亿 () 余约", max_size=12))
@settings(max_examples=300)
def test_any_text_gets_a_verdict_and_only_understood_ones_a_value(text: str) -> None:
    for unit in ("件", "%", "万元", ""):
        parsed = parse_figure(text, unit)
        assert (parsed.value is not None) == (parsed.verdict in (Verdict.OK, Verdict.QUESTION))
        assert sentence(parsed.code, parsed.params) != "" or parsed.verdict is Verdict.OK
