"""The regions and the catalogue from the project's own files, for reading a workbook without a prepared database."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from indicators.workbooks.mapping.catalogue import IndicatorEntry, IndicatorIndex
from indicators.workbooks.mapping.model import Reference
from indicators.workbooks.mapping.regions import RegionDirectory, RegionEntry


def reference_of(fixtures: Path) -> Reference:
    """What `load_reference_data` loads, as the reader looks it up."""
    entries = json.loads((fixtures / "catalogue.json").read_text(encoding="utf-8"))
    fields = ("code", "name", "unit", "quantity", "reporting_basis", "frequency")
    return Reference(
        RegionDirectory.of(_regions(fixtures)),
        IndicatorIndex.of(
            IndicatorEntry(**{name: entry[name] for name in fields}, aliases=tuple(entry["aliases"]))
            for entry in entries
        ),
    )


def _regions(fixtures: Path) -> Iterator[RegionEntry]:
    for name in ("regions.csv", "zones.csv"):
        with (fixtures / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, strict=True):
                yield RegionEntry(row["code"], row["name"], row["short_name"], row["level"], row["parent"])
