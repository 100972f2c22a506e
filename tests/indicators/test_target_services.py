"""Catalogue, target lines, periods and duties are changed by those who may, and results follow."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from indicators.models import Baseline, Indicator, ReportingDuty, ReportingPeriod, Target, TargetLine
from indicators.services.catalogue import change_indicator, create_indicator
from indicators.services.periods import change_duty, change_period, create_duty, create_period, end_duty
from indicators.services.recompute import recompute_plan
from indicators.services.targets import BaselineValue, TargetValue, adjust_target, change_line, create_line
from indicators.services.verification import verify
from ipdash.accounts.models import AuditEntry, User
from ipdash.accounts.services import create_user
from ipdash.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from ipdash.core.periods import Quarter
from ipdash.jobs.models import JobRun
from plans.models import Plan, Unit
from plans.services.memberships import grant_role

BISHAN = "500120"
DAY = date(2025, 10, 12)


@pytest.fixture
def bishan(demo):
    return Plan.objects.get(slug="bishan")


@pytest.fixture
def line(demo):
    return TargetLine.objects.get(plan__slug="bishan", indicator__code="invention_patents_per_10k")


@pytest.fixture
def bureau(demo):
    return Unit.objects.get(region__code=BISHAN, name="区市场监管局")


@pytest.fixture
def stranger(demo):
    user = create_user(username="far", display_name="远", actor=None)
    grant_role(user, "staff", actor=None, region="440100")
    return user


def stale() -> set[int]:
    return set(TargetLine.objects.stale().values_list("pk", flat=True))


def last_entry() -> AuditEntry:
    return AuditEntry.objects.order_by("-number")[0]


# Catalogue

FLOW = {
    "code": "public_ip_lectures", "name": "知识产权公开课", "quantity": "flow", "reporting_basis": "ytd", "unit": "场",
    "aliases": ["知识产权讲座", " 知识产权讲座 "],
}  # fmt: skip


def test_staff_add_an_indicator_with_its_other_wordings(staff):
    indicator = create_indicator(staff, FLOW)
    assert [alias.name for alias in indicator.aliases.all()] == ["知识产权讲座"]
    assert last_entry().action == "indicator.create"


def test_a_wording_stands_for_one_indicator(staff):
    known = Indicator.objects.get(code="invention_patents_per_10k")
    for name, aliases in ((known.aliases.first().name, []), ("新指标", [known.name])):
        with pytest.raises(Conflict, match="已是指标"):
            create_indicator(staff, FLOW | {"name": name, "aliases": aliases})
    with pytest.raises(Conflict, match="已有同名指标"):
        create_indicator(staff, FLOW | {"name": known.name})


def test_an_indicator_that_makes_no_sense_is_refused_in_the_model_s_words(staff):
    with pytest.raises(Invalid, match="时期数按当季或本年累计填报"):
        create_indicator(staff, FLOW | {"reporting_basis": "level"})
    with pytest.raises(Invalid, match="相对数必须有分子、分母和系数"):
        create_indicator(staff, FLOW | {"quantity": "ratio", "reporting_basis": "level"})
    ratio = {
        "quantity": "ratio",
        "reporting_basis": "level",
        "factor": Decimal(100),
        "denominator": "resident_population",
    }
    with pytest.raises(Invalid, match="不能作分子或分母"):
        create_indicator(staff, FLOW | ratio | {"numerator": "invention_patents_per_10k"})


def test_another_factor_makes_the_ratio_s_results_stale_and_asks_for_them(staff, line):
    _indicator, job = change_indicator(staff, "invention_patents_per_10k", {"factor": Decimal(1000)})
    assert stale() == set(TargetLine.objects.filter(indicator=line.indicator).values_list("pk", flat=True))
    assert job is not None
    assert JobRun.objects.count() == len({t.plan_id for t in TargetLine.objects.filter(indicator=line.indicator)})


def test_another_definition_asks_for_no_recomputation(staff, line):
    indicator, job = change_indicator(staff, line.indicator.code, {"definition": "改写"}, version=1)
    assert (job, stale(), indicator.version) == (None, set(), 2)
    with pytest.raises(Conflict) as refused:
        change_indicator(staff, line.indicator.code, {"definition": "再改"}, version=1)
    assert refused.value.code == "stale_version"


def test_what_figures_were_measured_by_is_fixed_once_there_are_any(staff):
    with pytest.raises(Conflict, match="已有填报数据，不能再改填报口径"):
        change_indicator(staff, "pct_applications", {"reporting_basis": "quarter"})
    create_indicator(staff, FLOW)
    assert change_indicator(staff, "public_ip_lectures", {"reporting_basis": "quarter"})[0].reporting_basis == "quarter"
    with pytest.raises(Invalid, match="编码不能修改"):
        change_indicator(staff, "public_ip_lectures", {"code": "other"})


def test_the_shared_catalogue_is_not_changed_by_staff_of_one_of_its_users(demo, reporter, stranger):
    with pytest.raises(NotAllowed, match="局工作人员"):
        create_indicator(reporter, FLOW)
    with pytest.raises(NotAllowed, match="其他地区"):
        change_indicator(stranger, "pct_applications", {"definition": "改写"})
    with pytest.raises(NotVisible):
        change_indicator(stranger, "no_such_code", {"definition": "改写"})


# Target lines


def test_a_line_is_set_with_its_start_and_its_targets(staff, bishan):
    create_indicator(staff, FLOW)
    made = create_line(
        staff,
        bishan.pk,
        {
            "indicator": "public_ip_lectures",
            "basis": "cumulative",
            "baselines": [BaselineValue(2020, Decimal(3)), BaselineValue(2019, Decimal(2))],
            "targets": [TargetValue(2025, ">=", Decimal("20.5"), printed="20.5场")],
        },
    ).line
    assert (made.printed_name, made.region) == ("知识产权公开课", bishan.region)
    assert list(Baseline.objects.filter(line=made, counted_from=True).values_list("year", flat=True)) == [2019]
    assert stale() == {made.pk}
    recompute_plan(bishan.pk, today=DAY)
    assert verify(today=DAY, plan_id=bishan.pk) == []


def test_a_stock_has_no_cumulative_target(staff, bishan):
    with pytest.raises(Invalid, match="不能按“规划期累计”设目标"):
        create_line(staff, bishan.pk, {"indicator": "valid_invention_patents", "basis": "cumulative"})


def test_a_plan_has_a_line_once_and_only_inside_its_region(staff, bishan, line):
    same = {"indicator": line.indicator.code, "basis": line.basis}
    with pytest.raises(Conflict, match="已有同一指标、同一口径的目标"):
        create_line(staff, bishan.pk, same)
    with pytest.raises(Invalid, match="不在规划的区划范围内"):
        create_line(staff, bishan.pk, same | {"region": "610300"})


def test_a_misprint_is_mended_in_place_with_its_reason(staff, line):
    old = [TargetValue(t.year, t.comparator, t.value, t.upper, t.printed, t.source) for t in line.targets.all()]
    mended = [TargetValue(2025, ">=", Decimal(26), printed="26")]
    changed = change_line(staff, line.pk, {"targets": mended}, version=line.version, reason="误录")
    assert [target.value for target in line.targets.all()] == [26]
    assert changed.job is not None
    assert stale() == {line.pk}
    assert (last_entry().reason, last_entry().before["targets"][0][2]) == ("误录", "25")
    with pytest.raises(Conflict) as refused:
        change_line(staff, line.pk, {"targets": old}, version=line.version)
    assert refused.value.code == "stale_version"


def test_confirming_a_basis_keeps_the_results(staff):
    line = TargetLine.objects.filter(basis_ambiguous=True)[0]
    changed = change_line(staff, line.pk, {"basis": line.basis, "basis_ambiguous": False})
    assert (changed.job, changed.line.basis_ambiguous, stale()) == (None, False, set())


def test_an_adjusted_target_is_a_version_of_its_own(staff, line, bishan):
    lower = TargetValue(2025, ">=", Decimal(22))
    adjust_target(
        staff,
        line.pk,
        lower,
        in_force_from=Quarter(2025, 3),
        document="璧府发〔2025〕9号",
        adjusted_on=date(2025, 8, 1),
    )
    versions = list(Target.objects.filter(line=line, year=2025).values_list("value", "in_force_from"))
    assert versions == [(25, None), (22, Quarter(2025, 3).index)]
    assert stale() == {line.pk}
    with pytest.raises(Conflict, match="同一生效季度"):
        adjust_target(staff, line.pk, lower, in_force_from=Quarter(2025, 3), document="同上")
    with pytest.raises(Invalid, match="依据的文件"):
        adjust_target(staff, line.pk, lower, in_force_from=Quarter(2025, 4), document=" ")
    with pytest.raises(Invalid, match="2024年没有目标"):
        adjust_target(
            staff, line.pk, TargetValue(2024, ">=", Decimal(1)), in_force_from=Quarter(2024, 4), document="甲"
        )
    with pytest.raises(Invalid, match="已有调整版本"):
        change_line(staff, line.pk, {"targets": []})


def test_a_target_that_makes_no_sense_is_told_beside_the_list(staff, line):
    for target in (
        TargetValue(2025, "range", Decimal(3), Decimal(2)),
        TargetValue(2025, ">=", Decimal(3), Decimal(5)),
        TargetValue(2025, "~", Decimal(3)),
        TargetValue(2025, ">=", Decimal(10) ** 12),
    ):
        with pytest.raises(Invalid) as refused:
            change_line(staff, line.pk, {"targets": [target]})
        assert set(refused.value.details) == {"targets"}
    with pytest.raises(Conflict, match="该年已有目标"):
        change_line(
            staff, line.pk, {"targets": [TargetValue(2025, ">=", Decimal(3)), TargetValue(2025, ">=", Decimal(4))]}
        )
    assert [target.value for target in line.targets.all()] == [25]


def test_targets_are_set_by_staff_of_the_plan_s_region_alone(line, stranger):
    people = {user.username: user for user in User.objects.all()}
    for name in ("reporter", "reviewer", "leader"):
        with pytest.raises(NotAllowed):
            change_line(people[name], line.pk, {"printed_name": "改"})
    for outsider in (people["sysadmin"], stranger):
        with pytest.raises(NotVisible):
            change_line(outsider, line.pk, {"printed_name": "改"})


# Periods


def test_a_quarter_is_opened_once_and_its_days_stand_in_order(staff):
    days = {"opens": date(2026, 1, 1), "due": date(2026, 1, 15), "locks": date(2026, 1, 31)}
    create_period(staff, region=BISHAN, year=2025, quarter=4, **days)
    with pytest.raises(Conflict, match="已经设置"):
        create_period(staff, region=BISHAN, year=2025, quarter=4, **days)
    with pytest.raises(Invalid, match="依次不早于"):
        create_period(staff, region=BISHAN, year=2026, quarter=1, **days | {"due": date(2025, 1, 1)})
    with pytest.raises(Invalid, match="季度应为1至4"):
        create_period(staff, region=BISHAN, year=2026, quarter=5, **days)


def test_the_days_of_an_open_quarter_are_moved_by_staff_alone(staff, reporter, stranger):
    period = ReportingPeriod.objects.get(region__code=BISHAN, year=2025, quarter=3)
    changed = change_period(staff, period.pk, {"due": date(2025, 10, 20)}, version=period.version)
    assert (changed.due, changed.version) == (date(2025, 10, 20), period.version + 1)
    with pytest.raises(Conflict):
        change_period(staff, period.pk, {"due": date(2025, 10, 25)}, version=period.version)
    with pytest.raises(NotAllowed):
        change_period(reporter, period.pk, {"due": date(2025, 10, 25)})
    with pytest.raises(NotVisible):
        change_period(stranger, period.pk, {"due": date(2025, 10, 25)})


# Duties


def test_a_duty_passes_to_another_unit_by_an_end_and_a_beginning(staff, bureau):
    duty = ReportingDuty.objects.exclude(unit=bureau).filter(region__code=BISHAN, valid_to=None)[0]
    values = {"indicator": duty.indicator.code, "region": BISHAN, "unit": bureau.pk, "valid_from": date(2025, 10, 1)}
    with pytest.raises(Conflict, match="时间不能重叠"):
        create_duty(staff, **values)
    ended = end_duty(staff, duty.pk, last_day=date(2025, 9, 30), version=duty.version)
    assert ended.duty.valid_to == date(2025, 9, 30)
    fresh = create_duty(staff, **values).duty
    with pytest.raises(Conflict, match="时间不能重叠"):
        change_duty(staff, fresh.pk, {"valid_from": date(2025, 9, 30)})
    assert last_entry().action == "duty.create"


def test_a_duty_asks_for_results_because_it_says_who_is_expected(staff):
    duty = ReportingDuty.objects.filter(region__code=BISHAN, indicator__code="valid_invention_patents")[0]
    changed = change_duty(staff, duty.pk, {"beside_county": True})
    assert changed.job is not None
    assert stale()


def test_nobody_reports_what_is_worked_out(staff, bureau):
    with pytest.raises(Invalid, match="不直接填报"):
        create_duty(
            staff, indicator="invention_patents_per_10k", region=BISHAN, unit=bureau.pk, valid_from=date(2025, 1, 1)
        )


def test_duties_are_given_by_staff_of_the_region_to_units_they_know(staff, reporter, stranger, bureau):
    duty = ReportingDuty.objects.filter(unit=bureau)[0]
    with pytest.raises(NotAllowed):
        end_duty(reporter, duty.pk, last_day=date(2025, 9, 30))
    with pytest.raises(NotVisible):
        end_duty(stranger, duty.pk, last_day=date(2025, 9, 30))
    with pytest.raises(Invalid, match="无权使用"):
        change_duty(staff, duty.pk, {"unit": 10**9})
