"""How far a task is, from facts alone: what is due when and reached, whether anybody has begun, whether it is closed.

`PlanTaskQuerySet.with_state` asks the database the same question; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from ipdash.core.periods import Quarter

HUNDRED, NEARLY = Decimal(100), Decimal("0.99")


class TaskState(StrEnum):
    """The words for a task's state, worst first; `ended` is what its plan's end left open, which reminds nobody."""

    LATE = "late"
    AWAITING_REVIEW = "awaiting_review"
    NOT_STARTED = "not_started"
    ON_TIME = "on_time"
    CLOSED = "closed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone: its last day (None: none of its own), whether it was found reached, or is said to be and waits."""

    due_on: date | None
    reached: bool = False
    claimed: bool = False

    def is_overdue(self, today: date) -> bool:
        """Whether its last day has passed and nobody has said that it is reached."""
        return self.due_on is not None and self.due_on < today and not self.reached and not self.claimed


@dataclass(frozen=True, slots=True)
class Goal:
    """A quantified goal and the number last accepted (None: none yet)."""

    comparator: str
    value: Decimal | None
    upper: Decimal | None
    achieved: Decimal | None


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What is known of a task. `ends_on` is the plan's last day; `steps` are the milestones in force."""

    plan_is_active: bool
    ends_on: date
    has_begun: bool = False
    closing_is_asked: bool = False
    is_closed: bool = False
    steps: Sequence[Step] = ()


def task_state(facts: TaskFacts, today: date) -> TaskState:
    """The task's state on a day. Closed stays closed; what has ended is not late any more; lateness comes before the rest."""
    if facts.is_closed:
        return TaskState.CLOSED
    if not facts.plan_is_active:
        return TaskState.ENDED
    if facts.closing_is_asked:
        return TaskState.AWAITING_REVIEW
    if facts.ends_on < today or any(step.is_overdue(today) for step in facts.steps):
        return TaskState.LATE
    return TaskState.ON_TIME if facts.has_begun else TaskState.NOT_STARTED


def late_since(facts: TaskFacts, today: date) -> date | None:
    """The last day of what was missed first; None where the task is not late."""
    if task_state(facts, today) is not TaskState.LATE:
        return None
    missed = [step.due_on for step in facts.steps if step.is_overdue(today) and step.due_on is not None]
    return min([*missed, *([facts.ends_on] if facts.ends_on < today else [])])


def next_due(facts: TaskFacts, today: date) -> date:
    """The next last day that is still ahead: of a milestone that is not reached, else the plan's."""
    ahead = [s.due_on for s in facts.steps if s.due_on is not None and s.due_on >= today and not s.reached]
    return min([*ahead, facts.ends_on])


def milestone_end(
    year: int | None, to_quarter: int | None, phase_end: date | None, plan_years: tuple[int, int]
) -> date | None:
    """The last day of what a milestone names: its quarters in its year (or a one-year plan's), else its phase's."""
    start, end = plan_years
    in_year = year or (start if start == end else None)
    if to_quarter is not None and in_year is not None:
        return Quarter(in_year, to_quarter).last_day
    return phase_end


def goal_share(goal: Goal) -> Decimal | None:
    """How much of a goal is achieved, from 0 to 1; None where it cannot be said. Where less is better, all or nothing."""
    if goal.value is None:
        return None
    if goal.achieved is None:
        return Decimal(0)
    if goal.comparator in {"<=", "<"}:
        kept = goal.achieved < goal.value if goal.comparator == "<" else goal.achieved <= goal.value
        return Decimal(int(kept))
    reached = goal.achieved > goal.value if goal.comparator == ">" else goal.achieved >= goal.value
    if reached or goal.value <= 0:
        return Decimal(int(reached))
    return min(NEARLY, max(Decimal(0), goal.achieved / goal.value))


def percent_complete(goals: Iterable[Goal], steps: Iterable[Step]) -> Decimal | None:
    """The mean share of goals and milestones, each counting once, in whole percent; never 100 while one is open.

    None where the document gives neither: nobody types a percentage.
    """
    shares = [share for goal in goals if (share := goal_share(goal)) is not None]
    shares += [Decimal(int(step.reached)) for step in steps]
    if not shares:
        return None
    mean = (sum(shares, Decimal(0)) * HUNDRED / len(shares)).quantize(Decimal(1), ROUND_HALF_UP)
    return mean if all(share == 1 for share in shares) else min(mean, Decimal(99))
