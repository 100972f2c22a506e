"""The bar of one row on a scale that all rows share: how regions compare, beside their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString

from ipdash.core.marks.svg import drawing, element

HEIGHT = 22


@dataclass(frozen=True)
class Scale:
    """From the smallest to the largest number of a column, zero included."""

    low: Decimal
    high: Decimal

    @classmethod
    def of(cls, values: Iterable[Decimal | None]) -> Scale:
        known = [value for value in values if value is not None]
        return cls(min([*known, Decimal(0)]), max([*known, Decimal(0)]))

    def at(self, value: Decimal) -> float:
        """Percent of the width."""
        if self.high == self.low:
            return 0.0
        return float((value - self.low) / (self.high - self.low) * 100)


def strip(value: Decimal | None, reference: Decimal | None, scale: Scale, label: str) -> SafeString:
    """A bar for `value` and a tick for `reference`; `label` says both in words. Nothing is drawn for what is missing."""
    parts = [element("rect", x="0", y=4, width="100%", height=14, class_="c-track")]
    if value is not None:
        left, right = sorted((scale.at(Decimal(0)), scale.at(value)))
        width = max(0.5, right - left)
        parts.append(element("rect", x=_percent(left), y=4, width=_percent(width), height=14, class_="c-bar"))
    if reference is not None:
        x = _percent(scale.at(reference))
        parts.append(element("line", x1=x, x2=x, y1=1, y2=21, class_="c-mark"))
    return drawing("100%", HEIGHT, label, parts, class_="strip")


def _percent(share: float) -> str:
    return f"{round(share, 1):g}%"
