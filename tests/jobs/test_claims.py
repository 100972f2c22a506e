"""Who may run a job: one claimant at a time, for as long as the lease is renewed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from ipdash.jobs import services
from ipdash.jobs.context import LeaseLost, Report
from ipdash.jobs.models import JobRun, JobState

pytestmark = pytest.mark.django_db


def _claim(job: JobRun, worker: str = "worker-a") -> JobRun:
    claimed = services.claim(job.pk, worker)
    assert claimed is not None
    return claimed


def _let_the_lease_end(job: JobRun) -> None:
    JobRun.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))


def test_a_due_job_is_claimed_once() -> None:
    job = services.enqueue("test.add")
    claimed = _claim(job)
    assert (claimed.state, claimed.attempts, claimed.worker) == (JobState.RUNNING, 1, "worker-a")
    assert services.claim(job.pk, "worker-b") is None


def test_a_job_is_not_claimed_before_it_is_due() -> None:
    job = services.enqueue("test.add")
    JobRun.objects.filter(pk=job.pk).update(due_at=Now() + timedelta(seconds=60))
    assert services.claim(job.pk, "worker-a") is None
    assert not JobRun.objects.claimable().exists()


def test_a_job_whose_lease_has_ended_is_taken_over_and_the_old_worker_can_write_nothing() -> None:
    old = _claim(services.enqueue("test.add"))
    _let_the_lease_end(old)
    new = _claim(old, "worker-b")
    assert (new.attempts, new.losses) == (2, 1)
    assert services.heartbeat(old, Report(9, 9, "旧")) is False
    assert services.release(old) is False
    with pytest.raises(LeaseLost):
        services.finish(old, {"from": "old"})
    with pytest.raises(LeaseLost):
        services.fail(old, "旧")
    services.finish(new, {"from": "new"})
    new.refresh_from_db()
    assert (new.state, new.result, new.error, new.progress) == (JobState.DONE, {"from": "new"}, "", 0)


def test_a_renewed_lease_cannot_be_taken_over() -> None:
    job = _claim(services.enqueue("test.add"))
    _let_the_lease_end(job)
    assert services.heartbeat(job) is True
    assert services.claim(job.pk, "worker-b") is None


def test_ended_jobs_are_never_claimed_again() -> None:
    done, failed = _claim(services.enqueue("test.add")), _claim(services.enqueue("test.add"))
    services.finish(done, {})
    services.fail(failed, "不行。")
    assert services.claim(done.pk, "worker-b") is None
    assert services.claim(failed.pk, "worker-b") is None


def test_a_job_waits_while_an_older_one_of_its_key_is_running_even_after_that_ones_lease() -> None:
    older = _claim(services.enqueue("test.add", dedupe_key="plan:1"))
    newer = services.enqueue("test.add", dedupe_key="plan:1")
    other = services.enqueue("test.add", dedupe_key="plan:2")
    assert list(JobRun.objects.claimable()) == [other]
    assert services.claim(newer.pk, "worker-b") is None
    _let_the_lease_end(older)
    assert services.claim(newer.pk, "worker-b") is None
    services.finish(_claim(older, "worker-b"), {})
    assert services.claim(newer.pk, "worker-b") is not None


def test_a_released_job_waits_again_at_once_and_no_error_is_counted() -> None:
    job = _claim(services.enqueue("test.add"))
    assert services.release(job) is True
    job.refresh_from_db()
    assert (job.state, job.failures, job.losses, job.lease_until, job.worker) == (JobState.QUEUED, 0, 0, None, "")
    assert _claim(job, "worker-b").losses == 0


def test_a_job_released_while_a_newer_one_of_its_key_waits_keeps_its_turn() -> None:
    older = _claim(services.enqueue("test.add", dedupe_key="plan:1"))
    newer = services.enqueue("test.add", dedupe_key="plan:1")
    assert services.release(older) is True
    JobRun.objects.filter(pk=older.pk).update(lease_until=Now() - timedelta(milliseconds=5))
    assert services.claim(newer.pk, "worker-b") is None
    assert _claim(older, "worker-b").losses == 0


def test_a_stopping_worker_gives_back_its_own_jobs_only() -> None:
    mine, theirs = services.enqueue("test.add"), services.enqueue("test.add")
    _claim(mine, "worker-a")
    _claim(theirs, "worker-b")
    assert services.release_all("worker-a") == 1
    assert list(JobRun.objects.filter(state=JobState.QUEUED)) == [mine]


def test_a_job_that_keeps_killing_its_workers_is_given_up_with_a_sentence() -> None:
    job = services.enqueue("test.add")
    for _ in range(services.MOST_LOSSES + 1):
        _let_the_lease_end(_claim(job))
    assert services.claim(job.pk, "worker-a") is None
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert f"J{job.pk}" in job.error


def test_the_database_refuses_a_second_waiting_job_of_one_key_and_a_running_one_without_a_lease() -> None:
    from django.core.exceptions import ValidationError
    from django.db import IntegrityError

    services.enqueue("test.add", dedupe_key="plan:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        JobRun.objects.create(kind="test.add", dedupe_key="plan:1")
    with pytest.raises(ValidationError, match="同样的作业已在等待运行"):
        JobRun(kind="test.add", dedupe_key="plan:1", due_at=timezone.now(), created_at=timezone.now()).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        JobRun.objects.create(kind="test.add", state=JobState.RUNNING)
