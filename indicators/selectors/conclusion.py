"""The overview in words: which lines come first, and the one sentence on top (design: look)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
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
BEHIND = frozenset({Light.RED, Light.YELLOW})
LEVELS = {
    Status.FAR_BEHIND: 0, Status.MISSED: 0, Status.BEHIND: 1, Status.ON_TRACK: 2, Status.ACHIEVED: 3,
}  # fmt: skip
SEVERITY = {status: rank for rank, status in enumerate(WORST_FIRST)}


class Seen(Protocol):
    """What the conclusion, the lamps and the order of lines are made from."""

    @property
    def name(self) -> str: ...
    @property
    def owner_name(self) -> str: ...
    @property
    def told(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def light(self) -> str: ...
    @property
    def status_before(self) -> str: ...
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


@dataclass(frozen=True)
class Point:
    """What a leader asks next, and the answer: a sentence without its full stop."""

    label: str
    text: str


@dataclass(frozen=True)
class Conclusion:
    """An overview in words. `verdict` says whether the plan keeps up, `counts` how many lines are in which state."""

    verdict: str
    counts: str
    points: list[Point]

    @property
    def text(self) -> str:
        """All of it in one paragraph."""
        said = _("%(label)s：%(text)s。")
        points = "".join(said % {"label": point.label, "text": point.text} for point in self.points)
        return self.verdict + self.counts + points


def conclusion(quarter: Quarter, lines: Sequence[Seen]) -> Conclusion:
    """Whether the plan keeps up, what is worst and whose it is, what changed most, and whether the year will be reached."""
    counts = counted(quarter, [line.status for line in lines])
    if not lines:
        return Conclusion("", counts, [])
    points = [_worst(lines), _change(lines), _outlook(quarter, lines)]
    return Conclusion(_verdict(lines), counts, [point for point in points if point is not None])


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


def _verdict(lines: Sequence[Seen]) -> str:
    """A plan keeps up where no line that can be judged is behind."""
    behind = [line for line in lines if line.light in BEHIND]
    if behind and all(line.status == Status.MISSED for line in behind):
        return _("没有全部完成，%(n)d项未完成。") % {"n": len(behind)}
    if behind:
        return _("没有全部跟上进度，%(n)d项落后。") % {"n": len(behind)}
    unknown = sum(line.light == Light.GREY for line in lines)
    if unknown:
        return _("能判断的都跟上了进度，还有%(n)d项不能判断。") % {"n": unknown}
    statuses = {line.status for line in lines if line.light == Light.GREEN}
    if not statuses:
        return _("还没有到考核的时候。")
    return _("全部完成。") if statuses == {Status.ACHIEVED} else _("全部跟上进度。")


def _worst(lines: Sequence[Seen]) -> Point | None:
    """The line furthest behind with its numbers, and the next two by name."""
    worst = [line for line in worst_first(lines) if line.light in BEHIND][:3]
    if not worst:
        return None
    text = _("%(name)s，%(told)s") % {"name": _named(worst[0]), "told": worst[0].told}
    if len(worst) > 1:
        text += _("；其次是%(names)s") % {"names": _("、").join(line.name for line in worst[1:])}
    return Point(_("差距最大"), text)


def _named(line: Seen) -> str:
    """A line with who answers for it."""
    if not line.owner_name:
        return line.name
    return _("%(name)s（%(owner)s）") % {"name": line.name, "owner": line.owner_name}


def _change(lines: Sequence[Seen]) -> Point:
    """The line whose state moved furthest since the quarter before, of those that could be judged in both."""

    def step(line: Seen) -> int:
        return LEVELS[Status(line.status)] - LEVELS[Status(line.status_before)]

    moved = [line for line in worst_first(lines) if line.changed and {line.status, line.status_before} <= LEVELS.keys()]
    moved = [line for line in moved if step(line)]
    if not moved:
        return Point(_("变化最大"), _("没有指标的状态比上季变好或变差"))
    most = max(moved, key=lambda line: abs(step(line)))
    text = _("%(name)s由“%(before)s”变为“%(now)s”") % {
        "name": _named(most),
        "before": Status(most.status_before).label,
        "now": Status(most.status).label,
    }
    better = sum(step(line) > 0 for line in moved)
    worse = [line.name for line in moved if step(line) < 0]
    counts = [_("%(n)d项变好") % {"n": better} if better else "", _("%(n)d项变差") % {"n": len(worse)} if worse else ""]
    text += _("；较上季%(counts)s") % {"counts": _("、").join(filter(None, counts))}
    if worse and worse != [most.name]:  # good news on top must not hide the bad
        some = _("（%(name)s等）") if len(worse) > 1 else _("（%(name)s）")
        text += some % {"name": worse[0]}
    return Point(_("变化最大"), text)


def _outlook(quarter: Quarter, lines: Sequence[Seen]) -> Point:
    """How many of the lines with a forecast would end the year without their target, and which are furthest from it.

    At the year's end there is nothing left to forecast: how many have reached their target is said instead.
    """
    if quarter.quarter == 4:
        return _result(lines)
    label = _("年末预计")
    told = [line for line in worst_first(lines) if line.misses is not None]
    if not told:
        return Point(label, _("数据还不够，不能预计"))
    short = [line.name for line in told if line.misses]
    if not short:
        return Point(label, _("有年末预计的%(n)d项均预计能达到年度目标") % {"n": len(told)})
    text = _("有年末预计的%(n)d项中，%(short)d项预计达不到年度目标") % {"n": len(told), "short": len(short)}
    some = _("（%(name)s等）") if len(short) > 1 else _("（%(name)s）")
    return Point(label, text + some % {"name": short[0]})


def _result(lines: Sequence[Seen]) -> Point:
    """How many targets of the year were reached, of those that there is a figure for."""
    judged = [line for line in lines if Status(line.status) in LEVELS]
    reached = sum(Status(line.status) == Status.ACHIEVED for line in judged)
    if not judged:
        return Point(_("全年结果"), _("没有可以判断的指标"))
    text = _("%(n)d项可以判断，%(reached)d项完成年度目标，%(short)d项没有完成") % {
        "n": len(judged), "reached": reached, "short": len(judged) - reached,
    }  # fmt: skip
    return Point(_("全年结果"), text)
