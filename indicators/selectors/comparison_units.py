"""Who answers for what: units × tasks and units × indicators of a plan."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from indicators.models import Attainment, ReportingDuty, TargetLine
from indicators.models.attainment import Light
from indicators.permissions import visible_lines_of
from indicators.selectors.comparison import counted_words, light_counts, status_counts
from ipdash.core.marks.matrix import LetterCell
from ipdash.core.periods import Quarter
from plans.models import Assignment, Milestone, Plan, PlanTask, Region, Unit
from plans.scope import Scope

Role = Assignment.Role
LEADS, REPORTS = "leads", "reports"


def role_letters() -> dict[str, tuple[str, str]]:
    """By role its letter in the table and its name, in the order in which a cell has them."""
    # Looked up in the reader's language at the time of showing.
    letters = {
        Role.LEAD: _("牵"), Role.RESPONSIBLE: _("责"), Role.EXECUTING: _("执"), Role.COOPERATING: _("配"),
        Role.OFFICE: _("室"),
    }  # fmt: skip
    return {str(role): (letter, str(role.label)) for role, letter in letters.items()}


def duty_letters() -> dict[str, tuple[str, str]]:
    """What a unit has to do with an indicator."""
    return {LEADS: (_("牵"), _("牵头单位")), REPORTS: (_("报"), _("填报单位"))}


@dataclass(frozen=True)
class TaskRow:
    """A task with its units' roles, by unit id; `late` names the milestones that have passed while it is not done."""

    task: PlanTask
    roles: Mapping[int, tuple[str, ...]]
    late: tuple[Milestone, ...] = ()


@dataclass(frozen=True)
class IndicatorRow:
    """A line with its units' parts in it, by unit id."""

    line: TargetLine
    now: Attainment | None
    roles: Mapping[int, tuple[str, ...]]

    @property
    def status(self) -> str:
        return self.now.status if self.now else ""


@dataclass(frozen=True)
class UnitColumn:
    """A unit with what it answers for: how many, and of these how many done and late, or how the lights stand.

    Its lights are those of the indicators it leads, or reports where nobody leads.
    """

    unit: Unit
    total: int
    done: int = 0
    late: int = 0
    lights: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class UnitTasks:
    """Units × tasks."""

    rows: list[TaskRow]
    columns: list[UnitColumn]
    unassigned: int
    sentence: str


@dataclass(frozen=True)
class UnitIndicators:
    """Units × indicators at the end of a quarter."""

    rows: list[IndicatorRow]
    columns: list[UnitColumn]
    unassigned: int
    sentence: str


def unit_tasks(plan: Plan, today: date) -> UnitTasks:
    """The plan's tasks by the units that answer for them; four queries. What has ended reminds nobody."""
    tasks = list(PlanTask.objects.filter(plan=plan).defer("text", "source_text", "objective"))
    late = _late(plan, today)
    # Hundreds of tasks have thousands of assignments: read as plain rows, in the order of the roles.
    held: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for task, unit, role in Assignment.objects.filter(task__plan=plan).values_list("task", "unit", "role"):
        held[task][unit].add(role)
    units = Unit.objects.select_related("region").in_bulk({unit for found in held.values() for unit in found})
    rows = [
        TaskRow(
            task,
            {unit: tuple(role for role in Role.values if role in given) for unit, given in held[task.pk].items()},
            tuple(late.get(task.pk, ())) if task.status != PlanTask.Status.DONE else (),
        )
        for task in tasks
    ]
    columns = [_task_column(unit, rows) for unit in _in_order(units.values())]
    unassigned = sum(not row.roles for row in rows)
    return UnitTasks(rows, columns, unassigned, _task_sentence(rows, len(units), unassigned))


def _late(plan: Plan, today: date) -> dict[int, list[Milestone]]:
    """By task id the milestones that have passed and that nobody has said to be reached."""
    found: dict[int, list[Milestone]] = defaultdict(list)
    if plan.state == Plan.State.ACTIVE:
        for milestone in Milestone.objects.overdue(today).filter(task__plan=plan):
            found[milestone.task_id].append(milestone)
    return found


def _task_column(unit: Unit, rows: Sequence[TaskRow]) -> UnitColumn:
    mine = [row for row in rows if unit.pk in row.roles]
    done = sum(row.task.status == PlanTask.Status.DONE for row in mine)
    return UnitColumn(unit, len(mine), done, sum(bool(row.late) for row in mine))


