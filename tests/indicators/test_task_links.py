"""Links between tasks and indicators: proposed by the plan's own words, decided by staff, shown on both sides."""

from __future__ import annotations

import json
from typing import Any

import pytest

from indicators.models import TargetLine, TaskLink
from indicators.selectors.task_links import texts_of
from indicators.services.task_links import add_link, decide_link, propose_links
from indicators.task_words import Goal, TaskText, finds, key_words
from ipdash.accounts.models import AuditEntry
from ipdash.core.errors import Conflict, Invalid, NotAllowed
from plans.models import Plan, PlanTask

DOUBTFUL = {
    # Read by a person: these mention the matter without serving the indicator.
    ("baoji", "建立创新驱动发展评价制度", "每万人发明专利拥有量"),
    ("jilin", "促进知识产权开放合作", "有效注册商标量"),
    ("bishan", "建设高价值发明专利智能筛选系统", "每万人发明专利拥有量"),
    ("bishan", "建设高价值发明专利智能筛选系统", "每万人口高价值发明专利拥有量"),
}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("每万人口发明专利拥有量", "发明专利"),
        ("知识产权质押融资登记金额", "知识产权质押融资"),
        ("新增注册商标", "注册商标"),
        ("扶持知识产权服务机构数", "知识产权服务机构"),
        ("专利数量", ""),  # half of any plan speaks of patents
        ("知识产权拥有量", ""),
    ],
)
def test_what_a_name_is_about(name: str, words: str) -> None:
    assert key_words(name) == words


def test_the_task_that_sets_the_goal_wins_over_those_that_mention_the_matter() -> None:
    tasks = [
        TaskText(1, "地理标志培育计划", "到2025年，地理标志产品产值达到5亿元。"),
        TaskText(2, "完善信用管理", "对地理标志侵权人进行惩戒。"),
    ]
    (find,) = finds(tasks, [Goal(9, ("地理标志产品产值",), ("地理标志产品产值",))])
    assert (find.task, find.how, find.words) == (1, "goal", ("地理标志产品产值",))


def test_blanks_quotes_and_full_width_letters_hide_no_name() -> None:
    tasks = [TaskText(1, "贯标", "新增知识产权 “贯标”达标企业ＰＣＴ若干")]
    assert [f.words for f in finds(tasks, [Goal(1, ("知识产权“贯标”达标企业PCT",))])] == [("知识产权贯标达标企业pct",)]


def test_what_many_tasks_mention_proposes_nothing() -> None:
    tasks = [TaskText(n, f"任务{n}", "加强发明专利工作") for n in range(9)]
    assert finds(tasks, [Goal(1, ("每万人口发明专利拥有量",))]) == []


@pytest.mark.usefixtures("demo")
def test_on_the_five_plans_few_proposals_are_wrong() -> None:
    proposed = {
        (link.task.plan.slug, link.task.title, link.indicator.name)
        for link in TaskLink.objects.select_related("task__plan", "indicator")
    }
    assert len(proposed) == 97
    assert len(proposed & DOUBTFUL) / len(proposed) < 0.05
    assert {plan for plan, _task, _name in proposed} == {"baoji", "urumqi", "chongqing", "bishan", "jilin"}


@pytest.mark.usefixtures("demo")
def test_each_proposal_shows_the_words_that_made_it_as_they_stand_in_the_task() -> None:
    from indicators.task_words import bare

    plan = Plan.objects.get(slug="urumqi")
    texts = {text.key: bare(text.title + text.text) for text in texts_of(plan.pk)[0]}
    for link in TaskLink.objects.filter(task__plan=plan):
        assert link.words
        assert all(word in texts[link.task_id] for word in link.words)


@pytest.fixture
def link(demo: None) -> TaskLink:
    found = TaskLink.objects.filter(task__plan__slug="bishan", state="proposed").first()
    assert found is not None
    return found


def test_proposing_again_asks_nobody_twice_and_forgets_no_answer(staff: Any, link: TaskLink) -> None:
    decide_link(staff, link.pk, "refused")
    before = list(TaskLink.objects.values_list("pk", "state", "version").order_by("pk"))
    assert propose_links(link.task.plan_id) == 0
    assert list(TaskLink.objects.values_list("pk", "state", "version").order_by("pk")) == before


