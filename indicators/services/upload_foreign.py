"""Other people's workbooks among the uploads: what is proposed, what a person is asked, what was settled (figures.md).

`Upload.mapping` of such a file holds the mapping itself (tables, regions, indicators) and beside it what a person needs
to see: the sheets' first rows, the questions, the names that were read. Only the mapping can be changed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from indicators.selectors.workbook_reference import hints_for, read_reference
from indicators.workbooks.addresses import column_letters
from indicators.workbooks.mapping.apply import apply, read_figures
from indicators.workbooks.mapping.correct import Unusable, corrected, usable
from indicators.workbooks.mapping.grid import printed
from indicators.workbooks.mapping.memory import layout_key, recall
from indicators.workbooks.mapping.model import FigureRow, Hints, Json, Mapping, Reading, Reference
from indicators.workbooks.mapping.propose import data_grids
from indicators.workbooks.results import Finding, ReadResult, Sheet
from indicators.workbooks.sentences import figure_sentence, finding_sentence
from ipdash.core.errors import Invalid
from plans.scope import Scope

CHANGEABLE = ("tables", "regions", "indicators")
LOOKED_AT_ROWS, LOOKED_AT_COLUMNS, _LOOKED_AT_TEXT = 12, 40, 40
_MOST_QUESTIONS, _MOST_NAMES = 100, 200
# Questions about a printed name, by what is asked; all others are about a table.
OF_REGIONS = frozenset(
    {"region_ambiguous", "region_unknown", "region_renamed", "region_elsewhere", "region_code_differs", "own_scope"}
)
OF_INDICATORS = frozenset({"indicator_unknown", "indicator_near"})
OF_TABLES = frozenset(
    {"region_missing", "indicator_missing", "period_missing", "period_unclear", "basis_unclear", "unit_unclear"}
)


@dataclass(frozen=True)
class ForeignReader:
    """Reads one foreign file, with what names are looked up in and what is known beside it."""

    read: ReadResult
    reference: Reference
    hints: Hints

    @classmethod
    def of(cls, scope: Scope, read: ReadResult, name: str) -> ForeignReader:
        """The reader of a person's file."""
        return cls(read, read_reference(), hints_for(scope, name))

    def proposed(self) -> Reading:
        """The file as it is understood without anybody's help."""
        return read_figures(self.read, self.reference, self.hints)

    def under(self, mapping: Mapping) -> Reading:
        """The file under a mapping."""
        return apply(mapping, self.read, self.reference, self.hints)

    def recalled(self, proposed: Mapping, saved: Json) -> Reading:
        """The file under what was settled for its source before."""
        return self.under(recall(proposed, usable(Mapping.from_json(saved), self.reference)))

    def corrected(self, current: Mapping, data: Json) -> Reading:
        """The file under a mapping with a person's corrections; raises `Invalid` where one cannot be made."""
        grids = {grid.sheet.name: grid for grid in data_grids(self.read)}
        try:
            reading = self.under(corrected(current, data, self.reference, grids))
        except Unusable as error:
            said = _("对应关系的“%(place)s”不能这样改：没有这个选项，或这一项不能更改。请重新读取对应关系后再改。")
            sentence = said % {"place": error.place}
            raise Invalid("bad_mapping", sentence, {error.place: [sentence]}) from error
        if reading.refused:
            raise Invalid("bad_mapping", finding_sentence(reading.findings[0]))
        return reading

    def described(self, reading: Reading, fingerprint: str, recalled: Json | None) -> Json:
        """What is kept in `Upload.mapping`."""
        ready = (row for row in reading.rows if row.quarter and row.verdict == "ok")
        return {
            "kind": "foreign",
            "file_kind": self.read.kind,
            "unit": None,
            "periods": sorted({f"{row.year}Q{row.quarter}" for row in ready}),
            "sheets": [_sheet(grid.sheet, reading.rows) for grid in data_grids(self.read)],
            **reading.mapping.to_json(),
            "questions": questions(reading, self.reference),
            "names": _names(reading, self.reference),
            "fingerprint": fingerprint,
            "recalled": recalled,
        }


def mapping_of(stored: Json) -> Mapping:
    """The mapping among what is kept of a foreign file."""
    return Mapping.from_json({name: stored[name] for name in CHANGEABLE})


def fingerprint_of(mapping: Mapping) -> str:
    """What the next file of the same layout is known by, however many tables it has."""
    return hashlib.sha256(layout_key(mapping).encode()).hexdigest()


