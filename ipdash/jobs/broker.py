"""Messages that say "look at row 17". They may be lost, late or doubled; the rows decide.

Without `CELERY_BROKER_URL` nobody sends from outside: the worker reads the rows and feeds itself.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.conf import settings

logger = logging.getLogger("ipdash.jobs")

# A dead broker costs one request one time-out; the next ones leave the row to the sweep for so long.
REST_SECONDS = 10.0
_resting_until = 0.0


class BrokerAway(Exception):
    """The broker cannot be reached for the moment."""


def in_use() -> bool:
    return bool(settings.CELERY_BROKER_URL)


def send(job_id: int) -> bool:
    """Tells the workers about a row; False (and a line in the log) when the broker cannot be reached."""
    global _resting_until  # noqa: PLW0603  # one broker, one state for the process
    if not in_use() or time.monotonic() < _resting_until:
        return False
    from ipdash.jobs.tasks import run_job_task

    try:
        run_job_task.apply_async((job_id,), retry=False)
    except _errors() as error:
        _resting_until = time.monotonic() + REST_SECONDS
        logger.warning(
            "the broker cannot be reached; the sweep will send what is not sent",
            extra={"data": {"job": job_id, "error": repr(error)}},
        )
        return False
    return True


def waiting_messages() -> int:
    """How many messages wait at the broker; raises `BrokerAway`."""
    from ipdash.celery import app

    try:
        with app.connection_for_read() as broker:
            channel: Any = broker.default_channel  # the type stubs know no channel's own methods
            return int(channel.queue_declare(queue=app.conf.task_default_queue, durable=True).message_count)
    except _errors() as error:
        raise BrokerAway(repr(error)) from error


def _errors() -> tuple[type[BaseException], ...]:
    from kombu.exceptions import KombuError

    from ipdash.celery import app

    transport = app.connection_for_write().transport
    return (KombuError, OSError, *transport.connection_errors, *transport.channel_errors)
