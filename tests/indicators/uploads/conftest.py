"""A county whose bureau reports 200 figures through the template, and the ways to fill it in."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from indicators.models import Figure, Indicator, ReportingDuty, Upload, UploadRow
from indicators.selectors.templates import template_spec
from indicators.services import uploads
from indicators.workbooks.template import build_csv_template, build_template
from ipdash.accounts.models import User
from ipdash.core.periods import Quarter
from plans.models import Region, Unit
from tests import builders

TODAY = date(2025, 10, 12)
QUARTER = Quarter(2025, 3)
FIRST_ROW = 5  # of the figures, below title, due day, hint and header
VALUE_COLUMN = 9


@pytest.fixture(autouse=True)
def _uploads_in_a_folder_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.TODAY_OVERRIDE = TODAY


@dataclass
class World:
    """One county, its bureau's reporter and reviewer, and `indicators` to report for the third quarter."""

    region: Region
    unit: Unit
    reporter: User
    reviewer: User
    indicators: list[Indicator] = field(default_factory=list)

    def template(self, values: dict[int, Any] | None = None) -> bytes:
        """The downloaded template with 1, 2, 3 … filled in, or what `values` says for a row (from 0)."""
        book = load_workbook(io.BytesIO(build_template(template_spec(self.unit, QUARTER))))
        sheet: Any = book["填报"]
        for n in range(len(self.indicators)):
            value = (values or {}).get(n, n + 1)
            sheet.cell(FIRST_ROW + n, VALUE_COLUMN).value = value
        target = io.BytesIO()
        book.save(target)
        return target.getvalue()

    def csv(self) -> bytes:
        """The same as CSV, with 1, 2, 3 …"""
        lines = build_csv_template(template_spec(self.unit, QUARTER)).decode("utf-8-sig").splitlines()
        filled = [lines[0]]
        for n, line in enumerate(lines[1:], 1):
            fields = line.split(",")
            fields[-2] = str(n)
            filled.append(",".join(fields))
        return "\r\n".join(filled).encode("utf-8-sig")

    def receive(self, content: bytes, name: str = "三季度.xlsx", actor: User | None = None) -> Upload:
        return uploads.receive(actor or self.reporter, io.BytesIO(content), name, TODAY)

    def previewed(self, content: bytes, name: str = "三季度.xlsx", actor: User | None = None) -> Upload:
        upload = self.receive(content, name, actor)
        return uploads.preview(actor or self.reporter, upload, TODAY)

    def stored(self, content: bytes, name: str = "三季度.xlsx") -> Upload:
        """An upload received, compared and stored."""
        upload = self.previewed(content, name)
        uploads.commit(self.reporter, upload, all_or_nothing=False, confirmed=(), today=TODAY)
        upload.refresh_from_db()
        return upload

    def values(self) -> dict[str, Decimal | None]:
        return dict(Figure.objects.values_list("indicator__code", "value"))


def rows_of(upload: Upload, verdict: str) -> list[UploadRow]:
    return list(UploadRow.objects.filter(upload=upload, verdict=verdict))


def make_world(indicators: int) -> World:
    region = builders.make_region("500120", "璧山区")
    unit = builders.make_unit(region, "区市场监管局")
    world = World(
        region,
        unit,
        builders.make_user("reporter", unit=unit, name="填报人"),
        builders.make_user("reviewer", region=region, name="审核人"),
    )
    for n in range(indicators):
        world.indicators.append(builders.make_indicator(f"measure_{n:03}"))
    ReportingDuty.objects.bulk_create(
        ReportingDuty(indicator=indicator, region=region, unit=unit, valid_from=date(2000, 1, 1))
        for indicator in world.indicators
    )
    builders.open_period(region)
    return world


@pytest.fixture
def world(db: None) -> World:
    return make_world(5)


@pytest.fixture
def large_world(db: None) -> World:
    return make_world(200)
