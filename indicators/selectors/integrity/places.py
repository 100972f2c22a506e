"""What must be true of regions, units, memberships, reporting duties and tasks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from indicators.models import Indicator, ReportingDuty
from indicators.selectors.integrity.rule import Rules
from plans.models import (
    Assignment,
    CollectiveMember,
    Membership,
    Milestone,
    PlanTask,
    Region,
    TaskReport,
    Unit,
    UnitAlias,
)
from plans.models.membership import ADMINISTRATORS
from plans.rules.leads import lead_of

RULES = Rules()
Level = Region.Level
PARENTS = {
    Level.PREFECTURE: (Level.PROVINCE,),
    Level.COUNTY: (Level.PREFECTURE, Level.PROVINCE),
    Level.ZONE: (Level.PREFECTURE, Level.PROVINCE),
}
_MEND_REGION = _("请用 fixtures/ 中的国家区划代码表核对，由系统管理员改正。")
_MEND_UNIT = _("请在“管理 → 单位”中改正。")
_MEND_DUTY = _("请局工作人员在“管理 → 填报责任”中改正。")


def _codes(regions: QuerySet[Region]) -> Iterator[str]:
    return (f"{code} {name}" for code, name in regions.order_by("code").values_list("code", "name"))


@RULES.add("region_parent_elsewhere", _("区划代码与上级区划不符"), _MEND_REGION)
def region_parent_elsewhere(_today: date) -> Iterator[str]:
    for region in Region.objects.exclude(parent=None).select_related("parent").order_by("code"):
        if region.parent is not None and not region.parent.contains(region.code):
            yield f"{region.code} {region.name} → {region.parent.code}"


@RULES.add("region_parent_of_wrong_level", _("区划的级别与上级区划的级别不符"), _MEND_REGION)
def region_parent_of_wrong_level(_today: date) -> Iterator[str]:
    fitting = Q(level=Level.PROVINCE)
    for level, parents in PARENTS.items():
        fitting |= Q(level=level, parent__level__in=parents)
    return _codes(Region.objects.exclude(fitting))


@RULES.add("region_code_unlike_level", _("区划代码的位数与级别不符"), _MEND_REGION)
def region_code_unlike_level(_today: date) -> Iterator[str]:
    fitting = Q(level=Level.PROVINCE, code__endswith="0000")
    fitting |= Q(level=Level.PREFECTURE, code__endswith="00") & ~Q(code__endswith="0000")
    fitting |= Q(level=Level.COUNTY) & ~Q(code__endswith="00")
    fitting |= Q(level=Level.ZONE, code__regex=r"7[1-9]$")
    return _codes(Region.objects.exclude(fitting))


@RULES.add("unit_above_itself", _("单位的上级关系绕成了圈"), _MEND_UNIT)
def unit_above_itself(_today: date) -> Iterator[str]:
    parents = dict(Unit.objects.exclude(parent=None).values_list("pk", "parent_id"))
    names = dict(Unit.objects.filter(pk__in=parents).values_list("pk", "name"))
    for pk in sorted(parents):
        seen, above = {pk}, parents.get(pk)
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above == pk:
            yield names[pk]


@RULES.add("unit_members_of_no_collective", _("不是集合名称的单位有成员单位"), _MEND_UNIT)
def unit_members_of_no_collective(_today: date) -> Iterator[str]:
    links = CollectiveMember.objects.filter(collective__is_collective=False)
    return iter(links.order_by("collective__name").values_list("collective__name", flat=True).distinct())


@RULES.add("unit_alias_elsewhere", _("单位别名所记的区划与单位不同"), _MEND_UNIT)
def unit_alias_elsewhere(_today: date) -> Iterator[str]:
    aliases = UnitAlias.objects.exclude(region=F("unit__region"))
    return iter(aliases.order_by("name").values_list("name", flat=True))


@RULES.add("unit_name_taken_twice", _("一个单位的别名是同一区划内另一单位的名称"), _MEND_UNIT)
def unit_name_taken_twice(_today: date) -> Iterator[str]:
    others = Unit.objects.filter(region=OuterRef("region"), name=OuterRef("name")).exclude(pk=OuterRef("unit"))
    return iter(UnitAlias.objects.filter(Exists(others)).order_by("name").values_list("name", flat=True))


@RULES.add("administrator_with_another_role", _("管理员同时兼有其他角色"), _("请安全管理员收回其中一个角色。"))
def administrator_with_another_role(_today: date) -> Iterator[str]:
    others = Membership.objects.filter(user=OuterRef("user")).exclude(pk=OuterRef("pk"))
    administrators = Membership.objects.filter(Exists(others), role__in=ADMINISTRATORS)
    return iter(administrators.order_by("user__username").values_list("user__username", flat=True))


def _duties(duties: QuerySet[ReportingDuty]) -> Iterator[str]:
    names = ("indicator__code", "region__code", "unit__name", "valid_from")
    for indicator, region, unit, first in duties.order_by("pk").values_list(*names):
        yield f"{indicator} {region} {unit} {first.isoformat()}"


@RULES.add("duty_of_a_collective", _("填报责任落在集合名称上，没有单位会填报"), _MEND_DUTY)
def duty_of_a_collective(_today: date) -> Iterator[str]:
    return _duties(ReportingDuty.objects.filter(unit__is_collective=True))


@RULES.add("duty_of_a_ratio", _("相对数由分子、分母计算，却有填报责任"), _MEND_DUTY)
def duty_of_a_ratio(_today: date) -> Iterator[str]:
    return _duties(ReportingDuty.objects.filter(indicator__quantity=Indicator.Quantity.RATIO))


@RULES.add("duty_of_two_units", _("同一指标、同一区划在同一段时间有两个填报单位"), _MEND_DUTY)
def duty_of_two_units(_today: date) -> Iterator[str]:
    earlier = ReportingDuty.objects.filter(
        indicator=OuterRef("indicator"), region=OuterRef("region"), valid_from__lt=OuterRef("valid_from")
    )
    open_ended = earlier.filter(Q(valid_to=None) | Q(valid_to__gte=OuterRef("valid_from")))
    return _duties(ReportingDuty.objects.filter(Exists(open_ended)))


def _tasks(tasks: QuerySet[PlanTask]) -> Iterator[str]:
    for plan, title in tasks.order_by("pk").values_list("plan_id", "title"):
        yield str(_("规划%(plan)s “%(title)s”")) % {"plan": plan, "title": title}


@RULES.add("task_section_of_another_plan", _("任务所在的章节属于另一规划"), _("请重新导入该规划的文件。"))
def task_section_of_another_plan(_today: date) -> Iterator[str]:
    return _tasks(PlanTask.objects.exclude(section=None).exclude(section__plan=F("plan")))


@RULES.add("milestone_phase_of_another_plan", _("进度安排所在的阶段属于另一规划"), _("请重新导入该规划的文件。"))
def milestone_phase_of_another_plan(_today: date) -> Iterator[str]:
    wrong = Milestone.objects.exclude(phase=None).exclude(phase__plan=F("task__plan"))
    return _tasks(PlanTask.objects.filter(pk__in=wrong.values("task")))


@RULES.add(
    "task_lead_unlike_assignments", _("任务的牵头单位与分工不符"), _("请在任务页上移交或重新保存分工，或重新导入。")
)
def task_lead_unlike_assignments(_today: date) -> Iterator[str]:
    tasks = PlanTask.objects.prefetch_related("assignments__unit").order_by("pk")
    wrong = [t.pk for t in tasks.iterator(chunk_size=500) if t.lead_unit_id != lead_of(list(t.assignments.all()))]
    return _tasks(PlanTask.objects.filter(pk__in=wrong))


@RULES.add(
    "milestone_due_unlike_quarters", _("进度安排的到期日与所写的季度或阶段不符"), _("请在任务页上调整该项安排。")
)
def milestone_due_unlike_quarters(_today: date) -> Iterator[str]:
    found = Milestone.every.select_related("task__plan", "phase").order_by("pk")
    wrong = {m.task_id for m in found.iterator(chunk_size=500) if m.due_on != m.end_in(m.task.plan, m.phase)}
    return _tasks(PlanTask.objects.filter(pk__in=wrong))


@RULES.add("task_report_accepted_by_its_author", _("进展反馈由填写人自己审核通过"), _("请局工作人员退回后由他人审核。"))
def task_report_accepted_by_its_author(_today: date) -> Iterator[str]:
    own = Q(accepted_by=F("entered_by")) | Q(accepted_by=F("submitted_by"))
    accepted = TaskReport.objects.filter(own, state=TaskReport.State.ACCEPTED)
    return _tasks(PlanTask.objects.filter(pk__in=accepted.values("task")))


@RULES.add("assignment_of_a_unit_twice", _("同一任务、同一分工中，一个单位出现了两次"), _("请删去重复的分工。"))
def assignment_of_a_unit_twice(_today: date) -> Iterator[str]:
    same = Assignment.objects.filter(task=OuterRef("task"), unit=OuterRef("unit"), role=OuterRef("role"))
    twice = Assignment.objects.filter(Exists(same.filter(pk__lt=OuterRef("pk"))))
    return _tasks(PlanTask.objects.filter(pk__in=twice.values("task")))
