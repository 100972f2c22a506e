"""`/jobs/`: people see their own runs, how far they are, and try failed ones again."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from indicators.services.staleness import request_recomputation
from ipdash.jobs.models import JobRequest, JobRun, JobState
from plans.models import Plan


@pytest.fixture
def run(reviewer):
    with transaction.atomic():
        return request_recomputation(Plan.objects.get(slug="bishan").pk, requested_by=reviewer)


def _end(job, state, **fields):
    JobRun.objects.filter(pk=job.pk).update(state=state, finished_at=timezone.now(), **fields)


def test_the_list_holds_one_s_own_runs_alone(client_of, run):
    assert "重算完成情况" in client_of("reviewer").get("/jobs/").content.decode()
    others = client_of("reporter").get("/jobs/").content.decode()
    assert f"/jobs/{run.pk}/" not in others
    assert "还没有作业" in others


def test_the_system_administrator_sees_every_run_and_who_asked(client_of, run):
    page = client_of("sysadmin").get("/jobs/").content.decode()
    assert "重算完成情况" in page
    assert "周国强" in page


@pytest.mark.parametrize("path", ["", "progress/"])
def test_somebody_else_s_run_does_not_exist(client_of, run, path):
    assert client_of("reporter").get(f"/jobs/{run.pk}/{path}").status_code == 404
    assert client_of("reporter").get(f"/jobs/999999/{path}").status_code == 404


def test_a_running_one_shows_n_of_total_and_asks_again(client_of, run):
    JobRun.objects.filter(pk=run.pk).update(
        state=JobState.RUNNING, progress=3, total=12, step="写入结果", lease_until=timezone.now()
    )
    page = client_of("reviewer").get(f"/jobs/{run.pk}/progress/").content.decode()
    assert "3/12" in page
    assert "写入结果" in page
    assert 'hx-trigger="every 2s"' in page
    assert "X-Background" in page


def test_a_finished_one_says_what_it_did_and_stops_asking(client_of, run):
    _end(run, JobState.DONE, result={"lines": 2, "written": 40})
    page = client_of("reviewer").get(f"/jobs/{run.pk}/progress/").content.decode()
    assert "重算了2项目标，更新40条完成情况。" in page
    assert "hx-get" not in page


def test_a_failed_one_gives_its_reason_and_is_run_again_as_a_new_run(client_of, run):
    _end(run, JobState.FAILED, error="磁盘已满<script>")
    client = client_of("reviewer")
    page = client.get(f"/jobs/{run.pk}/").content.decode()
    assert "磁盘已满&lt;script&gt;" in page
    answer = client.post(f"/jobs/{run.pk}/retry/", follow=True)
    assert "已重新安排运行" in answer.content.decode()
    assert JobRun.objects.latest("pk").pk != run.pk


def test_only_a_failed_one_is_run_again(client_of, run):
    answer = client_of("reviewer").post(f"/jobs/{run.pk}/retry/")
    assert answer.status_code == 409
    assert "只有未能完成的作业可以重新运行" in answer.content.decode()


def test_nobody_runs_somebody_else_s_again(client_of, run):
    _end(run, JobState.FAILED)
    assert client_of("reporter").post(f"/jobs/{run.pk}/retry/").status_code == 404
    assert JobRun.objects.count() == 1


def test_the_list_narrows_by_state_and_ignores_what_is_none(client_of, run):
    client = client_of("reviewer")
    assert "没有处于这种状态的作业" in client.get("/jobs/?state=failed").content.decode()
    assert "重算完成情况" in client.get("/jobs/?state=x&page=abc").content.decode()


def test_the_queries_of_the_list_do_not_grow_with_it(client_of, run, reviewer, django_assert_max_num_queries):
    jobs = JobRun.objects.bulk_create([JobRun(kind="verify_attainment") for _n in range(20)])
    JobRequest.objects.bulk_create([JobRequest(job=job, user=reviewer) for job in jobs])
    client = client_of("reviewer")
    with django_assert_max_num_queries(12):
        client.get("/jobs/")
