"""Ranking and heat table are kept until what they show changes: never stale, and everybody has their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from indicators.models import Attainment, Figure, Indicator
from indicators.services.recompute import recompute_plan
from indicators.services.staleness import mark_lines
from indicators.services.targets import change_line
from ipdash.accounts.models import User
from plans.models import Membership, Plan, Region, Role
from tests import builders
from tests.indicators.compare.world import DAY, World, make_world, report

pytestmark = pytest.mark.django_db

RANKING, TABLE = "/compare/?indicator=patents&quarter=2025Q3", "/compare/regions/?quarter=2025Q3"
PAGES = (RANKING, TABLE)


@pytest.fixture
def world(settings: Any) -> World:
    settings.TODAY_OVERRIDE = DAY
    return make_world()


def client_for(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(page: bytes) -> str:
    """A page without its form tokens, which are never the same twice."""
    return re.sub("[A-Za-z0-9]{64}", "", page.decode())


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_the_browser_has_still_is_not_sent_again(world: World, path: str) -> None:
    client = client_for(world.leader)
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert words(client.get(path).content) == words(first.content)


def _result(world: World) -> None:
    """As a nightly run changes a row: without a word to its line."""
    rows = Attainment.objects.filter(line=world.line("610302"), year=2025, quarter=3)
    rows.update(actual=121, computed_at=timezone.now() + timedelta(hours=1))


def _figure(world: World) -> None:
    report(world.patents, world.counties["610324"], 3, 777)
    recompute_plan(world.plan.pk, today=DAY, everything=True)


def _name(world: World) -> None:
    staff = builders.make_user(Role.STAFF, region=world.city, name="city_staff")
    change_line(staff, world.line("610300").pk, {"printed_name": "新名称"})


def _catalogue(world: World) -> None:
    Indicator.objects.filter(pk=world.patents.pk).update(unit="项", version=world.patents.version + 1)


def _region(world: World) -> None:
    Region.objects.filter(code="610302").update(name="改名区", short_name="改名")


def _new_line(world: World) -> None:
    builders.make_line(world.plan, builders.make_indicator("trademarks"), {2025: "5"}, region=world.counties["610302"])


def _new_plan(world: World) -> None:
    builders.make_plan(world.city)


def _no_line(world: World) -> None:
    world.line("610324").delete()


CHANGES: tuple[Callable[[World], None], ...] = (
    _result, _figure, _name, _catalogue, _region, _new_line, _new_plan, _no_line,
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("change", CHANGES)
def test_no_page_is_shown_after_its_data_changed(world: World, path: str, change: Callable[[World], None]) -> None:
    client = client_for(world.leader)
    before = client.get(path)
    change(world)
    after = client.get(path, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert words(after.content) != words(before.content)
    cache.clear()
    assert words(client.get(path).content) == words(after.content)


def test_a_change_of_places_in_the_quarter_before_changes_the_ranking(world: World) -> None:
    client = client_for(world.leader)
    before = client.get(RANKING)
    rows = Attainment.objects.filter(line=world.line("610302"), year=2025, quarter=2)
    rows.update(rank=7, computed_at=timezone.now() + timedelta(hours=1))
    after = client.get(RANKING, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert "升6位" in after.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_plan_that_hides_siblings_from_now_on_hides_them_at_once(world: World, path: str) -> None:
    client = client_for(world.county_leader)
    before = client.get(path)
    assert "渭滨区" in before.content.decode()
    Plan.objects.filter(pk=world.plan.pk).update(hide_siblings=True)
    after = client.get(path, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert "渭滨区" not in after.content.decode()
    # Who reaches the plan's region goes on seeing everything, and each has a page of their own.
    assert "渭滨区" in client_for(world.leader).get(path, headers={"If-None-Match": after["ETag"]}).content.decode()


def test_a_place_that_a_hidden_sibling_takes_is_shown_at_once(world: World) -> None:
    Plan.objects.filter(pk=world.plan.pk).update(hide_siblings=True)
    client = client_for(world.county_leader)
    before = client.get(RANKING)
    assert "<b>2</b>" in before.content.decode()
    Figure.objects.filter(indicator=world.patents, region=world.counties["610302"]).update(approved_value=1)
    recompute_plan(world.plan.pk, today=DAY, everything=True)
    after = client.get(RANKING, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert "<b>1</b>" in after.content.decode()


def test_a_place_that_a_sibling_takes_is_told_by_the_api_at_once(world: World) -> None:
    client = client_for(world.leader)
    line = world.line("610303").pk
    path = f"/api/v1/attainment/?plan={world.plan.pk}&target_line={line}&year=2025&quarter=3"
    assert client.get(path).json()["results"][0]["rank"] == 2
    Figure.objects.filter(indicator=world.patents, region=world.counties["610302"]).update(approved_value=1)
    mark_lines([world.line("610302").pk], requested_by=None)
    recompute_plan(world.plan.pk, today=DAY)
    assert client.get(path).json()["results"][0]["rank"] == 1


@pytest.mark.parametrize("path", PAGES)
def test_a_right_that_was_taken_away_is_gone_at_once(world: World, path: str) -> None:
    client = client_for(world.leader)
    path += f"&plan={world.plan.pk}"
    etag = client.get(path)["ETag"]
    Membership.objects.filter(user=world.leader).delete()
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_each_language_and_each_choice_has_its_own_page(world: World, path: str) -> None:
    client = client_for(world.leader)
    etag = client.get(path)["ETag"]
    narrowed = client.get(path + "&light=red", headers={"If-None-Match": etag})
    assert (narrowed.status_code, narrowed["ETag"] != etag) == (200, True)
    client.cookies["ipdash_language"] = "en"
    english = client.get(path, headers={"If-None-Match": etag})
    assert english.status_code == 200
    assert 'lang="en"' in english.content.decode()
