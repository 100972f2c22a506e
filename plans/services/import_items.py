"""From a reading to a draft's items, and from items to the data that `store_document` takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from ipdash.core.errors import Invalid
from plans.models import ImportItem, PlanImport, Region

Data = dict[str, Any]
Kind = ImportItem.Kind
LISTS = (
    (Kind.REFERENCE, "references"), (Kind.PHASE, "phases"), (Kind.SECTION, "sections"), (Kind.TASK, "tasks"),
    (Kind.INDICATOR, "indicators"), (Kind.TERM, "glossary"),
)  # fmt: skip


def items_of(draft: PlanImport, reading: Mapping[str, Any], region: Region | None) -> list[ImportItem]:
    """One item for everything that was read, in the document's order; `region` is the one that the draft is for."""
    head = {**reading["plan"], "at": {name: at["line"] for name, at in reading["at"].items()}}
    period = head.pop("period") or [None, None]
    head["start_year"], head["end_year"] = period
    placed = head if region else {**head, "region": None, "region_code": None}
    items = [ImportItem(draft=draft, kind=Kind.PLAN, data=placed, read=head)]
    for kind, name in LISTS:
        for position, entry in enumerate(reading[name], start=1):
            data = _plain(kind, entry)
            line = entry["at"]["line"]
            items.append(ImportItem(draft=draft, kind=kind, position=position, line=line, data=data, read=data))
    return items


def _plain(kind: str, entry: Mapping[str, Any]) -> Data:
    data = {name: value for name, value in entry.items() if name != "at"}
    for part in ("assignments", "milestones"):
        if part in data:
            data[part] = [{**_without_at(row), "line": row["at"]["line"]} for row in data[part]]
    if kind == Kind.INDICATOR:
        data["targets"] = [
            {**{n: v for n, v in t.items() if n != "raw"}, **_texts(t, "value", "upper"), "printed": t["raw"]}
            for t in data["targets"]
        ]
        data["baselines"] = [{"year": b["year"], "value": str(b["value"])} for b in data["baselines"]]
        data |= _texts(data, "increase")
        if data["overall"]:
            data["overall"] = {**data["overall"], **_texts(data["overall"], "value")}
    return data


def _without_at(row: Mapping[str, Any]) -> Data:
    return {name: value for name, value in row.items() if name != "at"}


def _texts(row: Mapping[str, Any], *names: str) -> Data:
    """Numbers as the texts of their printed digits; JSON gives whole ones as integers."""
    return {name: None if row[name] is None else str(row[name]) for name in names}


def by_kind(items: Sequence[ImportItem]) -> dict[str, list[ImportItem]]:
    """The items that are to be stored, by kind and in order."""
    found: dict[str, list[ImportItem]] = defaultdict(list)
    for item in items:
        if not item.dropped:
            found[item.kind].append(item)
    return found


def printed_units(items: Sequence[ImportItem]) -> dict[str, list[ImportItem]]:
    """The tasks in which each unit's printed name occurs, in the document's order."""
    found: dict[str, list[ImportItem]] = {}
    for item in items:
        if item.kind == Kind.TASK and not item.dropped:
            for assignment in item.data["assignments"]:
                tasks = found.setdefault(assignment["unit"], [])
                if item not in tasks:
                    tasks.append(item)
    return found


def document_data(draft: PlanImport, items: Sequence[ImportItem], unit_names: Mapping[str, str]) -> Data:
    """What `plans.services.documents.store_document` stores, `target_lines` left empty.

    `unit_names` gives the directory's name for each printed one. Raises `Invalid` where the head is not complete.
    """
    kinds = by_kind(items)
    head = kinds[Kind.PLAN][0].data
    missing = list(missing_in_head(head))
    if missing:
        raise Invalid("head_not_complete", missing[0][1], {name: [text] for name, text in missing})
    lines = draft.text.split("\n")
    return {
        "plan": {
            name: head[name]
            for name in ("title", "doc_number", "issuer", "region_code", "issued_on", "start_year", "end_year")
        },
        "references": [item.data for item in kinds[Kind.REFERENCE]],
        "phases": [item.data for item in kinds[Kind.PHASE]],
        "sections": [{**item.data, "source": source_of(item, lines)} for item in kinds[Kind.SECTION]],
        "tasks": [_task(item, lines, unit_names) for item in kinds[Kind.TASK]],
        "glossary": [{**item.data, "source": source_of(item, lines)} for item in kinds[Kind.TERM]],
        "target_lines": [],
    }


def missing_in_head(head: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the plan cannot be stored without, with the sentence that asks for it."""
    if not head["title"]:
        yield "title", _("没有规划名称，请填写。")
    if not head["region_code"]:
        yield "region_code", _("没有适用的行政区划，请填写。")
    if not head["start_year"] or not head["end_year"]:
        yield "start_year", _("没有规划期，请填写起始年和结束年。")
    elif head["end_year"] < head["start_year"]:
        yield "end_year", _("结束年不能早于起始年。")


def source_of(item: ImportItem, lines: Sequence[str]) -> Data:
    """Where an item stands: its line and that paragraph; nothing for what a person added without a place."""
    if item.line is None or not 0 < item.line <= len(lines):
        return {}
    printed = str(item.data.get("raw") or " ".join(lines[item.line - 1].split()))
    return {"line": item.line, "text": printed}


def _task(item: ImportItem, lines: Sequence[str], unit_names: Mapping[str, str]) -> Data:
    return {
        **item.data,
        "assignments": [
            {"role": a["role"], "printed": a["unit"], "unit": unit_names[a["unit"]]} for a in item.data["assignments"]
        ],
        "source": source_of(item, lines),
    }
