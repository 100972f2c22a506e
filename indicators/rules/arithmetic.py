"""Columns of numbers that are missing or exact: the rules' four operations, comparisons and the one rounding.

The rules are written once on `Number` and run with either of two kinds of it:

* `Ball` (`balls.py`): a 64-bit float beside a bound on its distance from the true value. Integers below 2^53 and what is added,
  multiplied and halved from them stay exact (bound zero). Where the bound leaves a comparison or a rounded digit open,
  the cell is put down in `doubt` and nothing it holds is used.
* `Exact` (`exact.py`): Python fractions. The doubtful cells alone are worked out with it, so every digit and every light is that of
  exact arithmetic, at the speed of floats.

Values are in millionths of their unit on both sides. A comparison takes a difference below 1e-9 as equal; a result is
rounded once, to whole millionths, half to even (attainment.md §1).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from indicators.rules.columns import Codes, Mask

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Rounded:
    """Whole millionths: int64 from `Ball`, Python integers from `Exact`, which may pass what can be stored."""

    value: Array
    known: Mask


class Number(ABC):
    """A column, or lines × quarters, of values that are known or not."""

    __slots__ = ("known",)
    known: Mask

    @abstractmethod
    def __add__(self, other: Self) -> Self: ...

    @abstractmethod
    def __sub__(self, other: Self) -> Self: ...

    @abstractmethod
    def __mul__(self, other: Self | int) -> Self: ...

    @abstractmethod
    def quartered(self) -> Self:
        """A quarter of each."""

    @abstractmethod
    def over(self, divisor: Self, where: Mask, times: int = 1) -> Self:
        """The quotient × `times` where `where` says that the divisor is not 0; not known elsewhere."""

    @abstractmethod
    def only(self, where: Mask) -> Self:
        """The same values, known where `where` holds as well."""

    @abstractmethod
    def pick(self, where: Mask, other: Self) -> Self:
        """These values where `where` holds, the other's elsewhere, each as far as known."""

    @abstractmethod
    def columns(self, positions: NDArray[np.intp]) -> Self:
        """Some of the columns, in that order."""

    @abstractmethod
    def sign(self) -> Codes:
        """-1, 0 or 1, with no tolerance; 0 where not known."""

    @abstractmethod
    def against_zero(self) -> Codes:
        """-1, 0 or 1 as a difference is below, equal to (less than 1e-9 away) or above 0; 0 where not known."""

    def compare(self, other: Self) -> Codes:
        """-1, 0 or 1 as these values are below, equal to (a difference below 1e-9) or above the others."""
        return (self - other).against_zero()

    @abstractmethod
    def rounded(self) -> Rounded:
        """Whole millionths, half to even."""

    @abstractmethod
    def root(self, quarters: Array) -> Self:
        """These ratios to the power 4 ÷ quarters; the caller sees to it that none is negative and quarters > 0."""

    def __neg__(self) -> Self:
        return self * -1

    def either(self, other: Self) -> Self:
        """These values where known, else the other's."""
        return self.pick(self.known, other)


class Numbers(ABC):
    """Makes numbers of one kind."""

    @abstractmethod
    def column(self, values: Array, known: Mask) -> Number:
        """Values of the data, in millionths; what is not known may hold any integer."""

    @abstractmethod
    def counted(self, values: Array, known: Mask) -> Number:
        """Any other integers: counts, factors, limits."""

    @abstractmethod
    def taken(self, number: Number, positions: NDArray[np.intp]) -> Number:
        """Some columns of a number of the same kind, in their order, as one of these numbers."""

    def whole(self, values: Array | int) -> Number:
        """Integers, all known."""
        array = np.asarray(values)
        return self.counted(array, np.ones(array.shape, np.bool_))
