"""Promise 1: every address × method × role × own, other or missing object answers as one table says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils.html import escape

from ipdash.launch import demo as demo_names
from tests import builders
from tests.permission_bodies import BODIES, QUERIES
from tests.permission_table import ROLES, Row, rows
from tests.permission_world import OTHER, OWN, UNREPORTED, Answer, Objects, World, ask, make_world, send
from tests.routes import addresses

OWN_ACCOUNT = ("/notices/", "/api/v1/notices/", "/login/", "/language/", "/logout/", "/password/", "/account/")
# What follows from a later step, which then leaves the entry: the job that stores or undoes, the rows of a preview.
NO_ENTRY_YET = ("/uploads/{upload}/preview/", "/uploads/{upload}/compare/", "/uploads/{upload}/mapping/",
                "/api/v1/uploads/{upload}/commit/", "/api/v1/uploads/{upload}/mapping/")  # fmt: skip
TWO_WRITES = (
    "/manage/duties/{duty}/hand-over/",  # one duty ends, another begins
    "/tasks/{task}/supervise/",  # a slip is made, and sent
    "/api/v1/supervisions/",
    "/import/{import}/confirm/",  # the document and its targets
)
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
REFUSED = {403, 404, 409}
Seen = dict[tuple[Row, str], Answer]
_seen: Seen = {}


@pytest.fixture
def world(demo: None, client_of: Callable[[str], Client], settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    builders.make_indicator("new_line_indicator")
    return make_world(client_of, ROLES)


@pytest.fixture
def seen(world: World) -> Seen:
    """Every row asked as everybody, once for all the tests of this file."""
    if not _seen:
        for row in rows():
            for role in ROLES:
                _seen[row, role] = answer_to(world, row, role)
    return _seen


def answer_to(world: World, row: Row, role: str, method: str = "") -> Answer:
    ids = world.objects(role, OWN if row.object in {"-", "mixed"} else row.object)
    path = path_of(row, ids, world)
    answer = ask(world.clients[role], method or row.method, path, body_of(row, ids))
    body = answer.body.replace(path, "").replace(quote(path), "").replace(escape(path), "")
    return replace(answer, body=body)


def path_of(row: Row, ids: dict[str, Any], world: World) -> str:
    """The address with its objects; `mixed`: the first is one's own, the others foreign."""
    names = re.findall(r"{(\w+)}", row.address)
    used = dict(ids)
    if row.object == "mixed":
        used |= {name: world.objects("staff", OTHER)[name] for name in names[1:]}
    path = row.address.format(**used).removesuffix("*")
    query = QUERIES.get(row.address)
    if query is not None:
        return path + query(ids)
    short = row.method == "GET" and row.object == "-" and row.address.startswith("/api/v1/")
    return path + ("?page_size=1" if short else "")


def body_of(row: Row, ids: dict[str, Any]) -> dict[str, Any]:
    body = BODIES.get((row.method, row.address))
    return body(ids) if body else {}


def shape(address: str) -> str:
    return re.sub(r"{\w+}", "{}", address)


def test_every_address_has_its_rows_and_every_row_its_address() -> None:
    known = {shape(row.address) for row in rows()}
    served = set(addresses())
    assert sorted(served - known) == [], "addresses without a row"
    assert sorted(known - served) == [], "rows without an address"


def test_every_address_answers_as_the_table_says(seen: Seen) -> None:
    wrong = [
        f"{row} as {role}: {answer.status}, not {row.statuses[role]}"
        for (row, role), answer in seen.items()
        if answer.status != row.statuses[role]
    ]
    assert not wrong, "\n".join(wrong)


def test_no_other_method_is_answered_and_head_answers_like_get(world: World) -> None:
    by_address: dict[str, dict[str, Row]] = {}
    for row in rows():
        by_address.setdefault(row.address, {}).setdefault(row.method, row)
    wrong = []
    for address, offered in by_address.items():
        first = next(iter(offered.values()))
        role = "anonymous" if address == "/login/" else min(ROLES[1:], key=lambda name: first.statuses[name])
        for method in METHODS:
            if method in offered:
                continue
            expected = 405
            if method == "HEAD" and "GET" in offered:
                expected = offered["GET"].statuses[role]
            elif method == "OPTIONS":
                expected = 200 if address.startswith("/api/") else 405
            status = answer_to(world, first, role, method).status
            if status != expected:
                wrong.append(f"{method} {address} as {role}: {status}, not {expected}")
    assert not wrong, "\n".join(wrong)


