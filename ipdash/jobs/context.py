"""What a handler knows about its own run: where to tell its progress, and whether the run is still its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ipdash.jobs.models import JobRun


class LeaseLost(Exception):
    """Another worker has taken this run over: stop at once, nothing you write counts any more."""


class WorkerStopping(Exception):
    """This worker is being stopped: the run goes back to the queue."""


class Report(NamedTuple):
    done: int
    total: int
    step: str


# Set when the process must end soon; every handler then stops at its next `progress()` or `still_mine()`.
interrupted = threading.Event()


class JobContext:
    """Handed to every handler as its first argument.

    `progress()` never touches the database: the reporter thread writes the latest report from a connection of its
    own, at most twice a second. Written from the handler's connection it would stay invisible until the handler's
    transaction commits, and on PostgreSQL it would lock the row against the renewal of the lease. (On SQLite a
    handler inside a write transaction holds the only write lock, so its progress shows after the commit: handlers
    that want to be watched commit in portions.)
    """

    def __init__(self, job: JobRun) -> None:
        self.job = job
        self._report: Report | None = None
        self._lost = threading.Event()

    @property
    def job_id(self) -> int:
        return self.job.pk

    @property
    def number(self) -> str:
        """What a person quotes and an administrator finds in the log."""
        return f"J{self.job.pk}-{self.job.attempts}"

    def progress(self, done: int, total: int, step: str = "") -> None:
        """Tells how far the run is and what it is doing; raises `LeaseLost` or `WorkerStopping` if it must end."""
        self._report = Report(max(done, 0), max(total, 0), step[:200])
        self.check()

    def check(self) -> None:
        """Raises `LeaseLost` or `WorkerStopping` if that is known already; costs nothing."""
        if self._lost.is_set():
            raise LeaseLost(self.number)
        if interrupted.is_set():
            raise WorkerStopping(self.number)

    def still_mine(self) -> None:
        """Asks the database and renews the lease, or raises `LeaseLost`.

        Called last inside the handler's own transaction it fences it: the row stays locked until the commit, so a
        run that was taken over cannot commit, and no one can take over between this line and the commit.
        """
        from ipdash.jobs.services import heartbeat

        self.check()
        if not heartbeat(self.job):
            self.lose()
            raise LeaseLost(self.number)

    def lose(self) -> None:
        self._lost.set()

    @property
    def report(self) -> Report | None:
        return self._report
