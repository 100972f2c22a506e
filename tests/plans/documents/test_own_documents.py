"""Documents written for this: other places, levels, brackets, tables and layouts than the five issued ones have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

import pytest

from tests.plans.documents.support import EXACT, TABLES, WRITTEN, f1, labels, parts, printed, read

DOCUMENTS = sorted(path for folder in WRITTEN for path in folder.iterdir() if path.suffix != ".json")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_of_another_make_reads_as_it_is_labelled(path):
    wanted, got = parts(labels(path.with_suffix(".json"))), parts(printed(read(path.read_bytes(), path.name)))
    for name in (*EXACT, *TABLES):
        assert (wanted[name] - got[name], got[name] - wanted[name]) == ({}, {}), name
    assert f1(wanted["text goals"], got["text goals"]) >= 0.9


def test_names_of_goals_in_running_text_are_mostly_those_people_give():
    wanted: Counter[Hashable] = Counter()
    got: Counter[Hashable] = Counter()
    for path in DOCUMENTS:
        for key, value in parts(labels(path.with_suffix(".json")))["text targets"].items():
            wanted[path.name, key] += value
        for key, value in parts(printed(read(path.read_bytes(), path.name)))["text targets"].items():
            got[path.name, key] += value
    assert f1(wanted, got) >= 0.8


def test_there_are_documents_of_every_make():
    assert {path.suffix for path in DOCUMENTS} == {".txt", ".html", ".md", ".docx", ".pdf"}
    assert len(DOCUMENTS) >= 30
