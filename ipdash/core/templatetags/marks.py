"""Tags that draw `ipdash.core.marks`. Charts with words in them are drawn for the page, the phone and, if too
wide for it, paper: scaled-down words cannot be read. The style sheet shows the one that fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from ipdash.core import marks

register = template.Library()
PHONE = 326  # what a card leaves at 390 px
PAPER = 640  # what A4 leaves

register.simple_tag(marks.bullet, name="bullet")
register.simple_tag(marks.sparkline, name="sparkline")
register.simple_tag(marks.matrix_symbols, name="matrix_symbols")
register.simple_tag(marks.light_total, name="light_total")


def _both(draw: Callable[..., SafeString], *args: Any, width: int, **kwargs: Any) -> SafeString:
    drawings = [draw(*args, width=PHONE, class_="narrow-only", **kwargs)]
    if width > PAPER + 60:
        drawings += [draw(*args, width=width, class_="wide-only no-print", **kwargs)]
        drawings += [draw(*args, width=PAPER, class_="print-only", **kwargs)]
    else:
        drawings += [draw(*args, width=width, class_="wide-only", **kwargs)]
    return mark_safe("".join(drawings))  # noqa: S308 - made safe by their own module


@register.simple_tag
def trend_chart(points: Any, width: int = 640, **kwargs: Any) -> SafeString:
    """`{% trend_chart points path=path targets=targets forecast=forecast label=name unit=unit places=2 %}`"""
    return _both(marks.trend_chart, points, width=width, **kwargs)


@register.simple_tag
def rank_bars(rows: Any, width: int = 640, **kwargs: Any) -> SafeString:
    """`{% rank_bars rows label="各区县完成率" unit="%" places=1 reference=pace reference_name="序时进度" %}`"""
    return _both(marks.rank_bars, rows, width=width, **kwargs)


@register.simple_tag
def timeline(rows: Any, width: int = 640, **kwargs: Any) -> SafeString:
    """`{% timeline rows today=today label="实施阶段" %}`"""
    return _both(marks.timeline, rows, width=width, **kwargs)
