"""Who may ask the API."""

import pytest
import time_machine
from django.test import Client

from ipdash.accounts import services
from ipdash.accounts.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.probe_urls")]
PROBE = "/api/v1/probe/"


@pytest.fixture
def issued(user):
    return services.issue_token(user, "统计局", actor=user)


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Token {secret}"}


def test_a_token_acts_as_its_user_without_cookie_or_csrf_token(issued):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(PROBE, headers=bearer(issued[1]))
    assert (answer.status_code, answer.json()) == (200, {"username": "zhangsan"})
    assert "sessionid" not in answer.cookies


@pytest.mark.parametrize(
    "header",
    ["", "Token", "Token wrong", "Token a b", "Token \xff", "Basic emhhbmdzYW46eA==", "Bearer x"],
)
def test_without_a_valid_token_the_answer_is_401_and_names_the_scheme(client, header, db):
    answer = client.get(PROBE, headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json()["code"] == "not_authenticated"


def test_a_revoked_token_is_refused(client, issued):
    services.revoke_token(issued[0], actor=None)
    assert client.get(PROBE, headers=bearer(issued[1])).status_code == 401


def test_the_token_of_a_disabled_account_is_refused_even_if_it_was_not_revoked(client, issued, user):
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(PROBE, headers=bearer(issued[1])).status_code == 401


def test_the_digest_in_the_database_is_no_token(client, issued):
    assert client.get(PROBE, headers=bearer(issued[0].digest)).status_code == 401


def test_the_use_of_a_token_is_noted_at_most_once_a_minute(client, issued, django_assert_num_queries):
    with time_machine.travel("2025-10-12T10:00:00+08:00", tick=False) as clock:
        client.get(PROBE, headers=bearer(issued[1]))
        issued[0].refresh_from_db()
        first = issued[0].last_used_at
        assert first is not None
        clock.shift(59)
        with django_assert_num_queries(1):
            client.get(PROBE, headers=bearer(issued[1]))
        clock.shift(1)
        client.get(PROBE, headers=bearer(issued[1]))
        issued[0].refresh_from_db()
        assert (issued[0].last_used_at - first).total_seconds() == 60


def test_a_one_time_password_must_be_changed_before_the_api_answers(client, make_user):
    fresh = make_user("fresh", must_change_password=True)
    _token, secret = services.issue_token(fresh, "统计局", actor=None)
    client.force_login(fresh, backend="django.contrib.auth.backends.ModelBackend")
    for answer in (client.get(PROBE), Client().get(PROBE, headers=bearer(secret))):
        assert (answer.status_code, answer.json()["code"]) == (403, "must_change_password")


def test_a_session_reads_and_needs_the_csrf_token_to_write(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(PROBE).json() == {"username": "zhangsan"}
    assert client.post(PROBE).status_code == 403


def test_a_refused_write_is_recorded_with_its_token_s_user(client, issued, user):
    answer = client.post("/api/v1/refusing/?secret=1", {"password": "x"}, headers=bearer(issued[1]))
    assert answer.status_code == 409
    entry = AuditEntry.objects.get(action="request.refused")
    assert (entry.actor, entry.result, entry.object_type, entry.object_id) == (
        user,
        "refused",
        "path",
        "/api/v1/refusing/",
    )
    assert entry.after == {"method": "POST", "status": 409}
    assert entry.reason == "数据已被他人修改，请刷新后重试。"
    assert entry.request_number == answer["X-Request-Number"]


def test_a_write_without_a_login_is_recorded_and_a_read_is_not(client, db):
    client.get(PROBE)
    assert AuditEntry.objects.count() == 0
    client.post(PROBE)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.address, entry.after) == (None, "127.0.0.1", {"method": "POST", "status": 401})
