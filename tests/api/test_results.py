"""Results and overview over the API: the names of the rules, the same strings as the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from indicators.api.overview import OverviewLineSerializer, OverviewSerializer
from indicators.api.results import VALUES, AttainmentSerializer, ResultFields, no_result
from indicators.display import line_display
from indicators.explanations import explain
from indicators.models import Attainment
from indicators.rules import columns
from ipdash.core.numbers import decimal_text
from ipdash.core.periods import Quarter

Api = Callable[[str], APIClient]


def plan_of(client: APIClient, region: str) -> int:
    found: int = client.get(f"/api/v1/plans/?region={region}").json()["results"][0]["id"]
    return found


def test_every_result_of_the_rules_has_its_name_here() -> None:
    assert set(VALUES) == set(columns.VALUE_NAMES)


def test_a_result_is_told_as_its_description_says(api_of: Api) -> None:
    rows = api_of("staff").get("/api/v1/attainment/?page_size=200").json()["results"]
    for row in rows:
        assert set(row) == set(AttainmentSerializer().fields)
    inputs = [item for row in rows for item in row["inputs"]]
    assert {frozenset(item) for item in inputs} == {frozenset(AttainmentSerializer().fields["inputs"].child.fields)}


def test_a_result_is_the_stored_one_with_the_strings_of_the_pages(api_of: Api) -> None:
    client = api_of("leader")
    stored = (
        Attainment.objects.filter(
            line__plan__region__code="500120", year=2025, quarter=3, actual__isnull=False, year_gap__isnull=False
        )
        .select_related("line__plan", "line__region", "line__indicator")
        .first()
    )
    assert stored is not None
    row = client.get(f"/api/v1/attainment/{stored.number}/").json()
    for name in VALUES:
        value = getattr(stored, name)
        assert row[name] == (None if value is None else decimal_text(value))
    assert (row["status"], row["light"], row["rank"]) == (stored.status, stored.light, stored.rank)
    assert row["display"] == line_display(stored.line, stored)
    assert row["explanation"] == explain(stored).text
    assert [item["value"] for item in row["inputs"]] == [
        None if item.value is None else decimal_text(item.value) for item in explain(stored).inputs
    ]


def test_lines_without_results_have_the_same_fields(api_of: Api) -> None:
    client = api_of("leader")
    Attainment.objects.filter(line__plan__region__code="500120", year=2025, quarter=3).delete()
    seen = client.get(f"/api/v1/overview/?plan={plan_of(client, '500120')}&year=2025&quarter=3").json()
    assert {frozenset(line) for line in seen["lines"]} == {frozenset(OverviewLineSerializer().fields)}
    assert set(no_result(Quarter(2025, 3))) | {"display"} == set(ResultFields().fields)
    assert (seen["lights"]["none"], seen["computed_at"]) == (44, None)
    assert {line["actual"] for line in seen["lines"]} == {None}


def test_missing_is_null_and_zero_is_zero(api_of: Api) -> None:
    client = api_of("staff")
    path = "/api/v1/attainment/?region=500120&year=2025&quarter=3&indicator="
    zero = client.get(path + "national_ip_enterprises_new").json()["results"][0]
    assert zero["inputs"][-1]["value"] == "0"
    missing = client.get(path + "ip_volunteers").json()["results"][0]
    assert (missing["actual"], missing["status"], missing["display"]["actual"]) == (None, "missing", "—")


@pytest.mark.parametrize("region", ["500120", "610300", "650100", "500000", "220000"])
def test_the_lights_add_up_to_the_number_of_lines(api_of: Api, region: str) -> None:
    client = api_of("leader")
    plan = plan_of(client, region)
    seen = client.get(f"/api/v1/overview/?plan={plan}").json()
    lines = client.get(f"/api/v1/target-lines/?plan={plan}&region={region}").json()["count"]
    assert set(seen) == set(OverviewSerializer().fields)
    assert sum(seen["lights"].values()) == sum(seen["statuses"].values()) == len(seen["lines"]) == lines
    assert list(seen["lights"]) == ["green", "yellow", "red", "grey", "none"]
    assert seen["tasks"]["total"] == client.get(f"/api/v1/tasks/?plan={plan}").json()["count"]


def test_the_overview_takes_the_latest_ended_quarter_with_approved_figures(api_of: Api) -> None:
    client = api_of("leader")
    bishan = client.get(f"/api/v1/overview/?plan={plan_of(client, '500120')}").json()
    assert (bishan["year"], bishan["quarter"], bishan["as_of"]) == (2025, 3, "2025-09-30")
    jilin = client.get(f"/api/v1/overview/?plan={plan_of(client, '220000')}").json()
    assert (jilin["year"], jilin["quarter"]) <= (2020, 4)


def test_the_overviews_lines_are_the_attainments_of_that_quarter(api_of: Api) -> None:
    client = api_of("leader")
    plan = plan_of(client, "500120")
    seen = client.get(f"/api/v1/overview/?plan={plan}&region=500120&year=2025&quarter=2").json()
    rows = client.get(f"/api/v1/attainment/?plan={plan}&region=500120&year=2025&quarter=2").json()["results"]
    by_line = {row["target_line"]: row for row in rows}
    for line in seen["lines"]:
        row = by_line[line["target_line"]]
        for name in ResultFields().fields:
            assert line[name] == row[name]
    assert {change["target_line"] for change in seen["changes"]} == {
        line["target_line"] for line in seen["lines"] if line["changed"]
    }


def test_queries_of_an_overview_do_not_grow_with_its_lines(api_of: Api) -> None:
    client = api_of("leader")

    def queries(region: str) -> int:
        path = f"/api/v1/overview/?plan={plan_of(client, region)}"
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    few, many = queries("610300"), queries("500120")  # 6 and 44 lines
    assert few == many <= 11


def test_displayed_words_are_in_the_readers_language(api_of: Api) -> None:
    client: Any = api_of("leader")
    path = "/api/v1/attainment/?region=500120&year=2025&quarter=3&indicator=ip_volunteers"
    assert client.get(path).json()["results"][0]["display"]["status"] == "未填报"
