"""One's own account: data, password, tokens."""

import pytest
from axes.models import AccessAttempt
from django.test import Client

from ipdash.accounts import services
from ipdash.accounts.models import ApiToken, AuditEntry

from .conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.probe_urls")]
NEW = "Another-2025-ok"


def change(client: Client, old: str = PASSWORD, new: str = NEW, repeated: str = NEW):
    return client.post("/password/", {"old_password": old, "new_password": new, "repeated": repeated})


def test_the_page_shows_the_own_data_and_tokens_and_nobody_else_s(browser, user, make_user):
    services.issue_token(user, "统计局交换", actor=user)
    services.issue_token(make_user("lisi"), "李四的程序", actor=None)
    text = browser.get("/account/").content.decode()
    assert "张三" in text
    assert "统计局交换" in text
    assert "李四的程序" not in text


def test_the_own_address_is_changed_and_recorded(browser, user):
    browser.post("/account/", {"email": "zhang@example.cn", "display_name": "王五", "is_active": ""})
    user.refresh_from_db()
    assert (user.email, user.display_name, user.is_active) == ("zhang@example.cn", "张三", True)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.before, entry.after) == ("user.change", {"email": ""}, {"email": "zhang@example.cn"})


def test_a_wrong_address_is_refused_with_an_example(browser, user):
    answer = browser.post("/account/", {"email": "zhang"})
    assert "电子邮箱格式不正确" in answer.content.decode()
    user.refresh_from_db()
    assert user.email == ""


def test_a_token_is_shown_once_and_works(browser):
    answer = browser.post("/account/tokens/", {"name": "统计局"})
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert secret not in browser.get("/account/").content.decode()
    assert Client().get("/api/v1/probe/", headers={"Authorization": f"Token {secret}"}).status_code == 200


def test_a_token_without_a_name_is_refused(browser):
    assert "请填写令牌的用途" in browser.post("/account/tokens/", {"name": " "}).content.decode()
    assert ApiToken.objects.count() == 0


def test_a_token_is_revoked_by_its_owner(browser, user):
    token, secret = services.issue_token(user, "统计局", actor=user)
    assert browser.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert Client().get("/api/v1/probe/", headers={"Authorization": f"Token {secret}"}).status_code == 401
    assert browser.post(f"/account/tokens/{token.pk}/revoke/").status_code == 409


def test_another_s_token_is_as_if_missing(browser, make_user):
    token, _secret = services.issue_token(make_user("lisi"), "李四的程序", actor=None)
    assert browser.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert browser.post("/account/tokens/999999/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_the_password_is_changed_and_a_one_time_one_thereby_done_with(make_user):
    fresh = make_user("fresh", must_change_password=True)
    client = Client()
    client.force_login(fresh, backend="django.contrib.auth.backends.ModelBackend")
    assert change(client)["Location"] == "/"
    assert client.get("/plans/").status_code == 200
    fresh.refresh_from_db()
    assert (fresh.check_password(NEW), fresh.must_change_password) == (True, False)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"old": "Wrong-2025-ok"}, "当前密码不正确，请重新填写。"),
        ({"repeated": "Other-2025-ok"}, "两次输入的新密码不一致，请重新输入。"),
        ({"new": PASSWORD, "repeated": PASSWORD}, "新密码不能与当前密码相同。"),
        ({"new": "weak", "repeated": "weak"}, "密码至少8个字符，现在只有4个。"),
        ({"new": ""}, "请填写新密码。"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_reason(browser, user, typed, sentence):
    assert sentence in change(browser, **typed).content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_guessing_the_present_password_locks_as_it_does_at_the_login(browser):
    statuses = [change(browser, old="Wrong-2025-ok").status_code for _attempt in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    assert Client().post("/login/", {"username": "zhangsan", "password": PASSWORD}).status_code == 429
    entries = AuditEntry.objects.filter(action="user.password", result="refused").order_by("number")
    assert [entry.reason for entry in entries] == ["wrong_credentials"] * 4 + ["locked_out"]


def test_nothing_that_was_typed_stays_in_the_database(browser):
    change(browser, old="Wrong-2025-ok")
    kept = str(list(AccessAttempt.objects.values_list())) + str(list(AuditEntry.objects.values_list()))
    assert AccessAttempt.objects.count() == 1
    assert [text for text in ("Wrong-2025-ok", NEW) if text in kept] == []
