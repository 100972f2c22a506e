"""我的工作: what was sent back, what is to be reported, whose tasks wait, what is to be reviewed; nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q

from indicators.models import Figure, Indicator, ReportingDuty, ReportingPeriod, Urge
from indicators.permissions import REVIEWING, duty_day, visible_periods
from indicators.selectors.periods import governing_period, read_periods
from ipdash.core.periods import Quarter
from plans.models import Assignment, CollectiveMember, Milestone, Plan, PlanTask, Role, TaskReport, Unit
from plans.querysets import code_within
from plans.scope import Scope
from plans.selectors.task_reports import (
    TaskQuarter,
    closings_waiting_for,
    sent_back_to,
    task_quarters,
    waiting_for,
)
from plans.windows import Windows, windows_of

# Who answers for a task; cooperating units find theirs in the list of tasks.
ANSWERING = (Assignment.Role.LEAD, Assignment.Role.RESPONSIBLE, Assignment.Role.EXECUTING, Assignment.Role.OFFICE)
TASKS_SHOWN = 30
RETURNED_SHOWN = 100


@dataclass(frozen=True)
class Returned:
    """A figure that was sent back, and the unit on whose form it stands."""

    figure: Figure
    unit_id: int

    @property
    def key(self) -> str:
        """The row of the entry form."""
        return f"{self.figure.region.code}-{self.figure.indicator.code}"


@dataclass
class ToReport:
    """What a unit has to report for a quarter: `reported` of `total` are handed in; `drafts` and `returned` are not."""

    unit: Unit
    period: ReportingPeriod
    days_left: int
    total: int = 0
    reported: int = 0
    drafts: int = 0
    returned: int = 0

    @property
    def quarter(self) -> Quarter:
        return self.period.as_quarter

    @property
    def unfilled(self) -> int:
        return self.total - self.reported - self.drafts - self.returned

    @property
    def is_done(self) -> bool:
        return self.reported == self.total


@dataclass(frozen=True)
class MyTask:
    """A task of one of my units: in which role, and which of its milestones are due by the end of this quarter."""

    task: PlanTask
    unit: Unit
    role: Assignment.Role
    due: list[Milestone] = field(default_factory=list)
    said: TaskQuarter | None = None


@dataclass(frozen=True)
class ReportsDue:
    """Reports on one's tasks for a quarter: `reported` of `total` are handed in, due on a day."""

    quarter: Quarter
    total: int
    reported: int
    due: date
    days_left: int


@dataclass(frozen=True)
class ToReview:
    """What waits for my review in a quarter."""

    quarter: Quarter
    count: int
    own: int


@dataclass(frozen=True)
class OpenTasks:
    """The open tasks that one's units answer for, and what is read of them once: their number, the quarter's windows."""

    units: frozenset[int]
    held: Any
    tasks: Any
    total: int
    quarter: Quarter
    # Of the plans that the quarter just ended lies in, by the region's code.
    of_quarter: dict[str, int]
    windows: Windows


@dataclass(frozen=True)
class MyWork:
    """Everything that is mine to do on a day."""

    returned: list[Returned]
    to_report: list[ToReport]
    tasks: list[MyTask]
    task_total: int
    to_review: list[ToReview]
    urges: list[Urge] = field(default_factory=list)
    reports_back: list[TaskReport] = field(default_factory=list)
    reports_due: list[ReportsDue] = field(default_factory=list)
    to_check: int = 0

    @property
    def is_empty(self) -> bool:
        mine = self.returned or self.to_report or self.tasks or self.to_review
        return not (mine or self.reports_back or self.to_check)

    @property
    def has_due(self) -> bool:
        return any(item.due for item in self.tasks)


def my_work(scope: Scope, today: date) -> MyWork:
    """The person's work; queries do not grow with it."""
    mine = _open_tasks(scope.unit_ids(Role.REPORTER, Role.DEPARTMENT), Quarter.last_ended(today))
    tasks = my_tasks(mine, today) if mine else []
    return MyWork(
        sent_back(scope), to_report(scope, today), tasks, mine.total if mine else 0, to_review(scope),
        recent_urges(scope, today), list(sent_back_to(scope)[:RETURNED_SHOWN]),
        reports_due(mine, today) if mine else [],
        waiting_for(scope).count() + closings_waiting_for(scope).count(),
    )  # fmt: skip


