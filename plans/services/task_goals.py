"""Quantified goals of tasks, found where the document's goals in running text stand inside a task."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from plans.models import Milestone, Plan, PlanTask, TaskGoal, TaskMeasure

_BLANKS = re.compile(r"\s+")


def store_task_goals(plan: Plan, lines: Sequence[Mapping[str, Any]]) -> int:
    """Gives tasks the goals that their own text prints: `lines` are a document's target lines, of which those count whose
    paragraph lies between a task's line and the next task's, and whose printed number the task says. Gives how many.
    """
    tasks = list(PlanTask.objects.filter(plan=plan).exclude(source_line=None).order_by("source_line"))
    texts = _texts(tasks)
    found: dict[tuple[int, str], TaskGoal] = {}
    for line in lines:
        at = (line.get("source") or {}).get("line")
        task = next((t for t in reversed(tasks) if at is not None and (t.source_line or 0) <= at), None)
        if task is None or not line["targets"]:
            continue
        target = line["targets"][-1]
        if target["value"] is None or _plain(target["printed"]) not in texts[task.pk]:
            continue
        goal = TaskGoal(
            task=task, name=line["printed_name"][:200], comparator=target["comparator"],
            value=Decimal(target["value"]), upper=Decimal(target["upper"]) if target.get("upper") else None,
            unit=line.get("unit") or "", printed=target["printed"][:60], position=len(found),
        )  # fmt: skip
        found.setdefault((task.pk, goal.name), goal)
    return len(TaskGoal.objects.bulk_create(found.values()))


def _texts(tasks: Sequence[PlanTask]) -> dict[int, str]:
    """By task id everything that the document says of it, without blanks."""
    parts: dict[int, list[str]] = {task.pk: [task.title, task.text, task.objective or ""] for task in tasks}
    for model in (TaskMeasure, Milestone):
        for task, text in model._default_manager.filter(task__in=tasks).values_list("task", "text"):
            parts[task].append(text)
    return {pk: _plain("".join(found)) for pk, found in parts.items()}


def _plain(text: str) -> str:
    return _BLANKS.sub("", text)
