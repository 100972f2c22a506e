"""Recomputation as a whole: what it writes, how it is shared, what it never overwrites, what a quarter's end asks for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import F

from indicators.models import Attainment, Figure, Indicator, TargetLine
from indicators.rules import columns as c
from indicators.services import staleness
from indicators.services.recompute import recompute_plan
from indicators.services.staleness import mark_lines, mark_quarters_ended
from indicators.services.verification import verify, verify_all
from ipdash.core.periods import Quarter
from ipdash.jobs.models import JobRun
from ipdash.jobs.runner import run_due_jobs
from plans.models import Plan
from tests import builders

pytestmark = pytest.mark.django_db
TODAY = date(2025, 10, 12)
COUNTIES = ("610302", "610303", "610304", "610322")


class World:
    """A city's plan with two indicators for four counties, each with figures of 2025."""

    def __init__(self, years: tuple[int, int] = (2021, 2025)) -> None:
        self.city = builders.make_region("610300")
        self.plan = builders.make_plan(self.city, years)
        self.indicators = [builders.make_indicator(code) for code in ("patents", "marks")]
        self.lines: dict[tuple[str, str], TargetLine] = {}
        for indicator in self.indicators:
            for number, code in enumerate(COUNTIES):
                line = builders.make_line(self.plan, indicator, {2025: "100"}, region=builders.make_region(code))
                self.lines[indicator.code, code] = line
                for quarter in (1, 2, 3):
                    self.report(indicator, code, quarter, 10 * number + quarter)

    def report(self, indicator: Indicator, code: str, quarter: int, value: int) -> None:
        Figure.objects.update_or_create(
            indicator=indicator, region=builders.make_region(code), year=2025, quarter=quarter,
            defaults={"value": Decimal(value), "approved_value": Decimal(value), "state": "approved", "source": "api"},
        )  # fmt: skip

    def mark(self, *lines: TargetLine) -> None:
        with transaction.atomic():
            mark_lines([line.pk for line in lines], requested_by=None)


def ranks(indicator: Indicator) -> list[int | None]:
    rows = Attainment.objects.filter(line__indicator=indicator, year=2025, quarter=3).order_by("region__code")
    return list(rows.values_list("rank", flat=True))


def test_the_stored_names_are_the_codes_of_the_rules() -> None:
    def names(codes: Any) -> tuple[str, ...]:
        return tuple("" if code.name == "none" else code.name for code in codes)

    def field(name: str) -> Any:
        return Attainment._meta.get_field(name)

    assert field("status").names == names(c.Status)
    assert field("light").names == tuple(light.name for light in c.Light)
    assert field("target_source").names == names(c.TargetSource)
    assert field("forecast_method").names == names(c.ForecastMethod)
    assert field("target_comparator").names == ("", *c.SYMBOLS)


def test_a_changed_figure_writes_the_rows_that_differ_and_no_others() -> None:
    world = World()
    first = recompute_plan(world.plan.pk, today=TODAY)
    assert (first.lines, first.written) == (8, 8 * 20)
    before = {row.pk: row for row in Attainment.objects.all()}
    # The last county overtakes the others in the third quarter.
    world.report(world.indicators[0], COUNTIES[0], 3, 99)
    world.mark(world.lines["patents", COUNTIES[0]])
    counts = recompute_plan(world.plan.pk, today=TODAY)

    def content(row: Attainment) -> list[object]:
        return [getattr(row, field.attname) for field in row._meta.concrete_fields if field.name != "computed_at"]

    differing = [row for row in Attainment.objects.all() if content(row) != content(before[row.pk])]
    assert counts.lines == 1
    assert counts.written == len(differing) > 1
    assert {row.line_id for row in differing} == {
        line.pk for (code, _r), line in world.lines.items() if code == "patents"
    }
    assert ranks(world.indicators[0]) == [1, 4, 3, 2]
    assert ranks(world.indicators[1]) == [4, 3, 2, 1]
    assert verify(today=TODAY) == []


