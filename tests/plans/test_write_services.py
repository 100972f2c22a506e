"""Units, plans, tasks and roles are changed by those who may, by what they saw, and leave a trace."""

from __future__ import annotations

from decimal import Decimal

import pytest

from indicators.models import TargetLine
from ipdash.accounts.models import AuditEntry, User
from ipdash.accounts.services import create_user
from ipdash.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from ipdash.jobs.models import JobRun
from plans.models import Membership, Plan, PlanTask, Region, Unit
from plans.scope import scope_of
from plans.services.memberships import grant_role, revoke_role
from plans.services.plans import change_plan, create_plan
from plans.services.tasks import Due, Duty, change_task, create_task
from plans.services.units import Alias, change_unit, create_unit

BISHAN = "500120"


@pytest.fixture
def bishan(demo):
    return Plan.objects.get(slug="bishan")


@pytest.fixture
def bureau(demo):
    return Unit.objects.get(region__code=BISHAN, name="区市场监管局")


@pytest.fixture
def stranger(demo):
    """Staff of a region that has nothing to do with the five plans."""
    user = create_user(username="far", display_name="远", actor=None)
    grant_role(user, "staff", actor=None, region="440100")
    return user


def person(username: str) -> User:
    return User.objects.get(username=username)


def last_entry() -> AuditEntry:
    return AuditEntry.objects.order_by("-number")[0]


# Units


def test_a_unit_is_added_with_its_other_names(staff):
    unit = create_unit(staff, region=BISHAN, name=" 区大数据局 ", aliases=[Alias("区大数据发展局", is_former=True)])
    assert unit.name == "区大数据局"
    assert [(alias.name, alias.is_former) for alias in unit.aliases.all()] == [("区大数据发展局", True)]
    assert (last_entry().action, last_entry().actor, last_entry().region_code) == ("unit.create", staff, BISHAN)


def test_a_name_stands_for_one_unit_in_a_region(staff, bureau):
    taken = bureau.aliases.first().name
    for name, aliases in ((bureau.name, []), (taken, []), ("新单位", [Alias(bureau.name)]), ("新单位", [Alias(taken)])):
        with pytest.raises(Conflict, match="名"):
            create_unit(staff, region=BISHAN, name=name, aliases=aliases)
    assert not Unit.objects.filter(name="新单位").exists()


def test_a_unit_is_not_changed_by_somebody_who_saw_an_older_state(staff, bureau):
    change_unit(staff, bureau.pk, {"name": "区市场监督管理局（新）"}, version=bureau.version)
    with pytest.raises(Conflict) as refused:
        change_unit(staff, bureau.pk, {"name": "区市监局"}, version=bureau.version)
    assert refused.value.code == "stale_version"
    assert refused.value.details == {"name": ["现为“区市场监督管理局（新）”，您填写的是“区市监局”。"]}


def test_a_change_that_says_nothing_new_leaves_no_trace(staff, bureau):
    before = AuditEntry.objects.count()
    same = change_unit(staff, bureau.pk, {"name": bureau.name, "is_collective": False})
    assert (same.version, AuditEntry.objects.count()) == (bureau.version, before)


def test_a_renamed_unit_keeps_its_old_name_as_a_former_one(staff, bureau):
    aliases = [Alias(alias.name) for alias in bureau.aliases.all()]
    changes = {"name": "区市场监管委", "aliases": [*aliases, Alias(bureau.name, is_former=True)]}
    changed = change_unit(staff, bureau.pk, changes, version=bureau.version)
    assert changed.version == bureau.version + 1
    assert Unit.objects.named("区市场监管局").get() == changed


def test_only_a_collective_has_members_and_only_bodies_are_members(staff, bureau):
    other = create_unit(staff, region=BISHAN, name="各局", is_collective=True, members=[bureau.pk])
    assert list(other.members.all()) == [bureau]
    with pytest.raises(Invalid, match="只有集合名称"):
        change_unit(staff, bureau.pk, {"members": [other.pk]})
    with pytest.raises(Invalid, match="具体单位"):
        create_unit(staff, region=BISHAN, name="各单位", is_collective=True, members=[other.pk])


def test_offices_lie_one_level_below_a_bureau(staff, bureau):
    office = create_unit(staff, region=BISHAN, name="知识产权科", parent=bureau.pk)
    with pytest.raises(Invalid, match="上级单位"):
        create_unit(staff, region=BISHAN, name="专利股", parent=office.pk)
    with pytest.raises(Invalid, match="上级单位"):
        change_unit(staff, office.pk, {"parent": office.pk})


