"""What a leader finds: the list of plans, the overview, an indicator; and what others do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from indicators.display import line_display
from indicators.models import Attainment, TargetLine
from plans.models import Plan, PlanTask

pytestmark = pytest.mark.usefixtures("demo")
ClientOf = Callable[[str], Client]


@pytest.fixture
def bishan(demo: None) -> Plan:
    return Plan.objects.get(slug="bishan")


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_the_home_of_a_leader_with_one_active_plan_is_its_overview(client_of: ClientOf, bishan: Plan) -> None:
    response = client_of("leader").get("/")
    assert response.status_code == 302
    assert response["Location"] == f"/plans/{bishan.pk}/"


@pytest.mark.parametrize(
    ("username", "home"),
    [("reporter", "/my-work/"), ("department", "/my-work/"), ("sysadmin", "/manage/"), ("auditor", "/manage/")],
)
def test_every_person_starts_where_their_work_is(client_of: ClientOf, username: str, home: str) -> None:
    assert client_of(username).get("/")["Location"] == home


def test_the_overview_opens_at_the_latest_quarter_with_approved_figures(client_of: ClientOf, bishan: Plan) -> None:
    page = text_of(client_of("leader"), f"/plans/{bishan.pk}/")
    assert "截至2025年三季度末，44项指标中" in page
    assert "演示数据" in page


def test_the_conclusion_says_how_many_would_miss_their_target(client_of: ClientOf, bishan: Plan) -> None:
    shown = client_of("leader").get(f"/plans/{bishan.pk}/?quarter=2025Q3").context["o"]
    told = [line.misses for line in shown.lines if line.misses is not None]
    assert f"有年末预计的{len(told)}项中，{sum(told)}项预计达不到年度目标" in shown.sentence
    last = client_of("leader").get(f"/plans/{bishan.pk}/?quarter=2024Q4").context["o"]
    assert "全年结果：32项可以判断，20项完成年度目标，12项没有完成" in last.sentence
    assert "年末预计" not in last.sentence


def test_the_lamps_add_up_to_the_number_of_lines_and_filter_the_table(client_of: ClientOf, bishan: Plan) -> None:
    response = client_of("leader").get(f"/plans/{bishan.pk}/?quarter=2025Q3&light=red")
    shown = response.context["o"]
    assert sum(shown.lights.values()) == 44
    rows = [line for group in response.context["groups"] for line in group.lines]
    assert len(rows) == shown.lights["red"] > 0
    assert {line.light for line in rows} == {"red"}


def test_the_page_shows_the_stored_result_and_nothing_else(client_of: ClientOf, bishan: Plan) -> None:
    row = Attainment.objects.select_related("line__indicator").get(
        line__plan=bishan, line__printed_name="普通作品版权登记量", year=2025, quarter=3
    )
    response = client_of("leader").get(f"/plans/{bishan.pk}/?quarter=2025Q3")
    line = next(line for line in response.context["o"].lines if line.pk == row.line_id)
    shown = line_display(row.line, row)
    assert line.actual == shown["actual"]
    for name in ("actual", "target", "completion", "change_on_quarter", "forecast", "status"):
        assert shown[name] in line.html
    assert line.html in response.content.decode()


def test_queries_do_not_grow_with_the_number_of_lines(
    client_of: ClientOf, bishan: Plan, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client = client_of("leader")
    client.get(f"/plans/{bishan.pk}/")
    with django_assert_max_num_queries(22):  # type: ignore[attr-defined]  # a context manager
        client.get(f"/plans/{bishan.pk}/")


def test_the_overview_is_at_most_100_kb(client_of: ClientOf, bishan: Plan) -> None:
    assert len(client_of("leader").get(f"/plans/{bishan.pk}/").content) <= 100_000


@pytest.mark.parametrize("query", ["quarter=2030Q1", "quarter=2025Q9", "quarter=x", "region=110000", "region=%27"])
def test_a_wrong_address_is_answered_with_a_sentence(client_of: ClientOf, bishan: Plan, query: str) -> None:
    response = client_of("leader").get(f"/plans/{bishan.pk}/?{query}")
    assert response.status_code == 400
    assert "请重新选择" in response.content.decode()


def test_a_quarter_that_has_not_ended_is_not_due(client_of: ClientOf, bishan: Plan) -> None:
    response = client_of("leader").get(f"/plans/{bishan.pk}/?quarter=2025Q4")
    assert response.context["o"].statuses == {"not_due": 44}


def test_an_indicator_page_explains_its_number_and_shows_its_source(client_of: ClientOf, bishan: Plan) -> None:
    line = TargetLine.objects.get(plan=bishan, printed_name="万人发明专利拥有量")
    page = text_of(client_of("leader"), f"/plans/{bishan.pk}/indicators/{line.pk}/?quarter=2025Q3")
    assert "由有效发明专利拥有量（" in page
    assert "判定为" in page
    assert line.source_text in page


def test_who_reported_is_shown_to_insiders_alone(client_of: ClientOf, bishan: Plan) -> None:
    line = TargetLine.objects.get(plan=bishan, printed_name="普通作品版权登记量")
    path = f"/plans/{bishan.pk}/indicators/{line.pk}/?quarter=2025Q2"
    assert "数据修订记录" in text_of(client_of("staff"), path)
    assert "数据修订记录" not in text_of(client_of("leader"), path)


def test_a_line_is_found_under_its_own_plan_alone(client_of: ClientOf, bishan: Plan) -> None:
    foreign = TargetLine.objects.exclude(plan=bishan).first()
    assert foreign is not None
    assert client_of("leader").get(f"/plans/{bishan.pk}/indicators/{foreign.pk}/").status_code == 404


def test_a_reporter_sees_the_plan_of_their_duties_and_no_other(client_of: ClientOf, bishan: Plan) -> None:
    client = client_of("reporter")
    assert client.get(f"/plans/{bishan.pk}/").status_code == 200
    other = Plan.objects.get(slug="jilin")
    missing = client.get("/plans/999999/")
    foreign = client.get(f"/plans/{other.pk}/")
    assert (foreign.status_code, missing.status_code) == (404, 404)


@pytest.mark.parametrize("slug", ["baoji", "urumqi", "chongqing", "bishan", "jilin"])
def test_every_document_shows_all_its_tasks_and_sections(client_of: ClientOf, slug: str) -> None:
    plan = Plan.objects.get(slug=slug)
    page = text_of(client_of("leader"), f"/plans/{plan.pk}/document/")
    assert all(f'id="task-{pk}"' in page for pk in PlanTask.objects.filter(plan=plan).values_list("pk", flat=True))
    assert all(f'id="section-{section.pk}"' in page for section in plan.sections.all())


def test_tasks_are_found_by_unit_and_words(client_of: ClientOf) -> None:
    plan = Plan.objects.get(slug="baoji")
    task = PlanTask.objects.filter(plan=plan).first()
    assert task is not None
    unit = task.assignments.all()[0].unit
    response = client_of("leader").get(f"/tasks/?plan={plan.pk}&unit={unit.pk}&words={task.title[:6]}")
    assert task in response.context["page"].object_list
    assert not client_of("leader").get("/tasks/?unit=x").context["page"].object_list


def test_staff_change_a_tasks_status_and_a_leader_does_not(client_of: ClientOf, bishan: Plan) -> None:
    task = PlanTask.objects.filter(plan=bishan).first()
    assert task is not None
    form = {"status": "in_progress", "version": str(task.version)}
    assert client_of("leader").post(f"/tasks/{task.pk}/status/", form).status_code == 403
    assert client_of("staff").post(f"/tasks/{task.pk}/status/", form).status_code == 302
    task.refresh_from_db()
    assert task.status == "in_progress"
    assert client_of("staff").post(f"/tasks/{task.pk}/status/", {**form, "status": "done"}).status_code == 409
