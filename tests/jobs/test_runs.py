"""What becomes of a run: its result, its progress, its errors, and its end when somebody else has it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from ipdash.jobs import context as job_context
from ipdash.jobs import runner, services
from ipdash.jobs.context import JobContext
from ipdash.jobs.models import JobRun, JobState
from tests.jobs import handlers


@pytest.fixture
def at_the_turning_point() -> Iterator[Callable[[Callable[[JobContext], None]], None]]:
    yield handlers.turning_point.append
    handlers.turning_point.clear()


def _run(job: JobRun) -> JobRun:
    assert runner.run_job(job.pk, "worker-a", report=False)
    job.refresh_from_db()
    return job


def _taken_over(job_id: int) -> None:
    JobRun.objects.filter(pk=job_id).update(lease_until=Now() - timedelta(seconds=1))
    assert services.claim(job_id, "worker-b") is not None


@pytest.mark.django_db
def test_a_job_that_ends_well_keeps_its_result_and_last_progress() -> None:
    job = _run(services.enqueue("test.add", {"a": 2, "b": 3}))
    assert (job.state, job.result) == (JobState.DONE, {"sum": 5})
    assert (job.progress, job.total, job.step, job.error) == (2, 2, "相加", "")
    assert job.finished_at is not None


@pytest.mark.django_db
def test_a_refusal_ends_the_job_with_its_own_sentence_and_is_not_tried_again() -> None:
    job = _run(services.enqueue("test.refuse"))
    assert (job.state, job.error) == (JobState.FAILED, "第3行的数值无法识别，请修改后重试。")
    assert (job.attempts, job.failures) == (1, 0)


@pytest.mark.django_db
def test_an_unexpected_error_is_tried_again_later_then_ends_with_a_number_and_no_detail(
    caplog: pytest.LogCaptureFixture,
) -> None:
    job = _run(services.enqueue("test.crash"))
    assert (job.state, job.failures) == (JobState.QUEUED, 1)
    assert services.claim(job.pk, "worker-a") is None, "it waits before the next try"
    JobRun.objects.filter(pk=job.pk).update(due_at=Now())
    with caplog.at_level(logging.ERROR, "ipdash.jobs"):
        job = _run(job)
    assert (job.state, job.attempts) == (JobState.FAILED, 2)
    assert f"J{job.pk}-2" in job.error
    assert "secret" not in job.error
    assert caplog.records[0].exc_info is not None, "the log holds what the sentence leaves out"


@pytest.mark.django_db
def test_each_try_waits_longer_than_the_one_before() -> None:
    job = services.enqueue("test.crash")
    waits = []
    for _ in range(3):
        claimed = services.claim(job.pk, "worker-a")
        assert claimed is not None
        assert services.fail_or_retry(claimed, 9, "稍后重试。")
        job = JobRun.objects.annotate(now=Now()).get(pk=job.pk)
        waits.append(round((job.due_at - job.now).total_seconds()))
        JobRun.objects.filter(pk=job.pk).update(due_at=Now())
    assert waits == list(services.BACK_OFF[:3])


@pytest.mark.django_db
def test_a_database_error_is_tried_again_even_by_a_job_that_allows_no_retries() -> None:
    job = _run(services.enqueue("test.unlucky"))
    assert (job.state, job.failures) == (JobState.QUEUED, 1)


@pytest.mark.django_db
def test_a_job_whose_handler_is_gone_fails_after_its_tries_instead_of_circling() -> None:
    job = services.enqueue("test.add")
    JobRun.objects.filter(pk=job.pk).update(kind="gone.kind")
    assert _run(job).state == JobState.FAILED


@pytest.mark.django_db
def test_a_run_that_was_taken_over_stops_at_its_next_step_and_changes_nothing(at_the_turning_point) -> None:
    def lose(context: JobContext) -> None:
        _taken_over(context.job_id)
        context.still_mine()

    at_the_turning_point(lose)
    job = _run(services.enqueue("test.turn"))
    assert (job.state, job.worker, job.attempts, job.result) == (JobState.RUNNING, "worker-b", 2, None)


@pytest.mark.django_db
def test_what_a_run_wrote_in_a_fenced_transaction_is_undone_when_it_was_taken_over(at_the_turning_point) -> None:
    witness = services.enqueue("test.witness")
    at_the_turning_point(lambda context: _taken_over(context.job_id))
    job = _run(services.enqueue("test.fenced"))
    witness.refresh_from_db()
    assert witness.step == ""
    assert (job.state, job.result) == (JobState.RUNNING, None)


@pytest.mark.django_db
def test_a_stopping_worker_gives_back_the_run_at_its_next_report(at_the_turning_point) -> None:
    at_the_turning_point(lambda _: job_context.interrupted.set())
    try:
        job = _run(services.enqueue("test.turn"))
    finally:
        job_context.interrupted.clear()
    assert (job.state, job.failures, job.step) == (JobState.QUEUED, 0, "")


@pytest.mark.django_db
def test_everything_due_can_be_run_here_and_now() -> None:
    for number in range(3):
        services.enqueue("test.add", {"a": number})
    assert runner.run_due_jobs() == 3
    assert {job.state for job in JobRun.objects.all()} == {JobState.DONE}


def test_progress_is_seen_and_the_lease_renewed_while_the_handler_is_still_at_work(
    shared_database: None, at_the_turning_point, settings
) -> None:
    settings.JOB_LEASE_SECONDS = 2
    seen: list[tuple[int, int, str]] = []
    go_on = threading.Event()
    at_the_turning_point(lambda _: go_on.wait(30) and None)
    with transaction.atomic():
        job = services.enqueue("test.turn")

    def work() -> None:
        runner.run_job(job.pk, "worker-a")
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    until = threading.Event()
    for _ in range(100):
        now = JobRun.objects.get(pk=job.pk)
        renewed = now.heartbeat_at is not None and now.started_at is not None and now.heartbeat_at > now.started_at
        if now.progress == 1 and renewed:
            seen.append((now.progress, now.total, now.step))
            break
        until.wait(0.1)
    go_on.set()
    thread.join(30)
    job.refresh_from_db()
    assert seen == [(1, 2, "前半")]
    assert (job.state, job.step) == (JobState.DONE, "后半")


def test_a_run_learns_from_its_reporter_that_it_was_taken_over(shared_database: None, at_the_turning_point) -> None:
    with transaction.atomic():
        job = services.enqueue("test.turn")

    def lose(context: JobContext) -> None:
        _taken_over(context.job_id)
        until = threading.Event()
        for step in range(100):
            context.progress(1, 2, f"第{step}步")  # raises as soon as the reporter has been refused
            until.wait(0.1)

    at_the_turning_point(lose)
    assert runner.run_job(job.pk, "worker-a")
    job.refresh_from_db()
    assert (job.worker, job.attempts, job.state, job.step) == ("worker-b", 2, JobState.RUNNING, "")
