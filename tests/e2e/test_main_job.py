"""The main job in a browser: a workbook is uploaded, approved, computed in the background, and the leader sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.e2e.conftest import Product, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]

UNREPORTED = """
    SELECT i.code, d.unit_id, l.id, l.plan_id
    FROM indicators_reportingduty d
    JOIN indicators_indicator i ON i.id = d.indicator_id AND i.frequency = 'quarterly'
    JOIN indicators_targetline l ON l.indicator_id = i.id AND l.region_id = d.region_id
    JOIN plans_plan p ON p.id = l.plan_id AND p.slug = 'bishan'
    WHERE NOT EXISTS (SELECT 1 FROM indicators_figure f WHERE f.indicator_id = i.id AND f.region_id = d.region_id
                      AND f.year = 2025 AND f.quarter = 3)
    ORDER BY i.code LIMIT 1
"""


def fill(template: Path, code: str, value: int) -> None:
    """Types one value into the template's row of an indicator, as a clerk would."""
    book = openpyxl.load_workbook(template)
    sheet = book.worksheets[0]
    header = next(row for row in sheet.iter_rows() if any(cell.value == "指标编码" for cell in row))
    columns = {str(cell.value): cell.column for cell in header}
    target = next(column for name, column in columns.items() if name.startswith("本季值"))
    row = next(row for row in sheet.iter_rows(min_row=header[0].row + 1) if row[columns["指标编码"] - 1].value == code)
    sheet.cell(row=row[0].row, column=target, value=value)
    # So much of it at once is odd: it is handed in with a word.
    sheet.cell(row=row[0].row, column=columns["备注"], value="年度集中统计")
    book.save(template)


def upload(visitor: Visitor, unit: int, folder: Path, code: str, value: int) -> None:
    """From the template's download to the figures handed in."""
    page = visitor.page
    visitor.open(f"/uploads/new/?unit={unit}")
    page.select_option("[name=unit]", str(unit))
    page.select_option("[name=quarter]", "2025Q3")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载模板").click()
    template = folder / "template.xlsx"
    download.value.save_as(template)
    fill(template, code, value)
    page.set_input_files("[name=file]", template)
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("button", name="识别无误，查看差异").click()
    page.locator("form[action*='/uploads/'] button.primary, form button.primary").first.click()
    page.get_by_text("已入库").first.wait_for(timeout=30_000)


def test_an_uploaded_figure_reaches_the_leader_once_it_is_approved(
    product: Product, visit: Any, tmp_path: Path
) -> None:
    code, unit, line, plan = product.site.query(UNREPORTED)[0]
    overview, indicator = f"/plans/{plan}/?quarter=2025Q3", f"/plans/{plan}/indicators/{line}/?quarter=2025Q3"
    with visit("leader") as leader:
        leader.open(indicator)
        assert leader.page.locator(".tag").first.inner_text() == "未填报"
        leader.open(overview)
        before = leader.page.locator(".conclusion").inner_text()
    with visit("staff") as staff:
        upload(staff, unit, tmp_path, code, 1234567)
        assert staff.complaints == []
    with visit("reviewer") as reviewer:
        reviewer.open("/review/")
        row = reviewer.page.locator("tr", has_text="1,234,567")
        row.locator("input[type=checkbox]").check()
        with reviewer.page.expect_navigation():
            reviewer.page.get_by_role("button", name="通过勾选的数据").click()
        assert reviewer.complaints == []
    product.site.wait_until(
        lambda: (
            product.site.number("SELECT count(*) FROM indicators_targetline WHERE input_version <> computed_version")
            == 0
        ),
        seconds=20,
    )
    stored = product.site.number(
        f"SELECT actual FROM indicators_attainment WHERE line_id = {line} AND year = 2025 AND quarter = 3"
    )
    assert stored >= 1234567 * 10**6
    with visit("leader", width=390) as leader:
        leader.open(indicator)
        assert f"{stored // 10**6:,}" in leader.page.locator("main").inner_text()
        assert leader.page.locator(".tag").first.inner_text() != "未填报"
        leader.open(overview)
        assert leader.page.locator(".conclusion").inner_text() != before
        assert leader.complaints == []
    assert "一致" in product.site.run("manage.py", "verify_attainment")
