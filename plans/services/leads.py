"""What is kept beside a plan's tasks because the database has to search by it: the lead unit, milestones' last days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from plans.models import Assignment, Milestone, PlanTask
from plans.models.plan import Plan
from plans.rules.leads import lead_of

CHUNK = 500


def set_leads(task_ids: Iterable[int]) -> int:
    """Brings the tasks' lead units in line with their assignments; gives how many changed."""
    changed = 0
    wanted = list(task_ids)
    for start in range(0, len(wanted), CHUNK):
        tasks = list(PlanTask.objects.filter(pk__in=wanted[start : start + CHUNK]))
        held: dict[int, list[Assignment]] = defaultdict(list)
        found = Assignment.objects.filter(task__in=tasks).select_related("unit").order_by("task", "position", "pk")
        for assignment in found:
            held[assignment.task_id].append(assignment)
        other = [task for task in tasks if task.lead_unit_id != lead_of(held[task.pk])]
        for task in other:
            task.lead_unit_id = lead_of(held[task.pk])
        changed += PlanTask.objects.bulk_update(other, ["lead_unit"]) if other else 0
    return changed


def set_due_days(plan: Plan) -> int:
    """Brings the last days of the plan's milestones in line with its years and phases; gives how many changed."""
    other = []
    for milestone in Milestone.every.filter(task__plan=plan).select_related("phase"):
        end = milestone.end_in(plan, milestone.phase)
        if milestone.due_on != end:
            milestone.due_on = end
            other.append(milestone)
    return Milestone.every.bulk_update(other, ["due_on"], batch_size=CHUNK) if other else 0
