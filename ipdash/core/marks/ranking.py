"""Bars one below the other: regions or units by one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ipdash.core.display import number_text, status_text, status_word, with_unit
from ipdash.core.marks.shapes import shape
from ipdash.core.marks.svg import drawing, element, hinted, name_text, sentence, shortened, text_width

ROW = 30.0


@dataclass(frozen=True, slots=True)
class RankRow:
    """A bar. `text` replaces the number, `status` adds its shape, `current` stresses the reader's own region."""

    name: str
    value: Decimal | None
    text: str = ""
    href: str = ""
    status: str = ""
    current: bool = False


@dataclass(frozen=True)
class _Slot:
    """Where the bars stand: between the names and the values."""

    name_left: float
    name_width: float
    left: float
    right: float
    low: Decimal
    high: Decimal
    stressed: bool  # one row is the reader's own: the others step back

    def x(self, value: Decimal) -> float:
        if self.high == self.low:
            return self.left
        return self.left + (self.right - self.left) * float((value - self.low) / (self.high - self.low))


def rank_bars(
    rows: Sequence[RankRow],
    *,
    label: str = "",
    unit: str = "",
    places: int | None = None,
    reference: Decimal | None = None,
    reference_name: str = "",
    width: int = 640,
    class_: str = "",
) -> SafeString:
    """The rows in the order given. `reference` is a line across all bars, for instance the pace."""
    said = sentence(label, _facts(rows, unit, places))
    slot = _slot(rows, places, reference, width)
    top = 26.0 if reference is not None else 0.0
    parts = [_bar(row, top + ROW * i, slot, unit, places) for i, row in enumerate(rows)]
    bottom = top + ROW * len(rows)
    parts.append(element("line", x1=slot.x(Decimal(0)), x2=slot.x(Decimal(0)), y1=top, y2=bottom, class_="c-axis"))
    if reference is not None:
        parts += _reference(slot, reference, f"{reference_name} {with_unit(reference, unit, places)}".strip(), bottom)
    parts += [_value(row, top + ROW * i, slot, places) for i, row in enumerate(rows)]
    has_links = any(row.href for row in rows)
    return drawing(width, max(bottom, ROW), said, parts, class_=class_, has_links=has_links)


def _value_text(row: RankRow, places: int | None) -> str:
    return row.text or number_text(row.value, places)


def _facts(rows: Sequence[RankRow], unit: str, places: int | None) -> list[str]:
    known = [row for row in rows if row.value is not None]
    facts = [_("共%(count)s项") % {"count": len(rows)}]
    if known:
        first, last = known[0], known[-1]
        facts.append(_("%(name)s%(value)s在首位") % {"name": first.name, "value": with_unit(first.value, unit, places)})
        if last is not first:
            value = with_unit(last.value, unit, places)
            facts.append(_("%(name)s%(value)s在末位") % {"name": last.name, "value": value})
    if len(known) < len(rows):
        facts.append(_("%(count)s项没有数据") % {"count": len(rows) - len(known)})
    return facts


def _slot(rows: Sequence[RankRow], places: int | None, reference: Decimal | None, width: int) -> _Slot:
    marks = 18 if any(row.status for row in rows) else 0
    names = max((text_width(row.name) for row in rows), default=0)
    name_width = min(names + 4, width * 0.4 - marks)
    values = max((text_width(_value_text(row, places)) for row in rows), default=0)
    numbers = [row.value for row in rows if row.value is not None] + [Decimal(0)]
    if reference is not None:
        numbers.append(reference)
    return _Slot(
        marks,
        name_width,
        marks + name_width + 10,
        width - values - 14,
        min(numbers),
        max(numbers),
        any(row.current for row in rows),
    )


def _bar(row: RankRow, y: float, slot: _Slot, unit: str, places: int | None) -> SafeString:
    middle = y + ROW / 2
    parts = []
    hint = _("%(name)s：%(text)s") % {"name": row.name, "text": row.text or with_unit(row.value, unit, places)}
    if row.status:
        word = status_word(row.status)
        hint = _("，").join([hint, status_text(row.status)])
        parts.append(element("g", shape(word.mark, x=0, y=middle - 5, nested=True), class_=f"c-{word.light}"))
    stress = "strong" if row.current else None
    name = shortened(row.name, slot.name_width)
    parts.append(name_text(name, x=slot.name_left, y=middle + 4.5, class_=stress))
    if row.value is not None:
        left, end = sorted((slot.x(Decimal(0)), slot.x(row.value)))
        class_ = "c-bar" if row.current or not slot.stressed else "c-soft"
        parts.append(element("rect", x=left, y=middle - 8, width=max(1.0, end - left), height=16, class_=class_))
    return hinted(hint, row.href, *parts)


def _value(row: RankRow, y: float, slot: _Slot, places: int | None) -> SafeString:
    """Beside the bar's end, over every line."""
    end = slot.left if row.value is None else slot.x(max(row.value, Decimal(0)))
    class_ = "halo strong" if row.current else "halo"
    return element("text", _value_text(row, places), x=end + 6, y=y + ROW / 2 + 4.5, class_=class_)


def _reference(slot: _Slot, value: Decimal, text: str, bottom: float) -> list[SafeString]:
    x, half = slot.x(value), text_width(text) / 2
    middle = max(half, min(x, slot.right + 14 - half))
    return [
        element("line", x1=x, x2=x, y1=22, y2=bottom, class_="c-today"),
        element("text", text, x=middle, y=14, class_="middle"),
    ]
