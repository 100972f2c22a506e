"""Which fractions a column of numbers can be at all: what tells a true tie from a near miss of one."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd, lcm

UNKNOWN = 1e200
_LONGEST = 10**15


@dataclass(frozen=True, slots=True)
class Lattice:
    """Every value is unit × n ÷ m for an integer n and, cell by cell, an integer m of at most `most`.

    `unit` is 0 where every value is 0. `common`, where it is not 0, is a multiple of every cell's m. A value on the
    lattice that is not a half-integer is at least 1 ÷ 2m away from every half-integer.
    """

    unit: int
    common: int
    most: float

    @classmethod
    def of(cls, unit: int, common: int = 1) -> Lattice:
        """Multiples of unit ÷ common."""
        if common > _LONGEST:
            return ANYWHERE
        return cls(unit, common, float(common))

    def beside(self, other: Lattice) -> Lattice:
        """Holds what is on either."""
        unit = gcd(self.unit, other.unit)
        if self.common and other.common:
            return self.of(unit, lcm(self.common, other.common))
        return Lattice(unit, 0, max(self.most, other.most))

    def plus(self, other: Lattice) -> Lattice:
        """Holds the sums."""
        if self.common and other.common:
            return self.beside(other)
        return Lattice(gcd(self.unit, other.unit), 0, min(self.most * other.most, UNKNOWN))

    def times(self, other: Lattice) -> Lattice:
        """Holds the products."""
        unit = self.unit * other.unit
        if self.common and other.common:
            return self.of(unit, self.common * other.common)
        return Lattice(unit, 0, min(self.most * other.most, UNKNOWN))

    def over(self, divisor: Lattice, largest: float, times: int) -> Lattice:
        """Holds the quotients × `times` by divisors of at most `largest`."""
        if not (self.common and divisor.common and divisor.unit):
            return ANYWHERE
        above, below = self.unit * abs(times) * divisor.common, divisor.unit * self.common
        shared = gcd(above, below)
        most = below // shared * (largest * divisor.common / divisor.unit)
        return Lattice(above // shared, 0, min(max(most, 1.0), UNKNOWN))


ANYWHERE = Lattice(1, 0, UNKNOWN)
WHOLE = Lattice(1, 1, 1.0)
