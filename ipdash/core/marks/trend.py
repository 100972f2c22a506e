"""The course of one indicator: baseline, actual values, the path they should follow, the years' targets, the forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString

from ipdash.core.display import with_unit
from ipdash.core.marks.axes import Axis, Frame, Labels, QuarterScale, axis_height, quarter_axis, value_axis, value_lines
from ipdash.core.marks.sparkline import Place, polyline, runs
from ipdash.core.marks.svg import drawing, element, group, hinted, name_text, number, sentence, text_width
from ipdash.core.periods import Quarter
from ipdash.core.words import say as _

CLOSE = 44  # pixels: labels within it would touch
MANY = 24  # quarters beyond which points are drawn at the end alone
Band = tuple[Decimal, Decimal]
"""from the lowest to the highest value that the year's end may take"""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A value at the end of a quarter; `note` is added to its hint, `href` makes it a link."""

    quarter: Quarter
    value: Decimal | None
    note: str = ""
    href: str = ""


@dataclass(frozen=True)
class _Series:
    """What is drawn; `points` begin with the baseline."""

    points: Sequence[TrendPoint]
    path: Sequence[TrendPoint]
    targets: Sequence[TrendPoint]
    forecast: TrendPoint | None
    band: Band | None
    baseline: TrendPoint | None

    @property
    def last(self) -> TrendPoint | None:
        """The latest actual value."""
        known = (point for point in reversed(self.points) if point.value is not None and point is not self.baseline)
        return next(known, None)

    @property
    def ends(self) -> list[TrendPoint]:
        """Both ends of the band."""
        return [TrendPoint(self.forecast.quarter, value) for value in self.band] if self.forecast and self.band else []

    @property
    def everything(self) -> list[TrendPoint]:
        return [*self.points, *self.path, *self.targets, *([self.forecast] if self.forecast else []), *self.ends]


@dataclass(frozen=True)
class _Plot:
    frame: Frame
    axis: Axis
    scale: QuarterScale
    unit: str
    places: int | None

    def at(self, point: TrendPoint) -> Place | None:
        if point.value is None:
            return None
        return self.scale.x(point.quarter.index), self.axis.y(point.value, self.frame)

    def line(self, points: Sequence[TrendPoint], *, yearly: bool = False) -> list[list[Place]]:
        """The series in stretches: a point without a value is a gap, and so is the turn of a `yearly` running total."""
        places: list[Place | None] = []
        for at, point in enumerate(points):
            if yearly and at and point.quarter.year != points[at - 1].quarter.year:
                places.append(None)
            places.append(self.at(point))
        return runs(places)

    def said(self, point: TrendPoint) -> str:
        return with_unit(point.value, self.unit, self.places)


def trend_chart(
    points: Sequence[TrendPoint],
    *,
    path: Sequence[TrendPoint] = (),
    targets: Sequence[TrendPoint] = (),
    forecast: TrendPoint | None = None,
    band: Band | None = None,
    baseline: TrendPoint | None = None,
    yearly: bool = False,
    label: str = "",
    unit: str = "",
    places: int | None = None,
    width: int = 640,
    height: int = 280,
    class_: str = "",
) -> SafeString:
    """Quarters from left to right, each series in order of time; a point without a value is a gap in its line.

    The line starts at the `baseline`; `band` is how far the forecast may be off; a `yearly` total begins anew each year.
    """
    series = _Series([baseline, *points] if baseline else points, path, targets, forecast, band, baseline)
    said = sentence(label, _facts(series, unit, places))
    if not any(point.value is not None for point in series.everything):
        return drawing(width, 40, said, [element("text", _("没有可以显示的数值"), x=0, y=24)], class_=class_)
    legend, top = _legend(series, width)
    plot = _plot(series.everything, unit, places, Frame(0, top, width, height))
    parts = [*legend, *value_lines(plot.axis, plot.frame), *quarter_axis(plot.scale, plot.frame.bottom)]
    if unit:
        parts.append(name_text(unit, x=plot.frame.left - 8, y=plot.frame.top - 14, class_="end faint"))
    parts += _band(plot, series)
    parts += [polyline(run, "c-path") for run in plot.line(path, yearly=yearly)]
    parts += [polyline(run, "c-line") for run in plot.line(series.points, yearly=yearly)]
    parts += _forecast(plot, series)
    parts += _target_marks(plot, targets)
    parts += _points(plot, series)
    parts += _texts(plot, series)
    has_links = any(point.href for point in points)
    return drawing(width, height, said, parts, class_=class_, has_links=has_links)


