"""总览: what a leader reads in ten seconds, from stored results alone (design: product, page 1; look)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, NamedTuple

from django.utils.translation import gettext as _

from indicators.display import line_display, line_places, line_unit, shown_value
from indicators.models import Attainment, Indicator, ReportingDuty, TargetLine
from indicators.models.attainment import LIGHTS as RESULT_LIGHTS
from indicators.models.attainment import Light, Status
from indicators.permissions import visible_in_plan
from indicators.rules.outlook import falls_short
from indicators.selectors.conclusion import LIGHTS, WORST_FIRST, Conclusion, S, conclusion, worst_first
from indicators.selectors.plan_tasks import UnitTasks, unit_tasks
from indicators.selectors.results import results_at
from ipdash.core.display import MISSING, unit_after
from ipdash.core.numbers import from_scaled
from ipdash.core.periods import Quarter, quarters_between
from ipdash.core.written import Written, ask
from plans.models import Plan, PlanTask, Region, Unit
from plans.scope import Scope

SPARK_QUARTERS = 8
_TABLES = {"result": Attainment._meta.db_table}


class Past(NamedTuple):
    """What the overview needs of an earlier quarter."""

    actual: Decimal | None
    status: str
    light: str
    year_gap: Decimal | None = None


@dataclass(frozen=True)
class OverviewLine:
    """One target line at the asked quarter. `now` is None where nothing has been computed yet.

    `before` is a quarter ago, `history` the actuals of the quarters leading up to this one. `owner` answers for it: the unit that leads it in the plan, else the one that reports its figures.
    """

    line: TargetLine
    now: Attainment | None
    before: Past | None
    history: tuple[Decimal | None, ...]
    display: dict[str, str]
    owner: Unit | None = None

    # The numbers that are drawn, in the unit in which the line is shown.
    @property
    def actual(self) -> Decimal | None:
        return shown_value(self.line, self.now.actual) if self.now else None

    @property
    def expected(self) -> Decimal | None:
        return shown_value(self.line, self.now.expected) if self.now else None

    @property
    def target(self) -> Decimal | None:
        return shown_value(self.line, self.now.target) if self.now else None

    @property
    def target_upper(self) -> Decimal | None:
        return shown_value(self.line, self.now.target_upper) if self.now else None

    @property
    def previous(self) -> Decimal | None:
        """A of the quarter before; a year's running total starts anew in January."""
        anew = self.line.basis == TargetLine.Basis.YEAR and self.now is not None and self.now.quarter == 1
        return shown_value(self.line, self.before.actual) if self.before and not anew else None

    @property
    def lower_is_better(self) -> bool:
        return self.line.indicator.direction == Indicator.Direction.DOWN

    @property
    def places(self) -> int:
        return line_places(self.line)

    @property
    def change_unit(self) -> str:
        """The unit behind a change; a change of percents names its own."""
        unit = line_unit(self.line)
        return "" if unit == "%" else unit

    @property
    def trend(self) -> list[Decimal | None]:
        """A of the quarters leading up to this one, None where there is none."""
        return [shown_value(self.line, value) for value in self.history]

    @property
    def status(self) -> str:
        return self.now.status if self.now else Status.NOT_DUE

    @property
    def light(self) -> str:
        return self.now.light if self.now else Light.NONE

    @property
    def status_before(self) -> str:
        return self.before.status if self.before else ""

    @property
    def light_before(self) -> str:
        return self.before.light if self.before else Light.NONE

    @property
    def name(self) -> str:
        return self.line.printed_name

    @property
    def owner_name(self) -> str:
        return self.owner.name if self.owner else ""

    @property
    def told(self) -> str:
        """Its numbers in words."""
        return told(self.display)

    @property
    def year_gap(self) -> Decimal | None:
        return self.now.year_gap if self.now else None

    @property
    def gap_before(self) -> Decimal | None:
        """`year_gap` a quarter ago; in January another target is asked for, and the two cannot be compared."""
        return self.before.year_gap if self.before and self.now and self.now.quarter > 1 else None

    @property
    def misses(self) -> bool | None:
        """Whether the year is expected to end without its target; None without a forecast, or once the year has ended."""
        row = self.now
        if row is None or row.forecast is None or row.target is None or row.quarter == 4:
            return None
        return falls_short(row.forecast, row.target, row.target_upper, row.target_comparator)

    @property
    def changed(self) -> bool:
        """Whether the light is another than a quarter ago; a first light is no change."""
        return self.now is not None and self.before is not None and self.now.light != self.before.light


@dataclass(frozen=True)
class Overview(Generic[S]):
    """A plan in a region at the end of a quarter.

    `changes` are lines whose light differs from a quarter ago, worst first; those without an approved figure stand in
    `unreported` instead. `stale` counts lines that wait for recomputation.
    """

    plan: Plan
    region: Region
    quarter: Quarter
    lines: list[S]
    lights: dict[str, int]
    lights_before: dict[str, int]
    statuses: dict[str, int]
    conclusion: Conclusion
    changes: list[S]
    unreported: list[S]
    tasks: list[UnitTasks]
    computed_at: datetime | None
    rules_version: str
    stale: int = 0
    task_total: int = 0

    @property
    def sentence(self) -> str:
        """The conclusion in one paragraph."""
        return self.conclusion.text

    @property
    def as_of(self) -> date:
        """The day the results stand for: the quarter's last."""
        return self.quarter.last_day


