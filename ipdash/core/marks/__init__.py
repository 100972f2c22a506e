"""Charts and marks as inline SVG, drawn on the server: pure functions of plain values, the same text for the same input.

Attributes and classes only (the colours stand in static/css), never `style=`. Every drawing says itself in one sentence
(`aria-label`); it is an image to a screen reader, or a group where it holds links.
"""

from ipdash.core.marks.bullet import bullet
from ipdash.core.marks.change import change
from ipdash.core.marks.matrix import (
    LetterCell,
    MatrixCell,
    letter_cells,
    light_total,
    matrix_cells,
    matrix_symbols,
    status_tag,
)
from ipdash.core.marks.ranking import RankRow, rank_bars
from ipdash.core.marks.sparkline import sparkline
from ipdash.core.marks.strip import Scale, strip
from ipdash.core.marks.timeline import TimelineRow, timeline
from ipdash.core.marks.trend import TrendPoint, trend_chart

__all__ = [
    "LetterCell",
    "MatrixCell",
    "RankRow",
    "Scale",
    "TimelineRow",
    "TrendPoint",
    "bullet",
    "change",
    "letter_cells",
    "light_total",
    "matrix_cells",
    "matrix_symbols",
    "rank_bars",
    "sparkline",
    "status_tag",
    "strip",
    "timeline",
    "trend_chart",
]
