"""Stored results of lines at hand, by a query that is put into words once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from indicators.models import Attainment
from ipdash.core.periods import Quarter
from ipdash.core.written import Written

_AT: Written[Attainment] = Written(
    lambda: Attainment.objects.filter(line__in=[0]).filter(year=0).filter(quarter=0).order_by()
)
_FIELDS = [field.attname for field in Attainment._meta.concrete_fields]


def results_at(line_ids: Iterable[int], quarter: Quarter) -> dict[int, Attainment]:
    """By line id its result at the end of a quarter."""
    return {row.line_id: row for row in _AT(list(line_ids), quarter.year, quarter.quarter)}


def content_of(row: Attainment | None) -> tuple[Any, ...]:
    """Everything that is stored of a result."""
    return () if row is None else tuple(getattr(row, name) for name in _FIELDS)