def told(display: Mapping[str, str]) -> str:
    """A result's numbers in running text: 实际36人，年度目标40人，完成率90.0%，较序时进度−40.0个百分点.

    The gap is said because the worst line is the one furthest off its path, which need not have the lowest completion.
    """
    unit = unit_after(display["unit"])
    words = [
        _("%(name)s%(value)s") % {"name": name, "value": value + behind}
        for name, value, behind in (
            (_("实际"), display["actual"], unit),
            (_("年度目标"), display["target"], unit),
            (_("完成率"), display["completion"], ""),
            (_("较序时进度"), display["year_gap"], ""),
        )
        if value != MISSING
    ]
    return _("，").join(words)


def overview(scope: Scope, plan: Plan, region: Region, quarter: Quarter) -> Overview[OverviewLine]:
    """The overview of a plan the person may see; queries do not grow with the number of lines."""
    lines = read_lines(scope, plan, region, quarter)
    return put_together(
        plan,
        region,
        quarter,
        lines,
        computed_at=max((line.now.computed_at for line in lines if line.now), default=None),
        rules_version=next((line.now.rules_version for line in lines if line.now), ""),
        stale=sum(1 for line in lines if line.line.input_version != line.line.computed_version),
    )


def put_together(
    plan: Plan,
    region: Region,
    quarter: Quarter,
    lines: list[S],
    *,
    computed_at: datetime | None,
    rules_version: str,
    stale: int,
) -> Overview[S]:
    """An overview of lines that have been read, in the plan's order."""
    lights = Counter(line.light for line in lines)
    lights_before = Counter(line.light_before for line in lines)
    statuses = Counter(line.status for line in lines)
    return Overview(
        plan=plan,
        region=region,
        quarter=quarter,
        lines=lines,
        lights={light: lights.get(light, 0) for light in LIGHTS},
        lights_before={light: lights_before.get(light, 0) for light in LIGHTS},
        statuses={status: statuses[status] for status in WORST_FIRST if statuses[status]},
        conclusion=conclusion(quarter, lines),
        changes=worst_first([line for line in lines if line.changed and line.status != Status.MISSING]),
        unreported=[line for line in lines if line.status == Status.MISSING],
        tasks=unit_tasks(plan),
        computed_at=computed_at,
        rules_version=rules_version,
        stale=stale,
        task_total=PlanTask.objects.filter(plan=plan).count(),
    )


_LINES: Written[TargetLine] = Written(
    lambda: TargetLine.objects.filter(pk__in=[0]).select_related("indicator", "lead_unit").order_by("position", "pk")
)
_PAST = """
    SELECT line_id, year, quarter, actual, status, light, year_gap FROM {result} WHERE line_id IN (%l) AND year BETWEEN %s AND %s
""".format(**_TABLES)  # noqa: S608 - names of our own tables
_DUTIES: Written[ReportingDuty] = Written(
    lambda: (
        ReportingDuty.objects.in_force_on(date.min)
        .filter(indicator__in=[0])
        .filter(region__in=[0])
        .select_related("unit")
        .order_by()
    )
)
_STATUSES = Status.values


def read_lines(scope: Scope, plan: Plan, region: Region, quarter: Quarter) -> list[OverviewLine]:
    """The plan's lines in this region with their results now, a quarter before, and the quarters leading up to it.

    `plan` is one that the person reads.
    """
    visible = TargetLine.objects.filter(visible_in_plan(scope, plan), region=region)
    return some_lines(list(visible.values_list("pk", flat=True)), plan, region, quarter)


def some_lines(line_ids: list[int], plan: Plan, region: Region, quarter: Quarter) -> list[OverviewLine]:
    """The same for lines of this plan and region that the person sees, by their ids."""
    lines = _LINES(line_ids)
    for line in lines:
        line.plan, line.region = plan, region
    return _lines_at(lines, quarter)


def _lines_at(lines: Sequence[TargetLine], quarter: Quarter) -> list[OverviewLine]:
    """These lines at a quarter, in three queries."""
    span = list(quarters_between(quarter - (SPARK_QUARTERS - 1), quarter))
    line_ids = [line.pk for line in lines]
    now = results_at(line_ids, quarter)
    past = {
        (line, Quarter(year, number)): Past(
            None if actual is None else from_scaled(actual),
            _STATUSES[status],
            RESULT_LIGHTS[light],
            None if gap is None else from_scaled(gap),
        )
        for line, year, number, actual, status, light, gap in ask(_PAST, (line_ids, span[0].year, quarter.year))
    }
    owners = reporting_units([line for line in lines if line.lead_unit_id is None], quarter)
    return [
        OverviewLine(
            line,
            now.get(line.pk),
            past.get((line.pk, quarter - 1)),
            tuple(then.actual if (then := past.get((line.pk, each))) else None for each in span),
            line_display(line, now.get(line.pk)),
            line.lead_unit or owners.get(line.pk),
        )
        for line in lines
    ]


def reporting_units(lines: Sequence[TargetLine], quarter: Quarter) -> dict[int, Unit]:
    """By line id the unit that reports its figures, for a ratio its numerator's."""
    wanted = {line.pk: (line.indicator.numerator_id or line.indicator_id, line.region_id) for line in lines}
    if not wanted:
        return {}
    day = str(quarter.last_day)
    duties = _DUTIES(
        day, day, sorted({pair[0] for pair in wanted.values()}), sorted({line.region_id for line in lines})
    )
    units = {(duty.indicator_id, duty.region_id): duty.unit for duty in duties}
    return {pk: units[pair] for pk, pair in wanted.items() if pair in units}
