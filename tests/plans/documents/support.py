"""Reading documents in tests, and comparing what was read with what people read: by parts, white space and width of signs apart."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Hashable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from plans.documents.places import Place, Places
from plans.documents.read import read_document
from plans.documents.results import Reading, as_data, as_json
from plans.documents.signs import squeezed

ROOT = Path(__file__).resolve().parents[3]
# Documents written for the tests, each beside its labels: `own` and `varied` while the reader was written, `unseen` and `unseen_again`
# without looking at what it does with them (see docs/reading.md for how it did the first time).
WRITTEN = tuple(Path(__file__).resolve().parent / name for name in ("own", "varied", "unseen", "unseen_again"))
SEEDS = ("baoji", "urumqi", "chongqing", "bishan", "jilin")
EXACT = ("header", "references", "phases", "sections", "tasks", "assignments", "measures", "milestones", "glossary")
TABLES = ("table indicators", "table targets", "baselines")


@cache
def places() -> Places:
    with (ROOT / "fixtures" / "regions.csv").open(encoding="utf-8", newline="") as rows:
        return Places.of(Place(r["code"], r["name"], r["short_name"], r["parent"]) for r in csv.DictReader(rows))


def read(content: bytes | str, name: str = "规划.txt") -> Reading:
    return read_document(content if isinstance(content, bytes) else content.encode(), name, places())


def printed(reading: Reading) -> Any:
    """What the command prints, read back."""
    return json.loads(as_json(as_data(reading)), parse_float=Decimal)


def labels(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def same(value: Any) -> Hashable:
    if isinstance(value, str):
        return squeezed(value).replace("〔", "[").replace("〕", "]").rstrip("。.;,")
    if isinstance(value, list):
        return tuple(same(item) for item in value)
    return None if value is None else Decimal(str(value)).normalize()


def parts(document: Any) -> dict[str, Counter[Hashable]]:
    """The parts of a document as multisets of what can be right or wrong."""
    found: dict[str, Counter[Hashable]] = {
        "header": Counter((name, same(value)) for name, value in document["plan"].items() if value is not None),
        "references": Counter((same(r["title"]), same(r["doc_number"])) for r in document["references"]),
        "phases": Counter((same(p["name"]), p["start"], p["end"]) for p in document["phases"]),
        "sections": Counter((s["level"], same(s["number"]), same(s["title"])) for s in document["sections"]),
        "glossary": Counter((same(g["term"]), same(g["definition"])) for g in document["glossary"]),
    }
    tasks = document["tasks"]
    found["tasks"] = Counter(
        (same(t["number"]), same(t["title"]), same(t["section"]), same(t["objective"])) for t in tasks
    )
    found["assignments"] = Counter(
        (same(t["title"]), a["role"], same(a["unit"])) for t in tasks for a in t["assignments"]
    )
    found["measures"] = Counter((same(t["title"]), same(m)) for t in tasks for m in t["measures"])
    found["milestones"] = Counter(
        (same(t["title"]), same(m["label"]), m["from_quarter"], m["to_quarter"], same(m["text"]))
        for t in tasks
        for m in t["milestones"]
    )
    for where in ("table", "text"):
        mine = [i for i in document["indicators"] if i["where"] == where]
        found[f"{where} indicators"] = Counter(
            (
                same(i["name"]),
                same(i["unit"]),
                same(i["attribute"]),
                same(i["requirement"]),
                same(i["increase"]),
                i["measures_growth"],
            )
            for i in mine
        )
        found[f"{where} targets"] = Counter((same(i["name"]), *_target(t)) for i in mine for t in i["targets"])
    found["text goals"] = Counter(
        (same(i["unit"]), *_target(t)) for i in document["indicators"] if i["where"] == "text" for t in i["targets"]
    )
    found["baselines"] = Counter(
        (same(i["name"]), b["year"], same(b["value"])) for i in document["indicators"] for b in i["baselines"]
    )
    return found


def _target(target: Any) -> tuple[Hashable, ...]:
    return target["year"], target["comparator"], same(target["value"]), same(target["upper"])


def f1(wanted: Counter[Hashable], got: Counter[Hashable]) -> float:
    total = sum(wanted.values()) + sum(got.values())
    return 2 * sum((wanted & got).values()) / total if total else 1.0