def test_the_directory_is_kept_by_staff_of_the_region_and_by_the_system_administrator(bureau, stranger):
    create_unit(person("sysadmin"), region=BISHAN, name="甲单位")
    for name in ("reporter", "reviewer", "leader", "secadmin"):
        with pytest.raises(NotAllowed):
            create_unit(person(name), region=BISHAN, name="乙单位")
    with pytest.raises(NotAllowed):
        change_unit(person("reporter"), bureau.pk, {"name": "乙单位"})
    with pytest.raises(NotVisible):
        change_unit(stranger, bureau.pk, {"name": "乙单位"})


def test_a_name_that_is_no_text_for_the_database_is_refused_in_words(staff):
    for name in ("a\x00b", "", "长" * 121):
        with pytest.raises(Invalid):
            create_unit(staff, region=BISHAN, name=name)


# Plans


def test_a_plan_begins_as_a_draft(staff):
    plan = create_plan(staff, title="新规划", region=BISHAN, start_year=2026, end_year=2030)
    assert (plan.state, plan.yellow_below, plan.red_below) == ("draft", Decimal(0), Decimal(-10))


def test_a_plan_s_rules_are_told_in_the_model_s_words(staff, bishan):
    with pytest.raises(Invalid, match="结束年不能早于起始年") as refused:
        create_plan(staff, title="新规划", region=BISHAN, start_year=2030, end_year=2026)
    assert refused.value.code == "plan_ends_after_it_begins"
    with pytest.raises(Invalid, match="红灯线必须低于黄灯线"):
        change_plan(staff, bishan.pk, {"red_below": Decimal(0)})
    with pytest.raises(Invalid, match="资料有误"):
        change_plan(staff, bishan.pk, {"state": "finished"})


def test_new_thresholds_ask_for_one_recomputation_and_a_new_title_for_none(staff, bishan):
    titled = change_plan(staff, bishan.pk, {"title": "新名称"}, version=bishan.version)
    assert not titled.results_touched
    assert not JobRun.objects.exists()
    changed = change_plan(staff, bishan.pk, {"yellow_below": Decimal("-2.5")}, version=titled.plan.version)
    assert changed.results_touched
    assert list(JobRun.objects.all()) == [changed.job]
    assert TargetLine.objects.stale().count() == TargetLine.objects.filter(plan=bishan).count()
    assert last_entry().before == {"yellow_below": "0"}
    assert last_entry().after == {"yellow_below": "-2.5"}


def test_an_issued_plan_does_not_become_a_draft_again(staff, bishan):
    with pytest.raises(Conflict, match="不能再改为草稿"):
        change_plan(staff, bishan.pk, {"state": "draft"})
    assert change_plan(staff, bishan.pk, {"state": "closed"}).plan.state == "closed"


def test_a_plan_is_changed_by_staff_of_its_region_alone(bishan, stranger):
    for name in ("reporter", "reviewer", "leader"):
        with pytest.raises(NotAllowed):
            change_plan(person(name), bishan.pk, {"title": "改"})
    for outsider in (person("sysadmin"), stranger):
        with pytest.raises(NotVisible):
            change_plan(outsider, bishan.pk, {"title": "改"})


# Tasks


def test_a_task_gets_its_units_milestones_and_place(staff, bishan, bureau):
    last = PlanTask.objects.filter(plan=bishan).order_by("-position")[0]
    task = create_task(
        staff,
        bishan.pk,
        {
            "title": "新任务",
            "section": last.section_path,
            "measures": ["甲", "乙"],
            "assignments": [Duty("lead", bureau.pk, "区市监局"), Duty("cooperating", bureau.pk)],
            "milestones": [Due("第一季度", "启动", 1, 1, 2025)],
        },
    )
    assert (task.position, task.section) == (last.position + 1, last.section)
    assert [(a.role, a.printed) for a in task.assignments.all()] == [("lead", "区市监局"), ("cooperating", bureau.name)]
    assert [measure.text for measure in task.measures.all()] == ["甲", "乙"]
    assert last_entry().after["milestones"] == [["第一季度", "启动", 1, 1, 2025, None]]


def test_a_title_is_enough_for_a_task(staff, bishan):
    task = create_task(staff, bishan.pk, {"title": "只有标题"})
    assert (task.section, task.section_path, task.status) == (None, [], "not_started")