def _plot(everything: Sequence[TrendPoint], unit: str, places: int | None, slot: Frame) -> _Plot:
    axis = value_axis([point.value for point in everything if point.value is not None])
    indexes = [point.quarter.index for point in everything]
    left = max(text_width(text) for text in [*axis.texts(), unit]) + 9
    scale = QuarterScale(min(indexes), max(indexes), left, slot.right)
    frame = Frame(left, slot.top + (34 if unit else 20), slot.right, slot.bottom - axis_height(scale))
    return _Plot(frame, axis, scale, unit, places)


def _facts(series: _Series, unit: str, places: int | None) -> list[str]:
    facts, last, forecast = [_("没有实际值")], series.last, series.forecast
    if last is not None:
        value = with_unit(last.value, unit, places)
        facts = [_("%(quarter)s实际值%(value)s") % {"quarter": last.quarter.label, "value": value}]
    for point in series.targets[-1:]:
        value = with_unit(point.value, unit, places)
        facts.append(_("%(year)s年目标%(value)s") % {"year": point.quarter.year, "value": value})
    if forecast is not None and forecast.value is not None:
        value = with_unit(forecast.value, unit, places)
        facts.append(_("%(year)s年末预计%(value)s") % {"year": forecast.quarter.year, "value": value})
    return facts


def _legend(series: _Series, width: float) -> tuple[list[SafeString], float]:
    """What the marks mean, in as many rows as needed, and the height of it."""
    samples = {
        _("基期值"): (series.baseline, [_square(9, 0)]),
        _("实际值"): (series.points, [_line(0, 18, "c-line"), element("circle", cx=9, cy=0, r=3.5, class_="c-dot")]),
        _("序时进度目标值"): (series.path, [_line(0, 18, "c-path")]),
        _("年度目标"): (series.targets, [_line(2, 16, "c-mark")]),
        _("年末预计"): (series.forecast, [element("circle", cx=9, cy=0, r=4, class_="c-open")]),
        _("预计区间"): (series.ends, [element("rect", x=2, y=-6, width=14, height=12, class_="c-band")]),
    }
    parts: list[SafeString] = []
    x, y = 0.0, 9.0
    for name, (shown, sample) in samples.items():
        if not shown:
            continue
        size = 24 + text_width(name)
        if x and x + size > width:
            x, y = 0.0, y + 20
        text = element("text", name, x=24, y=4.5)
        parts.append(group([*sample, text], transform=f"translate({x:.1f} {y:g})"))
        x += size + 16
    return parts, y + 9


def _line(x1: float, x2: float, class_: str) -> SafeString:
    return element("line", x1=x1, x2=x2, y1=0, y2=0, class_=class_)


def _square(x: float, y: float) -> SafeString:
    return element("rect", x=x - 4, y=y - 4, width=8, height=8, class_="c-open")


def _band(plot: _Plot, series: _Series) -> list[SafeString]:
    """From the last value to both ends, behind everything."""
    last = series.last
    corners = [place for place in map(plot.at, [last, *series.ends] if last else []) if place is not None]
    if len(corners) != 3 or corners[0][0] >= corners[1][0]:
        return []
    points = " ".join(f"{number(x)},{number(y)}" for x, y in corners)
    return [element("polygon", points=points, class_="c-band")]


