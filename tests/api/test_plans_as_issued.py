"""The five plans over the API say what their documents say, item by item."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

GOLD = Path(__file__).resolve().parent.parent / "golden" / "plans"
SLUGS = ("baoji", "bishan", "chongqing", "jilin", "urumqi")
# tasks, assignments, measures, milestones, phases, sections, lines, targets, baselines, terms, references
TOTALS = (157, 446, 65, 61, 3, 99, 108, 128, 27, 7, 13)
Api = Callable[[str], APIClient]


def everything(client: APIClient, path: str) -> list[dict[str, Any]]:
    """Every page of a list."""
    found: list[dict[str, Any]] = []
    address: str | None = f"/api/v1/{path}"
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.data
        page = answer.json()
        found += page["results"]
        address = page["next"]
    assert len(found) == page["count"]
    return found


def gold(slug: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((GOLD / f"{slug}.json").read_text(encoding="utf-8"))
    return document


def plan_of(client: APIClient, document: dict[str, Any]) -> dict[str, Any]:
    head = document["plan"]
    (plan,) = everything(client, f"plans/?region={head['region_code']}&start_year={head['period'][0]}")
    return plan


def printed(task: dict[str, Any]) -> list[dict[str, str]]:
    """The assignments that stand in the document, each name once a role."""
    return [{"role": a["role"], "unit": a["printed"]} for a in task["assignments"] if not a["is_demo"]]


def test_counts_over_all_five_plans_are_those_of_the_documents(api_of: Api) -> None:
    client = api_of("staff")
    plans, tasks, lines = (
        everything(client, "plans/"),
        everything(client, "tasks/"),
        everything(client, "target-lines/"),
    )
    counts = (
        len(tasks),
        sum(len(printed(task)) for task in tasks),
        sum(len(task["measures"]) for task in tasks),
        sum(len(task["milestones"]) for task in tasks),
        sum(len(plan["phases"]) for plan in plans),
        sum(len(plan["sections"]) for plan in plans),
        len(lines),
        sum(len(line["targets"]) for line in lines),
        sum(len(line["baselines"]) for line in lines),
        sum(len(plan["glossary"]) for plan in plans),
        sum(len(plan["references"]) for plan in plans),
    )
    assert counts == TOTALS


@pytest.mark.parametrize("slug", SLUGS)
def test_a_plan_is_given_with_its_outline_as_printed(api_of: Api, slug: str) -> None:
    client, document = api_of("staff"), gold(slug)
    plan, head = plan_of(client, document), document["plan"]
    for name in ("title", "doc_number", "issuer", "issued_on"):
        assert plan[name] == head[name]
    assert [plan["start_year"], plan["end_year"]] == head["period"]
    assert [(s["level"], s["number"], s["title"]) for s in plan["sections"]] == [
        (s["level"], s["number"], s["title"]) for s in document["sections"]
    ]
    assert plan["references"] == document["references"]
    assert [(p["name"], p["start"][:7], p["end"][:7]) for p in plan["phases"]] == [
        (p["name"], p["start"], p["end"]) for p in document["phases"]
    ]
    assert [(g["term"], g["definition"]) for g in plan["glossary"]] == [
        (g["term"], g["definition"]) for g in document["glossary"]
    ]
    assert client.get(f"/api/v1/plans/{plan['id']}/").json() == plan


@pytest.mark.parametrize("slug", SLUGS)
def test_tasks_are_given_with_assignments_measures_and_milestones_as_printed(api_of: Api, slug: str) -> None:
    client, document = api_of("staff"), gold(slug)
    tasks = everything(client, f"tasks/?plan={plan_of(client, document)['id']}")
    assert len(tasks) == len(document["tasks"])
    for task, item in zip(tasks, document["tasks"], strict=True):
        for name in ("number", "title", "section", "objective", "measures"):
            assert task[name] == item[name]
        milestones = [
            {name: m[name] for name in ("label", "from_quarter", "to_quarter", "text")} for m in task["milestones"]
        ]
        assert milestones == item["milestones"]
        assert printed(task) == item["assignments"]


@pytest.mark.parametrize("slug", SLUGS)
def test_target_lines_are_given_with_every_target_and_baseline(api_of: Api, slug: str) -> None:
    client, document = api_of("staff"), gold(slug)
    lines = everything(client, f"target-lines/?plan={plan_of(client, document)['id']}")
    assert len(lines) == len(document["indicators"])
    for line, item in zip(lines, document["indicators"], strict=True):
        assert (line["printed_name"], line["unit"], line["attribute"]) == (
            item["name"],
            item["unit"],
            item["attribute"],
        )
        assert (line["where"], line["requirement"]) == (item["where"], item["requirement"])
        assert [(t["year"], t["comparator"], t["printed"]) for t in line["targets"]] == [
            (t["year"], t["comparator"], t["raw"]) for t in item["targets"]
        ]
        assert [b["year"] for b in line["baselines"]] == [b["year"] for b in item["baselines"]]
        assert (line["overall"] is None) == (item["overall"] is None)
