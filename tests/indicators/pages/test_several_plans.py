"""Several plans at once: each plan's sentence, lamps and worst line, in a number of queries that does not grow."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicators.models import TargetLine
from indicators.selectors.conclusion import worst_first
from indicators.selectors.glance import plans_at_a_glance
from indicators.selectors.overview import overview
from indicators.selectors.quarters import default_quarter, default_quarters
from ipdash.accounts.models import User
from plans.models import Plan
from plans.scope import scope_of
from tests import builders

DAY = date(2025, 10, 12)

pytestmark = pytest.mark.usefixtures("demo")


def all_plans() -> list[Plan]:
    return list(Plan.objects.select_related("region").order_by("pk"))


@pytest.mark.parametrize(
    "day", [DAY, date(2025, 4, 1), date(2021, 1, 1), date(2020, 12, 31), date(2013, 6, 1), date(2031, 1, 1)]
)
def test_the_quarter_of_each_plan_is_the_one_its_own_page_opens_with(day: date) -> None:
    plans = [*all_plans(), builders.make_plan(all_plans()[0].region, (2030, 2031))]
    assert default_quarters(plans, day) == {plan.pk: default_quarter(plan, day) for plan in plans}


def test_every_plan_reads_as_its_own_overview_does(leader: User) -> None:
    scope = scope_of(leader)
    for glance in plans_at_a_glance(scope, all_plans(), DAY):
        shown = overview(scope, glance.plan, glance.plan.region, glance.quarter)
        assert glance.conclusion == shown.conclusion
        assert glance.lights == shown.lights
        worst = worst_first(shown.lines)[0]
        assert glance.worst is not None
        assert (glance.worst.name, glance.worst.owner_name) == (worst.name, worst.owner_name)
        assert glance.worst.display == worst.display


def test_queries_do_not_grow_with_the_plans(leader: User) -> None:
    scope, plans = scope_of(leader), all_plans()
    counted = []
    for some in (plans[:1], plans):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            plans_at_a_glance(scope, some, DAY)
        counted.append(len(queries))
    assert counted[1] <= counted[0] + 1
    assert counted[1] <= 4


def test_a_leader_of_several_plans_finds_them_at_home_those_in_force_first(client_of: Any) -> None:
    builders.make_plan(Plan.objects.get(slug="baoji").region)
    client = client_of("leader")
    home = client.get("/")
    assert home["Location"] == "/plans/"
    page = client.get("/plans/").content.decode()
    assert page.index("执行中") < page.index("璧山区知识产权") < page.index("已结束") < page.index("吉林省知识产权")
    assert "差距最大：" in page
    assert "专业化知识产权行政执法队伍" in page
    assert "本规划在该区划没有目标指标" in page


def test_what_a_plan_hides_from_its_regions_is_hidden_here_too(department: User) -> None:
    plan = Plan.objects.get(slug="bishan")
    assert plans_at_a_glance(scope_of(department), [plan], DAY)[0].lights["green"] > 0
    city = Plan.objects.get(slug="chongqing")
    Plan.objects.filter(pk=city.pk).update(hide_siblings=True)
    city.refresh_from_db()
    assert TargetLine.objects.filter(plan=city).exists()
    assert sum(plans_at_a_glance(scope_of(department), [city], DAY)[0].lights.values()) == 0
