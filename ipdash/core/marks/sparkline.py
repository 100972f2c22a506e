"""The course of a few quarters, without axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.safestring import SafeString

from ipdash.core.display import number_text
from ipdash.core.marks.svg import drawing, element, number, sentence
from ipdash.core.words import say as _

PAD = 4.0
Place = tuple[float, float]


def runs(places: Iterable[Place | None]) -> list[list[Place]]:
    """The unbroken stretches of a series in which None is a gap."""
    found: list[list[Place]] = [[]]
    for place in places:
        if place is not None:
            found[-1].append(place)
        elif found[-1]:
            found.append([])
    return [run for run in found if run]


def polyline(run: Sequence[Place], class_: str) -> SafeString:
    """A line through the places."""
    points = " ".join(f"{number(x)},{number(y)}" for x, y in run)
    return element("polyline", points=points, class_=class_)


def sparkline(
    values: Sequence[Decimal | None],
    *,
    target: Decimal | None = None,
    label: str = "",
    places: int | None = None,
    width: int = 96,
    height: int = 28,
) -> SafeString:
    """A line through `values` (oldest first, None is a gap), its last point dotted, `target` as a dashed line."""
    known = [value for value in values if value is not None]
    said = sentence(label, _facts(values, known, places))
    if not known:
        return drawing(
            width, height, said, [element("text", "—", x=PAD, y=height / 2 + 5, class_="faint")], class_="spark"
        )
    bounds = [*known, target] if target is not None else known
    low, high = min(bounds), max(bounds)

    def y(value: Decimal) -> float:
        if low == high:
            return height / 2
        return PAD + (height - 2 * PAD) * float((high - value) / (high - low))

    step = (width - 2 * PAD) / max(1, len(values) - 1)
    points = [None if value is None else (PAD + step * i, y(value)) for i, value in enumerate(values)]
    parts = []
    if target is not None:
        parts.append(element("line", x1=0, x2=width, y1=y(target), y2=y(target), class_="c-path"))
    for run in runs(points):
        parts.append(polyline(run, "c-line") if len(run) > 1 else _dot(run[0], 2.5))
    if points[-1] is not None:
        parts.append(_dot(points[-1], 3))
    return drawing(width, height, said, parts, class_="spark")


def _dot(place: Place, radius: float) -> SafeString:
    return element("circle", cx=place[0], cy=place[1], r=radius, class_="c-dot")


def _facts(values: Sequence[Decimal | None], known: Sequence[Decimal], places: int | None) -> list[str]:
    if not known:
        return [_("近%(count)s个季度没有数据") % {"count": len(values)}]
    facts = [
        _("近%(count)s个季度从%(first)s到%(last)s")
        % {
            "count": len(values),
            "first": number_text(known[0], places),
            "last": number_text(values[-1], places),
        }
    ]
    if len(known) < len(values):
        facts.append(_("其中%(count)s个季度没有数据") % {"count": len(values) - len(known)})
    return facts
