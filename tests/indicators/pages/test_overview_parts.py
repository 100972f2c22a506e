"""Around the overview's table: its orders, what moved and why, who owes figures, and the ways to other plans and regions."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from indicators.models import ReportingPeriod
from indicators.selectors.chapters import Chapters
from indicators.selectors.conclusion import SEVERITY
from indicators.views.overview_parts import due_of, trail
from ipdash.core.periods import Quarter
from plans.models import Plan, Region

pytestmark = pytest.mark.usefixtures("demo")
ClientOf = Callable[[str], Client]
Q3 = Quarter(2025, 3)


@pytest.fixture
def bishan(demo: None) -> Plan:
    return Plan.objects.get(slug="bishan")


def test_by_chapter_the_worst_line_s_chapter_comes_first_and_in_each_the_worst_line(
    client_of: ClientOf, bishan: Plan
) -> None:
    groups = client_of("leader").get(f"/plans/{bishan.pk}/?quarter=2025Q3&order=section").context["groups"]
    assert sum(len(group.lines) for group in groups) == 44
    assert {group.title for group in groups} >= {"三 聚焦高水平保护,优化营商环境", "二 “十四五”时期的总体要求"}
    worst = [[SEVERITY[line.status] for line in group.lines] for group in groups]
    assert all(inside == sorted(inside) for inside in worst)
    assert [inside[0] for inside in worst] == sorted(inside[0] for inside in worst)


def test_a_line_belongs_to_the_chapter_above_its_place_in_the_document(bishan: Plan) -> None:
    chapters = Chapters(bishan)
    assert chapters.title(75) == "二 “十四五”时期的总体要求"
    assert chapters.title(201) == "三 聚焦高水平保护,优化营商环境"
    assert chapters.title(1) == chapters.title(None) == ""


def test_every_order_and_light_is_an_address_and_leads_to_the_others(client_of: ClientOf, bishan: Plan) -> None:
    page = client_of("leader").get(f"/plans/{bishan.pk}/?quarter=2025Q3&light=red&order=section").content.decode()
    assert "order=document" in page
    assert '<b aria-current="true">按章节</b>' in page
    assert '<input type="hidden" name="order" value="section">' in page


def test_a_changed_light_says_from_which_value_to_which_and_where_it_should_be(
    client_of: ClientOf, bishan: Plan
) -> None:
    shown = client_of("leader").get(f"/plans/{bishan.pk}/?quarter=2025Q3").context["o"]
    told = {row.name: re.sub("<[^>]+>", "", row.change_html) for row in shown.changes}
    assert told["普通作品版权登记量"].endswith("实际值222 → 352件，序时进度目标值338件，较序时+3.2个百分点")


def test_what_moved_most_is_drawn_from_the_best_to_the_worst(client_of: ClientOf, bishan: Plan) -> None:
    response = client_of("leader").get(f"/plans/{bishan.pk}/?quarter=2025Q3")
    moves = response.context["moves"]
    gains = [move.row.year_gap - move.row.gap_before for move in moves]
    assert 1 <= len(moves) <= 6
    assert gains == sorted(gains, reverse=True)
    assert all(move.picture in response.content.decode() for move in moves)


def test_in_january_nothing_is_compared_with_last_year_s_target(client_of: ClientOf, bishan: Plan) -> None:
    assert client_of("leader").get(f"/plans/{bishan.pk}/?quarter=2025Q1").context["moves"] == []


def test_who_owes_figures_stands_by_unit_with_the_day_they_are_due(client_of: ClientOf, bishan: Plan) -> None:
    response = client_of("leader").get(f"/plans/{bishan.pk}/?quarter=2025Q3")
    owed = response.context["owed"]
    assert sum(len(each.rows) for each in owed) == len(response.context["o"].unreported) > 0
    assert [len(each.rows) for each in owed] == sorted((len(each.rows) for each in owed), reverse=True)
    assert "填报截止2025年10月15日" in response.content.decode()


def test_a_moved_deadline_shows_at_once(client_of: ClientOf, bishan: Plan) -> None:
    client, path = client_of("leader"), f"/plans/{bishan.pk}/?quarter=2025Q3"
    client.get(path)
    period = ReportingPeriod.objects.get(region=bishan.region, year=2025, quarter=3)
    period.due, period.version = date(2025, 10, 10), period.version + 1
    period.save()
    assert "填报已于2025年10月10日截止，逾期2天" in client.get(path).content.decode()


def test_the_day_of_the_deadline_is_not_late(bishan: Plan) -> None:
    due = ReportingPeriod.objects.get(region=bishan.region, year=2025, quarter=3).due
    on_time = due_of(bishan.region, Q3, due)
    assert on_time is not None
    assert on_time.late == 0
    assert due_of(bishan.region, Quarter(2019, 1), due) is None


def test_another_plan_is_chosen_in_place_and_opens_at_its_own_quarter(client_of: ClientOf, bishan: Plan) -> None:
    other = Plan.objects.get(slug="jilin")
    client = client_of("leader")
    assert f'<option value="{other.pk}">' in client.get(f"/plans/{bishan.pk}/").content.decode()
    moved = client.get(f"/plans/{bishan.pk}/?plan={other.pk}&quarter=2025Q3&region=500120")
    assert (moved.status_code, moved["Location"]) == (302, f"/plans/{other.pk}/")
    assert client.get(f"/plans/{bishan.pk}/?plan={bishan.pk}&quarter=2025Q3").status_code == 200
    assert client.get(f"/plans/{bishan.pk}/?plan=x").status_code == 200


def test_the_way_down_the_tree_leads_back_up() -> None:
    province = Plan(region=Region(code="220000", name="吉林省", level="province"))
    county = Region(code="220102", name="南关区", level="county")
    choices = [("220000", "吉林省"), ("220100", "长春市"), ("220102", "南关区"), ("220103", "宽城区")]
    assert trail(province, county, choices) == [("220000", "吉林省"), ("220100", "长春市")]
    assert trail(province, province.region, choices) == []
