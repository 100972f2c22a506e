"""A quarter's round in a browser, once with the mouse and once by keyboard alone.

A block of 30 × 2 cells comes from a spreadsheet, its wrong cell is mended, the form handed in; the reviewer returns one
figure with a reason, the reporter corrects it, the reviewer approves, and the leader's number is another one.
"""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Product
from tests.e2e.test_grid import saving, state

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]

ROWS = 30
CODE, NAME = "ip_service_institutions", "知识产权服务机构数"
LINE = f"""
    SELECT l.plan_id, l.id, d.unit_id FROM indicators_targetline l
    JOIN indicators_indicator i ON i.id = l.indicator_id AND i.code = '{CODE}'
    JOIN plans_plan p ON p.id = l.plan_id AND p.slug = 'bishan'
    JOIN indicators_reportingduty d ON d.indicator_id = i.id AND d.region_id = l.region_id
"""


@dataclass
class Mouse:
    """Points and clicks."""

    page: Page

    def press(self, target: Locator) -> None:
        target.click()

    def write(self, target: Locator, text: str) -> None:
        target.fill(text)

    def enter(self, target: Locator) -> None:
        target.click()


@dataclass
class Keys:
    """Never touches the mouse: everything is reached with Tab."""

    page: Page

    def enter(self, target: Locator) -> None:
        expect(target).to_be_attached()
        for _ in range(700):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"not reached with Tab: {target}")

    def press(self, target: Locator) -> None:
        self.enter(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        self.enter(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)


def thirty_rows(product: Product, unit: int) -> None:
    """The unit reports 30 indicators: what is missing is added by program, as staff would."""
    have = product.site.number(
        "SELECT count(*) FROM indicators_reportingduty d JOIN indicators_indicator i ON i.id = d.indicator_id "
        f"WHERE d.unit_id = {unit} AND i.frequency = 'quarterly' AND d.valid_to IS NULL"
    )
    if have >= ROWS:
        return
    secret = product.site.run("manage.py", "make_token", "staff").split()[-1]
    for n in range(have, ROWS):
        indicator = {"code": f"round_{n}", "name": f"补充指标{n}", "unit": "件", "quantity": "stock"}
        ask(product, secret, "indicators/", indicator | {"reporting_basis": "level"})
        duty = {"indicator": f"round_{n}", "region": "500120", "unit": unit, "from": "2021-01-01"}
        ask(product, secret, "reporting-duties/", duty)


def ask(product: Product, secret: str, resource: str, body: dict[str, Any]) -> None:
    headers = {"Authorization": f"Token {secret}", "Content-Type": "application/json"}
    request = urllib.request.Request(
        f"{product.address}/api/v1/{resource}", json.dumps(body).encode(), headers, method="POST"
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 201


def paste(page: Page, text: str) -> None:
    """From the clipboard, with the keys people use."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")


@pytest.mark.parametrize(("hands", "first", "second"), [(Mouse, "59", "52"), (Keys, "61", "54")])
def test_a_quarter_is_reported_returned_corrected_approved_and_seen(
    product: Product, visit: Any, hands: Any, first: str, second: str
) -> None:
    plan, line, unit = product.site.query(LINE)[0]
    thirty_rows(product, unit)
    with visit("reporter") as reporter:
        report(reporter, hands(reporter.page), unit, first)
    with visit("reviewer") as reviewer:
        send_back(reviewer, hands(reviewer.page), first)
    with visit("reporter") as reporter:
        correct(reporter, hands(reporter.page), second)
    with visit("reviewer") as reviewer:
        reviewer.open("/review/")
        row = reviewer.page.locator("tr", has_text=NAME)
        expect(row).to_contain_text(second)
        with reviewer.page.expect_navigation():
            hands(reviewer.page).press(row.get_by_role("button", name="通过"))
        expect(reviewer.page.get_by_text("已通过1项")).to_be_visible()
    waiting = "SELECT count(*) FROM indicators_targetline WHERE input_version <> computed_version"
    product.site.wait_until(lambda: product.site.number(waiting) == 0, seconds=40)
    with visit("leader", width=390) as leader:
        leader.open(f"/plans/{plan}/indicators/{line}/?quarter=2025Q3")
        assert f"{second}家" in leader.page.locator("main").inner_text()
        leader.open(f"/plans/{plan}/?quarter=2025Q3")
        row = leader.page.locator("tr", has=leader.page.locator(f'a[href*="/indicators/{line}/"]'))
        assert second in row.first.inner_text()


def report(visitor: Any, hands: Any, unit: int, value: str) -> None:
    page = visitor.page
    visitor.open(f"/entry/?unit={unit}&quarter=2025Q3")
    boxes = page.locator('input[name^="value."]')
    assert boxes.count() >= ROWS
    names = [str(box.get_attribute("name")) for box in boxes.all()[:ROWS]]
    values = {name: page.locator(f'[name="{name}"]').input_value() or "3" for name in names}
    values[f"value.500120-{CODE}"] = value
    wrong = names[-1]
    block = "\n".join(f"{'十二' if name == wrong else values[name]}\t与台账一致{value}" for name in names)
    hands.enter(boxes.first)
    paste(page, block)
    expect(state(page)).to_contain_text("有数据没有保存", timeout=20_000)
    expect(page.locator(f'[name="{wrong}"]')).to_have_attribute("aria-invalid", "true")
    with saving(page):
        hands.write(page.locator(f'[name="{wrong}"]'), values[wrong])
        page.keyboard.press("Tab")
    expect(state(page)).to_contain_text(f"{ROWS}/", timeout=20_000)
    with page.expect_navigation():
        hands.press(page.get_by_role("button", name="提交审核"))
    expect(page.get_by_text(f"已提交{ROWS}项，等待审核")).to_be_visible()
    assert visitor.complaints == []


def send_back(visitor: Any, hands: Any, value: str) -> None:
    page = visitor.page
    visitor.open("/review/")
    row = page.locator("tr", has_text=NAME)
    expect(row).to_contain_text(value)
    hands.press(row.locator("summary"))
    hands.write(row.locator('input[name="reason"]'), "与机构名单不符，请核对")
    with page.expect_navigation():
        hands.press(row.get_by_role("button", name="退回"))
    expect(page.get_by_text("已退回1项")).to_be_visible()
    assert visitor.complaints == []


def correct(visitor: Any, hands: Any, value: str) -> None:
    page = visitor.page
    visitor.open("/my-work/")
    expect(page.get_by_text("与机构名单不符，请核对")).to_be_visible()
    with page.expect_navigation():
        hands.press(page.get_by_role("link", name=NAME))
    expect(page.locator(f"#b-500120-{CODE}")).to_contain_text("与机构名单不符，请核对")
    with saving(page):
        hands.write(page.locator(f'[name="value.500120-{CODE}"]'), value)
        page.keyboard.press("Tab")
    expect(state(page)).to_contain_text("已保存", timeout=20_000)
    with page.expect_navigation():
        hands.press(page.get_by_role("button", name="提交审核"))
    expect(page.get_by_text("已提交1项，等待审核")).to_be_visible()
    assert visitor.complaints == []
