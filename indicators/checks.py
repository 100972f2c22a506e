"""What is odd about a reported figure, judged against the figures around it (design: figures, Stages and Review).

Pure: values in, findings out; the sentences are in `check_words`. A finding asks for a word of explanation, or, where the
figure is impossible, blocks. Nothing here changes a figure: a repair is offered, never made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Any

from ipdash.core.numbers import OutOfRange, to_scaled
from ipdash.core.periods import Quarter

ENOUGH = 6
"""From so many earlier values on, their own spread says what is usual; with fewer, the last one alone does."""
REMEMBERED = 12
"""Earlier values that are looked at, latest first."""
SLIPS = (Decimal(10), Decimal(100), Decimal(10_000))
"""Wrong by a digit, by percent, by 万: the slips that people make."""
NEAR = Decimal(2)
"""A slip is named where the repaired value lies within this factor of every value it is compared with."""
TELLING_DIGITS = 3
"""A value of so many significant digits is rarely the same twice; 5家 often is."""
LEAST_SPREAD = Decimal("0.2")
"""Values nearer to the usual one than this share of it are never odd, however even the history was."""

FEW = Decimal(3)
"""A count that differs by so few from the usual one is never odd."""


@dataclass(frozen=True)
class Measure:
    """What the checks need to know of an indicator.

    `is_running`: reported as the running total of the year. `adds_up`: a flow, whose quarters are compared with each
    other; everything else is a level. `mad_times` and `jump_percent` are its thresholds, `minimum` and `maximum` its
    bounds.
    """

    is_running: bool = False
    adds_up: bool = False
    is_annual: bool = False
    is_count: bool = False
    decimals: int = 6
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    mad_times: int = 3
    jump_percent: int = 50


@dataclass(frozen=True)
class Finding:
    """One oddity. `params` hold decimals and quarters for the sentence; `repair` is a value that may have been meant."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    repair: Decimal | None = None
    blocks: bool = False


@dataclass(frozen=True)
class Around:
    """What stands around a figure: the series by quarter (this one left out), the whole it is part of, its parts."""

    series: Mapping[Quarter, Decimal]
    whole: Decimal | None = None
    parts: Sequence[Decimal] = ()


def findings(value: Decimal, quarter: Quarter, measure: Measure, around: Around) -> list[Finding]:
    """What is odd about the value, the gravest first; empty where nothing is."""
    found = [*_impossible(value, measure, around)]
    slip = _slip(value, quarter, measure, around.series)
    fell = _fell(value, quarter, measure, around.series)
    found += [finding for finding in (slip, fell) if finding]
    if not (slip or fell):
        # One cause is said once: a wrong unit or a fallen total is unlike the history, too.
        unlike = _unlike(value, quarter, measure, around.series)
        found += [unlike] if unlike else []
    found += [*_unchanged(value, quarter, measure, around.series)]
    return sorted(found, key=lambda finding: not finding.blocks)


def _impossible(value: Decimal, measure: Measure, around: Around) -> Iterator[Finding]:
    if measure.minimum is not None and value < measure.minimum:
        yield Finding("below_minimum", {"bound": measure.minimum}, blocks=True)
    if measure.maximum is not None and value > measure.maximum:
        yield Finding("above_maximum", {"bound": measure.maximum}, blocks=True)
    if measure.is_count and value != value.to_integral_value():
        yield Finding("not_whole")
    # Of a part and its whole either may be the wrong one, so this asks.
    if around.whole is not None and value > around.whole:
        yield Finding("above_whole", {"whole": around.whole})
    greatest = max(around.parts, default=None)
    if greatest is not None and value < greatest:
        yield Finding("below_part", {"part": greatest})


def _fell(value: Decimal, quarter: Quarter, measure: Measure, series: Mapping[Quarter, Decimal]) -> Finding | None:
    before = series.get(quarter - 1) if measure.is_running and not measure.is_annual and quarter.quarter > 1 else None
    return Finding("falls", {"before": before}) if before is not None and value < before else None


def _slip(value: Decimal, quarter: Quarter, measure: Measure, series: Mapping[Quarter, Decimal]) -> Finding | None:
    """A value that is out of all proportion as it stands and in proportion with its point moved."""
    compared = [other for other in _compared(quarter, measure, series) if other != 0]
    if value == 0 or not compared or any(_is_near(value, other) for other in compared):
        return None
    for slip in SLIPS:
        for repaired, code in ((value / slip, "too_large"), (value * slip, "too_small")):
            if all(_is_near(repaired, other) for other in compared) and _may_be_meant(repaired, measure):
                return Finding(code, {"times": slip, "compared": compared[0]}, repair=repaired)
    return None


