"""The description of the API: valid, complete, and shown without anything from elsewhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from ipdash.core.api.description import description as kept

OPERATIONS = {
    "regions": {"list", "retrieve"},
    "units": {"list", "retrieve", "create", "partial_update"},
    "plans": {"list", "retrieve", "create", "partial_update"},
    "tasks": {"list", "retrieve", "create", "partial_update"},
    "task_reports": {"list", "retrieve", "create", "partial_update", "submit", "accept", "return"},
    "indicators": {"list", "retrieve", "create", "partial_update"},
    "target_lines": {"list", "retrieve", "create", "partial_update", "adjust", "decompose", "end", "reopen"},
    "task_links": {"list", "retrieve", "create", "partial_update"},
    "decompositions": {"list", "retrieve", "undo"},
    "reporting_duties": {"list", "retrieve", "create", "partial_update"},
    "figures": {"list", "retrieve", "create", "partial_update", "bulk", "submit", "approve", "return"},
    "periods": {"list", "retrieve", "create", "partial_update"},
    "uploads": {"list", "retrieve", "create", "mapping", "mapping_confirm", "preview", "commit", "undo", "annotated"},
    "evidence": {"list", "retrieve", "create", "destroy", "file"},
    "attainment": {"list", "retrieve"},
    "supervisions": {"list", "retrieve", "create", "move"},
    "notices": {"list", "retrieve", "read"},
    "overview": {"retrieve"},
    "comparison": {"ranking", "matrix", "plans", "units"},
    "jobs": {"list", "retrieve"},
    "audit": {"list", "retrieve"},
}


@pytest.fixture(scope="module")
def description() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


def operations(description: Any) -> list[Any]:
    return [operation for path in description["paths"].values() for operation in path.values()]


def test_it_is_valid_openapi(description: Any) -> None:
    validate_schema(description)


def test_it_names_every_operation_and_no_other(description: Any) -> None:
    wanted = {f"{resource}_{verb}" for resource, verbs in OPERATIONS.items() for verb in verbs}
    assert {operation["operationId"] for operation in operations(description)} == wanted


def test_every_operation_says_how_it_refuses_and_who_may_ask(description: Any) -> None:
    for operation in operations(description):
        assert {"400", "401", "403", "404"} <= set(operation["responses"]), operation["operationId"]
        refused = operation["responses"]["401"]["content"]["application/json"]["schema"]
        assert refused == {"$ref": "#/components/schemas/Error"}
        assert {name for way in operation["security"] for name in way} == {"tokenAuth", "cookieAuth"}
        assert re.search("[\u4e00-\u9fff]", operation["summary"]), operation["operationId"]


def test_decimals_are_described_as_strings(description: Any) -> None:
    schemas = description["components"]["schemas"]
    assert (
        schemas["Figure"]["properties"]["value"]["type"] == ["string", "null"]
        or (schemas["Figure"]["properties"]["value"] | {"nullable": True})["type"] == "string"
    )
    assert "number" not in {
        property_.get("type") for schema in schemas.values() for property_ in schema.get("properties", {}).values()
    }


def test_the_description_is_served(client: Client) -> None:
    answer = client.get("/api/schema/?format=json")
    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "ipdash"


@pytest.mark.django_db
def test_its_pages_need_nothing_from_elsewhere_and_no_inline_code(client: Client) -> None:
    page = client.get("/api/docs/")
    html = page.content.decode()
    assert page.status_code == 200
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "<style" not in html
    assert not re.search(r"\sstyle=|\son\w+=", html)
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL)
    assert scripts
    assert all("src=" in attributes and not body.strip() for attributes, body in scripts)
    sources = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert sources
    for source in sources:
        assert source.startswith("/"), source
        assert client.get(source.replace("&amp;", "&")).status_code == 200, source


def test_it_is_made_once_a_language_and_tells_nothing_but_the_form(client: Client, monkeypatch: Any) -> None:
    made: list[int] = []
    make = SchemaGenerator.get_schema

    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        made.append(1)
        return make(self, *args, **kwargs)

    kept.cache_clear()
    monkeypatch.setattr(SchemaGenerator, "get_schema", counted)
    first, second = (client.get("/api/schema/?format=json") for _ in range(2))
    assert (first.status_code, first.content == second.content, len(made)) == (200, True, 1)
    assert first.json()["paths"].keys() == make(SchemaGenerator(), request=None, public=True)["paths"].keys()
    assert client.get("/api/schema/?format=json&lang=en").status_code == 200
    assert len(made) == 2
