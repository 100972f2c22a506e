"""Two people at once: one is told, nothing is stored twice. Needs a database in which two connections can write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from indicators.models import Indicator, ReportingDuty
from indicators.services.periods import create_duty
from ipdash.accounts.models import User
from ipdash.core.errors import DomainError
from plans.models import Plan, PlanTask, Unit, UnitAlias
from plans.services.memberships import grant_role
from plans.services.plans import change_plan
from plans.services.tasks import create_task
from plans.services.units import Alias, create_unit

BISHAN = "500120"
ROUNDS = 3


@pytest.fixture(autouse=True)
def _a_database_server(transactional_db: None, demo: None) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the in-memory SQLite of the tests has one connection; its writers queue at BEGIN IMMEDIATE")


def at_once(*actions: Callable[[Any], object]) -> list[str]:
    """Runs the actions at one moment, each as staff with a connection of its own; gives their refusals' codes."""
    barrier, codes = Barrier(len(actions)), []

    def run(action: Callable[[Any], object]) -> None:
        staff = User.objects.get(username="staff")
        barrier.wait()
        try:
            action(staff)
        except DomainError as error:
            codes.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


def test_a_name_is_taken_once_be_it_a_name_or_an_alias():
    for n in range(ROUNDS):
        name = f"新单位{n}"
        codes = at_once(
            lambda staff, name=name: create_unit(staff, region=BISHAN, name=name),
            lambda staff, name=name, n=n: create_unit(staff, region=BISHAN, name=f"别的{n}", aliases=[Alias(name)]),
            lambda staff, name=name: create_unit(staff, region=BISHAN, name=name),
        )
        assert len(codes) == 2
        assert set(codes) <= {"unit_name_taken", "unit_name_once_in_region"}
        assert Unit.objects.filter(name=name).count() + UnitAlias.objects.filter(name=name).count() == 1


def test_of_two_editors_one_is_told():
    for n in range(ROUNDS):
        plan = Plan.objects.get(slug="bishan")
        codes = at_once(
            *(
                lambda staff, plan=plan, title=title: change_plan(
                    staff, plan.pk, {"title": title}, version=plan.version
                )
                for title in (f"甲{n}", f"乙{n}")
            )
        )
        assert codes == ["stale_version"]
        assert Plan.objects.get(pk=plan.pk).version == plan.version + 1


def test_two_new_tasks_take_two_places():
    plan = Plan.objects.get(slug="bishan")
    count = plan.tasks.count()
    assert at_once(*(lambda staff: create_task(staff, plan.pk, {"title": "新任务"}) for _n in range(3))) == []
    places = PlanTask.objects.filter(plan=plan).values_list("position", flat=True)
    assert len(set(places)) == len(places) == count + 3


def test_one_unit_at_a_time_has_a_duty():
    units = list(Unit.objects.filter(region__code=BISHAN, is_collective=False)[:3])
    indicator = Indicator.objects.exclude(quantity="ratio").exclude(duties__region__code=BISHAN)[0]
    codes = at_once(
        *(
            lambda staff, unit=unit, year=year: create_duty(
                staff, indicator=indicator.code, region=BISHAN, unit=unit.pk, valid_from=date(year, 1, 1)
            )
            for year, unit in zip((2023, 2024, 2025), units, strict=True)
        )
    )
    assert codes == ["duty_overlaps", "duty_overlaps"]
    assert ReportingDuty.objects.filter(indicator=indicator, region__code=BISHAN).count() == 1


def test_two_duties_that_exclude_each_other_are_not_granted_at_once():
    person = User.objects.create(username="new", display_name="新")
    codes = at_once(
        lambda _staff: grant_role(person, "staff", actor=None, region=BISHAN),
        lambda _staff: grant_role(person, "auditor", actor=None),
    )
    assert codes == ["membership_administrators_stand_alone"]
    assert person.memberships.count() == 1
