"""Decomposition by API: preview, save, the same again, what has to be confirmed, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from indicators.models import Decomposition, Target, TargetLine

pytestmark = pytest.mark.usefixtures("demo")
ApiOf = Callable[[str], APIClient]


@pytest.fixture
def line(demo: None) -> TargetLine:
    """璧山: 12.01 in 2020, not below 25 in 2025."""
    return TargetLine.objects.get(plan__slug="bishan", indicator__code="invention_patents_per_10k")


def post(client: APIClient, line: TargetLine, **body: Any) -> Any:
    return client.post(f"/api/v1/target-lines/{line.pk}/decompose/", {"over": "years", **body}, format="json")


def test_a_preview_shows_everything_and_stores_nothing(api_of: ApiOf, line: TargetLine) -> None:
    answer = post(api_of("staff"), line, method="straight", preview=True)
    assert answer.status_code == 200
    body = answer.json()
    assert [(t["year"], t["value"], t["verdict"]) for t in body["targets"]] == [
        (2021, "14.61", "new"), (2022, "17.21", "new"), (2023, "19.8", "new"), (2024, "22.4", "new"), (2025, "25", "kept"),
    ]  # fmt: skip
    assert (body["changes"], body["decomposition"], body["job"]) == (True, None, None)
    assert "已有季度结束" in body["asks"][0]
    assert not Target.objects.filter(source="decomposed", line=line).exists()


def test_saving_needs_what_the_preview_asked_for_and_saves_just_that(api_of: ApiOf, line: TargetLine) -> None:
    client = api_of("staff")
    seen = post(client, line, method="straight", preview=True).json()["seen"]
    refused = post(client, line, method="straight", seen=seen)
    assert (refused.status_code, refused.json()["code"]) == (400, "reason_needed")
    assert list(refused.json()["details"]) == ["reason"]
    saved = post(client, line, method="straight", seen=seen, reason="年度分解")
    assert saved.status_code == 200
    made = Decomposition.objects.get(pk=saved.json()["decomposition"])
    assert (made.reason, made.made_by.username if made.made_by else "") == ("年度分解", "staff")
    assert saved.json()["job"] is not None
    shown = client.get(f"/api/v1/target-lines/{line.pk}/").json()["targets"]
    assert [(t["year"], t["source"], t["decomposition"]) for t in shown][-2:] == [
        (2024, "decomposed", made.pk), (2025, "stated", None),
    ]  # fmt: skip
    again = post(client, line, method="straight", reason="年度分解").json()
    assert (again["changes"], again["decomposition"], again["job"]) == (False, None, None)
    stale = post(client, line, method="straight", reason="年度分解", seen=seen)
    assert (stale.status_code, stale.json()["code"]) == (409, "changed_since_preview")


def test_it_is_read_by_staff_and_reviewers_and_undone_by_staff(api_of: ApiOf, line: TargetLine) -> None:
    client = api_of("staff")
    pk = post(client, line, method="hand", values={"2024": "22"}, reason="年度分解").json()["decomposition"]
    listed = api_of("reviewer").get(f"/api/v1/decompositions/?target_line={line.pk}&undone=false").json()["results"]
    assert [row["id"] for row in listed] == [pk]
    assert listed[0]["description"].endswith("分解（逐项填写），理由：年度分解")
    assert api_of("leader").get("/api/v1/decompositions/").json()["count"] == 0
    undone = client.post(f"/api/v1/decompositions/{pk}/undo/", {"reason": "分错了"}, format="json")
    assert undone.status_code == 200
    assert undone.json()["undone_at"] is not None
    assert not line.targets.filter(year=2024).exists()
    assert client.post(f"/api/v1/decompositions/{pk}/undo/", {"reason": "分错了"}, format="json").status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"method": "equal"}, "method"),
        ({"method": "hand"}, "values"),
        ({"method": "hand", "values": {"2024": "1e5"}}, "values"),
        ({"method": "hand", "values": {"9" * 5000: "1"}}, "values"),
        ({"method": "hand", "values": {"2024": "1"}, "uppers": {"2023": "2"}}, "uppers"),
        ({"method": "hand", "values": {"2024": "5"}, "uppers": {"2024": "2"}, "reason": "x"}, ""),
        ({"method": "straight", "over": "regions"}, "method"),
        ({"over": "regions", "method": "equal"}, "over"),
        ({"method": "straight", "reason": "长" * 201}, "reason"),
        ({"method": "straight", "unknown": 1}, "unknown"),
    ],
)
def test_a_wrong_request_is_refused_by_field(api_of: ApiOf, line: TargetLine, body: dict[str, Any], field: str) -> None:
    answer = post(api_of("staff"), line, **body)
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == ([field] if field else [])
    assert not Decomposition.objects.filter(line=line).exists()


def test_lists_give_what_stands_in_the_documents_and_split_lines_when_asked(api_of: ApiOf) -> None:
    client, plan = api_of("staff"), TargetLine.objects.filter(plan__slug="baoji")[0].plan_id

    def count(query: str) -> int:
        return int(client.get(f"/api/v1/target-lines/?plan={plan}&{query}").json()["count"])

    assert [count(""), count("below=false"), count("below=true"), count("region=610302")] == [6, 6, 30, 2]
    assert client.get(f"/api/v1/target-lines/?plan={plan}&below=maybe").status_code == 400
