"""Two people, or two workers, at the same instant: one wins, the other is told, nothing stands there twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from indicators.models import Figure, FigureRevision, Upload
from indicators.services import uploads
from ipdash.core.errors import Conflict
from tests.indicators.uploads.conftest import TODAY, make_world, rows_of
from tests.jobs.conftest import shared_database  # noqa: F401  # a database that several threads can really share

ROUNDS = 3


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each gives or raises, begun together, each on a connection of its own."""
    start = threading.Barrier(len(works))
    outcomes: list[Any] = [None] * len(works)

    def run(n: int) -> None:
        try:
            start.wait(10)
            outcomes[n] = works[n]()
        except BaseException as error:
            outcomes[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def store(world: Any, upload: Upload) -> Callable[[], dict[str, int]]:
    return lambda: uploads.commit(world.reporter, upload, all_or_nothing=False, confirmed=(), today=TODAY)


@pytest.mark.usefixtures("shared_database")
def test_one_upload_stored_by_two_at_once_is_stored_once() -> None:
    world = make_world(5)
    for n in range(ROUNDS):
        upload = world.previewed(world.template({0: 100 + n}))
        before = FigureRevision.objects.count()
        outcomes = at_once(store(world, upload), store(world, upload))
        won = [outcome for outcome in outcomes if isinstance(outcome, dict)]
        told = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
        assert (len(won), len(told)) == (1, 1), outcomes
        assert FigureRevision.objects.count() - before == won[0]["stored"]


@pytest.mark.usefixtures("shared_database")
def test_of_two_uploads_of_the_same_figures_the_later_is_told() -> None:
    world = make_world(5)
    for n in range(ROUNDS):
        one, two = (world.previewed(world.template(dict.fromkeys(range(5), 10 * n + k))) for k in (1, 2))
        outcomes = at_once(store(world, one), store(world, two))
        assert sorted(outcome["stored"] for outcome in outcomes) == [0, 5], outcomes
        later = one if outcomes[0]["stored"] == 0 else two
        assert {row.code for row in rows_of(later, "refused")} == {"stale_version"}
        assert Figure.objects.count() == 5
        assert len(set(Figure.objects.values_list("value", flat=True))) == 1
