"""The quarter's grid while one types: each cell is a saved draft, what is odd is told at once, nobody is overwritten."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from indicators.models import Figure
from tests.indicators.pages.test_entry import figure, form_of, key

pytestmark = pytest.mark.usefixtures("demo")

CODE = "trademarks_registered"


@pytest.fixture
def client(client_of):
    return client_of("reporter")


@pytest.fixture
def form(client):
    return form_of(client.get("/entry/"))


def cell(form: dict[str, str], code: str, **typed: str) -> dict[str, str]:
    """What the page sends of one row after typing into it."""
    names = ("value", "note", "was", "wasnote", "version")
    return {f"{name}.{key(code)}": form[f"{name}.{key(code)}"] for name in names} | {
        f"{name}.{key(code)}": text for name, text in typed.items()
    }


def told(answer: Any, code: str = CODE) -> dict[str, Any]:
    assert answer.status_code == 200
    row: dict[str, Any] = answer.json()["rows"][key(code)]
    return row


def test_a_cell_is_a_draft_at_once_and_the_state_says_when(client, form):
    answer = client.post("/entry/cells/", cell(form, CODE, value="1,234"))
    row = told(answer)
    assert (row["ok"], row["text"]) == (True, "1234")
    assert row["version"] == figure(CODE).version
    assert figure(CODE).state == Figure.State.DRAFT
    assert answer.json()["saved"].startswith("已保存 ")
    assert "/27 已填" in answer.json()["counts"]


def test_only_the_row_that_was_sent_is_answered_and_touched(client, form):
    before = dict(Figure.objects.exclude(pk=figure(CODE).pk).values_list("pk", "version"))
    answer = client.post("/entry/cells/", cell(form, CODE, value="9"))
    assert list(answer.json()["rows"]) == [key(CODE)]
    assert dict(Figure.objects.exclude(pk=figure(CODE).pk).values_list("pk", "version")) == before


def test_a_block_is_saved_in_one_go_and_its_wrong_cells_are_named(client, form):
    sent = cell(form, CODE, value="1234") | cell(form, "associations_group_standards", value="十二")
    answer = client.post("/entry/cells/", sent)
    assert told(answer)["ok"]
    wrong = told(answer, "associations_group_standards")
    assert not wrong["ok"]
    assert "十二" in wrong["below"]
    assert wrong["text"] == "十二"


def test_what_somebody_else_wrote_meanwhile_comes_back_and_stays(client, form):
    Figure.objects.filter(pk=figure(CODE).pk).update(value=Decimal(77), version=figure(CODE).version + 1)
    row = told(client.post("/entry/cells/", cell(form, CODE, value="88")))
    assert (row["ok"], row["stale"], row["theirs"]["text"]) == (False, True, "77")
    assert figure(CODE).value == 77
    mine = cell(form, CODE, value="88", version=str(row["theirs"]["version"]))
    assert told(client.post("/entry/cells/", mine))["ok"]
    assert figure(CODE).value == 88


def test_an_odd_value_is_saved_with_its_hint_and_the_value_that_may_be_meant(client, form):
    usual = Figure.objects.get(indicator__code=CODE, region__code="500120", year=2025, quarter=2).value
    assert usual is not None
    typed = str(usual * 10)
    row = told(client.post("/entry/cells/", cell(form, CODE, value=typed)))
    assert row["ok"]
    assert "请核对" in row["below"]
    assert 'name="repair"' in row["below"]
    assert figure(CODE).value == Decimal(typed)


def test_an_odd_value_is_handed_in_only_with_a_word_and_is_kept_meanwhile(client, form):
    usual = Figure.objects.get(indicator__code=CODE, region__code="500120", year=2025, quarter=2).value
    assert usual is not None
    odd = form | {f"value.{key(CODE)}": str(usual * 10)}
    answer = client.post("/entry/", odd | {"do": "submit"})
    assert answer.status_code == 400
    assert "在说明中写一句原因后再提交" in answer.content.decode()
    assert (figure(CODE).state, figure(CODE).value) == (Figure.State.DRAFT, usual * 10)
    again = form_of(client.get("/entry/")) | {f"note.{key(CODE)}": "集中发证"}
    client.post("/entry/", again | {"do": "submit"})
    assert (figure(CODE).state, figure(CODE).note) == (Figure.State.SUBMITTED, "集中发证")


def test_the_repair_is_one_click_without_javascript_too(client, form):
    sent = form | {f"value.{key(CODE)}": "31200000", "repair": f"{key(CODE)}=312"}
    client.post("/entry/", sent)
    assert (figure(CODE).value, figure(CODE).state) == (312, Figure.State.DRAFT)


def test_a_repair_of_a_foreign_row_changes_nothing(client, form):
    before = list(Figure.objects.order_by("pk").values_list("pk", "version"))
    client.post("/entry/", form | {"repair": "610300-pct_applications=5"})
    assert list(Figure.objects.order_by("pk").values_list("pk", "version")) == before


def test_a_locked_quarter_takes_no_cell(client, form):
    row = told(client.post("/entry/cells/?quarter=2025Q1", cell(form, CODE, value="5")))
    assert not row["ok"]
    assert "锁定" in row["below"]


def test_whoever_reports_nothing_is_refused_in_words(client_of, form):
    answer = client_of("leader").post(
        "/entry/cells/", cell(form, CODE, value="5"), headers={"accept": "application/json"}
    )
    assert answer.status_code == 403


def test_the_queries_do_not_grow_with_the_rows(client, form, django_assert_max_num_queries):
    with django_assert_max_num_queries(36):
        client.post("/entry/cells/", form | {f"value.{key(CODE)}": "4"})


def test_what_another_wrote_meanwhile_is_told_with_who_and_when(client, client_of, form):
    other = "ip_volunteers"
    client_of("staff").post("/entry/cells/" + unit_of(client), cell(form, other, value="121"))
    shown = {name: value for name, value in form.items() if name.startswith("version.")}
    answer = client.post("/entry/cells/", shown | cell(form, CODE, value="1500"))
    others = answer.json()["others"]
    assert list(others) == [key(other)]
    assert others[key(other)]["theirs"]["text"] == "121"
    assert "填写为 121" in others[key(other)]["said"]
    assert client.post("/entry/cells/", cell(form, CODE, value="1501")).json()["others"] == {}


def unit_of(client) -> str:
    return f"?unit={client.get('/entry/').context['page'].unit.pk}"
