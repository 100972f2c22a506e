"""Charts as PNG for documents: the page's own drawing and colours, for those who see the page; and the ranking drawn on it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from indicators.models import TargetLine
from indicators.selectors.ranking import rankings
from ipdash.core.marks import RankRow, bullet, picture, rank_bars
from ipdash.core.periods import Quarter
from plans.scope import scope_of

ClientOf = Callable[[str], Client]
PNG = b"\x89PNG\r\n\x1a\n"
ROWS = [RankRow("甲县", Decimal(12), status="achieved"), RankRow("乙县", Decimal(7), status="behind")]


def size_of(png: bytes) -> tuple[int, int]:
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


@pytest.fixture
def line(demo: None) -> TargetLine:
    return TargetLine.objects.get(plan__slug="bishan", printed_name="普通作品版权登记量")


def address(line: TargetLine, name: str = "trend", quarter: str = "2025Q3") -> str:
    return f"/plans/{line.plan_id}/indicators/{line.pk}/{name}.png?quarter={quarter}"


def test_a_drawing_becomes_a_picture_twice_as_large_with_its_margin() -> None:
    assert size_of(picture.as_png(rank_bars(ROWS, width=640))) == (2 * (640 + 32), 2 * (60 + 32))


def test_the_style_sheet_s_own_colours_are_in_it_and_nothing_of_the_pointer() -> None:
    rules = picture._colours()
    assert ".c-bar { fill: #1b5ea8; }" in rules
    assert "var(" not in rules
    assert ":hover" not in rules
    assert "Noto Sans SC" in rules


def test_the_same_drawing_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = picture.as_png(rank_bars(ROWS, width=500))
    monkeypatch.setattr(picture, "_converter", lambda: pytest.fail("drawn again"))
    assert picture.as_png(rank_bars(ROWS, width=500)) == first


def test_a_drawing_without_a_width_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="width"):
        picture.as_png(bullet(Decimal(1), Decimal(1), Decimal(2)))


def test_the_converter_is_loaded_with_the_first_picture_and_not_before() -> None:
    code = "import django; django.setup(); import ipdash.urls, sys; print('vl_convert' in sys.modules)"
    env = {"DJANGO_SETTINGS_MODULE": "ipdash.settings", "PYTHONPATH": ".", "PATH": "/usr/bin"}
    told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_the_course_is_a_picture_with_a_chinese_name(client_of: ClientOf, line: TargetLine) -> None:
    response = client_of("leader").get(address(line))
    assert response["Content-Type"] == "image/png"
    assert response.content.startswith(PNG)
    assert "filename*=UTF-8''%E6%99%AE" in response["Content-Disposition"]
    page = client_of("leader").get(f"/plans/{line.plan_id}/indicators/{line.pk}/?quarter=2025Q3").content.decode()
    assert address(line) in page


def test_who_does_not_see_the_page_has_no_picture(client_of: ClientOf, line: TargetLine) -> None:
    assert client_of("auditor").get(address(line)).status_code == 404
    foreign = TargetLine.objects.filter(plan__slug="jilin")[0]
    assert client_of("reporter").get(address(foreign, quarter="2018Q3")).status_code == 404


def test_without_regions_to_compare_there_is_no_ranking_to_draw(client_of: ClientOf, line: TargetLine) -> None:
    assert client_of("leader").get(address(line, "ranking")).status_code == 404


def test_the_regions_below_are_drawn_the_best_first_with_their_table_behind(
    client_of: ClientOf, leader: object
) -> None:
    below = TargetLine.objects.filter(plan__slug="baoji", region__parent__code="610300", region__level="county")[0]
    parent = TargetLine.objects.get(
        plan=below.plan, indicator=below.indicator, basis=below.basis, region__code="610300"
    )
    found = rankings(scope_of(leader), parent, Quarter(2020, 4)).below
    assert found is not None
    assert found.is_drawn
    values = [bar.value for bar in found.bars if bar.value is not None]
    assert values == sorted(values, reverse=True)
    page = client_of("leader").get(f"/plans/{parent.plan_id}/indicators/{parent.pk}/?quarter=2020Q4").content.decode()
    assert all(f">{bar.name}</text>" in page for bar in found.bars)
    picture_of = client_of("leader").get(address(parent, "ranking", "2020Q4"))
    assert picture_of.content.startswith(PNG)