def _forecast(plot: _Plot, series: _Series) -> list[SafeString]:
    last, forecast = series.last, series.forecast
    end = plot.at(forecast) if forecast else None
    if forecast is None or end is None:
        return []
    start = plot.at(last) if last else None
    parts = [polyline([start, end], "c-line c-dash")] if start and start[0] < end[0] else []
    hint = _("%(year)s年末预计%(value)s") % {"year": forecast.quarter.year, "value": plot.said(forecast)}
    if series.band:
        low, high = with_unit(series.band[0], "", plot.places), with_unit(series.band[1], plot.unit, plot.places)
        hint += _("，预计区间%(low)s–%(high)s") % {"low": low, "high": high}
    dot = element("circle", cx=end[0], cy=end[1], r=4, class_="c-open")
    return [*parts, hinted(_with_note(hint, forecast.note), "", dot)]


def _target_marks(plot: _Plot, targets: Sequence[TrendPoint]) -> list[SafeString]:
    parts = []
    reach = min(9.0, max(4.0, plot.scale.step / 2))
    for point in targets:
        place = plot.at(point)
        if place is not None:
            hint = _("%(year)s年目标%(value)s") % {"year": point.quarter.year, "value": plot.said(point)}
            x, y = place
            mark = element("line", x1=x - reach, x2=x + reach, y1=y, y2=y, class_="c-mark")
            parts.append(hinted(_with_note(hint, point.note), "", mark))
    return parts


def _points(plot: _Plot, series: _Series) -> list[SafeString]:
    """A column for each quarter that answers to the pointer, with its point."""
    should = {point.quarter: point for point in series.path if point.value is not None}
    parts = []
    for point in series.points:
        hint = _("%(name)s：%(text)s") % {"name": point.quarter.label, "text": plot.said(point)}
        if point is series.baseline:
            hint = _("%(year)s年基期值%(value)s") % {"year": point.quarter.year, "value": plot.said(point)}
        elif point.quarter in should:
            hint += _("，序时进度目标值%(value)s") % {"value": plot.said(should[point.quarter])}
        column = element(
            "rect",
            x=plot.scale.edge(point.quarter.index),
            y=plot.frame.top,
            width=plot.scale.step,
            height=plot.frame.bottom - plot.frame.top,
            class_="c-hit",
        )
        parts.append(hinted(_with_note(hint, point.note), point.href, column, *_dot(plot, series, point)))
    return parts


def _dot(plot: _Plot, series: _Series, point: TrendPoint) -> list[SafeString]:
    place = plot.at(point)
    if place is None:
        return []
    if point is series.baseline:
        return [_square(*place)]
    radius = 4 if point is series.last else 3 if len(series.points) <= MANY else 2
    return [element("circle", cx=place[0], cy=place[1], r=radius, class_="c-dot")]


def _with_note(hint: str, note: str) -> str:
    return _("%(hint)s（%(note)s）") % {"hint": hint, "note": note} if note else hint


def _texts(plot: _Plot, series: _Series) -> list[SafeString]:
    """Direct labels, the most important first: the last value, the forecast, targets from the last back, the baseline."""
    last = series.last
    inner = (last, series.forecast, *reversed(series.targets), series.baseline)
    wanted = [(point, plot.at(point)) for point in inner if point is not None]
    shown = [(point, place) for point, place in wanted if place is not None]
    labels = Labels(plot.frame)
    for _point, place in shown:
        labels.avoid(*place)
    parts = []
    for point, (x, y) in shown:
        # Of two values close together the lower one is written below.
        below = any(abs(other - x) < CLOSE and y_other < y for _other, (other, y_other) in shown)
        class_ = "strong" if point is last else ""
        text = labels.place(with_unit(point.value, "", plot.places), x, y, class_, below=below)
        if text is not None:
            parts.append(text)
    return parts
