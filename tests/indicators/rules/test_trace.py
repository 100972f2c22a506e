"""One cell opened: every part of the working that its explanation names."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from indicators.rules.columns import ForecastMethod, Status, TargetSource, quarter_index
from indicators.rules.trace import Trace, trace
from tests.indicators.rules.random_cases import columns


def opened(quantity: str, basis: str, figures: dict[str, str], at: tuple[int, int], **target: Any) -> Trace:
    reporting = "quarter" if quantity == "flow" else "level"
    case: dict[str, Any] = {
        "name": "line",
        "plan": {"start_year": 2021, "end_year": 2025},
        "indicator": {"quantity": quantity, "direction": "up", "reporting_basis": reporting, "factor": "100"},
        "target": {"basis": basis, **target},
        "as_of": {"year": 2022, "quarter": 2},
    }
    series = [{"year": 2000 + int(key[:2]), "quarter": int(key[3]), "value": value} for key, value in figures.items()]
    case |= (
        {"numerator": series, "denominator": [{"year": 2020, "quarter": 4, "value": "50"}]}
        if quantity == "ratio"
        else {"figures": series}
    )
    quarter = quarter_index(*at)
    return trace(*columns([case]), line=0, quarter=quarter, last_ended=quarter)


TARGET = {"2025": {"comparator": ">=", "value": "25"}}
BASELINE = {"year": 2020, "value": "12"}


def pieces(found: Trace) -> list[tuple[str, str | None, str | None]]:
    return [
        (
            piece.role,
            None if piece.quarter is None else f"{piece.quarter // 4}Q{piece.quarter % 4 + 1}",
            None if piece.value is None else str(piece.value),
        )
        for piece in found.pieces
    ]


def test_a_level_names_its_year_start_and_target() -> None:
    found = opened("stock", "level", {"21q4": "14", "22q2": "15"}, (2022, 2), baseline=BASELINE, years=TARGET)
    assert (found.start, found.start_source) == (Decimal(14), "actual")
    assert (found.target, found.target_source) == (Decimal("17.2"), TargetSource.interpolated)
    assert (found.last_target, found.last_target_year) == (Decimal(25), 2025)
    assert (found.status, found.forecast_method) == (Status.far_behind, ForecastMethod.trend)
    assert pieces(found) == [("figure", "2022Q2", "15")]


def test_the_year_start_is_the_target_and_then_the_baseline_where_the_actual_lacks() -> None:
    second = opened("stock", "level", {"22q2": "15"}, (2022, 2), baseline=BASELINE, years=TARGET)
    assert (second.start, second.start_source) == (Decimal("14.6"), "target")
    first = opened("stock", "level", {"21q2": "15"}, (2021, 2), baseline=BASELINE, years=TARGET)
    assert (first.start, first.start_source) == (Decimal(12), "baseline")
    without = opened("stock", "level", {"21q2": "15"}, (2021, 2), years=TARGET)
    assert (without.start, without.start_source) == (None, None)


def test_a_running_total_names_its_baseline_its_years_and_its_missing_quarter() -> None:
    figures = {"21q1": "1", "21q2": "2", "21q3": "3", "21q4": "4", "22q1": "5"}
    found = opened("flow", "cumulative", figures, (2022, 2), baseline=BASELINE, years=TARGET)
    assert found.actual is None
    assert pieces(found) == [
        ("baseline", "2020Q4", "12"),
        ("year_total", "2021Q4", "10"),
        ("to_date", "2022Q2", None),
        ("quarter", "2022Q1", "5"),
        ("quarter", "2022Q2", None),
    ]


def test_growth_names_what_it_is_compared_with() -> None:
    found = opened("stock", "growth", {"21q2": "10", "22q2": "15"}, (2022, 2), years=TARGET)
    assert pieces(found) == [("figure", "2022Q2", "15"), ("compared", "2021Q2", "10")]
    assert (found.actual, found.target_source) == (Decimal(50), TargetSource.next)


def test_average_growth_names_its_years_and_its_four_quarters() -> None:
    figures = {"21q3": "30", "21q4": "30", "22q1": "35", "22q2": "35"}
    found = opened("flow", "average_growth", figures, (2022, 2), baseline={"year": 2020, "value": "100"}, years=TARGET)
    assert found.years == Decimal("1.5")
    assert [piece[2] for piece in pieces(found)] == ["30", "30", "35", "35", "100"]


def test_a_ratio_names_its_parts_and_the_quarter_of_its_denominator() -> None:
    found = opened("ratio", "level", {"22q2": "15"}, (2022, 2), baseline=BASELINE, years=TARGET)
    assert found.actual == Decimal(30)
    assert pieces(found) == [("numerator", "2022Q2", "15"), ("denominator", "2020Q4", "50"), ("factor", None, "100")]
