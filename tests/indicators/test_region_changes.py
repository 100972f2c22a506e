"""区划变更: a region keeps its figures, a quarter keeps the tree that held at its end, and the numbers follow by one job."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from indicators.models import Attainment, Figure, ReportingDuty, TargetLine
from indicators.selectors.integrity.promises import line_outside_plan
from indicators.services.recompute import recompute_plan
from indicators.services.region_changes import Changed, change_region, take_back_change
from indicators.services.staleness import mark_pairs_changed
from indicators.services.verification import verify
from ipdash.accounts.models import AuditEntry
from ipdash.core.errors import Conflict, Invalid, NotAllowed
from ipdash.jobs.models import JobRun, JobState
from ipdash.jobs.runner import run_due_jobs
from plans.models import Plan, Region, RegionChange
from plans.services.lookups import region_named
from plans.services.region_tree import TreeChange
from tests import builders
from tests.indicators.plain_world import differences, stored_rows

pytestmark = pytest.mark.django_db
TODAY = date(2025, 10, 12)
MOVE = TreeChange("moved", date(2025, 5, 20), "国函〔2025〕9号", code="610403", parent="610400")


@pytest.fixture(autouse=True)
def _the_day(settings: Any) -> None:
    settings.TODAY_OVERRIDE = TODAY


class World:
    """A province with two cities of two counties each; a flow reported by quarter, 10, 20, 30 and 40 in each of 2025."""

    def __init__(self) -> None:
        self.province = builders.make_region("610000")
        self.counties = [builders.make_region(code) for code in ("610302", "610303", "610404", "610405")]
        self.cities = [builders.make_region(code) for code in ("610300", "610400")]
        self.flow = builders.make_indicator("filed", quantity="flow", reporting_basis="quarter")
        self.plan = builders.make_plan(self.province, (2024, 2026))
        self.city_plan = builders.make_plan(self.cities[0], (2024, 2026))
        for plan, places in (
            (self.plan, [self.province, *self.cities, *self.counties]),
            (self.city_plan, self.counties[:2]),
        ):
            for region in places:
                builders.make_line(plan, self.flow, {2025: "100"}, region=region, basis="year")
        self.staff = builders.make_user("staff", region=self.province)
        for number, county in enumerate(self.counties, start=1):
            builders.make_duty(self.flow, county, builders.make_unit(county))
            for quarter in (1, 2, 3):
                self.report(county, quarter, 10 * number)
        self.ids = {region.code: region.pk for region in [self.province, *self.cities, *self.counties]}
        self.settle()

    def report(self, region: Region, quarter: int, value: int) -> None:
        Figure.objects.update_or_create(
            indicator=self.flow, region=region, year=2025, quarter=quarter,
            defaults={"value": Decimal(value), "approved_value": Decimal(value), "state": "approved", "source": "api"},
        )  # fmt: skip

    def settle(self) -> None:
        for plan in (self.plan, self.city_plan):
            recompute_plan(plan.pk, today=TODAY)
        assert verify(today=TODAY) == []

    def move(self, wanted: TreeChange = MOVE) -> Changed:
        return change_region(self.staff, "610302", wanted, today=TODAY)

    def cell(self, code: str, quarter: int, plan: Plan | None = None) -> Attainment:
        """A result of 2025, of a region by the code that it had at first."""
        return Attainment.objects.get(plan=plan or self.plan, region=self.ids[code], year=2025, quarter=quarter)

    def actuals(self, code: str) -> list[int | None]:
        return [None if (a := self.cell(code, q).actual) is None else int(a) for q in (1, 2, 3)]

    def ranks(self, quarter: int, *codes: str) -> list[int | None]:
        return [self.cell(code, quarter).rank for code in codes]


def waiting() -> list[str]:
    return sorted(JobRun.objects.filter(state=JobState.QUEUED).values_list("dedupe_key", flat=True))


def run() -> None:
    run_due_jobs()
    assert not JobRun.objects.exclude(state=JobState.DONE).exists()
    assert verify(today=TODAY) == []
    assert differences(TODAY) == []


def test_a_moved_county_is_added_up_and_ranked_where_it_was_at_each_quarters_end() -> None:
    world = World()
    assert world.actuals("610300") == [30, 60, 90]
    world.move()
    assert waiting() == [f"recompute_attainment:{pk}" for pk in sorted((world.plan.pk, world.city_plan.pk))]
    run()
    # 10 + 20, then 20 and 20 alone; 30 + 40, then 10 + 30 + 40 twice.
    assert world.actuals("610300") == [30, 50, 70]
    assert world.actuals("610400") == [70, 150, 230]
    assert world.actuals("610000") == [100, 200, 300]
    assert world.ranks(1, "610302", "610303", "610404", "610405") == [2, 1, 2, 1]
    assert world.ranks(2, "610302", "610303", "610404", "610405") == [3, 1, 2, 1]
    assert [world.cell("610400", q).coverage_expected for q in (1, 2, 3)] == [2, 3, 3]


def test_a_plan_that_no_longer_reaches_the_county_judges_it_up_to_the_move() -> None:
    world = World()
    before = world.cell("610302", 1, world.city_plan)
    done = world.move()
    assert (done.lines, done.duties) == (1, 0)
    run()
    now = world.cell("610302", 1, world.city_plan)
    assert (now.status, now.light, now.rank) == (before.status, before.light, 2)
    later = world.cell("610302", 2, world.city_plan)
    assert (later.status, later.light, later.target, later.rank) == ("no_target", "none", None, None)
    assert world.cell("610303", 2, world.city_plan).rank == 1
    assert not TargetLine.objects.filter(plan=world.plan).exclude(ended_from=None).exists()
    assert list(line_outside_plan(TODAY)) == []


def test_a_correction_of_a_quarter_before_the_move_reaches_the_former_city() -> None:
    world = World()
    world.move()
    run()
    county = Region.objects.get(pk=world.ids["610302"])
    world.report(county, 1, 15)
    mark_pairs_changed({(world.flow.pk, county.code)}, requested_by=None)
    run()
    assert world.actuals("610300") == [35, 55, 75]
    assert world.actuals("610400") == [70, 150, 230]


def test_a_county_that_comes_and_goes_is_counted_where_it_was_each_time() -> None:
    world = World()
    world.move()
    back = TreeChange("moved", date(2025, 9, 1), "国函〔2025〕20号", code="610302", parent="610300")
    change_region(world.staff, "610403", back, today=TODAY)
    run()
    assert world.actuals("610300") == [30, 50, 80]
    assert world.actuals("610400") == [70, 150, 220]
    assert world.ranks(2, "610303", "610302") == [1, 3]
    assert world.ranks(3, "610303", "610302") == [1, 2]


def test_a_merged_county_stops_reporting_and_being_judged_and_its_quarters_stay() -> None:
    world = World()
    done = change_region(
        world.staff, "610302", TreeChange("merged", date(2025, 7, 1), "国函", successor="610303"), today=TODAY
    )
    assert (done.lines, done.duties) == (2, 1)
    run()
    # The merged county's third quarter counts no more: nobody owes it.
    assert world.actuals("610300") == [30, 60, 80]
    assert [world.cell("610302", q).status == "no_target" for q in (1, 2, 3)] == [False, False, True]
    assert ReportingDuty.objects.get(region=world.ids["610302"]).valid_to == date(2025, 6, 30)
    assert Region.objects.get(code="610302").valid_to == date(2025, 7, 1)


@pytest.mark.parametrize(
    "wanted",
    [
        MOVE,
        TreeChange("merged", date(2025, 7, 1), "国函", successor="610303"),
        TreeChange("abolished", date(2025, 7, 1), "国函"),
        TreeChange("renamed", date(2025, 7, 1), "国函", code="610310", name="新区"),
    ],
    ids=lambda wanted: wanted.kind,
)
def test_a_change_taken_back_leaves_everything_as_it_was(wanted: TreeChange) -> None:
    world = World()

    def everything() -> list[Any]:
        rows = Attainment.objects.order_by("line", "year", "quarter")
        return [
            list(Region.objects.order_by("pk").values_list("code", "name", "short_name", "parent", "valid_to")),
            list(ReportingDuty.objects.order_by("pk").values_list("pk", "valid_to")),
            list(TargetLine.objects.order_by("pk").values_list("pk", "ended_from", "ending_document", "ended_on")),
            [(row.line_id, row.year, row.quarter, row.actual, row.rank, row.status) for row in rows],
        ]

    before = everything()
    done = world.move(wanted)
    run()
    assert everything() != before
    take_back_change(world.staff, done.change.pk)
    run()
    assert everything() == before
    assert not RegionChange.objects.exists()
    kinds = list(AuditEntry.objects.order_by("number").values_list("action", flat=True))
    assert kinds[-2:] == ["region.change", "region.take_back"]


def test_what_was_changed_by_hand_since_stays_when_a_change_is_taken_back() -> None:
    world = World()
    done = world.move()
    line = TargetLine.objects.get(plan=world.city_plan, region=world.ids["610302"])
    TargetLine.objects.filter(pk=line.pk).update(ending_document="市政府文件")
    assert take_back_change(world.staff, done.change.pk).lines == 0
    line.refresh_from_db()
    assert line.ending_document == "市政府文件"


def test_files_that_name_the_former_code_still_mean_the_region() -> None:
    world = World()
    world.move()
    assert region_named("610302").pk == region_named("610403").pk == world.ids["610302"]


def test_a_new_zone_can_be_established_and_taken_back_until_it_is_used() -> None:
    world = World()
    wanted = TreeChange(
        "established", date(2025, 3, 1), "陕政函", code="610371", name="高新区", level="zone", parent="610300"
    )
    zone = change_region(world.staff, "", wanted, today=TODAY).change.region
    assert (zone.parent, zone.valid_from, zone.short_name) == (world.cities[0], date(2025, 3, 1), "高新区")
    take_back_change(world.staff, zone.changes.get().pk)
    assert not Region.objects.filter(code="610371").exists()
    again = change_region(world.staff, "", wanted, today=TODAY).change
    builders.make_unit(again.region)
    with pytest.raises(Conflict, match="不能撤回"):
        take_back_change(world.staff, again.pk)


@pytest.mark.parametrize(
    ("code", "wanted", "error"),
    [
        ("610302", TreeChange("moved", date(2025, 5, 1), " ", code="610403", parent="610400"), "document_needed"),
        ("610302", TreeChange("moved", date(2025, 10, 13), "x", code="610403", parent="610400"), "not_yet"),
        ("610302", TreeChange("moved", date(2025, 5, 1), "x", code="610303", parent="610400"), "wrong_code"),
        ("610302", TreeChange("moved", date(2025, 5, 1), "x", code="610400", parent="610400"), "wrong_code"),
        ("610302", TreeChange("moved", date(2025, 5, 1), "x", code="610404", parent="610400"), "code_taken"),
        ("610302", TreeChange("moved", date(2025, 5, 1), "x", code="610302", parent="610400"), "wrong_code"),
        ("610302", TreeChange("moved", date(2025, 5, 1), "x", code="610309", parent="610300"), "same_parent"),
        ("610302", TreeChange("moved", date(2025, 5, 1), "x", code="610409", parent="610404"), "wrong_parent"),
        ("610302", TreeChange("moved", date(2025, 5, 1), "x", code="610409", parent="999999"), "unknown_region"),
        ("610300", TreeChange("moved", date(2025, 5, 1), "x", code="620300", parent="610000"), "moves_only_counties"),
        ("610300", TreeChange("abolished", date(2025, 5, 1), "x"), "has_children"),
        ("610302", TreeChange("merged", date(2025, 5, 1), "x", successor="610302"), "wrong_successor"),
        ("610302", TreeChange("merged", date(2025, 5, 1), "x", successor="610300"), "wrong_successor"),
        ("610302", TreeChange("renamed", date(2025, 5, 1), "x"), "nothing_changed"),
        ("610300", TreeChange("renamed", date(2025, 5, 1), "x", code="610500"), "code_fixed"),
        ("", TreeChange("established", date(2025, 5, 1), "x", code="610302", name="a", level="county", parent="610300"), "code_taken"),
        ("", TreeChange("established", date(2025, 5, 1), "x", code="610381", name="a", level="zone", parent="610300"), "wrong_code"),
        ("", TreeChange("established", date(2025, 5, 1), "x", code="610380", name="a", level="moon", parent="610300"), "wrong_parent"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(code: str, wanted: TreeChange, error: str) -> None:
    world = World()
    with pytest.raises((Invalid, Conflict)) as refused:
        change_region(world.staff, code, wanted, today=TODAY)
    assert refused.value.code == error
    assert str(refused.value.message).endswith(("。", "；"))
    assert not RegionChange.objects.exists()


def test_changes_of_one_region_come_in_the_order_of_time_and_go_back_in_reverse() -> None:
    world = World()
    first = world.move().change
    with pytest.raises(Conflict, match="已有变更"):
        change_region(world.staff, "610403", TreeChange("renamed", MOVE.on, "x", name="新"), today=TODAY)
    change_region(world.staff, "610403", TreeChange("renamed", date(2025, 6, 1), "x", name="新"), today=TODAY)
    with pytest.raises(Conflict, match="较晚"):
        take_back_change(world.staff, first.pk)
    change_region(world.staff, "610403", TreeChange("abolished", date(2025, 7, 1), "x"), today=TODAY)
    with pytest.raises(Conflict, match="已于"):
        change_region(world.staff, "610403", TreeChange("renamed", date(2025, 8, 1), "x", name="旧"), today=TODAY)


def test_only_who_keeps_both_ends_of_a_move_may_make_it() -> None:
    world = World()
    here = builders.make_user("staff", region=world.cities[0])
    with pytest.raises(NotAllowed):
        change_region(here, "610302", MOVE, today=TODAY)
    change_region(here, "610303", TreeChange("renamed", date(2025, 5, 1), "x", name="新名"), today=TODAY)
    with pytest.raises(NotAllowed):
        change_region(world.staff, "610000", TreeChange("renamed", date(2025, 5, 1), "x", name="新名"), today=TODAY)
    others = [builders.make_user(role, region=world.province) for role in ("reviewer", "leader")]
    for user in (*others, *(builders.make_user(role) for role in ("secadmin", "auditor"))):
        with pytest.raises(NotAllowed):
            change_region(user, "610302", MOVE, today=TODAY)
    change_region(builders.make_user("sysadmin"), "610302", MOVE, today=TODAY)


def test_a_move_before_the_figures_and_a_move_after_them_give_the_same_rows() -> None:
    told = []
    for early in (True, False):
        with transaction.atomic():
            world = World()
            if early:
                Figure.objects.all().delete()
                world.move()
                for number, code in enumerate(("610403", "610303", "610404", "610405"), start=1):
                    for quarter in (1, 2, 3):
                        world.report(Region.objects.get(code=code), quarter, 10 * number)
                        mark_pairs_changed({(world.flow.pk, code)}, requested_by=None)
            else:
                world.move()
            run()
            rows = stored_rows()
            told.append([rows[cell] for cell in sorted(rows)])
            transaction.set_rollback(True)
    assert told[0] == told[1]
