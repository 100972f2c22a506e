"""From a document to a plan: what was read, corrected and answered is what is stored."""

from __future__ import annotations

import json

import pytest

from indicators.models import Indicator, TargetLine
from indicators.selectors.imports import review
from indicators.services import import_answers as answers
from indicators.services.import_answers import UnitAnswer
from indicators.services.imports import confirm_import
from indicators.services.lines_in_bulk import store_lines  # noqa: F401 - the one way in which lines are stored
from ipdash.accounts.models import AuditEntry
from ipdash.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from ipdash.jobs.models import JobRun
from plans.models import Plan, PlanImport, Unit
from plans.services.imports import (
    add_item,
    change_item,
    check_findings,
    discard_import,
    drop_item,
    receive_plan,
)
from plans.services.reading import read_plan
from tests.builders import make_region, make_user
from tests.indicators.imports.support import PLANS, SMALL, draft_of, text_of


def items(draft, kind):
    return list(draft.items.filter(kind=kind))


def settled(actor, draft):
    """Every open question answered in the quickest way."""
    answers.create_all_units(actor, draft.pk)
    answers.settle_the_rest(actor, draft.pk, create=True)
    for row in review(draft).open_lines:
        if "indicator" in row.questions and row.item.data["where"] == "table" and row.nearest:
            answers.match_indicator(actor, draft.pk, row.item.pk, row.nearest[0].key)
    for row in review(draft).open_lines:
        if "indicator" in row.questions or "unit" in row.questions or "twice" in row.questions:
            answers.leave_untracked(actor, draft.pk, row.item.pk)
        elif "basis" in row.questions:
            answers.answer_basis(actor, draft.pk, row.item.pk, row.basis)
    for row in review(draft).open_lines:
        answers.leave_untracked(actor, draft.pk, row.item.pk)
    return review(PlanImport.objects.get(pk=draft.pk))


def test_a_document_becomes_a_plan_with_everything_in_it(demo, staff):
    draft = draft_of(staff)
    settled(staff, draft)
    plan = confirm_import(staff, draft.pk, state=Plan.State.ACTIVE).plan
    assert (plan.title, plan.region.code, plan.start_year, plan.end_year, plan.state) == (
        "璧山区知识产权强企行动方案（2026—2028年）", "500120", 2026, 2028, "active",
    )  # fmt: skip
    assert [(t.number, t.title, t.source_line) for t in plan.tasks.all()] == [
        ("1", "开展强企认定", 10), ("2", "加强金融支持", 11),
    ]  # fmt: skip
    assert [(a.role, a.printed, a.unit.name) for t in plan.tasks.all() for a in t.assignments.all()] == [
        ("lead", "区市场监管局", "区市场监管局"), ("responsible", "区科技局", "区科技局"),
        ("responsible", "区数据局", "区数据局"), ("lead", "区财政局", "区财政局"),
    ]  # fmt: skip
    lines = {line.printed_name: line for line in plan.target_lines.all()}
    assert lines["每万人口发明专利拥有量"].indicator.code == "invention_patents_per_10k"
    assert [str(t.value) for t in lines["知识产权托管企业"].targets.all()] == ["30", "30", "100"]
    assert lines["知识产权强企"].source_line == 6
    draft.refresh_from_db()
    assert (draft.state, draft.plan, draft.closed_by) == ("confirmed", plan, staff)
    assert JobRun.objects.filter(kind="recompute_attainment", args={"plan": plan.pk}).exists()
    assert AuditEntry.objects.filter(action="plan.import", object_id=str(plan.pk), actor=staff).exists()


@pytest.mark.parametrize("slug", ["baoji", "urumqi", "chongqing", "bishan", "jilin"])
def test_an_issued_plan_goes_through_with_every_task_assignment_and_table_target(demo, staff, slug):
    """Against what people read by hand and the demonstration holds; the copy has a line more, so it is another file."""
    draft = draft_of(staff, text_of(slug) + "\n（扫描件核对无误）\n")
    settled(staff, draft)
    plan = confirm_import(staff, draft.pk).plan
    known = Plan.objects.get(slug=slug)
    assert (plan.title, plan.doc_number, plan.issued_on, plan.region) == (
        known.title, known.doc_number, known.issued_on, known.region,
    )  # fmt: skip
    assert [(t.number, t.title, t.section_path) for t in plan.tasks.all()] == [
        (t.number, t.title, t.section_path) for t in known.tasks.all()
    ]
    assert _assignments(plan) == _assignments(known)
    assert _table_targets(plan) >= _table_targets(known)


def _assignments(plan):
    return [
        (task.position, a.role, a.printed, a.unit.name)
        for task in plan.tasks.all()
        for a in task.assignments.filter(is_demo=False)
    ]


def _table_targets(plan):
    """Values are in the catalogue's unit, where the catalogue is the same."""
    return {
        (line.printed_name, t.year, t.comparator, t.value)
        for line in plan.target_lines.filter(where=TargetLine.Where.TABLE, region=plan.region)
        for t in line.targets.all()
    }