def _compared(quarter: Quarter, measure: Measure, series: Mapping[Quarter, Decimal]) -> list[Decimal]:
    """Values of the same size as this one should have: last year's same quarter, and the last one of its kind."""
    last_year = series.get(quarter - 4)
    if measure.is_annual:
        return [] if last_year is None else [last_year]
    before = series.get(quarter - 1)
    if measure.is_running and before is not None:
        # A running total grows with the year.
        before = before * quarter.quarter / (quarter.quarter - 1) if quarter.quarter > 1 else before / 4
    return [other for other in (last_year, before) if other is not None]


def _is_near(value: Decimal, other: Decimal) -> bool:
    return (value > 0) == (other > 0) and abs(other) <= abs(value) * NEAR and abs(value) <= abs(other) * NEAR


def _may_be_meant(value: Decimal, measure: Measure) -> bool:
    """Whether a repaired value could be reported at all: half a patent was not meant."""
    try:
        to_scaled(value)
    except OutOfRange:
        return False
    return not measure.is_count or value == value.to_integral_value()


def _unlike(value: Decimal, quarter: Quarter, measure: Measure, series: Mapping[Quarter, Decimal]) -> Finding | None:
    """A value outside the median ± n MAD of the earlier ones; where these are few, one far from the last."""
    own = own_part(value, quarter, measure, series)
    history = _history(quarter, measure, series)
    if own is None:
        return None
    if len(history) < ENOUGH:
        return _jump(value if not measure.adds_up else own, quarter, measure, series)
    middle = median(history)
    spread = median(abs(other - middle) for other in history)
    least = abs(middle) * LEAST_SPREAD if measure.adds_up else abs(series.get(quarter - 1, value)) * LEAST_SPREAD / 4
    reach = max(spread * measure.mad_times, least, FEW if measure.is_count else Decimal(0))
    if abs(own - middle) <= reach:
        return None
    base = (
        Decimal(0) if measure.adds_up or measure.is_annual else series.get(_step_before(quarter, measure), Decimal(0))
    )
    low = base + middle - reach
    if measure.is_count and low < 0 <= middle:
        low = Decimal(0)
    return Finding("unlike_history", {"low": low, "high": base + middle + reach, "own": base + own})


def _step_before(quarter: Quarter, measure: Measure) -> Quarter:
    return quarter - (4 if measure.is_annual else 1)


def _jump(own: Decimal, quarter: Quarter, measure: Measure, series: Mapping[Quarter, Decimal]) -> Finding | None:
    last = _step_before(quarter, measure)
    before = _part_at(last, measure, series) if measure.adds_up else series.get(last)
    if before is None or before == 0:
        return None
    if abs(own - before) * 100 < abs(before) * measure.jump_percent:
        return None
    return Finding("jumps_up" if own > before else "jumps_down", {"own": own, "before": before})


def own_part(value: Decimal, quarter: Quarter, measure: Measure, series: Mapping[Quarter, Decimal]) -> Decimal | None:
    """What the history test compares: a flow's single quarter, or the step of a level since the one before it."""
    before = series.get(_step_before(quarter, measure))
    if measure.adds_up:
        if not measure.is_running or measure.is_annual or quarter.quarter == 1:
            return value
        return None if before is None else value - before
    return None if before is None else value - before


def _part_at(quarter: Quarter, measure: Measure, series: Mapping[Quarter, Decimal]) -> Decimal | None:
    value = series.get(quarter)
    return None if value is None else own_part(value, quarter, measure, series)


def _history(quarter: Quarter, measure: Measure, series: Mapping[Quarter, Decimal]) -> list[Decimal]:
    """The earlier parts or steps, latest first."""
    step = 4 if measure.is_annual else 1
    parts = (_part_at(quarter - step * n, measure, series) for n in range(1, REMEMBERED + 1))
    return [part for part in parts if part is not None]


def _unchanged(
    value: Decimal, quarter: Quarter, measure: Measure, series: Mapping[Quarter, Decimal]
) -> Iterator[Finding]:
    before = _step_before(quarter, measure)
    if measure.is_running and not measure.is_annual and quarter.quarter == 1:
        return
    if series.get(before) == value and len(value.normalize().as_tuple().digits) >= TELLING_DIGITS:
        yield Finding("unchanged", {"quarter": before})
