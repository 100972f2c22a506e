"""When a quarter's report on a task may be written, and when it is late or a correction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ipdash.core.periods import Quarter


@dataclass(frozen=True, slots=True)
class Window:
    """A quarter's days as a region set them: in time until `due`, possible until `locks`, both included."""

    due: date
    locks: date


class Stand(StrEnum):
    """How a quarter stands on a day. `unset`: it has ended and nobody has said until when it may be reported."""

    AHEAD = "ahead"
    OPEN = "open"
    OVERDUE = "overdue"
    LOCKED = "locked"
    UNSET = "unset"


def stand_of(quarter: Quarter, window: Window | None, today: date) -> Stand:
    """A task may be reported on from its quarter's first day: what is done early need not wait for the quarter's end."""
    if today < quarter.first_day:
        return Stand.AHEAD
    if window is None:
        return Stand.UNSET if quarter.has_ended(today) else Stand.OPEN
    if today > window.locks:
        return Stand.LOCKED
    return Stand.OVERDUE if today > window.due else Stand.OPEN
