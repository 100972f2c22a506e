"""Worker processes as they really run: on SQLite without a broker, or on the servers named in the environment."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.jobs.site import Site

SENDERS = 4


def _done(site: Site) -> int:
    return site.number("SELECT count(*) FROM jobs_jobrun WHERE state = 'done'")


@pytest.mark.parametrize("count", [240, pytest.param(1500, marks=pytest.mark.thorough)])
def test_jobs_sent_by_four_processes_at_once_run_exactly_once_with_two_workers(site: Site, count: int) -> None:
    for _ in range(2):
        site.start_worker()
    site.wait_until(lambda: site.number("SELECT count(*) FROM jobs_heartbeat") == 2)
    senders = [site.start("-m", "tests.jobs.sender", "probe.mark", str(count // SENDERS), "{}") for _ in range(SENDERS)]
    assert [sender.wait(timeout=60) for sender in senders] == [0] * SENDERS
    site.wait_until(lambda: _done(site) == count, seconds=120)
    assert site.query("SELECT count(*), count(DISTINCT job_id) FROM probe_effect") == [(count, count)]
    assert site.query("SELECT min(attempts), max(attempts), max(losses) FROM jobs_jobrun") == [(1, 1, 0)]
    assert site.number("SELECT count(DISTINCT worker) FROM jobs_jobrun") == 2


def test_a_job_whose_worker_is_killed_is_run_again_by_another_and_takes_effect_once(site: Site) -> None:
    victim = site.start_worker()
    began = site.folder / "began"
    site.send("probe.deaf", args=f'{{"path": "{began}", "seconds": 60}}')
    site.wait_until(began.exists)
    site.kill(victim, signal.SIGKILL)
    site.start_worker()
    site.wait_until(lambda: _done(site) == 1)
    assert site.query("SELECT attempts, losses, error FROM jobs_jobrun") == [(2, 1, "")]
    assert site.number("SELECT count(*) FROM probe_effect") == 1
    assert len(began.read_text().splitlines()) == 2


def test_a_worker_told_to_stop_gives_its_job_back_at_once_even_if_the_job_does_not_listen(site: Site) -> None:
    worker = site.start_worker()
    began = site.folder / "began"
    site.send("probe.deaf", args=f'{{"path": "{began}", "seconds": 60}}')
    site.wait_until(began.exists)
    site.kill(worker, signal.SIGTERM)
    assert worker.returncode == 0
    assert site.query("SELECT state, losses, failures FROM jobs_jobrun") == [("queued", 0, 0)]
    assert site.number("SELECT count(*) FROM jobs_heartbeat") == 0
    site.start_worker()
    site.wait_until(lambda: _done(site) == 1)
    assert site.number("SELECT count(*) FROM probe_effect") == 1


def test_a_watchful_job_stops_at_its_next_report_when_the_worker_is_told_to_stop(site: Site) -> None:
    worker = site.start_worker()
    site.send("probe.steps", args='{"count": 600, "pause_ms": 100}')
    # Progress is seen from outside while the job runs.
    site.wait_until(lambda: site.number("SELECT count(*) FROM jobs_jobrun WHERE progress > 1 AND step <> ''") == 1)
    site.kill(worker, signal.SIGTERM)
    assert worker.returncode == 0
    assert site.query("SELECT state, step FROM jobs_jobrun") == [("queued", "")]
    assert site.number("SELECT count(*) FROM probe_effect") == 0


def test_a_dead_broker_costs_the_writer_an_instant_and_loses_nothing(tmp_path: Path) -> None:
    with Site(tmp_path, CELERY_BROKER_URL="redis://127.0.0.1:1/0") as site:
        site.send("probe.mark", 20)
        assert site.query("SELECT state, count(*) FROM jobs_jobrun GROUP BY state") == [("queued", 20)]
        # The same rows, once the broker is back (here: once there is none to wait for).
        site.env["CELERY_BROKER_URL"] = ""
        site.start_worker()
        site.wait_until(lambda: _done(site) == 20)
