"""What is answered without a login, what is kept in caches, and which refusals are written down."""

import pytest
from django.test import Client

from ipdash.accounts.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.probe_urls")]
FRAGMENT = {"HX-Request": "true", "HX-Current-URL": "http://testserver/plans/"}


def test_a_page_sends_a_stranger_to_the_login_and_back(client, db):
    answer = client.get("/plans/?region=500120&year=2025")
    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=%2Fplans%2F%3Fregion%3D500120%26year%3D2025"
    assert "请先登录，登录后将打开您要访问的页面。" in client.get(answer["Location"]).content.decode()


def test_a_missing_page_looks_to_a_stranger_like_any_other(client, db):
    assert client.get("/nowhere/").status_code == 302


@pytest.mark.parametrize(
    ("referrer", "target"),
    [
        ("http://testserver/plans/?year=2025", "%2Fplans%2F%3Fyear%3D2025"),
        ("https://evil.example/plans/", "%2F"),
        ("", "%2F"),
    ],
)
def test_a_form_sent_by_a_stranger_leads_to_the_login_and_back_to_the_form(client, db, referrer, target):
    answer = client.post("/plans/", headers={"Referer": referrer})
    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={target}")


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_fragment_tells_the_page_to_go_to_the_login(client, db, method):
    answer = getattr(client, method)("/plans/row/", headers=FRAGMENT)
    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/login/?next=%2Fplans%2F")


@pytest.mark.parametrize("path", ["/login/", "/healthz"])
def test_these_pages_need_no_login(client, db, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/static/../plans/", "/static", "/login/x", "/healthz/../plans/", "//login/", "/apix/"]
)
def test_an_address_that_only_resembles_a_public_one_needs_a_login(client, db, path):
    assert client.get(path).status_code in {302, 404}


def test_no_page_is_kept_by_a_browser_or_proxy(browser):
    for path in ("/plans/", "/account/", "/api/v1/probe/", "/nowhere/"):
        assert browser.get(path)["Cache-Control"] == "no-store"
    assert "no-store" in Client().get("/login/")["Cache-Control"]
    assert Client().get("/plans/")["Cache-Control"] == "no-store"


def test_a_one_time_password_leads_to_its_change_and_nowhere_else(make_user):
    client = Client()
    client.force_login(
        make_user("fresh", must_change_password=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.get("/plans/")["Location"] == "/password/"
    answer = client.get("/plans/", headers=FRAGMENT)
    assert (answer.status_code, answer["HX-Redirect"]) == (403, "/password/")
    assert "一次性密码" in client.get("/password/").content.decode()
    assert client.post("/logout/").status_code == 302


def test_a_refused_form_is_recorded_once_with_path_and_method_alone(browser, user):
    answer = browser.post("/refusing/?token=abc", {"value": "7", "password": "geheim"})
    assert answer.status_code == 409
    entry = AuditEntry.objects.get(action="request.refused")
    assert (entry.actor, entry.result, entry.object_id) == (user, "refused", "/refusing/")
    assert entry.after == {"method": "POST", "status": 409}
    assert "geheim" not in str(AuditEntry.objects.values_list())
    assert entry.request_number == answer["X-Request-Number"]


@pytest.mark.parametrize(("method", "count"), [("get", 0), ("head", 0), ("post", 1), ("put", 1), ("delete", 1)])
def test_only_a_writing_request_is_recorded_when_it_is_refused(browser, method, count):
    assert getattr(browser, method)("/nowhere/").status_code == 404
    assert AuditEntry.objects.filter(result="refused").count() == count


def test_a_stranger_s_fragment_that_would_write_is_recorded(client, db):
    client.post("/plans/row/", headers=FRAGMENT)
    assert AuditEntry.objects.get().after == {"method": "POST", "status": 401}
