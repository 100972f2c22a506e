"""Which kinds of background work there are, and when the clock asks for them.

Apps register handlers in their `tasks.py`; those modules are imported when a kind is first looked up, by the web
process too (it shows titles), so nothing heavy belongs at their top.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule

from ipdash.jobs.context import JobContext, LeaseLost, WorkerStopping

__all__ = [
    "JSON",
    "JobContext",
    "JobSpec",
    "LeaseLost",
    "Scheduled",
    "UnknownKind",
    "WorkerStopping",
    "job",
    "scheduled",
]

JSON = None | bool | int | str | list[Any] | dict[str, Any]
Handler = Callable[..., dict[str, JSON]]
Words = Callable[[Mapping[str, Any]], str]


class UnknownKind(LookupError):
    """No handler is registered under this kind."""


@dataclass(frozen=True)
class JobSpec:
    kind: str
    title: str | Promise
    handler: Handler
    retries: int
    words: Words | None = None


@dataclass(frozen=True)
class Scheduled:
    """A kind to run at the minutes of a cron line (minute hour day-of-month month day-of-week), Asia/Shanghai."""

    kind: str
    cron: str
    args: Mapping[str, JSON] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.kind}[{self.cron}]"


_specs: dict[str, JobSpec] = {}
_schedule: dict[str, Scheduled] = {}
_lock = threading.RLock()
_discovered = False


def job(
    kind: str, *, title: str | Promise, retries: int = 2, words: Words | None = None
) -> Callable[[Handler], Handler]:
    """Registers `handler(context, **args) -> dict` under `kind`.

    `args` and the returned dict are JSON; a handler may run twice and must then do no harm. A `DomainError` ends the
    run as failed with its sentence; any other exception runs it again, `retries` times, later each time. `words` tells
    a person what the returned dict means, in one sentence.
    """

    def register(handler: Handler) -> Handler:
        known = _specs.get(kind)
        if known is not None and known.handler.__qualname__ != handler.__qualname__:
            raise ValueError(f"Two handlers for the job kind {kind!r}.")
        _specs[kind] = JobSpec(kind, title, handler, retries, words)
        return handler

    return register


def scheduled(kind: str, cron: str, args: Mapping[str, JSON] | None = None) -> None:
    """Lets the scheduler ask for `kind` at every minute that `cron` names; missed in the last month, the latest is made up."""
    entry = Scheduled(kind, cron, args or {})
    _schedule[entry.name] = entry


def get_spec(kind: str) -> JobSpec:
    """The registered kind; raises `UnknownKind`."""
    _discover()
    try:
        return _specs[kind]
    except KeyError:
        raise UnknownKind(kind) from None


def title_of(kind: str) -> str:
    """The Chinese title of a kind; the kind itself where no handler is left (an old run)."""
    _discover()
    spec = _specs.get(kind)
    return kind if spec is None else str(spec.title)


def result_words(kind: str, result: Mapping[str, Any] | None) -> str:
    """What a finished run did, in words; empty where there is nothing to say, or the kind has no words for it."""
    _discover()
    spec = _specs.get(kind)
    return "" if spec is None or spec.words is None or result is None else spec.words(result)


def schedule() -> list[Scheduled]:
    _discover()
    return list(_schedule.values())


def _discover() -> None:
    global _discovered  # noqa: PLW0603  # done once in a process
    if _discovered:
        return
    with _lock:
        importlib.import_module("ipdash.jobs.housekeeping")
        for config in apps.get_app_configs():
            # The `tasks.py` of this app is the Celery task, which the web process need not import.
            if config.name != "ipdash.jobs" and module_has_submodule(config.module, "tasks"):
                importlib.import_module(f"{config.name}.tasks")
        _discovered = True
