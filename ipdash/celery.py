"""The Celery application: carries "look at row 17" to a worker. What is to be done stands in `JobRun` rows.

Start workers with `manage.py run_worker`, or with `celery -A ipdash.celery worker`.
"""

from __future__ import annotations

import logging
import os

import django
from celery import Celery
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ipdash.settings")
if not apps.ready:  # started by Celery's own command
    django.setup()

from django.conf import settings  # after the setup that Celery's own command needs

# No fix-ups: they close the database connection around every task; the task keeps it as long as CONN_MAX_AGE says.
app = Celery("ipdash", fixups=[], include=["ipdash.jobs.tasks"])
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL or "memory://localhost/",
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_connection_timeout=1,
    broker_transport_options=(
        {
            # Longer than any lease: a message that comes back is harmless, the row is claimed once.
            "visibility_timeout": 3600,
            "socket_connect_timeout": 1,
            "socket_timeout": 1,
            "socket_keepalive": True,
            "retry_on_timeout": False,
            "max_retries": 0,
        }
        if settings.CELERY_BROKER_URL
        else {"polling_interval": 0.02}
    ),
    # Installations that share one Redis need queues of their own.
    task_default_queue=getattr(settings, "CELERY_QUEUE", "ipdash"),
    task_ignore_result=True,
    # Acknowledged when done and fetched one by one: no worker sits on messages that another could run.
    task_acks_late=True,
    worker_prefetch_multiplier=1 if settings.CELERY_BROKER_URL else 8,
    task_publish_retry=False,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    beat_enable_remote_control=False,
    timezone=settings.TIME_ZONE,
)

# Two lines of Celery's for every message say less than our own one line for every run.
for _name in ("celery.worker.strategy", "celery.app.trace"):
    logging.getLogger(_name).setLevel(logging.WARNING)
