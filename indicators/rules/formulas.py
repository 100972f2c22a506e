"""The results, each with its own name (attainment.md §4). One function a row of that table, in its order."""

from __future__ import annotations

import numpy as np

from indicators.rules.actual import PER_CENT
from indicators.rules.arithmetic import Number
from indicators.rules.cells import Cells, outside
from indicators.rules.columns import Basis, Codes, Direction, ForecastMethod, Frequency
from indicators.rules.figures import Figures, columns_of

_QUARTER_CENT = PER_CENT // 4


def completion(c: Cells) -> Number:
    """年度目标完成率, %: up A ÷ T, down T ÷ A; none where the divisor is 0 or negative, and for range."""
    direction = c.group.kind.direction
    if direction == Direction.range:
        return c.none()
    if direction == Direction.down:
        return c.target.over(c.actual, c.actual_sign > 0, PER_CENT)
    return c.actual.over(c.target, c.target_sign > 0, PER_CENT)


def realisation(c: Cells) -> Number:
    """规划目标实现程度, %: (A − V₀) ÷ (T_last − V₀), or without a baseline A ÷ T_last (down: T_last ÷ A)."""
    kind = c.group.kind
    if kind.grows or kind.direction == Direction.range:
        return c.none()
    a, last = c.actual, c.targets.last
    if kind.basis == Basis.year:
        a = c.actuals.at(np.where(c.group.quarters == 4, c.group.asked, c.group.year_end_before))
    based = c.baseline.known
    top, bottom = (last, a) if kind.direction == Direction.down else (a, last)
    where = np.where(based, c.plan_asks_more, bottom.sign() > 0)
    if based.all():
        return (a - c.baseline).over(last - c.baseline, where, PER_CENT)
    dividend = (a - c.baseline).pick(based, top)
    divisor = (last - c.baseline).pick(based, bottom)
    return dividend.over(divisor, where, PER_CENT)


def elapsed(c: Cells) -> Number:
    """规划期时间进度, %: quarters gone since the baseline year (else the year before the plan) of those to the last target."""
    start = c.origin.year[:, None] * 4 + 3
    whole = c.targets.last_year[:, None] * 4 + 3 - start
    there = c.targets.last_known[:, None] & (whole > 0)
    whole = np.where(there, whole, 1)
    gone = np.clip(c.group.asked[None, :] - start, 0, whole)
    numbers = c.group.numbers
    return numbers.whole(gone).over(numbers.whole(whole), there, PER_CENT)


def plan_gap(c: Cells, realised: Number, gone: Number) -> Number:
    """较规划期时间进度差, points: for `level` with a baseline and `cumulative`."""
    if c.group.kind.basis not in (Basis.level, Basis.cumulative):
        return c.none()
    return (realised - gone).only(c.baseline.known)


def expected(c: Cells) -> Number:
    """序时进度目标值: where the year's path stands at the end of the quarter."""
    kind = c.group.kind
    if kind.follows_a_path:
        foot, rise = c.number_of_year(c.path.foot), c.number_of_year(c.path.rise)
        return foot + (rise * c.quarter).quartered()
    if kind.basis == Basis.year and kind.direction != Direction.range:
        return (c.target * c.quarter).quartered()
    return c.target


def year_gap(c: Cells) -> Number:
    """较年度序时进度差, points; none where its divisor is 0."""
    kind = c.group.kind
    if kind.direction == Direction.range:
        return _range_gap(c)
    if kind.grows or kind.rate_like:
        return -c.apart if kind.direction == Direction.down else c.apart
    return _flow_gap(c) if kind.basis == Basis.year else _path_gap(c)


def _range_gap(c: Cells) -> Number:
    below, above, low, high = outside(c)
    bound = high.pick(above, low)
    inside = ~(below | above)
    sign = bound.sign()
    size = (-bound).pick(sign < 0, bound)
    zero = c.per_quarter(np.zeros(1, np.int64)).only(np.ones_like(inside))
    return _distance(c).over(size, sign != 0, -PER_CENT).pick(~inside, zero).only(c.actual.known & c.target.known)


def _flow_gap(c: Cells) -> Number:
    """`year`: (A ÷ T − q ÷ 4) × 100; falling the other way round, and against T = 0: 0 while A is 0, −100 after."""
    ahead = c.actual * 4 - c.target * c.quarter
    aims = c.target_sign != 0
    if c.group.kind.direction != Direction.down:
        return ahead.over(c.target, aims, _QUARTER_CENT)
    broken = c.actual_sign != 0
    against_zero = c.per_quarter(np.where(broken, -PER_CENT, 0)).only(c.actual.known & c.target.known)
    return ahead.over(c.target, aims, -_QUARTER_CENT).pick(aims, against_zero)


