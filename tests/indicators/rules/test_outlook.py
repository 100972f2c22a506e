"""Whether a forecast would meet the target: both sides of each comparator."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from indicators.rules.outlook import falls_short


@pytest.mark.parametrize(
    ("comparator", "short", "enough"),
    [(">=", "9.99", "10"), (">", "10", "10.01"), ("<=", "10.01", "10"), ("<", "10", "9.99"), ("=", "9.99", "10")],
)
def test_the_comparator_decides(comparator: str, short: str, enough: str) -> None:
    assert falls_short(D(short), D(10), None, comparator)
    assert not falls_short(D(enough), D(10), None, comparator)


@pytest.mark.parametrize(("forecast", "misses"), [("5.9", True), ("6", False), ("7", False), ("7.1", True)])
def test_a_range_binds_on_both_sides(forecast: str, misses: bool) -> None:
    assert falls_short(D(forecast), D(6), D(7), "range") is misses