def _task_sentence(rows: Sequence[TaskRow], units: int, unassigned: int) -> str:
    if not rows:
        return _("本规划没有任务。")
    statuses = Counter(row.task.status for row in rows)
    counts = _("，").join(
        _("%(n)d项%(status)s") % {"n": statuses[status], "status": str(status.label)}
        for status in PlanTask.Status
        if statuses[status]
    )
    words = _("%(tasks)d项任务由%(units)d个单位承担：%(counts)s") % {
        "tasks": len(rows), "units": units, "counts": counts,
    }  # fmt: skip
    late = sum(bool(row.late) for row in rows)
    words += _("，%(n)d项已过进度安排的时限") % {"n": late} if late else ""
    words += _("，%(n)d项没有写明单位") % {"n": unassigned} if unassigned else ""
    return words + _("。")


def unit_indicators(scope: Scope, plan: Plan, region: Region, quarter: Quarter) -> UnitIndicators:
    """The plan's indicators in a region by the units that lead and report them; three queries."""
    lines = list(
        TargetLine.objects.filter(visible_lines_of(scope, plan), region=region)
        .select_related("indicator", "lead_unit__region", "region")
        .order_by("position", "pk")
    )
    results = {row.line_id: row for row in Attainment.objects.at(quarter).filter(line__in=lines)}
    units = {line.lead_unit.pk: line.lead_unit for line in lines if line.lead_unit}
    reporting = _reporting(lines, region, quarter)
    units |= {unit.pk: unit for found in reporting.values() for unit in found}
    rows = []
    for line in lines:
        line.plan = plan
        roles: dict[int, tuple[str, ...]] = {line.lead_unit_id: (LEADS,)} if line.lead_unit_id else {}
        for unit in reporting.get(line.pk, ()):
            roles[unit.pk] = (*roles.get(unit.pk, ()), REPORTS)
        rows.append(IndicatorRow(line, results.get(line.pk), roles))
    columns = [_indicator_column(unit, rows) for unit in _in_order(units.values())]
    unassigned = sum(not row.roles for row in rows)
    return UnitIndicators(rows, columns, unassigned, _indicator_sentence(quarter, rows, len(units), unassigned))


def _reporting(lines: Sequence[TargetLine], region: Region, quarter: Quarter) -> dict[int, list[Unit]]:
    """By line id the units that report its figures on the quarter's last day: of a ratio, those of both its parts."""
    parts = {
        line.pk: [
            part for part in (line.indicator.numerator_id, line.indicator.denominator_id) if part is not None
        ] or [line.indicator_id]
        for line in lines
    }  # fmt: skip
    duties = (
        ReportingDuty.objects.in_force_on(quarter.last_day)
        .filter(region=region, indicator__in={part for found in parts.values() for part in found})
        .select_related("unit__region")
    )
    units = {duty.indicator_id: duty.unit for duty in duties}
    return {
        pk: list({units[part].pk: units[part] for part in found if part in units}.values())
        for pk, found in parts.items()
    }


def _indicator_column(unit: Unit, rows: Sequence[IndicatorRow]) -> UnitColumn:
    mine = [row for row in rows if unit.pk in row.roles]
    answering = [
        row for row in mine if LEADS in row.roles[unit.pk] or not any(LEADS in roles for roles in row.roles.values())
    ]
    lights = light_counts(row.now.light if row.now else Light.NONE for row in answering)
    return UnitColumn(unit, len(mine), lights=lights)


def _indicator_sentence(quarter: Quarter, rows: Sequence[IndicatorRow], units: int, unassigned: int) -> str:
    if not rows:
        return _("本规划在该区划没有目标指标。")
    words = _("截至%(quarter)s末，%(lines)d项指标由%(units)d个单位负责：%(counts)s") % {
        "quarter": quarter.label,
        "lines": len(rows),
        "units": units,
        "counts": counted_words(status_counts(row.status for row in rows)),
    }
    words += _("，%(n)d项没有牵头单位和填报单位") % {"n": unassigned} if unassigned else ""
    return words + _("。")


def _in_order(units: Iterable[Unit]) -> list[Unit]:
    return sorted(units, key=lambda unit: (unit.region.code, unit.name))


def letters(
    columns: Sequence[UnitColumn], roles: Mapping[int, tuple[str, ...]], known: Mapping[str, tuple[str, str]]
) -> list[LetterCell | None]:
    """A row's cells in the order of the columns: the letters of each unit's roles with their words."""
    found: list[LetterCell | None] = []
    for column in columns:
        given = roles.get(column.unit.pk)
        if not given:
            found.append(None)
            continue
        words = _("、").join(known[role][1] for role in given)
        text = _("%(unit)s：%(roles)s") % {"unit": column.unit.name, "roles": words}
        found.append(LetterCell("".join(known[role][0] for role in given), text))
    return found
