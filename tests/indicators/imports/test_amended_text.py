"""A later, amended text shows as a difference to the plan there is, and is taken over change by change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from indicators.models import Target
from indicators.selectors.import_changes import changes_of
from indicators.selectors.imports import review
from indicators.services import import_answers as answers
from indicators.services.import_merge import finish_merge, take_over
from indicators.services.imports import confirm_import
from indicators.services.targets import BaselineValue, change_line
from ipdash.core.errors import Conflict, Invalid
from ipdash.core.periods import Quarter
from plans.models import Plan, PlanImport
from plans.services.imports import change_item
from tests.indicators.imports.support import SMALL, draft_of

AMENDED = (
    SMALL.replace("区数据局）", "区教育局）")
    .replace("| 26 | 27 | 28 |", "| 26 | 27 | 30 |")
    .replace(
        "2.加强金融支持。推广质押融资。（牵头单位：区财政局）\n", "2.开展知识产权培训。（牵头单位：区人力社保局）\n"
    )
)
QUARTER = Quarter(2027, 1)


def settled(actor, draft):
    answers.create_all_units(actor, draft.pk)
    answers.settle_the_rest(actor, draft.pk, create=True)
    for row in review(draft).open_lines:
        answers.answer_basis(actor, draft.pk, row.item.pk, "cumulative")
    return review(PlanImport.objects.get(pk=draft.pk))


@pytest.fixture
def plan(demo, staff):
    draft = draft_of(staff)
    settled(staff, draft)
    return confirm_import(staff, draft.pk, state=Plan.State.ACTIVE).plan


@pytest.fixture
def amended(plan, staff):
    draft = draft_of(staff, AMENDED, "修订稿.txt")
    settled(staff, draft)
    return draft


def seen(draft, plan):
    found = changes_of(review(draft), plan)
    return {(change.how, change.label): change for change in found.all}


def test_the_same_content_in_another_file_is_no_difference(plan, staff):
    other = draft_of(staff, SMALL + "\n（此件公开发布）\n")
    settled(staff, other)
    assert list(seen(other, plan)) == []


def test_tasks_and_targets_added_dropped_and_changed_are_all_shown(plan, amended):
    found = seen(amended, plan)
    assert set(found) == {
        ("changed", "开展强企认定"), ("added", "开展知识产权培训"), ("dropped", "加强金融支持"),
        ("changed", "每万人口发明专利拥有量 2028年"),
    }  # fmt: skip
    _label, before, after = found["changed", "每万人口发明专利拥有量 2028年"].parts[0]
    assert (before, after) == ("不低于28件", "不低于30件")
    duties = {label: (before, after) for label, before, after in found["changed", "开展强企认定"].parts}["分工"]
    assert "区数据局" in duties[0]
    assert "区教育局" in duties[1]
    assert not found["dropped", "加强金融支持"].takes


def test_one_change_is_taken_over_and_the_rest_stay(plan, amended, staff):
    key = seen(amended, plan)["changed", "每万人口发明专利拥有量 2028年"].key
    assert take_over(staff, amended.pk, plan.pk, {key}, in_force_from=QUARTER, document="修订通知") == 1
    versions = list(Target.objects.filter(line__plan=plan, line__printed_name__startswith="每万人口", year=2028))
    assert [(t.value, t.in_force_from, t.adjusting_document) for t in versions] == [
        (Decimal(28), None, ""), (Decimal(30), QUARTER.index, "修订通知"),
    ]  # fmt: skip
    assert len(seen(amended, plan)) == 3


def test_the_whole_is_taken_over_and_what_is_dropped_stays_with_its_history(plan, amended, staff):
    keys = {change.key for change in changes_of(review(amended), plan).all if change.takes}
    take_over(staff, amended.pk, plan.pk, keys, in_force_from=QUARTER, document="修订通知")
    assert set(seen(amended, plan)) == {("dropped", "加强金融支持")}
    assert [task.title for task in plan.tasks.all()] == ["开展强企认定", "加强金融支持", "开展知识产权培训"]
    assert finish_merge(staff, amended.pk, plan.pk) == plan
    amended.refresh_from_db()
    assert (amended.state, amended.plan) == ("merged", plan)


def test_a_target_that_the_text_drops_ends_with_the_chosen_quarter(plan, staff):
    draft = draft_of(staff, SMALL.replace("| 2 | 知识产权托管企业 | 家 | 30 | 30 | 100 |\n", ""), "修订稿.txt")
    settled(staff, draft)
    key = seen(draft, plan)["dropped", "知识产权托管企业"].key
    take_over(staff, draft.pk, plan.pk, {key}, in_force_from=QUARTER, document="修订通知")
    line = plan.target_lines.get(printed_name="知识产权托管企业")
    assert (line.ended_from, line.ending_document, line.ended_on) == (QUARTER.index, "修订通知", date(2026, 1, 15))
    assert line.targets.count() == 3
    assert not seen(draft, plan)


def test_changed_baselines_and_overall_goals_are_shown_and_taken_over(plan, staff):
    line = plan.target_lines.get(printed_name__startswith="每万人口")
    change_line(
        staff, line.pk, {"baselines": [BaselineValue(2024, Decimal(20)), BaselineValue(2025, Decimal(24), True)]}
    )
    change_line(staff, line.pk, {"overall_comparator": ">=", "overall_value": Decimal(28)})
    head = "| 序号 | 指标 | 单位 | 2025年（基期） | 2026年 | 2027年 | 2028年 |\n|---|---|---|---|---|---|---|"
    text = SMALL.replace("| 序号 | 指标 | 单位 | 2026年 | 2027年 | 2028年 |\n|---|---|---|---|---|---|", head)
    text = text.replace("| 件 | 26", "| 件 | 25 | 26").replace("| 家 | 30 | 30", "| 家 | — | 30 | 30")
    draft = draft_of(staff, text, "修订稿.txt")
    item = draft.items.get(kind="indicator", data__name=line.printed_name)
    baselines = [{"year": 2025, "value": "25"}]
    change_item(staff, draft.pk, item.pk, {"baselines": baselines, "overall": {"comparator": ">=", "value": "30"}})
    settled(staff, draft)
    found = seen(draft, plan)
    base, overall = (found["changed", f"{line.printed_name}：{what}"] for what in ("基期值", "总体目标"))
    assert base.parts == [("基期值", "2024年 20件；2025年 24件", "2025年 25件")]
    assert overall.parts == [("总体目标", "不低于28件", "不低于30件")]
    take_over(staff, draft.pk, plan.pk, {base.key, overall.key}, in_force_from=QUARTER, document="修订通知")
    line.refresh_from_db()
    assert [(b.year, b.value, b.counted_from) for b in line.baselines.all()] == [(2025, Decimal(25), True)]
    assert (line.overall_comparator, line.overall_value) == (">=", Decimal(30))
    assert not {key for key in seen(draft, plan) if key[1].startswith(line.printed_name)}


def test_a_change_that_is_no_longer_there_takes_nothing(plan, amended, staff):
    keys = {change.key for change in changes_of(review(amended), plan).all if change.takes}
    with pytest.raises(Conflict, match="已经有变化"):
        take_over(staff, amended.pk, plan.pk, {*keys, "task-999999"}, in_force_from=QUARTER, document="修订通知")
    with pytest.raises(Invalid, match="勾选"):
        take_over(staff, amended.pk, plan.pk, set(), in_force_from=QUARTER, document="修订通知")
    assert len(seen(amended, plan)) == 4


def test_a_new_target_is_added_with_its_indicator_and_a_growing_unit(plan, staff):
    text = SMALL.replace("| 2 | 知识产权托管", "| 3 | 有效注册商标量 | 万件 | 1 | 2 | 3.5 |\n| 2 | 知识产权托管")
    draft = draft_of(staff, text)
    settled(staff, draft)
    key = seen(draft, plan)["added", "有效注册商标量"].key
    take_over(staff, draft.pk, plan.pk, {key}, in_force_from=QUARTER, document="修订通知")
    line = plan.target_lines.get(printed_name="有效注册商标量")
    assert (line.indicator.code, line.unit, line.unit_factor) == ("valid_registered_trademarks", "万件", 10000)
    assert [t.value for t in line.targets.all()] == [10000, 20000, 35000]
    assert not seen(draft, plan)
