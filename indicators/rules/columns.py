"""The columns that go into the attainment rules and the columns that come out.

Everything is a numpy array. A value is a 64-bit integer: the decimal times `SCALE` (12.01 is 12_010_000). Beside each
value array stands a mask: False is "no figure", which is never the same as 0. A quarter is one integer,
`year * 4 + quarter - 1` (`quarter_index`), so the quarters of many years lie side by side.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

RULES_VERSION = "1.0"
SCALE = 1_000_000
LARGEST = 10**18
"""No stored value reaches this many millionths: at most 12 digits stand before the point."""
ORIGINAL = -1
"""`in_force_from` of a target as first issued: in force from the beginning."""
NEVER = 2**31 - 1
"""`ended_from` of a line that has not been ended."""
NO_ROW = -1

Integers = NDArray[np.int64]
Codes = NDArray[np.int8]
Years = NDArray[np.int32]
Mask = NDArray[np.bool_]


class Quantity(IntEnum):
    """指标类型 (attainment.md §1)."""

    stock = 0
    flow = 1
    ratio = 2
    rate = 3
    score = 4


class Direction(IntEnum):
    """方向 (attainment.md §1)."""

    up = 0
    down = 1
    range = 2


class ReportingBasis(IntEnum):
    """填报口径 (attainment.md §1)."""

    level = 0
    quarter = 1
    ytd = 2


class Frequency(IntEnum):
    """频度 (attainment.md §1)."""

    quarterly = 0
    annual = 1


class Basis(IntEnum):
    """目标口径 (attainment.md §1)."""

    level = 0
    year = 1
    cumulative = 2
    growth = 3
    average_growth = 4


class Comparator(IntEnum):
    """How a target compares; `SYMBOLS` holds the printed signs in this order."""

    at_least = 0
    more_than = 1
    equal = 2
    at_most = 3
    less_than = 4
    range = 5


SYMBOLS = {
    ">=": Comparator.at_least,
    ">": Comparator.more_than,
    "=": Comparator.equal,
    "<=": Comparator.at_most,
    "<": Comparator.less_than,
    "range": Comparator.range,
}


class TargetSource(IntEnum):
    """Where a year's target comes from (attainment.md §3); `none` where there is no target."""

    none = 0
    stated = 1
    decomposed = 2
    interpolated = 3
    next = 4


class ForecastMethod(IntEnum):
    """How the year's end is forecast (attainment.md §4): earlier years' share, A × 4 ÷ q, or the last quarters' trend."""

    none = 0
    share = 1
    proportion = 2
    trend = 3


class Status(IntEnum):
    """attainment.md §5, in the order in which they are tried."""

    not_due = 0
    no_target = 1
    undefined = 2
    missing = 3
    achieved = 4
    missed = 5
    on_track = 6
    no_pace = 7
    behind = 8
    far_behind = 9


class Light(IntEnum):
    """attainment.md §5; `none` where no light is shown."""

    none = 0
    grey = 1
    green = 2
    yellow = 3
    red = 4


def quarter_index(year: int, quarter: int) -> int:
    """The quarter (1–4) of a year as one integer."""
    return year * 4 + quarter - 1


def year_and_quarter(index: int) -> tuple[int, int]:
    """The year and the quarter (1–4) of a quarter index."""
    return index // 4, index % 4 + 1


