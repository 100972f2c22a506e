"""Random target lines in the form of the worked cases, and many of them as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np

from indicators.rules.case_reading import Case, read_case
from indicators.rules.cases import decimal_string
from indicators.rules.columns import (
    NO_ROW,
    ForecastMethod,
    Light,
    Lines,
    Results,
    Series,
    Status,
    Targets,
    TargetSource,
    year_and_quarter,
)
from tests.indicators.rules.reference import NUMBERS

FIRST_YEAR, LAST_YEAR = 2018, 2025
QUARTERS = [(year, quarter) for year in range(FIRST_YEAR, LAST_YEAR + 1) for quarter in (1, 2, 3, 4)]
SIGNS = [">=", ">=", ">=", "<=", "<=", ">", "<", "=", "range"]


QUANTITIES = ("stock", "flow", "flow", "ratio", "rate", "score")
SIZES = (3, 20, 20, 1000, 10**5, 10**8, 10**12 - 1)


def random_case(
    random: Random, quantities: Sequence[str] = QUANTITIES, sizes: Sequence[int] = SIZES, *, grows: bool = True
) -> dict[str, Any]:
    """A line of any kind that attainment.md knows, with gaps, zeros, ties and very large values among its figures."""
    quantity = random.choice(quantities)
    bases = ["year", "year", "cumulative"] if quantity == "flow" else ["level"]
    if grows:
        bases += ["growth", "average_growth"]
    write = writer(random, sizes)
    density = random.choice([0.5, 0.9, 1.0])
    indicator = {
        "quantity": quantity,
        "direction": random.choice(["up", "up", "down", "range"]),
        "reporting_basis": random.choice(["quarter", "ytd"]) if quantity == "flow" else "level",
        "frequency": random.choice(["quarterly", "quarterly", "annual"]),
    }
    if quantity == "ratio":
        indicator["factor"] = random.choice(["1", "100", "10000"])
        indicator["denominator_quantity"] = random.choice(["stock", "flow"])
        indicator["numerator_reporting_basis"] = random.choice(["quarter", "ytd", "level"])
        indicator["denominator_reporting_basis"] = random.choice(["quarter", "ytd"])
    basis = random.choice(bases)
    start = random.choice([2019, 2020, 2021])
    target: dict[str, Any] = {"basis": basis, "years": random_targets(random, write)}
    if random.random() < 0.6:
        target["baseline"] = {"year": random.choice([start - 1, start - 1, start - 2, start]), "value": write()}
    if random.random() < 0.1:
        target["ended_from"] = {"year": random.randint(2019, 2025), "quarter": random.randint(1, 4)}
    case: dict[str, Any] = {
        "name": "random",
        "plan": {"start_year": start, "end_year": 2025, "yellow_below": "0", "red_below": random.choice(["-10", "-5"])},
        "indicator": indicator,
        "target": target,
        "as_of": {"year": random.randint(2019, 2025), "quarter": random.randint(1, 4)},
    }
    names = ["numerator", "denominator"] if quantity == "ratio" else ["figures"]
    for name in names:
        case[name] = [
            {"year": year, "quarter": quarter, "value": write()}
            for year, quarter in QUARTERS
            if random.random() < (density if name != "denominator" or quarter == 4 else density / 2)
        ]
    return case


def writer(random: Random, sizes: Sequence[int]) -> Any:
    """Draws decimal strings of one habit: whole, few or many decimals, small or at the edge of what is stored."""
    places = random.choice([0, 0, 1, 2, 4, 6])
    size = random.choice(sizes)
    lowest = random.choice([0, 0, 0, -1])
    whole = places == 0

    def write() -> str:
        if random.random() < 0.08:
            return "0"
        scale = 1 if whole else 10**places
        number = random.randint(lowest * size * scale, size * scale)
        return decimal_string(number * 10 ** (6 - places))

    return write


def random_targets(random: Random, write: Any) -> dict[str, Any]:
    years: dict[str, Any] = {}
    for year in random.sample(range(2019, 2026), random.choice([0, 1, 1, 2, 3])):
        versions = [random_version(random, write)]
        if random.random() < 0.25:
            later = random_version(random, write)
            later["in_force_from"] = {"year": random.randint(2019, 2025), "quarter": random.randint(1, 4)}
            versions = random.choice([[*versions, later], [later]])
        years[str(year)] = versions
    return years


def random_version(random: Random, write: Any) -> dict[str, Any]:
    version = {"comparator": random.choice(SIGNS), "value": write()}
    if version["comparator"] == "range":
        low, high = sorted((version["value"], write()), key=Decimal)
        version |= {"value": low, "upper": high}
    return version | {"source": random.choice(["stated", "decomposed"])}


def at(case: dict[str, Any], quarter: int, last_ended: int) -> dict[str, Any]:
    """The same line asked for another quarter."""
    (year, number), (ended_year, ended) = year_and_quarter(quarter), year_and_quarter(last_ended)
    asked = {"year": year, "quarter": number}
    return case | {"as_of": asked, "last_ended": {"year": ended_year, "quarter": ended}}


def columns(cases: list[dict[str, Any]]) -> tuple[Lines, Targets, Series]:
    """Many cases side by side on one axis."""
    read = [read_case(case, number) for number, case in enumerate(cases)]
    first = min((case.series.first_quarter for case in read if case.series.quarters), default=0)
    last = max((case.series.first_quarter + case.series.quarters for case in read if case.series.quarters), default=0)
    return lines_of(read), targets_of(read), series_of(read, first, last - first)


def lines_of(read: list[Case]) -> Lines:
    before = np.cumsum([0, *(len(case.series.value) for case in read)])[:-1]
    joined = {field.name: np.concatenate([getattr(case.lines, field.name) for case in read]) for field in fields(Lines)}
    for name in ("figure_row", "numerator_row", "denominator_row"):
        joined[name] = np.where(joined[name] == NO_ROW, NO_ROW, joined[name] + before)
    return Lines(**joined)


def targets_of(read: list[Case]) -> Targets:
    joined = {
        field.name: np.concatenate([getattr(case.targets, field.name) for case in read]) for field in fields(Targets)
    }
    joined["line"] = np.repeat(np.arange(len(read)), [len(case.targets) for case in read])
    return Targets(**joined)


def series_of(read: list[Case], first: int, quarters: int) -> Series:
    value = np.zeros((sum(len(case.series.value) for case in read), quarters), np.int64)
    known = np.zeros(value.shape, np.bool_)
    row = 0
    for case in read:
        start = case.series.first_quarter - first
        for own, mask in zip(case.series.value, case.series.known, strict=True):
            if case.series.quarters:
                value[row, start : start + len(own)], known[row, start : start + len(own)] = own, mask
            row += 1
    return Series(first, value, known)


def cell(results: Results, line: int, place: int) -> dict[str, Any]:
    """One cell of the columns in the words of the cases."""
    found: dict[str, Any] = {}
    for name in NUMBERS:
        values = getattr(results, name)
        known = values.known[line, place]
        found[name] = decimal_string(int(values.value[line, place])) if known else None
    for name, codes in (
        ("target_source", TargetSource),
        ("status", Status),
        ("light", Light),
        ("forecast_method", ForecastMethod),
    ):
        code = codes(int(getattr(results, name)[line, place]))
        found[name] = None if code.name == "none" else code.name
    period = int(results.denominator_period[line, place])
    year, quarter = year_and_quarter(period)
    found["denominator_period"] = f"{year}Q{quarter}" if period >= 0 else None
    return found | {"denominator_stale": bool(results.denominator_stale[line, place])}


def too_large(value: str | None) -> bool:
    """Whether a result has more digits before the point than can be stored."""
    return value is not None and len(value.lstrip("-").split(".")[0]) > 12
