"""Writes on accounts, each with its audit entry."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from ipdash.accounts import services
from ipdash.accounts.models import ApiToken, AuditEntry, User
from ipdash.core.errors import Conflict, Invalid

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db


def last_entry() -> AuditEntry:
    return AuditEntry.objects.first()


def test_an_account_is_made_with_an_entry_that_holds_no_password(make_user, user):
    made = make_user("lisi", display_name=" 李四 ", actor=user, email="lisi@example.cn", must_change_password=True)
    assert (made.display_name, made.check_password(PASSWORD), made.must_change_password) == ("李四", True, True)
    entry = last_entry()
    assert (entry.action, entry.actor, entry.object_id) == ("user.create", user, str(made.pk))
    assert entry.after == {
        "username": "lisi",
        "display_name": "李四",
        "email": "lisi@example.cn",
        "language": "",
        "is_demo": False,
        "must_change_password": True,
    }


def test_an_account_without_a_password_lets_nobody_in(make_user):
    assert not make_user("lisi", password=None).has_usable_password()


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"username": "li si"}, "invalid_user", "username"),
        ({"username": ""}, "invalid_user", "username"),
        ({"display_name": " "}, "invalid_user", "display_name"),
        ({"email": "nobody"}, "invalid_user", "email"),
        ({"language": "fr"}, "invalid_user", "language"),
        ({"password": "short"}, "weak_password", "password"),
    ],
)
def test_a_wrong_account_is_refused_with_the_field_named(make_user, values, code, field):
    with pytest.raises(Invalid) as refused:
        make_user(**{"username": "lisi", **values})
    assert refused.value.code == code
    assert list(refused.value.details) == [field]
    assert User.objects.count() == 0
    assert AuditEntry.objects.count() == 0


def test_a_user_name_is_taken_whatever_its_case(make_user, user):
    with pytest.raises(Conflict) as refused:
        make_user("ZhangSan")
    assert refused.value.code == "username_taken"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="ZHANGSAN", display_name="x")


def test_a_change_is_recorded_with_both_values_and_no_change_not_at_all(user):
    changed = services.change_user(user, {"display_name": "张三丰", "email": ""}, actor=user)
    assert changed.display_name == "张三丰"
    assert (last_entry().before, last_entry().after) == (
        {"display_name": "张三", "email": ""},
        {"display_name": "张三丰", "email": ""},
    )
    count = AuditEntry.objects.count()
    services.change_user(user, {"display_name": "张三丰"}, actor=user)
    assert AuditEntry.objects.count() == count


def test_a_change_of_anything_else_is_a_defect_of_the_caller(user):
    with pytest.raises(ValueError, match="is_active"):
        services.change_user(user, {"is_active": False}, actor=user)


def test_disabling_revokes_the_tokens_and_enabling_does_not_revive_them(user, make_user):
    admin = make_user("admin1")
    token, _secret = services.issue_token(user, "统计局", actor=user)
    services.set_active(user, False, actor=admin, reason="调离")
    token.refresh_from_db()
    assert token.revoked_at is not None
    entry = last_entry()
    assert (entry.action, entry.before, entry.reason) == ("user.disable", {"is_active": True}, "调离")
    assert entry.after == {"is_active": False, "revoked_tokens": [token.pk]}
    services.set_active(user, True, actor=admin)
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert last_entry().action == "user.enable"


def test_disabling_twice_leaves_one_entry(user):
    services.set_active(user, False, actor=None)
    count = AuditEntry.objects.count()
    services.set_active(user, False, actor=None)
    assert AuditEntry.objects.count() == count


def test_a_new_password_is_recorded_but_never_written_down(user):
    services.set_password(user, "Another-2025-ok", actor=None, must_change=True)
    user.refresh_from_db()
    assert user.check_password("Another-2025-ok")
    assert user.must_change_password
    everything = str(list(AuditEntry.objects.values_list()))
    assert "Another" not in everything
    assert user.password not in everything


def test_a_weak_password_changes_nothing(user):
    with pytest.raises(Invalid) as refused:
        services.set_password(user, "weak", actor=None)
    assert refused.value.code == "weak_password"
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_token_is_stored_as_a_digest_and_never_recorded(user):
    token, secret = services.issue_token(user, " 统计局 ", actor=user)
    assert (token.name, token.hint) == ("统计局", secret[-4:])
    stored = str(list(ApiToken.objects.values_list())) + str(list(AuditEntry.objects.values_list()))
    assert secret not in stored
    assert last_entry().after == {"user": user.pk, "name": "统计局", "hint": secret[-4:]}


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_token_needs_a_name_of_reasonable_length(user, name):
    with pytest.raises(Invalid):
        services.issue_token(user, name, actor=user)


def test_a_token_is_revoked_once(user):
    token, _secret = services.issue_token(user, "统计局", actor=user)
    services.revoke_token(token, actor=user)
    with pytest.raises(Conflict):
        services.revoke_token(token, actor=user)
    assert AuditEntry.objects.filter(action="token.revoke").count() == 1


def test_the_command_prints_a_token_that_works(user, client, settings):
    settings.ROOT_URLCONF = "tests.accounts.probe_urls"
    out = StringIO()
    call_command("make_token", "zhangsan", stdout=out)
    secret = out.getvalue().strip()
    answer = client.get("/api/v1/probe/", headers={"Authorization": f"Token {secret}"})
    assert answer.json() == {"username": "zhangsan"}


def test_the_command_makes_no_token_for_nobody_or_a_disabled_account(user):
    with pytest.raises(CommandError, match="没有名为“lisi”的用户"):
        call_command("make_token", "lisi")
    services.set_active(user, False, actor=None)
    with pytest.raises(CommandError, match="已停用"):
        call_command("make_token", "zhangsan")


def test_a_new_account_must_change_the_password_it_was_given_unless_told_otherwise(db):
    made = services.create_user(username="lisi", display_name="李四", password=PASSWORD, actor=None)
    assert made.must_change_password
