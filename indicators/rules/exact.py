"""Fractions, and roots of them: the exact arithmetic of `arithmetic.py`."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import numpy as np
from numpy.typing import NDArray

from indicators.rules.arithmetic import Array, Number, Numbers, Rounded
from indicators.rules.columns import Codes, Mask

_TOLERANCE = Fraction(1, 1000)  # 1e-9 in millionths
_ROOT_DIGITS = 40
_ONE = np.array(Fraction(1), object)
_FRACTIONS = np.frompyfunc(Fraction, 1, 1)
_ROUND = np.frompyfunc(round, 1, 1)


class Exacts(Numbers):
    """Fractions."""

    def column(self, values: Array, known: Mask) -> Exact:
        value = np.where(known, values.astype(object), 0)
        return Exact(np.asarray(_FRACTIONS(value), object), known)

    def counted(self, values: Array, known: Mask) -> Exact:
        return self.column(values, known)

    def taken(self, number: Number, positions: NDArray[np.intp]) -> Number:
        return number.columns(positions)


class Exact(Number):
    """Fractions in an object array; 0 stands where nothing is known."""

    __slots__ = ("value",)

    def __init__(self, value: Array, known: Mask) -> None:
        self.value, self.known = value, known

    def __add__(self, other: Exact) -> Exact:
        return Exact(self.value + other.value, self.known & other.known)

    def __sub__(self, other: Exact) -> Exact:
        return Exact(self.value - other.value, self.known & other.known)

    def __mul__(self, other: Exact | int) -> Exact:
        if isinstance(other, int):
            return Exact(self.value * other, self.known)
        return Exact(self.value * other.value, self.known & other.known)

    def quartered(self) -> Exact:
        return Exact(self.value / 4, self.known)

    def over(self, divisor: Exact, where: Mask, times: int = 1) -> Exact:
        known = self.known & divisor.known & where
        return Exact(self.value * times / np.where(known, divisor.value, _ONE), known)

    def only(self, where: Mask) -> Exact:
        return Exact(self.value, self.known & where)

    def pick(self, where: Mask, other: Exact) -> Exact:
        return Exact(np.where(where, self.value, other.value), np.where(where, self.known, other.known))

    def columns(self, positions: NDArray[np.intp]) -> Exact:
        return Exact(self.value[:, positions], self.known[:, positions])

    def _signs(self, tolerance: Fraction | int) -> Codes:
        above = (self.value >= tolerance) & (self.value != 0)
        below = (self.value <= -tolerance) & (self.value != 0)
        return np.where(self.known, above.astype(np.int8) - below.astype(np.int8), 0).astype(np.int8)

    def sign(self) -> Codes:
        return self._signs(0)

    def against_zero(self) -> Codes:
        return self._signs(_TOLERANCE)

    def rounded(self) -> Rounded:
        return Rounded(np.where(self.known, _ROUND(self.value), 0), self.known)

    def root(self, quarters: Array) -> Exact:
        power = np.where(self.known, quarters, 1).astype(object)
        value = np.where(self.known, self.value, _ONE)
        return Exact(np.frompyfunc(root_of, 2, 1)(value, power), self.known)


def root_of(base: Fraction, quarters: int) -> Fraction:
    """`base` to the power 4 ÷ quarters: exact where that is a fraction, else within 10^-40.

    An irrational root never stands where it could be mistaken: every tie and every line it is held against (a rounded
    digit, a target, 1e-9) is a decimal of fewer than 40 places, and the value given lies midway between two
    neighbouring decimals of 40 places, on the same side of all of them as the root itself.
    """
    common = gcd(4, quarters)
    degree = quarters // common
    powered = base ** (4 // common)
    top, bottom = powered.numerator, powered.denominator
    above, below = _whole_root(top, degree), _whole_root(bottom, degree)
    if above**degree == top and below**degree == bottom:
        return Fraction(above, below)
    scaled = _whole_root(top * 10 ** (_ROOT_DIGITS * degree) // bottom, degree)
    return Fraction(2 * scaled + 1, 2 * 10**_ROOT_DIGITS)


def _whole_root(number: int, degree: int) -> int:
    """The largest integer whose power `degree` does not pass `number`."""
    if number < 2 or degree == 1:
        return number
    guess: int = 1 << -(-number.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + number // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better
