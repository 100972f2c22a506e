"""What the page of one task shows: its state, milestones with their history, who reported what, requests to close."""

from __future__ import annotations

from decimal import Decimal

from plans.models import PlanTask
from plans.rules.task_state import percent_complete


def percent_of(task: PlanTask) -> Decimal | None:
    """How much of the task is complete, from its goals and milestones in force; None where it has neither."""
    return percent_complete(
        (goal.as_goal for goal in task.goals.all()), (milestone.step for milestone in task.milestones.all())
    )
