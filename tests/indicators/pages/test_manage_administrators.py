"""The three administrators' management: accounts and units, roles and logins, the audit log."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from ipdash.accounts import triggers
from ipdash.accounts.lockouts import lockouts
from ipdash.accounts.models import AuditEntry, User
from ipdash.accounts.services import issue_token
from ipdash.launch import demo as demo_names
from plans.models import Membership, Unit

pytestmark = pytest.mark.usefixtures("demo")
ClientOf = Callable[[str], Client]
BISHAN = "500120"


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]  # a test response


def last_entry() -> AuditEntry:
    return AuditEntry.objects.order_by("-number")[0]


def lock(username: str) -> None:
    browser = Client()
    for _attempt in range(5):
        browser.post("/login/", {"username": username, "password": "Wrong-2025-ok"})


# Accounts


def test_an_account_is_made_with_a_password_for_one_login(client_of: ClientOf) -> None:
    client = client_of("sysadmin")
    answer = client.post("/manage/accounts/new/", {"username": "zhangsan", "display_name": "张三", "email": ""})
    password = answer.context["password"]
    assert password in text(answer)
    assert answer["Cache-Control"] == "no-store"
    user = User.objects.get(username="zhangsan")
    assert password not in text(client.get(f"/manage/accounts/{user.pk}/"))
    browser = Client()
    browser.post("/login/", {"username": "zhangsan", "password": password})
    assert browser.get("/plans/")["Location"] == "/password/"
    assert password not in str(list(AuditEntry.objects.values_list("after", "before")))


@pytest.mark.parametrize(
    ("values", "status", "words"),
    [
        ({"username": "", "display_name": "张三"}, 400, "请填写用户名。"),
        ({"username": "a b", "display_name": "张三"}, 400, "用户名只能由文字、数字"),
        ({"username": "zs", "display_name": ""}, 400, "请填写姓名。"),
        ({"username": "zs", "display_name": "张三", "email": "x"}, 400, "电子邮箱格式不正确"),
        ({"username": "STAFF", "display_name": "张三"}, 409, "这个用户名已被使用"),
    ],
)
def test_a_wrong_account_is_refused_beside_its_field(
    client_of: ClientOf, values: dict[str, str], status: int, words: str
) -> None:
    count = User.objects.count()
    answer = client_of("sysadmin").post("/manage/accounts/new/", values)
    assert answer.status_code == status
    assert words in text(answer)
    assert "error-summary" in text(answer)
    assert User.objects.count() == count


def test_an_account_is_disabled_and_enabled_with_its_reason(client_of: ClientOf, reporter: User) -> None:
    client = client_of("sysadmin")
    browser = client_of("reporter")
    issue_token(reporter, "交换", actor=reporter)
    address = f"/manage/accounts/{reporter.pk}/active/"
    assert client.post(address, {"active": "0", "reason": "调离"}).status_code == 302
    assert last_entry().reason == "调离"
    assert browser.get("/my-work/")["Location"].startswith("/login/")
    number = last_entry().number
    client.post(address, {"active": "0"})
    assert last_entry().number == number, "a second time changes nothing"
    client.post(address, {"active": "1"})
    reporter.refresh_from_db()
    assert reporter.is_active
    assert browser.get("/my-work/")["Location"].startswith("/login/"), "an old session does not wake up"


def test_nobody_disables_their_own_account_or_the_last_of_a_duty(
    client_of: ClientOf, sysadmin: User, auditor: User
) -> None:
    client = client_of("sysadmin")
    own = client.post(f"/manage/accounts/{sysadmin.pk}/active/", {"active": "0"})
    last = client.post(f"/manage/accounts/{auditor.pk}/active/", {"active": "0"})
    assert (own.status_code, last.status_code) == (409, 409)
    assert "最后一个可用的审计管理员" in text(last)
    assert User.objects.filter(is_active=False).count() == 0
    second = User.objects.create(username="auditor2", display_name="审计二")
    Membership.objects.create(user=second, role="auditor")
    assert client.post(f"/manage/accounts/{auditor.pk}/active/", {"active": "0"}).status_code == 302


def test_a_locked_account_is_shown_and_unlocked(client_of: ClientOf, reporter: User) -> None:
    lock("reporter")
    assert [lockout.user for lockout in lockouts()] == [reporter]
    client = client_of("sysadmin")
    assert "因输错密码被锁定" in text(client.get("/manage/accounts/"))
    assert "1个账号被锁定" in text(client.get("/manage/"))
    assert "因输错密码被锁定" in text(client_of("secadmin").get("/manage/security/"))
    client.post(f"/manage/accounts/{reporter.pk}/unlock/")
    assert lockouts() == []
    browser = Client()
    answer = browser.post("/login/", {"username": "reporter", "password": demo_names.PASSWORD})
    assert answer.status_code == 302
    again = client.post(f"/manage/accounts/{reporter.pk}/unlock/", follow=True)
    assert "没有被锁定，无需解锁" in text(again)


def test_a_password_is_reset_to_one_that_must_be_changed(client_of: ClientOf, reporter: User) -> None:
    browser = client_of("reporter")
    answer = client_of("sysadmin").post(f"/manage/accounts/{reporter.pk}/password/")
    password = answer.context["password"]
    reporter.refresh_from_db()
    assert reporter.check_password(password)
    assert reporter.must_change_password
    assert browser.get("/my-work/")["Location"].startswith("/login/")


def test_the_system_administrator_cannot_become_another_administrator(
    client_of: ClientOf, secadmin: User, sysadmin: User
) -> None:
    client = client_of("sysadmin")
    refused = client.post(f"/manage/accounts/{secadmin.pk}/password/")
    assert refused.status_code == 403
    assert "reset_administrator" in text(refused)
    assert client.post(f"/manage/accounts/{sysadmin.pk}/password/").status_code == 409
    secadmin.refresh_from_db()
    assert secadmin.check_password(demo_names.PASSWORD)


def test_who_holds_the_server_resets_an_administrator(secadmin: User) -> None:
    out = io.StringIO()
    call_command("reset_administrator", "secadmin", stdout=out)
    secadmin.refresh_from_db()
    assert secadmin.check_password(out.getvalue().split()[1])
    with pytest.raises(CommandError, match="没有用户名为“staff”的管理员"):
        call_command("reset_administrator", "staff")


def test_accounts_are_found_by_words_and_state(client_of: ClientOf) -> None:
    client = client_of("sysadmin")
    assert [a.username for a in client.get("/manage/accounts/?words=陈晓").context["page"]] == ["reporter"]
    assert "没有符合条件的账号" in text(client.get("/manage/accounts/?state=disabled"))
    User.objects.create(username="new", display_name="<img src=x>")
    page = text(client.get("/manage/accounts/?state=roleless"))
    assert "&lt;img src=x&gt;" in page
    assert "<img" not in page


def test_the_list_of_accounts_takes_the_same_queries_for_any_number(
    client_of: ClientOf, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client = client_of("sysadmin")
    client.get("/manage/accounts/")
    User.objects.bulk_create([User(username=f"u{n}", display_name=f"用户{n}") for n in range(40)])
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]  # a context manager
        client.get("/manage/accounts/")


# Units


def test_a_unit_is_added_renamed_and_keeps_its_old_name(client_of: ClientOf) -> None:
    client = client_of("sysadmin")
    values = {
        "region": "璧山区",
        "name": "区数据局",
        "aliases": "数据局\n区大数据局（曾用）",
        "parent": "",
        "members": "",
    }
    assert client.post("/manage/units/new/", values).status_code == 302
    unit = Unit.objects.get(region__code=BISHAN, name="区数据局")
    assert [(a.name, a.is_former) for a in unit.aliases.all()] == [("数据局", False), ("区大数据局", True)]
    address = f"/manage/units/{unit.pk}/"
    page = text(client.get(address))
    assert "区大数据局（曾用）" in page
    renamed = {**values, "name": "区数据管理局", "aliases": "区数据局（曾用）", "version": unit.version}
    assert client.post(address, renamed).status_code == 302
    stale = client.post(address, {**renamed, "name": "别的名称"})
    assert stale.status_code == 409
    assert "现为“区数据管理局”，您填写的是“别的名称”。" in text(stale)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"name": "区市场监管局"}, 409, "区市场监管局"),
        ({"region": "没有的地方"}, 400, "没有名为“没有的地方”的区划"),
        ({"region": "鼓楼区"}, 400, "叫“鼓楼区”的区划不止一个"),
        ({"parent": "没有的局"}, 400, "没有名为“没有的局”的单位"),
        ({"members": "区市场监管局"}, 400, "只有集合名称才有成员单位"),
    ],
)
def test_a_wrong_unit_is_refused_in_words(
    client_of: ClientOf, changes: dict[str, str], status: int, words: str
) -> None:
    values = {"region": "500120", "name": "区某局", "aliases": "", "parent": "", "members": "", **changes}
    answer = client_of("staff").post("/manage/units/new/", values)
    assert answer.status_code == status
    assert words in text(answer)


def test_opening_and_saving_a_unit_unchanged_leaves_no_trace(client_of: ClientOf) -> None:
    client = client_of("sysadmin")
    for unit in [*Unit.objects.filter(is_collective=True)[:5], *Unit.objects.exclude(aliases=None)[:5]]:
        form = client.get(f"/manage/units/{unit.pk}/").context["form"]
        values = {name: form.initial.get(name) or "" for name in form.fields}
        number = last_entry().number
        assert client.post(f"/manage/units/{unit.pk}/", {**values, "version": unit.version}).status_code == 302
        assert last_entry().number == number, unit.name


def test_regions_are_read_level_by_level(client_of: ClientOf) -> None:
    client = client_of("sysadmin")
    assert client.get("/manage/regions/").context["page"].paginator.count == 34
    assert "璧山区" in text(client.get("/manage/regions/?parent=500000"))
    assert "璧山区" in text(client.get("/manage/regions/?words=璧山"))
    assert "没有符合条件的区划" in text(client.get("/manage/regions/?parent=x"))


def test_the_state_of_the_machinery_is_told_in_words(client_of: ClientOf) -> None:
    page = text(client_of("sysadmin").get("/manage/system/"))
    assert "后台工作进程没有运行" in page


# Roles


def test_roles_are_granted_at_the_place_they_need_and_revoked(client_of: ClientOf) -> None:
    client = client_of("secadmin")
    user = User.objects.create(username="new", display_name="新人")
    assert "还没有角色的账号" in text(client.get("/manage/roles/"))
    values = {"user": "new", "role": "reporter", "region": "璧山区", "unit": "区科技局"}
    assert client.post("/manage/roles/new/", values).status_code == 302
    membership = Membership.objects.get(user=user)
    assert (membership.region, membership.unit.name) == (None, "区科技局")
    twice = client.post("/manage/roles/new/", values)
    assert twice.status_code == 409
    assert "该用户在此单位已有此角色。" in text(twice)
    assert client.post(f"/manage/roles/{membership.pk}/revoke/").status_code == 302
    assert client.post(f"/manage/roles/{membership.pk}/revoke/").status_code == 404
    actions = [e.action for e in AuditEntry.objects.filter(action__startswith="role.").order_by("number")]
    assert actions[-2:] == ["role.grant", "role.revoke"]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"user": "nobody"}, 400, "没有这个用户名"),
        ({"role": ""}, 400, "请选择角色。"),
        ({"region": ""}, 400, "请填写区划的全称或6位代码。"),
        ({"role": "reporter"}, 400, "请填写单位名称。"),
        ({"role": "reporter", "unit": "没有的局"}, 400, "没有名为“没有的局”的单位"),
        ({"unit": "区科技局"}, 400, "这个角色不属于单位"),
        ({"role": "auditor"}, 400, "管理员不属于区划"),
        ({"role": "auditor", "region": "", "user": "leader"}, 409, "不能兼任其他角色"),
        ({"user": "auditor"}, 409, "不能兼任其他角色"),
    ],
)
def test_a_wrong_grant_is_refused_in_words(
    client_of: ClientOf, changes: dict[str, str], status: int, words: str
) -> None:
    User.objects.create(username="new", display_name="新人")
    count = Membership.objects.count()
    values = {"user": "new", "role": "staff", "region": "璧山区", "unit": "", **changes}
    answer = client_of("secadmin").post("/manage/roles/new/", values)
    assert answer.status_code == status
    assert words in text(answer)
    assert Membership.objects.count() == count


def test_the_last_security_administrator_stays(client_of: ClientOf, secadmin: User) -> None:
    own = Membership.objects.get(user=secadmin)
    answer = client_of("secadmin").post(f"/manage/roles/{own.pk}/revoke/")
    assert answer.status_code == 409
    assert Membership.objects.filter(pk=own.pk).exists()


def test_who_has_what_where_is_found(client_of: ClientOf) -> None:
    client = client_of("secadmin")
    found = client.get("/manage/roles/?role=reporter&region=500120").context["page"]
    assert {m.role for m in found} == {"reporter"}
    assert "没有符合条件的授权" in text(client.get("/manage/roles/?role=x"))
    assert "没有符合条件的授权" in text(client.get("/manage/roles/?region=x"))


def test_the_password_rules_in_force_are_shown(client_of: ClientOf) -> None:
    page = text(client_of("secadmin").get("/manage/security/"))
    assert "至少8个字符" in page
    assert "连续输错5次，锁定30分钟" in page


# Audit log


def test_the_log_is_narrowed_by_person_action_object_day_and_result(client_of: ClientOf, staff: User) -> None:
    client_of("reporter").post(f"/manage/accounts/{staff.pk}/active/", {"active": "0"})
    client = client_of("auditor")

    def numbers(query: str) -> int:
        return client.get(f"/manage/audit/?{query}").context["page"].paginator.count

    everything = AuditEntry.objects.count()
    assert numbers("") == everything
    refused = AuditEntry.objects.filter(result="refused").count()
    assert numbers("result=refused") == refused > 0
    assert numbers("person=reporter") == AuditEntry.objects.filter(actor__username="reporter").count() > 0
    assert numbers("action=request.refused") == AuditEntry.objects.filter(action="request.refused").count() > 0
    assert numbers("object=plan") > 0
    assert numbers("object=plan 999999") == 0
    day = timezone.localtime(last_entry().at).date()
    assert numbers(f"first={day}&last={day}") == AuditEntry.objects.filter(at__date=day).count() > 0
    assert numbers("last=2000-01-01") == 0
    assert numbers("first=2999-01-01") == numbers("first=x") == numbers("last=9999-12-31x") == 0
    assert numbers("person=%00") == everything


def test_the_copy_is_inert_complete_and_recorded(client_of: ClientOf) -> None:
    user = User.objects.create(username="evil", display_name="=cmd|' /C calc'!A0")
    Client().post("/login/", {"username": user.username, "password": "x"})
    client = client_of("auditor")
    expected = AuditEntry.objects.count()
    answer = client.post("/manage/audit/export/", {"result": ""})
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert len(rows) == expected + 1
    assert [int(row[0]) for row in rows[1:]] == sorted(int(row[0]) for row in rows[1:])
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert any(cell.startswith("'=cmd") for cell in cells)
    assert (last_entry().action, last_entry().after) == ("audit.export", {"filter": {}, "rows": expected})
    chosen = client.post("/manage/audit/export/", {"action": "audit.export"})
    assert len(b"".join(chosen.streaming_content).decode().splitlines()) == 2


def test_the_chain_is_checked_and_the_result_stays(client_of: ClientOf) -> None:
    client = client_of("auditor")
    assert "尚未校验" in text(client.get("/manage/audit/"))
    assert "校验通过" in text(client.post("/manage/audit/check/", follow=True))
    assert (last_entry().action, last_entry().after["breaks"]) == ("audit.verify", 0)
    victim = AuditEntry.objects.order_by("number")[1]
    triggers.remove(connection)
    AuditEntry.objects.filter(number=victim.number).update(reason="篡改")
    triggers.install(connection)
    page = text(client.post("/manage/audit/check/", follow=True))
    assert "校验发现1处问题" in page
    assert f"第{victim.number}条的内容被修改过。" in page
    assert "上次校验发现1处问题" in text(client.get("/manage/"))


def test_what_was_recorded_is_shown_as_text(client_of: ClientOf, sysadmin: User) -> None:
    client_of("sysadmin").post(f"/manage/accounts/{sysadmin.pk}/", {"display_name": "<script>x</script>", "email": ""})
    page = text(client_of("auditor").get("/manage/audit/"))
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


def test_a_page_of_the_log_takes_the_same_queries_for_any_number(
    client_of: ClientOf, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client = client_of("auditor")
    client.get("/manage/audit/")
    for _n in range(10):
        client_of("sysadmin").post("/manage/accounts/999999/unlock/")
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]  # a context manager
        client.get("/manage/audit/")
