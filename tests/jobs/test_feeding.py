"""No due row is left lying, and none is sent so often that messages outnumber rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from ipdash.celery import app
from ipdash.jobs import broker, feeding, services
from ipdash.jobs.models import JobRun

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet_queue() -> Iterator[None]:
    """Nobody consumes; the queue is empty before and after."""
    app.control.purge()
    yield
    app.control.purge()


@pytest.fixture
def with_broker(settings) -> None:
    """The sweep as it works beside a broker; in the embedded set-up the broker is this process's memory."""
    settings.CELERY_BROKER_URL = app.conf.broker_url


def _silent_for(seconds: int) -> None:
    JobRun.objects.update(sent_at=Now() - timedelta(seconds=seconds))


def _enqueue(count: int) -> list[int]:
    return [services.enqueue("test.add").pk for _ in range(count)]


def test_a_row_whose_message_was_lost_is_sent_again_once(with_broker: None) -> None:
    _enqueue(1)
    assert feeding.sweep() == 0, "it was sent a moment ago"
    _silent_for(feeding.RESEND_SECONDS + 1)
    assert feeding.sweep() == 1
    assert feeding.sweep() == 0
    assert broker.waiting_messages() == 1


def test_a_long_queue_is_not_sent_again_however_long_it_waits(with_broker: None) -> None:
    for job_id in _enqueue(40):
        assert broker.send(job_id)
    _silent_for(3600)
    assert feeding.sweep() == 0
    assert broker.waiting_messages() == 40


def test_of_a_long_queue_only_as_many_as_were_lost_are_sent_again(with_broker: None) -> None:
    for job_id in _enqueue(40)[:33]:
        assert broker.send(job_id)
    _silent_for(3600)
    assert feeding.sweep() == 7
    assert broker.waiting_messages() == 40
    assert feeding.sweep() == 0


def test_a_released_row_is_sent_by_the_next_sweep(with_broker: None) -> None:
    job = services.claim(_enqueue(1)[0], "worker-a")
    assert job is not None
    services.release(job)
    assert feeding.sweep() == 1


def test_a_row_that_waits_for_its_next_try_is_not_sent(with_broker: None) -> None:
    _enqueue(1)
    JobRun.objects.update(due_at=Now() + timedelta(seconds=30))
    _silent_for(60)
    assert feeding.sweep() == 0


def test_a_run_whose_lease_has_ended_is_sent_again(with_broker: None) -> None:
    services.claim(_enqueue(1)[0], "worker-a")
    _silent_for(60)
    assert feeding.sweep() == 0
    JobRun.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert feeding.sweep() == 1


def test_the_feeder_sends_as_many_rows_as_there_is_room_for_and_none_twice(settings) -> None:
    settings.CELERY_BROKER_URL = ""
    ids = _enqueue(10)
    feeder = feeding.Feeder("worker-a", slots=4)
    assert feeder.feed(100.0) == 4
    assert feeder.feed(100.2) == 0
    for job_id in ids[:2]:
        claimed = services.claim(job_id, "worker-a")
        assert claimed is not None
        services.finish(claimed, {})
        feeding.landed(job_id)
    assert feeder.feed(100.4) == 2
    assert broker.waiting_messages() == 6


def test_a_row_that_could_not_be_claimed_rests_before_it_is_fed_again(settings) -> None:
    settings.CELERY_BROKER_URL = ""
    (job_id,) = _enqueue(1)
    feeder = feeding.Feeder("worker-a", slots=4)
    assert feeder.feed(100.0) == 1
    feeding.landed(job_id)
    assert feeder.feed(100.1) == 0
    assert feeder.feed(100.2 + feeding.REST_SECONDS) == 1


def test_a_message_that_never_reached_a_thread_is_fed_again(settings) -> None:
    settings.CELERY_BROKER_URL = ""
    _enqueue(1)
    feeder = feeding.Feeder("worker-a", slots=4)
    assert feeder.feed(100.0) == 1
    assert feeder.feed(101.0 + feeding.LANDING_SECONDS) == 1
