"""What the clock asks for: each named minute once, made up when the machine was off."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.migrations.recorder import MigrationRecorder

from ipdash.celery import app
from ipdash.jobs import registry, runner, schedule
from ipdash.jobs.models import Heartbeat, HeartbeatKind, JobRun

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2025, 10, day, hour, minute, second, tzinfo=SHANGHAI)


@pytest.fixture
def nightly(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One entry at half past three, on an installation made on the first of October at noon."""
    registry.schedule()  # the real one is found before it is set aside
    entry = registry.Scheduled("test.add", "30 3 * * *", {"a": 7})
    monkeypatch.setattr(registry, "_schedule", {entry.name: entry})
    MigrationRecorder.Migration.objects.filter(app="jobs").update(applied=at(1, 12))


@pytest.mark.parametrize(
    ("cron", "now", "slot"),
    [
        ("30 3 * * *", at(12, 3, 30), at(12, 3, 30)),
        ("30 3 * * *", at(12, 3, 29, 59), at(11, 3, 30)),
        ("5 0 1 * *", at(31, 23, 59), at(1, 0, 5)),
        ("0 8 * * 1", at(12, 9), at(6, 8)),
        ("0 8 * * 0", at(12, 9), at(12, 8)),
        ("*/20 * * * *", at(12, 9, 59), at(12, 9, 40)),
        ("0 0 1 1 *", at(12, 9), None),
    ],
)
def test_the_latest_minute_of_a_cron_line(cron: str, now: datetime, slot: datetime | None) -> None:
    assert schedule.latest_slot(cron, now) == slot


def test_a_minute_is_served_once_however_many_schedulers_look(nightly: None) -> None:
    assert len(schedule.fire_due(at(12, 3, 30, 1))) == 1
    assert schedule.fire_due(at(12, 3, 30, 40)) == []
    assert schedule.fire_due(at(12, 3, 31)) == []
    job = JobRun.objects.get()
    assert (job.kind, job.args, job.slot) == ("test.add", {"a": 7}, "test.add[30 3 * * *]@2025-10-12T03:30")


def test_the_same_minute_is_not_served_again_after_its_run_has_ended(nightly: None) -> None:
    schedule.fire_due(at(12, 3, 30))
    runner.run_due_jobs()
    assert schedule.fire_due(at(12, 3, 30)) == []


def test_a_night_with_the_machine_off_is_made_up_once_in_the_morning(nightly: None) -> None:
    schedule.fire_due(at(9, 3, 30))
    fired = schedule.fire_due(at(12, 8, 15))
    assert [job.slot for job in fired] == ["test.add[30 3 * * *]@2025-10-12T03:30"]
    assert schedule.fire_due(at(12, 8, 16)) == []


def test_what_was_due_before_the_installation_is_not_made_up(nightly: None) -> None:
    assert schedule.fire_due(at(1, 12, 5)) == []
    assert len(schedule.fire_due(at(2, 3, 30))) == 1


@pytest.mark.django_db(transaction=True)
def test_a_turn_of_the_scheduler_leaves_a_sign_of_life() -> None:
    pause = schedule.JobScheduler(app).tick()
    assert 0 < pause <= 4
    assert Heartbeat.objects.get().kind == HeartbeatKind.SCHEDULER


@pytest.mark.django_db
def test_every_scheduled_kind_exists_and_its_line_names_a_minute_of_the_year() -> None:
    entries = registry.schedule()
    assert "jobs.purge" in {entry.kind for entry in entries}
    for entry in entries:
        registry.get_spec(entry.kind)
        assert any(schedule.latest_slot(entry.cron, at(31, 12) + timedelta(days=30 * n)) for n in range(12)), entry
