"""Who sees which run, and what `/healthz` says."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import RequestFactory

from ipdash.accounts.models import User
from ipdash.core.errors import NotVisible
from ipdash.jobs import feeding, housekeeping, registry, runner, selectors, services
from ipdash.jobs.models import Heartbeat, HeartbeatKind, JobRun, JobState
from ipdash.jobs.views import healthz


def _health() -> tuple[int, dict[str, object]]:
    response = healthz(RequestFactory().get("/healthz"))
    return response.status_code, json.loads(response.content)


def test_people_see_the_runs_they_asked_for_and_administrators_all(clerk: User, colleague: User) -> None:
    mine = services.enqueue("test.add", requested_by=clerk)
    shared = services.enqueue("test.add", dedupe_key="plan:1", requested_by=clerk)
    services.enqueue("test.add", dedupe_key="plan:1", requested_by=colleague)
    system = services.enqueue("test.add")
    assert list(selectors.jobs_visible_to(clerk)) == [shared, mine]
    assert list(selectors.jobs_visible_to(colleague)) == [shared]
    assert list(selectors.jobs_visible_to(colleague, sees_all=True)) == [system, shared, mine]
    assert selectors.get_job_for(colleague, shared.pk) == shared


def test_a_foreign_run_and_a_missing_one_look_the_same(clerk: User, colleague: User) -> None:
    foreign = services.enqueue("test.add", requested_by=clerk)
    with pytest.raises(NotVisible) as of_foreign:
        selectors.get_job_for(colleague, foreign.pk)
    with pytest.raises(NotVisible) as of_missing:
        selectors.get_job_for(colleague, foreign.pk + 1000)
    assert str(of_foreign.value) == str(of_missing.value)


@pytest.mark.django_db
def test_a_run_is_called_by_the_title_of_its_kind_or_by_the_kind_when_that_is_gone() -> None:
    assert selectors.job_title(JobRun(kind="test.add")) == "相加"
    assert selectors.job_title(JobRun(kind="gone.kind")) == "gone.kind"


@pytest.mark.django_db
def test_a_split_run_counts_its_parts() -> None:
    whole = services.enqueue("test.witness")
    services.enqueue("test.add", parent=whole)
    services.enqueue("test.refuse", parent=whole)
    JobRun.objects.filter(pk=whole.pk).update(due_at=Now() + timedelta(hours=1))
    assert selectors.family_progress(whole) == (0, 2, 0)
    runner.run_due_jobs()
    assert selectors.family_progress(whole) == (2, 2, 1)


@pytest.mark.django_db
def test_health_is_bad_until_the_first_worker_shows_itself_and_good_from_then() -> None:
    assert _health() == (503, _health()[1])
    assert _health()[1]["worker"] == "down"
    feeding.beat(HeartbeatKind.WORKER, "worker-a")
    status, body = _health()
    assert status == 200
    assert {name: body[name] for name in ("status", "database", "queue", "worker", "scheduler")} == {
        "status": "ok", "database": "ok", "queue": "ok", "worker": "ok", "scheduler": "down",
    }  # fmt: skip


@pytest.mark.django_db
def test_a_worker_silent_for_more_than_fifteen_seconds_counts_as_dead() -> None:
    feeding.beat(HeartbeatKind.WORKER, "worker-a")
    Heartbeat.objects.update(seen_at=Now() - timedelta(seconds=14))
    assert _health()[0] == 200
    Heartbeat.objects.update(seen_at=Now() - timedelta(seconds=16))
    assert _health()[0] == 503


@pytest.mark.django_db
def test_a_scheduler_alone_is_no_worker() -> None:
    feeding.beat(HeartbeatKind.SCHEDULER, "scheduler-a")
    status, body = _health()
    assert (status, body["scheduler"], body["worker"]) == (503, "ok", "down")


@pytest.mark.django_db
def test_health_names_the_waiting_and_running_and_how_long_the_oldest_is_overdue() -> None:
    services.enqueue("test.add")
    services.claim(services.enqueue("test.add").pk, "worker-a")
    JobRun.objects.filter(state=JobState.QUEUED).update(due_at=Now() - timedelta(seconds=90))
    body = _health()[1]
    assert (body["queued"], body["running"], body["queue"]) == (1, 1, "late")
    assert 90 <= int(str(body["oldest_due_seconds"])) < 100


@pytest.mark.django_db
def test_health_costs_two_queries(django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        _health()


@pytest.mark.django_db
def test_old_done_runs_are_cleared_away_and_failed_ones_kept() -> None:
    def aged(state: JobState, days: int) -> JobRun:
        return JobRun.objects.create(kind="test.add", state=state, finished_at=Now() - timedelta(days=days))

    kept = {aged(JobState.DONE, housekeeping.KEEP_DAYS - 1).pk, aged(JobState.FAILED, 400).pk}
    aged(JobState.DONE, housekeeping.KEEP_DAYS + 1)
    run = services.enqueue("jobs.purge")
    runner.run_due_jobs()
    run.refresh_from_db()
    assert run.result == {"deleted": 1}
    assert set(JobRun.objects.exclude(pk=run.pk).values_list("pk", flat=True)) == kept


def test_two_handlers_of_one_kind_are_a_programming_error() -> None:
    with pytest.raises(ValueError, match=r"test\.add"):
        registry.job("test.add", title="又一个")(lambda context: {})
