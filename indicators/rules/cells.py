"""What the results of attainment.md §4 are made of, for lines × asked quarters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.rules.actual import Actual, actual
from indicators.rules.arithmetic import Array, Number
from indicators.rules.columns import Codes, Comparator, Direction, Integers, Mask
from indicators.rules.figures import columns_of
from indicators.rules.group import Group
from indicators.rules.path import Path, better, path
from indicators.rules.target import LOWER_BOUNDS, UPPER_BOUNDS, Origin, YearTargets, origin, year_targets

_BELOW, _EQUAL, _ABOVE = 1, 2, 4
_MEETS = np.zeros(len(Comparator), np.uint8)
for _comparator, _where in {
    Comparator.at_least: _EQUAL | _ABOVE,
    Comparator.more_than: _ABOVE,
    Comparator.equal: _EQUAL,
    Comparator.at_most: _EQUAL | _BELOW,
    Comparator.less_than: _BELOW,
    Comparator.range: _EQUAL | _ABOVE,  # its lower bound
}.items():
    _MEETS[_comparator] = _where


@dataclass(frozen=True)
class Cells:
    """A against what is asked; `path` holds what is one a year, the rest lines × asked quarters.

    `quarter` is q as a number, `apart` is A − T. `above_target` is -1, 0, 1 as A lies below, on or above T.
    `plan_asks_more` says that the plan asks for an improvement over V₀.
    """

    group: Group
    actuals: Actual
    targets: YearTargets
    origin: Origin
    path: Path
    quarter: Number
    actual: Number
    undefined: Mask
    target: Number
    upper: Number
    comparator: Codes
    baseline: Number
    apart: Number
    above_target: Codes
    above_upper: Codes
    meets: Mask
    plan_asks_more: Mask

    @cached_property
    def actual_sign(self) -> Codes:
        """The sign of A."""
        return self.actual.sign()

    @cached_property
    def target_sign(self) -> Codes:
        """The sign of T."""
        return self.of_year(self.path.target_sign)

    def of_year(self, values: NDArray[Any]) -> NDArray[Any]:
        """What is one a year, at each asked quarter."""
        return columns_of(values, self.group.own_year)

    def number_of_year(self, number: Number) -> Number:
        """A number that is one a year, at each asked quarter."""
        return self.group.numbers.taken(number, self.group.own_year)

    def none(self) -> Number:
        """No result anywhere."""
        return self.actual.only(np.zeros_like(self.actual.known))

    def per_quarter(self, values: Integers | Array) -> Number:
        """One integer for each asked quarter."""
        return self.group.numbers.whole(values)


def cells(group: Group) -> Cells:
    """Puts A, T and S side by side."""
    actuals, targets, start_point = actual(group), year_targets(group), origin(group)
    way = path(group, actuals, targets, start_point)
    a, t = actuals.at(group.asked), group.numbers.taken(way.target, group.own_year)
    upper = group.numbers.taken(way.upper, group.own_year)
    comparator = columns_of(way.comparator, group.own_year)
    baseline = group.per_line(start_point.value, start_point.known)
    apart = a - t
    above_target = apart.against_zero()
    above_upper = _against_upper(group, a, upper, comparator, above_target)
    return Cells(
        group=group,
        actuals=actuals,
        targets=targets,
        origin=start_point,
        path=way,
        quarter=group.numbers.whole(group.quarters),
        actual=a,
        undefined=actuals.undefined_at(group.asked),
        target=t,
        upper=upper,
        comparator=comparator,
        baseline=baseline,
        apart=apart,
        above_target=above_target,
        above_upper=above_upper,
        meets=_meets(way, above_target, above_upper, group.own_year) & apart.known,
        plan_asks_more=better(group, targets.last, baseline),
    )


def _against_upper(group: Group, a: Number, upper: Number, comparator: Codes, above_target: Codes) -> Codes:
    """For `range` A against the upper bound: T itself where the comparator has no second value."""
    if group.kind.direction != Direction.range:
        return above_target
    return np.where(comparator == Comparator.range, a.compare(upper), above_target).astype(np.int8)


def _meets(way: Path, above_target: Codes, above_upper: Codes, own_year: Integers) -> Mask:
    """A meets T: the comparator applied, both bounds for a range."""
    side = np.left_shift(np.uint8(1), (above_target + 1).view(np.uint8))
    met: Mask = (columns_of(_MEETS.take(way.comparator), own_year) & side) != 0
    two = way.comparator == Comparator.range
    return met & (~columns_of(two, own_year) | (above_upper <= 0)) if two.any() else met


def outside(c: Cells) -> tuple[Mask, Mask, Number, Number]:
    """For `range`: where A lies below its lower and above its upper bound, and those bounds."""
    two = c.comparator == Comparator.range
    high = c.upper.pick(two, c.target)
    below = np.isin(c.comparator, LOWER_BOUNDS) & (c.above_target < 0)
    above = np.isin(c.comparator, UPPER_BOUNDS) & (c.above_upper > 0)
    return below, above, c.target, high