def test_a_proposal_whose_words_are_gone_is_withdrawn_and_a_decided_one_stays(staff: Any, link: TaskLink) -> None:
    other = TaskLink.objects.filter(task__plan=link.task.plan_id, state="confirmed").first()
    assert other is not None
    PlanTask.objects.filter(pk__in=(link.task_id, other.task_id)).update(title="别的", text="别的", objective="")
    propose_links(link.task.plan_id)
    assert not TaskLink.objects.filter(pk=link.pk).exists()
    assert TaskLink.objects.filter(pk=other.pk, state="confirmed").exists()


def test_staff_alone_decide_and_the_log_says_who(staff: Any, reporter: Any, leader: Any, link: TaskLink) -> None:
    confirmed = TaskLink.objects.filter(task__plan__slug="bishan", state="confirmed").first()
    assert confirmed is not None
    for person in (reporter, leader):
        with pytest.raises(NotAllowed):
            decide_link(person, confirmed.pk, "refused")
    done = decide_link(staff, link.pk, "confirmed", version=link.version)
    assert (done.state, done.decided_by) == ("confirmed", staff)
    assert AuditEntry.objects.filter(action="link.decide", actor=staff).count() == 1
    assert decide_link(staff, link.pk, "confirmed").version == done.version
    with pytest.raises(Conflict):
        decide_link(staff, link.pk, "refused", version=link.version)


def test_a_link_is_made_by_hand_also_where_it_was_refused(staff: Any, link: TaskLink) -> None:
    decide_link(staff, link.pk, "refused")
    assert add_link(staff, link.task_id, link.indicator.code).pk == link.pk
    assert TaskLink.objects.get(pk=link.pk).state == "confirmed"
    with pytest.raises(Invalid, match="没有为该指标设目标"):
        add_link(staff, link.task_id, "work_registrations_per_10k")


def test_a_lagging_indicator_leads_to_its_tasks_and_units_and_back(client_of: Any) -> None:
    confirmed = TaskLink.objects.filter(
        task__plan__slug="bishan", state="confirmed", task__assignments__isnull=False
    ).first()
    assert confirmed is not None
    line = TargetLine.objects.get(plan=confirmed.task.plan, indicator=confirmed.indicator)
    leader = client_of("leader")
    page = leader.get(f"/plans/{line.plan_id}/indicators/{line.pk}/").content.decode()
    assert "相关任务" in page
    assert f'href="/tasks/{confirmed.task_id}/"' in page
    assert confirmed.task.assignments.all()[0].unit.name in page
    back = leader.get(f"/tasks/{confirmed.task_id}/").content.decode()
    assert f"/plans/{line.plan_id}/indicators/{line.pk}/" in back


def test_a_kept_indicator_page_shows_a_link_as_soon_as_it_is_decided(
    client_of: Any, staff: Any, link: TaskLink
) -> None:
    line = TargetLine.objects.filter(plan=link.task.plan, indicator=link.indicator).first()
    assert line is not None
    leader, address = client_of("leader"), f"/plans/{line.plan_id}/indicators/{line.pk}/"
    task = f'href="/tasks/{link.task_id}/"'
    assert task not in leader.get(address).content.decode()
    decide_link(staff, link.pk, "confirmed")
    assert task in leader.get(address).content.decode()


def test_staff_decide_on_the_plan_s_page(client_of: Any, link: TaskLink) -> None:
    staff = client_of("staff")
    page = staff.get(f"/plans/{link.task.plan_id}/links/").content.decode()
    assert all(word in page for word in link.words)
    answer = staff.post(f"/links/{link.pk}/", {"state": "refused", "version": link.version}, follow=True)
    assert "已标为不关联" in answer.content.decode()
    assert (
        "没有新的关联"
        in staff.post(f"/plans/{link.task.plan_id}/links/", {"do": "propose"}, follow=True).content.decode()
    )
    foreign = staff.post(f"/links/{link.pk}/", {"state": "confirmed", "next": "https://example.org/"})
    assert foreign["Location"] == f"/plans/{link.task.plan_id}/links/"


def test_programs_read_and_decide_the_same(api_of: Any, link: TaskLink) -> None:
    staff = api_of("staff")
    (found,) = staff.get(f"/api/v1/task-links/?task={link.task_id}&state=proposed").json()["results"][:1]
    assert found["words"]
    done = staff.patch(
        f"/api/v1/task-links/{link.pk}/",
        json.dumps({"state": "confirmed", "version": 1}),
        content_type="application/json",
    )
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    assert api_of("leader").get("/api/v1/task-links/?state=proposed").json()["count"] == 0
