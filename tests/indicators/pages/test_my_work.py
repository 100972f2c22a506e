"""`/my-work/`: what is mine to do, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from indicators.models import Figure, ReportingPeriod
from indicators.selectors.my_work import my_work
from plans.models import Assignment, CollectiveMember, Milestone, PlanTask, Unit
from plans.scope import scope_of
from tests.builders import make_user

pytestmark = pytest.mark.usefixtures("demo")
DAY = date(2025, 10, 12)
UNIT = "区市场监管局"


def work_of(user, day=DAY):
    return my_work(scope_of(user), day)


def text_of(answer) -> str:
    return answer.content.decode()


def bishan_unit(name: str = UNIT) -> Unit:
    return Unit.objects.get(name=name, region__code="500120")


def test_a_reporter_finds_what_was_sent_back_with_the_reason_and_the_way_to_the_box(client_of):
    page = text_of(client_of("reporter").get("/my-work/"))
    assert "与企业名单核对后再报" in page
    assert f"/entry/?unit={bishan_unit().pk}&amp;quarter=2025Q3#v-500120-core_patent_enterprises_cultivated" in page


def test_what_is_to_be_reported_is_counted_by_unit_with_the_days_left(reporter):
    (item,) = work_of(reporter).to_report
    assert (item.unit.name, item.reported, item.total) == (UNIT, 22, 27)
    assert (item.returned, item.drafts, item.unfilled, item.days_left) == (1, 2, 2, 3)


def test_after_the_due_day_it_is_overdue_and_after_the_lock_gone(reporter):
    assert work_of(reporter, date(2025, 10, 17)).to_report[0].days_left == -2
    assert work_of(reporter, date(2025, 11, 1)).to_report == []
    assert work_of(reporter, date(2025, 9, 30)).to_report == []


def test_a_quarter_that_the_region_opened_itself_counts_by_its_own_days(reporter):
    period = ReportingPeriod.objects.get(region__code="500120", year=2025, quarter=3)
    above = ReportingPeriod.objects.create(
        region=period.region.parent,
        year=2025,
        quarter=3,
        opens=period.opens,
        due=date(2025, 10, 30),
        locks=date(2025, 10, 31),
    )
    assert work_of(reporter).to_report[0].period == period
    period.delete()
    assert work_of(reporter).to_report[0].period == above


def test_bureau_staff_see_who_has_not_reported_and_nobody_who_has(staff):
    units = {item.unit.name for item in work_of(staff).to_report}
    assert UNIT in units
    assert all(not item.is_done for item in work_of(staff).to_report)
    Figure.objects.filter(year=2025, quarter=3, state="draft", value__isnull=False).update(state="submitted")
    assert "区科技局" not in {item.unit.name for item in work_of(staff).to_report}


def test_a_reporter_who_is_done_is_told_so(client_of):
    Figure.objects.filter(year=2025, quarter=3).exclude(state="approved").update(state="submitted")
    from indicators.models import ReportingDuty

    done = Figure.objects.filter(year=2025, quarter=3, value__isnull=False).values("indicator")
    ReportingDuty.objects.filter(unit=bishan_unit()).exclude(indicator__in=done).delete()
    page = text_of(client_of("reporter").get("/my-work/"))
    assert "已全部提交" in page
    assert "退回修改" not in page


class TestTasks:
    @pytest.fixture
    def unit(self):
        return bishan_unit("区科技局")

    @pytest.fixture
    def task(self, unit):
        return PlanTask.objects.filter(plan__state="active", assignments__unit=unit).first()

    def test_a_department_finds_the_tasks_of_its_unit_in_plans_in_force(self, client_of, department, unit):
        work = work_of(department)
        assert work.tasks
        assert {item.task.plan.state for item in work.tasks} == {"active"}
        assert work.tasks[0].task.title in text_of(client_of("department").get("/my-work/"))

    def test_what_is_done_or_only_cooperated_in_is_not_there(self, department, unit, task):
        before = work_of(department).task_total
        task.status, task.closed_on = PlanTask.Status.DONE, DAY
        task.save()
        other = PlanTask.objects.filter(plan__state="active").exclude(assignments__unit=unit).first()
        Assignment.objects.create(task=other, unit=unit, role="cooperating", printed="科技")
        assert work_of(department).task_total == before - 1

    def test_a_collective_s_and_an_office_s_tasks_are_mine(self, department, unit):
        others = list(PlanTask.objects.filter(plan__state="active").exclude(assignments__unit=unit)[:2])
        collective = Unit.objects.create(region=unit.region, name="区级相关部门", is_collective=True)
        CollectiveMember.objects.create(collective=collective, member=unit)
        office = Unit.objects.create(region=unit.region, name="规划科", parent=unit)
        for task, holder in zip(others, (collective, office), strict=True):
            Assignment.objects.create(task=task, unit=holder, role="responsible", printed=holder.name)
        assert {task.pk for task in others} <= {item.task.pk for item in work_of(department).tasks}

    def test_what_is_due_by_the_end_of_the_quarter_comes_first(self, department, client_of):
        last = work_of(department).tasks[-1].task
        Milestone.objects.create(
            task=last, label="四季度", year=2025, from_quarter=4, to_quarter=4, text="<b>报送总结</b>"
        )
        Milestone.objects.create(task=last, label="明年一季度", year=2026, from_quarter=1, to_quarter=1, text="启动")
        first = work_of(department).tasks[0]
        assert first.task == last
        assert [milestone.label for milestone in first.due] == ["四季度"]
        assert "&lt;b&gt;报送总结" in text_of(client_of("department").get("/my-work/"))


def test_a_reviewer_finds_how_many_wait(client_of, reviewer):
    (item,) = work_of(reviewer).to_review
    assert (item.count, item.own) == (6, 0)
    assert "/review/?quarter=2025Q3" in text_of(client_of("reviewer").get("/my-work/"))


def test_one_s_own_entries_wait_for_somebody_else(reviewer):
    figure = Figure.objects.filter(state="submitted").first()
    Figure.objects.filter(pk=figure.pk).update(entered_by=reviewer)
    (item,) = work_of(reviewer).to_review
    assert (item.count, item.own) == (5, 1)


def test_who_has_nothing_to_do_reads_one_sentence(client, settings):
    client.force_login(
        make_user("reporter", unit=Unit.objects.filter(region__code="610300").first()),
        "django.contrib.auth.backends.ModelBackend",
    )
    page = text_of(client.get("/my-work/"))
    assert "目前没有需要您处理的工作" in page


@pytest.mark.parametrize(("who", "most"), [("reporter", 27), ("staff", 18), ("reviewer", 13), ("department", 22)])
def test_the_queries_are_few(client_of, who, most, django_assert_max_num_queries):
    client = client_of(who)
    with django_assert_max_num_queries(most):
        client.get("/my-work/")
