"""催报 and the daily digest: asked once a day, told once a working day, to exactly those whom it concerns."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core import mail

from indicators.models import Digest, Figure, ReportingPeriod, Urge
from indicators.selectors.my_work import my_work
from indicators.services.reminders import digest_text, send_digests, urge
from ipdash.accounts.models import AuditEntry, User
from ipdash.core.errors import Invalid, NotAllowed, NotVisible
from plans.models import Unit
from plans.scope import scope_of

pytestmark = pytest.mark.usefixtures("demo")

SUNDAY, MONDAY, DUE, LATE = date(2025, 10, 12), date(2025, 10, 13), date(2025, 10, 15), date(2025, 10, 20)
HOLIDAY, SHIFTED = date(2025, 10, 3), date(2025, 10, 11)  # 国庆; a Saturday on which offices work


@pytest.fixture
def people() -> dict[str, User]:
    return {user.username: user for user in User.objects.all()}


@pytest.fixture
def period() -> ReportingPeriod:
    return ReportingPeriod.objects.get(region__code="500120", year=2025, quarter=3)


@pytest.fixture
def unit() -> Unit:
    return Unit.objects.get(name="区市场监管局", region__code="500120")


def test_an_urged_unit_reads_it_at_once_with_who_and_what(people: Any, period: Any, unit: Unit) -> None:
    done = urge(people["staff"], period.pk, {unit.pk}, "请今天报齐", today=SUNDAY)
    assert (done.asked, done.again) == (["区市场监管局"], [])
    (seen,) = my_work(scope_of(people["reporter"]), SUNDAY).urges
    assert (seen.message, seen.by) == ("请今天报齐", people["staff"])
    assert my_work(scope_of(people["leader"]), SUNDAY).urges == []
    assert AuditEntry.objects.filter(action="period.urge").count() == 1


def test_a_unit_is_urged_once_a_day_and_again_the_next(people: Any, period: Any, unit: Unit) -> None:
    urge(people["staff"], period.pk, {unit.pk}, "", today=SUNDAY)
    assert urge(people["staff"], period.pk, {unit.pk}, "", today=SUNDAY).again == ["区市场监管局"]
    assert urge(people["staff"], period.pk, {unit.pk}, "", today=MONDAY).asked == ["区市场监管局"]
    assert Urge.objects.filter(unit=unit).count() == 2


def test_all_who_are_late_are_asked_and_nobody_else(people: Any, period: Any) -> None:
    done = urge(people["staff"], period.pk, set(), "", today=SUNDAY)
    complete = Unit.objects.exclude(name__in=done.asked).values_list("name", flat=True)
    assert done.asked
    assert not set(done.asked) & set(complete)


def test_nobody_is_urged_before_the_quarter_opens_or_after_it_is_locked(people: Any, period: Any) -> None:
    for day in (date(2025, 9, 30), date(2026, 3, 1)):
        with pytest.raises(Invalid, match="不在填报期内"):
            urge(people["staff"], period.pk, set(), "", today=day)


def test_a_unit_that_reported_everything_is_not_urged(people: Any, period: Any, unit: Unit) -> None:
    from indicators.selectors.completeness import duties_of_period

    for duty in duties_of_period(scope_of(people["staff"]), period):
        if duty.unit_id == unit.pk and duty.indicator.is_reported:
            Figure.objects.update_or_create(
                indicator=duty.indicator, region=duty.region, year=2025, quarter=3,
                defaults={"value": 1, "state": "submitted", "source": "form"},
            )  # fmt: skip
    with pytest.raises(Invalid, match="没有需要催报"):
        urge(people["staff"], period.pk, {unit.pk}, "", today=SUNDAY)


def test_only_staff_of_the_region_urge(people: Any, period: Any) -> None:
    for name in ("reporter", "reviewer", "leader", "department"):
        with pytest.raises(NotAllowed):
            urge(people[name], period.pk, set(), "", today=SUNDAY)
    with pytest.raises((NotAllowed, NotVisible)):
        urge(people["sysadmin"], period.pk, set(), "", today=SUNDAY)


def test_a_digest_names_what_is_due_what_came_back_and_who_urged(people: Any, period: Any, unit: Unit) -> None:
    urge(people["staff"], period.pk, {unit.pk}, "请今天报齐", today=SUNDAY)
    text = digest_text(people["reporter"], MONDAY)
    assert "区市场监管局2025年三季度应报" in text
    assert "请在2025年10月15日前提交" in text
    assert "催报区市场监管局：2025年三季度。请今天报齐" in text
    assert "退回：" in text
    assert "待您审核6项" in digest_text(people["reviewer"], MONDAY)
    assert "已过截止日" in digest_text(people["reporter"], LATE)


def test_nothing_is_said_long_before_the_due_day(people: Any) -> None:
    Figure.objects.filter(state="returned").update(state="draft")
    period = ReportingPeriod.objects.get(region__code="500120", year=2025, quarter=3)
    assert digest_text(people["reporter"], date(2025, 10, 10)) == ""
    assert period.due == DUE
    assert digest_text(people["reporter"], SHIFTED) != ""


def test_one_digest_a_person_and_working_day_however_often_the_job_runs(people: Any) -> None:
    User.objects.filter(username="reporter").update(email="reporter@example.cn")
    first = send_digests(MONDAY)
    assert (first["mailed"], first["failed"]) == (1, 0)
    assert send_digests(MONDAY) == {"digests": 0, "mailed": 0, "failed": 0}
    assert [message.to for message in mail.outbox] == [["reporter@example.cn"]]
    assert "待办提醒" in mail.outbox[0].subject
    assert Digest.objects.filter(user=people["reporter"], day=MONDAY).get().mailed_at is not None


def test_days_without_work_are_left_out_and_shifted_ones_are_not() -> None:
    assert send_digests(HOLIDAY)["digests"] == 0
    assert send_digests(SUNDAY)["digests"] == 0
    assert send_digests(SHIFTED)["digests"] > 0


def test_a_missed_day_is_caught_up_by_the_next_one_and_an_urge_is_told_once(
    people: Any, period: Any, unit: Unit
) -> None:
    urge(people["staff"], period.pk, {unit.pk}, "周日", today=SUNDAY)
    send_digests(MONDAY)
    assert "周日" in Digest.objects.get(user=people["reporter"], day=MONDAY).text
    send_digests(date(2025, 10, 14))
    assert "周日" not in Digest.objects.get(user=people["reporter"], day=date(2025, 10, 14)).text


def test_a_mail_server_that_is_gone_loses_no_digest_and_stops_nobody_else(people: Any) -> None:
    User.objects.filter(username__in=("reporter", "reviewer")).update(email="somebody@example.cn")

    def gone(_user: User, _subject: str, _text: str) -> None:
        raise ConnectionRefusedError("no mail server")

    counts = send_digests(MONDAY, send=gone)
    assert counts["failed"] == 2
    assert Digest.objects.filter(user=people["reporter"], mailed_at__isnull=True).exists()


def test_a_disabled_account_is_told_nothing(people: Any) -> None:
    User.objects.filter(username="reporter").update(is_active=False)
    send_digests(MONDAY)
    assert not Digest.objects.filter(user=people["reporter"]).exists()


def test_staff_urge_from_the_period_s_page(client_of: Any, period: Any, unit: Unit) -> None:
    staff = client_of("staff")
    page = staff.get(f"/manage/periods/{period.pk}/").content.decode()
    assert "催报全部" in page
    answer = staff.post(f"/manage/periods/{period.pk}/urge/", {"unit": unit.pk, "message": "请报"}, follow=True)
    assert "已催报1个单位" in answer.content.decode()
    assert "2025年10月12日已催报" in answer.content.decode()
    nothing = staff.post(f"/manage/periods/{period.pk}/urge/", {}, follow=True)
    assert "请先勾选" in nothing.content.decode()
    assert "请报" in client_of("reporter").get("/my-work/").content.decode()
