"""Splitting: small ones worked by hand, and what holds for every one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.rules.split import as_shares, parts, points, shares_add_up, step_for

ONE = 10**6
AMOUNT = st.integers(-(10**12), 10**12)
WEIGHTS = st.dictionaries(st.text("0123456789", min_size=6, max_size=6), st.integers(0, 10**9), min_size=1, max_size=40)


def whole(*values: int) -> list[int]:
    return [value * ONE for value in values]


@pytest.mark.parametrize(
    ("amount", "weights", "expected"),
    [
        (100, {"a": 1, "b": 1, "c": 1}, {"a": 34, "b": 33, "c": 33}),  # 33⅓ each: the first by key gets the one left
        (10, {"a": 62, "b": 31, "c": 7}, {"a": 6, "b": 3, "c": 1}),  # 6.2, 3.1, 0.7: the largest remainder is 0.7
        (7, {"a": 1, "b": 2, "c": 0}, {"a": 2, "b": 5, "c": 0}),  # 2.33, 4.67
        (-7, {"a": 1, "b": 2}, {"a": -2, "b": -5}),
        (0, {"a": 3, "b": 2}, {"a": 0, "b": 0}),
        (1, {"b": 5, "a": 5}, {"a": 1, "b": 0}),
    ],
)
def test_an_amount_is_split_by_largest_remainder(
    amount: int, weights: dict[str, int], expected: dict[str, int]
) -> None:
    assert parts(amount * ONE, weights, ONE) == {key: value * ONE for key, value in expected.items()}


def test_money_is_split_to_its_own_places() -> None:
    assert parts(3 * ONE, {"a": 1, "b": 1, "c": 1, "d": 4}, ONE // 100) == {
        "a": 430_000, "b": 430_000, "c": 430_000, "d": 1_710_000,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "weights", "expected"),
    [
        (100, 80, [1, 1, 1, 1], [95, 90, 85, 80]),
        (0, 100, [1, 1, 1], [33, 67, 100]),
        (98, 298, [1, 1, 1, 1, 1], [138, 178, 218, 258, 298]),
        (0, 100, [10, 20, 30, 40], [10, 30, 60, 100]),
        (-3, 2, [1, 1], [-1, 2]),  # −0.5 away from zero
    ],
)
def test_the_way_between_two_values_is_cut_into_points(
    start: int, end: int, weights: list[int], expected: list[int]
) -> None:
    assert points(start * ONE, end * ONE, weights, ONE) == whole(*expected)


def test_a_level_s_points_are_those_of_the_straight_line_to_the_indicator_s_places() -> None:
    """12.01 in 2020 to 25 in 2025: 14.608, 17.206, 19.804, 22.402."""
    found = points(12_010_000, 25 * ONE, [1] * 5, step_for(2, [12_010_000, 25 * ONE]))
    assert found == [14_610_000, 17_210_000, 19_800_000, 22_400_000, 25_000_000]


def test_the_step_follows_what_is_split() -> None:
    assert step_for(0, whole(100)) == ONE
    assert step_for(2, [12_010_000]) == 10_000
    assert step_for(0, [12_010_000]) == 10_000


def test_percentages_may_be_rounded_but_not_wrong() -> None:
    assert shares_add_up([33_330_000] * 3)
    assert not shares_add_up([30_000_000] * 3)
    assert as_shares({"a": 1, "b": 2}) == {"a": 33_330_000, "b": 66_670_000}
    assert as_shares({"a": 1, "b": -2}) == as_shares({"a": 0}) == {}


@given(AMOUNT, WEIGHTS, st.integers(0, 6))
def test_parts_are_fair_and_add_up(amount: int, weights: dict[str, int], decimals: int) -> None:
    total = sum(weights.values())
    if total == 0:
        return
    step = step_for(decimals, [amount])
    found = parts(amount, weights, step)
    assert sum(found.values()) == amount
    for key, part in found.items():
        assert part % step == 0
        assert abs(part * total - amount * weights[key]) < step * total
    shuffled = dict(sorted(weights.items(), reverse=True))
    assert parts(amount, shuffled, step) == found


@given(AMOUNT, AMOUNT, st.lists(st.integers(0, 100), min_size=1, max_size=12), st.integers(0, 6))
def test_points_go_one_way_and_arrive(start: int, end: int, weights: list[int], decimals: int) -> None:
    if sum(weights) == 0:
        return
    step = step_for(decimals, [start, end])
    found = points(start, end, weights, step)
    way = [start, *found]
    assert found[-1] == end
    assert way == sorted(way, reverse=end < start)
    assert all(point % step == 0 for point in found)
