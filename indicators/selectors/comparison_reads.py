"""What the comparison pages read, written out: to build such a query takes longer than to ask it.

Each answer says at once what is shown and whether it is still the same: equal answers mean equal pages (see `stamps`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from indicators.models import Attainment, Indicator, TargetLine
from ipdash.core.periods import Quarter
from ipdash.core.written import ask
from plans.models import Region

Rows = tuple[tuple[Any, ...], ...]

_TABLES = {
    "line": TargetLine._meta.db_table,
    "indicator": Indicator._meta.db_table,
    "result": Attainment._meta.db_table,
    "region": Region._meta.db_table,
}


def _in_order(model: type[Model], *names: str) -> tuple[str, ...]:
    """Columns in the order of the model's own, as `from_db` wants them."""
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname in names)


REGION_FIELDS = _in_order(Region, "id", "code", "name", "short_name", "level", "parent_id")
LINE_FIELDS = _in_order(TargetLine, "id", "region_id", "basis", "printed_name", "unit", "unit_factor", "indicator_id")
INDICATOR_FIELDS = _in_order(Indicator, "id", "code", "name", "unit", "decimals", "direction", "quantity")


def _columns(table: str, names: Sequence[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


_TREE = """
    SELECT {columns}, EXISTS (SELECT 1 FROM {line} line WHERE line.plan_id = %s AND line.region_id = region.id)
    FROM {region} region
    WHERE region.code >= %s AND region.code <= %s
    ORDER BY region.code
""".format(columns=_columns("region", REGION_FIELDS), **_TABLES)  # noqa: S608 - names of our own tables
_MEASURES = """
    SELECT {columns},
           found.count, indicator.version, found.numbers, found.versions, found.inputs, found.computed
    FROM (
        SELECT MIN(position) AS place, COUNT(*) AS count,
               COALESCE(MIN(CASE WHEN region_id = %s THEN id END), MIN(id)) AS named_by,
               SUM(id) AS numbers, SUM(version) AS versions, SUM(input_version) AS inputs,
               SUM(computed_version) AS computed
        FROM {line} WHERE plan_id = %s AND region_id IN (%l) GROUP BY indicator_id, basis
    ) found
    JOIN {line} line ON line.id = found.named_by
    JOIN {indicator} indicator ON indicator.id = line.indicator_id
    ORDER BY found.place, line.id
""".format(columns=f"{_columns('line', LINE_FIELDS)}, {_columns('indicator', INDICATOR_FIELDS)}", **_TABLES)  # noqa: S608 - names of our own tables
# Two questions, put together by the reader: joined, the database would look up each result by itself.
_LINES = """
    SELECT id, region_id, indicator_id, basis FROM {line} line WHERE plan_id = %s AND region_id IN (%l)
""".format(**_TABLES)  # noqa: S608 - names of our own tables
_RESULTS = """
    SELECT line_id, status, light, actual FROM {result} result
    WHERE plan_id = %s AND year = %s AND quarter = %s AND region_id IN (%l)
""".format(**_TABLES)  # noqa: S608 - names of our own tables
_PLACES = """
    SELECT line.region_id, line.id, result.rank
    FROM {line} line
    LEFT JOIN {result} result ON result.line_id = line.id AND result.year = %s AND result.quarter = %s
    WHERE line.plan_id = %s AND line.indicator_id = %s AND line.basis = %s AND line.region_id IN (%l)
""".format(**_TABLES)  # noqa: S608 - names of our own tables
_LATEST = """
    SELECT COUNT(*), MAX(computed_at) FROM {result} result
    WHERE plan_id = %s AND year = %s AND quarter = %s AND region_id IN (%l)
""".format(**_TABLES)  # noqa: S608 - names of our own tables
_LATEST_OF_MEASURE = """
    SELECT result.year, result.quarter, COUNT(*), MAX(result.computed_at), SUM(result.rank)
    FROM {line} line JOIN {result} result ON result.line_id = line.id
    WHERE line.plan_id = %s AND line.indicator_id = %s AND line.basis = %s AND line.region_id IN (%l)
      AND ((result.year = %s AND result.quarter = %s) OR (result.year = %s AND result.quarter = %s))
    GROUP BY result.year, result.quarter
    ORDER BY result.year, result.quarter
""".format(**_TABLES)  # noqa: S608 - names of our own tables


def tree_rows(plan_id: int, prefix: str) -> Rows:
    """The regions at or below a code prefix, in the order of their codes, and which have a target in the plan."""
    return tuple(ask(_TREE, (plan_id, prefix.ljust(6, "0"), prefix.ljust(6, "9"))))


def measure_rows(plan_id: int, parent_id: int, regions: Sequence[int]) -> Rows:
    """What these regions are measured by, in the document's order; the line of `parent_id` names it, else the first."""
    return tuple(ask(_MEASURES, (parent_id, plan_id, list(regions))))


def line_rows(plan_id: int, regions: Sequence[int]) -> Rows:
    """Every line of these regions: its id, region, indicator and basis."""
    return tuple(ask(_LINES, (plan_id, list(regions))))


def result_rows(plan_id: int, regions: Sequence[int], quarter: Quarter) -> Rows:
    """Of every result of these regions in a quarter the line and the stored status, light and actual."""
    return tuple(ask(_RESULTS, (plan_id, quarter.year, quarter.quarter, list(regions))))


def place_rows(plan_id: int, pair: tuple[int, str], regions: Sequence[int], quarter: Quarter) -> Rows:
    """Region and line of a measure (indicator id, basis), with the stored rank at a quarter, None where there is none."""
    return tuple(ask(_PLACES, (quarter.year, quarter.quarter, plan_id, *pair, list(regions))))


def results_stamp(plan_id: int, regions: Sequence[int], quarter: Quarter) -> Rows:
    """What tells a change of any of these regions' results in a quarter."""
    return tuple(ask(_LATEST, (plan_id, quarter.year, quarter.quarter, list(regions))))


def measure_stamp(plan_id: int, pair: tuple[int, str], regions: Sequence[int], quarter: Quarter) -> Rows:
    """What tells a change of the results in one measure, in a quarter or the one before.

    A place also changes by the result of a region that is not among these; the row's own moment then stays.
    """
    before = quarter - 1
    periods = (quarter.year, quarter.quarter, before.year, before.quarter)
    return tuple(ask(_LATEST_OF_MEASURE, (plan_id, *pair, list(regions), *periods)))
