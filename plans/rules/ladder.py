"""督办阶梯: which slip a fact calls for, and what may happen to a slip; pure: no ORM, no clock, no settings.

A bureau sets four rungs, 催办 below 蓝 below 黄 below 红. Each says from when on it is due: so many working days after a
last day (negative: before it), a gap in points or wider, so many reports sent back. The highest rung that is met counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise


class Level(StrEnum):
    """The rungs, lowest first."""

    URGE = "urge"
    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"


LEVELS = tuple(Level)


class State(StrEnum):
    """How a slip stands. The last five are ends."""

    PROPOSED = "proposed"
    SENT = "sent"
    SIGNED = "signed"
    ANSWERED = "answered"
    CLOSED = "closed"
    RAISED = "raised"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"


OPEN = (State.SENT, State.SIGNED, State.ANSWERED)
"""With the unit or with the bureau; neither a proposal nor at its end."""


class Side(StrEnum):
    """Who moves a slip: the bureau's staff, the unit it is addressed to, or the scheduled round."""

    BUREAU = "bureau"
    UNIT = "unit"
    ROUND = "round"


class Action(StrEnum):
    """What may happen to a slip."""

    SEND = "send"
    DISMISS = "dismiss"
    LAPSE = "lapse"
    SIGN = "sign"
    ANSWER = "answer"
    RETURN = "return"
    CLOSE = "close"
    RAISE = "raise"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table: from which states to which, by whom, and whether it needs words."""

    source: tuple[State, ...]
    target: State
    side: Side
    needs_words: bool = False


MOVES: Mapping[Action, Move] = {
    Action.SEND: Move((State.PROPOSED,), State.SENT, Side.BUREAU),
    Action.DISMISS: Move((State.PROPOSED,), State.DISMISSED, Side.BUREAU, needs_words=True),
    Action.LAPSE: Move((State.PROPOSED,), State.LAPSED, Side.ROUND),
    Action.SIGN: Move((State.SENT,), State.SIGNED, Side.UNIT),
    Action.ANSWER: Move((State.SIGNED,), State.ANSWERED, Side.UNIT, needs_words=True),
    Action.RETURN: Move((State.ANSWERED,), State.SIGNED, Side.BUREAU, needs_words=True),
    Action.CLOSE: Move((State.ANSWERED,), State.CLOSED, Side.BUREAU),
    Action.RAISE: Move(OPEN, State.RAISED, Side.BUREAU, needs_words=True),
    Action.WITHDRAW: Move((State.SENT, State.SIGNED), State.WITHDRAWN, Side.BUREAU, needs_words=True),
}


def actions_of(state: State, side: Side) -> tuple[Action, ...]:
    """What this side may do with a slip in this state, in the table's order."""
    return tuple(action for action, move in MOVES.items() if state in move.source and move.side is side)


@dataclass(frozen=True, slots=True)
class Rung:
    """From when on a level is due. None: this kind of fact never leads to it.

    `days` are working days after the last day, negative before it; `gap` is a `year_gap` in points that is this low or
    lower; `returned` counts reports sent back. `answer_days` working days are given to answer.
    """

    days: int | None
    gap: Decimal | None
    returned: int | None
    answer_days: int
    automatic: bool = False


DEFAULTS: Mapping[Level, Rung] = {
    Level.URGE: Rung(days=-5, gap=None, returned=2, answer_days=5),
    Level.BLUE: Rung(days=1, gap=Decimal(-5), returned=3, answer_days=5),
    Level.YELLOW: Rung(days=10, gap=Decimal(-10), returned=4, answer_days=3),
    Level.RED: Rung(days=20, gap=Decimal(-20), returned=5, answer_days=2),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one thing that may call for a slip; None where it is not of this kind."""

    days: int | None = None
    gap: Decimal | None = None
    returned: int | None = None


def level_for(standing: Standing, rungs: Mapping[Level, Rung]) -> Level | None:
    """The highest level that is due, None where none is."""
    return next((level for level in reversed(LEVELS) if _is_due(standing, rungs[level])), None)


def _is_due(standing: Standing, rung: Rung) -> bool:
    return (
        (standing.days is not None and rung.days is not None and standing.days >= rung.days)
        or (standing.gap is not None and rung.gap is not None and standing.gap <= rung.gap)
        or (standing.returned is not None and rung.returned is not None and standing.returned >= rung.returned)
    )


def next_level(level: Level) -> Level | None:
    """One step up; None above red."""
    place = LEVELS.index(level) + 1
    return LEVELS[place] if place < len(LEVELS) else None


def wrong_order(rungs: Mapping[Level, Rung]) -> str | None:
    """The first kind of fact (`days`, `gap`, `returned`) whose thresholds do not rise from level to level; None if all do."""
    for name, sign in (("days", 1), ("gap", -1), ("returned", 1)):
        values = [value * sign for level in LEVELS if (value := getattr(rungs[level], name)) is not None]
        if any(low >= high for low, high in pairwise(values)):
            return name
    return None
