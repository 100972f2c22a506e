"""管理: each duty finds its own pages and no other's, and a refusal says who can grant."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import get_resolver

from indicators.models import Decomposition, Indicator, ReportingDuty, ReportingPeriod, TargetLine
from ipdash.accounts.models import AuditEntry, User
from plans.models import Membership, Plan, Unit
from tests.permission_world import own_objects

pytestmark = pytest.mark.usefixtures("demo")
ClientOf = Callable[[str], Client]

STAFF, SYSADMIN, SECADMIN, AUDITOR = {"staff"}, {"sysadmin"}, {"secadmin"}, {"auditor"}
PEOPLE = ("staff", "reporter", "reviewer", "leader", "department", "sysadmin", "secadmin", "auditor")

# Name of the address → whose it is. Those that only take a form (POST) stand in WRITES.
PAGES = {
    "manage": STAFF | SYSADMIN | SECADMIN | AUDITOR,
    "manage-accounts": SYSADMIN,
    "manage-account-new": SYSADMIN,
    "manage-account": SYSADMIN,
    "manage-roles": SECADMIN,
    "manage-role-new": SECADMIN,
    "manage-security": SECADMIN,
    "manage-units": STAFF | SYSADMIN,
    "manage-unit-new": STAFF | SYSADMIN,
    "manage-unit": STAFF | SYSADMIN,
    "manage-unit-merge": STAFF | SYSADMIN,
    "manage-regions": STAFF | SYSADMIN,
    "manage-region": STAFF | SYSADMIN,
    "manage-region-change": STAFF | SYSADMIN,
    "manage-system": SYSADMIN,
    "manage-audit": AUDITOR,
    "manage-periods": STAFF,
    "manage-period-new": STAFF,
    "manage-period": STAFF,
    "manage-period-change": STAFF,
    "manage-duties": STAFF,
    "manage-duty-new": STAFF,
    "manage-duty": STAFF,
    "manage-indicators": STAFF,
    "manage-indicator-new": STAFF,
    "manage-indicator": STAFF,
    "manage-indicator-change": STAFF,
    "manage-plans": STAFF,
    "manage-plan": STAFF,
    "manage-line": STAFF,
    "manage-line-decompose": STAFF,
    "manage-target": STAFF,
    "manage-public": STAFF,
    "manage-displays": STAFF,
    "manage-supervision": STAFF,
}
WRITES = {
    "manage-period-urge": STAFF,
    "manage-account-active": SYSADMIN,
    "manage-account-unlock": SYSADMIN,
    "manage-account-password": SYSADMIN,
    "manage-role-revoke": SECADMIN,
    "manage-audit-check": AUDITOR,
    "manage-audit-export": AUDITOR,
    "manage-duty-end": STAFF,
    "manage-duty-hand-over": STAFF,
    "manage-line-basis": STAFF,
    "manage-line-lead": STAFF,
    "manage-decomposition-undo": STAFF,
    "manage-target-correct": STAFF,
    "manage-target-adjust": STAFF,
    "manage-region-take-back": STAFF | SYSADMIN,
    "manage-public-switch": STAFF,
    "manage-publish": STAFF,
    "manage-line-end": STAFF,
    "manage-line-reopen": STAFF,
    "manage-withdraw": STAFF,
    "manage-display-revoke": STAFF,
}
OBJECTS = {"user_id", "membership_id", "unit_id", "period_id", "duty_id", "code", "plan_id", "line_id"}


def address(name: str) -> str:
    """The address with things of Bishan in its places."""
    (pattern, names), *_others = get_resolver().reverse_dict.getlist(name)[0][0]
    bishan = Plan.objects.get(slug="bishan")
    line = TargetLine.objects.filter(plan=bishan).first()
    values = {
        "user_id": User.objects.get(username="reporter").pk,
        "membership_id": Membership.objects.get(user__username="department").pk,
        "unit_id": Unit.objects.get(region__code="500120", name="区市场监管局").pk,
        "period_id": ReportingPeriod.objects.get(region__code="500120", year=2025, quarter=3).pk,
        "duty_id": ReportingDuty.objects.filter(region__code="500120").first().pk,
        "code": Indicator.objects.filter(target_lines=line).first().code,
        "plan_id": bishan.pk,
        "line_id": line.pk,
        "decomposition_id": Decomposition.objects.get_or_create(line=line, over="years", method="hand")[0].pk,
        "year": 2025,
        "kind": "renamed",
    }
    if name.startswith("manage-region"):
        values["code"] = "500120"
    if {"link_id", "publication_id", "change_id"} & set(names):
        own = own_objects("staff")
        values |= {"link_id": own["display"], "publication_id": own["publication"], "change_id": own["moved"]}
    return "/" + pattern % {name: values[name] for name in names}


def test_every_address_of_management_has_its_row() -> None:
    known = {name for name in get_resolver().reverse_dict if isinstance(name, str) and name.startswith("manage")}
    assert known == {*PAGES, *WRITES}


@pytest.mark.parametrize("username", PEOPLE)
def test_each_person_opens_their_own_pages_and_no_others(client_of: ClientOf, username: str) -> None:
    client = client_of(username)
    answers = {name: client.get(address(name)).status_code for name in PAGES}
    assert answers == {name: 200 if username in whose else 403 for name, whose in PAGES.items()}


@pytest.mark.parametrize("username", PEOPLE)
def test_nobody_writes_what_is_another_s_duty(client_of: ClientOf, username: str) -> None:
    client = client_of(username)
    foreign = {name: address(name) for name, whose in {**PAGES, **WRITES}.items() if username not in whose}
    before = AuditEntry.objects.filter(result="done").count()
    # A page that takes no form answers 405 before it asks anything.
    answers = {name: client.post(path).status_code for name, path in foreign.items()}
    assert set(answers.values()) <= {403, 405}
    assert {name for name, status in answers.items() if status == 405}.isdisjoint(WRITES)
    assert AuditEntry.objects.filter(result="done").count() == before


@pytest.mark.parametrize("name", list(WRITES))
def test_what_changes_something_is_never_a_link(client_of: ClientOf, name: str) -> None:
    username = sorted(WRITES[name])[0]
    assert client_of(username).get(address(name)).status_code == 405


def test_a_refusal_says_who_can_grant(client_of: ClientOf) -> None:
    page = client_of("sysadmin").get("/manage/roles/").content.decode()
    assert "这项操作需要“安全管理员”角色" in page
    assert "请联系安全管理员授权" in page


def test_the_home_shows_one_s_own_duties_alone(client_of: ClientOf) -> None:
    shown = {u: client_of(u).get("/manage/").content.decode() for u in ("staff", "sysadmin", "secadmin", "auditor")}
    assert "/manage/periods/" in shown["staff"]
    assert "/manage/accounts/" not in shown["staff"]
    assert "/manage/audit/" in shown["auditor"]
    assert "/manage/roles/" not in shown["auditor"] + shown["sysadmin"]
    assert "/manage/units/" not in shown["secadmin"] + shown["auditor"]


@pytest.mark.parametrize("name", [n for n in PAGES if n not in {"manage"}])
def test_a_missing_thing_is_not_found(client_of: ClientOf, name: str) -> None:
    (_pattern, names), *_others = get_resolver().reverse_dict.getlist(name)[0][0]
    pattern, username = _pattern, sorted(PAGES[name])[0]
    if not OBJECTS & set(names):
        return
    missing = "/" + pattern % {key: "no-such" if key == "code" else 999_999 if key != "year" else 2025 for key in names}
    assert client_of(username).get(missing).status_code == 404


def test_staff_of_elsewhere_neither_see_nor_change_bishan(client_of: ClientOf) -> None:
    Membership.objects.filter(user__username="staff").exclude(region__code="220000").delete()
    client = client_of("staff")
    for name in ("manage-period", "manage-duty", "manage-plan", "manage-line", "manage-target", "manage-unit"):
        assert client.get(address(name)).status_code == 404, name
    for name in (
        "manage-duty-end",
        "manage-duty-hand-over",
        "manage-line-basis",
        "manage-target-adjust",
        "manage-decomposition-undo",
    ):
        assert client.post(address(name)).status_code == 404, name
    assert "璧山" not in client.get("/manage/duties/?state=all").content.decode()
    answer = client.post(
        "/manage/periods/new/?region=500120&quarter=2025Q4",
        {"opens": "2026-01-01", "due": "2026-01-15", "locks": "2026-01-31"},
    )
    assert answer.status_code == 403
