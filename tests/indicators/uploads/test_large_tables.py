"""A large table is read, judged and stored as columns, and comes to the same as row by row."""

from __future__ import annotations

import csv
import io
import random
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.db import transaction

from indicators.bench.upload_files import HEADS, write
from indicators.checks import Around, findings
from indicators.models import Figure, FigureRevision, Indicator, Upload, UploadRow
from indicators.selectors.figure_checks import measure_of
from indicators.services import uploads
from indicators.services.upload_bulk.odd import _odd, _Series
from indicators.workbooks.files import read_bytes
from indicators.workbooks.template_rows import read_template
from ipdash.accounts.models import AuditEntry, User
from ipdash.core.periods import Quarter
from plans.models import Role
from tests import builders
from tests.indicators.uploads.conftest import TODAY

Row = tuple[str, str, int, int, Any]
YEARS = range(2003, 2025)
COMPARED = ("row", "column", "cell", "indicator", "region", "indicator_text", "region_text", "year", "quarter", "value",
            "old_value", "printed", "note", "verdict", "code", "message", "figure_version")  # fmt: skip


@pytest.fixture
def staff(db: None) -> User:
    """Staff of a province with three counties and ten indicators."""
    province = builders.make_region("510000", "四川省")
    for code in ("510104", "510105", "510106"):
        builders.make_region(code)
    for n in range(10):
        builders.make_indicator(f"measure_{n}")
    return builders.make_user(Role.STAFF, region=province)


def plain_rows() -> list[Row]:
    """2,640 figures that grow evenly."""
    return [
        (f"measure_{n}", code, year, quarter, Decimal(1000 + 17 * n + (year - 2000) * 40 + quarter * 10))
        for n in range(10) for code in ("510104", "510105", "510106") for year in YEARS for quarter in (1, 2, 3, 4)
    ]  # fmt: skip


def workbook(rows: list[Row]) -> bytes:
    target = io.BytesIO()
    write(target, rows)
    return target.getvalue()


def as_csv(rows: list[Row]) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target).writerows([HEADS, *rows])
    return target.getvalue().encode("utf-8-sig")


def previewed(actor: User, content: bytes, name: str) -> Upload:
    return uploads.preview(actor, uploads.receive(actor, io.BytesIO(content), name, TODAY), TODAY)


def said(upload: Upload) -> list[tuple[Any, ...]]:
    return list(UploadRow.objects.filter(upload=upload).order_by("row").values_list(*COMPARED))


def peculiar(rows: list[Row]) -> list[Row]:
    """The rows with everything among them that has to be spoken of."""
    changed = list(rows)
    for at, value in {5: Decimal(-3), 90: Decimal(9_000_000), 300: rows[299][4], 411: Decimal("12.5")}.items():
        changed[at] = (*changed[at][:4], value)
    changed[700] = ("unknown", *rows[700][1:])
    changed[701] = (rows[701][0], "110101", *rows[701][2:])
    changed[702] = (*rows[702][:2], 2031, *rows[702][3:])
    changed[703] = rows[0]
    changed[704] = (*rows[1][:4], rows[1][4] + 1)
    return changed


def test_a_large_workbook_comes_as_columns_and_a_row_with_a_sum_as_a_row() -> None:
    content = workbook([*plain_rows(), ("合计", "510104", 2024, 4, Decimal(1))])
    read = read_bytes(content, "a.xlsx", in_blocks=True)
    assert read.sheets[0].block is not None
    assert len(read.sheets[0].rows) == 1  # the heads
    table = read_template(read)
    assert table.plain is not None
    assert len(table.plain) == len(plain_rows())
    assert [finding.code for finding in table.findings] == ["total_row"]


@pytest.mark.parametrize("peculiarly", [False, True])
def test_the_preview_says_of_each_row_what_it_says_row_by_row(staff: User, peculiarly: bool) -> None:
    rows = peculiar(plain_rows()) if peculiarly else plain_rows()
    as_columns = previewed(staff, workbook(rows), "a.xlsx")
    singly = previewed(staff, as_csv(rows), "a.csv")
    assert said(as_columns) == said(singly)
    assert as_columns.counts == singly.counts
    assert as_columns.counts["rows"] == len(rows) - 2 * peculiarly  # a figure that stands there twice is spoken of once
    assert (as_columns.counts["question"] > 0) is peculiarly


