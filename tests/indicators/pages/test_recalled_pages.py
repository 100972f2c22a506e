"""A page whose database has not changed at all is not even checked; whatever is committed has it checked again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from indicators.models import Attainment, Figure
from indicators.services.recompute import recompute_plan
from indicators.views import kept
from ipdash.accounts.models import User
from plans.models import Membership, Plan, Role
from tests import builders
from tests.indicators.compare.test_kept import client_for, words
from tests.indicators.compare.world import DAY, World, make_world, report

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite does not tell its state"),
]
SESSION_AND_USER = 2
Pages = list[str]


@pytest.fixture
def world(settings: Any) -> World:
    settings.TODAY_OVERRIDE = DAY
    return make_world()


@pytest.fixture
def pages(world: World) -> Pages:
    at = "quarter=2025Q3"
    return [
        f"/plans/{world.plan.pk}/?{at}",
        f"/plans/{world.plan.pk}/indicators/{world.line('610302').pk}/?{at}",
        f"/compare/?indicator=patents&plan={world.plan.pk}&{at}",
        f"/compare/regions/?plan={world.plan.pk}&{at}",
    ]


@pytest.fixture
def other() -> Iterator[Any]:
    """What another process commits."""
    made = connections.create_connection("default")
    yield made
    made.close()


def test_while_nothing_is_committed_a_page_is_recalled_without_a_query_of_its_own(
    world: World, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server's other databases count as well, and other tests write into them.
    monkeypatch.setattr(kept, "state_of_database", lambda: "the same")
    client = client_for(world.leader)
    for path in pages:
        first = client.get(path)
        with CaptureQueriesContext(connection) as seen:
            again = client.get(path)
            held = client.get(path, headers={"If-None-Match": again["ETag"]})
        assert words(again.content) == words(first.content)
        assert (held.status_code, held.content) == (304, b"")
        assert len(seen) == 2 * SESSION_AND_USER


def test_what_another_process_commits_is_shown_at_once(world: World, pages: Pages, other: Any) -> None:
    client = client_for(world.leader)
    before = {path: client.get(path) for path in pages}
    line = world.line("610302").pk
    with other.cursor() as cursor:
        cursor.execute(
            "UPDATE indicators_attainment SET actual = 987 * 1000000, computed_at = now() WHERE line_id = %s", [line]
        )
    for path, page in before.items():
        after = client.get(path, headers={"If-None-Match": page["ETag"]})
        # The overview is the city's, where nothing has changed.
        assert after.status_code == (304 if path == pages[0] else 200)
        assert path == pages[0] or "987" in after.content.decode()


def test_insiders_recall_a_page_until_a_figure_is_on_its_way(world: World, pages: Pages) -> None:
    client = client_for(builders.make_user(Role.STAFF, region=world.city, name="city_staff"))
    for path in (pages[1], "/my-work/"):
        before = client.get(path)
        assert "ETag" in before
        Figure.objects.filter(region=world.counties["610302"], quarter=3).update(state="submitted")
        assert client.get(path, headers={"If-None-Match": before["ETag"]}).status_code == 200


def test_a_recomputation_is_shown_at_once(world: World, pages: Pages) -> None:
    client = client_for(world.leader)
    before = {path: client.get(path) for path in pages}
    report(world.patents, world.counties["610324"], 3, 777)
    recompute_plan(world.plan.pk, today=DAY, everything=True)
    assert Attainment.objects.filter(line=world.line("610324"), year=2025, quarter=3, actual=777).exists()
    for path, page in before.items():
        assert client.get(path, headers={"If-None-Match": page["ETag"]}).status_code == 200


def deleted(user: User) -> None:
    Membership.objects.filter(user=user).delete()


def switched_off(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize(("loses", "status"), [(deleted, 404), (switched_off, 302)])
def test_a_right_that_was_taken_away_is_gone_at_once(
    world: World, pages: Pages, loses: Callable[[User], None], status: int
) -> None:
    client = client_for(world.leader)
    held = {path: client.get(path)["ETag"] for path in pages}
    loses(world.leader)
    for path, etag in held.items():
        assert client.get(path, headers={"If-None-Match": etag}).status_code == status


def test_everybody_recalls_their_own_pages(world: World, pages: Pages) -> None:
    Plan.objects.filter(pk=world.plan.pk).update(hide_siblings=True)
    leader, county = client_for(world.leader), client_for(world.county_leader)
    for path in pages[2:]:
        for _turn in range(2):
            assert "渭滨区" in leader.get(path).content.decode()
            assert "渭滨区" not in county.get(path).content.decode()
    assert client_for(world.stranger).get(pages[0]).status_code == 404


def test_a_page_is_recalled_in_the_language_it_was_asked_in(world: World, pages: Pages) -> None:
    client = client_for(world.leader)
    for path in pages:
        client.cookies["ipdash_language"] = "zh-hans"
        chinese = client.get(path)
        client.cookies["ipdash_language"] = "en"
        english = client.get(path, headers={"If-None-Match": chinese["ETag"]})
        assert english.status_code == 200
        assert 'lang="en"' in english.content.decode()
