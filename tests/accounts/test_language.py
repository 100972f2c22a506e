"""Chinese unless the user chose otherwise, whatever the browser prefers."""

import pytest
from django.test import Client

from ipdash.accounts import services

from .conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.probe_urls")]
COOKIE = "ipdash_language"


def language(client: Client) -> str:
    return client.get("/plans/", headers={"Accept-Language": "en-GB,en;q=0.9"}).content.decode()


def test_a_browser_that_prefers_english_gets_chinese(browser):
    assert language(browser) == "zh-hans"


def test_the_choice_is_kept_in_the_browser_and_in_the_account(browser, user):
    answer = browser.post("/language/", {"language": "en", "next": "/plans/?year=2025"})
    assert (answer.status_code, answer["Location"]) == (302, "/plans/?year=2025")
    cookie = answer.cookies[COOKIE]
    assert (cookie.value, cookie["samesite"], cookie["httponly"]) == ("en", "Lax", True)
    assert language(browser) == "en"
    assert browser.get("/plans/")["Content-Language"] == "en"
    user.refresh_from_db()
    assert user.language == "en"


def test_the_account_s_language_comes_along_to_another_browser(user):
    services.change_user(user, {"language": "en"}, actor=user)
    other = Client()
    other.post("/login/", {"username": "zhangsan", "password": PASSWORD})
    assert language(other) == "en"


def test_a_login_without_a_choice_leaves_the_browser_s_cookie(user):
    client = Client()
    client.post("/language/", {"language": "en"})
    client.post("/login/", {"username": "zhangsan", "password": PASSWORD})
    assert language(client) == "en"


@pytest.mark.parametrize("chosen", ["fr", "", "../../x"])
def test_an_unknown_language_changes_nothing(browser, chosen):
    answer = browser.post("/language/", {"language": chosen})
    assert COOKIE not in answer.cookies
    browser.cookies[COOKIE] = chosen
    assert language(browser) == "zh-hans"


def test_the_choice_returns_to_this_host_alone(browser):
    answer = browser.post("/language/", {"language": "en", "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_a_choice_needs_a_post(browser):
    assert browser.get("/language/").status_code == 405
