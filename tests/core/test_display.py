"""How numbers, statuses and days are written, to the character."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest
from django.utils import translation

from indicators.models.attainment import Light, Status
from ipdash.core import display


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("18.5", None, "18.5"),
        ("18.500000", None, "18.5"),
        ("1E+3", None, "1,000"),
        ("1234567.891", None, "1,234,567.891"),
        ("999999999999.999999", None, "999,999,999,999.999999"),
        ("999999999999.999999", 2, "1,000,000,000,000.00"),
        ("-1234.5", None, "−1,234.5"),
        ("0.000001", None, "0.000001"),
        ("0.5", 0, "1"),
        ("1.5", 0, "2"),
        ("2.5", 0, "3"),
        ("-0.5", 0, "−1"),
        ("-2.5", 0, "−3"),
        ("0.125", 2, "0.13"),
        ("-0.125", 2, "−0.13"),
        ("0.045", 2, "0.05"),
        ("12", 2, "12.00"),
        ("100", 0, "100"),
    ],
)
def test_a_number_has_thousands_separators_a_true_minus_and_rounds_halves_up(value, places, text):
    assert display.number_text(D(value), places) == text


def test_missing_is_a_dash_and_zero_is_zero():
    assert display.number_text(None) == "—"
    assert display.number_text(None, 2, sign=True) == "—"
    assert display.number_text(D(0)) == "0"
    assert display.number_text(D(0), 2) == "0.00"
    assert display.percent_text(None) == display.points_text(None) == display.with_unit(None, "件") == "—"
    assert display.percent_text(D(0)) == "0.0%"
    assert display.with_unit(D(0), "件") == "0件"


def test_what_rounds_to_zero_has_no_sign():
    assert display.number_text(D("-0.04"), 1) == "0.0"
    assert display.number_text(D("0.04"), 1, sign=True) == "0.0"
    assert display.number_text(D("-0"), None) == "0"
    assert display.points_text(D("-0.04")) == "0.0个百分点"


def test_a_signed_number_shows_plus_and_minus():
    assert display.number_text(D("0.34"), 2, sign=True) == "+0.34"
    assert display.number_text(D("-1234"), 0, sign=True) == "−1,234"
    assert display.number_text(D(0), 0, sign=True) == "0"


@pytest.mark.parametrize(
    ("value", "text"),
    [("97.368421", "97.4%"), ("97.35", "97.4%"), ("100", "100.0%"), ("1250.05", "1,250.1%"), ("-3.25", "−3.3%")],
)
def test_a_percent_has_one_decimal(value, text):
    assert display.percent_text(D(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("-5", "−5.0个百分点"), ("3.54", "+3.5个百分点"), ("3.55", "+3.6个百分点"), ("0", "0.0个百分点")],
)
def test_a_difference_of_percents_is_in_points_and_signed(value, text):
    assert display.points_text(D(value)) == text


def test_a_change_between_percents_is_in_points_and_any_other_is_a_signed_number():
    assert display.change_text(D("0.25"), "%", 2) == "+0.25个百分点"
    assert display.change_text(D("0.25"), "%") == "+0.3个百分点"
    assert display.change_text(D("-12"), "件", 0) == "−12"
    assert display.change_text(None, "%") == display.change_text(None, "件") == "—"


def test_a_chinese_unit_follows_at_once_and_a_latin_one_after_a_blank():
    assert display.with_unit(D("18.5"), "件") == "18.5件"
    assert display.with_unit(D("95.4"), "%", 1) == "95.4%"
    assert display.with_unit(D(3), "km") == "3 km"
    assert display.with_unit(D(-3), "亿元", 2, sign=True) == "−3.00亿元"
    assert display.with_unit(D(3), "") == "3"


def test_every_status_and_light_has_the_words_the_database_stores():
    assert [(code, str(word.label)) for code, word in display.status_words.items()] == Status.choices
    assert [(code, str(word.label)) for code, word in display.light_words.items()] == Light.choices
    assert (
        set(display.light_meanings) == set(display.light_inks) == {word.light for word in display.status_words.values()}
    )


@pytest.mark.parametrize(
    ("status", "text", "light"),
    [
        ("achieved", "✓ 已完成", "green"),
        ("on_track", "● 达到序时进度", "green"),
        ("behind", "▲ 滞后", "yellow"),
        ("far_behind", "■ 严重滞后", "red"),
        ("missed", "■ 未完成", "red"),
        ("missing", "○ 未填报", "grey"),
        ("undefined", "○ 无法计算", "grey"),
        ("no_pace", "○ 无法判断进度", "grey"),
        ("no_target", "– 无年度目标", "none"),
        ("not_due", "– 未到考核期", "none"),
        ("", "– 等待计算", "none"),
    ],
)
def test_a_status_is_a_shape_a_word_and_a_light(status, text, light):
    assert display.status_text(status) == text
    assert display.status_word(status).light == light


def test_an_unknown_status_is_refused():
    with pytest.raises(KeyError):
        display.status_text("late")


def test_days_are_written_in_the_reader_s_language():
    assert display.day_text(date(2025, 10, 12)) == "2025年10月12日"
    assert display.day_text(None) == "—"
    with translation.override("en"):
        assert display.day_text(date(2025, 10, 12)) == "12 Oct 2025"


@pytest.mark.parametrize(("days", "text"), [(3, "还有3天"), (0, "今天截止"), (-2, "已逾期2天"), (1200, "还有1,200天")])
def test_the_days_left_are_said_in_words(days, text):
    assert display.days_left_text(days) == text


def test_the_style_sheet_uses_the_same_colours():
    tokens = (Path(__file__).parents[2] / "static/css/tokens.css").read_text(encoding="utf-8")
    for light in ("green", "yellow", "red", "grey"):
        ink = display.light_inks[light]
        assert f"--{light}: {ink.ink};" in tokens
        assert f"--{light}-ground: {ink.ground};" in tokens
    for name, value in display.inks.items():
        assert f"--{name}: {value};" in tokens


def _luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(colour, ground):
    light, dark = sorted((_luminance(colour), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("light", display.light_inks)
def test_every_status_can_be_read_on_its_own_ground_and_on_a_card(light):
    ink, ground = display.light_inks[light]
    assert _contrast(ink, ground) >= 4.5
    assert _contrast(ink, "#ffffff") >= 4.5


@pytest.mark.parametrize("name", ["ink", "second", "meta", "accent"])
def test_every_ink_can_be_read_on_card_page_and_track(name):
    for ground in ("#ffffff", "#f5f6f8", display.inks["track"]):
        assert _contrast(display.inks[name], ground) >= 4.5


def test_the_border_of_a_control_can_be_seen():
    assert _contrast(display.inks["control"], "#ffffff") >= 3
