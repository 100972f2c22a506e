"""督办: proposed by the day's facts, once; moved by the right person alone; nobody outside learns of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from indicators.models import Attainment, TaskLink
from indicators.services.supervision_round import run_round
from ipdash.accounts.models import AuditEntry
from ipdash.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from plans.models import Notice, Plan, PlanTask, Supervision, SupervisionStep, Unit
from plans.permissions import get_slip_for
from plans.rules.ladder import Level
from plans.scope import scope_of
from plans.services.slip_rules import RungValues, ladder_of, set_ladder
from plans.services.slips import make_slip, move_slip
from plans.services.unit_merge import merge_units
from tests import builders
from tests.supervision_world import World, make_world

pytestmark = pytest.mark.django_db

LONG_BEFORE, BEFORE, NEXT = date(2025, 6, 20), date(2025, 6, 23), date(2025, 6, 24)
SUNDAY, LATE, VERY_LATE = date(2025, 7, 13), date(2025, 7, 14), date(2025, 7, 28)


@pytest.fixture
def world() -> World:
    return make_world()


def only() -> Supervision:
    return Supervision.objects.get(state="proposed")


def test_nothing_is_proposed_long_before_the_last_day_and_then_once(world: World) -> None:
    assert run_round(LONG_BEFORE)["proposed"] == 0
    assert run_round(BEFORE) == {"proposed": 1, "sent": 0, "lapsed": 0}
    assert run_round(BEFORE)["proposed"] == 0
    assert run_round(NEXT)["proposed"] == 0
    slip = only()
    assert (slip.level, slip.reason, slip.unit, slip.facts) == ("urge", "deadline", world.unit, {"due": "2025-06-30"})


def test_a_missed_day_is_caught_up_once_by_the_level_that_is_due_by_then(world: World) -> None:
    run_round(BEFORE)
    assert run_round(LATE) == {"proposed": 1, "sent": 0, "lapsed": 1}
    assert only().level == "yellow"
    assert run_round(LATE)["proposed"] == 0
    assert Supervision.objects.count() == 2


def test_on_days_without_work_nothing_happens(world: World) -> None:
    assert run_round(SUNDAY) == {"proposed": 0, "sent": 0, "lapsed": 0}


def test_a_proposal_without_grounds_lapses_and_comes_back_with_them(world: World) -> None:
    run_round(LATE)
    PlanTask.objects.update(status="awaiting_review")
    assert run_round(LATE)["lapsed"] == 1
    PlanTask.objects.update(status="in_progress")
    assert run_round(LATE)["proposed"] == 1
    assert Supervision.objects.count() == 1


def test_nothing_is_proposed_or_sent_for_a_closed_plan(world: World) -> None:
    run_round(LATE)
    Plan.objects.update(state=Plan.State.CLOSED)
    with pytest.raises(Conflict, match="不在执行中"):
        move_slip(world.staff, only().pk, "send", today=LATE)
    assert run_round(LATE) == {"proposed": 0, "sent": 0, "lapsed": 1}


def test_from_proposal_to_the_end(world: World) -> None:
    run_round(LATE)
    slip = move_slip(world.staff, only().pk, "send", "请说明原因和完成时间", today=LATE)
    assert (slip.label, slip.answer_by, slip.demand) == (
        "宝鸡市知督〔2025〕1号",
        date(2025, 7, 17),
        "请说明原因和完成时间",
    )
    move_slip(world.clerk, slip.pk, "sign", today=LATE)
    with pytest.raises(Invalid, match="请填写说明"):
        move_slip(world.clerk, slip.pk, "answer", "  ", today=LATE)
    move_slip(world.clerk, slip.pk, "answer", "文件已报市政府", today=LATE)
    move_slip(world.staff, slip.pk, "return", "请附文号", today=LATE)
    move_slip(world.clerk, slip.pk, "answer", "宝政办发〔2025〕8号", today=LATE)
    assert run_round(VERY_LATE)["proposed"] == 0  # an answer waits to be checked
    done = move_slip(world.colleague, slip.pk, "close", "", today=VERY_LATE)
    assert (done.state, done.ended_on) == ("closed", VERY_LATE)
    steps = SupervisionStep.objects.filter(slip=slip).values_list("action", "by__username")
    assert [action for action, _who in steps] == ["send", "sign", "answer", "return", "answer", "close"]
    assert AuditEntry.objects.filter(action__startswith="supervision.").count() == 6


def test_a_higher_slip_takes_the_place_of_the_one_below(world: World) -> None:
    run_round(BEFORE)
    urge = move_slip(world.staff, only().pk, "send", today=BEFORE)
    run_round(LATE)
    yellow = move_slip(world.staff, only().pk, "send", today=LATE)
    assert (yellow.level, yellow.raised_from) == ("yellow", urge)
    urge.refresh_from_db()
    assert urge.state == "raised"
    assert run_round(VERY_LATE)["proposed"] == 1
    assert only().level == "red"


def test_a_level_is_raised_by_hand_with_a_reason(world: World) -> None:
    run_round(BEFORE)
    urge = move_slip(world.staff, only().pk, "send", today=BEFORE)
    with pytest.raises(Invalid):
        move_slip(world.staff, urge.pk, "raise", today=BEFORE)
    blue = move_slip(world.staff, urge.pk, "raise", "电话催办无果", today=BEFORE)
    assert (blue.level, blue.state, blue.number) == ("blue", "sent", 2)
    assert [slip.state for slip in Supervision.objects.order_by("pk")] == ["raised", "sent"]


def test_the_same_step_twice_is_refused_the_second_time(world: World) -> None:
    run_round(LATE)
    slip = move_slip(world.staff, only().pk, "send", today=LATE)
    with pytest.raises(Conflict, match="待签收"):
        move_slip(world.staff, slip.pk, "send", today=LATE)
    with pytest.raises(Conflict, match="刚被他人处理"):
        move_slip(world.clerk, slip.pk, "sign", today=LATE, version=1)
    assert Notice.objects.filter(kind="slip.sent").count() == 1


def test_each_step_belongs_to_its_side(world: World) -> None:
    run_round(LATE)
    slip = only()
    for person in (world.clerk, world.outsider, world.stranger, world.leader, world.reviewer):
        with pytest.raises(NotVisible):
            move_slip(person, slip.pk, "send", today=LATE)
    move_slip(world.staff, slip.pk, "send", today=LATE)
    for person in (world.staff, world.leader):
        with pytest.raises(NotAllowed):
            move_slip(person, slip.pk, "sign", today=LATE)
    with pytest.raises(NotAllowed):
        move_slip(world.clerk, slip.pk, "withdraw", "误发", today=LATE)
    with pytest.raises(Invalid):
        move_slip(world.staff, slip.pk, "lapse", today=LATE)


def test_nobody_checks_an_answer_of_their_own(world: World) -> None:
    from tests.supervision_world import join

    join(world.staff, world.unit)
    run_round(LATE)
    slip = move_slip(world.staff, only().pk, "send", today=LATE)
    move_slip(world.staff, slip.pk, "sign", today=LATE)
    move_slip(world.staff, slip.pk, "answer", "已办", today=LATE)
    with pytest.raises(NotAllowed, match="自己的反馈"):
        move_slip(world.staff, slip.pk, "close", today=LATE)
    move_slip(world.colleague, slip.pk, "close", today=LATE)


def seen_by(world: World, slip: Supervision) -> set[str]:
    found = set()
    for name, user in world.everybody.items():
        try:
            get_slip_for(scope_of(user), slip.pk)
        except NotVisible:
            continue
        found.add(name)
    return found


def test_each_slip_is_seen_by_exactly_those_who_may_see_it(world: World) -> None:
    run_round(LATE)
    slip = only()
    assert seen_by(world, slip) == {"staff", "colleague"}
    move_slip(world.staff, slip.pk, "send", today=LATE)
    assert seen_by(world, slip) == {"staff", "colleague", "leader", "clerk"}
    told = set(Notice.objects.exclude(kind="slips.proposed").values_list("user__username", flat=True))
    assert told == {world.clerk.username}


def test_named_leaders_get_a_copy_also_from_above(world: World) -> None:
    province = builders.make_user("leader", region=builders.make_region("610000"), name="省领导")
    values = {level: RungValues(held.rung) for level, held in ladder_of(world.region).items()}
    values[Level.YELLOW] = RungValues(values[Level.YELLOW].rung, (province.pk,))
    set_ladder(world.staff, world.region.code, values)
    run_round(LATE)
    slip = move_slip(world.staff, only().pk, "send", today=LATE)
    assert list(slip.leaders.all()) == [province]
    assert Notice.objects.get(kind="slip.copied").user == province


def test_a_level_that_goes_out_by_itself_is_sent_once(world: World) -> None:
    values = {level: RungValues(replace(held.rung, automatic=True)) for level, held in ladder_of(world.region).items()}
    set_ladder(world.staff, world.region.code, values)
    assert run_round(BEFORE) == {"proposed": 1, "sent": 1, "lapsed": 0}
    assert run_round(BEFORE) == {"proposed": 0, "sent": 0, "lapsed": 0}
    slip = Supervision.objects.get()
    assert (slip.is_automatic, slip.sent_by, slip.number) == (True, None, 1)
    move_slip(world.clerk, slip.pk, "sign", today=BEFORE)
    move_slip(world.clerk, slip.pk, "answer", "已办", today=BEFORE)
    # Nobody sent it, so all of the region's staff are told of the answer.
    told = Notice.objects.filter(kind="slip.answered").values_list("user__username", flat=True)
    assert set(told) == {world.staff.username, world.colleague.username}


def test_a_bureau_s_thresholds_count_and_a_plan_s_own_before_them(world: World) -> None:
    rungs = {level: held.rung for level, held in ladder_of(world.region).items()}
    later = {**rungs, Level.URGE: replace(rungs[Level.URGE], days=-2)}
    set_ladder(world.staff, world.region.code, {level: RungValues(rung) for level, rung in later.items()})
    assert run_round(BEFORE)["proposed"] == 0
    set_ladder(
        world.staff,
        world.region.code,
        {level: RungValues(rung) for level, rung in rungs.items()},
        plan_id=world.plan.pk,
    )
    assert {held.origin for held in ladder_of(world.region, world.plan).values()} == {"plan", "default"}
    assert run_round(BEFORE)["proposed"] == 1
    wrong = {**rungs, Level.RED: replace(rungs[Level.RED], days=1)}
    with pytest.raises(Invalid, match="逐级加重"):
        set_ladder(world.staff, world.region.code, {level: RungValues(rung) for level, rung in wrong.items()})
    with pytest.raises(NotAllowed):
        set_ladder(world.leader, world.region.code, {level: RungValues(rung) for level, rung in rungs.items()})


def test_a_lagging_indicator_calls_for_a_slip_where_a_person_confirmed_the_link(world: World) -> None:
    indicator = builders.make_indicator("patents")
    line = builders.make_line(world.plan, indicator, {2025: "100"})
    Attainment.objects.create(
        line=line,
        plan=world.plan,
        region=world.region,
        year=2025,
        quarter=1,
        year_gap=Decimal("-12"),
        status="behind",
        light="red",
        computed_at="2025-04-20T00:00:00Z",
        target_comparator="",
        target_source="",
        forecast_method="",
    )
    link = TaskLink.objects.create(task=world.task, indicator=indicator, how="key", words=["专利"])
    day = date(2025, 5, 12)
    assert run_round(day)["proposed"] == 0
    TaskLink.objects.filter(pk=link.pk).update(state="confirmed", decided_by=world.staff)
    assert run_round(day)["proposed"] == 1
    slip = only()
    assert (slip.level, slip.reason, slip.facts["gap"]) == ("yellow", "pace", "-12")


def test_dismissed_with_a_reason_it_is_not_proposed_again_at_this_level(world: World) -> None:
    run_round(LATE)
    slip = only()
    with pytest.raises(Invalid):
        move_slip(world.staff, slip.pk, "dismiss", today=LATE)
    move_slip(world.staff, slip.pk, "dismiss", "已电话说明", today=LATE)
    assert run_round(LATE)["proposed"] == 0
    assert run_round(VERY_LATE)["proposed"] == 1
    assert only().level == "red"


def test_a_slip_by_hand_is_sent_at_once_and_not_twice_a_day(world: World) -> None:
    slip = make_slip(world.staff, world.task.pk, world.other.pk, "blue", "请报送经费安排", today=LATE)
    assert (slip.state, slip.reason, slip.number) == ("sent", "other", 1)
    with pytest.raises(Conflict):
        make_slip(world.staff, world.task.pk, world.other.pk, "blue", "请报送经费安排", today=LATE)
    with pytest.raises(Invalid):
        make_slip(world.staff, world.task.pk, world.other.pk, "purple", "请报送", today=LATE)
    with pytest.raises(NotAllowed):
        make_slip(world.leader, world.task.pk, world.other.pk, "blue", "请报送", today=LATE)


def test_merging_units_keeps_every_slip(world: World) -> None:
    twin = Unit.objects.create(region=world.region, name="科技局")
    run_round(LATE)
    slip = move_slip(world.staff, only().pk, "send", today=LATE)
    hand = make_slip(world.staff, world.task.pk, twin.pk, "blue", "请报送", today=LATE)
    merge_units(world.staff, world.unit.pk, twin.pk, "同一单位")
    assert {row.unit_id for row in Supervision.objects.filter(pk__in=(slip.pk, hand.pk))} == {world.unit.pk}
    assert Supervision.objects.get(pk=hand.pk).unit_name == "科技局"


def test_numbers_run_by_region_and_year(world: World, django_assert_max_num_queries: Any) -> None:
    first = make_slip(world.staff, world.task.pk, world.unit.pk, "blue", "一", today=LATE)
    second = make_slip(world.staff, world.task.pk, world.other.pk, "blue", "二", today=LATE)
    new_year = make_slip(world.staff, world.task.pk, world.unit.pk, "red", "三", today=date(2026, 1, 5))
    assert [slip.number for slip in (first, second, new_year)] == [1, 2, 1]
    with django_assert_max_num_queries(60):
        run_round(LATE)
