"""What a reading gives, as the JSON of an issued plan; decimals keep the digits that are printed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from plans.documents.blocks import Finding, Header, Indicator, Item, Phase, Reference, Target, Task, Term
from plans.documents.outline_marks import mark_of


@dataclass
class Reading:
    """A document as read; `text` is the plain text whose lines (from 1) the positions count, `refused` says it was not read."""

    source: str
    text: str = ""
    header: Header = field(default_factory=Header)
    references: list[Reference] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    sections: list[Item] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    glossary: list[Term] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    refused: bool = False


def as_data(reading: Reading) -> dict[str, Any]:
    """The reading as plain data; every entry carries `at`, the line it stands in, and the header's fields have theirs in `at`."""
    return {
        "source": reading.source,
        "plan": _plan(reading.header),
        "references": [{"title": r.title, "doc_number": r.doc_number, "at": _at(r.line)} for r in reading.references],
        "phases": [{"name": p.name, "start": p.start, "end": p.end, "at": _at(p.line)} for p in reading.phases],
        "sections": [_section(item) for item in reading.sections],
        "tasks": [_task(task) for task in reading.tasks],
        "indicators": [_indicator(indicator) for indicator in reading.indicators],
        "glossary": [{"term": t.term, "definition": t.definition, "at": _at(t.line)} for t in reading.glossary],
        "findings": [{"line": f.line, "code": f.code, "text": f.text, "message": f.message} for f in reading.findings],
        "at": {name: _at(line) for name, line in reading.header.at.items()},
    }


def _at(line: int) -> dict[str, int]:
    return {"line": line}


def _plan(header: Header) -> dict[str, Any]:
    return {
        "title": header.title,
        "doc_number": header.doc_number,
        "issuer": header.issuer,
        "region": header.region,
        "region_code": header.region_code,
        "issued_on": header.issued_on.isoformat() if header.issued_on else None,
        "period": list(header.period) if header.period else None,
    }


def _section(item: Item) -> dict[str, Any]:
    mark = mark_of(item.paragraphs[0].text) if item.paragraphs else None
    return {
        "level": item.level, "number": mark.bare if mark else item.number, "title": item.title, "path": list(item.path),
        "text": item.body, "at": _at(item.line),
    }  # fmt: skip


def _task(task: Task) -> dict[str, Any]:
    return {
        "number": task.number,
        "title": task.title,
        "section": list(task.section),
        "assignments": [{"role": a.role, "unit": a.unit, "at": _at(a.line)} for a in task.assignments],
        "objective": task.objective,
        "measures": task.measures,
        "milestones": [
            {
                "label": m.label,
                "from_quarter": m.from_quarter,
                "to_quarter": m.to_quarter,
                "text": m.text,
                "at": _at(m.line),
            }
            for m in task.milestones
        ],
        "text": task.text,
        "reconstructed": task.reconstructed,
        "at": _at(task.line),
    }


def _indicator(indicator: Indicator) -> dict[str, Any]:
    return {
        "name": indicator.name,
        "unit": indicator.unit,
        "attribute": indicator.attribute,
        "baselines": [{"year": year, "value": value} for year, value in indicator.baselines],
        "targets": [_target(target) for target in indicator.targets],
        "requirement": indicator.requirement,
        "overall": {"comparator": indicator.overall[0], "value": indicator.overall[1]} if indicator.overall else None,
        "increase": indicator.increase,
        "measures_growth": indicator.measures_growth,
        "where": indicator.where,
        "raw": indicator.raw,
        "reconstructed": indicator.reconstructed,
        "at": _at(indicator.line),
    }


def _target(target: Target) -> dict[str, Any]:
    return {
        "year": target.year,
        "comparator": target.comparator,
        "value": target.value,
        "upper": target.upper,
        "raw": target.raw,
    }


def as_json(value: Any, indent: str = "") -> str:
    """JSON text; a `Decimal` becomes a number of exactly its digits, never by way of a float."""
    inner = indent + " "
    if isinstance(value, Mapping):
        lines = [
            f"{inner}{json.dumps(str(key), ensure_ascii=False)}: {as_json(item, inner)}" for key, item in value.items()
        ]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}" if lines else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        lines = [inner + as_json(item, inner) for item in value]
        return "[\n" + ",\n".join(lines) + f"\n{indent}]" if lines else "[]"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        value = value.isoformat()
    return json.dumps(value, ensure_ascii=False)
