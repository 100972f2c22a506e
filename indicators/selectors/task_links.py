"""Which tasks serve an indicator and which indicators a task serves: so that what lags leads to who answers for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from indicators.models import Attainment, TargetLine, TaskLink
from indicators.models.attainment import Light, Status
from indicators.permissions import visible_in_plan
from indicators.selectors.quarters import default_quarter
from indicators.task_words import Goal, TaskText
from ipdash.core.periods import Quarter
from ipdash.core.written import ask
from plans.models import Assignment, Plan, PlanTask
from plans.scope import Scope

_TABLES = {
    "link": TaskLink._meta.db_table,
    "task": PlanTask._meta.db_table,
}  # fmt: skip
_STAMP = """
    SELECT COUNT(*), COALESCE(SUM(link.version), 0), COALESCE(MAX(link.id), 0), COALESCE(SUM(task.version), 0)
    FROM {link} link JOIN {task} task ON task.id = link.task_id
    WHERE link.indicator_id = %s AND task.plan_id = %s
""".format(**_TABLES)  # noqa: S608 - names of our own tables
ANSWERING = (Assignment.Role.LEAD, Assignment.Role.RESPONSIBLE, Assignment.Role.EXECUTING)


@dataclass(frozen=True)
class LinkedTask:
    """A task that serves an indicator, with the units that answer for it first."""

    link: TaskLink
    task: PlanTask
    units: tuple[str, ...]


@dataclass(frozen=True)
class LinkedLine:
    """An indicator that a task serves: its line in the plan's own region, and where it stands at the quarter shown."""

    link: TaskLink
    line: TargetLine | None
    quarter: Quarter
    status: str
    light: str


def tasks_of_line(scope: Scope, line: TargetLine) -> list[LinkedTask]:
    """Tasks of the line's plan that serve its indicator: confirmed ones, for staff also those that wait for a word."""
    links = (
        TaskLink.objects.visible_to(scope)
        .filter(indicator=line.indicator_id, task__plan=line.plan_id)
        .exclude(state=TaskLink.State.REFUSED)
        .select_related("task__plan")
        .prefetch_related("task__assignments__unit")
        .order_by("state", "task__position")
    )
    return [LinkedTask(link, link.task, _units_of(link.task)) for link in links]


def _units_of(task: PlanTask) -> tuple[str, ...]:
    """Who leads the task, else who is responsible, else who carries it out."""
    given = list(task.assignments.all())
    for role in ANSWERING:
        names = tuple(dict.fromkeys(a.unit.name for a in given if a.role == role))
        if names:
            return names
    return tuple(dict.fromkeys(a.unit.name for a in given))


def lines_of_task(scope: Scope, task: PlanTask, today: date) -> list[LinkedLine]:
    """The indicators that a task serves, each with its result at the plan's latest quarter."""
    links = list(
        TaskLink.objects.visible_to(scope)
        .filter(task=task)
        .exclude(state=TaskLink.State.REFUSED)
        .select_related("indicator", "task__plan__region")
        .order_by("state", "indicator__name")
    )
    if not links:
        return []
    quarter = default_quarter(task.plan, today)
    lines = lines_by_indicator(scope, task.plan, {link.indicator_id for link in links})
    now = {
        row.line_id: row for row in Attainment.objects.filter(line__in=[line.pk for line in lines.values()]).at(quarter)
    }
    return [_linked_line(link, lines.get(link.indicator_id), now, quarter) for link in links]


def _linked_line(link: TaskLink, line: TargetLine | None, now: dict[int, Attainment], quarter: Quarter) -> LinkedLine:
    row = now.get(line.pk) if line else None
    return LinkedLine(link, line, quarter, row.status if row else Status.NOT_DUE, row.light if row else Light.NONE)


def lines_by_indicator(scope: Scope, plan: Plan, indicators: Iterable[int]) -> dict[int, TargetLine]:
    """The first line of each indicator in the plan's own region, as far as the person sees it."""
    found = TargetLine.objects.filter(
        visible_in_plan(scope, plan), region=plan.region_id, indicator__in=list(indicators)
    ).select_related("plan", "indicator")
    lines: dict[int, TargetLine] = {}
    for line in found.order_by("position", "pk"):
        lines.setdefault(line.indicator_id, line)
    return lines


@dataclass(frozen=True)
class LinksOfPlan:
    """A plan's links by state, and the indicators that no task serves yet."""

    proposed: list[TaskLink]
    confirmed: list[TaskLink]
    refused: list[TaskLink]
    bare: list[TargetLine]


def links_of_plan(scope: Scope, plan: Plan) -> LinksOfPlan:
    """Everything that staff decide about: in the order of the plan's indicators."""
    links = list(
        TaskLink.objects.visible_to(scope).filter(task__plan=plan).select_related("task", "indicator", "decided_by")
    )
    lines = TargetLine.objects.filter(visible_in_plan(scope, plan), region=plan.region_id).select_related("indicator")
    order: dict[int, TargetLine] = {}
    for line in lines.order_by("position", "pk"):
        order.setdefault(line.indicator_id, line)
    place = {indicator: n for n, indicator in enumerate(order)}
    links.sort(key=lambda link: (place.get(link.indicator_id, len(place)), link.task.position))
    by_state = defaultdict(list)
    for link in links:
        by_state[link.state].append(link)
    taken = {link.indicator_id for link in links if link.state != TaskLink.State.REFUSED}
    return LinksOfPlan(
        by_state[TaskLink.State.PROPOSED],
        by_state[TaskLink.State.CONFIRMED],
        by_state[TaskLink.State.REFUSED],
        [line for indicator, line in order.items() if indicator not in taken],
    )


def link_stamp(line: TargetLine) -> tuple[object, ...]:
    """What tells a change of the tasks that stand on an indicator's page."""
    (stamp,) = ask(_STAMP, (line.indicator_id, line.plan_id))
    return tuple(stamp)


def texts_of(plan_id: int) -> tuple[list[TaskText], list[Goal]]:
    """A plan's tasks and indicators as texts to look through."""
    tasks = PlanTask.objects.filter(plan=plan_id).prefetch_related("measures").order_by("position")
    texts = [
        TaskText(
            task.pk, task.title, "。".join([task.objective or "", task.text, *(m.text for m in task.measures.all())])
        )
        for task in tasks
    ]
    lines = (
        TargetLine.objects.filter(plan=plan_id, region=F("plan__region"))
        .select_related("indicator")
        .prefetch_related("indicator__aliases")
        .order_by("position", "pk")
    )
    by_indicator: dict[int, list[TargetLine]] = defaultdict(list)
    for line in lines:
        by_indicator[line.indicator_id].append(line)
    return texts, [_goal(found) for found in by_indicator.values()]


def _goal(lines: list[TargetLine]) -> Goal:
    indicator = lines[0].indicator
    printed = dict.fromkeys(line.printed_name for line in lines)
    names = (indicator.name, *printed, *(alias.name for alias in indicator.aliases.all()))
    in_text = dict.fromkeys(line.printed_name for line in lines if line.where == TargetLine.Where.TEXT)
    return Goal(indicator.pk, names, tuple(in_text))
