"""Who may do what over the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from indicators.models import Figure, ReportingDuty, ReportingPeriod, TargetLine
from plans.models import Plan, PlanTask, Unit

Api = Callable[[str], APIClient]
READING = (
    "regions", "units", "plans", "tasks", "indicators", "target-lines", "reporting-duties", "figures", "periods",
    "attainment", "jobs",
)  # fmt: skip
CREATING = (
    "units/", "plans/", "tasks/", "indicators/", "target-lines/", "reporting-duties/", "periods/", "figures/",
    "uploads/", "figures/bulk/", "figures/submit/", "figures/approve/", "figures/return/",
)  # fmt: skip


def changing() -> list[str]:
    """One stored object of each kind that can be changed."""
    line = TargetLine.objects.filter(plan__region__code="500120").first()
    assert line is not None
    return [
        f"units/{Unit.objects.filter(region__code='500120').first().pk}/",  # type: ignore[union-attr]
        f"plans/{line.plan_id}/",
        f"tasks/{PlanTask.objects.filter(plan=line.plan_id).first().pk}/",  # type: ignore[union-attr]
        f"indicators/{line.indicator.code}/",
        f"target-lines/{line.pk}/",
        f"reporting-duties/{ReportingDuty.objects.filter(region__code='500120').first().pk}/",  # type: ignore[union-attr]
        f"periods/{ReportingPeriod.objects.filter(region__code='500120').first().pk}/",  # type: ignore[union-attr]
        f"figures/{Figure.objects.filter(region__code='500120').first().pk}/",  # type: ignore[union-attr]
    ]


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("path", [*(f"{name}/" for name in (*READING, "audit")), "overview/?plan=1", "nothing/"])
def test_without_a_login_nothing_is_answered(path: str) -> None:
    answer = APIClient().get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer.json()["message"].endswith("。")


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("token", ["Token nothing", "Token ", "Bearer x", "Token \x00"])
def test_a_token_that_is_none_is_refused(token: str) -> None:
    answer = APIClient().get("/api/v1/plans/", HTTP_AUTHORIZATION=token)
    assert answer.status_code == 401


def test_the_session_of_the_pages_reads_and_needs_its_csrf_token_to_write(client_of: Callable[[str], Client]) -> None:
    browser = client_of("staff")
    assert browser.get("/api/v1/plans/").status_code == 200
    browser.handler.enforce_csrf_checks = True
    assert browser.post("/api/v1/plans/", {}, content_type="application/json").status_code == 403


@pytest.mark.parametrize("username", ["leader", "auditor", "secadmin"])
@pytest.mark.parametrize("path", CREATING)
def test_who_writes_nothing_is_refused_every_creation(api_of: Api, username: str, path: str) -> None:
    answer = api_of(username).post(f"/api/v1/{path}", {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("username", ["leader", "auditor", "secadmin"])
def test_who_writes_nothing_is_refused_every_change(api_of: Api, username: str) -> None:
    client = api_of(username)
    for path in changing():
        assert client.patch(f"/api/v1/{path}", {}, format="json").status_code == 403, path


@pytest.mark.parametrize("username", ["reporter", "reviewer", "department"])
def test_who_only_reports_or_reviews_changes_no_plan(api_of: Api, username: str) -> None:
    client = api_of(username)
    for path in changing():
        if not path.startswith("figures"):
            assert client.patch(f"/api/v1/{path}", {}, format="json").status_code == 403, path


def test_a_reporter_sees_the_figures_of_their_unit_and_no_others(api_of: Api) -> None:
    client = api_of("reporter")
    seen = client.get("/api/v1/figures/?page_size=1000").json()["results"]
    assert seen
    assert {row["region"] for row in seen} == {"500120"}
    foreign = Figure.objects.exclude(region__code="500120").first()
    assert foreign is not None
    hidden, missing = (client.get(f"/api/v1/figures/{pk}/") for pk in (foreign.pk, 10**9))
    assert (hidden.status_code, hidden.json()) == (missing.status_code, missing.json()) == (404, missing.json())
    assert (
        client.patch(f"/api/v1/figures/{foreign.pk}/", {"version": 1, "value": "1"}, format="json").status_code == 404
    )


def test_plans_one_has_no_part_in_are_as_if_missing(api_of: Api) -> None:
    client = api_of("reporter")
    seen = {plan["id"] for plan in client.get("/api/v1/plans/").json()["results"]}
    hidden = Plan.objects.exclude(pk__in=seen).first()
    assert seen
    assert hidden is not None
    line = TargetLine.objects.filter(plan=hidden).first()
    assert line is not None
    for path in (f"plans/{hidden.pk}/", f"target-lines/{line.pk}/", f"overview/?plan={hidden.pk}"):
        assert client.get(f"/api/v1/{path}").status_code == 404
    for name in ("tasks", "target-lines", "attainment"):
        assert client.get(f"/api/v1/{name}/?plan={hidden.pk}").json()["count"] == 0


@pytest.mark.parametrize("username", ["sysadmin", "secadmin", "auditor"])
@pytest.mark.parametrize("resource", ["plans", "tasks", "target-lines", "figures", "attainment", "reporting-duties"])
def test_administrators_read_no_business(api_of: Api, username: str, resource: str) -> None:
    assert api_of(username).get(f"/api/v1/{resource}/").json()["count"] == 0


def test_the_auditor_alone_reads_the_audit_log(api_of: Api) -> None:
    log = api_of("auditor").get("/api/v1/audit/?action=token.issue")
    assert log.status_code == 200
    for username in ("staff", "reporter", "reviewer", "leader", "department", "sysadmin", "secadmin"):
        assert api_of(username).get("/api/v1/audit/").status_code == 403


def test_the_audit_log_takes_no_writes(api_of: Api) -> None:
    client = api_of("auditor")
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)("/api/v1/audit/", {}, format="json").status_code == 405


def test_a_job_is_seen_by_who_asked_for_it_and_by_the_system_administrator(api_of: Api) -> None:
    reviewer = api_of("reviewer")
    figure = Figure.objects.filter(indicator__code="ip_volunteers", year=2025, quarter=3).get()
    job = reviewer.post("/api/v1/figures/approve/", {"figures": [figure.pk]}, format="json").json()["job"]
    assert reviewer.get(f"/api/v1/jobs/{job}/").status_code == 200
    assert api_of("sysadmin").get(f"/api/v1/jobs/{job}/").status_code == 200
    assert api_of("staff").get(f"/api/v1/jobs/{job}/").status_code == 404
    assert api_of("staff").get("/api/v1/jobs/").json()["count"] == 0


def test_people_and_sources_behind_a_result_are_told_to_insiders_alone(api_of: Api) -> None:
    path = "/api/v1/attainment/?region=500120&year=2025&quarter=3&indicator=ip_aid_experts"
    inside, outside = (api_of(name).get(path).json()["results"][0]["inputs"][-1] for name in ("reviewer", "leader"))
    assert inside["approved_by"]
    assert inside["figure"]
    assert (outside["approved_by"], outside["entered_by"], outside["figure"], outside["source"]) == ("", "", None, "")
    assert outside["value"] == inside["value"] == "22"


def test_a_refused_write_stands_in_the_audit_log(api_of: Api) -> None:
    api_of("leader").post("/api/v1/plans/", {}, format="json")
    entry = api_of("auditor").get("/api/v1/audit/?result=refused").json()["results"][0]
    assert (entry["object_id"], entry["after"]) == ("/api/v1/plans/", {"method": "POST", "status": 403})
