"""Which of many reported figures nobody needs to be told about, and which of these are stored already."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import BigIntegerField, BooleanField, Case, F, Q, Value, When
from django.db.models.functions import Coalesce

from indicators.models import Figure, Indicator
from indicators.selectors.periods import read_periods
from indicators.services.entry_rules import NEVER_NEGATIVE, Entry, Ground
from indicators.services.transfer import Array, read
from ipdash.core.numbers import LIMIT, to_scaled
from ipdash.core.periods import Quarter
from plans.models import Region, Role
from plans.scope import Scope

NO_VALUE = -(2**63)
"""No stored number is this one."""
WAITING = (Figure.State.DRAFT, Figure.State.RETURNED)


@dataclass(frozen=True)
class Given:
    """Reported figures as columns: ids of indicator and region (-1: not known), year × 4 + quarter - 1, value × 10⁶."""

    indicators: Array
    regions: Array
    quarters: Array
    values: Array

    def __len__(self) -> int:
        return len(self.values)

    def take(self, places: Array) -> Given:
        return Given(self.indicators[places], self.regions[places], self.quarters[places], self.values[places])


@dataclass(frozen=True)
class Known:
    """What given figures are judged against: indicators and regions by id, and the ground of single entries."""

    indicators: dict[int, Indicator]
    regions: dict[int, Region]
    ground: Ground


@dataclass(frozen=True)
class Stored:
    """For each given figure the one that stands there: its version (0: none), its value, and whether it waits to be sent."""

    versions: Array
    values: Array
    waiting: Array


def read_known(
    scope: Scope, indicators: Collection[Any], regions: Collection[Any], quarters: Array, today: date
) -> Known:
    """Reads catalogue, regions and periods. Indicators and regions are told by code or by id."""
    by_code = isinstance(next(iter(indicators), None), str)
    field = "code__in" if by_code else "pk__in"
    found = list(Indicator.objects.filter(**{field: indicators}).select_related("part_of"))
    places = list(Region.objects.filter(**{field: regions}))
    asked = {Quarter.from_index(int(index)) for index in np.unique(quarters)}
    ground = Ground(
        scope, today, "", True, {i.code: i for i in found}, {r.code: r for r in places}, {},
        read_periods([region.code for region in places], asked),
    )  # fmt: skip
    return Known({i.pk: i for i in found}, {r.pk: r for r in places}, ground)


def acceptable(known: Known, given: Given) -> Array:
    """Which figures are taken without a word: the same questions as `Ground.refusal`, asked of whole columns."""
    kinds, kind_of = np.unique(given.indicators, return_inverse=True)
    low, high = (np.zeros(len(kinds), np.int64) for _ in range(2))
    reported, annual = (np.zeros(len(kinds), np.bool_) for _ in range(2))
    for at, pk in enumerate(kinds.tolist()):
        indicator = known.indicators.get(pk)
        if indicator is None:
            continue
        reported[at], annual[at] = indicator.is_reported, indicator.frequency == Indicator.Frequency.ANNUAL
        low[at], high[at] = _bounds(indicator)
    fine = reported[kind_of] & (given.values >= low[kind_of]) & (given.values <= high[kind_of])
    fine &= ~annual[kind_of] | (given.quarters % 4 == 3)
    return np.asarray(fine & _open(known, given))


def _bounds(indicator: Indicator) -> tuple[int, int]:
    """The least and the greatest value × 10⁶ that are taken."""
    least = -LIMIT + 1 if indicator.minimum is None else to_scaled(indicator.minimum)
    if indicator.quantity in NEVER_NEGATIVE:
        least = max(least, 0)
    return least, LIMIT - 1 if indicator.maximum is None else to_scaled(indicator.maximum)


def _open(known: Known, given: Given) -> Array:
    """Whether the person is staff of the region and its quarter takes figures today."""
    span = int(given.quarters.max()) + 1 if len(given) else 1
    pairs, pair_of = np.unique(given.regions * span + given.quarters, return_inverse=True)
    fine = np.zeros(len(pairs), np.bool_)
    reached: dict[int, bool] = {}
    for at, pair in enumerate(pairs.tolist()):
        region, quarter = known.regions.get(pair // span), pair % span
        if region is None:
            continue
        if region.pk not in reached:
            reached[region.pk] = known.ground.scope.reaches(region.code, Role.STAFF)
        if reached[region.pk]:
            year, number = divmod(quarter, 4)
            fine[at] = (
                1949 <= year <= 2200 and known.ground.not_open(Entry("", region.code, year, number + 1, None)) is None
            )
    return np.asarray(fine[pair_of])


def read_stored(given: Given) -> Stored:
    """The figures that stand where the given ones would go."""
    versions, waiting = np.zeros(len(given), np.int64), np.zeros(len(given), np.bool_)
    values = np.full(len(given), NO_VALUE, np.int64)
    rows = Figure.objects.filter(
        indicator__in=np.unique(given.indicators).tolist(), region__in=np.unique(given.regions).tolist(),
        year__in=np.unique(given.quarters // 4).tolist(), quarter__in=(np.unique(given.quarters % 4) + 1).tolist(),
    ).order_by().annotate(
        known_value=Coalesce(F("value"), Value(NO_VALUE), output_field=BigIntegerField()),
        waits=Case(When(Q(state__in=WAITING), then=True), default=False, output_field=BooleanField()),
    )  # fmt: skip
    names = ("indicator_id", "region_id", "year", "quarter", "version", "known_value", "waits")
    found = read(rows, *names)
    if not len(found["version"]):
        return Stored(versions, values, waiting)
    theirs = keys_of(found["indicator_id"], found["region_id"], found["year"] * 4 + found["quarter"] - 1)
    order = np.argsort(theirs)
    theirs = theirs[order]
    mine = keys_of(given.indicators, given.regions, given.quarters)
    place = np.minimum(np.searchsorted(theirs, mine), len(theirs) - 1)
    there = theirs[place] == mine
    at = order[place[there]]
    versions[there], values[there] = found["version"][at], found["known_value"][at]
    waiting[there] = found["waits"][at]
    return Stored(versions, values, waiting)


def keys_of(indicators: Array, regions: Array, quarters: Array) -> Array:
    """One number for each figure, rising with indicator, region and quarter. Ids have at most 24 bits each."""
    return np.asarray((indicators << 38) | (regions << 14) | quarters)
