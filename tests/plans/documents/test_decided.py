"""The five issued plans enter through the reader: what it reads of them, with the recorded decisions, is what is shipped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from plans.documents.decided import document_of, undecided
from tests.plans.documents.support import ROOT, SEEDS, read

PLANS = ROOT / "fixtures" / "plans"


def loaded(path: str) -> Any:
    return json.loads((PLANS / path).read_text(encoding="utf-8"))


def decided(slug: str) -> Any:
    reading = read((PLANS / f"{slug}.txt").read_bytes(), f"{slug}.txt")
    return document_of(reading, slug, loaded(f"decisions/{slug}.json"))


def without_paragraphs(document: Any) -> Any:
    """The document without the printed paragraphs beside each entry; those are checked against the text elsewhere."""
    if isinstance(document, dict):
        return {
            key: value["line"] if key == "source" else without_paragraphs(value)
            for key, value in document.items()
            if key != "text"
        }
    return [without_paragraphs(item) for item in document] if isinstance(document, list) else document


@pytest.mark.parametrize("slug", SEEDS)
def test_reading_again_with_the_recorded_decisions_gives_the_shipped_plan(slug):
    wanted, got = without_paragraphs(loaded(f"{slug}.json")), without_paragraphs(decided(slug))
    for part in wanted:
        assert got[part] == wanted[part], part
    assert set(got) == set(wanted)


@pytest.mark.parametrize("slug", SEEDS)
def test_every_indicator_that_is_read_was_decided_on(slug):
    reading = read((PLANS / f"{slug}.txt").read_bytes(), f"{slug}.txt")
    assert undecided(reading, loaded(f"decisions/{slug}.json")) == []


def test_the_decisions_are_few_and_hardly_any_replaces_a_printed_value():
    entries = [entry for slug in SEEDS for entry in loaded(f"decisions/{slug}.json")["lines"]]
    by_hand = [entry["printed_name"] for entry in entries if entry["read"] is None]
    replaced = [entry["read"] for entry in entries if entry["read"] and {"targets", "baselines"} & set(entry)]
    assert (len(entries), by_hand, replaced) == (108, ["知识产权实务教程"], [])


def test_a_decision_about_something_that_is_not_read_any_more_is_told():
    reading = read("某市工作方案\n一、目标\n到2025年，有效发明专利达到900件。\n")
    with pytest.raises(KeyError):
        document_of(
            reading, "x", {"plan": {}, "units": {}, "dropped": [], "lines": [{"read": "有效商标", "indicator": "x"}]}
        )
    assert undecided(reading, {"lines": [], "dropped": []}) == ["有效发明专利"]
