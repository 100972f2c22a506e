"""Lists: pages, filters, orderings, and a number of queries that does not grow with the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

Api = Callable[[str], APIClient]
RESOURCES = (
    "regions", "units", "plans", "tasks", "indicators", "target-lines", "reporting-duties", "figures", "periods",
    "attainment", "jobs",
)  # fmt: skip
# Queries of one page of any length, the token and the memberships included.
QUERIES = {
    "regions": 4, "units": 6, "plans": 8, "tasks": 8, "indicators": 5, "target-lines": 6, "reporting-duties": 4,
    "figures": 4, "periods": 4, "attainment": 18, "jobs": 4,
}  # fmt: skip
# An explanation rests on what a whole plan's columns hold: so many queries a plan, however many of its rows.
ONE_PLAN = {"attainment": "region=500120&"}


def queries(client: APIClient, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(path).status_code == 200
    # Columns are copied out of PostgreSQL in transactions of their own, whose statements are no reading.
    return sum("SELECT" in str(query["sql"]) for query in seen)


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_list_is_given_in_pages_with_the_number_of_all(api_of: Api, resource: str) -> None:
    answer = api_of("staff").get(f"/api/v1/{resource}/?page_size=2")
    assert answer.status_code == 200
    assert set(answer.json()) == {"count", "next", "previous", "results"}
    assert len(answer.json()["results"]) == min(2, answer.json()["count"])


@pytest.mark.parametrize("resource", [name for name in RESOURCES if name != "jobs"])
def test_queries_do_not_grow_with_the_rows(api_of: Api, resource: str) -> None:
    client = api_of("staff")
    queries(client, "/api/v1/jobs/")  # the token's first use is noted once
    narrowed = ONE_PLAN.get(resource, "")
    few = queries(client, f"/api/v1/{resource}/?{narrowed}page_size=2")
    many = queries(client, f"/api/v1/{resource}/?{narrowed}page_size=1000")
    assert few == many <= QUERIES[resource]


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("nothing=1", "nothing"),
        ("page_size=0", "page_size"),
        ("page_size=1001", "page_size"),
        ("page_size=many", "page_size"),
        ("ordering=nothing", "ordering"),
        ("page=1&page=2", "page"),
        ("page=", "page"),
        ("ordering=", "ordering"),
    ],
)
def test_a_query_field_that_is_not_understood_is_refused(api_of: Api, resource: str, query: str, field: str) -> None:
    answer = api_of("staff").get(f"/api/v1/{resource}/?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert all(sentence.endswith("。") for sentence in answer.json()["details"][field])


@pytest.mark.parametrize(
    "query",
    [
        "figures/?quarter=5", "figures/?quarter=0", "figures/?quarter=Q3", "figures/?year=25", "figures/?year=٢٠٢٥",
        "figures/?region=1", "figures/?region=", "figures/?state=", "tasks/?unit=", "figures/?region=999999", "figures/?indicator=nothing", "figures/?state=done",
        "figures/?upload=-1", "figures/?upload=99999999999999999999", "figures/?region=%00", "attainment/?light=blue",
        "attainment/?status=fine", "plans/?region=abc", "tasks/?plan=one", "tasks/?role=boss", "units/?is_collective=yes",
        "reporting-duties/?on=2025-13-01", "reporting-duties/?on=yesterday", "periods/?state=shut",
    ],
)  # fmt: skip
def test_a_filter_value_that_cannot_be_is_refused_with_a_sentence(api_of: Api, query: str) -> None:
    answer = api_of("staff").get(f"/api/v1/{query}")
    assert answer.status_code == 400
    (field,) = answer.json()["details"]
    assert field in query
    assert answer.json()["details"][field][0].endswith("。")


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("figures/?region=500120&year=2025&quarter=2", "region", "500120"),
        ("figures/?state=submitted", "state", "submitted"),
        ("figures/?indicator=enterprise_patent_navigation", "indicator", "enterprise_patent_navigation"),
        ("attainment/?light=red", "light", "red"),
        ("attainment/?status=missing", "status", "missing"),
        ("attainment/?year=2025&quarter=3&region=500120", "quarter", 3),
        ("plans/?region=610300", "region", "610300"),
        ("regions/?level=province", "level", "province"),
        ("regions/?parent=500000", "parent", "500000"),
        ("indicators/?quantity=ratio", "quantity", "ratio"),
        ("target-lines/?basis=cumulative", "basis", "cumulative"),
        ("periods/?state=open", "state", "open"),
        ("periods/?state=locked", "state", "locked"),
    ],
)
def test_a_filter_gives_what_it_says_and_something(api_of: Api, path: str, field: str, value: Any) -> None:
    answer = api_of("staff").get(f"/api/v1/{path}").json()
    assert answer["count"] > 0
    assert {row[field] for row in answer["results"]} == {value}


def test_unit_and_role_are_asked_of_one_assignment(api_of: Api) -> None:
    client = api_of("staff")
    tasks = client.get("/api/v1/tasks/?role=lead&page_size=1000").json()["results"]
    unit = tasks[0]["assignments"][0]["unit"]
    both = client.get(f"/api/v1/tasks/?role=lead&unit={unit}&page_size=1000").json()["results"]
    assert {t["id"] for t in both} == {
        t["id"] for t in tasks if any(a["unit"] == unit and a["role"] == "lead" for a in t["assignments"])
    }
    assert all(any(a["role"] == "lead" for a in task["assignments"]) for task in tasks)


def test_a_list_is_ordered_as_asked(api_of: Api) -> None:
    rows = api_of("staff").get("/api/v1/figures/?ordering=-year,quarter&page_size=500").json()["results"]
    keys = [(-row["year"], row["quarter"]) for row in rows]
    assert keys == sorted(keys)
    assert len(set(keys)) > 2


def test_pages_follow_each_other_without_gap_or_overlap(api_of: Api) -> None:
    client = api_of("staff")
    whole = [row["id"] for row in client.get("/api/v1/figures/?page_size=60&ordering=state").json()["results"]]
    parts = [
        row["id"]
        for page in (1, 2, 3)
        for row in client.get(f"/api/v1/figures/?page_size=20&ordering=state&page={page}").json()["results"]
    ]
    assert parts == whole


def test_a_page_behind_the_last_is_not_found(api_of: Api) -> None:
    answer = api_of("staff").get("/api/v1/plans/?page=99")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_decimals_are_strings_in_plain_digits(api_of: Api) -> None:
    client = api_of("staff")
    for row in client.get("/api/v1/figures/?page_size=1000").json()["results"]:
        for value in (row["value"], row["approved_value"]):
            assert value is None or (isinstance(value, str) and "E" not in value)
            assert value is None or "." not in value or not value.endswith("0")


def test_regions_are_given_by_code(api_of: Api) -> None:
    client = api_of("reporter")
    assert client.get("/api/v1/regions/500120/").json() == {
        "code": "500120", "name": "璧山区", "short_name": "璧山", "level": "county", "parent": "500000",
        "valid_from": None, "valid_to": None, "former_codes": [],
    }  # fmt: skip
    assert client.get("/api/v1/regions/110000/").json()["parent"] is None
    assert client.get("/api/v1/regions/999999/").status_code == 404
