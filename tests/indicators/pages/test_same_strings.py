"""One number, one string: page, chart, workbook and API say the same of every line of the five plans."""

from __future__ import annotations

import html
import io
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client

from indicators.models import TargetLine
from indicators.selectors.quarters import default_quarter
from indicators.workbooks.export import shown_pattern
from plans.models import Plan

pytestmark = pytest.mark.usefixtures("demo")

NAMES = {
    "actual": "实际值", "target": "年度目标", "completion": "完成率", "change_on_quarter": "较上季", "forecast": "年末预计",
}  # fmt: skip
SLUGS = ("baoji", "urumqi", "chongqing", "bishan", "jilin")
Said = tuple[str, ...]


def words(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()


def of_page(client: Client, plan: Plan) -> tuple[list[Said], list[tuple[str, str]]]:
    """The table's strings by line; and beside each line's actual value what its bullet bar says."""
    page = client.get(f"/plans/{plan.pk}/?order=document").content.decode()
    said, drawn = [], []
    for row in re.findall(r'<tr><th scope="row">.*?</tr>', page, re.DOTALL):
        if 'data-label="年末预计"' not in row:
            continue
        cells = dict(re.findall(r'data-label="([^"]+)">(.*?)</td>', row, re.DOTALL))
        name = words(re.findall(r'<th scope="row"><a[^>]*>(.*?)</a>', row)[0])
        said.append((name, *(words(cells[label]) for label in (*NAMES.values(), "状态"))))
        drawn.append((words(cells["实际值"]), html.unescape(re.findall(r'aria-label="([^"]*)"', row)[0])))
    return sorted(said), drawn


def of_api(client: Client, plan: Plan) -> list[Said]:
    answer = client.get(f"/api/v1/overview/?plan={plan.pk}").json()
    return sorted((line["name"], *(line["display"][name] for name in (*NAMES, "status"))) for line in answer["lines"])


def of_workbook(client: Client, plan: Plan) -> list[Said]:
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/plans/{plan.pk}/export/").content))
    rows = list(book.worksheets[0].iter_rows())
    head = next(n for n, row in enumerate(rows) if row[0].value == "指标")
    columns = {str(cell.value): n for n, cell in enumerate(rows[head])}
    labels = ["年度目标完成率" if label == "完成率" else label for label in NAMES.values()]
    count = TargetLine.objects.filter(plan=plan, region=plan.region).count()
    return sorted(
        (
            str(row[0].value),
            *(as_excel_shows(row[columns[label]]) for label in labels),
            str(row[columns["状态"]].value)[2:],
        )
        for row in rows[head + 1 : head + 1 + count]
    )


def as_excel_shows(cell: Any) -> str:
    """A cell's value under its number format."""
    if isinstance(cell.value, str):
        return cell.value
    return formatted(Decimal(repr(cell.value)), cell.number_format)


def formatted(value: Decimal, pattern: str) -> str:
    if pattern.endswith("%"):
        value *= 100
    positive, negative, zero = pattern.split(";")
    section = positive if value > 0 else negative if value < 0 else zero
    places = len((re.search(r"#,##0(?:\.(0+))?", section) or [""])[1] or "")
    digits = f"{abs(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"
    return re.sub(r"#,##0(\.0+)?", digits, section).replace('"', "")


@pytest.mark.parametrize("slug", SLUGS)
def test_every_line_reads_the_same_on_the_page_in_the_api_and_in_the_workbook(client_of: Any, slug: str) -> None:
    client, plan = client_of("leader"), Plan.objects.get(slug=slug)
    page, drawn = of_page(client, plan)
    assert len(page) == TargetLine.objects.filter(plan=plan, region=plan.region).count()
    assert page == of_api(client, plan)
    assert page == of_workbook(client, plan)
    assert [label for actual, label in drawn if actual != "—" and actual not in label] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_an_indicator_s_own_page_and_workbook_say_what_the_overview_says(client_of: Any, slug: str) -> None:
    client, plan = client_of("leader"), Plan.objects.get(slug=slug)
    shown = default_quarter(plan, date(2025, 10, 12))
    for line in client.get(f"/api/v1/overview/?plan={plan.pk}").json()["lines"]:
        address = f"/plans/{plan.pk}/indicators/{line['target_line']}/"
        page = words(client.get(address).content.decode())
        display = line["display"]
        wanted = [display[name] for name in ("actual", "target", "completion", "status")]
        assert [text for text in wanted if text not in page] == [], address
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}export/").content))
        row = next(row for row in book.worksheets[0].iter_rows(min_row=5) if row[0].value == shown.label)
        assert as_excel_shows(row[1]) == display["actual"], address


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("1,234.50", "1234.5", "1,234.50"), ("−3", "-3", "−3"), (">20", "20", ">20"), ("+0.21", "0.214", "+0.21"),
        ("97.4%", "0.974", "97.4%"), ("+8.9个百分点", "8.94", "+8.9个百分点"), ("0.0个百分点", "-0.04", "0.0个百分点"),
        ("0", "0", "0"), ("−0.004", "-0.0041", "−0.004"),
    ],
)  # fmt: skip
def test_a_format_shows_the_number_as_the_text_reads(text: str, value: str, shown: str) -> None:
    assert formatted(Decimal(value), shown_pattern(text)) == shown


@pytest.mark.parametrize("text", ["6–7", "—", "未填报", "", "约5"])
def test_what_is_not_one_number_stays_text(text: str) -> None:
    assert shown_pattern(text) == ""
