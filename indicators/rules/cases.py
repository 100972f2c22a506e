"""A worked example as JSON: reads one case (one target line, its figures, a quarter) and gives its results.

The form: `plan`, `indicator`, `target`, `figures` (a ratio: `numerator` and `denominator`), `as_of`. Values are decimal
strings. A year's target may be a list of versions with `in_force_from`; `source` may be `decomposed`. A result is a
decimal string of at most six decimals, or null. Everything is worked out in fractions: no value is too large.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from indicators.rules.case_reading import Case, read_case
from indicators.rules.columns import (
    SCALE,
    ForecastMethod,
    Light,
    Status,
    TargetSource,
    year_and_quarter,
)
from indicators.rules.evaluate import Outcome, evaluate
from indicators.rules.parts import Part, group_of, in_force, kind_of

RESULT_KEYS = (
    "actual",
    "target",
    "target_upper",
    "target_source",
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
    "status",
    "light",
)
FURTHER_KEYS = ("forecast_method", "denominator_period", "denominator_stale")


def run_case(document: object, position: int = 1) -> dict[str, Any]:
    """The results of one case, under `RESULT_KEYS`, and under those of `FURTHER_KEYS` that its `expect` names.

    Raises `CaseRefused` with a sentence where the case is not in the form; `position` says which case of a list it is.
    """
    case = read_case(document, position)
    results = _results(_outcome(case))
    keys = [*RESULT_KEYS, *(key for key in FURTHER_KEYS if key in case.expected_keys)]
    return {"name": case.name, "result": {key: results[key] for key in keys}}


def part_of(case: Case) -> Part:
    """The one line of a case at its one quarter, as the rules take it."""
    return Part(
        kind_of(case.lines, 0),
        np.zeros(1, np.intp),
        case.lines,
        in_force(case.targets, case.lines.ended_from, case.as_of),
        np.zeros(1, np.intp),
        np.array([case.as_of], np.int64),
        True,
    )


def _outcome(case: Case) -> Outcome:
    return evaluate(group_of(part_of(case), case.series), case.last_ended)[0]


def _results(outcome: Outcome) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: decimal_string(int(rounded.value[0, 0])) if rounded.known[0, 0] else None
        for name, rounded in outcome.values.items()
    }
    period = int(outcome.denominator_period[0, 0])
    year, quarter = year_and_quarter(period)
    return values | {
        "target_source": _name(TargetSource(int(outcome.target_source[0, 0]))),
        "status": Status(int(outcome.status[0, 0])).name,
        "light": _name(Light(int(outcome.light[0, 0]))),
        "forecast_method": _name(ForecastMethod(int(outcome.forecast_method[0, 0]))),
        "denominator_period": None if period < 0 else f"{year}Q{quarter}",
        "denominator_stale": bool(outcome.denominator_stale[0, 0]),
    }


def _name(code: TargetSource | Light | ForecastMethod) -> str | None:
    return None if code == 0 else code.name


def decimal_string(scaled: int) -> str:
    """Millionths as plain digits: no exponent, no trailing zeros."""
    whole, rest = divmod(abs(scaled), SCALE)
    digits = f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
    return f"-{digits}" if scaled < 0 else digits


def to_decimal(scaled: int) -> Decimal:
    """Millionths as a decimal."""
    return Decimal(decimal_string(scaled))
