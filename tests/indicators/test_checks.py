"""The checks of figures: each names what is odd, compared with what, and offers a repair where one is plain."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.checks import Around, Measure, findings
from ipdash.core.numbers import from_scaled
from ipdash.core.periods import Quarter

D = Decimal
LEVEL = Measure(is_count=True, decimals=0)
RUNNING = Measure(is_running=True, adds_up=True, decimals=2)
QUARTERLY = Measure(adds_up=True)
ANNUAL = Measure(is_annual=True)
NOW = Quarter(2025, 3)


def series(*values: str | int | None, last: Quarter = NOW - 1, step: int = 1) -> dict[Quarter, Decimal]:
    """Values by quarter, the last one in `last`; None where there is none."""
    count = len(values)
    return {last - step * (count - 1 - n): D(value) for n, value in enumerate(values) if value is not None}


def codes(value: str | int, measure: Measure, known: dict[Quarter, Decimal], quarter: Quarter = NOW) -> list[str]:
    return [finding.code for finding in findings(D(value), quarter, measure, Around(known))]


def test_a_figure_without_anything_to_compare_is_not_odd() -> None:
    assert codes(312, LEVEL, {}) == []


def test_a_bound_blocks_and_its_edge_does_not() -> None:
    share = Measure(minimum=D(0), maximum=D(100))
    assert [f.blocks for f in findings(D("100.1"), NOW, share, Around({}))] == [True]
    assert codes("-0.1", share, {}) == ["below_minimum"]
    assert codes(100, share, {}) == codes(0, share, {}) == []


def test_half_a_patent_asks() -> None:
    assert codes("12.5", LEVEL, {}) == ["not_whole"]
    assert codes("12.0", LEVEL, {}) == []


def test_a_running_total_that_falls_asks_and_one_that_stands_still_does_not_fall() -> None:
    assert codes("2.9", RUNNING, series("1.5", "3.0")) == ["falls"]
    assert "falls" not in codes("3.0", RUNNING, series("1.5", "3.0"))


def test_a_new_year_s_running_total_begins_anew() -> None:
    assert codes("1.1", RUNNING, series("1", "2", "3", "4", last=Quarter(2024, 4)), Quarter(2025, 1)) == []


@pytest.mark.parametrize(
    ("typed", "code", "meant"),
    [
        ("31200", "too_large", "3.12"), ("312", "too_large", "3.12"), ("31.2", "too_large", "3.12"),
        ("0.000312", "too_small", "3.12"), ("0.0312", "too_small", "3.12"), ("0.312", "too_small", "3.12"),
    ],
)  # fmt: skip
def test_a_slip_of_the_unit_is_named_with_what_was_meant(typed: str, code: str, meant: str) -> None:
    known = {**series("1.0", "2.1"), NOW - 4: D("2.8")}
    found = [f for f in findings(D(typed), NOW, RUNNING, Around(known)) if f.code == code]
    assert [f.repair for f in found] == [D(meant)]


def test_half_a_patent_is_never_offered_as_what_was_meant() -> None:
    count = Measure(is_count=True, decimals=0)
    assert [f.repair for f in findings(D(56), NOW, count, Around(series(5, 6)))] == [None]
    assert [f.repair for f in findings(D(60), NOW, count, Around(series(5, 6)))] == [D(6)]


def test_a_few_more_of_a_rare_thing_are_not_odd() -> None:
    rare = Measure(is_count=True, adds_up=True, decimals=0)
    never = series(0, 0, 0, 0, 0, 0, 0)
    assert codes(3, rare, never) == []
    (found,) = findings(D(4), NOW, rare, Around(never))
    assert (found.params["low"], found.params["high"]) == (0, 3)


def test_what_is_in_proportion_with_anything_comparable_is_no_slip() -> None:
    assert not {"too_large", "too_small"} & set(codes(30, RUNNING, {**series("1.0", "2.1"), NOW - 4: D(28)}))


def test_a_zero_is_a_figure_and_never_a_slip() -> None:
    assert not {"too_large", "too_small"} & set(codes(0, QUARTERLY, series(10, 12, 11)))


def test_with_much_history_its_own_spread_says_what_is_usual() -> None:
    even = series(10, 11, 9, 10, 12, 8, 10, 11)
    assert codes(13, QUARTERLY, even) == []
    assert codes(18, QUARTERLY, even) == ["unlike_history"]
    wild = series(2, 30, 5, 28, 1, 33, 4, 29)
    assert codes(18, QUARTERLY, wild) == []


def test_a_level_is_judged_by_its_steps() -> None:
    growing = series(*range(1000, 1100, 10))
    assert codes(1100, LEVEL, growing) == []
    assert codes(1400, LEVEL, growing) == ["unlike_history"]


def test_the_thresholds_are_the_indicator_s() -> None:
    even = series(10, 11, 9, 10, 12, 8, 10, 11)
    assert codes(18, Measure(adds_up=True, mad_times=10), even) == []
    assert codes(14, Measure(adds_up=True, jump_percent=20), series(10)) == ["jumps_up"]


def test_with_little_history_a_jump_from_the_last_one_asks() -> None:
    assert codes(15, QUARTERLY, series(10)) == ["jumps_up"]
    assert codes(14, QUARTERLY, series(10)) == []
    assert codes(5, QUARTERLY, series(10)) == ["jumps_down"]


def test_an_annual_figure_is_compared_with_the_year_before() -> None:
    assert codes(160, ANNUAL, {Quarter(2024, 4): D(100)}, Quarter(2025, 4)) == ["jumps_up"]
    assert codes(120, ANNUAL, {Quarter(2024, 4): D(100), Quarter(2025, 3): D(1)}, Quarter(2025, 4)) == []


def test_the_same_telling_number_as_last_quarter_asks_and_a_small_one_does_not() -> None:
    assert codes("1203", LEVEL, series(1203)) == ["unchanged"]
    assert codes(5, LEVEL, series(5)) == codes(1200, LEVEL, series(1200)) == []


def test_a_part_above_its_whole_asks_from_both_sides() -> None:
    part = findings(D(120), NOW, LEVEL, Around({}, whole=D(100)))
    whole = findings(D(100), NOW, LEVEL, Around({}, parts=[D(120), D(30)]))
    assert [f.code for f in part] == ["above_whole"]
    assert [f.code for f in whole] == ["below_part"]
    assert findings(D(100), NOW, LEVEL, Around({}, whole=D(100), parts=[D(100)])) == []


numbers = st.integers(-(10**17), 10**17).map(from_scaled)
measures = st.builds(Measure, is_running=st.booleans(), adds_up=st.booleans(), is_annual=st.booleans())


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(numbers, measures, st.dictionaries(st.integers(8098, 8110), numbers, max_size=8))
def test_any_history_can_be_judged_and_a_repair_is_never_found_too_large_again(
    value: Decimal, measure: Measure, known: dict[int, Decimal]
) -> None:
    around = Around({Quarter.from_index(index): other for index, other in known.items()})
    quarter = Quarter.from_index(8111)
    for finding in findings(value, quarter, measure, around):
        if finding.repair is not None:
            again = findings(finding.repair, quarter, measure, around)
            assert not any(other.repair is not None for other in again)
