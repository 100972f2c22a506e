"""What of a plan was published, and what the public therefore reads: frozen lines of published quarters, nothing else.

A line's change since the quarter before, its earlier values and its forecast are left out: they would tell of quarters
that nobody has published.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from indicators.models import Publication, PublicPage
from indicators.selectors.overview import OverviewLine
from ipdash.core.numbers import decimal_text
from ipdash.core.periods import Quarter
from plans.models import Plan

SHOWN = ("unit", "actual", "target", "completion")
DRAWN = ("actual", "expected", "target", "target_upper")
COMPARED = ("name", "actual", "target", "completion", "status")


def frozen(line: OverviewLine) -> dict[str, Any]:
    """A line as it is stored with a publication: its strings, and the exact numbers of its bullet bar."""
    numbers = {name: getattr(line, name) for name in DRAWN}
    return {
        "line": line.line.pk,
        "name": line.name,
        "status": line.status,
        "light": line.light,
        "shown": {name: line.display[name] for name in SHOWN},
        "drawn": {name: None if value is None else decimal_text(value) for name, value in numbers.items()},
        "places": line.places,
        "lower_is_better": line.lower_is_better,
    }


@dataclass(frozen=True)
class PublicLine:
    """A line as it was published."""

    name: str
    status: str
    light: str
    shown: dict[str, str]
    drawn: dict[str, Decimal | None]
    places: int
    lower_is_better: bool


@dataclass(frozen=True)
class Published:
    """A published quarter of a plan without its lines."""

    pk: int
    quarter: Quarter
    published_on: date


@dataclass(frozen=True)
class PublicPlan:
    """A plan with its published quarters, the latest first."""

    plan: Plan
    quarters: list[Published]

    def at(self, quarter: Quarter | None) -> Published | None:
        """The published quarter that is asked for, the latest where none is."""
        return next((found for found in self.quarters if quarter is None or found.quarter == quarter), None)


def public_plans(plan_id: int | None = None) -> list[PublicPlan]:
    """The plans whose page is on and of which something stands published, or the one with this id."""
    standing = Publication.objects.filter(withdrawn_at=None, plan__public_page__is_on=True)
    standing = standing.exclude(plan__state=Plan.State.DRAFT)
    if plan_id is not None:
        standing = standing.filter(plan=plan_id)
    quarters: dict[int, list[Published]] = {}
    for pk, plan, year, quarter, day in standing.order_by("-year", "-quarter").values_list(
        "pk", "plan_id", "year", "quarter", "published_on"
    ):
        quarters.setdefault(plan, []).append(Published(pk, Quarter(year, quarter), day))
    if not quarters:
        return []
    plans = Plan.objects.filter(pk__in=quarters).select_related("region").defer("source_text")
    return [PublicPlan(plan, quarters[plan.pk]) for plan in plans.order_by("region__code", "-start_year", "pk")]


def public_lines(publication: int) -> list[PublicLine]:
    """The lines of a publication in the plan's order."""
    rows = Publication.objects.values_list("lines", flat=True).get(pk=publication)
    return [
        PublicLine(
            name=row["name"],
            status=row["status"],
            light=row["light"],
            shown=row["shown"],
            drawn={name: None if value is None else Decimal(value) for name, value in row["drawn"].items()},
            places=row["places"],
            lower_is_better=row["lower_is_better"],
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Difference:
    """A line that reads otherwise now than when it was published; one side is empty where there was or is none."""

    name: str
    before: dict[str, str]
    now: dict[str, str]


def differences(published: Iterable[dict[str, Any]], present: Sequence[dict[str, Any]]) -> list[Difference]:
    """What the public would see change if the quarter were published anew."""
    before = {row["line"]: _read(row) for row in published}
    now = {row["line"]: _read(row) for row in present}
    return [
        Difference((now.get(pk) or before[pk])["name"], before.get(pk, {}), now.get(pk, {}))
        for pk in {**now, **before}
        if before.get(pk) != now.get(pk)
    ]


def _read(row: dict[str, Any]) -> dict[str, str]:
    return {name: row["shown"].get(name, row.get(name, "")) for name in (*COMPARED, "unit")}


def public_page_is_on(plan: Plan) -> bool:
    """Whether this plan's public page is switched on."""
    return PublicPage.objects.filter(plan=plan, is_on=True).exists()


def publications_of(plan: Plan) -> list[Publication]:
    """Everything that was ever published of a plan, without its lines: what stands, then what was withdrawn."""
    found = plan.publications.select_related("published_by", "withdrawn_by").defer("lines")
    return sorted(found.order_by("-year", "-quarter", "-pk"), key=lambda row: row.withdrawn_at is not None)


def standing_publication(plan: Plan, quarter: Quarter) -> Publication | None:
    """What the public reads of this quarter, None where nothing."""
    found: Publication | None = plan.publications.filter(
        withdrawn_at=None, year=quarter.year, quarter=quarter.quarter
    ).first()
    return found