def test_what_is_stored_is_the_same_and_the_second_time_nothing_changes(staff: User) -> None:
    rows = plain_rows()
    upload = previewed(staff, workbook(rows), "a.xlsx")
    counts = uploads.commit(staff, upload, all_or_nothing=False, confirmed=(), today=TODAY)
    assert counts["stored"] == len(rows) == counts["new"]
    stored = Figure.objects.values_list("indicator__code", "region__code", "year", "quarter", "value")
    assert set(stored) == set(rows)
    figure = Figure.objects.order_by("pk").first()
    assert figure is not None
    row = UploadRow.objects.get(
        upload=upload, indicator=figure.indicator_id, region=figure.region_id, year=figure.year, quarter=figure.quarter
    )
    assert (figure.state, figure.version, figure.source) == ("submitted", 1, "upload")
    assert (figure.entered_by, figure.upload_id, figure.cell) == (staff, upload.pk, f"数据!{row.cell}")
    revision = FigureRevision.objects.get(figure=figure)
    assert (revision.by, revision.to_value, revision.version, revision.action) == (staff, figure.value, 1, "enter")
    told = AuditEntry.objects.get(action="figure.save").after
    assert told is not None
    assert told["figures"] == len(rows)
    again = previewed(staff, workbook(rows), "b.xlsx")
    assert (again.counts["unchanged"], again.counts["new"]) == (len(rows), 0)


def test_a_stored_large_upload_is_taken_back_whole(staff: User) -> None:
    upload = previewed(staff, workbook(plain_rows()), "a.xlsx")
    uploads.commit(staff, upload, all_or_nothing=True, confirmed=(), today=TODAY)
    uploads.undo(staff, upload, today=TODAY)
    assert not Figure.objects.exists()
    upload.refresh_from_db()
    assert upload.state == Upload.State.UNDONE


def test_a_figure_that_came_in_meanwhile_is_refused_and_the_others_are_stored(staff: User) -> None:
    rows = plain_rows()
    upload = previewed(staff, workbook(rows), "a.xlsx")
    code, region, year, quarter, _value = rows[7]
    Figure.objects.create(
        indicator=Indicator.objects.get(code=code), region=builders.make_region(region), year=year, quarter=quarter,
        value=Decimal(1), state="submitted", source="form", entered_by=staff,
    )  # fmt: skip
    counts = uploads.commit(staff, upload, all_or_nothing=False, confirmed=(), today=TODAY)
    assert (counts["stored"], counts["refused"]) == (len(rows) - 1, 1)
    assert UploadRow.objects.get(upload=upload, verdict="refused").code == "stale_version"


def test_with_all_or_nothing_one_such_figure_keeps_everything_out(staff: User) -> None:
    rows = plain_rows()
    upload = previewed(staff, workbook(rows), "a.xlsx")
    code, region, year, quarter, _value = rows[7]
    Figure.objects.create(
        indicator=Indicator.objects.get(code=code), region=builders.make_region(region), year=year, quarter=quarter,
        value=Decimal(1), state="submitted", source="form", entered_by=staff,
    )  # fmt: skip
    with transaction.atomic():
        counts = uploads.commit(staff, upload, all_or_nothing=True, confirmed=(), today=TODAY)
    assert counts["stored"] == 0
    assert Figure.objects.count() == 1


@pytest.mark.parametrize("seed", range(40))
def test_nobody_of_whom_the_checks_would_speak_is_missed(seed: int) -> None:
    chance = random.Random(seed)
    indicator = Indicator(
        code="a", quantity=chance.choice(["stock", "flow"]), reporting_basis=chance.choice(["level", "ytd", "quarter"]),
        frequency=chance.choice(["quarterly", "annual"]), decimals=chance.choice([0, 2]), unit="件",
    )  # fmt: skip
    measure = measure_of(indicator)
    first, width = Quarter(1990, 1).index, 80
    values = np.full((1, width), np.nan)
    level = 1000
    for at in range(width):
        level = max(0, level + chance.choice([0, 1, 30, 400, -20, 9000]) * chance.choice([1, 1, 1, -1]))
        if chance.random() < 0.8:
            values[0, at] = level
    series = {Quarter.from_index(first + at): Decimal(int(v)) for at, v in enumerate(values[0]) if not np.isnan(v)}
    for at in range(60, width):
        quarter = Quarter.from_index(first + at)
        if quarter not in series:
            continue
        others = {q: v for q, v in series.items() if q != quarter}
        spoken_of = findings(series[quarter], quarter, measure, Around(others))
        flagged = _odd(_Series(values, first, np.zeros(1, np.int64)), np.zeros(1, np.int64), np.array([at]), measure)
        assert bool(flagged[0]) or not spoken_of, (quarter, spoken_of)
