"""Scales, ticks and labels that do not overlap, shared by the charts with axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from django.utils.safestring import SafeString

from ipdash.core.display import number_text
from ipdash.core.marks.svg import element, text_width
from ipdash.core.periods import Quarter
from ipdash.core.words import say as _

MOST_LABELS = 12
ROW = 18.0  # the height of a row of tick labels
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True)
class Frame:
    """The rectangle inside the axes."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Axis:
    """The value axis: round ticks from the first to the last."""

    ticks: tuple[Decimal, ...]

    def y(self, value: Decimal, frame: Frame) -> float:
        share = float((value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0]))
        return frame.bottom - share * (frame.bottom - frame.top)

    def texts(self) -> list[str]:
        places = max(-min(0, int(tick.normalize().as_tuple().exponent)) for tick in self.ticks)
        return [number_text(tick, places) for tick in self.ticks]


def value_axis(values: Sequence[Decimal], most: int = 6) -> Axis:
    """Round ticks around the values; from 0 where the values would fill less than half of what lies above it."""
    low, high = (min(values), max(values)) if values else (Decimal(0), Decimal(1))
    if low > 0 and low <= high / 2:
        low = Decimal(0)
    if high < 0 and high >= low / 2:
        high = Decimal(0)
    if low == high:
        low, high = low - abs(low) / 10, high + abs(high) / 10
        high = high if high > low else low + 1
    step = _step((high - low) / (most - 1))
    first = (low / step).to_integral_value(ROUND_FLOOR) * step
    last = (high / step).to_integral_value(ROUND_CEILING) * step
    count = int((last - first) / step)
    return Axis(tuple(first + step * i for i in range(count + 1)))


def _step(least: Decimal) -> Decimal:
    power = Decimal(1).scaleb(least.adjusted())
    return next(step * power for step in _STEPS if step * power >= least)


@dataclass(frozen=True)
class QuarterScale:
    """Columns of equal width, one for each quarter from `first` to `last`."""

    first: int
    last: int
    left: float
    right: float

    @property
    def step(self) -> float:
        return (self.right - self.left) / (self.last - self.first + 1)

    def x(self, index: int) -> float:
        """The middle of a quarter's column."""
        return self.left + (index - self.first + 0.5) * self.step

    def edge(self, index: int) -> float:
        """Where a quarter's column begins."""
        return self.left + (index - self.first) * self.step

    def quarter_names(self) -> dict[int, str]:
        """Labels of the columns by quarter index; empty where they would not fit or be too many."""
        if self.last - self.first + 1 > MOST_LABELS:
            return {}
        long = (_("一季度"), _("二季度"), _("三季度"), _("四季度"))
        names = long if self.step >= max(map(text_width, long)) + 6 else ("Q1", "Q2", "Q3", "Q4")
        if self.step < text_width("Q1") + 6:
            return {}
        return {index: names[index % 4] for index in range(self.first, self.last + 1)}

    def years(self) -> list[tuple[int, float, float]]:
        """Each year with the edges of its band."""
        found = []
        for year in range(self.first // 4, self.last // 4 + 1):
            start, end = max(self.first, year * 4), min(self.last, year * 4 + 3)
            found.append((year, self.edge(start), self.edge(end + 1)))
        return found


def quarter_axis(scale: QuarterScale, y: float) -> list[SafeString]:
    """Ticks between years, quarters where they fit, and as many years as fit, the last ones first."""
    names = scale.quarter_names()
    parts = [element("line", x1=scale.left, x2=scale.right, y1=y, y2=y, class_="c-axis")]
    for index, name in names.items():
        parts.append(element("text", name, x=scale.x(index), y=y + 16, class_="middle"))
    base = y + (ROW if names else 0)
    years = scale.years()
    every = -(-len(years) // MOST_LABELS)
    free = float("inf")
    for place, (year, left, right) in enumerate(reversed(years)):
        parts.append(element("line", x1=left, x2=left, y1=y, y2=base + 6, class_="c-axis"))
        text = _("%(year)s年") % {"year": Quarter(year, 1).year}
        half = text_width(text) / 2
        middle = min(max((left + right) / 2, half), scale.right - half)
        if place % every == 0 and middle + half < free:
            parts.append(element("text", text, x=middle, y=base + 16, class_="middle faint"))
            free = middle - half - 8
    return parts


def axis_height(scale: QuarterScale) -> float:
    """What `quarter_axis` needs below the plot."""
    return ROW + 6 + (ROW if scale.quarter_names() else 0)


def value_lines(axis: Axis, frame: Frame) -> list[SafeString]:
    """Quiet lines across the plot with their numbers at the left."""
    parts = []
    for tick, text in zip(axis.ticks, axis.texts(), strict=True):
        y = axis.y(tick, frame)
        parts.append(element("line", x1=frame.left, x2=frame.right, y1=y, y2=y, class_="c-grid"))
        parts.append(element("text", text, x=frame.left - 8, y=y + 4.5, class_="end faint"))
    return parts


@dataclass
class Labels:
    """Places texts so that none covers another or a point."""

    frame: Frame
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def avoid(self, x: float, y: float, radius: float = 3) -> None:
        self.taken.append((x - radius, y - radius, x + radius, y + radius))

    def place(self, text: str, x: float, y: float, class_: str, *, below: bool = False) -> SafeString | None:
        """The text at the first free place around (x, y), above it or, if so asked, below; None where all are taken."""
        width = text_width(text)
        for middle, base in self._places(x, y, width, below):
            box = (middle - width / 2, base - 11, middle + width / 2, base + 3)
            if self._free(box):
                self.taken.append(box)
                return element("text", text, x=middle, y=base, class_=f"middle halo {class_}")
        return None

    def _places(self, x: float, y: float, width: float, below: bool) -> Iterable[tuple[float, float]]:
        inside = min(max(x, self.frame.left + width / 2), self.frame.right - width / 2)
        above_first = ((inside, y - 10), (inside, y + 20), (inside, y - 26), (inside, y + 36))
        below_first = (above_first[1], above_first[3], above_first[0])
        yield from below_first if below else above_first
        yield from ((x - width / 2 - 12, y + 4.5), (x + width / 2 + 12, y + 4.5))

    def _free(self, box: tuple[float, float, float, float]) -> bool:
        left, top, right, bottom = box
        if (
            left < self.frame.left
            or right > self.frame.right
            or top < self.frame.top - 18
            or bottom > self.frame.bottom
        ):
            return False
        return not any(left < r and l < right and top < b and t < bottom for l, t, r, b in self.taken)  # noqa: E741
