"""What may be read about jobs: one's own runs, and the state of the machinery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError
from django.db.models import Count, Min, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from ipdash.core.errors import NotVisible
from ipdash.jobs.models import Heartbeat, HeartbeatKind, JobRun, JobState
from ipdash.jobs.querysets import JobRunQuerySet
from ipdash.jobs.registry import result_words, title_of

if TYPE_CHECKING:
    from ipdash.accounts.models import User

# A run that is due so long without being taken means that nobody works.
LATE_SECONDS = 60


def jobs_visible_to(user: User, *, sees_all: bool = False) -> JobRunQuerySet:
    """The runs this person asked for, newest first; all runs for a system administrator (`sees_all`)."""
    return JobRun.objects.all().visible_to(user, sees_all=sees_all).prefetch_related("requested__user")


def get_job_for(user: User, job_id: int, *, sees_all: bool = False) -> JobRun:
    """One visible run; raises `NotVisible` when it is missing or somebody else's."""
    job = jobs_visible_to(user, sees_all=sees_all).filter(pk=job_id).first()
    if job is None:
        raise NotVisible("job_not_found", _("没有找到这项作业，或您无权查看。"))
    return job


def job_title(job: JobRun) -> str:
    """What the run is called on a page."""
    return title_of(job.kind)


@dataclass(frozen=True)
class JobView:
    """A run as pages show it: title, state in words, how far it is, what it did."""

    job: JobRun

    @property
    def title(self) -> str:
        return job_title(self.job)

    @property
    def is_over(self) -> bool:
        return self.job.state in {JobState.DONE, JobState.FAILED}

    @property
    def failed(self) -> bool:
        return self.job.state == JobState.FAILED

    @property
    def words(self) -> str:
        """The result of a finished run in one sentence."""
        return result_words(self.job.kind, self.job.result) if self.job.state == JobState.DONE else ""

    @property
    def people(self) -> list[str]:
        """Whose writes asked for it; nobody's where the schedule did."""
        return [request.user.display_name or request.user.username for request in self.job.requested.all()]


_overseers: list[Callable[[Any], bool]] = []


def register_overseer(asks: Callable[[Any], bool]) -> None:
    """Lets a later app say who looks after the system and therefore sees every run: jobs know no roles."""
    if asks not in _overseers:
        _overseers.append(asks)


def sees_all_jobs(user: Any) -> bool:
    """Whether this person sees every run, and not only those that their writes asked for."""
    return any(asks(user) for asks in _overseers)


def family_progress(job: JobRun) -> tuple[int, int, int]:
    """Of the runs this one was split into: ended, all, and how many of the ended failed."""
    counts = job.children.aggregate(
        ended=Count("pk", filter=Q(state__in=[JobState.DONE, JobState.FAILED])),
        all=Count("pk"),
        failed=Count("pk", filter=Q(state=JobState.FAILED)),
    )
    return counts["ended"], counts["all"], counts["failed"]


def health() -> dict[str, Any]:
    """`status`, `database`, `queue`, `worker`, `scheduler` as words, with counts and ages; nothing private.

    `status` is `ok` when the database answers and a worker was seen in the last 15 seconds. Two queries.
    """
    try:
        alive = set(Heartbeat.objects.alive().values_list("kind", flat=True))
        queue = JobRun.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).aggregate(
            queued=Count("pk", filter=Q(state=JobState.QUEUED)),
            running=Count("pk", filter=Q(state=JobState.RUNNING)),
            oldest=Now() - Min("due_at", filter=Q(state=JobState.QUEUED, due_at__lte=Now())),
        )
    except DatabaseError:
        return {"status": "down", "database": "down", "queue": "unknown", "worker": "unknown", "scheduler": "unknown"}
    oldest = queue["oldest"]
    waited = 0 if oldest is None else int(oldest.total_seconds())
    return {
        "status": "ok" if HeartbeatKind.WORKER in alive else "down",
        "database": "ok",
        "queue": "late" if waited > LATE_SECONDS else "ok",
        "worker": "ok" if HeartbeatKind.WORKER in alive else "down",
        "scheduler": "ok" if HeartbeatKind.SCHEDULER in alive else "down",
        "queued": queue["queued"],
        "running": queue["running"],
        "oldest_due_seconds": waited,
    }
