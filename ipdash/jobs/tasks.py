"""The one Celery task. Handlers of this app stand in `housekeeping.py`."""

from __future__ import annotations

from django.db import close_old_connections

from ipdash.celery import app
from ipdash.jobs import feeding, runner


@app.task(name="ipdash.jobs.run")
def run_job_task(job_id: int) -> None:
    """Runs the job of this row if it is free; a message that came twice, late or for a finished run does nothing."""
    close_old_connections()
    try:
        runner.run_job(job_id, runner.worker_name())
    finally:
        close_old_connections()
        feeding.landed(job_id)
