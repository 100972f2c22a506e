"""The number here is the number there: whatever way figures come in, the same results stand on both databases."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from indicators.models import Attainment, Baseline, Figure, Target, TargetLine
from indicators.services import uploads
from indicators.services.entry_rules import Entry
from indicators.services.figures import approve_figures, save_figures
from indicators.services.staleness import mark_plan_changed
from indicators.services.verification import verify
from ipdash.accounts.services import issue_token
from ipdash.core.periods import Quarter, quarters_between
from ipdash.jobs.runner import run_due_jobs
from plans.models import Region
from tests.indicators import histories
from tests.indicators.plain_world import Cell, PlainWorld, differences, digest, stored_rows

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent.parent / "golden" / "random_world.json"
TODAY = histories.FIRST_DAY
REGIONS = ("610300", "610302", "610303")


@pytest.fixture(autouse=True)
def _a_folder_and_a_day_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.TODAY_OVERRIDE = TODAY


@pytest.fixture
def world() -> histories.World:
    """Lines of every basis in a city and its counties, and no figure yet."""
    world = histories.World()
    random = Random(20)
    for indicator in (*world.indicators, *world.ratios):
        for basis in dict.fromkeys(histories.BASES.get(indicator.quantity, histories.OTHER_BASES)):
            for region in random.sample(REGIONS, 2):
                line = TargetLine.objects.create(
                    plan=world.plans[0], region=Region.objects.get(code=region), indicator=indicator, basis=basis
                )
                Target.objects.bulk_create(Target(line=line, **asdict(t)) for t in histories.targets(random))
                for counted, start in enumerate(histories.baselines(random)):
                    Baseline.objects.create(line=line, year=start.year, value=start.value, counted_from=not counted)
    with transaction.atomic():
        mark_plan_changed(world.plans[0].pk, requested_by=None)
    return world


def entries(world: histories.World) -> list[Entry]:
    """Two counties' figures of five quarters, with a gap here and there."""
    random = Random(21)
    return [
        Entry(indicator.code, region, quarter.year, quarter.quarter, histories.number(random))
        for indicator in world.indicators
        for region in REGIONS[1:]
        for quarter in quarters_between(Quarter(2021, 4), Quarter(2022, 4))
        if (indicator.frequency == "quarterly" or quarter.quarter == 4) and random.random() < 0.95
    ]


def one_by_one(world: histories.World, given: Sequence[Entry]) -> None:
    for entry in given:
        saved = save_figures(world.staff, [entry], source=Figure.Source.FORM, today=TODAY)
        assert approve_figures(world.reviewers[0], [saved.results[0].id or 0]).results[0].ok


def in_bulk(world: histories.World, given: Sequence[Entry]) -> None:
    saved = save_figures(world.staff, given, source=Figure.Source.FORM, today=TODAY)
    approve_figures(world.reviewers[0], [result.id or 0 for result in saved.results])


def by_upload(world: histories.World, given: Sequence[Entry]) -> None:
    rows = [f"{e.indicator},,{e.region},,{e.year},{e.quarter},,{e.value}," for e in given]
    content = "\r\n".join([histories.HEADER, *rows]).encode("utf-8-sig")
    upload = uploads.preview(world.staff, uploads.receive(world.staff, io.BytesIO(content), "表.csv", TODAY), TODAY)
    answered = set(upload.rows.values_list("pk", flat=True))
    counts = uploads.commit(world.staff, upload, all_or_nothing=True, confirmed=answered, today=TODAY)
    assert counts["stored"] == len(given)
    approve_figures(world.reviewers[0], list(Figure.objects.values_list("pk", flat=True)))


def by_api(world: histories.World, given: Sequence[Entry]) -> None:
    figures = [
        {"indicator": e.indicator, "region": e.region, "year": e.year, "quarter": e.quarter, "value": str(e.value)}
        for e in given
    ]
    answer = client_of(world.staff).post(
        "/api/v1/figures/bulk/", {"all_or_nothing": True, "figures": figures}, format="json"
    )
    assert answer.status_code == 200, answer.content
    ids = [result["id"] for result in answer.json()["results"]]
    answer = client_of(world.reviewers[0]).post("/api/v1/figures/approve/", {"figures": ids}, format="json")
    assert answer.status_code == 200, answer.content


