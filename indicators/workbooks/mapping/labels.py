"""What one printed label tells: period, basis, unit, growth, and the name that is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from indicators.workbooks.mapping import words
from indicators.workbooks.mapping.catalogue import IndicatorIndex
from indicators.workbooks.mapping.periods import NO_PERIOD, Period, find_basis, find_period, find_shift
from indicators.workbooks.mapping.units import read_unit, unit_within, units_of_line


@dataclass(frozen=True)
class Label:
    """A label taken apart; `names` are the levels that name something, as printed, outermost first."""

    names: tuple[str, ...] = ()
    period: Period = NO_PERIOD
    basis: str = ""
    unit: str = ""
    shift: str = ""
    derived: bool = False
    total: bool = False


def read_label(text: str, indicators: IndicatorIndex) -> Label:
    """One level of a head, or a row's label. A name of the catalogue is never taken apart."""
    found = indicators.labels.get(text)
    if not isinstance(found, Label):
        found = indicators.labels[text] = _read_label(text, indicators)
    return found


def _read_label(text: str, indicators: IndicatorIndex) -> Label:
    plain = words.without_latin(words.without_marks(text)) or text
    rest, unit = unit_within(plain)
    if unit == "" and (lone := units_of_line(plain)):
        return Label(unit=lone[0])
    if read_unit(rest):
        return Label(unit=rest)
    label = Label(unit=unit)
    if indicators.exact(rest):
        return replace(label, names=(printed_name(text),))
    if words.is_sum(rest):
        return replace(label, total=True)
    derived = words.is_derived(plain) or words.is_average(rest)
    shift, rest = ("", rest) if derived else find_shift(rest)  # 比上年增长 is growth, not last year's figure
    found = find_period(rest)
    if found:
        rest = found.rest
        label = replace(label, period=found.period, basis=found.basis)
    basis, rest = find_basis(rest) if not indicators.exact(rest) else ("", rest)
    other, without_other = find_basis(rest) if basis else ("", rest)
    if other:  # 本月与累计 heads both and says neither
        basis, rest = "", without_other
    rest = rest.strip("()[]【】（）:：,，、-—_/和与及" if basis or other else "()[]【】（）:：,，、-—_/")
    label = replace(label, shift=shift, derived=derived, basis=basis or label.basis)
    if not rest or words.is_value_word(rest) or (derived and words.is_derived(rest)):
        return replace(label, names=(printed_name(text),)) if derived else label
    whole = not (found or basis or shift)
    return replace(label, names=(printed_name(text) if whole else rest,))


def read_head(parts: Sequence[str], indicators: IndicatorIndex) -> Label:
    """The levels of a head together, outermost first: what the inner one tells goes before what the outer one tells."""
    whole = Label()
    names: list[str] = []
    if any(words.has_chinese(part) for part in parts):  # an English row of heads below the Chinese one says nothing new
        parts = [
            part for part in parts if words.has_chinese(part) or not part.isascii() or not any(map(str.isalpha, part))
        ]
    for part in parts:
        label = read_label(part, indicators)
        names += label.names
        whole = Label(
            (),
            label.period.filled_from(whole.period),
            label.basis or whole.basis,
            label.unit or whole.unit,
            label.shift or whole.shift,
            label.derived or whole.derived,
            label.total or whole.total,
        )
    return replace(whole, names=tuple(names))


def printed_name(text: str) -> str:
    """A label as printed, line breaks, runs of blanks and the English half of a bilingual one aside."""
    return " ".join(words.without_latin(text).split())
