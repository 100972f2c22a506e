"""Every write to a `JobRun`: asking for work, claiming it, keeping it, ending it.

A claim is the pair (row, `attempts`). Every later write of the worker is conditional on it, so a run that was taken
over can change nothing. Runs of one key follow each other: while one is running, the next waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.core.errors import Conflict
from ipdash.jobs import broker
from ipdash.jobs.context import LeaseLost, Report
from ipdash.jobs.models import JobRequest, JobRun, JobState
from ipdash.jobs.registry import JSON, get_spec

if TYPE_CHECKING:
    from ipdash.accounts.models import User

# Seconds to wait before the 1st, 2nd, … run after an error; the last one stays.
BACK_OFF = (2, 10, 60, 300)
# A run whose worker died this often is given up: it may be what kills them.
MOST_LOSSES = 5
_RACES = 10
_CLAIMED = ("state", "attempts", "losses", "worker", "progress", "total", "step", "error")


def enqueue(
    kind: str,
    args: Mapping[str, JSON] | None = None,
    *,
    dedupe_key: str | None = None,
    requested_by: User | None = None,
    parent: JobRun | None = None,
) -> JobRun:
    """Asks for a run of `kind`, inside the transaction of the write it follows from; returns the row.

    Equal keys mean equal work: where one such run waits already, that one is returned (its `args` stand) and the
    person is added to it. Call it last in the transaction, and several keys in sorted order (`enqueue_many` does):
    a key is locked until the commit. Raises `TransactionManagementError` outside a transaction and `UnknownKind`.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "enqueue() belongs inside the transaction of the write that needs the job; otherwise one of the two can be lost."
        )
    get_spec(kind)
    job, created = _insert_or_join(kind, dict(args or {}), dedupe_key, parent)
    if requested_by is not None:
        JobRequest.objects.bulk_create([JobRequest(job=job, user=requested_by)], ignore_conflicts=True)
    if created:
        transaction.on_commit(partial(broker.send, job.pk), robust=True)
    return job


def enqueue_many(
    kind: str,
    items: Iterable[tuple[str | None, Mapping[str, JSON]]],
    *,
    requested_by: User | None = None,
    parent: JobRun | None = None,
) -> list[JobRun]:
    """`enqueue` for several `(dedupe_key, args)`, in the order of their keys so that two callers cannot deadlock."""
    return [
        enqueue(kind, args, dedupe_key=key, requested_by=requested_by, parent=parent)
        for key, args in sorted(items, key=lambda item: item[0] or "")
    ]


def _insert_or_join(kind: str, args: dict[str, JSON], key: str | None, parent: JobRun | None) -> tuple[JobRun, bool]:
    row = JobRun(kind=kind, args=args, dedupe_key=key, parent=parent)
    if key is None:
        row.save(force_insert=True)
        return row, True
    waiting = JobRun.objects.filter(dedupe_key=key, state=JobState.QUEUED)
    for race in range(_RACES):
        # Counting also locks the waiting row until our commit: a worker cannot claim it and read the figures
        # before our marks are visible to it. If one claimed it a moment ago, this finds nothing and a new row follows.
        if waiting.update(requests=F("requests") + 1):
            return waiting.get(), False
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            # Somebody else inserted the same key between the two statements: join theirs.
            row.pk = None
            if race == _RACES - 1:
                raise
        else:
            return row, True
    raise AssertionError("unreachable")


def enqueue_slot(kind: str, args: Mapping[str, JSON], *, slot: str) -> JobRun | None:
    """The run that the schedule asks for at one minute; None when that minute has been served already."""
    get_spec(kind)
    row = JobRun(kind=kind, args=dict(args), slot=slot)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            transaction.on_commit(partial(broker.send, row.pk), robust=True)
    except IntegrityError:
        return None
    return row


def retry(job: JobRun, user: User) -> JobRun:
    """A new run of a failed one, asked for by a person; raises `Conflict` unless it failed."""
    if job.state != JobState.FAILED:
        raise Conflict("job_not_failed", _("只有未能完成的作业可以重新运行。"))
    with transaction.atomic():
        fresh = enqueue(job.kind, job.args, dedupe_key=job.dedupe_key, requested_by=user, parent=job.parent)
        audit.record("job.retry", fresh, actor=user, after={"kind": job.kind, "failed": job.pk})
    return fresh


