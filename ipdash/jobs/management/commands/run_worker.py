"""`manage.py run_worker`: runs background jobs until it is told to stop."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "运行后台作业，直到收到停止信号。"
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--threads", type=int, default=settings.JOB_WORKER_THREADS, help="同时运行的作业数")

    def handle(self, *args: Any, **options: Any) -> None:
        from ipdash.jobs.worker import run_worker

        sys.exit(run_worker(options["threads"]))
