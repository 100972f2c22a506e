"""What was read of a document, with what people decided about it: the data that a plan is stored from.

A decisions file is JSON: `plan` (state and thresholds, and any header field that was corrected), `units` (printed name →
name in the directory, where they differ), `lines` (one entry a target line, in order) and `dropped` (names of what was read
as an indicator and is none). An entry of `lines` gives in `read` the name that was read, null for a line that was added by
hand; its other fields are what people decided (`indicator`, `basis`, …) or stand in place of what was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from plans.documents.blocks import Indicator, Item, Task
from plans.documents.outline_marks import mark_of
from plans.documents.results import Reading


def document_of(reading: Reading, slug: str, decisions: Mapping[str, Any]) -> dict[str, Any]:
    """The document as `plans.services.documents.store_document` takes it."""
    header = reading.header
    units: Mapping[str, str] = decisions["units"]
    read = {indicator.name: indicator for indicator in reading.indicators}
    plan = {
        "title": header.title,
        "doc_number": header.doc_number,
        "issuer": header.issuer,
        "region_code": header.region_code,
        "issued_on": header.issued_on.isoformat() if header.issued_on else None,
        "start_year": header.period[0] if header.period else None,
        "end_year": header.period[1] if header.period else None,
    }
    return {
        "slug": slug,
        "plan": plan | decisions["plan"],
        "references": [{"title": item.title, "doc_number": item.doc_number} for item in reading.references],
        "phases": [{"name": phase.name, "start": phase.start, "end": phase.end} for phase in reading.phases],
        "sections": [_section(item) for item in reading.sections],
        "tasks": [_task(task, units) for task in reading.tasks],
        "target_lines": [_line(read, entry) for entry in decisions["lines"]],
        "glossary": [
            {"term": term.term, "definition": term.definition, "source": {"line": term.line}}
            for term in reading.glossary
        ],
    }


def undecided(reading: Reading, decisions: Mapping[str, Any]) -> list[str]:
    """The names of the indicators that were read and that no decision speaks of."""
    spoken = {entry["read"] for entry in decisions["lines"]} | set(decisions["dropped"])
    return [indicator.name for indicator in reading.indicators if indicator.name not in spoken]


def _line(read: Mapping[str, Indicator], entry: Mapping[str, Any]) -> dict[str, Any]:
    """A target line as it was read, with what was decided; raises `KeyError` where what was decided on is not read any more."""
    decided = {key: value for key, value in entry.items() if key != "read"}
    if entry["read"] is None:
        return decided
    indicator = read[entry["read"]]
    line: dict[str, Any] = {
        "printed_name": indicator.name,
        "unit": indicator.unit,
        "attribute": indicator.attribute,
        "where": indicator.where,
        "requirement": indicator.requirement,
        "overall": indicator.overall and {"comparator": indicator.overall[0], "value": _digits(indicator.overall[1])},
        "increase": _digits(indicator.increase),
        "measures_growth": indicator.measures_growth,
        "baselines": [
            {"year": year, "value": _digits(value), "counted_from": n == 0}
            for n, (year, value) in enumerate(indicator.baselines)
        ],
        "targets": [
            {
                "year": target.year,
                "comparator": target.comparator,
                "value": _digits(target.value),
                "upper": _digits(target.upper),
                "printed": target.raw,
            }
            for target in indicator.targets
        ],
        "source": {"line": indicator.line},
    }
    return line | decided


def _digits(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _section(item: Item) -> dict[str, Any]:
    mark = mark_of(item.paragraphs[0].text) if item.paragraphs else None
    return {
        "level": item.level,
        "number": mark.bare if mark else item.number,
        "title": item.title,
        "path": list(item.path),
        "source": {"line": item.line},
        "text": item.body,
    }


def _task(task: Task, units: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": task.number,
        "title": task.title,
        "section": list(task.section),
        "objective": task.objective,
        "measures": task.measures,
        "assignments": [
            {"role": a.role, "unit": units.get(a.unit, a.unit), "printed": a.unit} for a in task.assignments
        ],
        "milestones": [
            {"label": m.label, "from_quarter": m.from_quarter, "to_quarter": m.to_quarter, "text": m.text}
            for m in task.milestones
        ],
        "text": task.text,
        "source": {"line": task.line},
    }
