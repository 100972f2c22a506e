"""From where to where: a value a quarter ago and now, on a scale that all rows share, with the line that should be held."""

from __future__ import annotations

from decimal import Decimal

from django.utils.safestring import SafeString

from ipdash.core.marks.strip import Scale
from ipdash.core.marks.svg import drawing, element

HEIGHT = 22
MIDDLE = 11
INSIDE = 0.96  # the outermost dots stay whole


def change(before: Decimal, after: Decimal, scale: Scale, label: str) -> SafeString:
    """An open dot a quarter ago, a full one now, the way between them; the stroke is 0. `label` says it in words."""
    start, end = _percent(scale, before), _percent(scale, after)
    parts = [
        element("line", x1="0", x2="100%", y1=MIDDLE, y2=MIDDLE, class_="c-grid"),
        element("line", x1=_percent(scale, Decimal(0)), x2=_percent(scale, Decimal(0)), y1=2, y2=20, class_="c-mark"),
        element("line", x1=start, x2=end, y1=MIDDLE, y2=MIDDLE, class_="c-line"),
        element("circle", cx=start, cy=MIDDLE, r=4, class_="c-open"),
        element("circle", cx=end, cy=MIDDLE, r=5, class_="c-dot"),
    ]
    return drawing("100%", HEIGHT, label, parts, class_="strip")


def _percent(scale: Scale, value: Decimal) -> str:
    return f"{round(2 + scale.at(value) * INSIDE, 1):g}%"
