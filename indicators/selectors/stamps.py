"""Versions of what a page shows: two short queries that tell whether it would look the same as before.

Every writing service raises a version (`version` of what it changes, `input_version` of the lines whose results follow
from it), and a recomputation sets `computed_version` and the rows' `computed_at`: equal stamps mean equal pages.
"""

from __future__ import annotations

from typing import Any

from indicators.models import Attainment, Indicator, ReportingDuty, ReportingPeriod, TargetLine
from ipdash.core.periods import Quarter
from ipdash.core.written import ask
from plans.models import Assignment, Plan, PlanTask, Region, Unit

Stamp = tuple[Any, ...]

# Written out, because to build such a query takes longer than to ask it.
_TABLES = {
    "line": TargetLine._meta.db_table,
    "indicator": Indicator._meta.db_table,
    "unit": Unit._meta.db_table,
    "result": Attainment._meta.db_table,
    "task": PlanTask._meta.db_table,
    "assignment": Assignment._meta.db_table,
    "duty": ReportingDuty._meta.db_table,
    "region": Region._meta.db_table,
    "period": ReportingPeriod._meta.db_table,
}  # fmt: skip
_LINES = """
    SELECT line.id, line.version, line.input_version, line.computed_version, indicator.version,
           COALESCE(unit.version, 0),
           (SELECT COUNT(*) || ' ' || MAX(computed_at) FROM {result} WHERE line_id = line.id AND year BETWEEN %s AND %s)
    FROM {line} line
    JOIN {indicator} indicator ON indicator.id = line.indicator_id
    LEFT JOIN {unit} unit ON unit.id = line.lead_unit_id
    WHERE line.plan_id = %s AND line.region_id = %s
    ORDER BY line.position, line.id
""".format(**_TABLES)  # noqa: S608 - names of our own tables
# A unit by its number and not joined: who joins dozens of duties to thousands of units reads all of the units.
_AROUND = """
    SELECT
        (SELECT COALESCE(SUM((SELECT version FROM {unit} WHERE id = duty.unit_id)), 0) FROM {duty} duty
         WHERE duty.region_id = %s),
        (SELECT COUNT(*) FROM {task} WHERE plan_id = %s),
        (SELECT COALESCE(SUM(version), 0) FROM {task} WHERE plan_id = %s),
        (SELECT COALESCE(SUM((SELECT version FROM {unit} WHERE id = assignment.unit_id)), 0)
         FROM {task} task JOIN {assignment} assignment ON assignment.task_id = task.id WHERE task.plan_id = %s),
        (SELECT COALESCE(SUM(version), 0) FROM {period} WHERE year = %s AND quarter = %s)
""".format(**_TABLES)  # noqa: S608 - names of our own tables
_REGIONS = """
    SELECT code, name FROM (
        SELECT id, code, name FROM {region} WHERE parent_id IN (%s, %s)
        UNION SELECT id, code, name FROM {region} WHERE code IN (%s, %s, %s)
    ) region
    WHERE EXISTS (SELECT 1 FROM {line} line WHERE line.plan_id = %s AND line.region_id = region.id)
    ORDER BY code
""".format(**_TABLES)  # noqa: S608 - names of our own tables
_FAMILY = """
    SELECT COUNT(*), MAX(line.id), SUM(line.version), SUM(line.input_version), SUM(line.computed_version),
           COUNT(result.line_id), MAX(result.computed_at),
           (SELECT COUNT(*) FROM {result} WHERE line_id = %s),
           (SELECT MAX(computed_at) FROM {result} WHERE line_id = %s),
           (SELECT SUM(version) FROM {indicator} WHERE id IN (%s, %s, %s))
    FROM {line} line
    LEFT JOIN {result} result ON result.line_id = line.id AND result.year = %s AND result.quarter = %s
    WHERE line.plan_id = %s AND line.indicator_id = %s AND line.basis = %s
      AND line.region_id IN (
        SELECT id FROM {region} WHERE id IN (%s, %s) UNION ALL SELECT id FROM {region} WHERE parent_id IN (%s, %s)
      )
""".format(**_TABLES)  # noqa: S608 - names of our own tables
NO_ROW = 0


def line_stamps(plan: Plan, region: Region, first_year: int, last_year: int) -> dict[int, Stamp]:
    """By line id, in the plan's order, what tells a change of the line's row over the years shown."""
    return {pk: tuple(stamp) for pk, *stamp in ask(_LINES, (first_year, last_year, plan.pk, region.pk))}


def is_stale(stamp: Stamp) -> bool:
    """Whether a line waits for recomputation."""
    return bool(stamp[1] != stamp[2])


def page_stamp(plan: Plan, region: Region, quarter: Quarter) -> Stamp:
    """What tells a change of the rest of an overview: the plan, its tasks, the names of units, the quarter's periods."""
    (around,) = ask(_AROUND, (region.pk, plan.pk, plan.pk, plan.pk, quarter.year, quarter.quarter))
    return plan.version, plan.state, region.name, *around


def regions_to_choose(plan: Plan, region: Region) -> list[tuple[str, str]]:
    """Code and name of regions with targets in the plan: what lies above this one, beside it and below it."""
    code = region.code
    above = (code[:2] + "0000", code[:4] + "00", plan.region.code)
    return [
        (found, name)
        for found, name in ask(_REGIONS, (region.pk, region.parent_id or NO_ROW, *above, plan.pk))
        if plan.region.contains(found)
    ]


def line_stamp(line: TargetLine, quarter: Quarter) -> Stamp:
    """What tells a change of an indicator's page for readers from outside: the line, its results, its relatives and theirs."""
    indicator, region = line.indicator, line.region
    parts = (indicator.pk, indicator.numerator_id or NO_ROW, indicator.denominator_id or NO_ROW)
    above = region.parent_id or NO_ROW
    family = (line.plan_id, indicator.pk, line.basis, region.pk, above, region.pk, above)
    (found,) = ask(_FAMILY, (line.pk, line.pk, *parts, quarter.year, quarter.quarter, *family))
    own = (line.version, line.input_version, line.computed_version)
    return line.plan.version, line.plan.state, region.name, *own, *found
