"""A city plan that binds seven counties: ties, gaps, zeros, a falling indicator, and a city that adds up its counties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from indicators.models import Figure, Indicator, TargetLine
from indicators.services.recompute import recompute_plan
from ipdash.accounts.models import User
from plans.models import Plan, Region, Role, Unit
from tests import builders

DAY = date(2025, 10, 12)
CITY = "610300"
COUNTIES = {
    "610302": "渭滨区", "610303": "金台区", "610304": "陈仓区", "610305": "凤翔区", "610323": "岐山县", "610324": "扶风县",
    "610326": "眉县",
}  # fmt: skip
# By county the third quarter's figure; the quarter before is a tenth less. None: nothing reported.
PATENTS = {"610302": 120, "610303": 90, "610304": 90, "610305": 0, "610323": 60, "610324": None, "610326": 30}
COMPLAINTS = {"610302": 9, "610303": 3, "610304": 12, "610305": 6, "610323": 3, "610324": 21, "610326": 15}


@dataclass
class World:
    plan: Plan
    city: Region
    counties: dict[str, Region]
    patents: Indicator
    complaints: Indicator
    unit: Unit
    leader: User
    county_leader: User
    stranger: User

    def line(self, code: str, indicator: Indicator | None = None) -> TargetLine:
        found: TargetLine = TargetLine.objects.get(
            plan=self.plan, region__code=code, indicator=indicator or self.patents
        )
        return found


def make_world(**fields: object) -> World:
    """The plan, its figures, its stored results as of `DAY`, and three leaders: the city's, a county's, another city's."""
    city = builders.make_region(CITY, "宝鸡市")
    counties = {code: builders.make_region(code, name) for code, name in COUNTIES.items()}
    patents = builders.make_indicator("patents", name="发明专利拥有量")
    complaints = builders.make_indicator("complaints", name="侵权投诉量", direction="down")
    plan = builders.make_plan(city, **fields)
    unit = builders.make_unit(city, "统计室")
    for indicator, figures in ((patents, PATENTS), (complaints, COMPLAINTS)):
        builders.make_line(plan, indicator, {2025: "500"})
        for code, value in figures.items():
            builders.make_line(plan, indicator, {2025: "100"}, region=counties[code], baseline=(2020, "10"))
            builders.make_duty(indicator, counties[code], unit)
            if value is not None:
                report(indicator, counties[code], 3, value)
                report(indicator, counties[code], 2, value * 9 // 10)
    recompute_plan(plan.pk, today=DAY)
    elsewhere = builders.make_region("330100", "杭州市")
    return World(
        plan, city, counties, patents, complaints, unit,
        leader=builders.make_user(Role.LEADER, region=city, name="city_leader"),
        county_leader=builders.make_user(Role.LEADER, region=counties["610303"], name="county_leader"),
        stranger=builders.make_user(Role.LEADER, region=elsewhere, name="stranger"),
    )  # fmt: skip


def report(indicator: Indicator, region: Region, quarter: int, value: int) -> Figure:
    """An approved figure of 2025."""
    return Figure.objects.create(
        indicator=indicator, region=region, year=2025, quarter=quarter, source="api", state="approved",
        value=Decimal(value), approved_value=Decimal(value),
    )  # fmt: skip