def client_of(user: Any) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue_token(user, 'test', actor=user)[1]}")
    return client


def in_disorder_with_corrections(world: histories.World, given: Sequence[Entry]) -> None:
    """In another order, in small batches computed one after the other, with mistakes that are mended."""
    shuffled = list(given)
    Random(5).shuffle(shuffled)
    for start in range(0, len(shuffled), 40):
        batch = shuffled[start : start + 40]
        wrong = [Entry(e.indicator, e.region, e.year, e.quarter, (e.value or Decimal(0)) + 7) for e in batch[:10]]
        in_bulk(world, [*wrong, *batch[10:]])
        run_due_jobs()
        in_bulk(world, batch[:10])
    run_due_jobs()


@pytest.mark.parametrize("way", [one_by_one, in_bulk, by_upload, by_api, in_disorder_with_corrections])
def test_the_same_figures_give_the_same_results_whatever_way_they_came_in(
    world: histories.World, way: Callable[[histories.World, Sequence[Entry]], None]
) -> None:
    given = entries(world)
    way(world, given)
    run_due_jobs()
    assert Figure.objects.filter(state="approved").count() == len(given) > 70
    assert verify(today=TODAY) == []
    assert stored_digest() == golden("one_world")


def test_the_golden_numbers_are_those_of_the_plain_working(world: histories.World) -> None:
    in_bulk(world, entries(world))
    assert summary(PlainWorld(TODAY).results()) == golden("one_world")


def test_a_random_history_ends_with_the_results_of_the_plain_working_on_both_databases() -> None:
    world = histories.World()
    for step in histories.draw(77, 60):
        world.do(step)
    run_due_jobs()
    assert differences(world.today) == []
    assert len({row["status"] for row in stored_rows().values()}) >= 7
    assert stored_digest() == golden("one_history")


def test_the_plain_working_notices_a_last_digest(world: histories.World) -> None:
    in_bulk(world, entries(world))
    run_due_jobs()
    assert differences(TODAY) == []
    row = Attainment.objects.exclude(completion=None).order_by("line", "year", "quarter")[0]
    wrong = (row.completion or Decimal(0)) + Decimal("0.000001")
    Attainment.objects.filter(line=row.line_id, year=row.year, quarter=row.quarter).update(completion=wrong)
    assert [text.split(": ")[0] for text in differences(TODAY)] == [f"line {row.line_id} {row.year}Q{row.quarter}"]
    assert stored_digest() != golden("one_world")


def test_a_result_without_a_figure_and_one_with_zero_never_look_alike(world: histories.World) -> None:
    """Every line of the world, asked twice: all its figures zero, and none at all."""
    run_due_jobs()
    nothing = stored_rows()
    zeros = [Entry(e.indicator, e.region, e.year, e.quarter, Decimal(0)) for e in entries(world)]
    in_bulk(world, zeros)
    run_due_jobs()
    with_zero = {cell: row for cell, row in stored_rows().items() if row["actual"] is not None}
    assert len(with_zero) > 50
    for cell, row in with_zero.items():
        assert nothing[cell]["actual"] is None
        if row["status"] not in ("not_due", "no_target"):
            assert nothing[cell]["status"] == "missing" != row["status"]


def stored_digest() -> dict[str, Any]:
    return summary(stored_rows())


def summary(rows: dict[Cell, dict[str, Any]]) -> dict[str, Any]:
    return {"rows": len(rows), "known": sum(row["actual"] is not None for row in rows.values()), "digest": digest(rows)}


def golden(name: str) -> dict[str, Any]:
    """What the plain working gave, on SQLite and PostgreSQL alike. Only a changed rule changes it: then copy it from
    `test_the_golden_numbers_are_those_of_the_plain_working`."""
    kept: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))[name]
    return kept
