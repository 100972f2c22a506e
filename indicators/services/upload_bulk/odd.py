"""Which of many figures may be odd beside those around them: every one that `indicators.checks` would speak of, and a few more.

The tests are those of `checks.findings`, on whole columns and in floating point with a little slack; who may be odd is
judged there exactly. Nobody is missed: what cannot be told here counts as odd.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.db.models import BigIntegerField, Case, F, Q, When

from indicators.checks import ENOUGH, FEW, LEAST_SPREAD, NEAR, REMEMBERED, Measure
from indicators.models import Figure, Indicator
from indicators.selectors.figure_checks import measure_of
from indicators.services.transfer import Array, read
from indicators.services.upload_bulk.judge import Given, keys_of

_SLACK = 1e-9
_BEFORE = REMEMBERED + 4  # quarters that a history and what it begins with reach back
_MILLION = 1e6


def may_be_odd(given: Given, all_given: Given, indicators: Mapping[int, Indicator]) -> Array:
    """For each given figure whether somebody may have to be asked; `all_given` stand around them, these included."""
    if not len(given):
        return np.zeros(0, np.bool_)
    parts = set(Indicator.objects.filter(part_of__in=list(indicators)).values_list("part_of_id", flat=True))
    annual = any(indicator.frequency == Indicator.Frequency.ANNUAL for indicator in indicators.values())
    series = _Series.read(all_given, given, 4 * _BEFORE if annual else _BEFORE)
    odd = np.zeros(len(given), np.bool_)
    for pk in np.unique(given.indicators).tolist():
        rows = np.flatnonzero(given.indicators == pk)
        indicator = indicators[pk]
        if indicator.part_of_id or pk in parts:
            odd[rows] = True  # a part and its whole are compared with each other
        else:
            odd[rows] = _odd(series, series.line[rows], series.column(given.quarters[rows]), measure_of(indicator))
    return odd


@dataclass(frozen=True)
class _Series:
    """What counts or is handed in: a line for each indicator and region, a column for each quarter, NaN for nothing."""

    values: Array
    first: int
    line: Array  # of each given figure

    @classmethod
    def read(cls, all_given: Given, given: Given, back: int) -> _Series:
        first, last = int(given.quarters.min()) - back, int(given.quarters.max())
        pairs = keys_of(given.indicators, given.regions, np.zeros(len(given), np.int64))
        lines, line = np.unique(pairs, return_inverse=True)
        values = np.full((len(lines), last - first + 1), np.nan)

        def put(indicators: Array, regions: Array, quarters: Array, scaled: Array) -> None:
            keys = keys_of(indicators, regions, np.zeros(len(indicators), np.int64))
            place = np.minimum(np.searchsorted(lines, keys), len(lines) - 1)
            inside = (lines[place] == keys) & (quarters >= first) & (quarters <= last)
            values[place[inside], quarters[inside] - first] = scaled[inside] / _MILLION

        waits = Q(state=Figure.State.SUBMITTED, value__isnull=False)
        counted = Case(When(waits, then=F("value")), default=F("approved_value"), output_field=BigIntegerField())
        rows = Figure.objects.filter(
            waits | Q(approved_value__isnull=False), indicator__in=np.unique(given.indicators).tolist(),
            region__in=np.unique(given.regions).tolist(), year__range=(first // 4, last // 4),
        ).order_by().annotate(counted=counted)  # fmt: skip
        found = read(rows, "indicator_id", "region_id", "year", "quarter", "counted")
        put(found["indicator_id"], found["region_id"], found["year"] * 4 + found["quarter"] - 1, found["counted"])
        put(all_given.indicators, all_given.regions, all_given.quarters, all_given.values)
        return cls(values, first, line)

    def column(self, quarters: Array) -> Array:
        return np.asarray(quarters - self.first)


def _odd(series: _Series, line: Array, column: Array, measure: Measure) -> Array:
    all_values = series.values
    value = all_values[line, column]
    number = (column + series.first) % 4 + 1
    step = 4 if measure.is_annual else 1
    before, last_year = all_values[line, column - 1], all_values[line, column - 4]
    last = all_values[line, column - step]
    running = measure.is_running and not measure.is_annual
    with np.errstate(invalid="ignore", divide="ignore"):
        odd = _out_of_proportion(value, number, before, last_year, measure)
        if running:
            odd |= (number > 1) & (value < before)
        if measure.is_count:
            odd |= value != np.rint(value)
        same = last == value
        odd |= same & (number != 1) if running else same
        odd |= _unlike(series, line, column, measure)
    return np.asarray(odd)


def _out_of_proportion(value: Array, number: Array, before: Array, last_year: Array, measure: Measure) -> Array:
    """Not within a factor of two of anything it is compared with, where there is anything."""
    compared = [last_year]
    if not measure.is_annual:
        grown = np.where(number > 1, before * number / np.maximum(number - 1, 1), before / 4)
        compared.append(grown if measure.is_running else before)
    near = np.zeros(len(value), np.bool_)
    any_other = np.zeros(len(value), np.bool_)
    times = float(NEAR) * (1 - _SLACK)
    for other in compared:
        there = ~np.isnan(other) & (other != 0)
        any_other |= there
        alike = (value > 0) == (other > 0)
        near |= there & alike & (np.abs(other) <= np.abs(value) * times) & (np.abs(value) <= np.abs(other) * times)
    return np.asarray(any_other & ~near & (value != 0))


def _unlike(series: _Series, line: Array, column: Array, measure: Measure) -> Array:
    """Outside the spread of the earlier parts or steps; where these are few, far from the last."""
    values = series.values
    step = 4 if measure.is_annual else 1
    own = _part(values, line, column, series.first, measure)
    places = column[:, None] - step * np.arange(1, REMEMBERED + 1)[None, :]
    history = _part(values, line[:, None], np.maximum(places, 0), series.first, measure)
    history = np.where(places >= step, history, np.nan)
    enough = (~np.isnan(history)).sum(axis=1) >= ENOUGH
    value, last = values[line, column], values[line, column - step]
    base = _part(values, line, column - step, series.first, measure) if measure.adds_up else last
    now = own if measure.adds_up else value
    jumps = ~np.isnan(own) & ~np.isnan(base) & (base != 0)
    jumps &= ~(np.abs(now - base) * 100 < np.abs(base) * measure.jump_percent * (1 - _SLACK))
    odd = jumps & ~enough
    rows = np.flatnonzero(enough & ~np.isnan(own))
    if len(rows):
        middle = np.nanmedian(history[rows], axis=1)
        spread = np.nanmedian(np.abs(history[rows] - middle[:, None]), axis=1)
        before = values[line[rows], column[rows] - 1]
        before = np.where(np.isnan(before), value[rows], before)
        share = float(LEAST_SPREAD)
        least = np.abs(middle) * share if measure.adds_up else np.abs(before) * share / 4
        reach = np.maximum(np.maximum(spread * measure.mad_times, least), float(FEW) if measure.is_count else 0.0)
        odd[rows] = ~(np.abs(own[rows] - middle) <= reach * (1 - _SLACK))
    return np.asarray(odd)


def _part(values: Array, line: Array, column: Array, first: int, measure: Measure) -> Array:
    """A flow's single quarter, or the step of a level since the one before it; NaN where that is not known."""
    step = 4 if measure.is_annual else 1
    value, before = values[line, column], values[line, column - step]
    if not measure.adds_up:
        return np.asarray(value - before)
    if not measure.is_running or measure.is_annual:
        return np.asarray(value)
    return np.asarray(np.where((column + first) % 4 == 0, value, value - before))
