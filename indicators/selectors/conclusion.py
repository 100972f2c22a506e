"""The overview in words: which lines come first, and the one sentence on top (design: look)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol, TypeVar

from django.utils.translation import gettext as _

from indicators.models.attainment import Light, Status
from ipdash.core.periods import Quarter

LIGHTS = ("green", "yellow", "red", "grey", "none")
WORST_FIRST = (
    Status.FAR_BEHIND, Status.MISSED, Status.BEHIND, Status.MISSING, Status.UNDEFINED, Status.NO_PACE,
    Status.ON_TRACK, Status.ACHIEVED, Status.NOT_DUE, Status.NO_TARGET,
)  # fmt: skip
SEVERITY = {status: rank for rank, status in enumerate(WORST_FIRST)}


class Seen(Protocol):
    """What the conclusion, the lamps and the order of lines are made from."""

    @property
    def name(self) -> str: ...
    @property
    def owner_name(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def light(self) -> str: ...
    @property
    def light_before(self) -> str: ...
    @property
    def year_gap(self) -> Decimal | None: ...
    @property
    def misses(self) -> bool | None: ...
    @property
    def changed(self) -> bool: ...


S = TypeVar("S", bound=Seen)


def worst_first(lines: Sequence[S]) -> list[S]:
    """Lines by severity, then by how far they are off, then as the plan has them."""

    def key(line: S) -> tuple[int, object]:
        return (SEVERITY[Status(line.status)], 0 if line.year_gap is None else line.year_gap)

    return sorted(lines, key=key)


def conclusion(quarter: Quarter, lines: Sequence[Seen]) -> str:
    """The one sentence on top, from the data: how many of how many are on track, what is not, and the worst by name."""
    if not lines:
        return counted(quarter, [])
    return counted(quarter, [line.status for line in lines]) + _worst_sentence(lines) + _outlook(lines)


def counted(quarter: Quarter, statuses: Sequence[str]) -> str:
    """How many lines are in which state."""
    if not statuses:
        return _("本规划在该区划没有目标指标。")
    counts = Counter(Status(status) for status in statuses)
    judged = [
        (counts[Status.ACHIEVED], _("%(n)d项已完成")),
        (counts[Status.ON_TRACK], _("%(n)d项达到序时进度")),
        (counts[Status.BEHIND], _("%(n)d项滞后")),
        (counts[Status.FAR_BEHIND], _("%(n)d项严重滞后")),
        (counts[Status.MISSED], _("%(n)d项未完成")),
        (counts[Status.MISSING], _("%(n)d项未填报")),
        (counts[Status.UNDEFINED] + counts[Status.NO_PACE], _("%(n)d项无法判断")),
        (counts[Status.NOT_DUE], _("%(n)d项未到考核期")),
        (counts[Status.NO_TARGET], _("%(n)d项无年度目标")),
    ]
    parts = _("，").join(text % {"n": n} for n, text in judged if n)
    opening = _("截至%(quarter)s末，%(n)d项指标中")
    return opening % {"quarter": quarter.label, "n": len(statuses)} + parts + _("。")


def _worst_sentence(lines: Sequence[Seen]) -> str:
    worst = [line for line in worst_first(lines) if line.light == Light.RED][:3]
    if not worst:
        return ""
    names = _("、").join(
        _("%(name)s（%(owner)s）") % {"name": line.name, "owner": line.owner_name} if line.owner_name else line.name
        for line in worst
    )
    return _("差距最大的是%(names)s。") % {"names": names}


def _outlook(lines: Sequence[Seen]) -> str:
    """How many of the lines with a forecast would end the year without their target."""
    told = [line.misses for line in lines if line.misses is not None]
    if not told:
        return ""
    if not any(told):
        return _("有年末预计的%(n)d项均预计能达到年度目标。") % {"n": len(told)}
    return _("有年末预计的%(n)d项中，%(short)d项预计达不到年度目标。") % {"n": len(told), "short": sum(told)}
