"""A mapping corrected once is offered for the source's next file, with that file's own time and place."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from indicators.workbooks.files import read_bytes
from indicators.workbooks.mapping.apply import apply, read_figures
from indicators.workbooks.mapping.memory import layout_key, recall
from indicators.workbooks.mapping.model import TOTAL, Hints, Mapping, Reading, Reference
from indicators.workbooks.results import ReadResult
from tests.indicators.workbooks import hostile as h


def file(year: int, *rows: list[Any]) -> ReadResult:
    head = ["区县", "授权", "登记", "2023年以来备案"]
    return read_bytes(h.workbook([f"{year}年三季度情况"], head, *rows), "报表.xlsx")


def reading_of(read: ReadResult, reference: Reference) -> Reading:
    return read_figures(read, reference, Hints("报表.xlsx"))


def corrected(mapping: Mapping) -> Mapping:
    """What a person says: the first column is an indicator of the catalogue, the second its running total, the third nothing."""
    (table,) = mapping.tables
    region, valid, works, rest = table.columns
    columns = [
        region, replace(valid, indicator="valid_invention_patents"), replace(works, indicator="work_registrations", basis="ytd"),
        replace(rest, role="ignore"),
    ]  # fmt: skip
    return Mapping([replace(table, columns=columns)], {"鼓楼区": "350102", "市直": TOTAL})


def test_a_correction_is_applied_and_goes_to_json_and_back(reference: Reference) -> None:
    read = file(2024, ["鼓楼区", 1, 2, 3], ["市直", 4, 5, 6])
    proposed = reading_of(read, reference)
    assert {row.verdict for row in proposed.rows} == {"question", "total"}
    mapping = Mapping.from_json(json.loads(json.dumps(corrected(proposed.mapping).to_json())))
    rows = apply(mapping, read, reference, Hints()).rows
    assert [(row.cell, row.region_code, row.indicator, row.basis, row.verdict) for row in rows] == [
        ("B3", "350102", "valid_invention_patents", "level", "ok"), ("C3", "350102", "work_registrations", "ytd", "ok"),
        ("B4", None, "valid_invention_patents", "level", "total"), ("C4", None, "work_registrations", "ytd", "total"),
    ]  # fmt: skip


def test_a_column_that_is_set_aside_is_named_with_its_numbers(reference: Reference) -> None:
    read = file(2024, ["鼓楼区", 1, 2, 3])
    reading = apply(corrected(reading_of(read, reference).mapping), read, reference, Hints())
    assert [(finding.code, finding.params["cells"]) for finding in reading.findings] == [("numbers_not_read", "D3")]


def test_the_next_file_of_the_layout_gets_the_decisions_and_keeps_its_own_time(reference: Reference) -> None:
    remembered = corrected(reading_of(file(2024, ["鼓楼区", 1, 2, 3]), reference).mapping)
    read = file(2025, ["仓山区", 7, 8, 9], ["鼓楼区", 4, 5, 6], ["台江区", 1, 1, 1])
    proposed = reading_of(read, reference).mapping
    assert layout_key(proposed) == layout_key(remembered)
    rows = apply(recall(proposed, remembered), read, reference, Hints()).rows
    assert [(row.region_code, row.indicator, row.period, row.verdict) for row in rows][:4] == [
        ("350104", "valid_invention_patents", "2025Q3", "ok"), ("350104", "work_registrations", "2025Q3", "ok"),
        ("350102", "valid_invention_patents", "2025Q3", "ok"), ("350102", "work_registrations", "2025Q3", "ok"),
    ]  # fmt: skip


def test_a_file_of_another_layout_keeps_its_own_proposal(reference: Reference) -> None:
    remembered = corrected(reading_of(file(2024, ["鼓楼区", 1, 2, 3]), reference).mapping)
    other = reading_of(
        read_bytes(h.workbook(["2024年"], ["城市", "有效发明专利拥有量"], ["福州市", 1]), "a.xlsx"), reference
    ).mapping
    assert layout_key(other) != layout_key(remembered)
    assert recall(other, remembered).tables == other.tables
    assert recall(other, remembered).regions == remembered.regions


def test_a_table_that_is_left_out_gives_no_row_and_says_so(reference: Reference) -> None:
    read = file(2024, ["鼓楼区", 1, 2, 3])
    mapping = reading_of(read, reference).mapping
    mapping.tables[0].left_out = True
    reading = apply(mapping, read, reference, Hints())
    assert reading.rows == []
    assert [finding.code for finding in reading.findings] == ["table_left_out"]
