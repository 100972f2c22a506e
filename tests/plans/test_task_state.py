"""A task's state follows from facts and the day; the database says the same as the rule."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal

import pytest

from ipdash.core.periods import Quarter
from plans.models import Assignment, Milestone, Plan, PlanTask, Unit
from plans.rules.leads import lead_of
from plans.rules.report_window import Stand, Window, stand_of
from plans.rules.task_state import (
    Goal,
    Step,
    TaskFacts,
    TaskState,
    late_since,
    milestone_end,
    next_due,
    percent_complete,
    task_state,
)
from tests import builders

END = date(2025, 12, 31)
SEPTEMBER = Step(date(2025, 9, 30))


def facts(**given):
    return TaskFacts(**{"plan_is_active": True, "ends_on": END, **given})


def test_a_milestone_is_overdue_from_the_day_after_its_last() -> None:
    assert not SEPTEMBER.is_overdue(date(2025, 9, 30))
    assert SEPTEMBER.is_overdue(date(2025, 10, 1))
    assert not Step(date(2025, 9, 30), claimed=True).is_overdue(date(2025, 10, 1))
    assert not Step(None).is_overdue(date(2099, 1, 1))


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({}, TaskState.NOT_STARTED),
        ({"has_begun": True}, TaskState.ON_TIME),
        ({"steps": [SEPTEMBER]}, TaskState.LATE),
        ({"has_begun": True, "steps": [Step(date(2025, 9, 30), reached=True)]}, TaskState.ON_TIME),
        ({"ends_on": date(2025, 9, 30), "has_begun": True}, TaskState.LATE),
        ({"closing_is_asked": True, "steps": [SEPTEMBER]}, TaskState.AWAITING_REVIEW),
        ({"is_closed": True, "steps": [SEPTEMBER]}, TaskState.CLOSED),
        ({"plan_is_active": False, "steps": [SEPTEMBER]}, TaskState.ENDED),
        ({"plan_is_active": False, "is_closed": True}, TaskState.CLOSED),
    ],
)
def test_the_state_follows_from_the_facts(given, state) -> None:
    assert task_state(facts(**given), date(2025, 10, 12)) == state


def test_a_late_task_is_late_since_what_it_missed_first() -> None:
    both = facts(steps=[SEPTEMBER, Step(date(2025, 6, 30))])
    assert late_since(both, date(2025, 10, 12)) == date(2025, 6, 30)
    assert late_since(facts(), date(2025, 10, 12)) is None
    assert next_due(facts(steps=[SEPTEMBER]), date(2025, 9, 1)) == date(2025, 9, 30)
    assert next_due(facts(steps=[SEPTEMBER]), date(2025, 10, 1)) == END


def test_a_milestone_ends_with_its_quarter_else_with_its_phase() -> None:
    assert milestone_end(None, 2, None, (2014, 2014)) == date(2014, 6, 30)
    assert milestone_end(None, None, date(2020, 12, 31), (2020, 2023)) == date(2020, 12, 31)
    assert milestone_end(None, 2, None, (2020, 2023)) is None


def test_percent_complete_is_the_mean_of_goals_and_milestones() -> None:
    done, half = Step(END, reached=True), Goal(">=", Decimal(20), None, Decimal(10))
    assert percent_complete([], []) is None
    assert percent_complete([], [done, SEPTEMBER, SEPTEMBER]) == 33
    assert percent_complete([half], [done]) == 75
    assert percent_complete([Goal(">=", Decimal(20), None, Decimal(40))], [done]) == 100
    assert percent_complete([Goal(">", Decimal(80), None, Decimal(80))], [done]) == 99
    assert percent_complete([Goal("<=", Decimal(3), None, Decimal(4))], []) == 0
    assert percent_complete([Goal("<=", Decimal(3), None, None)], []) == 0
    assert percent_complete([Goal(">=", Decimal(1000), None, Decimal("999.9"))], []) == 99


def test_a_quarter_is_open_from_its_first_day_until_it_is_locked() -> None:
    quarter, window = Quarter(2025, 3), Window(due=date(2025, 10, 15), locks=date(2025, 10, 31))
    days = {
        date(2025, 6, 30): Stand.AHEAD, date(2025, 7, 1): Stand.OPEN, date(2025, 10, 15): Stand.OPEN,
        date(2025, 10, 16): Stand.OVERDUE, date(2025, 10, 31): Stand.OVERDUE, date(2025, 11, 1): Stand.LOCKED,
    }  # fmt: skip
    assert {day: stand_of(quarter, window, day) for day in days} == days
    assert stand_of(quarter, None, date(2025, 9, 30)) == Stand.OPEN
    assert stand_of(quarter, None, date(2025, 10, 1)) == Stand.UNSET


def test_the_lead_is_the_unit_in_the_lead_else_the_first_that_is_named() -> None:
    body, other, all_of_them = Unit(pk=1), Unit(pk=2), Unit(pk=3, is_collective=True)

    def given(*pairs):
        return [Assignment(role=role, unit=unit) for role, unit in pairs]

    assert lead_of(given(("responsible", body), ("lead", other))) == 2
    assert lead_of(given(("responsible", all_of_them), ("responsible", other), ("responsible", body))) == 2
    assert lead_of(given(("office", body), ("cooperating", other))) == 1
    assert lead_of(given(("cooperating", other))) is None


@pytest.mark.django_db
def test_the_database_says_the_same_as_the_rule() -> None:
    city = builders.make_region()
    closed = {"done": date(2025, 1, 1)}
    steps = [
        {}, {"due": 3}, {"due": 3, "reached_on": date(2025, 9, 1)}, {"due": 4}, {"due": 2, "state": "withdrawn"},
        {"due": None},
    ]  # fmt: skip
    for plan_state, end in itertools.product(("active", "closed", "draft"), (2024, 2025)):
        plan = builders.make_plan(city, (2021, end), state=plan_state)
        for n, (status, step) in enumerate(itertools.product(PlanTask.Status.values, steps)):
            task = PlanTask.objects.create(
                plan=plan, title="任务", position=n, status=status, closed_on=closed.get(status)
            )
            if step:
                quarter = {"from_quarter": 1, "to_quarter": step["due"]} if step["due"] else {}
                rest = {name: value for name, value in step.items() if name != "due"}
                Milestone.objects.create(task=task, label="x", text="y", year=2025, **quarter, **rest)
    tasks = PlanTask.objects.select_related("plan").prefetch_related("milestones")
    for day in (date(2024, 12, 31), date(2025, 1, 1), date(2025, 9, 30), date(2025, 10, 1), date(2026, 1, 1)):
        wrong = [t for t in tasks.with_state(day) if t.state_now != task_state(t.facts, day)]
        assert not wrong, (day, wrong[0].facts, wrong[0].state_now)
    assert Plan.objects.count() == 6
