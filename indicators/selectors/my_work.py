"""我的工作: what was sent back, what is to be reported, whose tasks wait, what is to be reviewed; nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from indicators.models import Figure, Indicator, ReportingDuty, ReportingPeriod, Urge
from indicators.permissions import REVIEWING, duty_day, visible_periods
from indicators.selectors.periods import governing_period, read_periods
from ipdash.core.periods import Quarter
from plans.models import Assignment, CollectiveMember, Milestone, Plan, PlanTask, Role, Unit
from plans.querysets import code_within
from plans.scope import Scope

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


@dataclass(frozen=True)
class ToReview:
    """What waits for my review in a quarter."""

    quarter: Quarter
    count: int
    own: int


@dataclass(frozen=True)
class MyWork:
    """Everything that is mine to do on a day."""

    returned: list[Returned]
    to_report: list[ToReport]
    tasks: list[MyTask]
    task_total: int
    to_review: list[ToReview]
    urges: list[Urge] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.returned or self.to_report or self.tasks or self.to_review)

    @property
    def has_due(self) -> bool:
        return any(item.due for item in self.tasks)


def my_work(scope: Scope, today: date) -> MyWork:
    """The person's work; queries do not grow with it."""
    tasks, total = my_tasks(scope, today)
    return MyWork(sent_back(scope), to_report(scope, today), tasks, total, to_review(scope), recent_urges(scope, today))


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


def my_tasks(scope: Scope, today: date) -> tuple[list[MyTask], int]:
    """Tasks in force that one's units answer for and that are not done: those with something due first; and how many."""
    units = scope.unit_ids(Role.REPORTER, Role.DEPARTMENT)
    if not units:
        return [], 0
    mine = units | set(CollectiveMember.objects.filter(member__in=units).values_list("collective", flat=True))
    answering = Assignment.objects.filter(task=OuterRef("pk"), role__in=ANSWERING, unit__in=mine)
    tasks = (
        PlanTask.objects.filter(Exists(answering), plan__state=Plan.State.ACTIVE)
        .exclude(status=PlanTask.Status.DONE)
        .with_parts()
        .select_related("plan__region")
        .prefetch_related("milestones__phase")
        .order_by("plan", "position")
    )
    found = [_my_task(task, mine, today) for task in tasks]
    found.sort(key=lambda item: (not item.due, item.role != Assignment.Role.LEAD))
    return found[:TASKS_SHOWN], len(found)


def _my_task(task: PlanTask, mine: set[int] | frozenset[int], today: date) -> MyTask:
    order = {role: n for n, role in enumerate(ANSWERING)}
    held = [a for a in task.assignments.all() if a.unit_id in mine and a.role in order]
    first = min(held, key=lambda assignment: order[Assignment.Role(assignment.role)])
    this_quarter = Quarter.containing(today)
    due = [m for m in task.milestones.all() if m.due_on and not m.reached_on and m.due_on <= this_quarter.last_day]
    return MyTask(task, first.unit, Assignment.Role(first.role), due)


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
