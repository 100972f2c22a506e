"""A Celery worker in this process, and how it ends within seconds when told to."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from types import FrameType
from typing import Any

from celery import bootsteps
from celery.worker import WorkController
from celery.worker import state as celery_state
from django.db import DatabaseError, connections

from ipdash.celery import app
from ipdash.jobs import context, feeding, runner, services

logger = logging.getLogger("ipdash.jobs")

# Running jobs get so long to end by themselves, then so long to stop at their next progress report.
FINISH_SECONDS = 2.0
STOP_SECONDS = 2.0


class FeederStep(bootsteps.StartStopStep):
    """Starts the feeder with the worker, also under Celery's own command."""

    requires = ("celery.worker.components:Pool",)

    def start(self, parent: Any) -> None:
        self.feeder = feeding.Feeder(runner.worker_name(), slots=parent.concurrency * 8)
        self.feeder.start()

    def stop(self, parent: Any) -> None:
        self.feeder.stop()
        self.feeder.join(timeout=2)


app.steps["worker"].add(FeederStep)


def run_worker(threads: int) -> int:
    """Runs until SIGTERM or SIGINT; returns the exit code."""
    connections.close_all()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    worker = WorkController(
        app=app,
        pool_cls="threads",
        concurrency=threads,
        loglevel="INFO",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    logger.info("worker ready to start", extra={"data": {"worker": runner.worker_name(), "threads": threads}})
    worker.start()
    _leave()
    return int(worker.exitcode or 0)


def _stop(number: int, frame: FrameType | None) -> None:
    if runner.stopping.is_set():
        return
    runner.stopping.set()
    state: Any = celery_state
    state.should_stop = 0
    # The event loop may be asleep and a handler may not listen: a thread sees to it that the end comes.
    threading.Thread(target=_end_soon, name="end-soon", daemon=True).start()


def _end_soon() -> None:
    _wait_for_running(FINISH_SECONDS)
    context.interrupted.set()
    _wait_for_running(STOP_SECONDS)
    time.sleep(0.5)  # the ordinary way out, if the event loop takes it
    _leave()
    logging.shutdown()
    os._exit(0)


def _wait_for_running(seconds: float) -> None:
    until = time.monotonic() + seconds
    while runner.running and time.monotonic() < until:
        time.sleep(0.05)


def _leave() -> None:
    """Gives back what is still held, so that nobody must wait for the lease to end."""
    name = runner.worker_name()
    try:
        released = services.release_all(name)
        feeding.forget(name)
        logger.info("worker stopped", extra={"data": {"worker": name, "released": released}})
    except DatabaseError:
        logger.exception("the database does not answer; the leases will run out")
    finally:
        connections.close_all()
