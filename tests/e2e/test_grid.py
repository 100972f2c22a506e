"""The quarter's grid in a browser: a block pasted, a marked cell mended, the network lost and back, all by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]

PASTE = """text => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def boxes(page: Page) -> Locator:
    """Figures that have a value already; what is still open belongs to other tests."""
    return page.locator('input[name^="value."]:not([value=""])')


def saving(page: Page) -> Any:
    """`with saving(page):` ends when what was typed inside has been answered; the line may say 已保存 from before."""
    return page.expect_response("**/entry/cells/**", timeout=20_000)


def state(page: Page) -> Locator:
    return page.locator("#save-state")


def test_a_pasted_block_is_saved_its_wrong_cell_marked_and_mended_by_keyboard(visit: Any) -> None:
    with visit("reporter") as visitor:
        page = visitor.page
        visitor.open("/entry/")
        names = [box.get_attribute("name") for box in boxes(page).all()[:3]]
        first = page.locator(f'[name="{names[0]}"]')
        old = first.input_value()
        first.focus()
        page.evaluate(PASTE, "101\t核对无误\n1２０\t全角\n十二\t错字")
        expect(state(page)).to_contain_text("有数据没有保存", timeout=15_000)
        third = page.locator(f'[name="{names[2]}"]')
        expect(third).to_have_attribute("aria-invalid", "true")
        expect(page.locator(f'[name="{names[1]}"]')).to_have_value("120")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.name") == names[2]
        with saving(page):
            page.keyboard.type("12")
            page.keyboard.press("Tab")
        expect(state(page)).to_contain_text("已保存", timeout=15_000)
        expect(third).not_to_have_attribute("aria-invalid", "true")
        with saving(page):
            page.get_by_role("button", name="撤销粘贴").click()
        expect(first).to_have_value(old)
        expect(state(page)).to_contain_text("已保存", timeout=15_000)
        page.reload()
        expect(page.locator(f'[name="{names[0]}"]')).to_have_value(old)
        assert visitor.complaints == []


def test_what_is_typed_without_a_network_is_kept_told_and_saved_when_it_returns(visit: Any) -> None:
    with visit("reporter") as visitor:
        page = visitor.page
        visitor.open("/entry/")
        name = boxes(page).first.get_attribute("name")
        box = page.locator(f'[name="{name}"]')
        page.context.set_offline(True)
        box.fill("131")
        box.press("Tab")
        expect(state(page)).to_contain_text("网络不通", timeout=15_000)
        expect(box).to_have_value("131")
        with saving(page):
            page.context.set_offline(False)
        expect(state(page)).to_contain_text("已保存", timeout=20_000)
        page.reload()
        expect(page.locator(f'[name="{name}"]')).to_have_value("131")


def test_two_people_on_one_cell_see_both_values_and_choose(visit: Any) -> None:
    with visit("reporter") as one, visit("staff") as other:
        one.open("/entry/?quarter=2025Q3")
        name = boxes(one.page).first.get_attribute("name")
        other.open(
            "/entry/?quarter=2025Q3&unit="
            + one.page.locator("form#entry").get_attribute("action").split("unit=")[1].split("&")[0]
        )
        theirs, mine = other.page.locator(f'[name="{name}"]'), one.page.locator(f'[name="{name}"]')
        with saving(other.page):
            theirs.fill("141")
            theirs.press("Tab")
        expect(state(other.page)).to_contain_text("已保存", timeout=15_000)
        mine.fill("142")
        mine.press("Tab")
        expect(one.page.get_by_role("button", name="改用对方的 141")).to_be_visible(timeout=15_000)
        expect(mine).to_have_value("142")
        with saving(one.page):
            one.page.get_by_role("button", name="仍用我的").click()
        expect(state(one.page)).to_contain_text("已保存", timeout=15_000)
        other.page.reload()
        expect(other.page.locator(f'[name="{name}"]')).to_have_value("142")
