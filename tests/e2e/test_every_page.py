"""Every page, as each of its people sees it, on a desk and in the hand: reachable, accessible, quiet, inside its width."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.conftest import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]

# `{plan}` and the like are looked up in the demonstration.
PAGES = {
    "leader": ["/plans/", "/plans/{plan}/", "/plans/{plan}/?light=red&order=document", "/plans/{plan}/indicators/{line}/",
               "/plans/{plan}/document/", "/plans/{chongqing}/document/", "/compare/", "/compare/regions/", "/compare/plans/",
               "/compare/?plan={baoji}", "/compare/regions/?plan={baoji}",
               "/compare/units/?plan={chongqing}", "/compare/units/?of=indicators", "/tasks/", "/tasks/{task}/", "/account/", "/plans/999999/"],
    "staff": ["/plans/{plan}/indicators/{line}/", "/my-work/", "/entry/", "/uploads/", "/uploads/new/", "/import/", "/plans/{plan}/source/", "/jobs/", "/manage/",
              "/tasks/{task}/", "/manage/periods/", "/manage/periods/new/", "/manage/duties/", "/manage/indicators/",
              "/manage/plans/{plan}/", "/manage/lines/{line}/", "/manage/units/",
              "/manage/plans/{plan}/public/?quarter=2025Q2", "/manage/plans/{plan}/displays/"],
    "reporter": ["/my-work/", "/entry/", "/uploads/", "/plans/{plan}/"],
    "reviewer": ["/my-work/", "/review/", "/jobs/"],
    "department": ["/my-work/", "/tasks/"],
    "sysadmin": ["/manage/", "/jobs/", "/manage/accounts/", "/manage/accounts/new/", "/manage/system/", "/manage/regions/"],
    "secadmin": ["/manage/", "/manage/roles/", "/manage/roles/new/", "/manage/security/"],
    "auditor": ["/manage/", "/manage/audit/"],
}  # fmt: skip


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("username", PAGES)
def test_a_person_finds_every_page_accessible_and_inside_the_window(
    visit: Any, names: dict[str, Any], username: str, width: int
) -> None:
    wrong: list[str] = []
    with visit(username, width=width) as visitor:
        for pattern in PAGES[username]:
            path = pattern.format(**names)
            status = visitor.open(path)
            if status != (404 if "999999" in path else 200):
                wrong.append(f"{path}: {status}")
                continue
            found = Axe().run(visitor.page).response["violations"]
            wrong += [f"{path}: axe {item['id']}: {item['nodes'][0]['html'][:160]}" for item in found]
            sideways = visitor.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if sideways > 0:
                wrong.append(f"{path}: {sideways}px wider than the window")
            headings = visitor.page.locator("h1").count()
            if headings != 1:
                wrong.append(f"{path}: {headings} h1")
    assert wrong + visitor.complaints == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_login_page_is_accessible(product: Product, browser: Any, width: int) -> None:
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(product.address + "/login/")
    assert [item["id"] for item in Axe().run(page).response["violations"]] == []
    page.fill("[name=username]", "leader")
    page.fill("[name=password]", "wrong-password")
    page.click("main button[type=submit], main button.primary")
    assert [item["id"] for item in Axe().run(page).response["violations"]] == []
    assert page.url.endswith("/login/")
