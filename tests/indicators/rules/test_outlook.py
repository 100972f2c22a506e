"""How far a forecast may be off: between the lowest and the highest that the periods behind it give one by one."""

from __future__ import annotations

from decimal import Decimal as D

from indicators.rules.outlook import forecast_range


def test_of_a_trend_each_of_the_last_quarters_gives_an_increment() -> None:
    # 49 at Q3; a quarter ago 47 (+2), two 46 (+1.5), three 44 (+5/3), four 42 (+1.75): one quarter is left
    assert forecast_range("trend", D(49), D("50.75"), 3, [D(47), D(46), D(44), D(42)]) == (D("50.5"), D(51))


def test_of_shares_each_year_gives_a_total() -> None:
    assert forecast_range("share", D(352), D(586), 3, [D("0.55"), D("0.64"), None]) == (D(550), D(640))


def test_the_forecast_itself_lies_inside() -> None:
    assert forecast_range("trend", D(10), D(20), 2, [D(9), D(8), None, None]) == (D(12), D(20))


def test_one_period_alone_says_nothing_of_a_range() -> None:
    assert forecast_range("trend", D(10), D(12), 2, [D(9), None, None, None]) is None
    assert forecast_range("share", D(10), D(12), 2, [D("0.5"), D(0), None]) is None


def test_a_forecast_in_proportion_knows_none() -> None:
    assert forecast_range("proportion", D(10), D(40), 1, [D(1), D(2), D(3), D(4)]) is None
