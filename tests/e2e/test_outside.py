"""People without an account: the public's page and a screen on a wall."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Product, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]


def visitor(browser: Browser, product: Product, width: int, height: int = 900, **more: Any) -> Visitor:
    context = browser.new_context(viewport={"width": width, "height": height}, **more)
    made = Visitor(context.new_page(), product.address)
    made.watch()
    return made


def faults(someone: Visitor) -> list[str]:
    found = [
        f"axe {item['id']}: {item['nodes'][0]['html'][:120]}" for item in Axe().run(someone.page).response["violations"]
    ]
    sideways = someone.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found + someone.complaints + ([f"{sideways}px too wide"] if sideways > 0 else [])


def test_a_published_quarter_is_read_by_anybody_until_it_is_withdrawn(
    product: Product,
    browser: Browser,
    visit: Any,
    names: dict[str, Any],
) -> None:
    address, manage = f"/public/{names['plan']}/", f"/manage/plans/{names['plan']}/public/?quarter=2025Q2"
    with visit("staff") as staff:
        staff.page.on("dialog", lambda dialog: dialog.accept())
        staff.open(manage)
        staff.page.get_by_role("button", name="开启公开页面").click()
        staff.open(manage)
        staff.page.get_by_role("button", name="发布2025年二季度").click()
        expect(staff.page.get_by_text("2025年二季度已发布。")).to_be_visible()
        for width in (1280, 390, 320):
            outside = visitor(browser, product, width)
            assert outside.open(address) == 200
            expect(outside.page.locator(".conclusion")).to_contain_text("截至2025年二季度末")
            assert faults(outside) == []
            assert outside.page.context.cookies() == []
            outside.page.context.close()
        staff.open(manage)
        staff.page.locator("summary", has_text="撤回").first.click()
        staff.page.get_by_label("撤回的原因").fill("核对数据")
        staff.page.locator("form[action*=withdraw] button").click()
        expect(staff.page.get_by_text("2025年二季度已撤回。")).to_be_visible()
        assert staff.complaints == []
    assert visitor(browser, product, 1280).open(address) == 404


def test_a_screen_turns_says_when_the_server_is_away_and_goes_dark_with_its_link(
    product: Product,
    browser: Browser,
    visit: Any,
    names: dict[str, Any],
) -> None:
    with visit("staff") as staff:
        staff.page.on("dialog", lambda dialog: dialog.accept())
        staff.open(f"/manage/plans/{names['plan']}/displays/")
        staff.page.get_by_label("地点").fill("三楼大厅")
        staff.page.get_by_role("button", name="生成链接").click()
        link = staff.page.locator("main code").inner_text().removeprefix(product.address)
        wall = visitor(browser, product, 1920, 1080)
        page = wall.page
        page.clock.install()
        assert wall.open(link) == 200
        assert faults(wall) == []
        assert page.evaluate("document.documentElement.scrollHeight") <= 1080
        expect(page.locator("#screen")).to_contain_text("第1屏")
        page.clock.run_for(31_000)
        expect(page.locator("#screen")).to_contain_text("第2屏", timeout=15_000)
        page.context.set_offline(True)
        page.clock.run_for(31_000)
        expect(page.locator("#away")).to_be_visible(timeout=15_000)
        expect(page.locator("#screen")).to_contain_text("第2屏")
        page.context.set_offline(False)
        page.clock.run_for(31_000)
        expect(page.locator("#away")).to_be_hidden(timeout=15_000)
        staff.page.get_by_role("button", name="停用").first.click()
        expect(staff.page.get_by_text("已停用").first).to_be_visible()
        page.clock.run_for(31_000)
        expect(page.locator("h1")).not_to_contain_text("璧山", timeout=15_000)
        expect(page.locator("#screen")).to_have_count(0)