def test_a_rerun_of_everything_writes_nothing_and_mends_what_was_spoilt() -> None:
    world = World()
    recompute_plan(world.plan.pk, today=TODAY)
    assert recompute_plan(world.plan.pk, today=TODAY, everything=True).written == 0
    line = world.lines["marks", COUNTIES[1]]
    Attainment.objects.filter(line=line, year=2025, quarter=3).update(rank=None, light="red")
    Attainment.objects.filter(line=line, year=2024, quarter=1).delete()
    found = verify_all(today=TODAY)
    assert (found.differing, found.plans) == (2, [world.plan.pk])
    assert found.shown[1].fields["rank"] == (None, 3)
    assert recompute_plan(world.plan.pk, today=TODAY, everything=True).written == 2
    assert verify(today=TODAY) == []


def test_a_row_of_no_quarter_of_the_plan_is_removed() -> None:
    world = World()
    recompute_plan(world.plan.pk, today=TODAY)
    row = Attainment.objects.filter(year=2025, quarter=3).first()
    assert row is not None
    row.year = 2026
    row.save(force_insert=True)
    assert [(d.quarter, d.fields["status"][1]) for d in verify(today=TODAY)] == [(Quarter(2026, 3), None)]
    assert recompute_plan(world.plan.pk, today=TODAY, everything=True).removed == 1
    assert verify(today=TODAY) == []


def test_lines_that_wait_for_their_recomputation_are_told_apart_from_differences() -> None:
    world = World()
    recompute_plan(world.plan.pk, today=TODAY)
    world.report(world.indicators[0], COUNTIES[0], 3, 99)
    world.mark(*[line for (code, _region), line in world.lines.items() if code == "patents"])
    found = verify_all(today=TODAY)
    assert (found.differing, found.waiting, found.rows) == (0, 4, 160)


def test_a_change_that_nothing_marked_is_a_difference() -> None:
    world = World()
    recompute_plan(world.plan.pk, today=TODAY)
    world.report(world.indicators[0], COUNTIES[0], 3, 99)
    assert Quarter(2025, 3) in {difference.quarter for difference in verify(today=TODAY)}


