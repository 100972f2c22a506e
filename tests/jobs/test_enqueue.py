"""Asking for work: in the transaction of the write, once for equal keys, in everybody's name."""

from __future__ import annotations

import pytest
from django.db import transaction

from ipdash.accounts.models import User
from ipdash.core.errors import Conflict
from ipdash.jobs import services
from ipdash.jobs.models import JobRequest, JobRun, JobState
from ipdash.jobs.registry import UnknownKind


def _claimed(job: JobRun) -> JobRun:
    claimed = services.claim(job.pk, "worker-a")
    assert claimed is not None
    return claimed


@pytest.mark.django_db(transaction=True)
def test_a_job_asked_for_outside_a_transaction_is_a_programming_error() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        services.enqueue("test.add")
    assert JobRun.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_write_that_is_rolled_back_takes_its_job_with_it() -> None:
    def write() -> None:
        with transaction.atomic():
            services.enqueue("test.add")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert JobRun.objects.count() == 0


@pytest.mark.django_db
def test_an_unknown_kind_is_refused_when_it_is_asked_for_not_when_it_runs() -> None:
    with pytest.raises(UnknownKind):
        services.enqueue("test.misspelt")


def test_two_writes_of_one_key_share_the_waiting_job_and_both_people_see_it(clerk: User, colleague: User) -> None:
    first = services.enqueue("test.add", {"a": 1}, dedupe_key="plan:1", requested_by=clerk)
    second = services.enqueue("test.add", {"a": 1}, dedupe_key="plan:1", requested_by=colleague)
    third = services.enqueue("test.add", {"a": 1}, dedupe_key="plan:1", requested_by=clerk)
    assert first.pk == second.pk == third.pk
    first.refresh_from_db()
    assert first.requests == 3
    assert set(JobRequest.objects.filter(job=first).values_list("user", flat=True)) == {clerk.pk, colleague.pk}


@pytest.mark.django_db
def test_a_write_during_the_run_asks_for_another_run() -> None:
    first = services.enqueue("test.add", dedupe_key="plan:1")
    _claimed(first)
    second = services.enqueue("test.add", dedupe_key="plan:1")
    assert second.pk != first.pk
    assert second.state == JobState.QUEUED


@pytest.mark.django_db
def test_different_keys_and_no_key_are_different_jobs() -> None:
    jobs = services.enqueue_many("test.add", [("plan:2", {}), (None, {}), ("plan:1", {}), (None, {})])
    assert len({job.pk for job in jobs}) == 4
    assert [job.dedupe_key for job in jobs] == [None, None, "plan:1", "plan:2"]


def test_a_failed_job_is_run_again_as_a_new_one_in_the_name_of_who_asked(clerk: User) -> None:
    failed = _claimed(services.enqueue("test.add", {"a": 5}, dedupe_key="plan:1"))
    services.fail(failed, "数据不完整。")
    failed.refresh_from_db()
    again = services.retry(failed, clerk)
    assert (again.pk != failed.pk, again.args, again.dedupe_key) == (True, {"a": 5}, "plan:1")
    assert JobRequest.objects.get(job=again).user == clerk


def test_a_job_that_did_not_fail_cannot_be_run_again(clerk: User) -> None:
    with pytest.raises(Conflict):
        services.retry(services.enqueue("test.add"), clerk)
