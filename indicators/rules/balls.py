"""Floats that know how far they may be off: the fast arithmetic of `arithmetic.py`."""

from __future__ import annotations

from math import lcm

import numpy as np
from numpy.typing import NDArray

from indicators.rules.arithmetic import Array, Number, Numbers, Rounded
from indicators.rules.columns import LARGEST, Codes, Mask
from indicators.rules.figures import columns_of
from indicators.rules.lattice import ANYWHERE, WHOLE, Lattice

Floats = NDArray[np.float64]

_UNIT = 2.0**-53  # the relative error of one operation
_WHOLE = 2.0**53  # integers up to here are exact in a float
_WIDEN = 1.0 + 1e-9  # for the rounding of the bounds themselves
_TOLERANCE = 1e-3  # 1e-9 in millionths
_OPEN = 1e60
_FEW = 64
_NEAR_TIE = 0.5 - 1e-6


class Balls(Numbers):
    """Floats with error bounds; `doubt` (lines × asked quarters) collects the cells they leave open.

    Every value of the data is a multiple of `unit` millionths: figures with two decimals of 10,000.
    """

    def __init__(self, doubt: Mask, unit: int) -> None:
        self.doubt, self.unit = doubt, unit

    def column(self, values: Array, known: Mask) -> Ball:
        return self._ball(values, known, self.unit)

    def counted(self, values: Array, known: Mask) -> Ball:
        return self._ball(values, known, 1)

    def _ball(self, values: Array, known: Mask, unit: int) -> Ball:
        value = values.astype(np.float64)
        bound = float(max(value.max(initial=0.0), -value.min(initial=0.0)))
        error = np.abs(value) * _UNIT if bound >= _WHOLE else None
        return Ball(value, known, self.doubt, error=error, bound=bound, lattice=Lattice.of(unit if bound else 0))

    def taken(self, number: Number, positions: NDArray[np.intp]) -> Ball:
        if not isinstance(number, Ball):
            raise TypeError("a ball is made of a ball")
        taken = number.columns(positions)
        taken.doubt = self.doubt
        return taken


