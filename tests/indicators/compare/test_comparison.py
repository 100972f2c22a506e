"""Regions ranked and set against indicators: the stored places, everybody's own view, and what is missing said so."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from indicators.models import Attainment, Figure, ReportingDuty
from indicators.services.recompute import recompute_plan
from ipdash.accounts.models import User
from plans.models import Assignment, Milestone, Phase, Plan, PlanTask
from tests import builders
from tests.indicators.compare.world import COUNTIES, DAY, World, make_world, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Any) -> World:
    settings.TODAY_OVERRIDE = DAY
    return make_world()


def client_for(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def rows_of(client: Client, query: str) -> list[Any]:
    response = client.get(f"/compare/{query}")
    assert response.status_code == 200
    return list(response.context["page"])


def test_ties_share_a_place_and_who_has_not_reported_stands_last_without_one(world: World) -> None:
    response = client_for(world.leader).get("/compare/?indicator=patents")
    rows = [(each.display["rank"], each.region.name, each.display["actual"]) for each in response.context["page"]]
    assert rows == [
        ("1", "渭滨区", "120"), ("2", "金台区", "90"), ("2", "陈仓区", "90"), ("4", "岐山县", "60"), ("5", "眉县", "30"),
        ("6", "凤翔区", "0"), ("—", "扶风县", "—"),
    ]  # fmt: skip
    page = response.content.decode()
    assert "7个县区中6个有数据" in page
    assert "1个未填报" in page
    assert "第一位是渭滨区（120件）" in page


def test_of_a_falling_indicator_the_smallest_is_first(world: World) -> None:
    response = client_for(world.leader).get("/compare/?indicator=complaints")
    assert [each.display["actual"] for each in response.context["page"]] == ["3", "3", "6", "9", "12", "15", "21"]
    assert "金台区、岐山县并列第一（3件）" in response.content.decode()


def test_the_city_shows_the_sum_of_those_that_reported_as_a_part_and_as_nothing_else(world: World) -> None:
    response = client_for(world.leader).get("/compare/?indicator=patents")
    own = response.context["own"]
    assert own.display["actual"] == "—"
    assert "7个县区中6个已报，合计390件（不完整）" in response.content.decode()


def test_a_city_whose_own_figure_is_not_the_sum_of_its_counties_is_asked_to_look(world: World) -> None:
    client = client_for(world.leader)
    assert client.get("/compare/?indicator=complaints").context["r"].finding == ""
    report(world.complaints, world.city, 3, 70)
    recompute_plan(world.plan.pk, today=DAY, everything=True)
    page = client.get("/compare/?indicator=complaints").content.decode()
    assert "本级填报70件，7个县区合计69件，相差1件" in page


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("name", "610302", "610326"),
        ("status", "610305", "610302"),
        ("change", "610302", "610324"),
        ("nonsense", "610302", "610324"),
    ],
)
def test_the_order_is_part_of_the_address(world: World, sort: str, first: str, last: str) -> None:
    rows = rows_of(client_for(world.leader), f"?indicator=patents&sort={sort}")
    assert (rows[0].region.code, rows[-1].region.code) == (first, last)


def test_a_light_leaves_only_its_regions_and_the_places_stay(world: World) -> None:
    rows = rows_of(client_for(world.leader), "?indicator=patents&light=grey")
    assert [row.region.name for row in rows] == ["扶风县"]
    rows = rows_of(client_for(world.leader), "?indicator=patents&light=red")
    assert [row.place for row in rows] == [2, 2, 4, 5, 6]


def test_places_won_since_the_quarter_before_are_shown(world: World) -> None:
    figure = Figure.objects.get(indicator=world.patents, region=world.counties["610326"], quarter=3)
    figure.value = figure.approved_value = Decimal(115)
    figure.save()
    recompute_plan(world.plan.pk, today=DAY, everything=True)
    page = client_for(world.leader).get("/compare/?indicator=patents").content.decode()
    assert "升3位" in page


def test_what_is_not_yet_computed_is_said_to_wait(world: World) -> None:
    Attainment.objects.all().delete()
    page = client_for(world.leader).get("/compare/?indicator=patents&quarter=2025Q3").content.decode()
    assert "7个等待计算" in page
    matrix = client_for(world.leader).get("/compare/regions/?quarter=2025Q3").content.decode()
    assert "等待计算" in matrix


def test_every_state_is_an_address_and_a_wrong_one_is_told_in_words(world: World) -> None:
    client = client_for(world.leader)
    for query in ("?region=330100", "?region=x", "?indicator=nothing", "?quarter=2031Q1", "?quarter=x", "?format=pdf"):
        response = client.get(f"/compare/{query}")
        assert response.status_code == 400, query
        assert "请重新选择" in response.content.decode()
    assert client.get("/compare/?page=99").status_code == 200


def test_a_county_has_nothing_below_it_and_the_page_says_so(world: World) -> None:
    response = client_for(world.leader).get("/compare/?region=610303&indicator=patents")
    assert "没有可以排名的下级区划" in response.content.decode()


def test_the_way_leads_down_the_tree_and_back(settings: Any) -> None:
    settings.TODAY_OVERRIDE = DAY
    province = builders.make_region("610000", "陕西省")
    indicator = builders.make_indicator("patents")
    plan = builders.make_plan(province)
    for code in ("610300", "610302", "610303", "610400", "610402"):
        builders.make_line(plan, indicator, {2025: "100"}, region=builders.make_region(code))
    client = client_for(builders.make_user("leader", region=province))
    top = client.get("/compare/")
    assert [each.region.code for each in top.context["page"]] == ["610300", "610400"]
    assert [region.code for region, _href in top.context["below"]] == ["610300", "610400"]
    below = client.get("/compare/?region=610300")
    assert [each.region.code for each in below.context["page"]] == ["610302", "610303"]
    assert [region.code for region, _href in below.context["trail"]] == ["610000", "610300"]
    assert "region=610000" in below.content.decode()


def test_a_county_sees_its_siblings_unless_the_plan_hides_them(world: World) -> None:
    client = client_for(world.county_leader)
    assert len(rows_of(client, "?indicator=patents")) == 7
    Plan.objects.filter(pk=world.plan.pk).update(hide_siblings=True)
    response = client.get("/compare/?indicator=patents")
    assert [(each.region.name, each.display["rank"]) for each in response.context["page"]] == [("金台区", "2")]
    page = response.content.decode()
    assert "各地区互不可见" in page
    assert "个县区中" not in page
    assert "120" not in page
    matrix = client.get("/compare/regions/").content.decode()
    assert "渭滨区" not in matrix
    assert len(rows_of(client_for(world.leader), "?indicator=patents")) == 7


def test_whoever_reads_no_plan_is_told_whom_to_ask_and_a_foreign_plan_is_not_there(world: World) -> None:
    client = client_for(world.stranger)
    for path in ("/compare/", "/compare/regions/", "/compare/plans/", "/compare/units/"):
        assert "您还没有可以查看的规划" in client.get(path).content.decode()
    for path in ("/compare/", "/compare/regions/", "/compare/units/"):
        assert client.get(f"{path}?plan={world.plan.pk}").status_code == 404


def test_the_matrix_counts_lights_and_averages_nothing(world: World) -> None:
    response = client_for(world.leader).get("/compare/regions/")
    matrix = response.context["m"]
    assert matrix.regions == 8
    assert [measure.key for measure in matrix.measures] == ["patents", "complaints"]
    assert sum(matrix.lights.values()) == 16
    by_row = {light: sum(row.lights[light] for row in matrix.rows) for light in matrix.lights}
    by_column = {light: sum(lights[light] for lights in matrix.column_lights) for light in matrix.lights}
    assert by_row == by_column == matrix.lights
    stored = Attainment.objects.filter(plan=world.plan, year=2025, quarter=3)
    assert matrix.lights["red"] == stored.filter(light="red").count() == 5


def test_a_cell_says_its_state_in_shape_number_and_word_and_leads_to_its_explanation(world: World) -> None:
    page = client_for(world.leader).get("/compare/regions/").content.decode()
    line = world.line("610302")
    assert (
        f'<td class="n green"><a href="/why/{line.pk}/2025Q3/">'
        '<svg class="m" aria-hidden="true"><use href="#mark-check"/></svg>120'
        '<span class="visually-hidden"> 已完成</span></a></td>'
    ) in page


def test_the_matrix_narrowed_to_a_state_drops_rows_and_columns_without_it(world: World) -> None:
    matrix = client_for(world.leader).get("/compare/regions/?status=far_behind").context["m"]
    assert [measure.key for measure in matrix.measures] == ["patents"]
    assert {row.region.name for row in matrix.rows} == {"金台区", "陈仓区", "凤翔区", "岐山县", "眉县"}
    assert sum(matrix.lights.values()) == 16
    assert "没有符合条件的目标" in client_for(world.leader).get("/compare/regions/?light=yellow").content.decode()


def test_a_region_without_the_target_has_a_blank_cell_and_not_a_missing_figure(world: World) -> None:
    world.line("610324").delete()
    page = client_for(world.leader).get("/compare/regions/").content.decode()
    assert page.count("没有这项目标</span></td>") == 1


def test_queries_do_not_grow_with_the_regions(world: World, django_assert_num_queries: Callable[[int], Any]) -> None:
    client = client_for(world.leader)
    for path, anew, kept in (
        ("/compare/?indicator=patents", 13, 10), ("/compare/regions/", 12, 10), ("/compare/plans/", 13, 12),
        ("/compare/units/", 12, 11), ("/compare/units/?of=indicators", 12, 11),
    ):  # fmt: skip
        client.get(path)
        cache.clear()
        for queries in (anew, kept):
            with django_assert_num_queries(queries):
                client.get(path)


def test_one_indicator_in_several_plans_stands_side_by_side_by_basis_and_is_not_ranked(world: World) -> None:
    other = builders.make_plan(world.city, years=(2016, 2020), state="closed")
    builders.make_line(other, world.patents, {2020: "80"}, baseline=(2015, "7"))
    third = builders.make_plan(world.city, years=(2021, 2025))
    builders.make_line(third, world.patents, {2025: "10"}, basis="growth")
    draft = builders.make_plan(world.city, state="draft")
    builders.make_line(draft, world.patents, {2025: "1"})
    for year in range(2016, 2021):
        for quarter in range(1, 5):
            Figure.objects.create(
                indicator=world.patents, region=world.city, year=year, quarter=quarter, source="api", state="approved",
                value=75, approved_value=75,
            )  # fmt: skip
    recompute_plan(other.pk, today=DAY)
    response = client_for(world.leader).get("/compare/plans/?indicator=patents")
    found = response.context["a"]
    assert [(group.basis, len(group.rows)) for group in found.groups] == [("level", 2), ("growth", 1)]
    level = {row.plan.pk: row for row in found.groups[0].rows}
    assert level[other.pk].targets == {2020: "不低于80"}
    assert level[other.pk].baselines == ["2015年7"]
    assert (str(level[other.pk].quarter), level[other.pk].display["actual"]) == ("2020Q4", "75")
    assert level[world.plan.pk].quarter is None
    assert level[world.plan.pk].below == 7
    assert found.plans == 3
    assert "分2张表并列，不混合排名" in response.content.decode()
    assert "位次" not in response.content.decode()


def test_a_plan_that_sets_an_indicator_for_its_counties_alone_is_named(world: World) -> None:
    world.line("610300").delete()
    found = client_for(world.leader).get("/compare/plans/?indicator=patents").context["a"]
    assert found.groups == []
    assert [(each.plan.pk, each.regions) for each in found.below_only] == [(world.plan.pk, 7)]


def test_tasks_stand_against_units_with_the_letters_of_their_roles(world: World) -> None:
    done = PlanTask.objects.create(plan=world.plan, title="完成的", position=0, status="done", closed_on="2022-12-31")
    late = PlanTask.objects.create(plan=world.plan, title="逾期的", position=1)
    PlanTask.objects.create(plan=world.plan, title="没人管的", position=2)
    second = builders.make_unit(world.city, "市科技局")
    phase = Phase.objects.create(plan=world.plan, name="第一阶段", start="2021-01-01", end="2022-12-31")
    for task in (done, late):
        Milestone.objects.create(task=task, label="第一阶段", text="建成", phase=phase)
        Assignment.objects.create(task=task, unit=world.unit, role="lead", printed="局")
    Assignment.objects.create(task=late, unit=world.unit, role="cooperating", printed="局")
    Assignment.objects.create(task=late, unit=second, role="responsible", printed="科技局")
    response = client_for(world.leader).get("/compare/units/")
    found = response.context["u"]
    assert [(c.unit.name, c.total, c.done, c.late) for c in found.columns] == [
        ("市科技局", 1, 0, 1),
        ("统计室", 2, 1, 1),
    ]
    page = response.content.decode()
    assert '<abbr title="统计室：牵头单位、配合单位"><span aria-hidden="true">牵配</span>' in page
    assert "逾期 第一阶段" in page
    assert "3项任务由2个单位承担：2项未开始，1项已办结，1项已过进度安排的时限，1项没有写明单位。" in page
    Plan.objects.filter(pk=world.plan.pk).update(state="closed")
    assert "逾期 第一阶段" not in client_for(world.leader).get("/compare/units/").content.decode()


def test_indicators_stand_against_the_units_that_lead_and_report_them(world: World) -> None:
    builders.make_duty(world.patents, world.city, world.unit)
    lead = builders.make_unit(world.city, "市政府办")
    line = world.line("610300")
    line.lead_unit = lead
    line.save()
    found = client_for(world.leader).get("/compare/units/?of=indicators").context["u"]
    assert [(column.unit.name, column.total) for column in found.columns] == [("市政府办", 1), ("统计室", 1)]
    leading, reporting = found.columns
    assert sum(leading.lights.values()) == 1
    assert sum(reporting.lights.values()) == 0
    assert "2项指标由2个单位负责" in found.sentence
    assert "1项没有牵头单位和填报单位" in found.sentence
    assert ReportingDuty.objects.filter(region=world.city).count() == 1


def test_the_api_tells_what_the_page_shows(world: World) -> None:
    client = client_for(world.leader)
    told = client.get(f"/api/v1/comparison/ranking/?plan={world.plan.pk}&indicator=patents").json()
    page = client.get("/compare/?indicator=patents")
    assert told["sentence"] == page.context["r"].sentence
    assert [row["rank"] for row in told["rows"]] == [1, 2, 2, 4, 5, 6, None]
    assert [row["display"]["actual"] for row in told["rows"]] == [e.display["actual"] for e in page.context["page"]]
    assert told["rows"][5]["actual"] == "0"
    assert told["rows"][6]["actual"] is None
    assert told["own"]["partial_sum"] == "390"
    assert told["own"]["coverage"] == {"reported": 6, "expected": 7}
    matrix = client.get(f"/api/v1/comparison/matrix/?plan={world.plan.pk}&light=red").json()
    assert [row["name"] for row in matrix["rows"]] == ["金台区", "陈仓区", "凤翔区", "岐山县", "眉县"]
    assert (
        client.get("/api/v1/comparison/plans/?indicator=patents").json()["groups"][0]["rows"][0]["regions_below"] == 7
    )
    assert client.get(f"/api/v1/comparison/units/?plan={world.plan.pk}&of=indicators").json()["rows"][0]["name"]
    for query in ("&region=330100", "&indicator=nothing", "&year=2025", "&year=1999&quarter=1", "&nonsense=1"):
        assert client.get(f"/api/v1/comparison/ranking/?plan={world.plan.pk}{query}").status_code == 400, query


def test_a_late_figure_changes_the_page_at_once(world: World) -> None:
    client = client_for(world.leader)
    client.get("/compare/?indicator=patents")
    client.get("/compare/regions/")
    report(world.patents, world.counties["610324"], 3, 777)
    recompute_plan(world.plan.pk, today=DAY, everything=True)
    assert rows_of(client, "?indicator=patents")[0].region.name == "扶风县"
    assert "777" in client.get("/compare/regions/").content.decode()
    assert len(COUNTIES) == 7
