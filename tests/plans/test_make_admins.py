"""The three administrators are made once, each with a password for the first login alone."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ipdash.accounts.models import AuditEntry, User
from ipdash.accounts.services import set_active
from plans.models import Membership

pytestmark = pytest.mark.django_db
DUTIES = ["sysadmin", "secadmin", "auditor"]


def make_admins() -> list[str]:
    out = StringIO()
    call_command("make_admins", stdout=out)
    return out.getvalue().splitlines()


def test_three_people_get_one_duty_and_one_password_each():
    lines = make_admins()
    passwords = {line.split()[0]: line.split()[2] for line in lines[:3]}
    assert list(passwords) == DUTIES
    assert sorted(Membership.objects.values_list("user__username", "role")) == sorted((duty, duty) for duty in DUTIES)
    for user in User.objects.all():
        assert user.check_password(passwords[user.username])
        assert user.must_change_password
    assert lines[3] == "以上密码只显示这一次，首次登录须修改。请分别交给三个不同的人。"
    assert [text for text in passwords.values() if text in str(list(AuditEntry.objects.values_list()))] == []


def test_a_second_time_changes_nothing():
    make_admins()
    count = AuditEntry.objects.count()
    assert make_admins() == ["三个管理员都已建立，没有改动。"]
    assert (User.objects.count(), AuditEntry.objects.count()) == (3, count)


def test_only_the_duty_that_nobody_holds_is_filled():
    make_admins()
    auditor = User.objects.get(username="auditor")
    User.objects.filter(pk=auditor.pk).update(username="former-auditor")
    set_active(auditor, False, actor=None)
    assert [line.split()[0] for line in make_admins()[:-1]] == ["auditor"]
    assert Membership.objects.filter(role="auditor").count() == 2


def test_a_taken_name_leaves_nobody_half_made():
    User.objects.create(username="auditor", display_name="普通用户")
    with pytest.raises(CommandError, match="用户名已被使用"):
        make_admins()
    assert User.objects.count() == 1
    assert Membership.objects.count() == 0
