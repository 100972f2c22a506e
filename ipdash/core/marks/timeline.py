"""Phases and milestones along the quarters, with today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ipdash.core.display import day_text
from ipdash.core.marks.axes import QuarterScale, axis_height, quarter_axis
from ipdash.core.marks.svg import drawing, element, hinted, name_text, sentence, shortened, text_width
from ipdash.core.periods import Quarter

ROW = 30.0
NARROW = 480  # below it a label stands above its bar


@dataclass(frozen=True, slots=True)
class TimelinePart:
    """A stretch of a row that is drawn for itself; `state` is done, late or nothing."""

    label: str
    start: date
    end: date
    state: str = ""


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """What lasts from `start` to `end`, both included; `text` is added to the hint. Its `parts` are drawn in its place."""

    label: str
    start: date
    end: date
    text: str = ""
    href: str = ""
    parts: tuple[TimelinePart, ...] = ()


@dataclass(frozen=True)
class _Place:
    """How days become pixels, and how much room a row has."""

    scale: QuarterScale
    label_width: float
    above: bool
    today: date | None

    @property
    def row(self) -> float:
        return ROW + 14 if self.above else ROW

    def x(self, day: date) -> float:
        quarter = Quarter.containing(day)
        days = (quarter.last_day - quarter.first_day).days + 1
        return self.scale.edge(quarter.index) + self.scale.step * (day - quarter.first_day).days / days

    def end(self, day: date) -> float:
        """Where the day is over."""
        return self.x(date.fromordinal(day.toordinal() + 1))


def timeline(
    rows: Sequence[TimelineRow], *, today: date | None = None, label: str = "", width: int = 640, class_: str = ""
) -> SafeString:
    """One bar a row in the order given; what runs today is stressed."""
    said = sentence(label, _facts(rows, today))
    if not rows:
        return drawing(width, 40, said, [element("text", _("没有进度安排"), x=0, y=24)], class_=class_)
    place = _place(rows, today, width)
    top = 22.0 if today is not None else 4.0
    bottom = top + place.row * len(rows) + 6
    parts = [*_year_lines(place.scale, top, bottom), *quarter_axis(place.scale, bottom)]
    for i, row in enumerate(rows):
        y = top + place.row * i
        parts += [_part(row, part, y, place) for part in row.parts] if row.parts else [_bar(row, y, place)]
    if today is not None and place.scale.first <= Quarter.containing(today).index <= place.scale.last:
        parts += _today(place, today, bottom)
    parts += [_name(row, top + place.row * i, place) for i, row in enumerate(rows)]
    height = bottom + axis_height(place.scale)
    return drawing(width, height, said, parts, class_=class_, has_links=any(row.href for row in rows))


def _facts(rows: Sequence[TimelineRow], today: date | None) -> list[str]:
    if not rows:
        return [_("没有进度安排")]
    start, end = min(row.start for row in rows), max(row.end for row in rows)
    facts = [
        _("共%(count)s项，%(start)s至%(end)s") % {"count": len(rows), "start": day_text(start), "end": day_text(end)}
    ]
    running = [row.label for row in rows if today is not None and row.start <= today <= row.end]
    if running:
        facts.append(_("正在进行：%(labels)s") % {"labels": _("、").join(running)})
    return facts


def _place(rows: Sequence[TimelineRow], today: date | None, width: int) -> _Place:
    above = width < NARROW
    label_width = 0.0 if above else min(max(text_width(row.label) for row in rows) + 12, width * 0.36)
    first = min(Quarter.containing(row.start).index for row in rows)
    last = max(Quarter.containing(row.end).index for row in rows)
    return _Place(QuarterScale(first, last, label_width, width), label_width, above, today)


def _year_lines(scale: QuarterScale, top: float, bottom: float) -> list[SafeString]:
    return [
        element("line", x1=left, x2=left, y1=top, y2=bottom, class_="c-grid") for _year, left, _right in scale.years()
    ]


def _runs(row: TimelineRow, place: _Place) -> bool:
    return place.today is not None and row.start <= place.today <= row.end


def _bar(row: TimelineRow, y: float, place: _Place) -> SafeString:
    left, right = place.x(row.start), place.end(row.end)
    top, width = y + place.row - ROW / 2 - 6, max(2.0, right - left - 2)
    class_ = "c-bar" if _runs(row, place) else "c-soft"
    bar = element("rect", x=left + 1, y=top, width=width, height=12, rx=2, class_=class_)
    hint = _("%(name)s：%(text)s") % {"name": row.label, "text": f"{day_text(row.start)}–{day_text(row.end)}"}
    return hinted(_("，").join([hint, row.text]) if row.text else hint, row.href, bar)


_PART = {"done": "c-bar", "late": "c-late"}


def _part(row: TimelineRow, part: TimelinePart, y: float, place: _Place) -> SafeString:
    """Told apart by more than colour: what is done is solid, what is late has a mark."""
    left, right = place.x(part.start), place.end(part.end)
    top, width = y + place.row - ROW / 2 - 6, max(2.0, right - left - 2)
    bar = [element("rect", x=left + 1, y=top, width=width, height=12, rx=2, class_=_PART.get(part.state, "c-soft"))]
    if part.state == "late":
        bar.append(element("text", "■", x=left + 6, y=top + 10.5, class_="c-late-mark"))
    words = {"done": _("已完成"), "late": _("逾期")}.get(part.state, "")
    said = _("，").join(filter(None, [f"{day_text(part.start)}–{day_text(part.end)}", words]))
    hint = _("%(name)s：%(text)s") % {"name": part.label, "text": said}
    return hinted(hint, row.href, *bar)


def _name(row: TimelineRow, y: float, place: _Place) -> SafeString:
    """Left of the bar, or above it; over every line."""
    class_ = "halo strong" if _runs(row, place) else "halo"
    if not place.above:
        name = shortened(row.label, place.label_width - 12)
        return name_text(name, x=0, y=y + ROW / 2 + 4.5, class_=class_)
    name = shortened(row.label, place.scale.right)
    x = max(0.0, min(place.x(row.start), place.scale.right - text_width(name)))
    return name_text(name, x=x, y=y + 14, class_=class_)


def _today(place: _Place, today: date, bottom: float) -> list[SafeString]:
    text = _("今天 %(day)s") % {"day": day_text(today)}
    x, half = place.x(today), text_width(text) / 2
    middle = max(half, min(x, place.scale.right - half))
    return [
        element("line", x1=x, x2=x, y1=18, y2=bottom, class_="c-today"),
        element("text", text, x=middle, y=12, class_="middle strong"),
    ]
