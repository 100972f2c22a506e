"""Duties as the documents give them: each unit's page has exactly its tasks, each quarter exactly its milestones."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from ipdash.core.periods import Quarter
from plans.models import CollectiveMember, Milestone, Plan, PlanTask, TaskReport, Unit
from plans.scope import scope_of
from plans.selectors import TaskFilter, tasks_for
from plans.selectors.duties import unit_duties
from plans.selectors.timeline import plan_timeline
from tests.permission_world import text_of

pytestmark = pytest.mark.usefixtures("demo")
DAY = date(2025, 10, 12)


def issued(slug: str) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = json.loads((settings.BASE_DIR / "fixtures" / "plans" / f"{slug}.json").read_text())[
        "tasks"
    ]
    return tasks


def test_each_of_baoji_s_26_names_leads_to_a_page_with_exactly_its_duties(
    staff: Any, client_of: Callable[[str], Client]
) -> None:
    plan = Plan.objects.get(slug="baoji")
    duties: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for task in issued("baoji"):
        for assignment in task["assignments"]:
            duties[assignment["unit"]][task["title"], assignment["role"]] += 1
    assert (len(duties), sum(map(len, duties.values()))) == (26, 104)
    client = client_of("staff")
    members = {"金台区政府", "凤翔区政府", "太白县政府"}
    for name in [*duties, *members]:
        unit = Unit.objects.get(region=plan.region, name=name)
        page = client.get(f"/units/?plan={plan.pk}&words={name}")
        assert f"/units/{unit.pk}/?plan={plan.pk}" in text_of(page)
        answer = client.get(f"/units/{unit.pk}/?plan={plan.pk}")
        (group,) = answer.context["d"].plans
        found = Counter((duty.task.title, str(part.role)) for duty in group.duties for part in duty.parts)
        assert found == duties["各县区政府" if name in members else name], name
        shown = text_of(answer)
        assert all(title in shown for title, _role in found)
    assert CollectiveMember.objects.filter(collective__name="各县区政府", collective__region=plan.region).count() == 12
    asked = unit_duties(scope_of(staff), Unit.objects.get(region=plan.region, name="陇县政府"), DAY, str(plan.pk))
    assert {part.through.name for part in asked.plans[0].duties[0].parts if part.through} == {"各县区政府"}


def test_chongqing_s_61_milestones_stand_in_their_quarters() -> None:
    plan = Plan.objects.get(slug="chongqing")
    printed = Counter(
        Quarter(2014, m["to_quarter"]) if m["to_quarter"] else None
        for task in issued("chongqing")
        for m in task["milestones"]
    )
    found = plan_timeline(plan, DAY)
    assert {quarter: len(rows) for quarter, rows in found.quarters} | {None: len(found.undated)} == printed
    assert (found.total, found.overdue, printed[None]) == (61, 0, 3)
    texts = {(row.task.title, row.milestone.text) for _q, rows in found.quarters for row in rows}
    assert texts == {
        (task["title"], m["text"]) for task in issued("chongqing") for m in task["milestones"] if m["to_quarter"]
    }
    assert not Milestone.objects.filter(due_on__gt=date(2014, 12, 31)).exists()


def test_chongqing_s_offices_have_their_lists(staff: Any) -> None:
    plan = Plan.objects.get(slug="chongqing")
    offices: dict[str, set[str]] = defaultdict(set)
    for task in issued("chongqing"):
        for assignment in task["assignments"]:
            if assignment["role"] == "office":
                offices[assignment["unit"]].add(task["title"])
    assert len(offices) == 8
    for name, titles in offices.items():
        unit = Unit.objects.get(region=plan.region, name=name)
        found = unit_duties(scope_of(staff), unit, DAY, str(plan.pk)).plans[0].duties
        own = {d.task.title for d in found if any(p.role == "office" and not p.through for p in d.parts)}
        assert own == titles, name


def test_chongqing_s_goals_in_running_text_stand_in_their_tasks() -> None:
    goals = {
        goal.name: (goal.task.title, goal.printed)
        for task in PlanTask.objects.filter(plan__slug="chongqing").prefetch_related("goals")
        for goal in task.goals.all()
    }
    assert goals["新培养专利工程师"] == ("加快知识产权人才体系建设", "30名")
    assert goals["知识产权优势企业"][1] == "25家"
    assert len(goals) == 29


def test_overdue_follows_the_day() -> None:
    plan = Plan.objects.get(slug="chongqing")
    plan.state = "active"
    plan.save()
    overdue = {day: plan_timeline(plan, day).overdue for day in (date(2014, 3, 31), date(2014, 4, 1), date(2015, 1, 1))}
    assert overdue == {date(2014, 3, 31): 0, date(2014, 4, 1): 15, date(2015, 1, 1): 58}


def test_tasks_are_found_by_state_section_role_and_words(staff: Any, client_of: Callable[[str], Client]) -> None:
    scope = scope_of(staff)
    bishan = Plan.objects.get(slug="bishan")
    begun = set(TaskReport.objects.exclude(state="draft").values_list("task", flat=True))
    found = tasks_for(scope, TaskFilter(plan=str(bishan.pk), state="on_time"), DAY)
    assert {task.pk for task in found} == begun
    chapter = bishan.sections.filter(level=1).order_by("position")[3]
    inside = tasks_for(scope, TaskFilter(plan=str(bishan.pk), section=str(chapter.pk)), DAY)
    assert {task.section_path[0] for task in inside} == {chapter.path[0]}
    assert not tasks_for(scope, TaskFilter(section="x"), DAY).exists()
    page = client_of("staff").get(f"/tasks/?plan={bishan.pk}&section={chapter.pk}&role=lead&words=版权")
    assert page.status_code == 200


def test_pages_ask_no_more_for_more(client_of: Callable[[str], Client], django_assert_max_num_queries: Any) -> None:
    bishan = Plan.objects.get(slug="bishan")
    task = PlanTask.objects.get(plan=bishan, title="推进科技成果转移转化")
    unit = Unit.objects.get(region=bishan.region, name="区科技局")
    client = client_of("department")
    for path, most in (
        (f"/tasks/{task.pk}/", 32), (f"/units/{unit.pk}/", 18), ("/tasks/", 20), (f"/plans/{bishan.pk}/timeline/", 12),
        (f"/tasks/{task.pk}/report/?unit={unit.pk}&quarter=2025Q3", 40), ("/task-reports/", 30), ("/my-work/", 40),
    ):  # fmt: skip
        client.get(path)
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


def test_a_report_is_written_sent_back_and_accepted_on_the_pages(client_of: Callable[[str], Client]) -> None:
    bishan = Plan.objects.get(slug="bishan")
    unit = Unit.objects.get(region=bishan.region, name="区科技局")
    task = PlanTask.objects.get(plan=bishan, title="优化“产学研用”合作机制")
    address = f"/tasks/{task.pk}/report/?unit={unit.pk}&quarter=2025Q3"
    department, staff = client_of("department"), client_of("staff")
    form = department.get(address)
    assert "与三所高校续签合作协议" in text_of(form)
    assert "已带入2025年二季度的内容作为草稿" in text_of(form)
    kept = department.post(address, {"text": "三季度", "standing": "as_planned"}, headers={"HX-Request": "true"})
    assert "草稿已保存" in text_of(kept)
    empty = department.post(address, {"text": "", "standing": "behind", "do": "submit", "version": "1"})
    assert (empty.status_code, "请填写进展情况" in text_of(empty)) == (400, True)
    sent = department.post(address, {"text": "三季度签约4项", "standing": "as_planned", "do": "submit", "version": "1"})
    assert sent.status_code == 302
    report = TaskReport.objects.get(task=task, unit=unit, quarter=3)
    page = staff.get("/task-reports/")
    assert f"/task-reports/{report.pk}/" in text_of(page)
    check = f"/task-reports/{report.pk}/check/"
    assert staff.post(check, {"do": "return", "reason": "", "version": report.version}).status_code == 400
    assert staff.post(check, {"do": "return", "reason": "请写项目名称", "version": report.version}).status_code == 302
    assert "请写项目名称" in text_of(department.get("/my-work/"))
    assert "请写项目名称" in text_of(department.get(address))
    stale = department.post(address, {"text": "旧", "standing": "as_planned", "do": "submit", "version": "1"})
    assert (stale.status_code, "旧" in text_of(stale)) == (409, True)
    again = {"text": "签约4项：甲、乙、丙、丁", "standing": "finished", "do": "submit", "version": "3"}
    assert department.post(address, again).status_code == 302
    report.refresh_from_db()
    assert staff.post(check, {"do": "accept", "version": report.version}).status_code == 302
    assert "签约4项：甲、乙、丙、丁" in text_of(client_of("leader").get(f"/tasks/{task.pk}/"))


def test_a_task_is_closed_and_reopened_on_its_page(client_of: Callable[[str], Client]) -> None:
    task = PlanTask.objects.get(plan__slug="bishan", title="优化“产学研用”合作机制")
    path = f"/tasks/{task.pk}/status/"

    def post(who: str, status: str, reason: str = "") -> int:
        version = PlanTask.objects.values_list("version", flat=True).get(pk=task.pk)
        answer = client_of(who).post(path, {"status": status, "reason": reason, "version": version})
        return answer.status_code

    assert post("leader", "awaiting_review", "完成") == 403
    assert post("department", "awaiting_review", "完成") == 302
    assert "同意销号" in text_of(client_of("staff").get(f"/tasks/{task.pk}/"))
    assert post("department", "done") == 403
    assert post("staff", "done") == 302
    assert "已销号" in text_of(client_of("department").get(f"/tasks/{task.pk}/"))
    assert post("staff", "in_progress") == 400
    assert post("staff", "in_progress", "抽查不合格") == 302
    assert client_of("staff").post(path, {"status": "done", "version": "1"}).status_code == 409
