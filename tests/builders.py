"""Small worlds for tests: one line each for what a test is not about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from indicators.models import Baseline, Indicator, ReportingDuty, ReportingPeriod, Target, TargetLine
from ipdash.accounts.models import User
from plans.models import Membership, Plan, Region, Role, Unit

_numbers = count(1)


def make_region(code: str = "610300", name: str = "") -> Region:
    """A region with everything above it."""
    level = "province" if code.endswith("0000") else "prefecture" if code.endswith("00") else "county"
    above = {"province": None, "prefecture": code[:2] + "0000", "county": code[:4] + "00"}[level]
    parent = make_region(above) if above else None
    region, _made = Region.objects.get_or_create(
        code=code,
        defaults={"name": name or f"地区{code}", "short_name": name or code, "level": level, "parent": parent},
    )
    return region


def make_unit(region: Region, name: str = "") -> Unit:
    return Unit.objects.create(region=region, name=name or f"单位{next(_numbers)}")


def make_user(role: str = "", *, region: Region | None = None, unit: Unit | None = None, name: str = "") -> User:
    """An active user, with one membership if a role is given."""
    user = User.objects.create(username=name or f"user{next(_numbers)}", display_name=name or f"用户{next(_numbers)}")
    if role:
        Membership.objects.create(user=user, role=Role(role), region=region, unit=unit)
    return user


def make_indicator(code: str = "", **fields: Any) -> Indicator:
    """A stock reported as a level each quarter, unless told otherwise."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "code": code or f"indicator_{number}", "name": f"指标{code or number}", "quantity": "stock", "direction": "up",
        "reporting_basis": "level", "frequency": "quarterly", "unit": "件",
    }  # fmt: skip
    return Indicator.objects.create(**{**defaults, **fields})


def make_plan(region: Region, years: tuple[int, int] = (2021, 2025), **fields: Any) -> Plan:
    return Plan.objects.create(
        title=f"规划{next(_numbers)}", region=region, start_year=years[0], end_year=years[1],
        **{"state": Plan.State.ACTIVE, **fields},
    )  # fmt: skip


def make_line(
    plan: Plan,
    indicator: Indicator,
    targets: dict[int, str],
    *,
    basis: str = "level",
    baseline: tuple[int, str] | None = None,
    region: Region | None = None,
) -> TargetLine:
    """A target line with `>=` targets by year."""
    line = TargetLine.objects.create(
        plan=plan, region=region or plan.region, indicator=indicator, basis=basis, printed_name=indicator.name
    )
    for year, value in targets.items():
        Target.objects.create(line=line, year=year, comparator=">=", value=Decimal(value), printed=value)
    if baseline is not None:
        Baseline.objects.create(line=line, year=baseline[0], value=Decimal(baseline[1]), counted_from=True)
    return line


def make_duty(indicator: Indicator, region: Region, unit: Unit) -> ReportingDuty:
    return ReportingDuty.objects.create(indicator=indicator, region=region, unit=unit, valid_from=date(2000, 1, 1))


def open_period(region: Region, year: int = 2025, quarter: int = 3) -> ReportingPeriod:
    """A quarter open from the day after its end to the 15th, locked after the 31st."""
    first = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    return ReportingPeriod.objects.create(
        region=region, year=year, quarter=quarter, opens=first, due=first.replace(day=15), locks=first.replace(day=31)
    )
