"""The fast arithmetic never hides how far it is off, and the exact one is exact."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.rules.balls import Ball, Balls
from indicators.rules.exact import Exacts, root_of

VALUES = st.integers(-(10**18) + 1, 10**18 - 1) | st.integers(-2000, 2000)
STEPS = st.lists(st.tuples(st.sampled_from("+-*/cqp"), VALUES), min_size=1, max_size=6)


def column(value: int) -> np.ndarray:
    return np.array([[value]], np.int64)


def run(start: int, steps: list[tuple[str, int]], numbers: Balls | Exacts):
    known = np.ones((1, 1), np.bool_)
    result = numbers.column(column(start), known)
    for sign, value in steps:
        other = numbers.column(column(value), known)
        match sign:
            case "+":
                result = result + other
            case "-":
                result = result - other
            case "*":
                result = result * other
            case "/":
                result = result.over(other, known if value else ~known, 100)
            case "c":
                result = result * 100_000_000
            case "q":
                result = result.quartered()
            case _:
                result = result.pick(known, other)
    return result


@settings(max_examples=200, deadline=None)
@given(VALUES, STEPS)
def test_the_true_value_lies_within_the_bound(start: int, steps: list[tuple[str, int]]) -> None:
    fast = run(start, steps, Balls(np.zeros((1, 1), np.bool_), 1))
    exact = run(start, steps, Exacts())
    assert isinstance(fast, Ball)
    assert fast.known == exact.known
    if exact.known[0, 0]:
        off = abs(Fraction(float(fast.value[0, 0])) - exact.value[0, 0])
        error = Fraction(0) if fast.error is None else Fraction(float(fast.error[0, 0]))
        assert off <= error * (1 + Fraction(1, 10**9))
        assert abs(exact.value[0, 0]) <= Fraction(fast.bound) + error


@settings(max_examples=200, deadline=None)
@given(VALUES, STEPS)
def test_what_is_not_in_doubt_is_rounded_and_compared_exactly(start: int, steps: list[tuple[str, int]]) -> None:
    for ask in ("rounded", "sign", "against_zero"):
        doubt = np.zeros((1, 1), np.bool_)
        fast, exact = run(start, steps, Balls(doubt, 1)), run(start, steps, Exacts())
        got, true = getattr(fast, ask)(), getattr(exact, ask)()
        if ask == "rounded":
            got, true = got.value, true.value
        assert doubt[0, 0] or int(got[0, 0]) == int(true[0, 0])


@pytest.mark.parametrize(("numerator", "rounded"), [(1, 0), (3, 2), (5, 2), (7, 4), (-1, 0), (-3, -2), (-5, -2)])
def test_a_half_goes_to_the_even_digit_without_doubt(numerator: int, rounded: int) -> None:
    doubt = np.zeros((1, 1), np.bool_)
    half = run(numerator * 5, [], Balls(doubt, 1)).over(Balls(doubt, 1).whole(column(10)), ~doubt)
    assert int(half.rounded().value[0, 0]) == rounded
    assert not doubt.any()


@pytest.mark.parametrize(
    ("base", "quarters", "root"),
    [
        (Fraction(121, 100), 8, Fraction(11, 10)),
        (Fraction(11, 10), 1, Fraction(11, 10) ** 4),
        (Fraction(4), 2, Fraction(16)),
        (Fraction(8), 12, Fraction(2)),
        (Fraction(9, 4), 8, Fraction(3, 2)),
        (Fraction(32), 20, Fraction(2)),
        (Fraction(0), 7, Fraction(0)),
        (Fraction(1), 3, Fraction(1)),
    ],
)
def test_a_root_that_is_a_fraction_is_exact(base: Fraction, quarters: int, root: Fraction) -> None:
    assert root_of(base, quarters) == root


@settings(max_examples=60, deadline=None)
@given(st.fractions(Fraction(1, 10**6), 10**6, max_denominator=10**6), st.integers(1, 60))
def test_an_irrational_root_is_off_by_less_than_its_last_place(base: Fraction, quarters: int) -> None:
    root, step = root_of(base, quarters), Fraction(1, 10**39)
    assert max(root - step, Fraction(0)) ** quarters <= base**4 <= (root + step) ** quarters
