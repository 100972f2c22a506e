"""Whole columns against the plain working of single lines, on lines of every kind."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.rules.cases import decimal_string, run_case
from indicators.rules.columns import VALUE_NAMES, Results, quarter_index
from indicators.rules.compute import compute
from tests.indicators.rules.random_cases import QUARTERS, at, cell, columns, random_case, too_large
from tests.indicators.rules.reference import NUMBERS
from tests.indicators.rules.reference import results as plain

ENDED = quarter_index(2025, 1)
EVERY_QUARTER = np.array([quarter_index(*quarter) for quarter in QUARTERS])
PERCENTAGES = ("completion", "realisation", "elapsed", "plan_gap", "year_gap")
randoms = st.integers(0, 2**32).map(Random)


def batch(random: Random, lines: int) -> list[dict[str, Any]]:
    return [random_case(random) for _ in range(lines)]


def asked_by(random: Random, quarters: int) -> Any:
    return np.array(sorted(random.sample([int(quarter) for quarter in EVERY_QUARTER], quarters)))


def hold_against_plain(cases: list[dict[str, Any]], asked: Any) -> None:
    found = compute(*columns(cases), asked, ENDED)
    for line, case in enumerate(cases):
        for place, quarter in enumerate(asked):
            single = at(case, int(quarter), ENDED)
            expected, got = plain(single), cell(found, line, place)
            large = [name for name in NUMBERS if too_large(expected[name])]
            assert found.too_large[line, place] == bool(large), json.dumps(single)
            assert got == expected | dict.fromkeys(large), json.dumps(single)


@settings(max_examples=25, deadline=None)
@given(randoms)
def test_columns_give_what_the_plain_working_gives(random: Random) -> None:
    hold_against_plain(batch(random, 12), asked_by(random, 4))


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(40))
def test_thousands_of_lines_give_what_the_plain_working_gives(seed: int) -> None:
    random = Random(seed)
    hold_against_plain(batch(random, 500), asked_by(random, 10))


def same(one: Results, other: Results, order: Any) -> None:
    for name in VALUE_NAMES:
        mine, theirs = getattr(one, name), getattr(other, name)
        assert np.array_equal(mine.known[order], theirs.known), name
        assert np.array_equal(mine.value[order], theirs.value), name
    for name in ("status", "light", "target_source", "forecast_method", "denominator_period", "too_large"):
        assert np.array_equal(getattr(one, name)[order], getattr(other, name)), name


@settings(max_examples=10, deadline=None)
@given(randoms)
def test_the_order_of_the_lines_does_not_matter(random: Random) -> None:
    cases = batch(random, 30)
    order = random.sample(range(30), 30)
    shuffled = [cases[number] for number in order]
    asked = asked_by(random, 3)
    same(compute(*columns(cases), asked, ENDED), compute(*columns(shuffled), asked, ENDED), order)


@settings(max_examples=10, deadline=None)
@given(randoms)
def test_many_lines_give_what_each_gives_alone(random: Random) -> None:
    cases = batch(random, 8)
    asked = asked_by(random, 3)
    together = compute(*columns(cases), asked, ENDED)
    for line, case in enumerate(cases):
        same(together, compute(*columns([case]), asked, ENDED), [line])


@settings(max_examples=10, deadline=None)
@given(randoms)
def test_all_quarters_at_once_give_what_each_gives_alone(random: Random) -> None:
    cases = batch(random, 5)
    together = compute(*columns(cases), EVERY_QUARTER, ENDED)
    for place in random.sample(range(len(EVERY_QUARTER)), 4):
        alone = compute(*columns(cases), EVERY_QUARTER[place : place + 1], ENDED)
        for line in range(len(cases)):
            assert cell(alone, line, 0) == cell(together, line, place)


def scaled(case: dict[str, Any], power: int) -> dict[str, Any]:
    """The same line in a unit that is 10^power times smaller; the bounds of comparisons stay where they are."""

    def times(value: str) -> str:
        whole, _, rest = value.lstrip("-").partition(".")
        number = int(whole) * 10**6 + int(rest.ljust(6, "0"))
        return decimal_string(number * 10**power * (-1 if value.startswith("-") else 1))

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: times(part) if key in ("value", "upper") else walk(part) for key, part in node.items()}
        return [walk(part) for part in node] if isinstance(node, list) else node

    return case | {key: walk(case[key]) for key in ("target", "figures", "numerator") if key in case}


@settings(max_examples=25, deadline=None)
@given(randoms, st.integers(1, 4))
def test_another_unit_keeps_every_percentage(random: Random, power: int) -> None:
    case = random_case(random, ("stock", "flow"), (3, 20, 1000, 10**5), grows=False)
    one, other = run_case(case)["result"], run_case(scaled(case, power))["result"]
    assert {name: one[name] for name in PERCENTAGES} == {name: other[name] for name in PERCENTAGES}
    assert (one["status"], one["light"]) == (other["status"], other["light"])


@settings(max_examples=25, deadline=None)
@given(randoms)
def test_no_figure_and_zero_never_give_the_same_status(random: Random) -> None:
    case = random_case(random)
    name = "numerator" if case["indicator"]["quantity"] == "ratio" else "figures"
    moment = case["as_of"]
    others = [figure for figure in case[name] if (figure["year"], figure["quarter"]) != tuple(moment.values())]
    zero = run_case(case | {name: [*others, {**moment, "value": "0"}]})["result"]
    missing = run_case(case | {name: others})["result"]
    if zero["actual"] is not None and zero["status"] not in ("not_due", "no_target"):
        assert missing["status"] != zero["status"]
        assert missing["actual"] is None


def test_no_lines_and_no_quarters_give_empty_columns() -> None:
    case = random_case(Random(1))
    lines, targets, series = columns([case])
    none = np.zeros(0, np.int64)
    assert compute(lines, targets, series, none, ENDED).actual.value.shape == (1, 0)
    assert compute(lines.take(np.zeros(0, np.intp)), targets.take(none), series, EVERY_QUARTER, ENDED).status.size == 0


def test_a_basis_that_needs_a_flow_is_refused_for_anything_else() -> None:
    case = random_case(Random(3)) | {"figures": []}
    case["indicator"] = {"quantity": "stock", "direction": "up", "reporting_basis": "level"}
    case["target"] = {"basis": "level", "years": {}}
    lines, targets, series = columns([case])
    lines.basis[:] = 1
    with pytest.raises(ValueError, match="needs a flow"):
        compute(lines, targets, series, EVERY_QUARTER, ENDED)
