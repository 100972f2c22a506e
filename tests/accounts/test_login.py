"""The door: who comes in, who is told what, and what is written down."""

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client, RequestFactory

from ipdash.accounts import services
from ipdash.accounts.models import AuditEntry
from ipdash.core.http import client_address

from .conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.probe_urls")]


def log_in(client: Client, username: str = "zhangsan", password: str = PASSWORD, **more: str):
    return client.post("/login/", {"username": username, "password": password, **more})


def last_entry() -> AuditEntry:
    return AuditEntry.objects.first()


def test_the_right_pair_comes_in_and_is_recorded(client, user):
    answer = log_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/plans/").status_code == 200
    entry = last_entry()
    assert (entry.action, entry.actor, entry.result, entry.address) == ("session.login", user, "done", "127.0.0.1")


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/plans/1/?region=500120", "/plans/1/?region=500120"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_the_login_returns_to_where_one_came_from_and_nowhere_else(client, user, address, target):
    assert log_in(client, next=address)["Location"] == target


def test_nobody_learns_which_of_the_two_was_wrong(client, make_user):
    make_user()
    services.set_active(make_user("disabled"), False, actor=None)
    answers = [
        log_in(client, password="Wrong-2025-ok"),
        log_in(client, username="nobody"),
        log_in(client, username="disabled"),
    ]
    for answer in answers:
        assert "用户名或密码不正确，或账号未启用。" in answer.content.decode()
        assert not answer.wsgi_request.user.is_authenticated


def test_a_failed_login_is_recorded_without_what_was_typed(client, user):
    log_in(client, password="Wrong-2025-ok")
    entry = last_entry()
    assert (entry.action, entry.result, entry.object_id, entry.actor) == (
        "session.login",
        "refused",
        str(user.pk),
        None,
    )
    assert (entry.actor_name, entry.reason) == ("张三（zhangsan）", "wrong_credentials")
    log_in(client, username="My-Secret-2025")
    assert (last_entry().object_id, last_entry().actor_name) == ("", "")
    everything = str(list(AuditEntry.objects.values_list()))
    assert "Wrong" not in everything
    assert "Secret" not in everything


def test_an_empty_field_is_no_attempt(client, user):
    count = AuditEntry.objects.count()
    answer = log_in(client, password="")
    assert "请填写密码。" in answer.content.decode()
    assert AuditEntry.objects.count() == count


@pytest.mark.parametrize("username", ["a\0b", "x" * 5000])
def test_a_hostile_user_name_is_a_wrong_one_and_no_failure(client, db, username):
    assert log_in(client, username=username).status_code == 200


def test_five_failures_lock_the_account_for_every_new_browser_and_for_the_right_password(user):
    answers = [log_in(Client(), password="Wrong-2025-ok") for _attempt in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    answer = log_in(Client())
    assert answer.status_code == 429
    assert answer["Retry-After"] == "1800"
    text = answer.content.decode()
    assert "已暂时锁定" in text
    assert "30分钟" in text
    assert "系统管理员" in text
    assert (last_entry().result, last_entry().reason) == ("refused", "locked_out")


def test_a_lock_ends_after_half_an_hour(user):
    with time_machine.travel("2025-10-12T10:00:00+08:00", tick=False) as clock:
        for _attempt in range(5):
            log_in(Client(), password="Wrong-2025-ok")
        clock.shift(29 * 60)
        locked = Client().get("/login/")
        assert locked.status_code == 200
        clock.shift(62)
        assert log_in(Client()).status_code == 302


def test_an_administrator_unlocks_at_once(user, make_user):
    for _attempt in range(5):
        log_in(Client(), password="Wrong-2025-ok")
    admin = make_user("admin1")
    assert services.unlock_login(user, actor=admin) == 1
    assert (last_entry().action, last_entry().actor) == ("user.unlock", admin)
    assert log_in(Client()).status_code == 302


def test_one_account_s_lock_does_not_keep_others_out(user, make_user):
    make_user("lisi")
    for _attempt in range(5):
        log_in(Client(), password="Wrong-2025-ok")
    assert log_in(Client(), username="lisi").status_code == 302


def test_a_login_needs_the_csrf_token_and_the_refusal_is_shown_and_recorded(user):
    client = Client(enforce_csrf_checks=True)
    answer = log_in(client)
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()
    assert (last_entry().action, last_entry().after) == ("request.refused", {"method": "POST", "status": 403})


def test_logging_out_ends_the_session_and_needs_a_post(browser, user):
    assert browser.get("/logout/").status_code == 405
    answer = browser.post("/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/")
    assert browser.get("/plans/").status_code == 302
    assert (last_entry().action, last_entry().actor) == ("session.logout", user)


def test_the_session_gets_a_new_key_at_login(client, user):
    client.get("/login/")
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    log_in(client)
    assert client.session.session_key != session.session_key


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.2.3.4", "127.0.0.1"),
        (1, "9.9.9.9, 1.2.3.4", "1.2.3.4"),
        (2, "9.9.9.9, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (1, "not an address", "127.0.0.1"),
        (2, "1.2.3.4", "127.0.0.1"),
    ],
)
def test_the_address_is_the_one_our_own_proxies_saw(settings, proxies, forwarded, address):
    settings.PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == address


def test_the_log_and_the_lock_both_use_that_address(client, user, settings):
    settings.PROXIES = 1
    client.post("/login/", {"username": "zhangsan", "password": "x"}, headers={"X-Forwarded-For": "9.9.9.9, 1.2.3.4"})
    assert last_entry().address == "1.2.3.4"
    assert AccessAttempt.objects.get().ip_address == "1.2.3.4"
