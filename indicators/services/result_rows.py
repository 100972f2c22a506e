"""Results as rows of `Attainment`, column by column: what the rules gave, what is stored, and where the two differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import BigIntegerField, BooleanField, Case, F, QuerySet, Value, When
from django.db.models.functions import Coalesce

from indicators.models import Attainment
from indicators.models.attainment import COMPARATORS, FORECAST_METHODS, LIGHTS, TARGET_SOURCES, Status
from indicators.rules import columns as c
from indicators.services.transfer import Array, Column, append, read
from ipdash.core.fields import ExactDecimalField
from ipdash.core.numbers import from_scaled

CODES = ("status", "light", "target_comparator", "target_source", "forecast_method")
COUNTS = ("rank", "coverage_reported", "coverage_expected", "denominator_period")
FLAGS = ("denominator_stale", "too_large")
NULLABLE = (*c.VALUE_NAMES, *COUNTS)
CONTENT = (*CODES, *NULLABLE, *FLAGS)
"""The fields of `Attainment` that are results, beside `rules_version`."""
_NAMES = {
    "status": tuple(Status.values), "light": LIGHTS, "target_comparator": COMPARATORS,
    "target_source": TARGET_SOURCES, "forecast_method": FORECAST_METHODS,
}  # fmt: skip
_NULL = -(2**63)
"""No stored number is this one: a big integer of ours has at most 18 digits."""
KEY = ("line_id", "year", "quarter")


@dataclass(frozen=True)
class Rows:
    """Some rows: `index` is line id × 2¹⁴ + quarter index and rises; `content` by field name, in stored form."""

    index: Array
    content: dict[str, Column]

    def __len__(self) -> int:
        return len(self.index)

    @property
    def line_ids(self) -> Array:
        return np.asarray(self.index >> _BITS)

    @property
    def quarters(self) -> Array:
        """Quarter indices."""
        return np.asarray(self.index & (2**_BITS - 1))

    def take(self, places: Array) -> Rows:
        return Rows(
            self.index[places],
            {name: Column(each.values[places], each.known[places]) for name, each in self.content.items()},
        )


_BITS = 14
RULES = "rules_are_current"
"""Not stored: whether a row's `rules_version` is today's."""


def index_of(line_ids: Array, quarters: Array) -> Array:
    """What rows are told apart and put in order by."""
    return np.asarray((np.asarray(line_ids, np.int64) << _BITS) | np.asarray(quarters, np.int64))


def from_results(results: c.Results, line_ids: Array) -> Rows:
    """The rows of some lines, whose ids rise, at every asked quarter."""
    everywhere = np.ones(results.status.size, np.bool_)
    content: dict[str, Column] = {}
    for name in ("status", "light", "target_source", "forecast_method", *FLAGS):
        content[name] = Column(getattr(results, name).reshape(-1), everywhere)
    has_target = results.target.known.reshape(-1)
    # The first of the stored names is "no comparator".
    comparator = np.where(has_target, results.target_comparator.reshape(-1) + 1, 0)
    content["target_comparator"] = Column(comparator, everywhere)
    for name in c.VALUE_NAMES:
        values: c.Values = getattr(results, name)
        content[name] = Column(values.value.reshape(-1), values.known.reshape(-1))
    covered = results.coverage_expected.reshape(-1) > 0
    for name, known in (
        ("rank", results.rank.reshape(-1) > 0),
        ("coverage_reported", covered),
        ("coverage_expected", covered),
        ("denominator_period", results.denominator_period.reshape(-1) >= 0),
    ):
        content[name] = Column(getattr(results, name).reshape(-1), known)
    content[RULES] = Column(everywhere, everywhere)
    return Rows(index_of(line_ids[:, None], results.asked[None, :]).reshape(-1), content)


def stored(rows: QuerySet[Attainment], names: Sequence[str] = CONTENT) -> Rows:
    """The stored rows of a queryset with the named contents, in the order of their keys."""
    nulls = {
        f"{name}_or_null": Coalesce(F(name), Value(_NULL), output_field=BigIntegerField())
        for name in names
        if name in NULLABLE
    }
    current = Case(When(rules_version=c.RULES_VERSION, then=True), default=False, output_field=BooleanField())
    columns = [*KEY, *(f"{name}_or_null" if name in NULLABLE else name for name in names), RULES]
    # Put in order here: the database would do it on its disk, with whole rows.
    found = read(rows.annotate(**nulls, **{RULES: current}).order_by(), *columns)
    index = index_of(found["line_id"], found["year"] * 4 + found["quarter"] - 1)
    in_order = np.argsort(index)
    content = {}
    for name in (*names, RULES):
        values = found[f"{name}_or_null" if name in NULLABLE else name][in_order]
        content[name] = Column(values, values != _NULL if name in NULLABLE else np.ones(len(values), np.bool_))
    return Rows(index[in_order], content)


@dataclass(frozen=True)
class Comparison:
    """Places of fresh rows that are not stored or stored otherwise, and of stored rows that differ or should not be."""

    to_write: Array
    to_remove: Array
    superfluous: Array


def compare(fresh: Rows, old: Rows) -> Comparison:
    """Where stored rows and fresh ones are not the same."""
    place = np.searchsorted(fresh.index, old.index)
    meant = np.minimum(place, max(len(fresh) - 1, 0))
    kept = (fresh.index[meant] == old.index) if len(fresh) else np.zeros(len(old), np.bool_)
    both_old, both_fresh = np.flatnonzero(kept), meant[kept]
    differs = np.zeros(len(both_old), np.bool_)
    for name, column in fresh.content.items():
        mine = Column(column.values[both_fresh], column.known[both_fresh])
        theirs = Column(old.content[name].values[both_old], old.content[name].known[both_old])
        differs |= (mine.known != theirs.known) | (mine.known & (mine.values != theirs.values))
    absent = np.ones(len(fresh), np.bool_)
    absent[both_fresh] = False
    absent[both_fresh[differs]] = True
    superfluous = np.flatnonzero(~kept)
    return Comparison(np.flatnonzero(absent), np.sort(np.append(both_old[differs], superfluous)), superfluous)


def inserting(rows: Rows, plan_id: int, region_of: dict[str, Array], now: datetime) -> Callable[[], None]:
    """The function that stores these rows as new ones (`transfer.append`).

    `region_of` maps the lines that they belong to, `line_id` rising, to `region_id`.
    """
    places = np.searchsorted(region_of["line_id"], rows.line_ids)
    columns: dict[str, Any] = {
        "line_id": rows.line_ids,
        "plan_id": plan_id,
        "region_id": region_of["region_id"][places],
        "year": rows.quarters // 4,
        "quarter": rows.quarters % 4 + 1,
        "computed_at": now,
        "rules_version": c.RULES_VERSION,
    }
    for name in CONTENT:
        column = rows.content[name]
        columns[name] = column if name in NULLABLE else column.values
    return append(Attainment, columns, len(rows))


def as_python(rows: Rows, place: int) -> dict[str, Any]:
    """One row's contents as a model instance would show them."""
    shown: dict[str, Any] = {}
    for name, column in rows.content.items():
        number = int(column.values[place])
        if not column.known[place]:
            shown[name] = None
        elif name in _NAMES:
            shown[name] = _NAMES[name][number]
        elif name in FLAGS or name == RULES:
            shown[name] = bool(number)
        else:
            exact = isinstance(Attainment._meta.get_field(name), ExactDecimalField)
            shown[name] = from_scaled(number) if exact else number
    return shown
