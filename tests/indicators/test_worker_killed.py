"""A recomputation whose worker is killed in the middle ends right all the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.site import Site

LINES = 900
NATION = 600
"""Regions of the small nation: 34 plans."""


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


@pytest.mark.skipif(not os.environ.get("DATABASE_URL"), reason="several workers share a run on a database server")
def test_one_of_two_workers_of_a_national_run_is_killed_and_the_run_completes(site: Site) -> None:
    site.run("-m", "django", "load_reference_data")
    site.run("-m", "django", "make_national_data", "--regions", str(NATION), "--indicators", "12", "--years", "5")
    victim = site.start_worker()
    site.start_worker()
    site.wait_until(lambda: site.number("SELECT count(*) FROM jobs_heartbeat WHERE kind = 'worker'") == 2, seconds=120)
    site.run("-m", "tests.indicators.many_lines", "mark-all")
    jobs = "FROM jobs_jobrun WHERE kind = 'recompute_attainment'"
    assert site.number(f"SELECT count(*) {jobs}") == 34
    site.wait_until(lambda: site.number(f"SELECT count(DISTINCT worker) {jobs} AND worker <> ''") == 2)
    site.kill(victim)
    done = f"SELECT count(*) {jobs} AND state = 'done'"
    assert site.number(done) < 34
    site.wait_until(lambda: site.number(done) == 34, seconds=240)
    assert site.number("SELECT count(*) FROM indicators_attainment") == NATION * 12 * 20
    assert f"全部{NATION * 12 * 20}条结果与从头计算一致" in site.run("-m", "django", "verify_attainment")