def test_an_older_run_never_overwrites_a_newer_ones_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that read the figures of before finishes after one that read those of now."""
    from indicators.services import recompute

    world = World()
    line = world.lines["patents", COUNTIES[0]]
    recompute_plan(world.plan.pk, today=TODAY)
    world.mark(line)
    slow = recompute._computed

    def overtaken(columns: Any, last_ended: int) -> Any:
        results = slow(columns, last_ended)
        monkeypatch.setattr(recompute, "_computed", slow)
        world.report(world.indicators[0], COUNTIES[0], 3, 99)
        world.mark(line)
        recompute_plan(world.plan.pk, today=TODAY)
        return results

    monkeypatch.setattr(recompute, "_computed", overtaken)
    older = recompute_plan(world.plan.pk, today=TODAY)
    assert (older.lines, older.written, older.superseded) == (0, 0, 1)
    assert Attainment.objects.get(line=line, year=2025, quarter=3).actual == 99
    assert ranks(world.indicators[0]) == [1, 4, 3, 2]
    assert verify(today=TODAY) == []


def test_a_change_during_a_run_leaves_the_line_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    from indicators.services import recompute

    world = World()
    line = world.lines["patents", COUNTIES[0]]
    slow = recompute._computed

    def changed_meanwhile(columns: Any, last_ended: int) -> Any:
        world.mark(line)
        return slow(columns, last_ended)

    monkeypatch.setattr(recompute, "_computed", changed_meanwhile)
    recompute_plan(world.plan.pk, today=TODAY)
    assert list(TargetLine.objects.stale()) == [line]


def test_a_line_deleted_during_a_run_leaves_no_results_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    from indicators.services import recompute

    world = World()
    slow = recompute._computed

    def deleted_meanwhile(columns: Any, last_ended: int) -> Any:
        TargetLine.objects.filter(pk=world.lines["patents", COUNTIES[0]].pk).delete()
        return slow(columns, last_ended)

    monkeypatch.setattr(recompute, "_computed", deleted_meanwhile)
    recompute_plan(world.plan.pk, today=TODAY)
    assert Attainment.objects.count() == 7 * 20
    assert verify(today=TODAY) == []


def test_a_deleted_line_takes_its_results_along() -> None:
    world = World()
    recompute_plan(world.plan.pk, today=TODAY)
    world.lines["patents", COUNTIES[0]].delete()
    assert Attainment.objects.count() == 7 * 20


def test_results_whose_line_is_gone_are_found() -> None:
    world = World()
    recompute_plan(world.plan.pk, today=TODAY)
    TargetLine.objects.filter(pk=world.lines["patents", COUNTIES[0]].pk)._raw_delete(connection.alias)
    connection.check_constraints = lambda *args, **kwargs: None  # type: ignore[method-assign]
    assert verify_all(today=TODAY).differing >= 20


def test_a_small_plan_is_one_job_and_a_large_one_several(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.mark(*world.lines.values())
    world.mark(*world.lines.values())
    assert [job.args for job in JobRun.objects.all()] == [{"plan": world.plan.pk}]
    JobRun.objects.all().delete()
    monkeypatch.setattr(staleness, "LINES_A_JOB", 4)
    world.mark(*world.lines.values())
    world.mark(world.lines["marks", COUNTIES[0]])
    first, second = (indicator.pk for indicator in world.indicators)
    assert [job.args for job in JobRun.objects.order_by("pk")] == [
        {"plan": world.plan.pk, "first": first, "last": first},
        {"plan": world.plan.pk, "first": second, "last": second},
    ]
    run_due_jobs()
    assert Attainment.objects.count() == 160
    assert not TargetLine.objects.stale().exists()


def test_a_change_asks_for_the_touched_part_of_a_large_plan_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    monkeypatch.setattr(staleness, "LINES_A_JOB", 4)
    world.mark(world.lines["marks", COUNTIES[0]])
    assert [job.args["first"] for job in JobRun.objects.all()] == [world.indicators[1].pk]


@pytest.mark.parametrize("state", [Plan.State.ACTIVE, Plan.State.CLOSED, Plan.State.DRAFT])
def test_a_quarters_end_is_due_in_every_plan_whatever_its_state(state: str) -> None:
    world = World()
    recompute_plan(world.plan.pk, today=TODAY)
    Plan.objects.update(state=state)
    year_end = Attainment.objects.filter(year=2025, quarter=4)
    assert set(year_end.values_list("status", flat=True)) == {"not_due"}
    assert mark_quarters_ended(Quarter.last_ended(TODAY)) == (0, 0)
    # The plan is over, and the machine was off for a year.
    later = date(2027, 1, 1)
    assert mark_quarters_ended(Quarter.last_ended(later)) == (1, 8)
    recompute_plan(world.plan.pk, today=later)
    assert set(year_end.values_list("status", flat=True)) == {"missing"}
    assert verify(today=later) == []
    assert mark_quarters_ended(Quarter.last_ended(date(2030, 1, 1))) == (0, 0)


def test_the_nightly_check_says_what_differs_and_how_to_mend_it(settings: Any) -> None:
    from ipdash.jobs.registry import get_spec, result_words
    from ipdash.jobs.services import enqueue_slot

    settings.TODAY_OVERRIDE = TODAY
    world = World()
    recompute_plan(world.plan.pk, today=TODAY)
    assert get_spec("verify_attainment").words is not None
    job = enqueue_slot("verify_attainment", {}, slot="one")
    assert job is not None
    run_due_jobs()
    job.refresh_from_db()
    assert result_words(job.kind, job.result) == "核对160条结果，无差异。"
    Attainment.objects.filter(year=2025, quarter=3).update(actual=F("actual") + 1)
    second = enqueue_slot("verify_attainment", {}, slot="two")
    assert second is not None
    run_due_jobs()
    second.refresh_from_db()
    words = result_words(second.kind, second.result)
    assert "8条" in words
    assert f"python3 manage.py recompute_attainment --all --plan {world.plan.pk}" in words


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no row locks: its readers see the last commit"
)
def test_readers_see_the_old_results_while_new_ones_are_written() -> None:
    world = World()
    recompute_plan(world.plan.pk, today=TODAY)
    world.report(world.indicators[0], COUNTIES[0], 3, 99)
    world.mark(world.lines["patents", COUNTIES[0]])
    other = connections.create_connection("default")
    try:
        with transaction.atomic():
            recompute_plan(world.plan.pk, today=TODAY)
            with other.cursor() as reader:
                reader.execute("SET statement_timeout = '2s'")
                reader.execute("SELECT max(actual) FROM indicators_attainment")
                assert reader.fetchone()[0] == 33 * 10**6
                reader.execute("SELECT count(*) FROM indicators_targetline")
        with other.cursor() as reader:
            reader.execute("SELECT max(actual) FROM indicators_attainment")
            assert reader.fetchone()[0] == 99 * 10**6
    finally:
        other.close()
