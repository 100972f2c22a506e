"""The bullet bar of a table row: actual, where it should be by now, the year's target, the quarter before.

The style sheet says how high the bars and how wide the strokes are (`.bullet`): said in each of fifty rows it would be a
tenth of the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString

from ipdash.core.display import number_text, with_unit
from ipdash.core.marks.svg import drawing, element, sentence
from ipdash.core.words import say as _

HEIGHT = 26
ROOM = Decimal(
    "1.25"
)  # of the largest reference: the target stands at 80 % in every row, so that the eye runs straight


@dataclass(frozen=True)
class _Scale:
    low: Decimal
    high: Decimal

    def at(self, value: Decimal) -> float:
        """Percent of the width, kept inside the track."""
        share = float((value - self.low) / (self.high - self.low) * 100)
        return min(100.0, max(0.0, share))


def bullet(
    actual: Decimal | None,
    expected: Decimal | None,
    target: Decimal | None,
    *,
    upper: Decimal | None = None,
    previous: Decimal | None = None,
    lower_is_better: bool = False,
    places: int | None = None,
    unit: str = "",
    label: str = "",
    missing: str = "",
) -> SafeString:
    """A bar as wide as its slot.

    `upper` makes the target a range; `previous` is the quarter before; `missing` is the word shown where `actual` is
    None (the status word). Beyond 125 % of the target the bar is broken. Shaded is what should be reached by now (up),
    what is too much (`lower_is_better`), or what is allowed (range).
    """
    b = _Bullet(actual, expected, target, upper, previous, lower_is_better, places, unit, missing)
    said = sentence(label, b.facts())
    if target is None:
        return drawing("100%", HEIGHT, said, [element("rect", class_="c-track"), _word(b.word)], class_="bullet")
    scale = _scale(actual, expected, target, upper)
    parts = [element("rect", class_="c-track")]
    if actual is None:
        parts.append(_word(b.word))
    else:
        parts += [_shade(b, scale, target), *_bar(scale, actual, previous)]
    parts += [_tick(scale, bound, "c-target") for bound in (target, upper) if bound is not None]
    if expected is not None and upper is None:
        parts.append(_tick(scale, expected, "c-now"))
    return drawing("100%", HEIGHT, said, parts, class_="bullet")


@dataclass(frozen=True)
class _Bullet:
    """What is drawn."""

    actual: Decimal | None
    expected: Decimal | None
    target: Decimal | None
    upper: Decimal | None
    previous: Decimal | None
    lower_is_better: bool
    places: int | None
    unit: str
    missing: str

    @property
    def word(self) -> str:
        """What stands in an empty track."""
        return self.missing or (_("未填报") if self.actual is None else _("无年度目标"))

    def facts(self) -> list[str]:
        """The sentence's parts."""
        facts = [self.word if self.actual is None else _("实际值%(value)s") % {"value": self._text(self.actual)}]
        if self.expected is not None and self.upper is None:
            facts.append(_("序时进度目标值%(value)s") % {"value": self._text(self.expected)})
        facts.append(self._target_fact())
        if self.previous is not None:
            facts.append(_("上季%(value)s") % {"value": self._text(self.previous)})
        return list(dict.fromkeys(facts))

    def _target_fact(self) -> str:
        if self.target is None:
            return _("无年度目标")
        if self.upper is not None:
            bounds = f"{number_text(self.target, self.places)}–{self._text(self.upper)}"
            return _("年度目标区间%(value)s") % {"value": bounds}
        if self.lower_is_better:
            return _("年度目标不超过%(value)s") % {"value": self._text(self.target)}
        return _("年度目标%(value)s") % {"value": self._text(self.target)}

    def _text(self, value: Decimal) -> str:
        return with_unit(value, self.unit, self.places)


def _scale(actual: Decimal | None, expected: Decimal | None, target: Decimal, upper: Decimal | None) -> _Scale:
    references = [Decimal(0), target, *(value for value in (expected, upper) if value is not None)]
    low, high = min(references) * ROOM, max(references) * ROOM
    if low == high:  # a target of 0: any actual fills the bar
        high = max(abs(actual or Decimal(0)), Decimal(1)) * ROOM
    if actual is not None and actual < low:  # growth below zero gets its room, as far as it stays readable
        low = max(actual * ROOM, low - (high - low))
    return _Scale(low, high)


def _band(start: float, end: float, class_: str) -> SafeString:
    return element("rect", x=f"{start:.1f}%", width=f"{max(0.0, end - start):.1f}%", class_=class_)


def _tick(scale: _Scale, value: Decimal, class_: str, width: float | None = None) -> SafeString:
    """A stroke at a value; as wide as its class says unless given."""
    shift = None if width is None else f"translate(-{width / 2:g} 0)"
    return element("rect", x=f"{scale.at(value):.1f}%", width=width, transform=shift, class_=class_)


def _shade(b: _Bullet, scale: _Scale, target: Decimal) -> SafeString:
    if b.upper is not None:
        return _band(scale.at(target), scale.at(b.upper), "c-pace")
    if b.lower_is_better:
        return _band(scale.at(target), 100, "c-pace")
    left, right = sorted((scale.at(Decimal(0)), scale.at(target if b.expected is None else b.expected)))
    return _band(left, right, "c-pace")


def _bar(scale: _Scale, actual: Decimal, previous: Decimal | None) -> list[SafeString]:
    start, end = sorted((scale.at(Decimal(0)), scale.at(actual)))
    parts = [_band(start, end, "c-bar")]
    if start == end:  # a zero is a figure too
        parts.append(_tick(scale, actual, "c-bar", 3))
    if previous is not None and start < scale.at(previous) < end:
        parts.append(_tick(scale, previous, "c-previous"))
    if not scale.low <= actual <= scale.high:
        slashes = element("path", d="M-13 22l4-18M-8 22l4-18", stroke="#fff", stroke_width=2)
        edge = "0.0%" if actual < scale.low else "100.0%"
        shift = "translate(17 0)" if actual < scale.low else None
        parts.append(element("svg", element("g", slashes, transform=shift), x=edge, overflow="visible"))
    return parts


def _word(word: str) -> SafeString:
    return element("text", word, x=6, y=17.5)
