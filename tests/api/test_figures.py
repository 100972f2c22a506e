"""Reporting and review over the API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from indicators.models import Figure
from ipdash.accounts.models import AuditEntry
from ipdash.jobs.runner import run_due_jobs

Api = Callable[[str], APIClient]
BISHAN = {"region": "500120", "year": 2025, "quarter": 3}
FREE = {**BISHAN, "indicator": "well_known_trademarks_new"}  # nothing reported yet


def send(client: APIClient, path: str, body: Any, status: int = 200, method: str = "post") -> Any:
    answer = getattr(client, method)(f"/api/v1/{path}", body, format="json")
    assert answer.status_code == status, answer.data
    return answer.json()


def figure_of(client: APIClient, indicator: str, quarter: int = 3) -> dict[str, Any]:
    (figure,) = client.get(f"/api/v1/figures/?region=500120&year=2025&quarter={quarter}&indicator={indicator}").json()[
        "results"
    ]
    found: dict[str, Any] = figure
    return found


def test_a_figure_sent_by_a_program_waits_for_review(api_of: Api) -> None:
    made = send(api_of("reporter"), "figures/", {**FREE, "value": "0", "note": "本季无新增"}, 201)
    assert {name: made[name] for name in ("value", "approved_value", "state", "source", "printed", "note", "version")} == {
        "value": "0", "approved_value": None, "state": "submitted", "source": "api", "printed": "0",
        "note": "本季无新增", "version": 1,
    }  # fmt: skip
    assert made["job"] is None


@pytest.mark.parametrize(
    ("sent", "kept"), [("18.500000", "18.5"), (18, "18"), ("0.000001", "0.000001"), ("999999999999.999999", None)]
)
def test_decimals_are_kept_as_sent(api_of: Api, sent: Any, kept: str | None) -> None:
    made = send(api_of("reporter"), "figures/", {**FREE, "value": sent}, 201)
    assert made["value"] == (sent if kept is None else kept)


def test_a_number_with_a_point_keeps_the_digits_that_were_sent(api_of: Api) -> None:
    body = (
        '{"indicator": "well_known_trademarks_new", "region": "500120", "year": 2025, "quarter": 3,'
        ' "value": 123456789012.345678}'
    )
    answer = api_of("reporter").post("/api/v1/figures/", body, content_type="application/json")
    assert answer.status_code == 201
    assert (answer.json()["value"], answer.json()["printed"]) == ("123456789012.345678",) * 2


@pytest.mark.parametrize(
    "literal",
    ["1e5", '"1e5"', '"1,234"', '"1.2万"', '"5%"', '"٣"', '"１２"', '"1_000"', '"NaN"', '"约30"', '"6-7"', '""', '"-"',
     "true", "[]", "{}", '"0.0000001"', "1234567890123", "9" * 400, '" 12 "', '"+5"', '"007"', '".5"'],
)  # fmt: skip
def test_a_writing_that_is_not_plain_digits_is_refused_with_a_sentence(api_of: Api, literal: str) -> None:
    body = json.dumps({**FREE, "value": None}).replace("null", literal)
    answer = api_of("reporter").post("/api/v1/figures/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["details"]["value"][0].endswith("。")
    assert not Figure.objects.filter(indicator__code="well_known_trademarks_new", year=2025, quarter=3).exists()


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"value": None}, 400, "missing"),
        ({"indicator": "nothing"}, 400, "unknown_indicator"),
        ({"value": "-1"}, 400, "negative"),
        ({"quarter": 4}, 409, "not_open"),
        ({"quarter": 2, "value": "9"}, 409, "locked"),
        ({"region": "500000"}, 404, "not_found"),
        ({"region": "999999"}, 404, "not_found"),
        ({"region": "610302"}, 404, "not_found"),
        ({"indicator": "gi_producers"}, 403, "not_allowed"),
        ({"indicator": "ip_protection_satisfaction"}, 400, "annual"),
        ({"quarter": 5}, 400, "invalid"),
        ({"year": "2025"}, 400, "invalid"),
        ({"state": "approved"}, 400, "invalid"),
        ({"note": 5}, 400, "invalid"),
        ({"note": "\x00"}, 400, "invalid"),
    ],
)
def test_a_figure_that_cannot_be_taken_is_refused_by_its_kind(
    api_of: Api, change: dict[str, Any], status: int, code: str
) -> None:
    client = api_of("reporter")
    if code == "not_allowed":  # another unit of the county reports it; a reviewer sees it and may not report it
        client = api_of("reviewer")
    answer = send(client, "figures/", {**FREE, "value": "1", **change}, status)
    assert answer["code"] == code
    assert str(answer["message"]).endswith("。")


def test_foreign_and_missing_regions_read_the_same(api_of: Api) -> None:
    client = api_of("reporter")
    foreign = send(client, "figures/", {**FREE, "value": "1", "region": "610302"}, 404)
    missing = send(client, "figures/", {**FREE, "value": "1", "region": "619999"}, 404)
    assert foreign["message"].replace("610302", "") == missing["message"].replace("619999", "")
    assert (foreign["code"], foreign["details"]) == (missing["code"], missing["details"])


def test_what_is_there_is_not_overwritten_by_a_creation(api_of: Api) -> None:
    client = api_of("reporter")
    there = figure_of(client, "ip_volunteers")
    late = send(client, "figures/", {**BISHAN, "indicator": "ip_volunteers", "value": "119"}, 409)
    assert late["code"] == "stale_version"
    assert "118" in late["message"]
    assert "119" in late["message"]
    again = send(client, "figures/", {**BISHAN, "indicator": "ip_volunteers", "value": there["value"]}, 200)
    assert again["version"] == there["version"]


def test_the_second_of_two_editors_is_refused_and_told_both_values(api_of: Api) -> None:
    client = api_of("reporter")
    seen = figure_of(client, "ip_volunteers")
    path = f"figures/{seen['id']}/"
    first = send(client, path, {"value": "120", "version": seen["version"]}, method="patch")
    assert (first["value"], first["version"], first["state"]) == ("120", seen["version"] + 1, "submitted")
    late = send(client, path, {"value": "121", "version": seen["version"]}, 409, method="patch")
    assert late["code"] == "stale_version"
    assert "120" in late["message"]
    assert "121" in late["message"]


def test_a_change_says_which_version_was_seen(api_of: Api) -> None:
    client = api_of("reporter")
    answer = send(client, f"figures/{figure_of(client, 'ip_volunteers')['id']}/", {"value": "1"}, 400, method="patch")
    assert set(answer["details"]) == {"version"}


def test_an_approved_figure_goes_on_counting_until_its_change_is_approved(api_of: Api) -> None:
    client = api_of("reporter")
    seen = figure_of(client, "ip_aid_experts")
    changed = send(client, f"figures/{seen['id']}/", {"value": "23", "version": seen["version"]}, method="patch")
    assert (changed["value"], changed["approved_value"], changed["state"]) == ("23", "22", "submitted")


def test_bulk_answers_row_by_row(api_of: Api) -> None:
    rows = [
        {**FREE, "value": "1"},
        {**FREE, "value": "1"},
        {**FREE, "value": "1e5"},
        {**BISHAN, "indicator": "ip_aid_experts", "value": "22"},
        {**FREE, "region": "610302", "value": "1"},
        "not a row",
        {**FREE, "indicator": "nothing", "value": "1"},
    ]
    answer = send(api_of("reporter"), "figures/bulk/", {"figures": rows})
    assert [row["row"] for row in answer["results"]] == list(range(7))
    assert [(row["ok"], row["code"]) for row in answer["results"]] == [
        (True, "new"), (True, "duplicate"), (False, "invalid"), (True, "unchanged"), (False, "not_found"),
        (False, "invalid"), (False, "unknown_indicator"),
    ]  # fmt: skip
    assert all(row["message"].endswith("。") for row in answer["results"] if not row["ok"])
    assert Figure.objects.filter(indicator__code="well_known_trademarks_new", year=2025, quarter=3).count() == 1


@pytest.mark.parametrize("bad", [{"value": "1e5"}, {"indicator": "nothing"}, {"region": "610302"}])
def test_all_or_nothing_stores_nothing_and_answers_for_every_row(api_of: Api, bad: dict[str, str]) -> None:
    figures = Figure.objects.count()
    rows = [{**FREE, "value": "1"}, {**FREE, "value": "1", **bad}]
    answer = send(api_of("reporter"), "figures/bulk/", {"all_or_nothing": True, "figures": rows}, 400)
    assert (answer["code"], answer["job"], list(answer["details"])) == ("nothing_stored", None, ["1"])
    assert [(row["row"], row["ok"]) for row in answer["results"]] == [(0, True), (1, False)]
    assert Figure.objects.count() == figures
    assert not AuditEntry.objects.filter(action="figure.save", result="done").exists()


def test_all_or_nothing_stores_all_where_all_can_be_taken(api_of: Api) -> None:
    rows = [{**FREE, "value": "1"}, {**BISHAN, "indicator": "ip_volunteers", "value": "119"}]
    answer = send(api_of("reporter"), "figures/bulk/", {"all_or_nothing": True, "figures": rows})
    assert [row["code"] for row in answer["results"]] == ["new", "changed"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"figures": {}}, 400),
        ([], 400),
        ({"figures": [], "all_or_nothing": "yes"}, 400),
        ({"figures": [], "colour": "red"}, 400),
        ({"figures": [{}] * 10_001}, 400),
    ],
)
def test_a_bulk_request_of_another_shape_is_refused(api_of: Api, body: Any, status: int) -> None:
    answer = send(api_of("reporter"), "figures/bulk/", body, status)
    assert set(answer) == {"code", "message", "details"}
    assert str(answer["message"]).endswith("。")


def test_queries_of_a_bulk_request_do_not_grow_with_its_rows(api_of: Api, django_assert_max_num_queries: Any) -> None:
    client = api_of("staff")
    codes = list(
        Figure.objects.filter(region__code="500120", year=2025, quarter=3).values_list("indicator__code", flat=True)
    )
    rows = [{**BISHAN, "indicator": code, "value": "7"} for code in codes]
    assert len(rows) > 30
    with django_assert_max_num_queries(30):
        send(client, "figures/bulk/", {"figures": rows})


def test_approval_counts_after_its_job_has_run(api_of: Api) -> None:
    reporter, reviewer = api_of("reporter"), api_of("reviewer")
    path = "/api/v1/attainment/?region=500120&year=2025&quarter=3&indicator=ip_volunteers"
    before = reporter.get(path).json()["results"][0]
    figure = figure_of(reviewer, "ip_volunteers")
    answer = send(reviewer, "figures/approve/", {"figures": [figure["id"]]})
    assert answer["results"] == [{"row": 0, "ok": True, "code": "done", "message": "", "id": figure["id"]}]
    job = reviewer.get(f"/api/v1/jobs/{answer['job']}/").json()
    assert (job["state"], job["kind"]) == ("queued", "recompute_attainment")
    run_due_jobs()
    assert reviewer.get(f"/api/v1/jobs/{answer['job']}/").json()["state"] == "done"
    after = reporter.get(path).json()["results"][0]
    assert (before["actual"], before["status"]) == (None, "missing")
    assert (after["actual"], after["inputs"][-1]["value"]) == ("118", "118")
    assert "118" in after["explanation"]
    assert figure_of(reporter, "ip_volunteers")["approved_value"] == "118"


def test_nobody_approves_what_they_sent(api_of: Api) -> None:
    reviewer = api_of("reviewer")
    seen = figure_of(reviewer, "ip_aid_experts", quarter=2)
    body = {"value": "23", "version": seen["version"], "reason": "统计口径更正"}
    send(reviewer, f"figures/{seen['id']}/", body, method="patch")
    answer = send(reviewer, "figures/approve/", {"figures": [seen["id"]]})
    assert (answer["results"][0]["code"], answer["job"]) == ("own_entry", None)


def test_a_return_needs_a_reason_and_the_reporter_reads_it(api_of: Api) -> None:
    reporter, reviewer = api_of("reporter"), api_of("reviewer")
    figure = figure_of(reviewer, "ip_volunteers")
    assert send(reviewer, "figures/return/", {"figures": [figure["id"]]}, 400)["code"] == "reason_needed"
    send(reviewer, "figures/return/", {"figures": [figure["id"]], "reason": "请核对名单。"})
    returned = figure_of(reporter, "ip_volunteers")
    assert (returned["state"], returned["reason"]) == ("returned", "请核对名单。")
    assert send(reporter, "figures/submit/", {"figures": [figure["id"]]})["results"][0]["ok"]
    assert figure_of(reporter, "ip_volunteers")["state"] == "submitted"


def test_a_wrong_state_and_a_foreign_id_are_told_row_by_row(api_of: Api) -> None:
    reviewer = api_of("reviewer")
    approved = figure_of(reviewer, "ip_aid_experts")["id"]
    answer = send(reviewer, "figures/approve/", {"figures": [approved, 10**9]})
    assert [row["code"] for row in answer["results"]] == ["wrong_state", "not_found"]
    assert answer["job"] is None
