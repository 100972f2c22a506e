"""Roll-up and rank through the database: duties decide who is expected, figures decide what is there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from indicators.models import Attainment, Figure, Indicator, TargetLine
from indicators.services.entry_rules import Entry
from indicators.services.figures import approve_figures, save_figures
from indicators.services.recompute import recompute_plan
from indicators.services.verification import verify
from ipdash.accounts.models import User
from plans.models import Region
from tests import builders

pytestmark = pytest.mark.django_db
TODAY = date(2025, 10, 12)


class City:
    """A city whose two counties report an indicator that the city's plan asks for."""

    def __init__(self, **indicator: object) -> None:
        self.city = builders.make_region("610300")
        self.counties = [builders.make_region("610302"), builders.make_region("610303")]
        self.indicator: Indicator = builders.make_indicator("patents", **indicator)
        for county in self.counties:
            builders.make_duty(self.indicator, county, builders.make_unit(county))
        self.plan = builders.make_plan(self.city)
        self.line: TargetLine = builders.make_line(self.plan, self.indicator, {2025: "100"})
        self.staff: User = builders.make_user("staff", region=self.city)
        self.reviewer: User = builders.make_user("reviewer", region=self.city)

    def approve(self, region: Region, value: str) -> None:
        entry = Entry(self.indicator.code, region.code, 2025, 3, Decimal(value))
        outcome = save_figures(self.staff, [entry], source=Figure.Source.API, today=TODAY)
        assert outcome.results[0].ok, outcome.results
        approve_figures(self.reviewer, [Figure.objects.latest("pk").pk])

    def row(self, line: TargetLine | None = None) -> Attainment:
        recompute_plan(self.plan.pk, today=TODAY)
        return Attainment.objects.get(line=line or self.line, year=2025, quarter=3)


def test_a_city_without_its_own_figure_is_the_sum_of_all_its_counties() -> None:
    world = City()
    world.approve(world.counties[0], "30")
    world.approve(world.counties[1], "40")
    row = world.row()
    assert (row.actual, row.coverage_reported, row.coverage_expected) == (70, 2, 2)
    assert verify(today=TODAY) == []


def test_a_sum_that_lacks_a_county_is_missing_and_shown_as_partial() -> None:
    world = City()
    world.approve(world.counties[0], "30")
    row = world.row()
    assert (row.actual, row.status, row.partial) == (None, "missing", 30)
    assert (row.coverage_reported, row.coverage_expected) == (1, 2)


def test_a_citys_own_figure_stands_whatever_the_counties_say() -> None:
    world = City()
    world.approve(world.counties[0], "30")
    world.approve(world.counties[1], "40")
    world.approve(world.city, "75")
    assert world.row().actual == 75


def test_scores_are_never_added() -> None:
    world = City(quantity="score")
    world.approve(world.counties[0], "80")
    world.approve(world.counties[1], "90")
    row = world.row()
    assert (row.actual, row.status, row.coverage_expected) == (None, "missing", None)


def test_a_ratio_adds_up_its_parts_first_and_divides_then() -> None:
    world = City()
    people = builders.make_indicator("people", unit="人")
    ratio = builders.make_indicator(
        "per_10k", quantity="ratio", numerator=world.indicator, denominator=people, factor=Decimal(10000)
    )
    line = builders.make_line(world.plan, ratio, {2025: "1"})
    for county, patents, count in zip(world.counties, ("10", "30"), ("10000", "90000"), strict=True):
        builders.make_duty(people, county, builders.make_unit(county))
        world.approve(county, patents)
        world.indicator, kept = people, world.indicator
        world.approve(county, count)
        world.indicator = kept
    # 40 ÷ 100,000, not the mean of 10 and 3.33.
    assert world.row(line).actual == 4


def test_counties_are_ranked_among_themselves_and_ties_share_a_rank() -> None:
    world = City()
    third = builders.make_region("610304")
    lines = [
        builders.make_line(world.plan, world.indicator, {2025: "10"}, region=region)
        for region in (*world.counties, third)
    ]
    world.approve(world.counties[0], "30")
    world.approve(world.counties[1], "30")
    assert [world.row(line).rank for line in lines] == [1, 1, None]
    # A newcomer changes the others' ranks although nothing of theirs changed.
    world.approve(third, "31")
    assert [world.row(line).rank for line in lines] == [2, 2, 1]
    assert verify(today=TODAY) == []


def test_an_old_population_counts_whichever_lines_are_computed_beside_it() -> None:
    """The latest figure at or before the quarter, however old (attainment.md §2): its age is a finding, not a filter."""
    world = City()
    people = builders.make_indicator("people", unit="人")
    ratio = builders.make_indicator(
        "per_10k", quantity="ratio", numerator=world.indicator, denominator=people, factor=Decimal(10000)
    )
    line = builders.make_line(world.plan, ratio, {2025: "1"})
    builders.make_line(world.plan, builders.make_indicator("other"), {2025: "9"}, baseline=(2010, "1"))
    old = Entry("people", world.city.code, 2015, 4, Decimal(50000))
    save_figures(world.staff, [old], source=Figure.Source.API, today=TODAY)
    recompute_plan(world.plan.pk, today=TODAY)
    approve_figures(world.reviewer, [Figure.objects.get().pk])
    world.approve(world.city, "20")
    row = world.row(line)
    assert (row.actual, row.denominator_period, row.denominator_stale) == (4, 2015 * 4 + 3, True)
    assert verify(today=TODAY) == []


def test_a_stock_over_a_flow_is_the_stock_and_not_the_sum_of_its_quarters() -> None:
    world = City()
    output = builders.make_indicator("output", quantity="flow", reporting_basis="quarter", unit="亿元")
    ratio = builders.make_indicator(
        "per_output", quantity="ratio", numerator=world.indicator, denominator=output, factor=Decimal(1)
    )
    line = builders.make_line(world.plan, ratio, {2025: "1"})
    for quarter in (1, 2, 3):
        entries = [
            Entry("patents", world.city.code, 2025, quarter, Decimal(300 + quarter)),
            Entry("output", world.city.code, 2025, quarter, Decimal(10)),
        ]
        save_figures(world.staff, entries, source=Figure.Source.API, today=TODAY)
    approve_figures(world.reviewer, list(Figure.objects.values_list("pk", flat=True)))
    # 303 patents in force at the end of the third quarter, 30 produced since January.
    assert world.row(line).actual == Decimal("10.1")
