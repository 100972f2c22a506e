"""When a session ends."""

import pytest
import time_machine
from django.contrib.auth import get_user
from django.test import Client, RequestFactory

from ipdash.accounts import services, sessions
from ipdash.accounts.models import AuditEntry

from .conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.probe_urls")]
MORNING = "2025-10-12T08:00:00+08:00"
MINUTE = 60
HOUR = 3600


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def at_work(clock, user):
    client = Client()
    client.post("/login/", {"username": "zhangsan", "password": PASSWORD})
    return client


def test_thirty_idle_minutes_end_a_session(at_work, clock, user):
    clock.shift(30 * MINUTE - 1)
    assert at_work.get("/plans/").status_code == 200
    clock.shift(30 * MINUTE)
    answer = at_work.get("/plans/?year=2025")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=%2Fplans%2F%3Fyear%3D2025&ended=idle")
    assert "您已超过30分钟没有操作" in at_work.get(answer["Location"]).content.decode()
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor, entry.reason) == ("session.expire", user, "idle")


def test_twelve_hours_end_a_session_however_busy(at_work, clock):
    for _visit in range(12 * 3 - 1):
        clock.shift(20 * MINUTE)
        assert at_work.get("/plans/").status_code == 200
    clock.shift(20 * MINUTE)
    answer = at_work.get("/plans/")
    assert answer["Location"].endswith("ended=absolute")
    assert "本次登录已满12小时" in at_work.get(answer["Location"]).content.decode()


def test_a_session_that_ended_is_not_revived_by_asking_again(at_work, clock):
    clock.shift(31 * MINUTE)
    at_work.get("/plans/")
    assert at_work.get("/plans/").status_code == 302


def test_requests_within_a_minute_write_nothing(at_work, clock, django_assert_num_queries):
    clock.shift(59)
    with django_assert_num_queries(2):  # session, user
        at_work.get("/plans/")


def test_a_use_is_noted_after_a_whole_minute(at_work, clock):
    clock.shift(59)
    at_work.get("/plans/")
    noted = at_work.session["session_seen"]
    clock.shift(1)
    at_work.get("/plans/")
    assert at_work.session["session_seen"] == noted + 60


def test_what_the_page_asks_for_by_itself_keeps_no_session_alive(at_work, clock):
    for _poll in range(29):
        clock.shift(MINUTE)
        assert at_work.get("/plans/", headers={"X-Background": "1"}).status_code == 200
    clock.shift(MINUTE)
    assert at_work.get("/plans/", headers={"X-Background": "1"}).status_code == 302


def test_an_ended_session_answers_a_fragment_with_the_way_to_the_login(at_work, clock):
    clock.shift(31 * MINUTE)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/plans/?year=2025"}
    answer = at_work.get("/plans/row/", headers=headers)
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/login/?next=%2Fplans%2F%3Fyear%3D2025&ended=idle"


def test_an_ended_session_answers_the_api_with_401(at_work, clock):
    assert at_work.get("/api/v1/probe/").status_code == 200
    clock.shift(31 * MINUTE)
    assert at_work.get("/api/v1/probe/").status_code == 401


def test_disabling_ends_the_session_and_enabling_does_not_revive_it(at_work, user):
    services.set_active(user, False, actor=None)
    copy = Client()
    copy.cookies = at_work.cookies
    services.set_active(user, True, actor=None)
    assert copy.get("/plans/").status_code == 302


def test_a_disabled_account_is_out_at_its_next_request(at_work, user):
    services.set_active(user, False, actor=None)
    assert at_work.get("/plans/").status_code == 302


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(at_work, user):
    other = Client()
    other.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    values = {"old_password": PASSWORD, "new_password": "Another-2025-ok", "repeated": "Another-2025-ok"}
    assert at_work.post("/password/", values).status_code == 302
    assert at_work.get("/plans/").status_code == 200
    assert other.get("/plans/").status_code == 302


def test_the_page_knows_how_long_the_session_still_lives(at_work, clock):
    request = RequestFactory().get("/")
    request.session = at_work.session
    assert get_user(request).is_authenticated
    assert sessions.seconds_left(request) == 30 * MINUTE
    clock.shift(10 * MINUTE)
    assert sessions.seconds_left(request) == 20 * MINUTE
    request.session["session_seen"] += 12 * HOUR
    assert sessions.seconds_left(request) == 12 * HOUR - 10 * MINUTE
    request.session.flush()
    assert sessions.seconds_left(request) is None
