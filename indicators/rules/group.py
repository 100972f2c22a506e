"""Lines of one kind side by side: what the rules work on, so that a rule asks for the kind once and not cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from indicators.rules.arithmetic import Array, Number, Numbers
from indicators.rules.columns import (
    Basis,
    Direction,
    Frequency,
    Integers,
    Lines,
    Mask,
    Quantity,
    ReportingBasis,
    Targets,
)
from indicators.rules.figures import Figures, columns_of, latest, single_quarters, year_to_date


@dataclass(frozen=True, slots=True)
class Kind:
    """What is the same for all lines of a group (attainment.md §1)."""

    quantity: Quantity
    direction: Direction
    reporting_basis: ReportingBasis
    frequency: Frequency
    basis: Basis
    denominator_quantity: Quantity
    numerator_reporting: ReportingBasis
    denominator_reporting: ReportingBasis

    @classmethod
    def of(cls, lines: Lines, row: int) -> Self:
        """The kind of one of the lines."""
        return cls(
            Quantity(int(lines.quantity[row])),
            Direction(int(lines.direction[row])),
            ReportingBasis(int(lines.reporting_basis[row])),
            Frequency(int(lines.frequency[row])),
            Basis(int(lines.basis[row])),
            Quantity(int(lines.denominator_quantity[row])),
            ReportingBasis(int(lines.numerator_reporting[row])),
            ReportingBasis(int(lines.denominator_reporting[row])),
        )

    @property
    def rate_like(self) -> bool:
        """率类: compared with its target as it stands (attainment.md §4)."""
        flows = self.quantity == Quantity.ratio and self.denominator_quantity == Quantity.flow
        return flows or self.quantity in (Quantity.rate, Quantity.score)

    @property
    def grows(self) -> bool:
        """A growth target, compared in points."""
        return self.basis in (Basis.growth, Basis.average_growth)

    @property
    def follows_a_path(self) -> bool:
        """The year's path runs from its start to its target, in proportion to the time gone by."""
        proportional = self.basis in (Basis.level, Basis.cumulative) and not self.rate_like
        return proportional and self.direction != Direction.range


@dataclass(frozen=True)
class Group:
    """Lines of one kind with their figures, and the quarters asked for.

    The figures' axis runs over whole years from `first_year`; `targets` names its lines by their place in `lines` and
    holds the versions in force at the asked quarters alone. `numbers` makes numbers for lines × asked quarters,
    `year_numbers` for lines × `own_years`.
    """

    kind: Kind
    lines: Lines
    targets: Targets
    asked: Integers
    numbers: Numbers
    year_numbers: Numbers
    first_year: int
    figure: Figures
    numerator: Figures
    denominator: Figures

    @property
    def years(self) -> Integers:
        """The asked quarters' years."""
        return self.asked // 4

    @cached_property
    def own_years(self) -> Integers:
        """The years that have an asked quarter, each once."""
        return np.unique(self.years)

    @cached_property
    def own_year(self) -> Integers:
        """The place of each asked quarter's year among `own_years`."""
        return np.searchsorted(self.own_years, self.years)

    @property
    def quarters(self) -> Integers:
        """The asked quarters' numbers in their years, 1 to 4."""
        return self.asked % 4 + 1

    @property
    def year_end_before(self) -> Integers:
        """The fourth quarters of the years before."""
        return self.years * 4 - 1

    def places(self, quarters: Integers) -> Integers:
        """Where quarter indices stand on the figures' axis."""
        return quarters - self.first_year * 4

    def read(self, figures: Figures, quarters: Integers) -> Number:
        """The figures of some quarters as numbers."""
        places = self.places(quarters)
        return self.numbers.column(columns_of(figures.value, places), columns_of(figures.known, places))

    def per_line(self, values: Array, known: Mask) -> Number:
        """One value of the data a line, as a column that stands beside every quarter."""
        return self.numbers.column(values[:, None], known[:, None])

    @cached_property
    def reporting(self) -> ReportingBasis:
        """An annual flow is always 本年累计 (attainment.md §1)."""
        annual_flow = self.kind.quantity == Quantity.flow and self.kind.frequency == Frequency.annual
        return ReportingBasis.ytd if annual_flow else self.kind.reporting_basis

    @cached_property
    def year_to_date(self) -> Figures:
        """本年累计 of a flow."""
        return year_to_date(self.figure, self.reporting)

    @cached_property
    def single_quarters(self) -> Figures:
        """当季 of a flow."""
        return single_quarters(self.figure, self.reporting)

    @cached_property
    def denominator_used(self) -> tuple[Figures, Array]:
        """A ratio's divisor at each quarter and the place of the quarter it is from, -1 where none (§2, `level`)."""
        if self.kind.denominator_quantity != Quantity.flow:
            return latest(self.denominator)
        flow = year_to_date(self.denominator, self.kind.denominator_reporting)
        return flow, np.where(flow.known, np.arange(flow.value.shape[1]), -1)

    @cached_property
    def numerator_used(self) -> Figures:
        """A ratio's dividend at each quarter (§2, `level`)."""
        if self.kind.denominator_quantity != Quantity.flow:
            return self.numerator
        return year_to_date(self.numerator, self.kind.numerator_reporting)
