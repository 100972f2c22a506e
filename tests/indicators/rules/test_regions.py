"""Figures of regions added up, their coverage, and ranks among siblings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from indicators.rules.columns import SCALE, Series, quarter_index
from indicators.rules.compute import compute
from indicators.rules.ranking import rank, rank_values
from indicators.rules.rollup import Tree, roll_up
from tests.indicators.rules.random_cases import columns

FIRST = quarter_index(2022, 1)
PROVINCE, CITY_A, CITY_B, COUNTY_1, COUNTY_2, ZONE = range(6)
EDGES = [(CITY_A, PROVINCE), (CITY_B, PROVINCE), (COUNTY_1, CITY_A), (COUNTY_2, CITY_A), (ZONE, CITY_A)]


def series(rows: list[list[int | None]]) -> Series:
    value = np.array([[0 if figure is None else figure * SCALE for figure in row] for row in rows], np.int64)
    return Series(FIRST, value, np.array([[figure is not None for figure in row] for row in rows]))


def tree(expected: Any = None, *, addable: bool = True) -> Tree:
    child, parent = np.array(EDGES).T
    duties = np.ones((len(EDGES), 2), np.bool_) if expected is None else np.array(expected, np.bool_)
    return Tree(parent, child, duties, np.full(6, addable))


def test_children_are_added_where_a_region_has_no_figure_of_its_own() -> None:
    figures = series([[None, None], [None, None], [10, 10], [1, 1], [2, 2], [4, None]])
    rolled, differences = roll_up(figures, tree())
    assert rolled.value[CITY_A].tolist() == [7 * SCALE, 0]
    assert rolled.known[CITY_A].tolist() == [True, False]
    assert rolled.value[PROVINCE, 0] == 17 * SCALE
    assert not rolled.known[PROVINCE, 1]
    assert differences.row.size == 0


def test_coverage_counts_reported_and_expected_children_and_keeps_the_partial_sum() -> None:
    figures = series([[None, None], [None, None], [10, 10], [1, 1], [2, 2], [4, None]])
    cover = roll_up(figures, tree())[0].coverage
    assert cover is not None
    assert (cover.reported[CITY_A].tolist(), cover.expected[CITY_A].tolist()) == ([3, 2], [3, 3])
    assert cover.partial_known[CITY_A].tolist() == [False, True]
    assert cover.partial[CITY_A, 1] == 3 * SCALE
    assert (cover.reported[PROVINCE, 1], cover.expected[PROVINCE, 1], cover.partial[PROVINCE, 1]) == (1, 2, 10 * SCALE)


def test_a_zone_whose_county_holds_its_figure_is_not_expected() -> None:
    figures = series([[None, None], [None, None], [10, 10], [1, 1], [2, 2], [4, None]])
    duties = [[1, 1], [1, 1], [1, 1], [1, 1], [0, 0]]
    rolled, _ = roll_up(figures, tree(duties))
    assert rolled.value[CITY_A].tolist() == [3 * SCALE, 3 * SCALE]


def test_an_own_figure_stands_and_the_difference_is_a_finding() -> None:
    figures = series([[None, None], [8, 7], [10, 10], [1, 1], [2, 2], [4, 4]])
    rolled, found = roll_up(figures, tree())
    assert rolled.value[CITY_A].tolist() == [8 * SCALE, 7 * SCALE]
    assert rolled.value[PROVINCE].tolist() == [18 * SCALE, 17 * SCALE]
    finding = (found.row.tolist(), found.quarter.tolist(), found.own.tolist(), found.children.tolist())
    assert finding == ([CITY_A], [FIRST], [8 * SCALE], [7 * SCALE])


def test_a_zero_reported_by_every_child_is_a_zero_and_no_child_reporting_is_missing() -> None:
    figures = series([[None, None], [None, None], [None, None], [0, None], [0, None], [0, None]])
    rolled, _ = roll_up(figures, tree())
    assert (rolled.known[CITY_A].tolist(), rolled.value[CITY_A, 0]) == ([True, False], 0)
    assert rolled.coverage is not None
    assert rolled.coverage.partial_known[CITY_A].tolist() == [False, False]


def test_rates_and_scores_are_never_added() -> None:
    figures = series([[None, None], [None, None], [10, 10], [1, 1], [2, 2], [4, 4]])
    rolled, _ = roll_up(figures, tree(addable=False))
    assert not rolled.known[CITY_A].any()


def test_a_sum_too_large_to_store_is_missing_and_never_wrong() -> None:
    most = 10**12 - 1
    figures = series([[None, None], [None, None], [most, 0], [most, most], [most, 0], [most, 0]])
    rolled, _ = roll_up(figures, tree())
    assert rolled.known[CITY_A].tolist() == [False, True]
    assert rolled.value[CITY_A, 1] == most * SCALE


def test_a_circle_of_regions_is_refused() -> None:
    figures = series([[1, 1], [1, 1]])
    circle = Tree(np.array([0, 1]), np.array([1, 0]), np.ones((2, 2), np.bool_), np.ones(2, np.bool_))
    with pytest.raises(ValueError, match="own ancestor"):
        roll_up(figures, circle)


def line(quantity: str, basis: str, direction: str = "up", **more: Any) -> dict[str, Any]:
    reporting = "quarter" if quantity == "flow" else "level"
    return {
        "name": "line",
        "plan": {"start_year": 2022, "end_year": 2025},
        "indicator": {"quantity": quantity, "direction": direction, "reporting_basis": reporting, **more},
        "target": {"basis": basis, "years": {"2022": {"comparator": ">=", "value": "10"}}},
        "as_of": {"year": 2022, "quarter": 2},
    }


def rolled_city(quantity: str, basis: str) -> Any:
    lines, targets, _ = columns([line(quantity, basis)])
    lines.figure_row[:] = CITY_A
    figures = series([[None, None], [None, None], [10, 10], [1, 1], [2, 2], [4, None]])
    return compute(lines, targets, roll_up(figures, tree())[0], np.array([FIRST, FIRST + 1]), FIRST + 1)


@pytest.mark.parametrize(
    ("basis", "quantity", "partial"), [("level", "stock", 3), ("year", "flow", 10), ("cumulative", "flow", 10)]
)
def test_an_incomplete_sum_is_missing_and_shown_as_partial(basis: str, quantity: str, partial: int) -> None:
    found = rolled_city(quantity, basis)
    assert found.actual.known.tolist() == [[True, False]]
    assert found.actual.value[0, 0] == 7 * SCALE
    assert found.status[0, 1] == 3
    assert found.partial.known.tolist() == [[False, True]]
    assert found.partial.value[0, 1] == partial * SCALE
    assert (found.coverage_reported.tolist(), found.coverage_expected.tolist()) == ([[3, 2]], [[3, 3]])


def test_a_ratio_adds_its_parts_first_and_divides_then() -> None:
    numerator = [[None, None], [None, None], [None, None], [1, 1], [3, 3], [5, 5]]
    denominator = [[None, None], [None, None], [None, None], [10, 10], [10, 10], [10, None]]
    both = series(numerator + denominator)
    child, parent = np.array(EDGES + [(a + 6, b + 6) for a, b in EDGES]).T
    forest = Tree(parent, child, np.ones((10, 2), np.bool_), np.ones(12, np.bool_))
    lines, targets, _ = columns([line("ratio", "level", factor="100", denominator_quantity="flow")])
    lines.numerator_row[:], lines.denominator_row[:] = CITY_A, CITY_A + 6
    found = compute(lines, targets, roll_up(both, forest)[0], np.array([FIRST, FIRST + 1]), FIRST + 1)
    assert found.actual.value[0, 0] == 30 * SCALE
    assert found.actual.known.tolist() == [[True, False]]
    assert not found.partial.known.any()
    assert (found.coverage_reported.tolist(), found.coverage_expected.tolist()) == ([[3, 2]], [[3, 3]])


def test_ties_share_a_rank_and_the_next_one_is_skipped() -> None:
    worth = np.array([[5], [7], [7], [1], [9]])
    known = np.array([[True], [True], [True], [True], [False]])
    assert rank_values(worth, known, np.zeros(5, np.int64))[:, 0].tolist() == [3, 1, 1, 4, 0]


def test_ranks_are_given_inside_each_group_of_siblings() -> None:
    worth = np.array([[5, 1], [7, 2], [6, 3], [1, 4]])
    ranks = rank_values(worth, np.ones((4, 2), np.bool_), np.array([8, 3, 8, 3]))
    assert ranks.tolist() == [[2, 2], [1, 2], [1, 1], [2, 1]]


def ranked(direction: str, values: list[str], target: dict[str, str]) -> list[int]:
    cases = []
    for value in values:
        case = line("stock", "level", direction)
        case["target"]["years"] = {"2022": target}
        cases.append(case | {"figures": [{"year": 2022, "quarter": 2, "value": value}]})
    lines, targets, figures = columns(cases)
    found = compute(lines, targets, figures, np.array([FIRST + 1]), FIRST + 1)
    return [int(place) for place in rank(found, lines, np.zeros(len(values), np.int64))[:, 0]]


def test_better_is_what_the_direction_says() -> None:
    assert ranked("up", ["1", "3", "2"], {"comparator": ">=", "value": "5"}) == [3, 1, 2]
    assert ranked("down", ["1", "3", "2"], {"comparator": "<=", "value": "5"}) == [1, 3, 2]
    bounds = {"comparator": "range", "value": "2", "upper": "4"}
    assert ranked("range", ["1.5", "3", "4", "6"], bounds) == [3, 1, 1, 4]
