"""A recomputation whose worker is killed in the middle ends right all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.site import Site

LINES = 900


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A scratch installation of the product itself."""
    queue = f"test-{tmp_path.name}"
    with Site(
        tmp_path, DJANGO_SETTINGS_MODULE="ipdash.settings", IPDASH_QUEUE=queue, IPDASH_TODAY="2025-10-12"
    ) as made:
        made.queue = queue
        yield made


def test_a_killed_recomputation_is_finished_by_the_next_worker_and_verifies(site: Site) -> None:
    site.run("-m", "tests.indicators.many_lines", str(LINES))
    victim = site.start_worker()
    site.wait_until(lambda: site.number("SELECT count(*) FROM jobs_jobrun WHERE state = 'running'") == 1)
    site.kill(victim)
    assert site.number("SELECT count(*) FROM indicators_attainment") < LINES * 20
    site.start_worker()
    site.wait_until(lambda: site.number("SELECT count(*) FROM jobs_jobrun WHERE state = 'done'") == 1, seconds=90)
    assert site.query("SELECT attempts, losses FROM jobs_jobrun WHERE kind = 'recompute_attainment'") == [(2, 1)]
    assert site.number("SELECT count(*) FROM indicators_attainment") == LINES * 20
    assert "一致" in site.run("-m", "django", "verify_attainment")
