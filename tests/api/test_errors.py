"""Every refusal has a code, a Chinese sentence, and the same shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

Api = Callable[[str], APIClient]
CHINESE = re.compile("[\u4e00-\u9fff]")


def refused(answer: Any, status: int, code: str) -> Any:
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert set(body) == {"code", "message", "details"}
    for sentence in (body["message"], *(text for texts in body["details"].values() for text in texts)):
        assert CHINESE.search(sentence), sentence
        assert sentence.endswith("。"), sentence
    return body


@pytest.mark.parametrize(
    "path",
    ["plans/999999999/", "plans/0/", "regions/000000/", "indicators/nothing/", "nothing/", "plans/abc/", "", "plans/1/2/",
     "figures/999999999999999999/"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(api_of: Api, path: str) -> None:
    refused(api_of("staff").get(f"/api/v1/{path}"), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [("delete", "plans/"), ("put", "plans/1/"), ("post", "regions/"), ("post", "attainment/"), ("patch", "jobs/1/"),
     ("get", "figures/bulk/"), ("get", "figures/approve/"), ("post", "overview/")],
)  # fmt: skip
def test_a_method_that_is_not_offered(api_of: Api, method: str, path: str) -> None:
    refused(getattr(api_of("staff"), method)(f"/api/v1/{path}", {}, format="json"), 405, "method_not_allowed")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"{'a': 1}", b'{"value": NaN}', b'{"value": Infinity}', b'{"value": -Infinity}', b"\xff\xfe{}",
        "{\"名\": \"\u00e9\"}".encode("gb18030"), b"[" * 100_000, b'{"a": 1, "a": 2}', b"1" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused_with_a_sentence(api_of: Api, body: bytes) -> None:
    answer = api_of("staff").generic("POST", "/api/v1/plans/", body, content_type="application/json")
    assert answer.status_code == 400
    refused(answer, 400, answer.json()["code"])


@pytest.mark.parametrize("title", [r"a\ud800", r"a\u0000"])
def test_text_that_no_database_stores_is_refused(api_of: Api, title: str) -> None:
    body = '{"title": "%s", "region": "500120", "start_year": 2026, "end_year": 2026}' % title  # noqa: UP031
    answer = api_of("staff").post("/api/v1/plans/", body, content_type="application/json")
    assert set(refused(answer, 400, "invalid")["details"]) == {"title"}


def test_another_media_type_is_refused(api_of: Api) -> None:
    client = api_of("staff")
    refused(
        client.post("/api/v1/plans/", "a=1", content_type="application/x-www-form-urlencoded"),
        415,
        "unsupported_media_type",
    )
    refused(client.get("/api/v1/plans/", HTTP_ACCEPT="text/csv"), 406, "not_acceptable")


def test_too_large_a_body_is_refused(api_of: Api, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024**2
    body = b'{"title": "' + b"a" * 1024**2 + b'"}'
    answer = api_of("staff").generic("POST", "/api/v1/plans/", body, content_type="application/json")
    refused(answer, 413, "too_large")


@pytest.mark.parametrize(
    "query",
    ["", "plan=", "plan=one", "plan=0", "plan={plan}&year=2025", "plan={plan}&quarter=3", "plan={plan}&year=2025&quarter=5",
     "plan={plan}&year=1999&quarter=1", "plan={plan}&region=5001", "plan={plan}&region=999999", "plan={plan}&colour=red",
     "plan={plan}&year=2025&quarter=1&quarter=2"],
)  # fmt: skip
def test_an_overview_that_cannot_be_given(api_of: Api, query: str) -> None:
    client = api_of("staff")
    plan = client.get("/api/v1/plans/?region=500120").json()["results"][0]["id"]
    answer = client.get("/api/v1/overview/?" + query.format(plan=plan))
    assert answer.status_code == 400
    refused(answer, 400, answer.json()["code"])


def test_sentences_follow_the_readers_language(api_of: Api) -> None:
    client = api_of("staff")
    client.cookies["ipdash_language"] = "en"
    assert client.get("/api/v1/plans/0/")["Content-Language"] == "en"
