"""Working days of the mainland's calendar, shifted ones (调休) included where the year's arrangement is known."""

from __future__ import annotations

from datetime import date, timedelta

from chinese_calendar import is_workday

SATURDAY = 5


def is_known(day: date) -> bool:
    """Whether the holidays of this day's year are known; they are announced at the end of the year before."""
    try:
        is_workday(day)
    except NotImplementedError:
        return False
    return True


def works(day: date) -> bool:
    """Whether offices work on this day; where the year is not known, from Monday to Friday."""
    try:
        return bool(is_workday(day))
    except NotImplementedError:
        return day.weekday() < SATURDAY


def next_workday(day: date) -> date:
    """The day itself if offices work, else the next on which they do."""
    while not works(day):
        day += timedelta(days=1)
    return day


def after(day: date, count: int) -> date:
    """The working day that comes `count` working days after this day."""
    for _n in range(count):
        day = next_workday(day + timedelta(days=1))
    return day


def between(first: date, last: date) -> int:
    """Working days after `first` up to and with `last`; negative where `last` comes first."""
    if last < first:
        return -between(last, first)
    return sum(works(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
