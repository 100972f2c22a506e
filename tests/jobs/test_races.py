"""Several writers and workers at the same instant, each with a connection of its own."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from ipdash.jobs import services
from ipdash.jobs.models import JobRun


def test_the_same_key_from_many_threads_at_once_leaves_one_waiting_job_with_every_request(
    shared_database: None,
) -> None:
    errors: list[BaseException] = []
    start = threading.Barrier(6)

    def write() -> None:
        try:
            start.wait(10)
            for _ in range(5):
                with transaction.atomic():
                    services.enqueue("test.add", dedupe_key="plan:1")
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert list(JobRun.objects.values_list("requests", flat=True)) == [30]


def test_a_waiting_job_cannot_be_claimed_before_the_write_that_joined_it_is_committed(shared_database: None) -> None:
    with transaction.atomic():
        job = services.enqueue("test.add", dedupe_key="plan:1")
    claimed_at: list[bool] = []
    committed = threading.Event()
    started = threading.Event()

    def work() -> None:
        started.set()
        taken = services.claim(job.pk, "worker-a")
        claimed_at.append(taken is not None and committed.is_set())
        connection.close()

    thread = threading.Thread(target=work)
    with transaction.atomic():
        services.enqueue("test.add", dedupe_key="plan:1")
        thread.start()
        started.wait(10)
        thread.join(0.3)  # long enough for a claim that does not wait
        committed.set()
    thread.join(30)
    assert claimed_at == [True]
    assert JobRun.objects.get().requests == 2


@pytest.mark.parametrize("rounds", [3, pytest.param(25, marks=pytest.mark.thorough)])
def test_of_four_workers_that_claim_at_once_one_gets_the_job(shared_database: None, rounds: int) -> None:
    winners: list[list[str]] = []
    errors: list[BaseException] = []

    def work(job: JobRun, name: str, start: threading.Barrier, won: list[str]) -> None:
        try:
            start.wait(10)
            if services.claim(job.pk, name) is not None:
                won.append(name)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    for round_ in range(rounds):
        with transaction.atomic():
            job = services.enqueue("test.add")
        if round_ % 2:  # as a take-over
            assert services.claim(job.pk, "worker-x") is not None
            JobRun.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))
        start, won = threading.Barrier(4), list[str]()
        threads = [threading.Thread(target=work, args=(job, f"worker-{n}", start, won)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        winners.append(won)
    assert errors == []
    assert [len(won) for won in winners] == [1] * rounds
