"""What must not be needed: a wide window, a script, a mouse, a login for what is public."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import PASSWORD, Product
from tests.e2e.test_every_page import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]

KEYBOARD = {
    "leader": ["/plans/", "/plans/{plan}/", "/plans/{plan}/indicators/{line}/", "/compare/?plan={baoji}"],
    "staff": ["/manage/plans/{plan}/public/", "/manage/plans/{plan}/displays/"],
}  # fmt: skip
# Whatever a visitor can use: links, buttons, fields, what unfolds; one of a group of radio buttons.
USABLE = """() => {
    const found = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
        .filter((e) => !e.disabled && e.tabIndex >= 0 && e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden'
            && !(e.parentElement.closest('details:not([open])') && e.tagName !== 'SUMMARY'));
    found.forEach((e, n) => e.setAttribute('data-usable', n));
    return found.length;
}"""


@contextmanager
def logged_in(browser: Browser, product: Product, username: str, **window: Any) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN", **window)
    page = context.new_page()
    try:
        page.goto(product.address + "/login/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit], main button.primary")
        page.wait_for_load_state()
        yield page
    finally:
        context.close()


WIDEST = """[...document.querySelectorAll("body *")]
    .map(one => [Math.round(one.getBoundingClientRect().right), one.tagName, one.className.baseVal ?? one.className])
    .sort((one, other) => other[0] - one[0]).slice(0, 5).join(" | ")"""


@pytest.mark.parametrize("username", PAGES)
def test_without_scripts_and_at_four_times_the_size_every_page_reads_and_leads_on(
    product: Product,
    browser: Browser,
    names: dict[str, Any],
    username: str,
) -> None:
    """A window of 1,280 pixels at 400 % is one of 320."""
    wrong: list[str] = []
    window = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False}
    with logged_in(browser, product, username, **window) as page:
        for pattern in PAGES[username]:
            path = pattern.format(**names)
            page.goto(product.address + path)
            sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if sideways > 0:
                wrong.append(f"{path}: {sideways}px wider than the window by {page.evaluate(WIDEST)}")
            if len(page.locator("main").inner_text().strip()) < 20:
                wrong.append(f"{path}: nothing to read")
            # The menu of a small window opens by itself, as every <details> does.
            page.locator("details.only-phone > summary").click()
            if page.locator("details.only-phone .nav a:visible").count() == 0:
                wrong.append(f"{path}: no way on")
    assert wrong == []


@pytest.mark.parametrize("username", KEYBOARD)
def test_the_keyboard_alone_reaches_everything_and_shows_where_it_is(
    product: Product,
    browser: Browser,
    names: dict[str, Any],
    username: str,
) -> None:
    wrong: list[str] = []
    with logged_in(browser, product, username, viewport={"width": 1280, "height": 900}) as page:
        for pattern in KEYBOARD[username]:
            path = pattern.format(**names)
            page.goto(product.address + path)
            count = page.evaluate(USABLE)
            reached: set[str] = set()
            for _step in range(count + 5):
                page.keyboard.press("Tab")
                place = page.evaluate(
                    "(e => [e.getAttribute('data-usable'), getComputedStyle(e).outlineStyle, e.outerHTML.slice(0, 120)])"
                    "(document.activeElement)"
                )
                if place[0] is not None:
                    reached.add(place[0])
                    if place[1] == "none":
                        wrong.append(f"{path}: the focus cannot be seen on {place[2]}")
            missed = [n for n in range(count) if str(n) not in reached]
            for number in missed:
                shown = page.locator(f'[data-usable="{number}"]').evaluate("e => e.outerHTML.slice(0, 120)")
                wrong.append(f"{path}: never reached {shown}")
    assert not wrong, "\n".join(wrong)
