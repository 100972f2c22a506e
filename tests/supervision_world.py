"""A small bureau with a late task: for tests of slips, notices and the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ipdash.accounts.models import User
from plans.models import Assignment, Membership, Milestone, Plan, PlanTask, Region, Role, Unit
from tests import builders

DUE = date(2025, 6, 30)
"""A Monday; the milestone's last day."""


@dataclass
class World:
    """One plan, one task led by one unit, and everybody who has to do with it or not."""

    region: Region
    plan: Plan
    task: PlanTask
    unit: Unit
    other: Unit
    staff: User
    colleague: User
    leader: User
    clerk: User
    outsider: User
    reviewer: User
    stranger: User

    @property
    def everybody(self) -> dict[str, User]:
        names = ("staff", "colleague", "leader", "clerk", "outsider", "reviewer", "stranger")
        return {name: getattr(self, name) for name in names}


def make_world() -> World:
    region = builders.make_region("610300", "宝鸡市")
    plan = builders.make_plan(region)
    unit, other = builders.make_unit(region, "市科技局"), builders.make_unit(region, "市财政局")
    task = PlanTask.objects.create(plan=plan, title="健全保护机制", position=0, lead_unit=unit)
    Assignment.objects.create(task=task, unit=unit, role=Assignment.Role.LEAD, printed=unit.name)
    Assignment.objects.create(task=task, unit=other, role=Assignment.Role.COOPERATING, printed=other.name)
    Milestone.objects.create(task=task, label="二季度", year=2025, from_quarter=1, to_quarter=2, text="出台办法")
    staff = builders.make_user(Role.STAFF, region=region, name="局工作人员甲")
    colleague = builders.make_user(Role.STAFF, region=region, name="局工作人员乙")
    clerk = builders.make_user(Role.DEPARTMENT, unit=unit, name="科技局联络员")
    outsider = builders.make_user(Role.DEPARTMENT, unit=other, name="财政局联络员")
    elsewhere = builders.make_region("610400", "咸阳市")
    return World(
        region, plan, task, unit, other, staff, colleague,
        builders.make_user(Role.LEADER, region=region, name="分管领导"), clerk, outsider,
        builders.make_user(Role.REVIEWER, region=region, name="审核员"),
        builders.make_user(Role.STAFF, region=elsewhere, name="外市工作人员"),
    )  # fmt: skip


def join(user: User, unit: Unit) -> None:
    Membership.objects.create(user=user, role=Role.DEPARTMENT, unit=unit)
