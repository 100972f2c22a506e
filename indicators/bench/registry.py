"""What a bench is, what it measures, and how repeated runs become one number."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from django.utils.functional import Promise
from django.utils.translation import gettext as _

ROUNDS = 5


class Lacking(Exception):
    """The bench needs data that is not there; the message says which, and how to make it."""


class Broken(Exception):
    """The job did not do what it was measured for (a page answered an error, say); its time would mean nothing."""


@dataclass(frozen=True)
class Options:
    """How to measure: `rounds` repetitions of every job, of which the median counts."""

    rounds: int = ROUNDS


@dataclass(frozen=True)
class Measure:
    """One measured value, its floor in the same unit, and the limits it must hold.

    `most` and `least` bound the value, `most_ratio` and `least_ratio` the value ÷ floor. Without a limit it is for
    information.
    """

    what: str
    value: float
    unit: str = "s"
    floor: float | None = None
    most: float | None = None
    least: float | None = None
    most_ratio: float | None = None
    least_ratio: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Value ÷ floor; None without a floor."""
        return self.value / self.floor if self.floor else None

    @property
    def reached(self) -> bool | None:
        """Whether every limit holds; None where there is none. A limit on a ratio that cannot be formed is not held."""
        ratio = self.ratio
        held = [
            *([self.value <= self.most] if self.most is not None else []),
            *([self.value >= self.least] if self.least is not None else []),
            *([ratio is not None and ratio <= self.most_ratio] if self.most_ratio is not None else []),
            *([ratio is not None and ratio >= self.least_ratio] if self.least_ratio is not None else []),
        ]
        return all(held) if held else None


Job = Callable[[], object]
Bench = Callable[[Options], Iterable[Measure]]


@dataclass(frozen=True)
class Spec:
    name: str
    title: str | Promise
    run: Bench


_specs: dict[str, Spec] = {}


def bench(name: str, *, title: str | Promise) -> Callable[[Bench], Bench]:
    """Registers a bench under the name that `manage.py bench NAME` takes."""

    def register(run: Bench) -> Bench:
        if name in _specs:
            raise ValueError(f"Two benches are called {name!r}.")
        _specs[name] = Spec(name, title, run)
        return run

    return register


def all_benches() -> dict[str, Spec]:
    """Every bench by name, in the order of the files and within them."""
    from indicators.bench import benches

    for module in pkgutil.iter_modules(benches.__path__):
        importlib.import_module(f"{benches.__name__}.{module.name}")
    return dict(_specs)


def timed_in_turn(rounds: int, **jobs: Job) -> dict[str, float]:
    """Each job's median seconds over `rounds` rounds, in which all jobs run one after the other.

    What slows the machine for a while so slows all of them. A job that gives a float is believed to have taken so many
    seconds (its preparation left out); any other is timed from call to return. Every second round runs backwards.
    """
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(rounds):
        order = list(jobs.items())
        for name, job in order if turn % 2 == 0 else reversed(order):
            gc.collect()
            started = time.perf_counter()
            own = job()
            took = time.perf_counter() - started
            seconds[name].append(own if isinstance(own, float) else took)
    return {name: median(taken) for name, taken in seconds.items()}


def limit_words(measure: Measure) -> str:
    """The limits as people write them: ≤ 0.5 s, 与基准之比 ≤ 1.25."""
    words = [
        *([f"≤ {measure.most:g} {measure.unit}"] if measure.most is not None else []),
        *([f"≥ {measure.least:g} {measure.unit}"] if measure.least is not None else []),
        *([_("与基准之比 ≤ %(limit)g") % {"limit": measure.most_ratio}] if measure.most_ratio is not None else []),
        *([_("与基准之比 ≥ %(limit)g") % {"limit": measure.least_ratio}] if measure.least_ratio is not None else []),
    ]
    return _("，").join(words)
