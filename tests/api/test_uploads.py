"""Figures from files over the API."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from rest_framework.test import APIClient

from indicators.models import Figure
from ipdash.jobs.runner import run_due_jobs

Api = Callable[[str], APIClient]
HEADER = "指标编码,指标名称,行政区划代码,行政区划,年份,季度,计量单位,本季值,备注"


@pytest.fixture(autouse=True)
def _a_folder_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def table(*rows: tuple[str, str]) -> bytes:
    """The columns of the template as CSV with (indicator, value) of Bishan's third quarter."""
    lines = [f"{code},,500120,,2025,3,,{value}," for code, value in rows]
    return "\r\n".join([HEADER, *lines]).encode("utf-8-sig")


def upload(client: APIClient, content: bytes, name: str = "三季度.csv") -> dict[str, Any]:
    answer = client.post("/api/v1/uploads/", {"file": SimpleUploadedFile(name, content)}, format="multipart")
    assert answer.status_code == 201, answer.data
    made: dict[str, Any] = answer.json()
    return made


def get(client: APIClient, path: str, status: int = 200) -> Any:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == status, answer.content
    return answer.json()


def post(client: APIClient, path: str, body: Any, status: int = 202) -> Any:
    answer = client.post(f"/api/v1/{path}", body, format="json")
    assert answer.status_code == status, answer.data
    return answer.json()


GOOD = (("well_known_trademarks_new", "2"), ("ip_volunteers", "120"))


def test_from_the_file_to_the_figures_and_back(api_of: Api) -> None:
    client = api_of("reporter")
    made = upload(client, table(*GOOD))
    path = f"uploads/{made['id']}/"
    assert (made["file"], made["state"], made["job"]) == ("三季度.csv", "received", None)
    assert get(client, path) == made
    assert get(client, path + "mapping/") == made["mapping"]
    mapped = client.put(f"/api/v1/{path}mapping/", made["mapping"], format="json")
    assert (mapped.status_code, mapped.json()["state"]) == (200, "mapped")
    preview = get(client, path + "preview/")
    assert [(row["indicator"], row["verdict"], row["value"], row["old_value"]) for row in preview["results"]] == [
        ("well_known_trademarks_new", "new", "2", None),
        ("ip_volunteers", "changed", "120", "118"),
    ]
    assert (preview["state"], preview["counts"]["new"], preview["counts"]["changed"]) == ("previewed", 1, 1)
    before = dict(Figure.objects.values_list("pk", "value"))
    job = post(client, path + "commit/", {"all_or_nothing": True})["job"]
    run_due_jobs()
    assert get(client, f"jobs/{job}/")["state"] == "done"
    assert get(client, path)["state"] == "committed"
    (stored,) = get(client, f"figures/?upload={made['id']}&indicator=ip_volunteers")["results"]
    assert (stored["value"], stored["state"], stored["source"]) == ("120", "submitted", "upload")
    post(client, path + "undo/", {"reason": "传错文件"})
    run_due_jobs()
    assert get(client, path)["state"] == "undone"
    assert dict(Figure.objects.values_list("pk", "value")) == before


def test_a_wrong_row_is_named_and_stops_all_where_all_is_asked(api_of: Api) -> None:
    client = api_of("reporter")
    path = f"uploads/{upload(client, table(*GOOD, ('ip_aid_experts', '约22')))['id']}/"
    (refused,) = get(client, path + "preview/?verdict=refused")["results"]  # judged by this very question
    assert refused["message"].endswith("。")
    answer = post(client, path + "commit/", {"all_or_nothing": True}, 409)
    assert answer["code"] == "has_refused"
    assert list(answer["details"].values()) == [[refused["message"]]]
    post(client, path + "commit/", {"all_or_nothing": False})
    run_due_jobs()
    assert get(client, path)["counts"]["stored"] == 2


def test_a_row_in_question_is_stored_only_when_confirmed(api_of: Api) -> None:
    client = api_of("reporter")
    path = f"uploads/{upload(client, table(('well_known_trademarks_new', '１２')))['id']}/"
    (row,) = get(client, path + "preview/")["results"]
    assert (row["verdict"], row["value"], row["printed"]) == ("question", "12", "１２")
    assert set(post(client, path + "commit/", {"confirmed": [row["id"] + 1]}, 400)["details"]) == {"confirmed"}
    post(client, path + "commit/", {"confirmed": [row["id"]]})
    run_due_jobs()
    assert get(client, path)["counts"]["stored"] == 1


