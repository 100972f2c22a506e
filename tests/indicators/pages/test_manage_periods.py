"""Bureau staff's management: quarters and duties."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from indicators.models import Figure, Indicator, ReportingDuty, ReportingPeriod
from indicators.selectors.administration import Proposal, next_quarter
from indicators.selectors.completeness import completeness
from indicators.views.manage_periods import workday_note
from ipdash.accounts.models import AuditEntry, User
from ipdash.core.periods import Quarter
from plans.models import Region, Unit
from plans.scope import scope_of

pytestmark = pytest.mark.usefixtures("demo")
ClientOf = Callable[[str], Client]
BISHAN = "500120"


@pytest.fixture
def client(client_of: ClientOf) -> Client:
    return client_of("staff")


@pytest.fixture
def duty(demo: None) -> ReportingDuty:
    found = ReportingDuty.objects.filter(region__code=BISHAN, valid_to=None).first()
    found = found or ReportingDuty.objects.filter(region__code=BISHAN).first()
    assert found is not None
    return found


def last_entry() -> AuditEntry:
    return AuditEntry.objects.order_by("-number")[0]


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]  # a test response


# Quarters


@pytest.mark.parametrize(
    ("quarter", "days"),
    [
        (Quarter(2025, 3), ("2025-10-01", "2025-10-15", "2025-10-31")),
        (Quarter(2025, 4), ("2026-01-01", "2026-01-15", "2026-01-31")),
        (Quarter(2025, 1), ("2025-04-01", "2025-04-15", "2025-04-30")),
    ],
)
def test_the_usual_days_follow_the_quarter_s_end(quarter: Quarter, days: tuple[str, str, str]) -> None:
    proposal = Proposal(quarter)
    assert (str(proposal.opens), str(proposal.due), str(proposal.locks)) == days


def test_the_quarter_to_open_next_follows_the_last_one_set() -> None:
    assert next_quarter(Region.objects.get(code=BISHAN), date(2025, 10, 12)) == Quarter(2025, 4)
    assert next_quarter(Region.objects.get(code="110000"), date(2025, 10, 12)) == Quarter(2025, 3)


def test_a_quarter_that_ended_long_ago_is_not_proposed(client: Client) -> None:
    assert next_quarter(Region.objects.get(code="220000"), date(2025, 10, 12)) == Quarter(2025, 3)
    page = client.get("/manage/periods/new/")
    assert (page.context["region"].code, page.context["quarter"]) == (BISHAN, Quarter(2025, 4))


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2025, 10, 15), "2025年10月15日是工作日。"),
        (date(2025, 10, 4), "2025年10月4日不是工作日，之后的第一个工作日是2025年10月9日。"),
        (date(2025, 10, 11), "2025年10月11日是工作日。"),
        (date(2150, 10, 10), "（该年放假安排尚未公布，按周末判断）"),
    ],
)
def test_a_due_day_on_a_holiday_is_pointed_out(due: date, words: str) -> None:
    assert words in workday_note(due)


def test_a_quarter_is_opened_with_the_proposed_days(client: Client) -> None:
    address = f"/manage/periods/new/?region={BISHAN}&quarter=2025Q4"
    page = text(client.get(address))
    assert 'value="2026-01-01"' in page
    assert 'value="2026-01-31"' in page
    days = {"opens": "2026-01-01", "due": "2026-01-15", "locks": "2026-01-31"}
    assert client.post(address, days).status_code == 302
    period = ReportingPeriod.objects.get(region__code=BISHAN, year=2025, quarter=4)
    assert period.due == date(2026, 1, 15)
    assert (last_entry().action, last_entry().region_code) == ("period.create", BISHAN)
    again = client.post(address, days)
    assert again.status_code == 409
    assert "该区划的这个季度已经设置。" in text(again)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({"opens": "2026-01-20", "due": "2026-01-15", "locks": "2026-01-31"}, "应依次不早于前一个"),
        ({"opens": "", "due": "2026-01-15", "locks": "2026-01-31"}, "请填写开放日。"),
        ({"opens": "2026年13月1日", "due": "2026-01-15", "locks": "2026-01-31"}, "日期应写成2025-10-15这样。"),
    ],
)
def test_wrong_days_are_refused_with_what_was_typed_kept(client: Client, days: dict[str, str], words: str) -> None:
    answer = client.post(f"/manage/periods/new/?region={BISHAN}&quarter=2025Q4", days)
    assert answer.status_code == 400
    assert words in text(answer)
    assert 'value="2026-01-31"' in text(answer)
    assert not ReportingPeriod.objects.filter(region__code=BISHAN, year=2025, quarter=4).exists()


def test_a_quarter_s_days_are_moved_by_what_was_seen(client: Client) -> None:
    period = ReportingPeriod.objects.get(region__code=BISHAN, year=2025, quarter=3)
    address = f"/manage/periods/{period.pk}/change/"
    days = {"opens": "2025-10-01", "due": "2025-10-20", "locks": "2025-10-31", "version": str(period.version)}
    assert client.post(address, days).status_code == 302
    period.refresh_from_db()
    assert (period.due, period.version) == (date(2025, 10, 20), 2)
    stale = client.post(address, {**days, "due": "2025-10-22"})
    assert stale.status_code == 409
    assert "刚被他人修改" in text(stale)
    assert "现为“2025-10-20”，您填写的是“2025-10-22”。" in text(stale)
    assert 'name="version" value="2"' in text(stale)
    assert 'value="2025-10-22"' in text(stale)


def test_who_has_not_reported_is_counted_from_duties_and_figures(client: Client) -> None:
    period = ReportingPeriod.objects.get(region__code=BISHAN, year=2025, quarter=3)
    scope = scope_of(User.objects.get(username="staff"))
    found = completeness(scope, period)
    duties = ReportingDuty.objects.filter(region__code=BISHAN, indicator__frequency="quarterly")
    duties = duties.in_force_on(date(2025, 9, 30))
    assert found.expected == duties.count() > 0
    reported = Figure.objects.filter(
        region__code=BISHAN,
        year=2025,
        quarter=3,
        state__in=["submitted", "approved"],
        indicator__in=duties.values("indicator"),
    )
    assert found.reported == reported.count()
    assert sum(len(row.open) for row in found.units) == found.expected - found.reported
    page = text(client.get(f"/manage/periods/{period.pk}/"))
    assert f"应报{found.expected}项，已报{found.reported}项" in page


def test_annual_indicators_are_asked_for_in_the_fourth_quarter_alone() -> None:
    scope = scope_of(User.objects.get(username="staff"))
    period = ReportingPeriod.objects.get(region__code=BISHAN, year=2024, quarter=4)
    annual = ReportingDuty.objects.filter(region__code=BISHAN, indicator__frequency="annual")
    at_end = completeness(scope, period).expected
    third = completeness(scope, ReportingPeriod.objects.get(region__code=BISHAN, year=2024, quarter=3)).expected
    assert at_end - third == annual.in_force_on(date(2024, 12, 31)).count()


def test_what_a_county_opened_for_itself_is_not_asked_for_twice() -> None:
    scope = scope_of(User.objects.get(username="staff"))
    city = ReportingPeriod.objects.create(
        region=Region.objects.get(code="500000"), year=2025, quarter=3, opens=date(2025, 10, 1), due=date(2025, 10, 15),
        locks=date(2025, 10, 31),
    )  # fmt: skip
    asked = {duty.region.code for row in completeness(scope, city).units for duty in row.open}
    assert BISHAN not in asked


def test_completeness_takes_the_same_queries_for_any_number_of_units(
    client: Client, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    period = ReportingPeriod.objects.get(region__code=BISHAN, year=2025, quarter=3)
    client.get(f"/manage/periods/{period.pk}/")
    with django_assert_max_num_queries(13):  # type: ignore[attr-defined]  # a context manager
        client.get(f"/manage/periods/{period.pk}/")


# Duties


def test_a_duty_passes_to_another_unit_and_the_past_stays(client: Client, duty: ReportingDuty) -> None:
    other = Unit.objects.filter(region__code=BISHAN, is_collective=False).exclude(pk=duty.unit_id).first()
    assert other is not None
    answer = client.post(
        f"/manage/duties/{duty.pk}/hand-over/",
        {"unit": other.pk, "first_day": "2025-10-01", "version": duty.version},
    )
    assert answer.status_code == 302
    duty.refresh_from_db()
    fresh = ReportingDuty.objects.get(indicator=duty.indicator, region=duty.region, valid_from=date(2025, 10, 1))
    assert (duty.valid_to, fresh.unit) == (date(2025, 9, 30), other)
    assert [e.action for e in AuditEntry.objects.order_by("-number")[:2]] == ["duty.create", "duty.change"]


@pytest.mark.parametrize(
    ("day", "words"), [("1990-01-01", "移交日期应在原责任开始之后"), ("", "请填写自哪天起。"), ("x", "日期应写成")]
)
def test_a_duty_does_not_pass_outside_its_days(client: Client, duty: ReportingDuty, day: str, words: str) -> None:
    other = Unit.objects.filter(region__code=BISHAN, is_collective=False).exclude(pk=duty.unit_id).first()
    assert other is not None
    answer = client.post(f"/manage/duties/{duty.pk}/hand-over/", {"unit": other.pk, "first_day": day})
    assert answer.status_code == 400
    assert words in text(answer)
    assert ReportingDuty.objects.filter(indicator=duty.indicator, region=duty.region).count() == 1


def test_a_duty_does_not_pass_to_the_unit_that_has_it(client: Client, duty: ReportingDuty) -> None:
    answer = client.post(f"/manage/duties/{duty.pk}/hand-over/", {"unit": duty.unit_id, "first_day": "2025-10-01"})
    assert answer.status_code == 400
    assert "已经承担这项填报责任" in text(answer)


def test_a_duty_is_ended_and_a_stale_page_is_told(client: Client, duty: ReportingDuty) -> None:
    address, version = f"/manage/duties/{duty.pk}/end/", duty.version
    assert client.post(address, {"valid_to": "2025-09-30", "version": version}).status_code == 302
    stale = client.post(address, {"valid_to": "2025-08-31", "version": version})
    assert stale.status_code == 409
    assert "现为“2025-09-30”" in text(stale)
    assert client.post(address, {"valid_to": "1900-01-01", "version": version + 1}).status_code == 400


def test_a_new_duty_may_not_overlap_another(client: Client, duty: ReportingDuty) -> None:
    values = {"indicator": duty.indicator.code, "region": BISHAN, "unit": duty.unit_id, "valid_from": "2025-01-01"}
    answer = client.post("/manage/duties/new/", values)
    assert answer.status_code == 409
    assert "时间不能重叠" in text(answer)
    bare = Indicator.objects.exclude(quantity="ratio").exclude(duties__region__code=BISHAN).first()
    assert bare is not None
    assert client.post("/manage/duties/new/", {**values, "indicator": bare.code}).status_code == 302
    assert ReportingDuty.objects.get(indicator=bare, region__code=BISHAN).unit == duty.unit


def test_a_duty_for_a_region_out_of_reach_is_not_offered(client: Client, duty: ReportingDuty) -> None:
    answer = client.post(
        "/manage/duties/new/",
        {"indicator": duty.indicator.code, "region": "440100", "unit": duty.unit_id, "valid_from": "2025-01-01"},
    )
    assert answer.status_code == 400
    assert "请从列表中选择区划。" in text(answer)


def test_duties_are_narrowed_by_the_address(client: Client, duty: ReportingDuty) -> None:
    assert duty.indicator.name in text(client.get(f"/manage/duties/?region={BISHAN}"))
    assert "没有符合条件的填报责任" in text(client.get("/manage/duties/?words=没有这样的"))
    assert "没有符合条件的填报责任" in text(client.get("/manage/duties/?region=x"))
