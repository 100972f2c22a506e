"""The thread beside the Celery worker: shows that it lives, and sees that no due row is left lying.

Without a broker it feeds the worker from the rows (every `JOB_POLL_SECONDS`, at once when a job has ended). With one
it sends again what the broker has lost. Both work with the scheduler dead.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from ipdash.jobs import broker, runner
from ipdash.jobs.models import Heartbeat, HeartbeatKind, JobRun

logger = logging.getLogger("ipdash.jobs")

BEAT_SECONDS = 4.0
SWEEP_SECONDS = 5.0
# A row is sent again at most so often.
RESEND_SECONDS = 10
MOST_RESENT = 200
# A message of our own that never reached a thread is forgotten after so long, and its row fed again.
LANDING_SECONDS = 30.0
# A row that cannot be claimed (the database refuses, say) must not be fed again in a tight circle.
REST_SECONDS = 1.0

_ended: deque[int] = deque()
_wake = threading.Event()


def landed(job_id: int) -> None:
    """The message about this row has been dealt with in this process: there is room for the next."""
    _ended.append(job_id)
    _wake.set()


def beat(kind: HeartbeatKind, name: str) -> None:
    """Writes a sign of life."""
    if not Heartbeat.objects.filter(name=name).update(seen_at=Now()):
        Heartbeat.objects.filter(seen_at__lt=Now() - timedelta(days=1)).delete()
        Heartbeat.objects.create(kind=kind, name=name)


def forget(name: str) -> None:
    """Takes the sign of life back when a process ends in good order."""
    Heartbeat.objects.filter(name=name).delete()


class Feeder(threading.Thread):
    """Runs until `stop()`; outlives database and broker outages."""

    def __init__(self, name: str, slots: int) -> None:
        super().__init__(name="feeder", daemon=True)
        self.worker = name
        self.slots = slots
        self._stop_wanted = threading.Event()
        # Moments at which a row was sent and not yet dealt with, and at which it was dealt with a moment ago.
        self._sent: dict[int, float] = {}
        self._recent: dict[int, float] = {}
        self._next_beat = 0.0
        self._next_sweep = 0.0

    def stop(self) -> None:
        self._stop_wanted.set()
        _wake.set()

    def run(self) -> None:
        pause = min(1.0, SWEEP_SECONDS) if broker.in_use() else settings.JOB_POLL_SECONDS
        while not self._stop_wanted.is_set():
            try:
                self.turn(time.monotonic())
            except DatabaseError as error:
                logger.warning("the database does not answer; trying again", extra={"data": {"error": str(error)}})
                connection.close()
                self._stop_wanted.wait(1)
            except Exception:
                # This thread is what keeps jobs from being forgotten: it goes on, and says what happened.
                logger.exception("a turn of the feeder failed")
                self._stop_wanted.wait(1)
            _wake.wait(pause)
            _wake.clear()
        connection.close()

    def turn(self, now: float) -> None:
        """One look around."""
        if now >= self._next_beat:
            close_old_connections()
            beat(HeartbeatKind.WORKER, self.worker)
            self._next_beat = now + BEAT_SECONDS
        if runner.stopping.is_set():
            return
        if not broker.in_use():
            self.feed(now)
        elif now >= self._next_sweep:
            self._next_sweep = now + SWEEP_SECONDS
            sweep()

    def feed(self, now: float) -> int:
        """Sends due rows through the in-process transport, as many as there is room for; returns how many."""
        from ipdash.jobs.tasks import run_job_task

        while _ended:
            job_id = _ended.popleft()
            if self._sent.pop(job_id, None) is not None:
                self._recent[job_id] = now
        self._sent = {
            job_id: sent
            for job_id, sent in self._sent.items()
            if job_id in runner.running or now - sent < LANDING_SECONDS
        }
        self._recent = {job_id: ended for job_id, ended in self._recent.items() if now - ended < REST_SECONDS}
        room = self.slots - len(self._sent)
        if room * 2 < self.slots:  # one look for several rows
            return 0
        passed_over = {*self._sent, *self._recent}
        due = JobRun.objects.claimable().order_by("due_at", "id").values_list("pk", flat=True)
        new = [job_id for job_id in due[: room + len(passed_over)] if job_id not in passed_over][:room]
        for job_id in new:
            self._sent[job_id] = now
            run_job_task.apply_async((job_id,), retry=False)
        return len(new)


def sweep() -> int:
    """Sends again what the broker seems to have lost; returns how many rows.

    As many messages as due rows wait at the broker: nothing is lost, however long the queue. Fewer: the difference is
    sent again, the rows sent longest ago first and each at most every 10 seconds. So messages never outnumber rows.
    """
    due = JobRun.objects.claimable()
    count = due.count()
    if not count:
        return 0
    try:
        lost = count - broker.waiting_messages()
    except broker.BrokerAway as error:
        logger.warning("the broker cannot be reached; nothing is sent again", extra={"data": {"error": str(error)}})
        return 0
    if lost <= 0:
        return 0
    with transaction.atomic():
        # Several workers sweep: a row locked by one is none of the other's business.
        silent = JobRun.objects.filter(pk__in=due.values("pk")).filter(
            Q(sent_at__isnull=True) | Q(sent_at__lt=Now() - timedelta(seconds=RESEND_SECONDS))
        )
        if connection.features.has_select_for_update_skip_locked:
            silent = silent.select_for_update(skip_locked=True)
        ids = list(silent.order_by("sent_at", "id").values_list("pk", flat=True)[: min(lost, MOST_RESENT)])
        JobRun.objects.filter(pk__in=ids).update(sent_at=Now())
    for job_id in ids:
        broker.send(job_id)
    if ids:
        logger.info("sent again", extra={"data": {"jobs": len(ids), "due": count}})
    return len(ids)