def _path_gap(c: Cells) -> Number:
    """`level`, `cumulative`: ((A − S) ÷ (T − S) − q ÷ 4) × 100, or against T itself where the year asks for no more."""
    foot, rise, divisor = (c.number_of_year(number) for number in (c.path.foot, c.path.rise, c.path.divisor))
    ahead = (c.actual - foot) * 4 - rise * c.quarter
    return ahead.over(divisor, c.of_year(c.path.divisible), _QUARTER_CENT)


def gap_to_target(c: Cells) -> Number:
    """差额, in the indicator's unit: up T − A, down A − T; range: the distance outside the bounds."""
    direction = c.group.kind.direction
    if direction == Direction.range:
        return _distance(c)
    return c.apart if direction == Direction.down else -c.apart


def _distance(c: Cells) -> Number:
    below, above, low, high = outside(c)
    zero = c.per_quarter(np.zeros(1, np.int64)).only(np.ones_like(below))
    away = (c.actual - high).pick(above, zero)
    return (low - c.actual).pick(below, away).only(c.actual.known & c.target.known)


def forecast(c: Cells) -> tuple[Number, Codes]:
    """年末预计 and how it was made."""
    kind = c.group.kind
    if kind.basis == Basis.year:
        return _by_share(c)
    level = kind.basis == Basis.level and kind.frequency == Frequency.quarterly and not kind.rate_like
    if not level and kind.basis != Basis.cumulative:
        return c.none(), np.zeros(c.actual.known.shape, np.int8)
    return _by_trend(c)


def _by_share(c: Cells) -> tuple[Number, Codes]:
    """A ÷ the mean share that the quarter had in the three years before; A × 4 ÷ q where none of them tells."""
    shares, counted = _shares(c)
    number = counted.sign()
    some = c.actual.known & (number > 0)
    seasonal = (c.actual * counted).over(shares, some & (shares.sign() != 0))
    plain = (c.actual * 4).over(c.quarter, c.actual.known)
    method = np.where(some, ForecastMethod.share, ForecastMethod.proportion)
    result = seasonal.pick(some, plain)
    return result, np.where(result.known, method, ForecastMethod.none).astype(np.int8)


def _shares(c: Cells) -> tuple[Number, Number]:
    """The sum of the earlier years' shares, and over how many years."""
    group, numbers = c.group, c.group.numbers
    nothing = np.zeros(c.actual.known.shape, np.int64)
    total, count = numbers.whole(nothing), nothing
    for back in (1, 2, 3):
        share = _share(group.year_to_date, c, back)
        total = (total + share).either(total)
        count = count + share.known
    return total, numbers.whole(count)


def _share(to_date: Figures, c: Cells, back: int) -> Number:
    """YTD_q ÷ total of the year `back` years before, known where both are and the total is not 0."""
    group = c.group
    ended = group.places((group.years - back) * 4 + 3)
    total = group.numbers.column(columns_of(to_date.value, ended), columns_of(to_date.known, ended))
    return group.read(to_date, group.asked - 4 * back).over(total, columns_of(to_date.value, ended) != 0)


def _by_trend(c: Cells) -> tuple[Number, Codes]:
    """A + (A − A₋ₙ) ÷ n × (4 − q), n the largest of 4, 3, 2, 1 for which A₋ₙ is known."""
    group = c.group
    before = c.actuals.at(group.asked - 1)
    quarters = np.ones(before.known.shape, np.int64)
    for back in (2, 3, 4):
        earlier = c.actuals.at(group.asked - back)
        quarters = np.where(earlier.known, back, quarters)
        before = earlier.either(before)
    left = c.per_quarter(4 - group.quarters)
    rise = ((c.actual - before) * left).over(c.per_quarter(quarters), before.known)
    result = c.actual + rise
    return result, np.where(result.known, ForecastMethod.trend, ForecastMethod.none).astype(np.int8)


def needed_per_quarter(c: Cells) -> Number:
    """每季需完成: (T − A) ÷ (4 − q), before Q4 and while T is not met; none for rate-like and growth."""
    kind, quarters = c.group.kind, c.group.quarters
    if kind.grows or kind.rate_like:
        return c.none()
    left = np.maximum(4 - quarters, 1)
    return c.apart.over(c.per_quarter(left), ~c.meets & (quarters < 4), -1)


def change_on_quarter(c: Cells) -> Number:
    """较上季: A − A of the quarter before; for `year` this quarter's flow − the one before it."""
    group = c.group
    if group.kind.grows:
        return c.none()
    if group.kind.basis != Basis.year:
        return c.actual - c.actuals.at(group.asked - 1)
    single = group.single_quarters
    change = group.read(single, group.asked) - group.read(single, group.asked - 1)
    return change.only(c.actual.known)


def change_on_year(c: Cells) -> Number:
    """较上年同期: A − A of the same quarter a year before."""
    if c.group.kind.grows:
        return c.none()
    return c.actual - c.actuals.at(c.group.asked - 4)