def figures_to_do(scope: Scope, today: date) -> MyWork:
    """The person's work without the tasks, which the day's reminder does not name."""
    return MyWork(sent_back(scope), to_report(scope, today), [], 0, to_review(scope))


def recent_urges(scope: Scope, today: date) -> list[Urge]:
    """What one's own units were urged to, as long as the quarter is open, latest first."""
    units = scope.unit_ids(Role.REPORTER)
    if not units:
        return []
    return list(
        Urge.objects.filter(unit__in=units, day__lte=today, period__locks__gte=today).select_related(
            "period", "unit", "by"
        )
    )


def sent_back(scope: Scope) -> list[Returned]:
    """Returned figures of one's own units, and those one entered for others; latest quarter first."""
    duties = _my_duties(scope)
    in_force = duties.filter(indicator=OuterRef("indicator"), region=OuterRef("region"))
    found = (
        Figure.objects.visible_to(scope)
        .filter(state=Figure.State.RETURNED)
        .filter(Q(entered_by=scope.user_id) | Exists(in_force.filter(unit__in=scope.unit_ids(Role.REPORTER))))
        .select_related("indicator", "region")
        .order_by("-year", "-quarter", "indicator__code")[:RETURNED_SHOWN]
    )
    figures = list(found)
    holders = _holders(duties, figures)
    keyed = [(figure, holders.get((figure.indicator_id, figure.region_id))) for figure in figures]
    return [Returned(figure, unit) for figure, unit in keyed if unit is not None]


def _holders(duties: Any, figures: list[Figure]) -> dict[tuple[int, int], int]:
    """Whose duty these figures are, by indicator and region; the latest duty counts."""
    rows = (
        duties.filter(
            indicator__in={figure.indicator_id for figure in figures},
            region__in={figure.region_id for figure in figures},
        )
        .order_by("valid_from")
        .values_list("indicator_id", "region_id", "unit_id")
    )
    return {(indicator, region): unit for indicator, region, unit in rows}


def _my_duties(scope: Scope) -> Any:
    """Duties of one's own units, and for bureau staff those of their regions."""
    return ReportingDuty.objects.filter(
        Q(unit__in=scope.unit_ids(Role.REPORTER)) | code_within("region__code", scope.prefixes(Role.STAFF))
    )


def to_report(scope: Scope, today: date) -> list[ToReport]:
    """By quarter and unit what is still due, most urgent first; bureau staff see every unit that has not reported."""
    if not scope.has(Role.REPORTER, Role.STAFF):
        return []
    running = ReportingPeriod.objects.filter(visible_periods(scope), opens__lte=today, locks__gte=today)
    found = [
        item
        for quarter in sorted({period.as_quarter for period in running})
        for item in _due_in(scope, quarter, today)
        if not item.is_done or item.unit.pk in scope.unit_ids(Role.REPORTER)
    ]
    return sorted(found, key=lambda item: (item.is_done, item.days_left, item.quarter, item.unit.name))


def _due_in(scope: Scope, quarter: Quarter, today: date) -> list[ToReport]:
    duties = _my_duties(scope).in_force_on(duty_day(quarter)).exclude(indicator__quantity=Indicator.Quantity.RATIO)
    if quarter.quarter != 4:
        duties = duties.exclude(indicator__frequency=Indicator.Frequency.ANNUAL)
    wanted = list(duties.values_list("unit_id", "indicator_id", "region_id", "region__code"))
    periods = read_periods({code for *_ids, code in wanted}, {quarter})
    states = _states(duties, quarter)
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=duties.values("unit")).select_related("region")}
    found: dict[tuple[int, int], ToReport] = {}
    for unit, indicator, region, code in wanted:
        period = governing_period(periods, code, quarter)
        if period is None or not period.opens <= today <= period.locks:
            continue
        item = found.setdefault((unit, period.pk), ToReport(units[unit], period, (period.due - today).days))
        _count(item, states.get((indicator, region), ""))
    return list(found.values())


def _count(item: ToReport, state: str) -> None:
    item.total += 1
    item.reported += state in {Figure.State.SUBMITTED, Figure.State.APPROVED}
    item.drafts += state == Figure.State.DRAFT
    item.returned += state == Figure.State.RETURNED


def _states(duties: Any, quarter: Quarter) -> dict[tuple[int, int], str]:
    """The states of this quarter's figures of these duties; a draft without a value is none."""
    figures = (
        Figure.objects.at(quarter)
        .filter(value__isnull=False, region__in=duties.values("region"), indicator__in=duties.values("indicator"))
        .values_list("indicator_id", "region_id", "state")
    )
    return {(indicator, region): state for indicator, region, state in figures}