def test_a_task_s_words_and_units_change_together(staff, bishan, bureau):
    task = PlanTask.objects.filter(plan=bishan, assignments__isnull=True)[0]
    changed = change_task(
        staff, task.pk, {"title": "改了", "assignments": [Duty("lead", bureau.pk)]}, version=task.version
    )
    assert (changed.title, changed.version, changed.lead_unit) == ("改了", task.version + 1, bureau)
    assert last_entry().after == {"title": "改了", "assignments": [["lead", bureau.pk, bureau.name]]}
    with pytest.raises(Conflict) as refused:
        change_task(staff, task.pk, {"title": "又改"}, version=task.version)
    assert refused.value.code == "stale_version"


def test_a_task_refuses_what_makes_no_sense(staff, bishan, bureau):
    task = PlanTask.objects.filter(plan=bishan)[0]
    with pytest.raises(Conflict, match="该单位已有此分工"):
        change_task(staff, task.pk, {"assignments": [Duty("lead", bureau.pk), Duty("lead", bureau.pk)]})
    with pytest.raises(Invalid, match="季度应为1至4"):
        change_task(staff, task.pk, {"milestones": [Due("二至一季度", "倒着", 2, 1)]}, reason="试")
    with pytest.raises(Invalid, match="没有编号为"):
        change_task(staff, task.pk, {"section": ["第九十九章"]})
    with pytest.raises(Invalid, match="无权使用"):
        change_task(staff, task.pk, {"assignments": [Duty("lead", 10**9)]})
    assert PlanTask.objects.get(pk=task.pk).version == task.version


def test_a_unit_that_only_answers_for_a_task_may_see_and_not_change_it(bishan, department, stranger):
    task = PlanTask.objects.filter(plan=bishan, assignments__unit__memberships__user=department)[0]
    with pytest.raises(NotAllowed):
        change_task(department, task.pk, {"title": "改"})
    with pytest.raises(NotVisible):
        change_task(stranger, task.pk, {"title": "改"})


# Roles


def test_the_security_administrator_grants_and_revokes_roles(secadmin, stranger):
    membership = grant_role(stranger, "reviewer", actor=secadmin, region=BISHAN)
    assert scope_of(stranger).reaches(BISHAN, "reviewer")
    assert last_entry().after == {"user": stranger.pk, "role": "reviewer", "region": BISHAN, "unit": None}
    revoke_role(membership.pk, actor=secadmin)
    assert not scope_of(User.objects.get(pk=stranger.pk)).reaches(BISHAN, "reviewer")


def test_nobody_else_grants_roles(staff, sysadmin, auditor, leader, stranger):
    for other in (staff, sysadmin, auditor, leader):
        with pytest.raises(NotAllowed, match="安全管理员"):
            grant_role(stranger, "staff", actor=other, region=BISHAN)
        with pytest.raises(NotAllowed):
            revoke_role(Membership.objects.filter(user=stranger)[0].pk, actor=other)


def test_the_administrators_duties_exclude_each_other_and_the_business(secadmin, sysadmin, staff, stranger):
    with pytest.raises(Conflict, match="不能由同一人兼任"):
        grant_role(sysadmin, "auditor", actor=secadmin)
    with pytest.raises(Conflict, match="不能兼任其他角色"):
        grant_role(staff, "auditor", actor=secadmin)
    with pytest.raises(Conflict, match="不能兼任其他角色"):
        grant_role(secadmin, "reviewer", actor=secadmin, region=BISHAN)


def test_a_role_needs_its_kind_of_place(secadmin, stranger, bureau):
    for role, place in (("staff", {"unit": bureau.pk}), ("reporter", {"region": BISHAN}), ("reviewer", {})):
        with pytest.raises(Invalid, match="需指定区划"):
            grant_role(stranger, role, actor=secadmin, **place)
    with pytest.raises(Conflict, match="已有此角色"):
        grant_role(stranger, "staff", actor=secadmin, region="440100")
    with pytest.raises(Invalid):
        grant_role(stranger, "emperor", actor=secadmin, region=BISHAN)


def test_the_last_security_administrator_stays(secadmin):
    own = Membership.objects.get(user=secadmin)
    with pytest.raises(Conflict, match="最后一个安全管理员"):
        revoke_role(own.pk, actor=secadmin)


def test_regions_are_loaded_once(demo):
    from django.conf import settings

    from plans.services.regions import load_regions

    assert load_regions(settings.BASE_DIR / "fixtures") == 0
    assert Region.objects.get(code="500120").parent.code == "500000"
