"""Celery beat with a static schedule: asks for the runs that the clock asks for.

Each minute named by a cron line is a slot with a unique row, so two schedulers, a restart or a clock set back never
double a run; a slot missed while the machine was off is made up within a month (the latest one, once).
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from celery.beat import Scheduler
from celery.schedules import crontab
from django.db import DatabaseError, close_old_connections, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from ipdash.jobs import feeding, registry, runner
from ipdash.jobs.models import HeartbeatKind, JobRun
from ipdash.jobs.services import enqueue_slot

logger = logging.getLogger("ipdash.jobs")

TICK_SECONDS = 2.0
MADE_UP_DAYS = 32


def latest_slot(cron: str, now: datetime) -> datetime | None:
    """The last minute not after `now` that the cron line names, within a month; None where there is none."""
    line: Any = crontab.from_string(cron)  # its sets of minutes, hours … are not in the type stubs
    today = timezone.localtime(now).replace(second=0, microsecond=0)
    for back in range(MADE_UP_DAYS):
        day = today - timedelta(days=back)
        if not (
            day.isoweekday() % 7 in line.day_of_week
            and day.day in line.day_of_month
            and day.month in line.month_of_year
        ):
            continue
        for hour, minute in sorted(product(line.hour, line.minute), reverse=True):
            slot = day.replace(hour=hour, minute=minute)
            if slot <= today:
                return slot
    return None


def fire_due(now: datetime) -> list[JobRun]:
    """Asks for every scheduled run whose latest slot has no row yet; returns the new rows."""
    fired = []
    since = _installed_at()
    for entry in registry.schedule():
        slot = latest_slot(entry.cron, now)
        if slot is None or slot < since:
            continue
        name = f"{entry.name}@{slot:%Y-%m-%dT%H:%M}"
        if JobRun.objects.filter(slot=name).exists():
            continue
        job = enqueue_slot(entry.kind, entry.args, slot=name)
        if job is not None:
            fired.append(job)
    return fired


def _installed_at() -> datetime:
    """When this app's tables were made: what was due before that is not made up."""
    first = MigrationRecorder.Migration.objects.filter(app="jobs").order_by("applied").first()
    return timezone.now() if first is None else first.applied


class JobScheduler(Scheduler):
    """Beat's loop around `fire_due`; keeps nothing of its own, neither in memory nor in a shelve file."""

    _served: datetime | None = None

    def setup_schedule(self) -> None:
        registry.schedule()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Fires what is due; returns the seconds to sleep. A database that is away is waited for."""
        try:
            close_old_connections()
            feeding.beat(HeartbeatKind.SCHEDULER, runner.worker_name())
            now = timezone.now()
            if now.replace(second=0, microsecond=0) != self._served:
                fire_due(now)
                self._served = now.replace(second=0, microsecond=0)
        except DatabaseError as error:
            logger.warning("the database does not answer; trying again", extra={"data": {"error": str(error)}})
            connection.close()
        except Exception:
            logger.exception("a turn of the scheduler failed")
        return TICK_SECONDS

    def should_sync(self) -> bool:
        return False