def remarks(reading: Reading) -> list[Finding]:
    """Remarks on the file; what is asked about a table stands among the questions already."""
    asked = {f"table_{code}" for code in (*OF_TABLES, "no_header")}
    return [finding for finding in reading.findings if finding.code not in asked]


def questions(reading: Reading, reference: Reference) -> list[Json]:
    """What a person is asked about the file, each thing once: names, and what holds for a table."""
    found: dict[tuple[str, Any, str], Json] = {}
    places = _Places(reading.mapping)
    for row in reading.rows:
        if row.verdict != "question":
            continue
        if row.code in OF_REGIONS:
            key: tuple[str, Any, str] = ("region", None, row.region)
        elif row.code in OF_INDICATORS:
            key = ("indicator", None, row.name)
        elif row.code in OF_TABLES:
            unit = row.unit if row.code == "unit_unclear" else ""
            key = (row.code, places.table_of(row), unit)
        else:
            continue
        if key in found:
            found[key]["count"] += 1
        else:
            found[key] = {
                "about": key[0], "table": key[1], "name": key[2], "code": row.code, "cell": row.cell, "sheet": row.sheet,
                "count": 1, "message": figure_sentence(row.code, row.params),
                "candidates": [[code, _name_of(code, reference)] for code in row.candidates],
            }  # fmt: skip
    in_order = sorted(
        found.values(), key=lambda question: (question["about"] in {"region", "indicator"}, -question["count"])
    )
    return in_order[:_MOST_QUESTIONS]


class _Places:
    """Which table a figure stands in."""

    def __init__(self, mapping: Mapping) -> None:
        self.tables = [
            (table.sheet, range(table.first_row, table.last_row + 1), {column.column for column in table.columns})
            for table in mapping.tables
        ]

    def table_of(self, row: FigureRow) -> int | None:
        """The table's index."""
        return next(
            (at for at, (sheet, rows, columns) in enumerate(self.tables)
             if sheet == row.sheet and row.row in rows and row.column in columns), None
        )  # fmt: skip


def _name_of(code: str, reference: Reference) -> str:
    if code in reference.indicators.by_code:
        return reference.indicators.by_code[code].name
    return reference.regions.name_of(code) if code in reference.regions.by_code else code


def _names(reading: Reading, reference: Reference) -> Json:
    """The printed names with what each is read as (None: not known, or several things) and how often it stands there."""
    regions: dict[str, Json] = {}
    indicators: dict[str, Json] = {}
    for row in reading.rows:
        if row.verdict == "derived":
            continue
        for into, name, code in ((regions, row.region, row.region_code), (indicators, row.name, row.indicator)):
            if name:
                entry = into.setdefault(name, {"name": name, "code": code, "count": 0, "total": row.verdict == "total"})
                entry["count"] += 1
                entry["code"] = code if entry["code"] == code else None
    units = sorted({row.unit for row in reading.rows if row.indicator and row.unit})
    for entry in (*regions.values(), *indicators.values()):
        entry["read_as"] = _name_of(entry["code"], reference) if entry["code"] else ""
    listed = list(regions.values())[:_MOST_NAMES], list(indicators.values())[:_MOST_NAMES]
    return {"regions": listed[0], "indicators": listed[1], "units": units}


def _sheet(sheet: Sheet, rows: list[FigureRow]) -> Json:
    """One sheet and its first rows as they are printed."""
    look = []
    width = max((cell.column for cells in sheet.rows[:LOOKED_AT_ROWS] for cell in cells), default=0)
    for cells in sheet.rows[:LOOKED_AT_ROWS]:
        texts = {cell.column: printed(cell)[:_LOOKED_AT_TEXT] for cell in cells if cell.column <= LOOKED_AT_COLUMNS}
        look.append(
            {"row": cells[0].row, "cells": [texts.get(at, "") for at in range(1, min(width, LOOKED_AT_COLUMNS) + 1)]}
        )
    return {
        "name": sheet.name,
        "hidden": sheet.hidden,
        "rows": sum(row.sheet == sheet.name for row in rows),
        "header_row": None,
        "columns": [],
        "look": look,
        "letters": [column_letters(at) for at in range(1, min(width, LOOKED_AT_COLUMNS) + 1)],
        "last_row": max((cells[0].row for cells in sheet.rows), default=0),
    }
