"""The round on two workers at once: one proposal, one slip, one notice."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection

from indicators.services.supervision_round import run_round
from plans.models import Notice, Supervision
from plans.services.slip_rules import RungValues, ladder_of, set_ladder
from tests.supervision_world import make_world

DAY = date(2025, 7, 14)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_nothing_twice() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the in-memory SQLite of the tests has one connection; its writers queue at BEGIN IMMEDIATE")
    world = make_world()
    values = {level: RungValues(replace(held.rung, automatic=True)) for level, held in ladder_of(world.region).items()}
    set_ladder(world.staff, world.region.code, values)
    start, counts, errors = threading.Barrier(3), [], []

    def work() -> None:
        try:
            start.wait()
            counts.append(run_round(DAY))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    assert sum(count["sent"] for count in counts) == 1
    assert Supervision.objects.count() == 1
    assert Notice.objects.filter(kind="slip.sent").count() == 1
    assert run_round(DAY) == {"proposed": 0, "sent": 0, "lapsed": 0}
