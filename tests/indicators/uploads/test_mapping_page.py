"""The page on which a person settles what somebody else's file means, and the same over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from indicators.models import Figure, SavedMapping, Upload
from ipdash.jobs import runner
from tests.conftest import MODEL_BACKEND
from tests.indicators.uploads.test_foreign import City, city, listed, titled

__all__ = ["city"]


@pytest.fixture
def browser(city: City) -> Client:
    client = Client()
    client.force_login(city.staff, backend=MODEL_BACKEND)
    return client


@pytest.fixture
def api(city: City) -> APIClient:
    client = APIClient()
    client.force_authenticate(city.staff)
    return client


def send(client: Client, content: bytes, name: str) -> str:
    answer = client.post("/uploads/new/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    return str(answer["Location"])


def form_of(page: Any) -> dict[str, str]:
    """What a browser would send of the page without anything changed: hidden fields, texts, ticks and selects."""
    from html.parser import HTMLParser

    class Form(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.sent: dict[str, str] = {}
            self.inside, self.select = False, ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found = dict(attrs)
            if tag == "form":
                self.inside = found.get("id") == "mapping"
            if not self.inside:
                return
            name = found.get("name") or ""
            if tag == "input" and (found.get("type") != "checkbox" or "checked" in found):
                self.sent[name] = found.get("value") or "on" * (found.get("type") == "checkbox")
            if tag == "select":
                self.select = name
            if tag == "option" and (self.select not in self.sent or "selected" in found):
                self.sent[self.select] = found.get("value") or ""

    form = Form()
    form.feed(page.content.decode())
    return form.sent


def test_a_file_goes_from_its_questions_to_the_stored_figures_without_a_script(city: City, browser: Client) -> None:
    url = send(browser, listed(), "名单.csv")
    page = browser.get(url)
    text = page.content.decode()
    assert text.index("需要您回答") < text.index("数据表1") < text.index("名称对应")
    assert "指标目录中没有" in text
    answer = browser.post(url, form_of(page) | {"q0": "valid_invention_patents", "action": "save"})
    assert answer["Location"] == url
    page = browser.get(url)
    assert "没有写明数据的年份或时期" in page.content.decode()
    answer = browser.post(url, form_of(page) | {"q0": "2025Q3", "action": "next", "source": "市级名单"})
    assert answer["Location"] == url.replace("mapping", "preview")
    preview = browser.get(answer["Location"]).content.decode()
    assert "修改对应关系" in preview
    browser.post(answer["Location"], {"choice": "partial", "confirm_all": "on"})
    runner.run_due_jobs()
    assert sorted(Figure.objects.values_list("region__code", "value")) == [("500112", 5300), ("500120", 1200)]
    assert SavedMapping.objects.get().name == "市级名单"
    assert (
        "已沿用上次的对应关系（市级名单，2025-10-12）"
        in browser.get(send(browser, listed(1), "新.csv")).content.decode()
    )


def test_a_page_sent_back_unchanged_changes_nothing_of_the_mapping(city: City, browser: Client) -> None:
    url = send(browser, titled(), "情况表.xlsx")
    before = Upload.objects.get().mapping
    page = browser.get(url)
    assert browser.post(url, form_of(page) | {"action": "next"}).status_code == 302
    assert Upload.objects.get().mapping == before


def test_not_wanted_what_was_settled_before_begins_anew(city: City, browser: Client) -> None:
    url = send(browser, titled(), "一.xlsx")
    browser.post(url, form_of(browser.get(url)) | {"action": "next"})
    url = send(browser, titled(), "二.xlsx")
    assert browser.post(url, {"action": "anew"})["Location"] == url
    assert "已沿用" not in browser.get(url).content.decode()


def test_a_name_is_corrected_or_set_aside_beside_it(city: City, browser: Client) -> None:
    url = send(browser, titled(), "一.xlsx")
    names = Upload.objects.get().mapping["names"]
    pledge = next(at for at, named in enumerate(names["indicators"]) if named["code"] == "pledge_amount")
    district = next(at for at, named in enumerate(names["regions"]) if named["code"] == "500106")
    browser.post(url, form_of(browser.get(url)) | {f"n{pledge}": "-", f"r{district}": "-", "action": "next"})
    upload = Upload.objects.get()
    assert (upload.counts["new"], upload.counts["left_out"]) == (2, 4)
    assert {row.cell for row in upload.rows.filter(verdict="new")} == {"B3", "B4"}


@pytest.mark.parametrize(
    "wrong",
    [{"t0-period": "someday"}, {"t0-first": "many"}, {"t0-last": "9999999"}, {"r0": "999999"}, {"source": "名" * 101}],
)
def test_a_wrong_answer_is_said_and_nothing_is_kept(city: City, browser: Client, wrong: dict[str, str]) -> None:
    url = send(browser, titled(), "一.xlsx")
    before = Upload.objects.get().mapping
    answer = browser.post(url, form_of(browser.get(url)) | {"action": "next", **wrong})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert (Upload.objects.get().mapping, Upload.objects.get().state) == (before, "received")


def test_a_mapping_changed_elsewhere_is_not_overwritten(city: City, browser: Client) -> None:
    url = send(browser, titled(), "一.xlsx")
    sent = form_of(browser.get(url)) | {"t0-left_out": "on", "action": "save"}
    assert browser.post(url, sent).status_code == 302
    answer = browser.post(url, sent | {"t0-period": "2020"})
    assert (answer.status_code, Upload.objects.get().mapping["tables"][0]["period"]) == (409, "2025-01/2025-09")


def test_nobody_else_sees_or_settles_the_file(city: City, browser: Client) -> None:
    url = send(browser, titled(), "一.xlsx")
    colleague = Client()
    colleague.force_login(city.colleague, backend=MODEL_BACKEND)
    assert [colleague.get(url).status_code, colleague.post(url, {"action": "anew"}).status_code] == [404, 404]


def test_the_mapping_goes_out_over_the_api_and_comes_back_corrected(city: City, api: APIClient) -> None:
    made = api.post("/api/v1/uploads/", {"file": SimpleUploadedFile("名单.csv", listed())}, format="multipart").json()
    path = f"/api/v1/uploads/{made['id']}/"
    mapping = api.get(path + "mapping/").json()
    assert mapping == made["mapping"]
    assert api.put(path + "mapping/", mapping, format="json").json()["mapping"] == mapping, (
        "as it came, it changes nothing"
    )
    mapping["indicators"] = {mapping["questions"][0]["name"]: "valid_invention_patents"}
    mapping["tables"][0]["period"] = "2025Q3"
    answer = api.put(path + "mapping/", mapping | {"remember": "市级名单"}, format="json")
    assert (answer.status_code, answer.json()["state"], answer.json()["mapping"]["questions"]) == (200, "mapped", [])
    assert SavedMapping.objects.get().fingerprint == mapping["fingerprint"]
    preview = api.get(path + "preview/").json()
    assert [(row["cell"], row["verdict"], row["value"]) for row in preview["results"]] == [
        ("B2", "new", "1200"), ("B3", "question", "5300")
    ]  # fmt: skip
    code = preview["results"][1]["code"]
    assert api.post(path + "commit/", {"kinds": [code]}, format="json").status_code == 202
    runner.run_due_jobs()
    assert api.get(path).json()["counts"]["stored"] == 2


@pytest.mark.parametrize(
    "body",
    [[], {"tables": []}, {"tables": 7}, {"fingerprint": "x"}, {"colour": 1}, {"remember": 7}, {"regions": {"a": {}}},
     {"indicators": None}, {"tables": [{"columns": [{}] * 3}]}],
)  # fmt: skip
def test_a_body_that_is_no_mapping_is_refused(city: City, api: APIClient, body: Any) -> None:
    made = api.post("/api/v1/uploads/", {"file": SimpleUploadedFile("名单.csv", listed())}, format="multipart").json()
    answer = api.put(f"/api/v1/uploads/{made['id']}/mapping/", body, format="json")
    assert answer.status_code == 400
    assert all(sentence.endswith("。") for texts in answer.json()["details"].values() for sentence in texts)
    assert Upload.objects.get().state == "received"
