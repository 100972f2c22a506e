"""Two people split or take back at once: one act is stored, the other finds it done. Needs a database server."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from indicators.models import Decomposition, Target, TargetLine
from indicators.selectors.decomposition.base import Wish
from indicators.services.decomposition import decompose, undo_decomposition
from tests.plans.test_races import at_once

TODAY = date(2025, 10, 12)


@pytest.fixture(autouse=True)
def _a_database_server(transactional_db: None, demo: None) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the in-memory SQLite of the tests has one connection; its writers queue at BEGIN IMMEDIATE")


def test_the_same_split_twice_at_once_is_one_act_and_is_undone_once() -> None:
    line = TargetLine.objects.get(plan__slug="chongqing", indicator__code="patent_info_talents_trained")
    split = [lambda staff: decompose(staff, line.pk, Wish("regions", "equal"), today=TODAY, reason="平均分配")] * 2
    assert at_once(*split) == []
    made = Decomposition.objects.get(line=line)
    assert Target.objects.filter(decomposition=made).count() == 37
    assert at_once(*[lambda staff: undo_decomposition(staff, made.pk, reason="分错了")] * 2) == ["wrong_state"]
    assert not TargetLine.objects.filter(plan=line.plan, region__parent=line.region).exists()