def test_the_marked_file_comes_back_under_its_name(api_of: Api) -> None:
    client = api_of("reporter")
    made = upload(client, table(*GOOD, ("ip_aid_experts", "约22")))
    get(client, f"uploads/{made['id']}/preview/")
    answer = client.get(f"/api/v1/uploads/{made['id']}/annotated/")
    assert answer.status_code == 200
    assert "filename*=utf-8''" in answer["Content-Disposition"]
    assert "约22" in answer.content.decode("utf-8-sig")


def test_a_marked_workbook_opens(api_of: Api) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(HEADER.split(","))  # type: ignore[union-attr]
    book.active.append(["ip_aid_experts", None, "500120", None, 2025, 3, None, "约22", None])  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)
    client = api_of("reporter")
    made = upload(client, file.getvalue(), "三季度.xlsx")
    get(client, f"uploads/{made['id']}/preview/")
    answer = client.get(f"/api/v1/uploads/{made['id']}/annotated/")
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
    assert load_workbook(io.BytesIO(answer.content)).active is not None


def test_a_file_that_is_no_table_is_refused_with_its_reason(api_of: Api) -> None:
    client = api_of("reporter")
    made = upload(client, b"%PDF-1.7", "三季度.xlsx")
    assert made["state"] == "refused"
    assert made["findings"][0]["message"].endswith("。")
    for path in ("preview/", "annotated/"):
        assert get(client, f"uploads/{made['id']}/{path}", 409)["message"].endswith("。")
    post(client, f"uploads/{made['id']}/commit/", {}, 409)


@pytest.mark.parametrize("fields", [{}, {"file": "text"}, {"file": None, "colour": "red"}])
def test_a_request_without_one_file_is_refused(api_of: Api, fields: dict[str, Any]) -> None:
    given = {name: SimpleUploadedFile("a.csv", b"a") if value is None else value for name, value in fields.items()}
    answer = api_of("reporter").post("/api/v1/uploads/", given, format="multipart")
    assert answer.status_code == 400
    assert all(sentence.endswith("。") for texts in answer.json()["details"].values() for sentence in texts)


def test_a_request_that_is_no_form_is_refused(api_of: Api) -> None:
    client = api_of("reporter")
    assert client.post("/api/v1/uploads/", {"file": "a"}, format="json").status_code == 415
    assert client.post("/api/v1/uploads/").status_code == 400
    broken = client.generic("POST", "/api/v1/uploads/", b"--x", content_type="multipart/form-data")
    assert (broken.status_code, broken.json()["message"][-1]) == (400, "。")


def test_what_was_recognised_cannot_be_said_otherwise(api_of: Api) -> None:
    client = api_of("reporter")
    made = upload(client, table(*GOOD))
    answer = client.put(f"/api/v1/uploads/{made['id']}/mapping/", {"kind": "other"}, format="json")
    assert answer.status_code == 400


def test_nothing_is_committed_before_its_preview_and_nothing_undone_before_its_commit(api_of: Api) -> None:
    client = api_of("reporter")
    made = upload(client, table(*GOOD))
    for path in ("commit/", "undo/"):
        assert post(client, f"uploads/{made['id']}/{path}", {}, 409)["code"] == "wrong_state"


def test_others_see_the_rows_in_their_reach_and_never_the_file(api_of: Api) -> None:
    client, reviewer = api_of("reporter"), api_of("reviewer")
    made = upload(client, table(*GOOD))
    path = f"uploads/{made['id']}/"
    for name in ("reviewer", "leader", "department", "auditor"):
        assert get(api_of(name), path, 404) == get(api_of(name), "uploads/999999999/", 404)
    get(client, path + "preview/")
    seen = get(reviewer, path)
    assert (seen["mapping"], seen["findings"], seen["counts"]["rows"]) == ({}, [], 2)
    assert get(reviewer, path + "preview/")["count"] == 2
    for hidden in ("mapping/", "annotated/"):
        get(reviewer, path + hidden, 404)
    post(reviewer, path + "commit/", {}, 403)
    post(api_of("staff"), path + "commit/", {}, 404)


def test_queries_of_the_list_do_not_grow(api_of: Api, django_assert_max_num_queries: Any) -> None:
    client = api_of("reporter")
    for n in range(4):
        upload(client, table(("ip_volunteers", str(n))))
    with django_assert_max_num_queries(5):
        assert get(client, "uploads/")["count"] == 4