def test_what_is_stored_takes_the_same_way_as_the_fixtures(demo, staff):
    """Bishan's reading, answered as the fixture was by hand, gives the fixture's lines."""
    draft = draft_of(staff, text_of("jilin") + "\n.\n")
    by_hand = json.loads((PLANS / "jilin.json").read_text(encoding="utf-8"))["target_lines"]
    wanted = {line["printed_name"]: line for line in by_hand if line["where"] == "table"}
    for row in review(draft).lines:
        line = wanted.get(row.item.data["name"])
        if line is None:
            answers.leave_untracked(staff, draft.pk, row.item.pk)
            continue
        answers.match_indicator(staff, draft.pk, row.item.pk, line["indicator"])
        answers.answer_basis(staff, draft.pk, row.item.pk, line["basis"])
    answers.create_all_units(staff, draft.pk)
    plan = confirm_import(staff, draft.pk).plan
    for line in plan.target_lines.all():
        known = TargetLine.objects.get(plan__slug="jilin", region__code="220000", printed_name=line.printed_name)
        for name in ("indicator_id", "basis", "unit", "unit_factor", "attribute", "increase", "source_line"):
            assert getattr(line, name) == getattr(known, name), (line.printed_name, name)
        for part in ("baselines", "targets"):
            values = [list(rows.values_list("year", "value")) for rows in (getattr(x, part) for x in (line, known))]
            assert values[0] == values[1]
    assert plan.target_lines.count() == 9


def test_open_questions_stand_in_the_way_and_are_all_named(demo, staff):
    draft = draft_of(staff)
    with pytest.raises(Invalid) as refused:
        confirm_import(staff, draft.pk)
    assert refused.value.code == "import_not_complete"
    named = "".join(refused.value.details["problems"])
    assert "区数据局" in named
    assert "30家、30家、100家：每年新增，还是累计到年底？" in named
    assert not Plan.objects.filter(title__contains="强企").exists()


def test_the_same_file_again_leads_to_the_draft_and_then_to_the_plan(demo, staff):
    draft = draft_of(staff)
    again = receive_plan(staff, read_plan(SMALL.encode(), "又一份.txt"), "又一份.txt")
    assert (again.draft, again.created) == (draft, False)
    settled(staff, draft)
    plan = confirm_import(staff, draft.pk).plan
    third = receive_plan(staff, read_plan(SMALL.encode(), "方案.txt"), "方案.txt")
    assert (third.plan, third.draft) == (plan, None)
    assert receive_plan(staff, read_plan(text_of("jilin").encode(), "j.txt"), "j.txt").plan.slug == "jilin"


def test_a_text_in_gb18030_is_the_same_file(demo, staff):
    draft = draft_of(staff)
    assert receive_plan(staff, read_plan(SMALL.encode("gb18030"), "方案.txt"), "方案.txt").draft == draft


def test_confirming_twice_makes_one_plan(demo, staff):
    draft = draft_of(staff)
    settled(staff, draft)
    confirm_import(staff, draft.pk)
    with pytest.raises(Conflict, match="已导入"):
        confirm_import(staff, draft.pk)
    assert Plan.objects.filter(title__contains="强企行动").count() == 1


def test_a_draft_that_changed_since_it_was_seen_is_not_confirmed(demo, staff):
    draft = draft_of(staff)
    found = settled(staff, draft)
    seen = found.draft.version
    drop_item(staff, draft.pk, items(draft, "task")[1].pk)
    with pytest.raises(Conflict, match="又被修改过"):
        confirm_import(staff, draft.pk, version=seen)


def test_corrections_drops_and_additions_are_what_is_stored(demo, staff):
    draft = draft_of(staff)
    first, second = items(draft, "task")
    change_item(staff, draft.pk, first.pk, {"title": "开展知识产权强企认定"})
    drop_item(staff, draft.pk, second.pk)
    added = {
        "number": "3", "title": "补录的任务", "section": ["二"], "objective": None, "measures": ["一条"], "text": "",
        "milestones": [], "assignments": [{"role": "lead", "unit": "区市场监管局", "line": None}],
    }  # fmt: skip
    add_item(staff, draft.pk, "task", added, line=11)
    settled(staff, draft)
    plan = confirm_import(staff, draft.pk).plan
    assert [(t.title, t.source_line) for t in plan.tasks.all()] == [("开展知识产权强企认定", 10), ("补录的任务", 11)]
    assert not plan.tasks.filter(assignments__printed="区财政局").exists()


def test_two_people_correcting_one_item_are_told(demo, staff):
    draft = draft_of(staff)
    task = items(draft, "task")[0]
    change_item(staff, draft.pk, task.pk, {"title": "甲"}, version=task.version)
    with pytest.raises(Conflict) as refused:
        change_item(staff, draft.pk, task.pk, {"title": "乙"}, version=task.version)
    assert refused.value.details == {"title": ["现为“甲”，您填写的是“乙”。"]}


