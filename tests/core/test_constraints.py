"""A broken constraint reads the same whether it is noticed before the write or by the database alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from indicators.models import Indicator, ReportingDuty, ReportingPeriod, Target, TargetLine
from ipdash.accounts.models import User
from ipdash.core.constraints import check, explained, refusal_for
from ipdash.core.errors import Conflict, DomainError, Invalid
from plans.models import Membership, Plan, PlanReference, Region, Unit


def a_taken_name() -> Model:
    unit = Unit.objects.filter(region__code="500120")[0]
    return Unit(region=unit.region, name=unit.name)


def a_second_first_version() -> Model:
    target = Target.objects.filter(in_force_from=None)[0]
    return Target(line=target.line, year=target.year, comparator=">=", value=Decimal(1))


def a_second_unit_at_a_time() -> Model:
    duty = ReportingDuty.objects.filter(valid_to=None)[0]
    return ReportingDuty(indicator=duty.indicator, region=duty.region, unit=duty.unit, valid_from=date(2030, 1, 1))


def red_above_yellow() -> Model:
    region = Region.objects.get(code="500120")
    return Plan(
        title="甲", region=region, start_year=2025, end_year=2025, yellow_below=Decimal("-10"), red_below=Decimal(0)
    )


def days_out_of_order() -> Model:
    region, day = Region.objects.get(code="500120"), date(2026, 1, 1)
    return ReportingPeriod(region=region, year=2026, quarter=1, opens=day, due=day, locks=date(2025, 1, 1))


def two_administrators_in_one() -> Model:
    return Membership(user=User.objects.get(username="sysadmin"), role="auditor")


CASES: list[tuple[Callable[[], Model], type[DomainError], str]] = [
    (a_taken_name, Conflict, "unit_name_once_in_region"),
    (a_second_first_version, Conflict, "target_first_version_once"),
    (a_second_unit_at_a_time, Conflict, "duty_one_unit_at_a_time"),
    (red_above_yellow, Invalid, "plan_red_lies_below_yellow"),
    (days_out_of_order, Invalid, "period_days_in_order"),
    (two_administrators_in_one, Conflict, "membership_one_administrator_duty"),
]


@pytest.mark.parametrize(("made", "kind", "name"), CASES, ids=[case[2] for case in CASES])
def test_the_database_s_refusal_reads_as_the_check_s(demo, made, kind, name):
    with pytest.raises(kind) as before:
        check(made())
    with pytest.raises(kind) as raced, explained():
        made().save(force_insert=True)
    assert before.value.code == raced.value.code == name
    assert str(before.value) == str(raced.value)
    assert before.value.details == raced.value.details


def test_the_transaction_goes_on_after_an_explained_refusal(demo):
    with transaction.atomic():
        with pytest.raises(Conflict), explained():
            a_taken_name().save(force_insert=True)
        assert Unit.objects.exists()


def test_a_unique_expression_is_explained_too(demo):
    with pytest.raises(Conflict) as refused, explained():
        User.objects.create(username="STAFF", display_name="甲")
    assert refused.value.code == "accounts_user_username_any_case"


def test_a_trigger_s_refusal_reads_as_the_caller_says(demo):
    staff, region = User.objects.get(username="staff"), Region.objects.get(code="500120")
    rows = (
        Membership(user=staff, role="auditor"),
        Membership(user=User.objects.get(username="auditor"), role="staff", region=region),
    )
    for row in rows:
        with (
            pytest.raises(Conflict, match="不能兼任"),
            explained({"membership_administrators_stand_alone": "不能兼任"}),
        ):
            row.save(force_insert=True)


def test_what_no_constraint_of_ours_explains_stays_the_defect_it_is(demo):
    with pytest.raises(IntegrityError), explained():
        PlanReference.objects.create(plan_id=None, title="甲")
    assert refusal_for(IntegrityError("something else"), {}) is None


def test_a_wrong_field_is_told_by_its_name(db):
    plan = Plan(title="", region_id=1, start_year=1, end_year=2025)
    with pytest.raises(Invalid) as refused:
        check(plan)
    assert refused.value.code == "invalid_plan"
    assert {"title", "start_year"} <= set(refused.value.details)


def test_half_a_character_is_no_text_for_the_database(demo):
    line = TargetLine.objects.all()[0]
    line.printed_name = "每万人\ud800"
    with pytest.raises(Invalid, match="不可保存的字符"):
        check(line)


def test_every_constraint_of_ours_speaks_chinese_or_is_never_met_by_people(db):
    """Those without a sentence of their own guard what only a program can get wrong."""
    silent = {
        c.name
        for model in (Plan, Unit, Indicator, TargetLine, Target, ReportingDuty, ReportingPeriod, Membership)
        for c in model._meta.constraints
        if c.violation_error_message == c.default_violation_error_message
    }
    assert silent <= {"plan_slug_once", "target_line_overall_is_whole"}
