"""Pages kept until what they show changes: quick when seen before, never stale, never another person's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from indicators.models import Attainment, TargetLine
from indicators.services.recompute import recompute_plan
from indicators.services.staleness import mark_plan_changed
from indicators.services.targets import change_line
from ipdash.accounts.models import User
from plans.models import Membership, Plan, PlanTask, Unit
from plans.services.tasks import change_task
from plans.services.units import change_unit
from tests.conftest import DEMO_DAY

pytestmark = pytest.mark.usefixtures("demo")
ClientOf = Callable[[str], Client]


@pytest.fixture
def bishan(demo: None) -> Plan:
    return Plan.objects.get(slug="bishan")


def overview(plan: Plan) -> str:
    return f"/plans/{plan.pk}/?quarter=2025Q3"


def pages(plan: Plan) -> list[str]:
    line = TargetLine.objects.filter(plan=plan).first()
    assert line is not None
    return [overview(plan), f"/plans/{plan.pk}/indicators/{line.pk}/?quarter=2025Q3"]


def test_a_page_that_the_browser_has_still_is_not_sent_again(client_of: ClientOf, bishan: Plan) -> None:
    client = client_of("leader")
    for path in pages(bishan):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert first["Cache-Control"] == again["Cache-Control"] == "private, no-store"
        assert "Cookie" in first["Vary"]


def test_a_kept_page_is_the_same_but_for_its_form_token(client_of: ClientOf, bishan: Plan) -> None:
    client = client_of("leader")
    for path in pages(bishan):
        first, again = client.get(path).content.decode(), client.get(path).content.decode()
        assert len(first) == len(again)
        assert first != again
        token = again.split('"X-CSRFToken": "')[1][:64]
        # The token works: a form sent with it is not refused as forged.
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = client.cookies
        answer = strict.post("/language/", {"language": "en", "next": "/", "csrfmiddlewaretoken": token})
        assert answer.status_code == 302


def test_a_kept_page_asks_few_queries_whatever_the_number_of_lines(client_of: ClientOf, bishan: Plan) -> None:
    client = client_of("leader")

    def queries(path: str) -> tuple[int, int]:
        counts = []
        for _turn in range(2):
            with CaptureQueriesContext(connection) as seen:
                assert client.get(path).status_code == 200
            counts.append(len(seen))
        return counts[0], counts[1]

    client.get("/plans/")
    few = queries(f"/plans/{Plan.objects.get(slug='baoji').pk}/?quarter=2020Q3")  # 6 lines
    many = queries(overview(bishan))  # 44
    assert many == few
    assert many[1] <= 10  # with slips, notices and the plans to choose from


def changes(plan: Plan) -> dict[str, Callable[[], object]]:
    """What changes an overview, by what it does."""
    staff = User.objects.get(username="staff")
    line = TargetLine.objects.filter(plan=plan).first()
    task = PlanTask.objects.filter(plan=plan).first()
    assert line is not None
    assert task is not None
    row = Attainment.objects.filter(plan=plan, year=2025, quarter=3)

    def recomputed() -> None:
        mark_plan_changed(plan.pk, requested_by=None)
        recompute_plan(plan.pk, today=DEMO_DAY)

    def a_nightly_run_changes_a_row() -> None:
        row.filter(line=line).update(status="no_target", light="none", computed_at=timezone.now() + timedelta(hours=1))

    return {
        "waits for recomputation": lambda: mark_plan_changed(plan.pk, requested_by=None),
        "recomputed": recomputed,
        "a nightly run": a_nightly_run_changes_a_row,
        "a line's name": lambda: change_line(staff, line.pk, {"printed_name": "新名称"}),
        "a task": lambda: change_task(staff, task.pk, {"title": "改名"}),
    }


def test_the_page_of_an_indicator_follows_its_results_and_those_it_is_ranked_with(
    client_of: ClientOf, bishan: Plan
) -> None:
    client, path = client_of("leader"), pages(bishan)[1]
    before = client.get(path)
    mark_plan_changed(bishan.pk, requested_by=None)
    after = client.get(path, headers={"If-None-Match": before["ETag"]})
    assert (after.status_code, after["ETag"] != before["ETag"]) == (200, True)


def test_insiders_see_a_figure_on_its_way_at_once(client_of: ClientOf, bishan: Plan) -> None:
    assert "ETag" not in client_of("staff").get(pages(bishan)[1])


@pytest.mark.parametrize("what", ["waits for recomputation", "recomputed", "a nightly run", "a line's name", "a task"])
def test_no_page_is_shown_after_its_data_changed(client_of: ClientOf, bishan: Plan, what: str) -> None:
    client = client_of("leader")
    before = client.get(overview(bishan))
    changes(bishan)[what]()
    after = client.get(overview(bishan), headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    kept = after.content.decode()
    cache.clear()
    assert without_tokens(client.get(overview(bishan)).content.decode()) == without_tokens(kept)


def without_tokens(page: str) -> str:
    return re.sub("[A-Za-z0-9]{64}", "", page)


def test_a_renamed_unit_shows_its_new_name(client_of: ClientOf, bishan: Plan) -> None:
    client = client_of("leader")
    page = client.get(overview(bishan))
    line = next(line for line in page.context["o"].lines if line.owner_name)
    unit = Unit.objects.get(name=line.owner_name, region__code="500120")
    change_unit(User.objects.get(username="staff"), unit.pk, {"name": "改名后的单位"})
    assert "改名后的单位" in client.get(overview(bishan), headers={"If-None-Match": page["ETag"]}).content.decode()


def test_a_right_that_was_taken_away_is_gone_at_once(client_of: ClientOf, bishan: Plan) -> None:
    client = client_of("leader")
    held = {path: client.get(path)["ETag"] for path in pages(bishan)}
    Membership.objects.filter(user__username="leader").delete()
    for path, etag in held.items():
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 404


def test_a_page_is_kept_for_one_person_and_language(client_of: ClientOf, bishan: Plan) -> None:
    leader, staff = client_of("leader"), client_of("staff")
    etag = leader.get(overview(bishan))["ETag"]
    other = staff.get(overview(bishan), headers={"If-None-Match": etag})
    assert other.status_code == 200
    assert User.objects.get(username="staff").display_name in other.content.decode()
    leader.cookies["ipdash_language"] = "en"
    assert leader.get(overview(bishan), headers={"If-None-Match": etag}).status_code == 200


def test_a_page_held_from_an_earlier_login_is_sent_anew_with_a_token_that_works(
    client_of: ClientOf, bishan: Plan
) -> None:
    client = client_of("leader")
    etag = client.get(overview(bishan))["ETag"]
    del client.cookies["csrftoken"]
    client.cookies["csrftoken"] = "a" * 32
    assert client.get(overview(bishan), headers={"If-None-Match": etag}).status_code == 200


def test_a_session_about_to_end_is_told_its_own_time(client_of: ClientOf, bishan: Plan) -> None:
    client: Any = client_of("leader")
    page = client.get(overview(bishan))
    assert 'data-session-seconds="1740"' in page.content.decode()
    session = client.session
    session["session_started"] -= 12 * 3600 - 300
    session.save()
    last = client.get(overview(bishan), headers={"If-None-Match": page["ETag"]})
    assert last.status_code == 200
    assert "ETag" not in last
    assert 'data-session-seconds="1740"' not in last.content.decode()