def test_a_name_is_decided_once_and_remembered(demo, staff):
    draft = draft_of(staff)
    market = Unit.objects.get(region__code="500120", name="区市场监管局")
    answers.answer_unit_names(staff, draft.pk, {"区数据局": UnitAnswer(unit=market.pk, former=True)})
    settled(staff, draft)
    confirm_import(staff, draft.pk)
    assert market.aliases.filter(name="区数据局", is_former=True).exists()
    again = draft_of(staff, SMALL.replace("强企", "强链"))
    row = next(row for row in review(again).units if row.name == "区数据局")
    assert (row.unit, row.how) == (market, "former")


def test_a_unit_of_another_region_is_no_answer(demo, staff):
    draft = draft_of(staff)
    other = Unit.objects.filter(region__code="220000").first()
    with pytest.raises(Invalid, match="没有编号"):
        answers.answer_unit_names(staff, draft.pk, {"区数据局": UnitAnswer(unit=other.pk)})


def test_another_wording_of_an_indicator_is_remembered(demo, staff):
    draft = draft_of(staff)
    row = next(row for row in review(draft).lines if row.item.data["name"] == "知识产权托管企业")
    assert "知识产权托管服务企业数" in [candidate.owner for candidate in row.nearest]
    code = Indicator.objects.get(name="知识产权托管服务企业数").code
    answers.match_indicator(staff, draft.pk, row.item.pk, code)
    settled(staff, draft)
    confirm_import(staff, draft.pk)
    assert Indicator.objects.get(code=code).aliases.filter(name="知识产权托管企业").exists()


def test_one_indicator_and_basis_cannot_be_tracked_twice(demo, staff):
    draft = draft_of(staff)
    for row in review(draft).lines[:2]:
        answers.match_indicator(staff, draft.pk, row.item.pk, "valid_invention_patents")
    second = review(draft).lines[1]
    assert "twice" in second.questions


def test_a_printed_unit_that_does_not_convert_is_asked_about(demo, staff):
    draft = draft_of(staff)
    row = review(draft).lines[0]
    answers.match_indicator(staff, draft.pk, row.item.pk, "ip_pledge_financing_amount")
    assert review(draft).lines[0].questions[0] == "unit"


def test_drafts_are_the_staffs_of_the_region_and_nobody_elses(demo, staff, leader, reporter):
    draft = draft_of(staff)
    colleague = make_user("staff", region=make_region("500120"))
    assert (
        change_item(colleague, draft.pk, items(draft, "task")[0].pk, {"title": "同事改的"}).data["title"] == "同事改的"
    )
    foreign = make_user("staff", region=make_region("330106"))
    for person in (leader, reporter, foreign):
        with pytest.raises(NotVisible):
            discard_import(person, draft.pk)
    with pytest.raises(NotAllowed):
        receive_plan(leader, read_plan(SMALL.encode(), "a.txt"), "a.txt")
    # A document of a region that is not one's own stays one's own affair until its region is named.
    mine = draft_of(foreign)
    assert mine.region is None
    with pytest.raises(NotVisible):
        discard_import(staff, mine.pk)
    with pytest.raises(NotAllowed):
        change_item(foreign, mine.pk, items(mine, "plan")[0].pk, {"region_code": "500120"})


def test_a_thrown_away_draft_is_closed_and_the_file_can_come_again(demo, staff):
    draft = draft_of(staff)
    discard_import(staff, draft.pk)
    with pytest.raises(Conflict, match="已放弃"):
        drop_item(staff, draft.pk, items(draft, "task")[0].pk)
    assert draft_of(staff).pk != draft.pk


def test_findings_are_ticked_off(demo, staff):
    draft = draft_of(staff, text_of("bishan") + "\n.\n")
    number = [finding["code"] for finding in draft.findings].index("misprinted_year")
    before = review(draft).unchecked
    assert check_findings(staff, draft.pk, {number}).findings[number]["checked"] is True
    assert review(PlanImport.objects.get(pk=draft.pk)).unchecked == before - 1


def test_tasks_stay_under_a_heading_whose_number_is_corrected(demo, staff):
    draft = draft_of(staff)
    heading = next(item for item in items(draft, "section") if item.data["path"] == ["二"])
    change_item(staff, draft.pk, heading.pk, {"number": "三", "path": ["三"]})
    assert {task.data["section"][0] for task in items(draft, "task")} == {"三"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "长" * 121}, {"unit": "很" * 21},
        {"targets": [{"year": 2028, "comparator": ">=", "value": "9" * 13, "upper": None, "printed": "9"}]},
        {"targets": [{"year": 2028, "comparator": ">=", "value": "1", "upper": None, "printed": "1"}] * 2},
        {"targets": []},
    ],
)  # fmt: skip
def test_what_cannot_be_stored_is_asked_about_before_it_is_tried(demo, staff, wrong):
    draft = draft_of(staff)
    settled(staff, draft)
    row = items(draft, "indicator")[0]
    change_item(staff, draft.pk, row.pk, wrong)
    with pytest.raises(Invalid) as refused:
        confirm_import(staff, draft.pk)
    assert refused.value.code == "import_not_complete"
