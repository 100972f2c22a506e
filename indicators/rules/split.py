"""Splitting a target: an amount into parts, or the way between two values into points; exact, in whole steps.

Everything is an integer in millionths. A step is the smallest amount handed out (one item, or a hundredth of a yuan);
nothing is lost in rounding: parts add up to the amount, and the last point is the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

MILLION = 10**6
WHOLE_SHARE = 100 * MILLION
SHARE_SLACK = MILLION // 10
"""Percentages that people have rounded add up to 99.9–100.1."""


def step_for(decimals: int, amounts: Iterable[int]) -> int:
    """The largest step of at most `decimals` places in which all of these amounts are whole."""
    step: int = 10 ** (6 - decimals)
    for amount in amounts:
        while amount % step:
            step //= 10
    return step


def parts(amount: int, weights: Mapping[str, int], step: int) -> dict[str, int]:
    """`amount` (a whole number of steps) by weights, none negative and not all 0, by largest remainder.

    Each part lies less than a step from its exact share, and their sum is the amount. Of equal remainders the heavier
    weight comes first, then the smaller key, so that the order of the weights changes nothing. A negative amount is split
    as its opposite is.
    """
    total = sum(weights.values())
    sign, steps = (-1, -amount // step) if amount < 0 else (1, amount // step)
    found = {key: steps * weight // total for key, weight in weights.items()}
    left = steps - sum(found.values())
    for key in sorted(weights, key=lambda key: (-(steps * weights[key] % total), -weights[key], key))[:left]:
        found[key] += 1
    return {key: sign * count * step for key, count in found.items()}


def points(start: int, end: int, weights: Sequence[int], step: int) -> list[int]:
    """The values after each stretch on the way from `start` to `end`, a stretch being as long as its weight says.

    Each is rounded to whole steps, half away from zero; the last is `end` itself. Weights are not negative, and not all 0.
    """
    total = sum(weights)
    way = [_whole(start * total + (end - start) * gone, total, step) for gone in accumulate(weights)]
    return [*way[:-1], end]


def shares_add_up(shares: Iterable[int]) -> bool:
    """Whether percentages make a whole, but for the rounding of those who wrote them."""
    return abs(sum(shares) - WHOLE_SHARE) <= SHARE_SLACK


def as_shares(values: Mapping[str, int]) -> dict[str, int]:
    """What part of the sum each value is, in percent to two places; none where the sum is 0 or a value is negative."""
    total = sum(values.values())
    if total <= 0 or min(values.values()) < 0:
        return {}
    return {key: _whole(value * WHOLE_SHARE, total, MILLION // 100) for key, value in values.items()}


def _whole(top: int, bottom: int, step: int) -> int:
    """`top` ÷ `bottom` (above 0) in whole steps, half away from zero."""
    unit = bottom * step
    steps = (2 * abs(top) + unit) // (2 * unit)
    return -steps * step if top < 0 else steps * step
