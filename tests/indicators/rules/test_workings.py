"""What an explanation names beside the stored results: S, and the points around an interpolated target."""

from __future__ import annotations

from typing import Any

from indicators.rules.columns import quarter_index
from indicators.rules.workings import NO_YEAR, StartSource, Workings, workings
from tests.indicators.rules.random_cases import columns


def opened(quantity: str, basis: str, figures: dict[str, str], at: tuple[int, int], **target: Any) -> Workings:
    case: dict[str, Any] = {
        "name": "line",
        "plan": {"start_year": 2021, "end_year": 2025},
        "indicator": {
            "quantity": quantity,
            "direction": "up",
            "reporting_basis": "quarter" if quantity == "flow" else "level",
        },
        "target": {"basis": basis, **target},
        "as_of": {"year": 2022, "quarter": 2},
        "figures": [
            {"year": 2000 + int(key[:2]), "quarter": int(key[3]), "value": value} for key, value in figures.items()
        ],
    }
    lines, targets, series = columns([case])
    return workings(lines, targets, series, [quarter_index(*at)])


TARGET = {"2025": {"comparator": ">=", "value": "25"}}
BASELINE = {"year": 2020, "value": "12"}


def start(found: Workings) -> tuple[int | None, StartSource]:
    value = int(found.start.value[0, 0]) if found.start.known[0, 0] else None
    return value, StartSource(int(found.start_source[0, 0]))


def test_a_year_starts_from_the_actual_of_the_year_before() -> None:
    found = opened("stock", "level", {"21q4": "14", "22q2": "15"}, (2022, 2), baseline=BASELINE, years=TARGET)
    assert start(found) == (14_000_000, StartSource.actual)


def test_where_that_lacks_from_its_target_and_then_from_the_baseline() -> None:
    second = opened("stock", "level", {"22q2": "15"}, (2022, 2), baseline=BASELINE, years=TARGET)
    assert start(second) == (14_600_000, StartSource.target)
    first = opened("stock", "level", {"21q2": "15"}, (2021, 2), baseline=BASELINE, years=TARGET)
    assert start(first) == (12_000_000, StartSource.baseline)
    assert start(opened("stock", "level", {"21q2": "15"}, (2021, 2), years=TARGET)) == (None, StartSource.none)


def test_an_interpolated_target_lies_between_the_baseline_and_the_next_one() -> None:
    found = opened("stock", "level", {"22q2": "15"}, (2022, 2), baseline=BASELINE, years=TARGET)
    assert (found.before_year[0, 0], found.before.value[0, 0], found.before_is_origin[0, 0]) == (2020, 12_000_000, True)
    assert (found.after_year[0, 0], found.after.value[0, 0]) == (2025, 25_000_000)


def test_of_a_baseline_and_an_earlier_target_the_nearer_one_counts() -> None:
    years = {"2023": {"comparator": ">=", "value": "20"}, **TARGET}
    found = opened("stock", "level", {}, (2024, 1), baseline=BASELINE, years=years)
    assert (found.before_year[0, 0], found.before_is_origin[0, 0]) == (2023, False)


def test_a_running_total_without_a_baseline_starts_from_nothing_before_the_plan() -> None:
    found = opened("flow", "cumulative", {"21q1": "1"}, (2021, 1), years=TARGET)
    assert start(found) == (0, StartSource.baseline)
    assert (found.before_year[0, 0], found.before.value[0, 0]) == (2020, 0)


def test_where_there_is_no_point_there_is_no_year() -> None:
    found = opened("stock", "level", {"22q2": "15"}, (2022, 2), years=TARGET)
    assert (found.before_year[0, 0], found.before.known[0, 0]) == (NO_YEAR, False)