@dataclass(frozen=True, slots=True)
class Lines:
    """One row per target line, all arrays of the same length.

    `figure_row`, `numerator_row` and `denominator_row` name rows of `Series` (`NO_ROW` where there is none): a ratio has
    the last two, everything else the first; several lines may share a row. `numerator_reporting` and
    `denominator_reporting` are the reporting bases of a ratio's two indicators; they matter for a flow denominator
    alone. `yellow` and `red` are the plan's two lines in millionths of a point, `factor` in millionths. From the quarter
    `ended_from` on (终止) nothing is asked of the line any more: it has no target then and no rank.
    """

    quantity: Codes
    direction: Codes
    reporting_basis: Codes
    frequency: Codes
    basis: Codes
    denominator_quantity: Codes
    numerator_reporting: Codes
    denominator_reporting: Codes
    factor: Integers
    start_year: Years
    end_year: Years
    yellow: Integers
    red: Integers
    baseline_year: Years
    baseline_value: Integers
    baseline_known: Mask
    figure_row: Integers
    numerator_row: Integers
    denominator_row: Integers
    ended_from: Integers

    def __len__(self) -> int:
        return len(self.quantity)

    def take(self, rows: NDArray[np.intp]) -> Self:
        """The same columns for some of the lines."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Targets:
    """One row per target version, in any order: a year of a line, in force from the end of quarter `in_force_from`.

    `source` is `TargetSource.stated` or `.decomposed`; `upper` counts where `upper_known`, for the comparator `range`.
    """

    line: Integers
    year: Years
    comparator: Codes
    value: Integers
    upper: Integers
    upper_known: Mask
    source: Codes
    in_force_from: Integers

    def __len__(self) -> int:
        return len(self.line)

    def take(self, rows: NDArray[np.intp]) -> Self:
        """The same columns for some of the versions."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a roll-up of children adds to `Series`, rows × quarters; zero `expected` where nothing was rolled up."""

    reported: NDArray[np.int32]
    expected: NDArray[np.int32]
    partial: Integers
    partial_known: Mask


@dataclass(frozen=True, slots=True)
class Series:
    """The approved figures, one row per indicator and region, one column per quarter from `first_quarter` on."""

    first_quarter: int
    value: Integers
    known: Mask
    coverage: Coverage | None = None

    @property
    def quarters(self) -> int:
        """How many quarters the common axis has."""
        return int(self.value.shape[1])


@dataclass(frozen=True, slots=True)
class Values:
    """A result: lines × asked quarters, in millionths, and where there is one."""

    value: Integers
    known: Mask


@dataclass(frozen=True, slots=True)
class Results:
    """The results of attainment.md §4–5 by their names, each lines × asked quarters.

    `too_large` marks cells where at least one result has more than 12 digits before the point: that result is then not
    known (never a wrong number), the others stand. `target_comparator` means something where there is a target. `denominator_period` is a quarter index, -1 where there is none;
    `denominator_stale` marks one older than two years. `rank` is 0 where there is none; `ranking.rank` fills it.
    """

    asked: Integers
    actual: Values
    target: Values
    target_upper: Values
    completion: Values
    realisation: Values
    elapsed: Values
    plan_gap: Values
    expected: Values
    year_gap: Values
    gap_to_target: Values
    forecast: Values
    needed_per_quarter: Values
    change_on_quarter: Values
    change_on_year: Values
    partial: Values
    target_comparator: Codes
    target_source: Codes
    forecast_method: Codes
    status: Codes
    light: Codes
    coverage_reported: NDArray[np.int32]
    coverage_expected: NDArray[np.int32]
    denominator_period: NDArray[np.int32]
    denominator_stale: Mask
    rank: NDArray[np.int32]
    too_large: Mask
    rules_version: str = RULES_VERSION

    def take(self, rows: NDArray[np.intp]) -> Self:
        """The same results for some of the lines."""
        taken: dict[str, Any] = {}
        for field in fields(self):
            content = getattr(self, field.name)
            if isinstance(content, Values):
                taken[field.name] = Values(content.value[rows], content.known[rows])
            elif field.name not in ("asked", "rules_version"):
                taken[field.name] = content[rows]
        return replace(self, **taken)


VALUE_NAMES = (
    "actual",
    "target",
    "target_upper",
    "completion",
    "realisation",
    "elapsed",
    "plan_gap",
    "expected",
    "year_gap",
    "gap_to_target",
    "forecast",
    "needed_per_quarter",
    "change_on_quarter",
    "change_on_year",
    "partial",
)
"""The fields of `Results` that are `Values`, in the order of attainment.md §4."""


def supported(quantity: Quantity, basis: Basis) -> bool:
    """Whether attainment.md §2 gives an actual for this pair: `year` and `cumulative` need a flow."""
    return quantity == Quantity.flow or basis not in (Basis.year, Basis.cumulative)
