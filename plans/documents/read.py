"""The one way in: a document's bytes, its name and the list of regions, to what it says."""

from __future__ import annotations

from collections.abc import Sequence

from plans.documents import findings
from plans.documents.assignments import find_brackets, first_unit_leads
from plans.documents.blocks import Block, Finding, Item, NotRead, Source
from plans.documents.flat_tables import put_together
from plans.documents.flat_task_cells import task_cells_put_together
from plans.documents.flat_tasks import flat_tasks_of
from plans.documents.glossary import glossary_of
from plans.documents.goals import goals_of
from plans.documents.header import header_of, period_of
from plans.documents.indicator_tables import indicators_of
from plans.documents.outline import HEADINGS, outline_of
from plans.documents.paragraphs import joined, without_contents
from plans.documents.phases import phases_of
from plans.documents.places import Places
from plans.documents.reader import source_of
from plans.documents.references import references_of
from plans.documents.results import Reading
from plans.documents.task_tables import table_tasks_of
from plans.documents.tasks import leading, tasks_of


def read_document(content: bytes, name: str, places: Places) -> Reading:
    """Reads a document: .txt, .md, .html, .docx and .pdf by their content. Never raises for what it finds in one.

    A file that is not read comes back `refused`, with one finding that says how to save it.
    """
    try:
        source = source_of(content, name)
    except NotRead as refused:
        finding = Finding(0, refused.code, name, refused.message)
        return Reading(source=name, findings=[finding], refused=True)
    return read_source(source, name, places)


def read_source(source: Source, name: str, places: Places) -> Reading:
    """The stages after the blocks."""
    reading = Reading(source=name, text=source.text, findings=list(source.findings))
    raw = task_cells_put_together(without_contents(source.blocks))
    flat, sections, rest = flat_tasks_of(raw)
    rest, found = put_together(rest)
    reading.findings += found
    blocks = joined(rest)
    reading.header = header = header_of(blocks, places)
    body = blocks[header.body_from :]
    outline = outline_of(body)
    reading.phases = phases_of(block for item in outline.items for block in item.paragraphs)
    header.period = period_of(header, outline, reading.phases)
    reading.references = references_of([*blocks[: header.body_from], *outline.preamble], header.title)
    if not reading.references:
        reading.references = references_of(_guiding(outline.items), header.title)
    reading.sections = [*[item for item in outline.items if item.mark in HEADINGS or item.mark == "box"], *sections]
    from_tables, table_sections = table_tasks_of(blocks, outline)
    reading.sections += table_sections
    tasks, found = tasks_of(outline) if not (flat or from_tables) or _has_brackets(outline.items) else ([], [])
    reading.tasks = [*tasks, *flat, *from_tables]
    reading.findings += found
    if first_unit_leads(source.text):
        leading(reading.tasks)
    reading.glossary = glossary_of(body)
    indicators, found = indicators_of(blocks, header)
    reading.findings += found
    goals, found = goals_of(outline, reading.tasks, indicators, header)
    reading.indicators = [*indicators, *goals]
    reading.findings += [*found, *findings.of(reading, body)]
    reading.findings = findings.limited(reading.findings)
    return reading


def _guiding(items: Sequence[Item]) -> list[Block]:
    """The paragraphs of 指导思想, which name the documents carried out where nothing stands before the first heading."""
    return [
        block for item in items if "指导思想" in item.title or "总体要求" in item.title for block in item.paragraphs
    ]


def _has_brackets(items: Sequence[Item]) -> bool:
    return any(find_brackets(block.text) for item in items for block in item.paragraphs if not block.rows)
