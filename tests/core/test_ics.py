"""Calendars as text: what RFC 5545 asks of lines, values and days."""

from __future__ import annotations

from datetime import UTC, date, datetime

from ipdash.core.ics import DayEntry, calendar_text, escaped, folded

AT = datetime(2025, 10, 13, 1, 2, 3, tzinfo=UTC)


def test_a_whole_calendar() -> None:
    entry = DayEntry("slip-1@host", date(2025, 12, 31), "反馈; 请按时", "一行\n二行", "https://host/x/")
    assert calendar_text("期限", [entry], AT).split("\r\n") == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//ipdash//deadlines//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        "X-WR-CALNAME:期限", "REFRESH-INTERVAL;VALUE=DURATION:PT6H", "BEGIN:VEVENT", "UID:slip-1@host",
        "DTSTAMP:20251013T010203Z", "DTSTART;VALUE=DATE:20251231", "DTEND;VALUE=DATE:20260101",
        "SUMMARY:反馈\\; 请按时", "TRANSP:TRANSPARENT", "DESCRIPTION:一行\\n二行", "URL:https://host/x/", "END:VEVENT",
        "END:VCALENDAR", "",
    ]  # fmt: skip


def test_texts_are_escaped_and_hold_no_control_characters() -> None:
    assert escaped("a\\b;c,d\r\ne\rf\x00\x07g") == "a\\\\b\\;c\\,d\\ne\\nfg"
    assert "\nEND:VEVENT" not in calendar_text("x", [DayEntry("u", date(2025, 1, 1), "a\nEND:VEVENT")], AT).replace(
        "\r\nEND:VEVENT\r\n", "", 1
    )


def test_long_lines_are_folded_between_characters() -> None:
    text = folded("SUMMARY:" + "知识产权" * 40)
    lines = text.removesuffix("\r\n").split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert len(lines) > 3
    assert "".join(line[1:] if n else line for n, line in enumerate(lines)) == "SUMMARY:" + "知识产权" * 40
