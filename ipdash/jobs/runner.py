"""Running one job in this process: claim, handler, lease kept by a second thread, end."""

from __future__ import annotations

import contextlib
import functools
import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import DatabaseError, OperationalError, close_old_connections, connection
from django.utils.translation import gettext as _

from ipdash.core.errors import DomainError
from ipdash.core.logs import request_number
from ipdash.jobs import services
from ipdash.jobs.context import JobContext, LeaseLost, Report, WorkerStopping
from ipdash.jobs.models import JobRun
from ipdash.jobs.registry import get_spec

logger = logging.getLogger("ipdash.jobs")

REPORT_SECONDS = 0.5
# An unreachable or busy database is no fault of the job, so it is given more tries than a handler's own errors.
DATABASE_RETRIES = 5

# Set when this process must not take new jobs; see `context.interrupted` for the running ones.
stopping = threading.Event()
running: dict[int, JobContext] = {}


@functools.cache
def worker_name() -> str:
    """This process among all workers on all machines; process ids repeat in containers, so a random part is added."""
    import os

    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(3)}"


def run_job(job_id: int, worker: str, *, report: bool = True) -> bool:
    """Claims and runs the job in this thread; False when it is not free. Never raises for what the handler does."""
    if stopping.is_set() or job_id in running:
        return False
    job = services.claim(job_id, worker)
    if job is None:
        return False
    context = JobContext(job)
    running[job_id] = context
    token = request_number.set(context.number)
    started = time.perf_counter()
    try:
        with _reporter(context) if report else contextlib.nullcontext():
            outcome = _run(context)
        logger.info(
            "job %s %s",
            job.kind,
            outcome,
            extra={"data": {"job": job.pk, "ms": round((time.perf_counter() - started) * 1000)}},
        )
    finally:
        request_number.reset(token)
        running.pop(job_id, None)
    return True


def run_due_jobs(worker: str = "inline") -> int:
    """Runs everything that is due, here and now, one after the other; for commands and tests. Returns how many."""
    count = 0
    while (
        job_id := JobRun.objects.claimable().order_by("due_at", "id").values_list("pk", flat=True).first()
    ) is not None:
        count += run_job(job_id, worker, report=False)
    return count


def _run(context: JobContext) -> str:
    """Runs the handler and writes how it ended; returns that as a word for the log."""
    job = context.job
    retries = 0
    try:
        spec = get_spec(job.kind)
        retries = spec.retries
        result = spec.handler(context, **job.args)
        services.finish(job, result, context.report)
        return "done"
    except LeaseLost:
        return "lost: another worker has it"
    except WorkerStopping:
        return "released" if services.release(job) else "lost while stopping"
    except DomainError as error:
        return _ended(context, functools.partial(services.fail, job, str(error), context.report), "refused")
    except Exception as error:
        logger.exception("job %s raised", job.kind, extra={"data": {"job": job.pk, "number": context.number}})
        if isinstance(error, OperationalError):
            retries = max(retries, DATABASE_RETRIES)
        sentence = _("作业未能完成，已记录原因。请稍后重试；如仍不成功，请联系管理员并告知编号 %(number)s。") % {
            "number": context.number
        }
        return _ended(context, functools.partial(services.fail_or_retry, job, retries, sentence), "raised")


def _ended(context: JobContext, write: Callable[[], object], word: str) -> str:
    """Writes an unhappy end; if even that fails, the lease runs out and another worker takes the run."""
    if not connection.in_atomic_block:
        close_old_connections()
    try:
        write()
    except LeaseLost:
        return f"{word}, but another worker has it"
    except DatabaseError:
        logger.exception("the end of job %s could not be written", context.job_id)
        return f"{word}, unwritten"
    return word


@contextlib.contextmanager
def _reporter(context: JobContext) -> Iterator[None]:
    """Keeps the lease and writes progress from another thread while the handler works."""
    ended = threading.Event()
    thread = threading.Thread(target=_report, args=(context, ended), name=f"report-{context.number}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=5)


def _report(context: JobContext, ended: threading.Event) -> None:
    # A job shorter than the first wait opens no second connection at all.
    written: Report | None = None
    renewed = time.monotonic()
    try:
        while not ended.wait(REPORT_SECONDS):
            report = context.report
            if report == written and time.monotonic() - renewed < settings.JOB_LEASE_SECONDS / 3:
                continue
            try:
                if not services.heartbeat(context.job, report):
                    if not ended.is_set():
                        context.lose()
                    return
                written, renewed = report, time.monotonic()
            except DatabaseError as error:
                # Locked by the handler's own long transaction (SQLite), or restarting: the next turn tries again.
                logger.warning("lease not renewed", extra={"data": {"job": context.job_id, "error": str(error)}})
                connection.close()
    finally:
        connection.close()