class Ball(Number):
    """`value` ± `error` (None: exact), |value| <= `bound`, every true value on `lattice`.

    Exact ones are multiples of 1 ÷ a power of two, which `lattice.common` then is.
    """

    __slots__ = ("bound", "doubt", "error", "lattice", "value")

    def __init__(
        self, value: Floats, known: Mask, doubt: Mask, *, error: Floats | None, bound: float, lattice: Lattice
    ) -> None:
        self.value, self.known, self.doubt = value, known, doubt
        self.error, self.bound, self.lattice = error, bound, lattice

    def _made(self, value: Floats, known: Mask, error: Floats | None, bound: float, lattice: Lattice) -> Ball:
        return Ball(value, known, self.doubt, error=error, bound=bound, lattice=lattice)

    def _sum(self, other: Ball, value: Floats) -> Ball:
        known = self.known & other.known
        bound, lattice = self.bound + other.bound, self.lattice.plus(other.lattice)
        if self.error is None and other.error is None and bound * lattice.most <= _WHOLE:
            return self._made(value, known, None, bound, lattice)
        error = np.abs(value)
        error *= _UNIT
        for part in (self.error, other.error):
            if part is not None:
                error = error + part
        return self._made(value, known, error, bound, lattice)

    def __add__(self, other: Ball) -> Ball:
        return self._sum(other, self.value + other.value)

    def __sub__(self, other: Ball) -> Ball:
        return self._sum(other, self.value - other.value)

    def __mul__(self, other: Ball | int) -> Ball:
        if isinstance(other, int):
            return self._times(other)
        value = self.value * other.value
        known = self.known & other.known
        bound, lattice = self.bound * other.bound, self.lattice.times(other.lattice)
        if self.error is None and other.error is None and bound * lattice.most <= _WHOLE:
            return self._made(value, known, None, bound, lattice)
        error = np.abs(value)
        error *= _UNIT
        if self.error is not None:
            error = error + np.abs(other.value) * self.error
        if other.error is not None:
            error = error + np.abs(self.value) * other.error
        if self.error is not None and other.error is not None:
            error = error + self.error * other.error
        return self._made(value, known, error, bound, lattice)

    def _times(self, factor: int) -> Ball:
        value = self.value * float(factor)
        bound, lattice = self.bound * abs(factor), self.lattice.times(Lattice.of(abs(factor)))
        if self.error is None and bound * lattice.most <= _WHOLE:
            return self._made(value, self.known, None, bound, lattice)
        error = np.abs(value)
        error *= _UNIT
        if self.error is not None:
            error = error + self.error * float(abs(factor))
        return self._made(value, self.known, error, bound, lattice)

    def quartered(self) -> Ball:
        error = None if self.error is None else self.error * 0.25
        lattice = self.lattice.times(Lattice.of(1, 4))
        return self._made(self.value * 0.25, self.known, error, self.bound * 0.25, lattice)

    def over(self, divisor: Ball, where: Mask, times: int = 1) -> Ball:
        known = self.known & divisor.known & where
        below = divisor.value + (divisor.value == 0)  # never divides by 0; such a cell is not known
        value = self.value / below
        error: Floats | None = None
        if self.error is not None:
            error = self.error / np.abs(below)
        if divisor.error is not None:
            # |a/b - a'/b'| <= |a/b| eb / (|b| - eb); an open sign of the divisor is in doubt already
            size = np.abs(below)
            slack = divisor.error / np.maximum(size - divisor.error, size * 0.5)
            own = np.abs(value) if error is None else np.abs(value) + error
            error = own * slack if error is None else error + own * slack
        units = 1.0
        if times != 1:
            value *= float(times)
            units = 2.0
            error = None if error is None else error * float(abs(times))
        size = np.abs(value)
        bound = float(size.max(initial=0.0))
        size *= units * _UNIT
        error = size if error is None else error + size
        bound += float(error.max(initial=0.0))
        return self._made(value, known, error, bound, self._quotients(divisor, times))

    def _quotients(self, divisor: Ball, times: int) -> Lattice:
        """The lattice of the quotients: counts of years and quarters have few values, and a small common multiple."""
        if divisor.lattice == WHOLE and divisor.error is None and divisor.bound <= _FEW:
            size = np.abs(divisor.value)
            counts = (count for count in range(2, int(divisor.bound) + 1) if (size == count).any())
            return self.lattice.times(Lattice.of(abs(times), lcm(*counts)))
        return self.lattice.over(divisor.lattice, divisor.bound, times)

    def only(self, where: Mask) -> Ball:
        return self._made(self.value, self.known & where, self.error, self.bound, self.lattice)

    def pick(self, where: Mask, other: Ball) -> Ball:
        error: Floats | None = None
        if self.error is not None or other.error is not None:
            mine = 0.0 if self.error is None else self.error
            theirs = 0.0 if other.error is None else other.error
            error = np.where(where, mine, theirs)
        return self._made(
            np.where(where, self.value, other.value),
            (where & self.known) | (~where & other.known),
            error,
            max(self.bound, other.bound),
            self.lattice.beside(other.lattice),
        )

    def columns(self, positions: NDArray[np.intp]) -> Ball:
        error = None if self.error is None else columns_of(self.error, positions)
        value, known = columns_of(self.value, positions), columns_of(self.known, positions)
        return self._made(value, known, error, self.bound, self.lattice)

    def sign(self) -> Codes:
        if self.error is not None:
            open_ = self.known & (np.abs(self.value) <= self.error * _WIDEN) & (self.error > 0)
            if open_.any():  # never of one integer: its relative error is far below 1, whatever its shape
                self.doubt |= open_
        return np.where(self.known, np.sign(self.value), 0).astype(np.int8)

    def against_zero(self) -> Codes:
        if self.error is not None:
            near = np.abs(self.value)
            near -= _TOLERANCE
            open_ = np.abs(near, out=near) <= self.error * _WIDEN
            self.doubt |= open_ & self.known
        above = (self.value >= _TOLERANCE).view(np.int8)
        below = (self.value <= -_TOLERANCE).view(np.int8)
        signs: Codes = (above - below) * self.known.view(np.int8)
        return signs

    def rounded(self) -> Rounded:
        whole = self.value.copy() if self.error is None and self.lattice.common == 1 else np.rint(self.value)
        if self.error is not None:
            reach = np.abs(self.value - whole)
            reach += self.error
            if reach.max(initial=0.0) >= _NEAR_TIE:
                self._settle_ties(whole, *np.nonzero((reach >= _NEAR_TIE) & self.known))
        whole *= self.known
        if self.bound >= LARGEST:  # a float this large is always in doubt: only the cast must not overflow
            whole[np.abs(whole) >= LARGEST] = 0.0
        return Rounded(whole.astype(np.int64), self.known)

    def _settle_ties(self, whole: Floats, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> None:
        """A value this close to a tie that cannot be a near miss of one is the tie; else it is in doubt."""
        error = np.zeros(len(rows)) if self.error is None else self.error[rows, columns] * _WIDEN
        certain = error * 4.0 * self.lattice.most < 1.0
        at = (rows[certain], columns[certain])
        whole[at] = np.rint(np.floor(self.value[at]) + 0.5)
        self.doubt[rows[~certain], columns[~certain]] = True

    def root(self, quarters: Array) -> Ball:
        base = np.where(self.known & (self.value > 0), self.value, 1.0)
        power = 4.0 / np.where(self.known, quarters, 1.0)
        value = np.where(self.value > 0, np.power(base, power), 0.0)
        # relative: of the base, times the exponent; of the exponent, times the logarithm; of pow itself, eight units
        relative = power * (1.0 if self.error is None else 1.0 + self.error / (base * _UNIT))
        relative = (relative + power * np.abs(np.log(base)) + 8.0) * _UNIT
        # a first-order bound, good where it is small; elsewhere nothing is settled with it
        error = np.where(relative < 1e-6, value * relative * 1.001, _OPEN)
        return self._made(value, self.known, error, float(value.max(initial=0.0)), ANYWHERE)
