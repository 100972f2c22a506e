"""The five issued documents, as text, as web page and as Word document, against what people read in them."""

from __future__ import annotations

import pytest

from tests.plans.documents.copies import as_docx, as_html
from tests.plans.documents.support import EXACT, ROOT, SEEDS, TABLES, f1, labels, parts, printed, read

READINGS = [(slug, kind) for slug in SEEDS for kind in ("txt", "html", "docx")]


def reading_of(slug: str, kind: str):
    text = (ROOT / "fixtures" / "plans" / f"{slug}.txt").read_text(encoding="utf-8")
    content = {"txt": str.encode, "html": as_html, "docx": as_docx}[kind](text)
    return printed(read(content, f"{slug}.{kind}"))


@pytest.mark.parametrize(("slug", "kind"), READINGS)
def test_an_issued_document_reads_as_people_read_it(slug, kind):
    wanted, got = parts(labels(ROOT / "tests" / "golden" / "plans" / f"{slug}.json")), parts(reading_of(slug, kind))
    for name in (*EXACT, *TABLES):
        assert (wanted[name] - got[name], got[name] - wanted[name]) == ({}, {}), name


@pytest.mark.parametrize("slug", SEEDS)
def test_goals_in_running_text_are_nearly_all_found_and_hardly_any_invented(slug):
    wanted, got = parts(labels(ROOT / "tests" / "golden" / "plans" / f"{slug}.json")), parts(reading_of(slug, "txt"))
    assert f1(wanted["text goals"], got["text goals"]) >= 0.9
    assert f1(wanted["text targets"], got["text targets"]) >= 0.6


def test_the_misprinted_year_of_a_table_is_read_and_reported():
    codes = {finding["code"]: finding for finding in reading_of("bishan", "txt")["findings"]}
    assert codes["misprinted_year"]["text"] == "202年"
    assert codes["misprinted_year"]["line"] in range(87, 96)


@pytest.mark.parametrize("slug", SEEDS)
def test_everything_carries_the_line_it_stands_in(slug):
    lines = (ROOT / "fixtures" / "plans" / f"{slug}.txt").read_text(encoding="utf-8").split("\n")
    document = reading_of(slug, "txt")
    for task in document["tasks"]:
        assert "".join(task["title"][:4].split()) in "".join("".join(lines[task["at"]["line"] - 1 :][:2]).split())
    for indicator in document["indicators"]:
        if indicator["where"] == "table":
            assert indicator["name"][:5] in "".join(lines[indicator["at"]["line"] - 1 :][:4])