def claim(job_id: int, worker: str) -> JobRun | None:
    """Takes the run for `worker` if it is due, or if the lease of whoever had it has ended; None otherwise."""
    # Looked at before it is written to: a message that came late or twice must not ask for the write lock.
    job = JobRun.objects.filter(
        Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=Now()), pk=job_id
    ).first()
    if job is None:
        return None
    free = JobRun.objects.all().untaken(job)
    # A running row without a worker only waits for its next try; that is not a loss.
    job.losses += job.state == JobState.RUNNING and job.worker != ""
    job.attempts += 1
    job.state, job.worker = JobState.RUNNING, worker
    job.progress = job.total = 0
    job.step = job.error = ""
    taken = free.update(
        **{name: getattr(job, name) for name in _CLAIMED},
        started_at=Now(),
        heartbeat_at=Now(),
        lease_until=Now() + _lease(),
    )
    if not taken:
        return None
    if job.losses > MOST_LOSSES:
        fail(job, _("作业在运行中多次意外中断，已停止重试。请联系管理员并告知编号 J%(job)s。") % {"job": job.pk})
        return None
    return job


def heartbeat(job: JobRun, report: Report | None = None) -> bool:
    """Renews the lease and writes the latest progress; False when the run is no longer ours."""
    fields: dict[str, Any] = {"heartbeat_at": Now(), "lease_until": Now() + _lease()}
    if report is not None:
        fields |= _written(report)
    return JobRun.objects.all().held(job).update(**fields) == 1


def finish(job: JobRun, result: dict[str, JSON], report: Report | None = None) -> None:
    """Ends a run that succeeded; raises `LeaseLost` when it is no longer ours."""
    _end(job, state=JobState.DONE, result=result, error="", **(_written(report) if report else {}))


def fail(job: JobRun, error: str, report: Report | None = None) -> None:
    """Ends a run for good with a sentence for people; raises `LeaseLost` when it is no longer ours."""
    _end(job, state=JobState.FAILED, error=error, **(_written(report) if report else {}))


def fail_or_retry(job: JobRun, retries: int, error: str) -> bool:
    """After an unexpected error: queues the run again, later each time, or ends it; True when it will run again."""
    if job.failures >= retries:
        fail(job, error)
        return False
    wait = BACK_OFF[min(job.failures, len(BACK_OFF) - 1)]
    _requeue(job, timedelta(seconds=wait), failures=F("failures") + 1, error=error)
    return True


def release(job: JobRun) -> bool:
    """Puts a run back that its worker cannot go on with, at once and without counting it as an error."""
    return _requeue(job, timedelta(0))


def release_all(worker: str) -> int:
    """Puts back whatever a stopping worker still holds; returns how many."""
    return sum(release(job) for job in JobRun.objects.filter(state=JobState.RUNNING, worker=worker))


def _requeue(job: JobRun, wait: timedelta, **fields: Any) -> bool:
    held = JobRun.objects.all().held(job)
    fields |= {"worker": "", "sent_at": None, "step": ""}
    try:
        with transaction.atomic():
            return held.update(state=JobState.QUEUED, due_at=Now() + wait, lease_until=None, **fields) == 1
    except IntegrityError:
        # A newer run of the same key waits already and only one may. This one keeps its turn as a running row
        # without a worker: it is taken over when its lease ends, and the newer one follows it.
        return held.update(lease_until=Now() + wait, **fields) == 1


def _end(job: JobRun, **fields: Any) -> None:
    if not JobRun.objects.all().held(job).update(finished_at=Now(), lease_until=None, **fields):
        raise LeaseLost(f"J{job.pk}-{job.attempts}")
    if job.dedupe_key is not None and broker.in_use():
        # The next run of this key was not claimable when its message came; it is now.
        for pk in JobRun.objects.filter(dedupe_key=job.dedupe_key, state=JobState.QUEUED).values_list("pk", flat=True):
            transaction.on_commit(partial(broker.send, pk), robust=True)


def _written(report: Report) -> dict[str, Any]:
    return {"progress": report.done, "total": report.total, "step": report.step}


def _lease() -> Value:
    return Value(timedelta(seconds=settings.JOB_LEASE_SECONDS))