def test_foreign_and_missing_look_the_same(seen: Seen) -> None:
    wrong = []
    for (row, role), answer in seen.items():
        if row.object != OTHER or answer.status not in REFUSED:
            continue
        twin = seen[Row(row.address, row.method, "missing", {}), role]
        if twin.status == answer.status and twin.body != answer.body:
            wrong.append(f"{row} as {role}")
    assert not wrong, "\n".join(wrong)


def test_a_refused_write_stores_nothing_but_its_trace(seen: Seen) -> None:
    wrong = []
    for (row, role), answer in seen.items():
        if row.is_writing and role != "anonymous" and answer.status in REFUSED:
            if answer.written:
                wrong.append(f"{row} as {role} wrote {sorted(answer.written)}")
            if (answer.done, answer.refused, len(answer.actors - {None})) != (0, 1, 1):
                wrong.append(f"{row} as {role}: {answer.done} done, {answer.refused} refused, {answer.actors}")
    assert not wrong, "\n".join(wrong)


def test_every_write_leaves_exactly_one_entry(seen: Seen) -> None:
    wrong = []
    for (row, role), answer in seen.items():
        done = row.is_writing and answer.status < 400 and answer.written and row.address not in NO_ENTRY_YET
        expected = 2 if row.address in TWO_WRITES else 1
        if done and answer.done + answer.refused != expected:
            wrong.append(f"{row} as {role} wrote {sorted(answer.written)}: {answer.done} entries")
    assert not wrong, "\n".join(wrong)


def test_reading_leaves_nothing(seen: Seen) -> None:
    wrong = [
        f"{row} as {role} wrote {sorted(answer.written)}"
        for (row, role), answer in seen.items()
        if not row.is_writing and answer.written
    ]
    assert not wrong, "\n".join(wrong)


def test_leaders_change_nothing_but_their_own_account(seen: Seen) -> None:
    writing = {
        row: answer
        for (row, role), answer in seen.items()
        if role == "leader" and row.is_writing and not row.address.startswith(OWN_ACCOUNT)
    }
    assert len(writing) > 80
    wrong = [str(row) for row, answer in writing.items() if answer.status not in {403, 404} or answer.written]
    assert wrong == []


def test_every_write_that_succeeds_is_refused_without_the_form_s_token(seen: Seen, world: World) -> None:
    wrong = []
    for row in rows():
        role = next((name for name in ROLES[1:] if row.is_writing and row.statuses[name] < 400), "")
        if not role:
            continue
        client = world.clients[role]
        client.handler.enforce_csrf_checks = True
        answer = answer_to(world, row, role)
        client.handler.enforce_csrf_checks = False
        if answer.status != 403 or answer.written:
            wrong.append(f"{row} as {role}: {answer.status} {sorted(answer.written)}")
    assert wrong == []


def test_nothing_leads_to_another_site(world: World) -> None:
    for client in (world.clients["anonymous"], world.clients["staff"]):
        for next_page in ("https://example.org/", "//example.org/", "/\\example.org", "javascript:alert(1)"):
            for path, body in (
                ("/language/", {"language": "en", "next": next_page}),
                ("/login/", {"username": "staff", "password": demo_names.PASSWORD, "next": next_page}),
            ):
                answer = send(client, "POST", path, body)
                assert answer.status_code == 302
                assert answer["Location"] == "/"
            client.cookies.clear() if client is world.clients["anonymous"] else None


