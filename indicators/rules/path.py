"""What a year asks for: its target, its start and the way between them, once a line and year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indicators.rules.actual import Actual
from indicators.rules.arithmetic import Number
from indicators.rules.columns import Codes, Direction, Mask
from indicators.rules.figures import columns_of
from indicators.rules.group import Group
from indicators.rules.target import Origin, YearTargets


@dataclass(frozen=True, slots=True)
class Path:
    """T, S and the path of each year, lines × the group's `own_years`.

    `start` is S, the value at the end of the year before; `start_is_actual` and `start_is_target` say where it is from
    (neither: the baseline). `asks_more` says that the year asks for an improvement over S. The path leads from `foot`
    by `rise`, a quarter of it each quarter: from S to T, or level with T where the year asks for no more; `divisor` is
    what a distance from the foot is measured by (T − S, or |T|, negated for falling), unless it is 0 (`divisible`).
    """

    target: Number
    upper: Number
    comparator: Codes
    source: Codes
    target_sign: Codes
    start: Number
    start_is_actual: Mask
    start_is_target: Mask
    asks_more: Mask
    foot: Number
    rise: Number
    divisor: Number
    divisible: Mask


def path(group: Group, actuals: Actual, targets: YearTargets, at: Origin) -> Path:
    """Puts the years' targets beside the years' starts."""
    own = targets.places(group.own_years)
    target = targets.value.columns(own)
    start, from_actual, from_target = _start(group, actuals, targets, at)
    asks_more = better(group, target, start)
    sign = target.sign()
    way, there = target - start, target.known & start.known
    size = (-target).pick((sign > 0) if group.kind.direction == Direction.down else (sign < 0), target)
    zero = group.year_numbers.whole(np.zeros((1, 1), np.int64))
    return Path(
        target=target,
        upper=targets.upper.columns(own),
        comparator=columns_of(targets.comparator, own),
        source=columns_of(targets.source, own),
        target_sign=sign,
        start=start,
        start_is_actual=from_actual,
        start_is_target=from_target,
        asks_more=asks_more,
        foot=start.pick(asks_more, target).only(there),
        rise=way.pick(asks_more, zero),
        divisor=way.pick(asks_more, size),
        divisible=there & (asks_more | (sign != 0)),
    )


def better(group: Group, value: Number, than: Number) -> Mask:
    """Whether a value is better than another, in the indicator's direction; never where one lacks, nor for `range`."""
    signs: Codes = value.compare(than)
    if group.kind.direction == Direction.range:
        return np.zeros(signs.shape, np.bool_)
    found: Mask = signs < 0 if group.kind.direction == Direction.down else signs > 0
    return found


def _start(group: Group, actuals: Actual, targets: YearTargets, at: Origin) -> tuple[Number, Mask, Mask]:
    """S: the actual of the year's end before, else that year's target, else the baseline of that very year."""
    ended_at = np.searchsorted(actuals.quarters, group.own_years * 4 - 1)
    ended = group.year_numbers.taken(actuals.number, ended_at)
    aimed = targets.value.columns(targets.places(group.own_years - 1))
    based_here = at.known[:, None] & (at.year[:, None] == group.own_years[None, :] - 1)
    based = group.year_numbers.column(np.broadcast_to(at.value[:, None], based_here.shape), based_here)
    start = ended.either(aimed.either(based))
    return start, ended.known, aimed.known & ~ended.known
