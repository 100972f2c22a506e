"""Whatever people do, in whatever order: what is stored is what a computation from nothing gives (attainment.md §6)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.indicators import histories

pytestmark = pytest.mark.django_db
LENGTH = 200


@pytest.fixture(autouse=True)
def _a_folder_and_a_day_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.TODAY_OVERRIDE = histories.FIRST_DAY


def hold(seed: int, *, batch: int) -> None:
    steps = histories.draw(seed, LENGTH)
    played = histories.play(steps, batch=batch)
    if played.fault is None:
        done = Counter(line.split()[1].split("(")[0] for line in played.told if "refused, " not in line)
        assert len(played.told) == LENGTH
        assert sum(done.values()) > LENGTH * 0.7, "most steps should do something"
        return
    shortest, found = histories.cut_down(steps[: len(played.told)], played, batch=batch)
    told = "\n".join(found.told)
    pytest.fail(f"history {seed}, cut down to {len(shortest)} steps:\n{told}\n{found.fault}")


@pytest.mark.parametrize("seed", range(5))
def test_after_any_history_the_stored_results_are_those_of_a_computation_from_nothing(seed: int) -> None:
    hold(seed, batch=40)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(100, 150))
def test_after_many_histories_too(seed: int) -> None:
    hold(seed, batch=5)
