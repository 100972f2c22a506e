"""The overview as a workbook: the page's numbers as real numbers, each with its explanation and the figures used."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from indicators.explanations import explain_many
from indicators.models import Attainment
from ipdash.core.periods import Quarter
from plans.models import Plan

pytestmark = pytest.mark.usefixtures("demo")

NOW = Quarter(2025, 3)


@pytest.fixture
def plan() -> Plan:
    return Plan.objects.get(slug="bishan")


def sheets(client: Any, plan: Plan, query: str = "") -> dict[str, list[dict[str, Any]]]:
    """Each sheet's table as rows by head."""
    answer = client.get(f"/plans/{plan.pk}/export/{query}")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    tables = {}
    for sheet in book.worksheets:
        rows = list(sheet.iter_rows(values_only=True))
        head = next(n for n, row in enumerate(rows) if row[0] == "指标")
        tables[sheet.title] = [
            dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :] if row[1] is not None
        ]
    return tables


def test_numbers_are_numbers_and_equal_the_stored_ones(client_of: Any, plan: Plan) -> None:
    table = sheets(client_of("leader"), plan, "?quarter=2025Q3")["总览"]
    rows = {row.line.printed_name: row for row in Attainment.objects.filter(plan=plan).at(NOW).select_related("line")}
    compared = 0
    for row in table:
        stored = rows[row["指标"]]
        if stored.actual is None:
            assert row["实际值"] == "—"
            continue
        assert Decimal(str(row["实际值"])) * stored.line.unit_factor == stored.actual
        compared += 1
    assert compared > 20


def test_every_result_has_its_explanation_and_its_printed_text(client_of: Any, plan: Plan) -> None:
    table = sheets(client_of("leader"), plan, "?quarter=2025Q3")["总览"]
    results = Attainment.objects.filter(plan=plan).at(NOW)
    rows = list(results.select_related("line__plan", "line__region", "line__indicator__numerator__numerator"))
    assert sorted(row["说明"] for row in table) == sorted(why.text for why in explain_many(rows).values())
    assert all(row["原文"] for row in table)


def test_people_and_sources_are_for_those_who_work_there(client_of: Any, plan: Plan) -> None:
    inside = sheets(client_of("staff"), plan, "?quarter=2025Q3")["所用数据"]
    outside = sheets(client_of("department"), plan, "?quarter=2025Q3")["所用数据"]
    assert any(row["填报人"] for row in inside)
    assert not any(row["填报人"] or row["来源"] for row in outside)
    assert [row["数值"] for row in inside] == [row["数值"] for row in outside]


def test_the_file_is_named_after_plan_and_quarter(client_of: Any, plan: Plan) -> None:
    answer = client_of("leader").get(f"/plans/{plan.pk}/export/?quarter=2025Q2")
    assert "2025%E5%B9%B4%E4%BA%8C%E5%AD%A3%E5%BA%A6.xlsx" in answer["Content-Disposition"]


def test_the_queries_do_not_grow_with_the_lines(client_of: Any, plan: Plan, django_assert_max_num_queries: Any) -> None:
    client = client_of("leader")
    with django_assert_max_num_queries(34):
        client.get(f"/plans/{plan.pk}/export/")
