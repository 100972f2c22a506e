"""Taking an upload back: exactly what was there before, or nothing and the list of what stands in the way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from indicators.models import Attainment, Figure, FigureRevision, ReportingPeriod, Upload
from indicators.services import uploads
from indicators.services.entry_rules import Entry
from indicators.services.figures import approve_figures, return_figures, save_figures
from indicators.services.recompute import recompute_plan
from indicators.services.verification import verify
from ipdash.core.errors import Conflict
from ipdash.jobs import runner
from ipdash.jobs.models import JobRun, JobState
from tests import builders
from tests.indicators.uploads.conftest import TODAY, World


def state_of_figures() -> list[dict[str, Any]]:
    """Every column of every figure but its version, which only rises."""
    rows = [dict(row) for row in Figure.objects.order_by("pk").values()]
    return [{name: value for name, value in row.items() if name != "version"} for row in rows]


def report(world: World, code: str, value: str, note: str = "") -> Figure:
    entry = Entry(code, world.region.code, 2025, 3, Decimal(value), note, printed=value)
    save_figures(world.reporter, [entry], source=Figure.Source.FORM, today=TODAY)
    return Figure.objects.get(indicator__code=code)


@pytest.fixture
def reported(world: World) -> World:
    """One figure approved, one returned, one draft, one submitted with a note; the fifth not yet there."""
    first, second = report(world, "measure_000", "70"), report(world, "measure_001", "71", "估计数")
    approve_figures(world.reviewer, [first.pk])
    return_figures(world.reviewer, [second.pk], "请核对")
    draft = Entry("measure_002", world.region.code, 2025, 3, Decimal(72))
    save_figures(world.reporter, [draft], source=Figure.Source.FORM, today=TODAY, submit=False)
    report(world, "measure_003", "73", "含外地")
    return world


def test_undoing_restores_every_column_of_every_figure(reported: World) -> None:
    before = state_of_figures()
    upload = reported.stored(reported.template({0: 1, 1: 71, 2: "-", 3: 4}))
    assert upload.counts["stored"] == 4
    assert state_of_figures() != before
    uploads.undo(reported.reporter, upload, today=TODAY)
    upload.refresh_from_db()
    assert (state_of_figures(), upload.state) == (before, Upload.State.UNDONE)
    first = FigureRevision.objects.filter(figure__indicator__code="measure_000").last()
    assert first is not None
    assert (first.action, first.from_value, first.to_value) == (FigureRevision.Action.UNDO, Decimal(1), Decimal(70))
    assert (first.to_state, first.by) == (Figure.State.APPROVED, reported.reporter)


def test_a_figure_changed_since_stops_the_undoing_of_all_and_is_named(reported: World) -> None:
    upload = reported.stored(reported.template())
    report(reported, "measure_001", "99")
    before = state_of_figures()
    with pytest.raises(Conflict) as refused:
        uploads.request_undo(reported.reporter, upload, today=TODAY)
    assert (refused.value.code, list(refused.value.details)) == ("changed_since", ["I6"])
    assert "又有改动" in str(refused.value)
    assert state_of_figures() == before
    assert not JobRun.objects.filter(kind=uploads.UNDO).exists()


def test_an_approved_figure_is_taken_back_by_a_reviewer_and_counts_no_more(world: World) -> None:
    line = builders.make_line(builders.make_plan(world.region), world.indicators[0], {2025: "10"}, baseline=(2020, "0"))
    first = report(world, "measure_000", "8")
    approve_figures(world.reviewer, [first.pk])
    upload = world.stored(world.template({0: 9}))
    approve_figures(world.reviewer, list(Figure.objects.values_list("pk", flat=True)))
    with pytest.raises(Conflict) as refused:
        uploads.undo(world.reporter, upload, today=TODAY)
    assert "须由审核人撤销" in str(refused.value)
    recompute_plan(line.plan_id, today=TODAY)
    JobRun.objects.all().delete()
    job = uploads.request_undo(world.reviewer, upload, today=TODAY)
    runner.run_due_jobs()
    job.refresh_from_db()
    assert job.state == JobState.DONE
    figure = Figure.objects.get()
    assert (figure.value, figure.approved_value, figure.state) == (8, 8, Figure.State.APPROVED)
    assert JobRun.objects.filter(kind="recompute_attainment").count() == 1
    assert Attainment.objects.get(line=line, year=2025, quarter=3).actual == Decimal(8)
    assert verify(today=TODAY) == []


def test_what_is_undone_once_is_not_undone_twice(world: World) -> None:
    upload = world.stored(world.template())
    uploads.undo(world.reporter, upload, today=TODAY)
    assert not Figure.objects.exists()
    with pytest.raises(Conflict) as refused:
        uploads.undo(world.reporter, upload, today=TODAY)
    assert refused.value.code == "wrong_state"


def test_the_file_can_be_uploaded_again_after_undoing(world: World) -> None:
    content = world.template()
    uploads.undo(world.reporter, world.stored(content), today=TODAY)
    assert world.stored(content).counts["stored"] == 5


def test_two_uploads_are_undone_one_after_the_other_from_the_later_one(world: World) -> None:
    first, second = world.stored(world.template()), world.stored(world.template({0: 100}))
    with pytest.raises(Conflict):
        uploads.undo(world.reporter, first, today=TODAY)
    uploads.undo(world.reporter, second, today=TODAY)
    assert world.values()["measure_000"] == Decimal(1)
    uploads.undo(world.reporter, first, today=TODAY)
    assert world.values() == {}


def test_a_locked_quarter_is_undone_only_by_a_reviewer_with_a_reason(world: World) -> None:
    upload = world.stored(world.template())
    ReportingPeriod.objects.update(locks=TODAY.replace(day=11), due=TODAY.replace(day=10))
    for actor, reason in ((world.reporter, "填错了"), (world.reviewer, "")):
        with pytest.raises(Conflict):
            uploads.undo(actor, upload, today=TODAY, reason=reason)
    uploads.undo(world.reviewer, upload, today=TODAY, reason="单位报送有误")
    assert not Figure.objects.exists()


def test_an_undoing_that_dies_leaves_everything_stored(world: World) -> None:
    upload = world.stored(world.template())
    before = state_of_figures()

    def dies() -> None:
        raise RuntimeError("the worker is gone")

    with pytest.raises(RuntimeError):
        uploads.undo(world.reporter, upload, today=TODAY, fence=dies)
    upload.refresh_from_db()
    assert (state_of_figures(), upload.state) == (before, Upload.State.COMMITTED)


def test_staff_of_one_county_learn_nothing_of_anothers_figures_by_undoing(world: World) -> None:
    neighbour = builders.make_region("500151", "铜梁区")
    province = builders.make_user("staff", region=builders.make_region("500000"))
    staff = builders.make_user("staff", region=world.region)
    rows = [
        f"measure_00{n},{region.code},2020,1,{n + 5}" for region in (world.region, neighbour) for n in (0, 1)
    ]  # fmt: skip
    content = "\r\n".join(["指标编码,行政区划代码,年份,季度,数值", *rows]).encode()
    upload = world.previewed(content, "两区.csv", province)
    uploads.commit(province, upload, all_or_nothing=True, confirmed=(), today=TODAY)
    entry = Entry("measure_000", neighbour.code, 2020, 1, Decimal(99))
    save_figures(province, [entry], source=Figure.Source.FORM, today=TODAY)
    with pytest.raises(Conflict) as refused:
        uploads.request_undo(staff, upload, today=TODAY)
    assert (refused.value.code, refused.value.details) == ("not_yours", {})
    assert "铜梁" not in str(refused.value)
    with pytest.raises(Conflict) as named:
        uploads.request_undo(province, upload, today=TODAY)
    assert "铜梁" in str(named.value)
