"""All results of one group of lines, with whichever arithmetic the group brings along."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indicators.rules import formulas
from indicators.rules.arithmetic import Array, Rounded
from indicators.rules.cells import Cells, cells
from indicators.rules.columns import Codes, Comparator, Mask, Quantity
from indicators.rules.figures import columns_of
from indicators.rules.group import Group
from indicators.rules.status import status

STALE_AFTER = 8
"""A denominator older than this many quarters, two years, is a finding (attainment.md §2)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of a group: `values` by name, rounded; the rest as in `columns.Results`."""

    values: dict[str, Rounded]
    target_comparator: Codes
    target_source: Codes
    forecast_method: Codes
    status: Codes
    light: Codes
    denominator_period: Array
    denominator_stale: Mask


def evaluate(group: Group, last_ended: int) -> tuple[Outcome, Cells]:
    """Every result of attainment.md §4–5 but rank and coverage, and what they were made of."""
    c = cells(group)
    realised, gone, gap = formulas.realisation(c), formulas.elapsed(c), formulas.year_gap(c)
    forecast, method = formulas.forecast(c)
    numbers = {
        "actual": c.actual,
        "target": c.target,
        "target_upper": c.upper.only(c.comparator == Comparator.range),
        "completion": formulas.completion(c),
        "realisation": realised,
        "elapsed": gone,
        "plan_gap": formulas.plan_gap(c, realised, gone),
        "expected": formulas.expected(c),
        "year_gap": gap,
        "gap_to_target": formulas.gap_to_target(c),
        "forecast": forecast,
        "needed_per_quarter": formulas.needed_per_quarter(c),
        "change_on_quarter": formulas.change_on_quarter(c),
        "change_on_year": formulas.change_on_year(c),
    }
    reached, light = status(c, gap, last_ended)
    period, stale = _denominator(group, c)
    values = {name: number.rounded() for name, number in numbers.items()}
    return Outcome(values, c.comparator, c.of_year(c.path.source), method, reached, light, period, stale), c


def _denominator(group: Group, c: Cells) -> tuple[Array, Mask]:
    """The quarter a ratio's divisor is from, -1 where there is none, and whether that is older than two years."""
    if group.kind.quantity != Quantity.ratio:
        return np.full(c.actual.known.shape, -1, np.int32), np.zeros(c.actual.known.shape, np.bool_)
    places = columns_of(group.denominator_used[1], group.places(group.asked))
    period = np.where(places >= 0, places + group.first_year * 4, -1)
    return period.astype(np.int32), (places >= 0) & (group.asked[None, :] - period > STALE_AFTER)
