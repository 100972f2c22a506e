"""The ladder: which slip a fact calls for, on both sides of each edge, and the table of what may happen to a slip."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ipdash.core import workdays
from plans.rules.ladder import DEFAULTS, MOVES, OPEN, Action, Level, Side, Standing, State, actions_of, level_for

from plans.rules.ladder import next_level, wrong_order  # isort: skip


@pytest.mark.parametrize(
    ("days", "level"),
    [(-6, None), (-5, Level.URGE), (0, Level.URGE), (1, Level.BLUE), (9, Level.BLUE), (10, Level.YELLOW),
     (19, Level.YELLOW), (20, Level.RED), (200, Level.RED)],
)  # fmt: skip
def test_days_before_and_after_the_last_day(days: int, level: Level | None) -> None:
    assert level_for(Standing(days=days), DEFAULTS) == level


@pytest.mark.parametrize(
    ("gap", "level"), [("-4.99", None), ("-5", Level.BLUE), ("-10", Level.YELLOW), ("-20", Level.RED), ("3", None)]
)
def test_gaps_in_points(gap: str, level: Level | None) -> None:
    assert level_for(Standing(gap=Decimal(gap)), DEFAULTS) == level


@pytest.mark.parametrize(("times", "level"), [(0, None), (1, None), (2, Level.URGE), (4, Level.YELLOW), (9, Level.RED)])
def test_reports_sent_back(times: int, level: Level | None) -> None:
    assert level_for(Standing(returned=times), DEFAULTS) == level


def test_a_fact_that_a_bureau_does_not_count_leads_nowhere() -> None:
    rungs = {level: replace(rung, days=None) for level, rung in DEFAULTS.items()}
    assert level_for(Standing(days=400), rungs) is None
    assert level_for(Standing(), DEFAULTS) is None


def test_thresholds_rise_from_level_to_level() -> None:
    assert wrong_order(DEFAULTS) is None
    assert wrong_order({**DEFAULTS, Level.RED: replace(DEFAULTS[Level.RED], days=10)}) == "days"
    assert wrong_order({**DEFAULTS, Level.RED: replace(DEFAULTS[Level.RED], gap=Decimal(-5))}) == "gap"
    # A level left out breaks no order.
    assert wrong_order({**DEFAULTS, Level.YELLOW: replace(DEFAULTS[Level.YELLOW], days=None)}) is None


def test_the_whole_table_of_what_may_happen() -> None:
    told = {(state, side): actions_of(state, side) for state in State for side in Side if actions_of(state, side)}
    assert told == {
        (State.PROPOSED, Side.BUREAU): (Action.SEND, Action.DISMISS),
        (State.PROPOSED, Side.ROUND): (Action.LAPSE,),
        (State.SENT, Side.BUREAU): (Action.RAISE, Action.WITHDRAW),
        (State.SENT, Side.UNIT): (Action.SIGN,),
        (State.SIGNED, Side.BUREAU): (Action.RAISE, Action.WITHDRAW),
        (State.SIGNED, Side.UNIT): (Action.ANSWER,),
        (State.ANSWERED, Side.BUREAU): (Action.RETURN, Action.CLOSE, Action.RAISE),
    }
    assert {move.target for move in MOVES.values()} == {*State} - {State.PROPOSED}
    assert OPEN == (State.SENT, State.SIGNED, State.ANSWERED)
    assert [next_level(level) for level in Level] == [Level.BLUE, Level.YELLOW, Level.RED, None]


def test_working_days_leave_out_holidays_and_count_shifted_ones() -> None:
    eve, back = date(2025, 9, 30), date(2025, 10, 9)
    assert workdays.between(eve, back) == 1
    assert workdays.between(back, eve) == -1
    assert workdays.after(eve, 1) == back
    assert workdays.after(date(2025, 10, 10), 1) == date(2025, 10, 11)  # a Saturday on which offices work
    assert workdays.between(eve, eve) == 0
