"""From the file to the stored figures: what is named, what is stored, what a second time does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from indicators.models import Figure, FigureRevision, ReportingPeriod, Upload, UploadRow
from indicators.services import uploads
from indicators.services.entry_rules import Entry
from indicators.services.figures import save_figures
from ipdash.accounts.models import AuditEntry
from ipdash.core.errors import Conflict, NotAllowed, NotVisible
from ipdash.jobs import runner
from ipdash.jobs.models import JobRun, JobState
from tests import builders
from tests.indicators.uploads.conftest import TODAY, World, rows_of

THREE_WRONG = {10: "12-", 20: -5, 30: "约120"}


def commit(world: World, upload: Upload, *, all_or_nothing: bool = False, confirmed: tuple[int, ...] = ()) -> JobRun:
    """Asked for and run as the page does it."""
    job = uploads.request_commit(world.reporter, upload, all_or_nothing=all_or_nothing, confirmed=confirmed)
    runner.run_due_jobs()
    job.refresh_from_db()
    upload.refresh_from_db()
    return job


def test_of_two_hundred_figures_the_three_wrong_ones_are_named_with_cell_and_reason(large_world: World) -> None:
    upload = large_world.previewed(large_world.template(THREE_WRONG))
    refused = rows_of(upload, "refused")
    assert [(row.cell, row.code) for row in refused] == [
        ("I15", "trailing_minus"),
        ("I25", "negative"),
        ("I35", "approximate"),
    ]
    assert refused[0].message.startswith("I15：“12-”的负号写在数字后面")
    assert (upload.state, upload.counts) == (
        Upload.State.PREVIEWED,
        dict.fromkeys(UploadRow.Verdict.values, 0) | {"rows": 200, "new": 197, "refused": 3},
    )
    assert not Figure.objects.exists(), "a preview stores nothing"


def test_the_197_right_rows_are_stored_as_submitted_with_their_cells(large_world: World) -> None:
    upload = large_world.previewed(large_world.template(THREE_WRONG))
    job = commit(large_world, upload)
    assert (job.state, job.result["stored"]) == (JobState.DONE, 197)
    assert (upload.state, upload.counts["stored"], upload.job) == (Upload.State.COMMITTED, 197, job)
    figure = Figure.objects.get(indicator__code="measure_000")
    assert (figure.value, figure.state, figure.cell) == (Decimal(1), Figure.State.SUBMITTED, "填报!I5")
    assert (figure.source, figure.upload, figure.entered_by) == (Figure.Source.UPLOAD, upload, large_world.reporter)
    assert Figure.objects.filter(state=Figure.State.SUBMITTED).count() == FigureRevision.objects.count() == 197
    assert AuditEntry.objects.filter(action="upload.commit").count() == 1


def test_with_all_or_nothing_the_refused_rows_are_listed_and_none_is_stored(large_world: World) -> None:
    upload = large_world.previewed(large_world.template(THREE_WRONG))
    with pytest.raises(Conflict) as refused:
        uploads.request_commit(large_world.reporter, upload, all_or_nothing=True)
    assert refused.value.code == "has_refused"
    assert list(refused.value.details) == ["I15", "I25", "I35"]
    counts = uploads.commit(large_world.reporter, upload, all_or_nothing=True, confirmed=(), today=TODAY)
    assert (counts["stored"], Figure.objects.count(), FigureRevision.objects.count()) == (0, 0, 0)
    upload.refresh_from_db()
    assert upload.state == Upload.State.PREVIEWED


def test_the_same_file_again_changes_nothing_and_says_so(world: World) -> None:
    content = world.template()
    world.stored(content)
    revisions = FigureRevision.objects.count()
    again = world.previewed(content, "另一个名字.xlsx")
    assert (again.counts["unchanged"], again.counts["new"], again.counts["changed"]) == (5, 0, 0)
    assert "内容完全相同" in again.findings[0]["message"]
    commit(world, again)
    assert (again.counts["stored"], FigureRevision.objects.count()) == (0, revisions)


def test_the_same_rows_as_csv_change_nothing_either(world: World) -> None:
    world.stored(world.template())
    again = world.previewed(world.csv(), "三季度.csv")
    assert (again.counts["unchanged"], again.counts["rows"]) == (5, 5)


def test_a_csv_is_stored_like_a_workbook(world: World) -> None:
    upload = world.stored(world.csv(), "三季度.csv")
    assert upload.counts["stored"] == 5
    assert world.values() == {f"measure_{n:03}": Decimal(n + 1) for n in range(5)}
    assert Figure.objects.get(indicator__code="measure_001").cell == "K3"


def test_an_empty_cell_is_no_figure_and_takes_none_away(world: World) -> None:
    world.stored(world.template())
    upload = world.stored(world.template({0: None, 1: "—", 2: 0}))
    assert (upload.counts["missing"], upload.counts["changed"], upload.counts["stored"]) == (2, 1, 1)
    assert world.values() == {f"measure_{n:03}": Decimal(v) for n, v in enumerate((1, 2, 0, 4, 5))}


def test_a_question_is_stored_only_when_a_person_has_confirmed_it(world: World) -> None:
    upload = world.previewed(world.template({0: "1,200", 1: "１３"}))
    first, _second = rows_of(upload, "question")
    assert (first.code, first.value, first.printed) == ("thousands", Decimal(1200), "1,200")
    commit(world, upload, confirmed=(first.pk,))
    assert (upload.counts["stored"], upload.counts["question"]) == (4, 1)
    assert world.values()["measure_000"] == Decimal(1200)
    assert "measure_001" not in world.values()


def test_all_or_nothing_does_not_pass_over_an_unanswered_question(world: World) -> None:
    upload = world.previewed(world.template({0: "1,200"}))
    with pytest.raises(Conflict):
        uploads.request_commit(world.reporter, upload, all_or_nothing=True)
    job = uploads.request_commit(world.reporter, upload, all_or_nothing=True, all_confirmed=True)
    runner.run_due_jobs()
    job.refresh_from_db()
    assert job.result["stored"] == 5


def _reported(world: World, code: str, value: str) -> None:
    entry = Entry(code, world.region.code, 2025, 3, Decimal(value))
    assert not save_figures(world.reporter, [entry], source=Figure.Source.FORM, today=TODAY).refused


@pytest.mark.parametrize("stood_before", [True, False])
def test_a_figure_changed_since_the_preview_is_told_and_not_overwritten(world: World, stood_before: bool) -> None:
    if stood_before:
        _reported(world, "measure_002", "70")
    upload = world.previewed(world.template())
    _reported(world, "measure_002", "77")
    commit(world, upload)
    assert (upload.counts["stored"], world.values()["measure_002"]) == (4, Decimal(77))
    (row,) = rows_of(upload, "refused")
    assert (row.cell, row.code) == ("I7", "stale_version")
    assert "77" in row.message
    assert "3" in row.message


def test_with_all_or_nothing_one_figure_changed_meanwhile_leaves_all_as_they_were(world: World) -> None:
    upload = world.previewed(world.template())
    _reported(world, "measure_002", "77")
    job = commit(world, upload, all_or_nothing=True)
    assert (job.result["stored"], upload.state) == (0, Upload.State.PREVIEWED)
    assert world.values() == {"measure_002": Decimal(77)}
    assert [row.cell for row in rows_of(upload, "refused")] == ["I7"]
    upload = uploads.preview(world.reporter, upload, TODAY)
    assert (upload.counts["changed"], upload.counts["new"]) == (1, 4), "compared anew, it can be stored"


def test_of_two_commits_one_wins_and_the_other_is_told(world: World) -> None:
    upload = world.previewed(world.template())
    uploads.request_commit(world.reporter, upload, all_or_nothing=False)
    with pytest.raises(Conflict) as busy:
        uploads.request_commit(world.reporter, upload, all_or_nothing=False)
    assert busy.value.code == "upload_busy"
    runner.run_due_jobs()
    with pytest.raises(Conflict) as late:
        uploads.commit(world.reporter, upload, all_or_nothing=False, confirmed=(), today=TODAY)
    assert late.value.code == "wrong_state"
    assert FigureRevision.objects.count() == 5


def test_a_run_repeated_after_its_work_was_done_does_nothing_more(world: World) -> None:
    upload = world.previewed(world.template())
    job = commit(world, upload)
    counts = uploads.commit(world.reporter, upload, all_or_nothing=False, confirmed=(), today=TODAY, job_id=job.pk)
    assert (counts["stored"], FigureRevision.objects.count()) == (5, 5)


def test_a_run_that_dies_before_its_end_stores_nothing_and_the_next_one_stores_all(world: World) -> None:
    upload = world.previewed(world.template())

    def dies() -> None:
        raise RuntimeError("the worker is gone")

    with pytest.raises(RuntimeError):
        uploads.commit(world.reporter, upload, all_or_nothing=False, confirmed=(), today=TODAY, fence=dies)
    upload.refresh_from_db()
    assert (Figure.objects.count(), upload.state) == (0, Upload.State.PREVIEWED)
    commit(world, upload)
    assert (Figure.objects.count(), upload.state) == (5, Upload.State.COMMITTED)


def test_rights_taken_away_before_the_run_count(world: World) -> None:
    upload = world.previewed(world.template())
    job = uploads.request_commit(world.reporter, upload, all_or_nothing=False)
    world.reporter.memberships.all().delete()
    runner.run_due_jobs()
    job.refresh_from_db()
    assert (job.state, Figure.objects.count()) == (JobState.FAILED, 0)


def test_another_units_rows_are_refused_and_nothing_of_them_is_told(world: World) -> None:
    elsewhere = builders.make_region("500121", "别处")
    other = builders.make_unit(elsewhere)
    for indicator in world.indicators:
        builders.make_duty(indicator, elsewhere, other)
    builders.open_period(elsewhere)
    theirs = builders.make_user("reporter", unit=other)
    entry = Entry("measure_000", "500121", 2025, 3, Decimal("4711.25"))
    save_figures(theirs, [entry], source=Figure.Source.FORM, today=TODAY)
    content = world.csv().decode("utf-8-sig").replace("500120", "500121").encode()
    upload = world.previewed(content, "别处.csv")
    assert (upload.counts["refused"], upload.counts["rows"]) == (5, 5)
    row = rows_of(upload, "refused")[0]
    assert (row.code, row.old_value, row.before, row.region) == ("not_found", None, None, None)
    assert not any("4711" in row.message for row in rows_of(upload, "refused"))


def test_a_locked_quarter_stays_locked(world: World) -> None:
    upload = world.previewed(world.template())
    ReportingPeriod.objects.update(locks=TODAY.replace(day=11), due=TODAY.replace(day=10))
    commit(world, upload)
    assert (upload.counts["refused"], upload.counts["stored"], Figure.objects.count()) == (5, 0, 0)
    assert {row.code for row in rows_of(upload, "refused")} == {"locked"}
    assert {row.code for row in rows_of(world.previewed(world.template()), "refused")} == {"locked"}


def test_only_its_sender_compares_and_stores_an_upload(world: World) -> None:
    upload = world.receive(world.template())
    colleague = builders.make_user("reporter", unit=world.unit)
    with pytest.raises(NotVisible):
        uploads.preview(colleague, upload, TODAY)
    upload = uploads.preview(world.reporter, upload, TODAY)
    with pytest.raises(NotVisible):
        uploads.request_commit(colleague, upload, all_or_nothing=False)


@pytest.mark.parametrize("role", ["leader", "reviewer", "department"])
def test_who_reports_nothing_uploads_nothing(world: World, role: str) -> None:
    person = builders.make_user(role, **({"unit": world.unit} if role == "department" else {"region": world.region}))
    with pytest.raises(NotAllowed):
        world.receive(world.template(), actor=person)
    assert not Upload.objects.exists()


def test_a_changed_unit_of_measurement_is_refused_rather_than_stored_in_the_wrong_unit(world: World) -> None:
    content = world.csv().decode("utf-8-sig").replace(",件,", ",万件,", 1).encode()
    upload = world.previewed(content, "三季度.csv")
    (row,) = rows_of(upload, "refused")
    assert (row.cell, row.code) == ("K2", "other_unit_column")
    assert "万件" in row.message


def test_rows_that_contradict_each_other_are_refused_together(world: World) -> None:
    lines = world.csv().decode("utf-8-sig").splitlines()
    upload = world.previewed("\r\n".join([*lines, lines[1].replace(",1,", ",9,")]).encode(), "三季度.csv")
    assert [row.code for row in rows_of(upload, "refused")] == ["conflicting_rows"]
    assert upload.counts["new"] == 4, "neither of the two is stored"
    assert UploadRow.objects.filter(upload=upload, indicator_text="measure_000").count() == 0
