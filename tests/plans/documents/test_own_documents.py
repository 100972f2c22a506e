"""Documents written for this: other places, levels, brackets, tables and layouts than the five issued ones have."""

from __future__ import annotations

import pytest

from tests.plans.documents.support import EXACT, OWN, TABLES, f1, labels, parts, printed, read

DOCUMENTS = sorted(path for path in OWN.iterdir() if path.suffix != ".json")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_of_another_make_reads_as_it_is_labelled(path):
    wanted, got = parts(labels(path.with_suffix(".json"))), parts(printed(read(path.read_bytes(), path.name)))
    for name in (*EXACT, *TABLES):
        assert (wanted[name] - got[name], got[name] - wanted[name]) == ({}, {}), name
    assert f1(wanted["text goals"], got["text goals"]) >= 0.9


def test_there_are_documents_of_every_make():
    assert {path.suffix for path in DOCUMENTS} >= {".txt", ".html", ".md"}
    assert len(DOCUMENTS) >= 8
