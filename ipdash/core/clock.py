"""The one place that reads the clock. Edges call it; rules, selectors and services take the day as an argument."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.conf import settings
from django.utils import timezone

_default: list[Callable[[], date | None]] = []


def set_default(day: Callable[[], date | None]) -> None:
    """What is asked where `IPDASH_TODAY` is not set: the day that the data itself has, None for the calendar's.

    `manage.py` sets it, so that a command on a demonstration's data sees the day that its pages show.
    """
    _default[:] = [day]


def set_day() -> date | None:
    """The day that `IPDASH_TODAY` or the data itself sets; None where the calendar's day counts."""
    override: date | None = settings.TODAY_OVERRIDE
    return _default[0]() if override is None and _default else override


def today() -> date:
    """Today in Asia/Shanghai, or the day that is set (the demo's)."""
    override = set_day()
    return timezone.localdate() if override is None else override
