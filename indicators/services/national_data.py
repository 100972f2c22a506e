"""A whole nation of invented figures, to measure with: every region of the tree, every kind of indicator, gaps and zeros.

Nothing here is real and everything says so: plans, indicators, units and people carry 合成 in their names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext as _

from indicators.models import Baseline, Figure, ReportingDuty, Target, TargetLine
from indicators.services.national_kinds import PREFIX, Catalogue, Kind, store_catalogue
from indicators.services.transfer import Array, Column, append, read, references_unchecked
from ipdash.accounts import audit
from ipdash.accounts.models import User
from ipdash.core.errors import Conflict
from ipdash.core.numbers import SCALE
from plans.models import Membership, Plan, Region, Role, Unit

LAST_YEAR = 2025
SLUG = "synthetic-"
READER, STAFF = "synthetic_leader", "synthetic_staff"
GAPS, ZEROS = 0.015, 0.004
SUMMED = 5
"""Every so manieth stock and flow is reported by counties alone and added up above them."""
ENTERED = datetime(2026, 1, 10, tzinfo=UTC)
_START, _TARGETS, _FIGURES = range(3)
Say = Callable[[str], object]


@dataclass(frozen=True)
class Made:
    """What is there now; `fresh` is false where it had been there before."""

    fresh: bool
    plans: int
    lines: int
    targets: int
    figures: int


@dataclass(frozen=True)
class _World:
    """The regions as columns, and everything that hangs on them."""

    pks: Array
    parents: Array
    leaf: Array
    plan_of: Array
    catalogue: Catalogue
    first_year: int
    years: int
    seed: int

    def random(self, *numbers: int) -> np.random.Generator:
        """The same numbers for the same purpose, whatever else was drawn before."""
        return np.random.default_rng((self.seed, *numbers))


def make_national_data(*, regions: int, indicators: int, years: int, seed: int, force: bool, say: Say) -> Made:
    """Loads synthetic plans, one a province, with figures up to the end of 2025; lines are stale until computed.

    Raises `Conflict` where the region tree is missing, or where there are real plans and not `force`. Where synthetic
    plans are there already nothing is changed.
    """
    if Plan.objects.filter(slug__startswith=SLUG).exists():
        return _counted(fresh=False)
    if not force and Plan.objects.filter(is_demo=False).exists():
        raise Conflict(
            "real_plans", _("数据库里有真实的规划，没有载入合成数据。请换一个数据库；确实要放在一起时加 --force。")
        )
    if Region.objects.count() < regions:
        raise Conflict("regions_lacking", _("区划不足，请先运行 load_reference_data。"))
    with transaction.atomic():
        world = _world(regions, indicators, years, seed)
        say(_("目录、规划和单位已建立。"))
        line_of = _store_lines(world)
        say(_("目标已建立。"))
    for year in range(world.first_year, world.first_year + years):
        with transaction.atomic(), references_unchecked():
            _store_year(world, year)
        say(_("%(year)s年的数据已载入。") % {"year": year})
    _refresh_statistics()
    audit.record("national_data.make", ("plan", ""), actor=None, after={"regions": regions, "lines": len(line_of)})
    return _counted(fresh=True)


def _counted(*, fresh: bool) -> Made:
    plans = Plan.objects.filter(slug__startswith=SLUG)
    figures = Figure.objects.filter(indicator__code__startswith=PREFIX)
    lines = TargetLine.objects.filter(plan__in=plans)
    return Made(
        fresh, plans.count(), lines.count(), Target.objects.filter(line__in=lines.values("pk")).count(), figures.count()
    )


def _world(regions: int, indicators: int, years: int, seed: int) -> _World:
    depth = {Region.Level.PROVINCE: 0, Region.Level.PREFECTURE: 1}
    tree = sorted(Region.objects.exclude(level=Region.Level.ZONE), key=lambda r: (depth.get(r.level, 2), r.code))
    chosen = sorted(tree[:regions], key=lambda region: region.code)
    pks = np.array([region.pk for region in chosen])
    parents = np.array([region.parent_id or 0 for region in chosen])
    first_year = LAST_YEAR - years + 1
    plans = _store_plans(chosen, first_year)
    _store_units(chosen)
    return _World(
        pks=pks, parents=parents, leaf=~np.isin(pks, parents),
        plan_of=np.array([plans[region.code[:2]] for region in chosen]),
        catalogue=store_catalogue(indicators), first_year=first_year, years=years, seed=seed,
    )  # fmt: skip


def _store_plans(chosen: list[Region], first_year: int) -> dict[str, int]:
    provinces = [region for region in chosen if region.level == Region.Level.PROVINCE]
    plans = Plan.objects.bulk_create(
        Plan(
            slug=f"{SLUG}{region.code}", title=_("%(region)s知识产权规划（合成数据）") % {"region": region.name},
            region=region, start_year=first_year, end_year=LAST_YEAR, state=Plan.State.ACTIVE, is_demo=True,
        )
        for region in provinces
    )  # fmt: skip
    for name, title, role in ((READER, _("合成领导"), Role.LEADER), (STAFF, _("合成工作人员"), Role.STAFF)):
        user = User(username=name, display_name=title)
        user.set_unusable_password()
        user.save(force_insert=True)
        Membership.objects.bulk_create(Membership(user=user, role=role, region=region) for region in provinces)
    return {plan.region.code[:2]: plan.pk for plan in plans}


def _store_units(chosen: list[Region]) -> None:
    Unit.objects.bulk_create(
        [
            Unit(region=region, name=_("%(region)s填报单位（合成）") % {"region": region.name}, is_demo=True)
            for region in chosen
        ],
        batch_size=1000,
    )


def _store_lines(world: _World) -> Array:
    """One line a region and indicator, with its baseline and a target for every year; a duty for whoever reports."""
    count = len(world.pks)
    for position, (indicator, kind) in enumerate(world.catalogue.lines):
        columns: dict[str, Any] = {
            "plan_id": world.plan_of, "region_id": world.pks, "indicator_id": indicator.pk, "basis": kind.basis, "basis_reason": "",
            "basis_ambiguous": False, "printed_name": indicator.name, "unit": indicator.unit, "unit_factor": 1, "where": "table",
            "measures_growth": False, "input_version": 1, "computed_version": 0, "version": 1, "position": position, "source_text": "",
        }  # fmt: skip
        append(TargetLine, columns, count)()
    for number, (indicator, kind) in enumerate(world.catalogue.lines):
        found = read(TargetLine.objects.filter(indicator=indicator), "region_id", "pk")
        line_of = found["pk"][np.argsort(found["region_id"])][np.argsort(np.argsort(world.pks))]
        _store_targets(world, line_of, number, kind)
    units = read(Unit.objects.filter(is_demo=True, region__in=world.pks.tolist()), "region_id", "pk")
    unit_of = units["pk"][np.argsort(units["region_id"])][np.argsort(np.argsort(world.pks))]
    for number, (indicator, kind) in enumerate(world.catalogue.reported):
        who = world.leaf if _is_summed(number, kind) else np.ones(count, np.bool_)
        duties: dict[str, Any] = {
            "indicator_id": indicator.pk, "region_id": world.pks[who], "unit_id": unit_of[who],
            "valid_from": datetime(world.first_year, 1, 1, tzinfo=UTC).date(), "beside_county": False, "is_demo": True, "version": 1,
        }  # fmt: skip
        append(ReportingDuty, duties, int(who.sum()))()
    return world.pks


def _is_summed(number: int, kind: Kind) -> bool:
    return number % SUMMED == 0 and kind.quantity in ("stock", "flow")


def _store_targets(world: _World, line_of: Array, number: int, kind: Kind) -> None:
    random = world.random(_TARGETS, number)
    start = _start(world, number, kind)
    based = random.random(len(line_of)) < 0.9
    if kind.basis != "growth":
        baseline: dict[str, Any] = {
            "line_id": line_of[based],
            "year": world.first_year - 1,
            "value": _whole(start[based], kind),
            "counted_from": True,
        }
        append(Baseline, baseline, int(based.sum()))()
    years = np.arange(world.years)
    path = start[:, None] * _growth(kind) ** (years[None, :] + 1)
    if kind.basis == "cumulative":
        path = start[:, None] * based[:, None] + np.cumsum(path, axis=1)
    if kind.basis in ("growth", "average_growth"):
        path = np.broadcast_to(random.integers(3, 9, (len(line_of), 1)), path.shape).astype(float)
    value = _whole(path, kind).ravel()
    ranged = kind.direction == "range"
    upper = Column((value * 1.2).astype(np.int64) // 10_000 * 10_000, np.full(len(value), ranged))
    comparator = "range" if ranged else "<=" if kind.direction == "down" else ">="
    targets: dict[str, Any] = {
        "line_id": np.repeat(line_of, world.years), "year": np.tile(world.first_year + years, len(line_of)), "value": value,
        "upper": upper, "comparator": comparator, "printed": "", "source": "stated", "adjusting_document": "",
    }  # fmt: skip
    append(Target, targets, len(value))()


def _start(world: _World, number: int, kind: Kind) -> Array:
    """Where each region starts from: counties small, what lies above them about as large as all of them together."""
    random = world.random(_START, number)
    if kind.quantity in ("rate", "score"):
        return random.uniform(60, 85, len(world.pks))
    if kind.quantity == "ratio":
        return random.uniform(5, 40, len(world.pks))
    start: Array = np.where(world.leaf, 1.0, 30.0) * random.lognormal(5.5, 0.8, len(world.pks))
    return start


def _growth(kind: Kind) -> float:
    steep = 1.01 if kind.quantity in ("rate", "score") else 1.06
    return 2 - steep if kind.direction == "down" else steep


def _whole(values: Array, kind: Kind) -> Array:
    """Rounded to the indicator's decimals, in millionths."""
    step = 10**kind.decimals
    rounded: Array = np.rint(values * step).astype(np.int64) * (SCALE // step)
    return rounded


def _store_year(world: _World, year: int) -> None:
    """The year's figures, quarter by quarter and region by region, as they come in in life."""
    count = len(world.pks)
    grids = [
        _figures(world, number, kind, year - world.first_year)
        for number, (_indicator, kind) in enumerate(world.catalogue.reported)
    ]
    value = np.stack([grid[0] for grid in grids], axis=2)
    known = np.stack([grid[1] for grid in grids], axis=2)
    ids = np.array([indicator.pk for indicator, _kind in world.catalogue.reported])
    for quarter in range(4):
        there = known[quarter].ravel()
        scaled = value[quarter].ravel()[there]
        columns: dict[str, Any] = {
            "indicator_id": np.tile(ids, count)[there], "region_id": np.repeat(world.pks, len(ids))[there], "year": year,
            "quarter": quarter + 1, "value": scaled, "approved_value": scaled, "state": "approved", "version": 1, "printed": "", "note": "",
            "source": "demo", "cell": "", "is_correction": False, "entered_at": ENTERED, "approved_at": ENTERED, "reason": "",
            "is_demo": True,
        }  # fmt: skip
        append(Figure, columns, int(there.sum()))()


def _figures(world: _World, number: int, kind: Kind, year: int) -> tuple[Array, Array]:
    """Quarters × regions of one indicator: values in millionths, and where there is one."""
    count = len(world.pks)
    random = world.random(_FIGURES, number, year)
    level = _start(world, number, kind) * _growth(kind) ** (year + 1) * random.normal(1, 0.06, count)
    along = (np.arange(4) + 1)[:, None] / 4
    noise = random.normal(1, 0.02, (4, count))
    if kind.quantity == "flow":
        single = _whole(np.abs(level[None, :] / 4 * random.normal(1, 0.15, (4, count))), kind)
        single[random.random((4, count)) < ZEROS] = 0
        value = np.cumsum(single, axis=0) if kind.reporting_basis == "ytd" else single
    else:
        value = _whole(np.abs(level[None, :] * (0.95 + 0.05 * along) * noise), kind)
        value[random.random((4, count)) < ZEROS] = 0
    known = random.random((4, count)) >= GAPS
    if _is_summed(number, kind):
        known &= world.leaf[None, :]
    if kind.frequency == "annual":
        known[:3] = False
    return value, known


def _refresh_statistics() -> None:
    """The planner must know the new sizes before anything is measured."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in (TargetLine, Target, Baseline, Figure, ReportingDuty):
                cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
