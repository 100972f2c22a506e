"""Calendars as text (RFC 5545): all-day entries with stable names, folded and escaped as programmes want them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

LONGEST = 75
"""Octets in a line (3.1)."""


@dataclass(frozen=True)
class DayEntry:
    """Something on a day. `uid` stays the same as long as it is the same thing, whatever its day or words."""

    uid: str
    day: date
    summary: str
    description: str = ""
    url: str = ""
    is_done: bool = False


def calendar_text(name: str, entries: Iterable[DayEntry], made_at: datetime) -> str:
    """A whole VCALENDAR; `made_at` is in UTC. Days are dates without a time zone: due days are the same everywhere."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ipdash//deadlines//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ]
    for entry in entries:
        lines += _event(entry, f"{made_at:%Y%m%dT%H%M%SZ}")
    return "".join(folded(line) for line in [*lines, "END:VCALENDAR"])


def _event(entry: DayEntry, stamp: str) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{entry.uid}",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escaped(entry.summary)}",
        "TRANSP:TRANSPARENT",
    ]
    if entry.description:
        lines.append(f"DESCRIPTION:{escaped(entry.description)}")
    if entry.url:
        lines.append(f"URL:{entry.url}")
    return [*lines, "END:VEVENT"]


def escaped(text: str) -> str:
    """A TEXT value (3.3.11); control characters, which none may hold, are left out."""
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(sign, written)
    return "".join(char for char in text if char >= " " and char != "\x7f")


def folded(line: str) -> str:
    """The line in pieces of at most 75 octets, no character cut apart, each ended by CRLF."""
    pieces, piece, size = [], "", 0
    for char in line:
        octets = len(char.encode())
        if size + octets > LONGEST:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + char, size + octets
    return "\r\n".join([*pieces, piece]) + "\r\n"
