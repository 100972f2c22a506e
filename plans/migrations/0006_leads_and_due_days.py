"""What tasks and milestones that are there already need: who leads, when what is due, when what is done was closed."""

import calendar
from collections import defaultdict
from datetime import date

from django.db import migrations
from django.utils import timezone

CHUNK = 500
ROLES = ("lead", "executing", "responsible", "office")


def fill(apps, schema_editor):
    """As `plans.services.leads` had it when this was written."""
    task_model, milestone_model = apps.get_model("plans", "PlanTask"), apps.get_model("plans", "Milestone")
    task_model.objects.filter(status="done").update(closed_on=timezone.localdate())
    held = defaultdict(list)
    assignments = apps.get_model("plans", "Assignment").objects.filter(unit__is_collective=False)
    for task, role, unit in assignments.order_by("task", "position", "pk").values_list("task", "role", "unit"):
        held[task].append((role, unit))
    tasks = []
    for task in task_model.objects.filter(pk__in=list(held)):
        units = [unit for wanted in ROLES for role, unit in held[task.pk] if role == wanted]
        if units:
            task.lead_unit_id = units[0]
            tasks.append(task)
    task_model.objects.bulk_update(tasks, ["lead_unit"], batch_size=CHUNK)
    milestones = []
    for milestone in milestone_model.objects.select_related("task__plan", "phase"):
        milestone.due_on = due_day(milestone)
        milestones.append(milestone)
    milestone_model.objects.bulk_update(milestones, ["due_on"], batch_size=CHUNK)


def due_day(milestone):
    plan = milestone.task.plan
    year = milestone.year or (plan.start_year if plan.start_year == plan.end_year else None)
    if milestone.to_quarter is not None and year is not None:
        month = milestone.to_quarter * 3
        return date(year, month, calendar.monthrange(year, month)[1])
    return milestone.phase.end if milestone.phase else None


class Migration(migrations.Migration):
    dependencies = [("plans", "0005_duties_and_reports")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