REFERENCES: list[tuple[str, str, str, str, Callable[[Any, Objects], Any]]] = [
    ("staff", "plan", "POST", "/api/v1/tasks/", lambda i, _o: {"plan": i, "title": "新"}),
    ("staff", "plan", "POST", "/api/v1/target-lines/", lambda i, _o: {"plan": i, "indicator": "new_line_indicator", "basis": "level"}),
    ("staff", "unit", "POST", "/api/v1/tasks/", lambda i, o: {"plan": o["plan"], "title": "新", "assignments": [{"role": "lead", "unit": i}]}),
    ("staff", "unit", "PATCH", "/api/v1/tasks/{task}/", lambda i, _o: {"assignments": [{"role": "lead", "unit": i}]}),
    ("staff", "unit", "PATCH", "/api/v1/target-lines/{line}/", lambda i, _o: {"lead_unit": i}),
    ("staff", "unit", "POST", "/api/v1/reporting-duties/", lambda i, _o: {"indicator": "new_line_indicator", "region": "500120", "unit": i, "from": "2021-01-01"}),
    ("staff", "unit", "PATCH", "/api/v1/reporting-duties/{duty}/", lambda i, _o: {"unit": i}),
    ("staff", "unit", "POST", "/api/v1/units/", lambda i, _o: {"region": "500120", "name": "新", "parent": i}),
    ("staff", "unit", "POST", "/api/v1/units/", lambda i, _o: {"region": "500120", "name": "新", "is_collective": True, "members": [i]}),
    ("staff", "unit", "POST", "/manage/duties/{duty}/hand-over/", lambda i, _o: {"unit": i, "first_day": "2026-01-01"}),
    ("staff", "unit", "POST", "/manage/lines/{line}/lead/", lambda i, _o: {"lead_unit": i}),
    ("staff", "unit", "POST", "/import/{import}/units/", lambda i, _o: {"name": "区市场监管局", "answer": str(i)}),
    ("staff", "region", "POST", "/api/v1/figures/", lambda i, _o: {"indicator": UNREPORTED, "region": i, "year": 2025, "quarter": 3, "value": "1"}),
    ("reporter", "region", "POST", "/api/v1/figures/bulk/", lambda i, _o: {"figures": [{"indicator": UNREPORTED, "region": i, "year": 2025, "quarter": 3, "value": "1"}]}),
    ("reporter", "draft", "POST", "/api/v1/figures/submit/", lambda i, _o: {"figures": [i]}),
    ("reviewer", "figure", "POST", "/api/v1/figures/approve/", lambda i, _o: {"figures": [i]}),
    ("reviewer", "figure", "POST", "/api/v1/figures/return/", lambda i, _o: {"figures": [i], "reason": "核对"}),
    ("reviewer", "figure", "POST", "/review/", lambda i, _o: {"figure": f"{i}.1", "do": "approve"}),
    ("reviewer", "job", "GET", "/review/?job={0}", lambda i, _o: None),
    *[
        (role, kind, "GET", path, lambda i, _o: None)
        for role in ("staff", "reporter", "leader")
        for kind, path in (
            ("plan", "/tasks/?plan={0}"), ("unit", "/tasks/?unit={0}"), ("plan", "/api/v1/tasks/?plan={0}"),
            ("unit", "/api/v1/tasks/?unit={0}"), ("plan", "/api/v1/target-lines/?plan={0}"),
            ("unit", "/api/v1/target-lines/?lead_unit={0}"), ("upload", "/api/v1/figures/?upload={0}"),
            ("plan", "/api/v1/attainment/?plan={0}"), ("line", "/api/v1/attainment/?target_line={0}"),
            ("unit", "/api/v1/reporting-duties/?unit={0}"), ("unit", "/api/v1/units/?parent={0}"),
            ("plan", "/api/v1/overview/?plan={0}"), ("unit", "/entry/?unit={0}"), ("unit", "/uploads/new/?unit={0}"),
            ("unit", "/entry/template/?unit={0}&year=2025&quarter=3"),
        )
    ],
]  # fmt: skip


def test_a_foreign_object_in_a_body_or_a_query_looks_like_a_missing_one(world: World) -> None:
    wrong = []
    for role, kind, method, address, body in REFERENCES:
        own, answers = world.objects(role, OWN), []
        for which in (OTHER, "missing"):
            asked = world.objects(role, which)[kind]
            answer = ask(world.clients[role], method, address.format(asked, **own), body(asked, own))
            text = worded_reference(answer.body, str(asked))
            answers.append((answer.status, text, answer.written))
        if answers[0] != answers[1]:
            wrong.append(f"{method} {address} as {role}: {answers[0][0]}, missing {answers[1][0]}")
    assert not wrong, "\n".join(wrong)


def worded_reference(text: str, asked: str) -> str:
    return re.sub(rf"(?<![0-9]){asked}(?![0-9])", "", text)
