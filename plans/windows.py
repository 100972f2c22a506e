"""Until when a quarter may be reported: told by the app that keeps reporting periods, handed over at start.

Plans must not import what builds on them; as with `register_plan_readers`, the question stays in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ipdash.core.periods import Quarter
from plans.rules.report_window import Window

Windows = Mapping[tuple[str, Quarter], Window]
WindowsOf = Callable[[Iterable[str], set[Quarter]], Windows]
_known: list[WindowsOf] = []


def register_windows(windows: WindowsOf) -> None:
    """`windows(region codes, quarters)` gives what governs each region's quarter, by region code and quarter."""
    _known[:] = [windows]


def windows_of(codes: Iterable[str], quarters: set[Quarter]) -> Windows:
    """The windows that are set, in one query."""
    return _known[0](codes, quarters) if _known else {}


def window_of(code: str, quarter: Quarter) -> Window | None:
    """The window of one region's quarter, None where nobody has set it."""
    return windows_of([code], {quarter}).get((code, quarter))