def my_tasks(mine: OpenTasks, today: date) -> list[MyTask]:
    """Tasks in force that one's units answer for and that are not done: those with something due first."""
    held = mine.held
    due = Milestone.objects.filter(task=OuterRef("pk"), reached_on=None, due_on__lte=Quarter.containing(today).last_day)
    tasks = list(
        mine.tasks.with_state(today)
        .annotate(has_due=Exists(due), led=Exists(held.filter(task=OuterRef("pk"), role=Assignment.Role.LEAD)))
        .select_related("plan__region")
        .prefetch_related("milestones", Prefetch("assignments", held.select_related("unit"), to_attr="mine"))
        .order_by("-has_due", "-led", "plan", "position")[:TASKS_SHOWN]
    )
    said = task_quarters(tasks, mine.units, mine.windows, today)
    return [_my_task(task, said.get(task.pk), today) for task in tasks]


def _open_tasks(units: frozenset[int], quarter: Quarter) -> OpenTasks | None:
    """Tasks of plans in force, not done, that these units or collectives of them answer for, counted; None for no units."""
    if not units:
        return None
    answering = units | set(CollectiveMember.objects.filter(member__in=units).values_list("collective", flat=True))
    held = Assignment.objects.filter(role__in=ANSWERING, unit__in=answering)
    tasks = PlanTask.objects.filter(pk__in=held.values("task"), plan__state=Plan.State.ACTIVE).exclude(
        status=PlanTask.Status.DONE
    )
    in_plan = Q(plan__start_year__lte=quarter.year, plan__end_year__gte=quarter.year)
    counted = list(
        tasks.order_by()
        .values("plan__region__code")
        .annotate(total=Count("pk"), of_quarter=Count("pk", filter=in_plan))
        .values_list("plan__region__code", "total", "of_quarter")
    )
    return OpenTasks(
        units, held, tasks, sum(total for _code, total, _of_quarter in counted), quarter,
        {code: of_quarter for code, _total, of_quarter in counted if of_quarter},
        windows_of([code for code, *_counts in counted], {quarter}),
    )  # fmt: skip


def _my_task(task: PlanTask, said: TaskQuarter | None, today: date) -> MyTask:
    order = list(ANSWERING)
    first = min(task.mine, key=lambda assignment: order.index(assignment.role))  # type: ignore[attr-defined]  # prefetched
    end = Quarter.containing(today).last_day
    due = [m for m in task.milestones.all() if m.due_on and not m.reached_on and m.due_on <= end]
    return MyTask(task, first.unit, Assignment.Role(first.role), due, said)


def reports_due(mine: OpenTasks, today: date) -> list[ReportsDue]:
    """Of the quarter just ended: on how many of one's open tasks one's units have reported; while it may be reported."""
    quarter = mine.quarter
    counted = mine.tasks.filter(plan__start_year__lte=quarter.year, plan__end_year__gte=quarter.year)
    said = TaskReport.objects.at(quarter.year, quarter.quarter).filter(unit__in=mine.units, task__in=counted)
    done = dict(
        said.filter(state__in=[TaskReport.State.SUBMITTED, TaskReport.State.ACCEPTED])
        .order_by()
        .values_list("task__plan__region__code")
        .annotate(total=Count("task", distinct=True))
        .values_list("task__plan__region__code", "total")
    )
    found = []
    for code, total in sorted(mine.of_quarter.items()):
        window = mine.windows.get((code, quarter))
        if window is not None and today <= window.locks:
            found.append(ReportsDue(quarter, total, done.get(code, 0), window.due, (window.due - today).days))
    return found


def to_review(scope: Scope) -> list[ToReview]:
    """Submitted figures of the regions one reviews, by quarter; those one entered, or approved as the first of two, are for others."""
    prefixes = scope.prefixes(*REVIEWING)
    if not prefixes:
        return []
    rows = (
        Figure.objects.filter(code_within("region__code", prefixes), state=Figure.State.SUBMITTED)
        .order_by("year", "quarter")
        .values("year", "quarter")
        .annotate(
            count=Count("pk"), own=Count("pk", filter=Q(entered_by=scope.user_id) | Q(first_approved_by=scope.user_id))
        )
    )
    return [ToReview(Quarter(row["year"], row["quarter"]), row["count"] - row["own"], row["own"]) for row in rows]
