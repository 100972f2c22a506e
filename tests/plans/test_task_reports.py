"""What units report on their tasks: from draft to acceptance, by the right people, once, and never lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ipdash.accounts.models import User
from ipdash.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotVisible
from ipdash.core.periods import Quarter
from plans.models import Assignment, Milestone, PlanTask, TaskGoal, TaskReport, Unit
from plans.rules.task_state import TaskState, task_state
from plans.scope import forget_scope, scope_of
from plans.selectors.task_reports import sent_back_to, waiting_for
from plans.services.assignments import transfer_assignment
from plans.services.milestones import Due, add_milestone, move_milestone, split_milestone, withdraw_milestone
from plans.services.task_closing import ask_closing, grant_closing, refuse_closing, reopen_task
from plans.services.task_reports import accept_report, change_report, return_report, save_report
from plans.services.unit_merge import merge_units
from tests import builders

pytestmark = pytest.mark.django_db
Q3, Q4 = Quarter(2025, 3), Quarter(2025, 4)
IN_TIME, LATE, LOCKED = date(2025, 10, 12), date(2025, 10, 20), date(2025, 11, 5)


@dataclass
class World:
    task: PlanTask
    lead: Unit
    other: Unit
    people: dict[str, User]

    def says(self, text: str = "已完成调研", who: str = "lead", quarter: Quarter = Q3, **given: Any) -> TaskReport:
        unit = self.lead if who == "lead" else self.other
        options = {name: given.pop(name) for name in ("submit", "version", "reason") if name in given}
        today = given.pop("today", IN_TIME)
        values: Any = {"text": text, **given}
        return save_report(self.people[who], self.task.pk, unit.pk, quarter, values, today=today, **options)

    @property
    def state(self) -> TaskState:
        task = PlanTask.objects.select_related("plan").get(pk=self.task.pk)
        return task_state(task.facts, IN_TIME)


@pytest.fixture
def world() -> World:
    city = builders.make_region()
    plan = builders.make_plan(city)
    task = PlanTask.objects.create(plan=plan, title="建设保护中心", position=0)
    lead, other = builders.make_unit(city, "市知识产权局"), builders.make_unit(city, "市科技局")
    Assignment.objects.create(task=task, unit=lead, role="lead", printed=lead.name)
    Assignment.objects.create(task=task, unit=other, role="responsible", printed=other.name, position=1)
    PlanTask.objects.filter(pk=task.pk).update(lead_unit=lead)
    builders.open_period(city)
    people = {
        "lead": builders.make_user("department", unit=lead, name="lead"),
        "colleague": builders.make_user("reporter", unit=lead, name="colleague"),
        "other": builders.make_user("department", unit=other, name="other"),
        "staff": builders.make_user("staff", region=city, name="staff"),
        "reviewer": builders.make_user("reviewer", region=city, name="reviewer"),
        "leader": builders.make_user("leader", region=city, name="leader"),
        "stranger": builders.make_user("staff", region=builders.make_region("330100"), name="stranger"),
    }
    task.refresh_from_db()
    return World(task, lead, other, people)


def refused(act: Any) -> str:
    with pytest.raises(DomainError) as error:
        act()
    return error.value.code


def seen(who: User) -> list[int]:
    forget_scope(who)
    return list(TaskReport.objects.visible_to(scope_of(who)).order_by("pk").values_list("pk", flat=True))


def test_a_report_goes_from_draft_through_return_to_acceptance(world: World) -> None:
    report = world.says()
    assert (report.state, report.is_lead, world.state) == ("draft", True, TaskState.NOT_STARTED)
    report = world.says("已挂牌", submit=True, version=1)
    assert (report.state, report.is_late, world.state) == ("submitted", False, TaskState.ON_TIME)
    returned = return_report(world.people["staff"], report.pk, "请写明日期")
    assert (returned.state, [r.pk for r in sent_back_to(scope_of(world.people["lead"]))]) == ("returned", [report.pk])
    report = world.says("9月1日挂牌", submit=True)
    accepted = accept_report(world.people["staff"], report.pk, today=IN_TIME)
    assert (accepted.state, accepted.reason) == ("accepted", "")
    steps = list(report.revisions.values_list("action", "to_state", "reason"))
    assert steps == [
        ("submit", "submitted", ""), ("return", "returned", "请写明日期"), ("submit", "submitted", ""),
        ("accept", "accepted", ""),
    ]  # fmt: skip
    assert [r.content["text"] for r in report.revisions.all()] == ["已挂牌", "已挂牌", "9月1日挂牌", "9月1日挂牌"]


def test_the_same_again_changes_nothing(world: World) -> None:
    first = world.says(submit=True)
    again = world.says(submit=True, version=first.version)
    assert (again.pk, again.version, TaskReport.objects.count(), first.revisions.count()) == (first.pk, 1, 1, 1)
    done = accept_report(world.people["staff"], first.pk, today=IN_TIME)
    assert accept_report(world.people["staff"], first.pk, today=IN_TIME).version == done.version


def test_two_editors_are_told_of_each_other(world: World) -> None:
    seen_by_both = world.says().version
    world.says("一位写的", version=seen_by_both)
    with pytest.raises(Conflict) as conflict:
        save_report(
            world.people["colleague"], world.task.pk, world.lead.pk, Q3, {"text": "另一位写的"}, today=IN_TIME,
            version=seen_by_both,
        )  # fmt: skip
    assert conflict.value.code == "stale_version"
    assert "一位写的" in conflict.value.details["text"][0]
    assert TaskReport.objects.get().text == "一位写的"


def test_nobody_accepts_their_own_word(world: World) -> None:
    staff = world.people["staff"]
    report = save_report(staff, world.task.pk, world.lead.pk, Q3, {"text": "代填"}, today=IN_TIME, submit=True)
    assert refused(lambda: accept_report(staff, report.pk, today=IN_TIME)) == "own_entry"
    assert accept_report(world.people["reviewer"], report.pk, today=IN_TIME).state == "accepted"


def test_contributions_are_the_lead_s_to_check_and_the_lead_s_word_the_bureau_s(world: World) -> None:
    part = world.says("配合完成", who="other", submit=True)
    whole = world.says("汇总", submit=True)
    assert [r.pk for r in waiting_for(scope_of(world.people["lead"]))] == [part.pk]
    assert [r.pk for r in waiting_for(scope_of(world.people["staff"]))] == [whole.pk]
    assert refused(lambda: accept_report(world.people["other"], whole.pk, today=IN_TIME)) == "not_found"
    assert refused(lambda: accept_report(world.people["colleague"], whole.pk, today=IN_TIME)) == "not_allowed"
    assert accept_report(world.people["lead"], part.pk, today=IN_TIME).state == "accepted"
    accept_report(world.people["staff"], whole.pk, today=IN_TIME)


def test_an_accepted_consolidation_closes_the_quarter_for_contributions(world: World) -> None:
    accept_report(world.people["staff"], world.says("汇总", submit=True).pk, today=IN_TIME)
    assert refused(lambda: world.says("来晚了", who="other")) == "quarter_closed"
    assert world.says("下季度", who="other", quarter=Q4, submit=True).state == "submitted"


def test_who_sees_which_report(world: World) -> None:
    people = world.people
    draft = world.says()
    part = world.says("配合", who="other")
    everybody = {name: seen(user) for name, user in people.items()}
    both, mine, theirs = [draft.pk, part.pk], [draft.pk], [part.pk]
    assert everybody == {
        "lead": mine, "colleague": mine, "other": theirs, "staff": both, "reviewer": both, "leader": [], "stranger": [],
    }  # fmt: skip
    world.says(submit=True)
    world.says("配合", who="other", submit=True)
    assert {name: seen(user) for name, user in people.items()} == everybody | {"lead": both, "colleague": both}
    accept_report(people["staff"], draft.pk, today=IN_TIME)
    assert (seen(people["other"]), seen(people["leader"]), seen(people["stranger"])) == (both, mine, [])


def test_the_lock_leaves_corrections_with_a_reason(world: World) -> None:
    report = world.says(submit=True, today=LATE)
    assert report.is_late
    accept_report(world.people["staff"], report.pk, today=LATE)
    assert refused(lambda: world.says("改", today=LOCKED, submit=True)) == "reason_needed"
    assert refused(lambda: world.says("改", today=LOCKED, reason="写错")) == "correction_is_handed_in"
    corrected = world.says("改", today=LOCKED, submit=True, reason="写错")
    assert (corrected.state, corrected.is_correction, corrected.reason) == ("submitted", True, "写错")
    assert refused(lambda: world.says("新的", who="other", today=LOCKED)) == "correction_is_handed_in"


@pytest.mark.parametrize(
    ("quarter", "today", "code"),
    [
        (Quarter(2026, 1), IN_TIME, "outside_plan"),
        (Q4, date(2025, 9, 30), "quarter_ahead"),
        (Quarter(2025, 2), IN_TIME, "not_open"),
    ],
)
def test_a_quarter_must_be_there_to_be_reported(world: World, quarter: Quarter, today: date, code: str) -> None:
    assert refused(lambda: world.says(quarter=quarter, today=today)) == code


def test_what_must_be_said_before_it_is_handed_in(world: World) -> None:
    assert refused(lambda: world.says("", submit=True)) == "text_needed"
    assert refused(lambda: world.says("慢", standing="behind", submit=True)) == "problems_needed"
    with pytest.raises(Invalid) as long:
        world.says("长" * 501)
    assert "text" in long.value.details
    assert TaskReport.objects.count() == 0


def test_last_quarter_s_words_are_the_next_draft_and_not_the_next_report(world: World) -> None:
    world.says("三季度做了调研", next_step="挂牌", submit=True)
    save = lambda **given: save_report(  # noqa: E731
        world.people["lead"], world.task.pk, world.lead.pk, Q4, given.pop("values", {}), today=IN_TIME, **given
    )
    draft = save()
    assert (draft.state, draft.text, draft.next_step) == ("draft", "三季度做了调研", "挂牌")
    assert refused(lambda: save(submit=True)) == "same_as_before"
    assert save(values={"text": "四季度挂牌"}, submit=True).state == "submitted"


def test_others_do_not_speak_for_a_unit(world: World) -> None:
    for name, kind in (
        ("other", NotAllowed),
        ("leader", NotAllowed),
        ("reviewer", NotAllowed),
        ("stranger", NotVisible),
    ):
        with pytest.raises(kind):
            save_report(world.people[name], world.task.pk, world.lead.pk, Q3, {"text": "冒名"}, today=IN_TIME)
    outside = builders.make_unit(world.lead.region)
    code = refused(
        lambda: save_report(world.people["staff"], world.task.pk, outside.pk, Q3, {"text": "无关"}, today=IN_TIME)
    )
    assert code == "unit_without_part"


def test_milestones_and_numbers_count_once_they_are_accepted(world: World) -> None:
    milestone = Milestone.objects.create(
        task=world.task, label="三季度", text="挂牌", year=2025, from_quarter=3, to_quarter=3
    )
    goal = TaskGoal.objects.create(task=world.task, name="培训", value=Decimal(20), unit="期")
    assert world.state == TaskState.LATE
    report = world.says(reached=[milestone.pk], numbers={goal.pk: Decimal(5)})
    assert world.state == TaskState.LATE  # a draft says nothing
    world.says(reached=[milestone.pk], submit=True)
    assert world.state == TaskState.ON_TIME  # said, and waiting
    return_report(world.people["staff"], report.pk, "没有附照片")
    assert world.state == TaskState.LATE
    world.says(reached=[milestone.pk], submit=True)
    accept_report(world.people["staff"], report.pk, today=IN_TIME)
    milestone.refresh_from_db()
    goal.refresh_from_db()
    assert (milestone.reached_on, goal.achieved, goal.achieved_quarter) == (date(2025, 9, 30), 5, "2025Q3")
    world.says(reached=[], submit=True, reason="其实没有挂牌")
    accept_report(world.people["staff"], report.pk, today=IN_TIME)
    milestone.refresh_from_db()
    assert (milestone.reached_on, world.state) == (None, TaskState.LATE)
    foreign = PlanTask.objects.create(plan=world.task.plan, title="别的", position=1)
    strange = Milestone.objects.create(task=foreign, label="x", text="y")
    assert refused(lambda: world.says(reached=[strange.pk])) == "unknown_milestone"
    assert refused(lambda: world.says(numbers={goal.pk + 1: Decimal(1)})) == "unknown_goal"


def test_a_task_is_closed_by_another_than_who_asked_and_opened_again_with_a_reason(world: World) -> None:
    people, pk = world.people, world.task.pk
    assert refused(lambda: grant_closing(people["staff"], pk, today=IN_TIME)) == "not_asked"
    assert refused(lambda: ask_closing(people["other"], pk, "完成")) == "not_allowed"
    assert refused(lambda: ask_closing(people["lead"], pk, " ")) == "text_needed"
    ask_closing(people["lead"], pk, "全部完成")
    assert world.state == TaskState.AWAITING_REVIEW
    assert refused(lambda: ask_closing(people["lead"], pk, "再来")) == "wrong_state"
    assert refused(lambda: grant_closing(people["lead"], pk, today=IN_TIME)) == "not_allowed"
    refuse_closing(people["staff"], pk, "材料不全")
    assert world.state == TaskState.ON_TIME
    ask_closing(people["staff"], pk, "代为申请")
    assert refused(lambda: grant_closing(people["staff"], pk, today=IN_TIME)) == "own_entry"
    closing = grant_closing(people["reviewer"], pk, closed_on=date(2025, 10, 10), today=IN_TIME)
    assert (world.state, closing.closed_on) == (TaskState.CLOSED, date(2025, 10, 10))
    assert refused(world.says) == "task_closed"
    reopen_task(people["staff"], pk, "抽查不合格")
    assert world.state == TaskState.ON_TIME
    states = [closing.state for closing in world.task.closings.all()]
    assert states == ["reopened", "refused"]


def test_a_milestone_keeps_its_printed_words_and_every_reason(world: World) -> None:
    staff, pk = world.people["staff"], world.task.pk
    first = add_milestone(staff, pk, Due("三季度", "挂牌", 3, 3, 2025), reason="市政府会议")
    assert refused(lambda: add_milestone(staff, pk, Due("x", "y"), reason="")) == "reason_needed"
    assert refused(lambda: add_milestone(staff, pk, Due("x", "y", 1, 1, 2031), reason="远")) == "outside_plan"
    moved = move_milestone(staff, first.pk, Due("", "", 4, 4, 2025), reason="延期一季度")
    assert (moved.label, moved.text, moved.due_on, moved.is_moved) == ("三季度", "挂牌", date(2025, 12, 31), True)
    parts = split_milestone(
        staff, first.pk, [Due("三季度", "选址", 3, 3, 2025), Due("四季度", "挂牌", 4, 4, 2025)], reason="分两步"
    )
    assert [m.pk for m in world.task.milestones.all()] == [part.pk for part in parts]
    assert world.state == TaskState.LATE
    withdraw_milestone(staff, parts[0].pk, reason="已有场地")
    assert world.state == TaskState.NOT_STARTED
    kept = Milestone.every.get(pk=first.pk)
    assert (kept.state, [(c.action, c.reason) for c in kept.changes.all()]) == (
        "split", [("add", "市政府会议"), ("move", "延期一季度"), ("split", "分两步")],
    )  # fmt: skip
    assert kept.changes.all()[1].before["from_quarter"] == 3
    with pytest.raises(NotAllowed):
        add_milestone(world.people["lead"], pk, Due("x", "y"), reason="试")


def test_a_transferred_task_keeps_both_units_reports(world: World) -> None:
    old = world.says("移交前", submit=True)
    accept_report(world.people["staff"], old.pk, today=IN_TIME)
    begun = world.says("还在写", quarter=Q4)
    heir = builders.make_unit(world.lead.region, "市市场监管局")
    person = builders.make_user("department", unit=heir)
    assignment = Assignment.objects.get(task=world.task, unit=world.lead)
    new = transfer_assignment(
        world.people["staff"], assignment.pk, heir.pk, on=date(2025, 10, 1), today=IN_TIME, reason="机构改革"
    )
    assignment = Assignment.every.get(pk=assignment.pk)
    assert (assignment.ended_on, assignment.moved_to, new.printed) == (date(2025, 9, 30), new, "市市场监管局")
    world.task.refresh_from_db()
    assert world.task.lead_unit == heir
    begun.refresh_from_db()
    old.refresh_from_db()
    assert (old.is_lead, begun.is_lead) == (True, False)
    assert old.pk in seen(world.people["lead"])
    assert old.pk in seen(person)
    whole = save_report(person, world.task.pk, heir.pk, Q4, {"text": "接手"}, today=IN_TIME, submit=True)
    assert whole.is_lead
    assert refused(lambda: world.says("不再承担", quarter=Quarter(2025, 4), who="lead")) == "unit_without_part"


def test_units_that_are_merged_keep_both_their_words(world: World) -> None:
    mine, theirs = world.says("一家", submit=True), world.says("另一家", who="other", submit=True)
    merge_units(world.people["staff"], world.lead.pk, world.other.pk, "机构改革")
    names = {r.pk: (r.unit_id, r.unit_name) for r in TaskReport.objects.all()}
    assert names == {mine.pk: (world.lead.pk, "市知识产权局"), theirs.pk: (world.lead.pk, "市科技局")}
    assert set(names) == set(seen(world.people["other"])) == set(seen(world.people["lead"]))
    assert change_report(world.people["lead"], mine.pk, {"text": "改"}, today=IN_TIME, submit=True).text == "改"


def test_a_plan_that_has_ended_takes_no_reports(world: World) -> None:
    world.task.plan.state = "closed"
    world.task.plan.save()
    assert refused(world.says) == "plan_not_active"
    assert refused(lambda: ask_closing(world.people["lead"], world.task.pk, "完")) == "plan_not_active"
