"""Published layouts are read cell by cell as their makers meant them, through the gate and the command's own way in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from indicators.workbooks.files import read_bytes
from indicators.workbooks.mapping.apply import apply, read_figures
from indicators.workbooks.mapping.model import Hints, Mapping, Reference
from tests.golden.workbooks import habits, layouts

LAYOUTS = (*layouts.LAYOUTS, *habits.LAYOUTS)
NAMES = [make.__name__ for make in LAYOUTS]
FIELDS = ("sheet", "cell", "region_code", "indicator", "period", "basis", "value", "verdict")


def wanted(row: dict[str, Any]) -> dict[str, Any]:
    """What a row is held to: of a derived or refused cell the value and the indicator say nothing."""
    free = {"derived": {"indicator", "basis"}, "refused": {"value"}}.get(row["verdict"], set())
    return {name: row[name] for name in FIELDS if name not in free}


@pytest.mark.parametrize("make", LAYOUTS, ids=NAMES)
def test_a_published_layout_is_read_cell_by_cell(make: Any, reference: Reference) -> None:
    layout = make()
    golden = json.loads(layouts.expected_file(layout).read_text(encoding="utf-8"))
    reading = read_figures(read_bytes(layout.content, layout.name), reference, Hints(file_name=layout.name))
    rows = {(row.sheet, row.cell): row.to_json() for row in reading.rows}
    expected = {(row["sheet"], row["cell"]): row for row in golden["rows"]}
    assert sorted(rows) == sorted(expected)
    differing = [
        (place, wanted(row), {name: rows[place][name] for name in wanted(row)})
        for place, row in expected.items()
        if wanted(row) != {name: rows[place][name] for name in wanted(row)}
    ]
    assert differing == []
    assert [finding.code for finding in reading.findings if finding.code != "csv_read_as"] == golden["findings"]


@pytest.mark.parametrize("make", LAYOUTS, ids=NAMES)
def test_the_expected_rows_are_those_that_the_layout_was_made_from(make: Any) -> None:
    layout = make()
    assert layouts.expected_file(layout).read_text(encoding="utf-8") == layouts.as_json(layout)


@pytest.mark.parametrize("make", LAYOUTS, ids=NAMES)
def test_a_mapping_read_back_from_json_gives_the_same_rows(make: Any, reference: Reference) -> None:
    layout = make()
    hints, read = Hints(file_name=layout.name), read_bytes(layout.content, layout.name)
    reading = read_figures(read, reference, hints)
    again = Mapping.from_json(json.loads(json.dumps(reading.mapping.to_json())))
    assert again == reading.mapping
    assert apply(again, read, reference, hints).rows == reading.rows
