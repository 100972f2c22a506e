"""`manage.py run_scheduler`: asks for the jobs that the clock asks for, until it is told to stop."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


class Command(BaseCommand):
    help = "按计划发起后台作业，直到收到停止信号。"
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        from celery.beat import Service
        from django.db import DatabaseError

        from ipdash.celery import app
        from ipdash.jobs import feeding, runner
        from ipdash.jobs.schedule import JobScheduler

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _leave)
        try:
            Service(app, scheduler_cls=JobScheduler).start()
        finally:
            try:
                feeding.forget(runner.worker_name())
            except DatabaseError as error:
                self.stderr.write(str(error))
        sys.exit(0)
