"""The named reads of the job tables. Moments are compared by the database's clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

if TYPE_CHECKING:
    from ipdash.jobs.models import Heartbeat, JobRun

ALIVE_SECONDS = 15


class JobRunQuerySet(models.QuerySet["JobRun"]):
    def claimable(self) -> JobRunQuerySet:
        """Rows a worker may take: waiting and due, or running with an ended lease.

        A run waits while another of the same key is running, even one whose lease has ended (that one is taken over
        first): an older run must never write after a newer one.
        """
        waiting = Q(state="queued", due_at__lte=Now()) & (Q(dedupe_key__isnull=True) | ~self._same_key_running())
        return self.filter(waiting | Q(state="running", lease_until__lt=Now()))

    def untaken(self, job: JobRun) -> JobRunQuerySet:
        """The row of `job` while it is claimable and as it was read: `claimable()` for one known row, much cheaper."""
        row = self.filter(pk=job.pk, state=job.state, attempts=job.attempts)
        if job.state == "running":
            return row.filter(lease_until__lt=Now())
        row = row.filter(due_at__lte=Now())
        return row if job.dedupe_key is None else row.filter(~self._same_key_running())

    def _same_key_running(self) -> Exists:
        return Exists(self.model._default_manager.filter(state="running", dedupe_key=OuterRef("dedupe_key")))

    def held(self, job: JobRun) -> JobRunQuerySet:
        """The row of `job` while the claim that `job.attempts` stands for still holds."""
        return self.filter(pk=job.pk, state="running", attempts=job.attempts)

    def visible_to(self, user: Any, *, sees_all: bool = False) -> JobRunQuerySet:
        """The runs that a write of this user asked for; all of them for those who look after the system."""
        if sees_all:
            return self.all()
        return self.filter(Exists(_requests().filter(job=OuterRef("pk"), user=user)))


def _requests() -> models.QuerySet[Any]:
    from ipdash.jobs.models import JobRequest

    return JobRequest.objects.all()


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    def alive(self) -> models.QuerySet[Heartbeat]:
        return self.filter(seen_at__gt=Now() - timedelta(seconds=ALIVE_SECONDS))
