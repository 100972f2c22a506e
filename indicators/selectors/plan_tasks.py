"""A plan's tasks counted by unit, for the overview."""

from __future__ import annotations

from dataclasses import dataclass

from ipdash.core.written import ask
from plans.models import Assignment, Plan, PlanTask, Unit

_TABLES = {
    "task": PlanTask._meta.db_table,
    "assignment": Assignment._meta.db_table,
    "unit": Unit._meta.db_table,
}  # fmt: skip


@dataclass(frozen=True)
class UnitTasks:
    """One unit's tasks in a plan, counted by status."""

    unit_id: int
    name: str
    total: int
    done: int
    in_progress: int


_UNIT_TASKS = """
    SELECT unit.id, unit.name, COUNT(DISTINCT task.id) AS total,
           COUNT(DISTINCT CASE WHEN task.status = %s THEN task.id END),
           COUNT(DISTINCT CASE WHEN task.status = %s THEN task.id END)
    FROM {task} task
    JOIN {assignment} assignment ON assignment.task_id = task.id AND assignment.ended_on IS NULL
    JOIN {unit} unit ON unit.id = assignment.unit_id
    WHERE task.plan_id = %s
    GROUP BY unit.id, unit.name
    ORDER BY total DESC, unit.name
""".format(**_TABLES)  # noqa: S608 - names of our own tables


def unit_tasks(plan: Plan) -> list[UnitTasks]:
    """The plan's tasks by unit, most first; a unit counts once a task whatever its roles."""
    asked = (PlanTask.Status.DONE, PlanTask.Status.IN_PROGRESS, plan.pk)
    return [UnitTasks(*counted) for counted in ask(_UNIT_TASKS, asked)]
