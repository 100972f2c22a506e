"""Creating and changing what plans, catalogue, duties and periods consist of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from indicators.models import TargetLine
from ipdash.jobs.runner import run_due_jobs
from plans.models import Plan

Api = Callable[[str], APIClient]


def send(client: APIClient, path: str, body: Any, status: int, method: str = "post") -> Any:
    answer = getattr(client, method)(f"/api/v1/{path}", body, format="json")
    assert answer.status_code == status, answer.data
    return answer.json()


def bishan_line(basis: str = "level") -> TargetLine:
    line = TargetLine.objects.filter(
        plan__region__code="500120", basis=basis, baselines__isnull=False, indicator__quantity="stock"
    ).first()
    assert line is not None
    return line


UNIT = {"region": "500120", "name": "区知识产权保护中心", "aliases": ["保护中心"]}
PLAN = {"title": "璧山区知识产权工作计划", "region": "500120", "start_year": 2026, "end_year": 2026}
INDICATOR = {
    "code": "test_cases_closed", "name": "行政裁决案件办结数", "quantity": "flow", "reporting_basis": "ytd", "unit": "件",
    "aliases": ["裁决办结数"],
}  # fmt: skip
PERIOD = {
    "region": "500120",
    "year": 2025,
    "quarter": 4,
    "opens": "2026-01-01",
    "due": "2026-01-15",
    "locks": "2026-01-31",
}


def test_a_unit_is_added_found_by_its_alias_and_renamed_without_losing_what_is_known(api_of: Api) -> None:
    client = api_of("staff")
    details = [{"name": "维权中心", "is_former": True, "valid_to": "2024-12-31"}]
    made = send(client, "units/", {**UNIT, "alias_details": details, "aliases": []}, 400)
    assert set(made["details"]) == {"aliases"}
    made = send(client, "units/", {"region": "500120", "name": "区知识产权保护中心", "alias_details": details}, 201)
    assert (made["aliases"], made["members"], made["version"]) == (["维权中心"], [], 1)
    found = client.get("/api/v1/units/?name=维权中心").json()["results"]
    assert [unit["id"] for unit in found] == [made["id"]]
    changed = send(client, f"units/{made['id']}/", {"aliases": ["维权中心", "保护中心"], "version": 1}, 200, "patch")
    assert changed["aliases"] == ["维权中心", "保护中心"]
    assert changed["alias_details"][0]["valid_to"] == "2024-12-31"
    stale = send(client, f"units/{made['id']}/", {"name": "另一名称", "version": 1}, 409, "patch")
    assert stale["code"] == "stale_version"
    assert "另一名称" in stale["details"]["name"][0]


def test_a_name_that_is_taken_is_a_conflict(api_of: Api) -> None:
    client = api_of("staff")
    send(client, "units/", UNIT, 201)
    assert send(client, "units/", UNIT, 409)["code"] == "unit_name_once_in_region"
    assert send(client, "units/", {**UNIT, "name": "保护中心"}, 409)["code"] == "unit_name_taken"
    send(client, "indicators/", INDICATOR, 201)
    assert send(client, "indicators/", INDICATOR, 409)["message"].endswith("。")


def test_a_plan_is_added_with_exact_thresholds_and_changed(api_of: Api) -> None:
    client = api_of("staff")
    made = send(client, "plans/", {**PLAN, "red_below": "-7.50"}, 201)
    assert (made["state"], made["yellow_below"], made["red_below"]) == ("draft", "0", "-7.5")
    changed = send(client, f"plans/{made['id']}/", {"state": "active", "issued_on": "2026-01-05"}, 200, "patch")
    assert (changed["state"], changed["issued_on"], changed["version"]) == ("active", "2026-01-05", 2)
    back = send(client, f"plans/{made['id']}/", {"state": "draft"}, 409, "patch")
    assert back["code"] == "plan_was_issued"


def test_a_changed_threshold_asks_for_a_recomputation(api_of: Api) -> None:
    client = api_of("staff")
    plan = bishan_line().plan_id
    changed = send(client, f"plans/{plan}/", {"yellow_below": "-1"}, 200, "patch")
    assert client.get(f"/api/v1/jobs/{changed['job']}/").json()["kind"] == "recompute_attainment"


def test_a_task_is_added_with_its_parts_and_gives_them_back(api_of: Api) -> None:
    client = api_of("staff")
    plan = Plan.objects.get(region__code="500120")
    unit = client.get("/api/v1/units/?region=500120").json()["results"][0]
    body = {
        "plan": plan.pk, "title": "建设保护中心", "measures": ["选址", "挂牌"], "status": "in_progress",
        "assignments": [{"role": "lead", "unit": unit["id"]}],
        "milestones": [{"label": "三季度", "text": "挂牌", "from_quarter": 3, "to_quarter": 3, "year": 2025}],
    }  # fmt: skip
    made = send(client, "tasks/", body, 201)
    assert made["measures"] == ["选址", "挂牌"]
    assert made["assignments"] == [{"role": "lead", "unit": unit["id"], "printed": unit["name"], "is_demo": False}]
    asking = {"milestones": made["milestones"], "status": "awaiting_review", "reason": "全部完成"}
    changed = send(client, f"tasks/{made['id']}/", asking, 200, "patch")
    assert (changed["milestones"], changed["status"], changed["measures"]) == (
        made["milestones"], "awaiting_review", ["选址", "挂牌"],
    )  # fmt: skip
    assert (made["state"], changed["state"], changed["percent"]) == ("late", "awaiting_review", "0")
    refused = send(client, f"tasks/{made['id']}/", {"status": "done"}, 403, "patch")
    assert refused["code"] == "own_entry"
    send(api_of("reviewer"), f"tasks/{made['id']}/", {"status": "done"}, 403, "patch")


def test_an_indicator_is_added_by_code_and_its_parts_are_codes(api_of: Api) -> None:
    client = api_of("staff")
    send(client, "indicators/", INDICATOR, 201)
    ratio = {
        "code": "test_closing_rate", "name": "裁决人均办结数", "quantity": "ratio", "reporting_basis": "level", "unit": "件",
        "numerator": "test_cases_closed", "denominator": "ip_volunteers", "factor": "1.50",
    }  # fmt: skip
    made = send(client, "indicators/", ratio, 201)
    assert (made["numerator"], made["denominator"], made["factor"]) == ("test_cases_closed", "ip_volunteers", "1.5")
    changed = send(client, "indicators/test_cases_closed/", {"definition": "年内办结的。"}, 200, "patch")
    assert (changed["definition"], changed["aliases"]) == ("年内办结的。", ["裁决办结数"])
    wrong = send(client, "indicators/", {**ratio, "code": "other", "name": "其他", "factor": None}, 400)
    assert wrong["code"] == "indicator_only_a_ratio_has_parts"


def test_a_target_line_is_added_and_its_results_follow(api_of: Api) -> None:
    client = api_of("staff")
    send(client, "indicators/", INDICATOR, 201)
    plan = bishan_line().plan_id
    body = {
        "plan": plan, "indicator": "test_cases_closed", "basis": "year", "attribute": "约束性",
        "targets": [{"year": 2025, "comparator": ">=", "value": "40.50", "printed": "40.5件以上"}],
        "overall": {"comparator": ">=", "value": "100"}, "source": {"line": 7, "text": "办结40.5件以上。"},
    }  # fmt: skip
    made = send(client, "target-lines/", body, 201)
    assert (made["region"], made["printed_name"], made["overall"]) == (
        "500120", "行政裁决案件办结数", {"comparator": ">=", "value": "100"},
    )  # fmt: skip
    assert (made["targets"][0]["value"], made["source"]) == ("40.5", {"line": 7, "text": "办结40.5件以上。"})
    run_due_jobs()
    rows = client.get(f"/api/v1/attainment/?target_line={made['id']}&year=2025&quarter=2").json()["results"]
    assert [(row["status"], row["target"], row["actual"]) for row in rows] == [("missing", "40.5", None)]
    assert send(client, "target-lines/", body, 409)["code"] == "target_line_once"


def test_an_adjusted_target_holds_from_its_quarter_on(api_of: Api) -> None:
    client = api_of("staff")
    line = bishan_line()
    target = client.get(f"/api/v1/target-lines/{line.pk}/").json()["targets"][-1]
    body = {
        "year": target["year"], "comparator": target["comparator"], "value": "12345", "in_force_from": "2025Q3",
        "adjusting_document": "璧知发〔2025〕9号", "adjusted_on": "2025-07-01",
    }  # fmt: skip
    adjusted = send(client, f"target-lines/{line.pk}/adjust/", body, 201)
    versions = [(t["value"], t["in_force_from"]) for t in adjusted["targets"] if t["year"] == target["year"]]
    assert versions == [(target["value"], None), ("12345", "2025Q3")]
    assert adjusted["job"] is not None
    for wrong in ({"in_force_from": "2025Q5"}, {"in_force_from": "0001Q1"}, {"adjusting_document": ""}):
        assert set(send(client, f"target-lines/{line.pk}/adjust/", {**body, **wrong}, 400)["details"]) == set(wrong)


def test_parts_of_a_changed_line_are_whole(api_of: Api) -> None:
    client = api_of("staff")
    path = f"target-lines/{bishan_line().pk}/"
    answer = send(client, path, {"targets": [{"year": 2025, "comparator": ">="}]}, 400, "patch")
    assert set(answer["details"]) == {"targets"}


def test_a_duty_passes_to_another_unit_from_a_day(api_of: Api) -> None:
    client = api_of("staff")
    (duty,) = client.get("/api/v1/reporting-duties/?region=500120&indicator=ip_volunteers").json()["results"]
    units = client.get("/api/v1/units/?region=500120&is_collective=false").json()["results"]
    other = next(unit["id"] for unit in units if unit["id"] != duty["unit"])
    fresh = {"indicator": "ip_volunteers", "region": "500120", "unit": other, "from": "2026-01-01"}
    assert send(client, "reporting-duties/", fresh, 409)["code"] == "duty_overlaps"
    send(client, f"reporting-duties/{duty['id']}/", {"to": "2025-12-31", "version": duty["version"]}, 200, "patch")
    made = send(client, "reporting-duties/", fresh, 201)
    assert (made["from"], made["to"], made["unit"]) == ("2026-01-01", None, other)
    on = client.get("/api/v1/reporting-duties/?indicator=ip_volunteers&region=500120&on=2025-10-12").json()["results"]
    assert [row["id"] for row in on] == [duty["id"]]


def test_a_quarter_is_opened_once_and_its_days_are_in_order(api_of: Api) -> None:
    client = api_of("staff")
    made = send(client, "periods/", PERIOD, 201)
    assert made["state"] == "upcoming"
    assert send(client, "periods/", PERIOD, 409)["code"] == "period_once"
    wrong = send(client, f"periods/{made['id']}/", {"due": "2027-01-01"}, 400, "patch")
    assert wrong["code"] == "period_days_in_order"
    moved = send(client, f"periods/{made['id']}/", {"locks": "2026-02-28", "version": 1}, 200, "patch")
    assert (moved["locks"], moved["version"]) == ("2026-02-28", 2)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("units/", {**UNIT, "colour": "red"}, "colour"),
        ("units/", {**UNIT, "id": 5}, "id"),
        ("units/", {**UNIT, "name": 5}, "name"),
        ("units/", {**UNIT, "is_collective": "true"}, "is_collective"),
        ("units/", {**UNIT, "region": "50012"}, "region"),
        ("plans/", {**PLAN, "start_year": "2026"}, "start_year"),
        ("plans/", {**PLAN, "red_below": "-1e1"}, "red_below"),
        ("plans/", {**PLAN, "issued_on": "2026/01/05"}, "issued_on"),
        ("plans/", {**PLAN, "title": "a\x00"}, "title"),
        ("plans/", {**PLAN, "title": ""}, "title"),
        ("plans/", {**PLAN, "end_year": 2025}, ""),
        ("periods/", {**PERIOD, "opens": "2026-02-30"}, "opens"),
        ("periods/", {**PERIOD, "quarter": 0}, "quarter"),
        ("indicators/", {**INDICATOR, "quantity": "heap"}, "quantity"),
        ("indicators/", {**INDICATOR, "decimals": True}, "decimals"),
        ("indicators/", {**INDICATOR, "numerator": "nothing"}, "numerator"),
    ],
)
def test_a_body_that_is_not_understood_is_refused_by_field(api_of: Api, path: str, body: Any, field: str) -> None:
    answer = send(api_of("staff"), path, body, 400)
    assert field in (set(answer["details"]) or {""})
    assert str(answer["message"]).endswith("。")


def test_staff_change_nothing_outside_their_regions(api_of: Api) -> None:
    client = api_of("staff")
    for path, body in (("plans/", PLAN), ("periods/", PERIOD), ("units/", UNIT)):
        assert send(client, path, {**body, "region": "110000"}, 403)["code"] == "not_allowed"
