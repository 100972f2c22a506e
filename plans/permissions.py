"""Access questions of the plans app, one function each; pages, API, exports and jobs ask here and nowhere else.

What a person may not see answers 404 (`NotVisible`), what they may see but not change 403 (`NotAllowed`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from ipdash.core.errors import NotAllowed, NotVisible
from ipdash.core.written import ById
from plans.models import (
    CollectiveMember,
    ImportItem,
    Plan,
    PlanImport,
    PlanTask,
    Region,
    Role,
    Supervision,
    TaskReport,
    Unit,
)
from plans.querysets import code_within
from plans.rules.ladder import Side
from plans.scope import BUSINESS_READERS, Scope, scope_of

CHECKING = (Role.STAFF, Role.REVIEWER)
SPEAKING = (Role.REPORTER, Role.DEPARTMENT)
PlanReaders = Callable[[Scope], Q]
_PLAN: ById[Plan] = ById(lambda: Plan.objects.select_related("region").defer("source_text"))
_plan_readers: list[PlanReaders] = []


def register_plan_readers(readers: PlanReaders) -> None:
    """Lets a later app say who else has a duty in a plan and therefore reads it (figures to report, targets to reach).

    Plans must not import what builds on them; a condition on `Plan` handed over at start keeps the question in one place.
    """
    if readers not in _plan_readers:
        _plan_readers.append(readers)


def visible_plans(scope: Scope) -> Q:
    """Plans a person reads: those their region roles reach, and, once issued, those in which they have a duty."""
    units = scope.all_units
    # A task that was handed over goes on being read by the unit that had it: its reports stand there.
    within_collectives = CollectiveMember.objects.filter(member__in=units).values("collective")
    duty = Q(pk__in=Plan.objects.filter(tasks__assignments__unit__in=units).values("pk"))
    duty |= Q(pk__in=Plan.objects.filter(tasks__assignments__unit__in=within_collectives).values("pk"))
    for readers in _plan_readers:
        duty |= readers(scope)
    issued = code_within("region__code", scope.prefixes(*BUSINESS_READERS)) | duty
    drafts = code_within("region__code", scope.prefixes(Role.STAFF))
    return (~Q(state=Plan.State.DRAFT) & issued) | drafts


def visible_units(scope: Scope) -> Q:
    """Units a person sees in lists: those of the regions they belong to, above and below; administrators see all."""
    if scope.has(Role.SYSADMIN, Role.SECADMIN):
        return Q()
    above = {code for home in scope.homes for code in (home[:2] + "0000", home[:4] + "00", home)}
    return code_within("region__code", scope.all_prefixes) | Q(region__code__in=above)


def visible_imports(scope: Scope) -> Q:
    """Imported documents are the business of the region's staff; before a region is known, of whoever brought them."""
    if not scope.has(Role.STAFF):
        return Q(pk__in=[])
    return code_within("region__code", scope.prefixes(Role.STAFF)) | Q(region=None, created_by=scope.user_id)


def visible_slips(scope: Scope) -> Q:
    """Slips of the regions one is staff of; once sent, also for the unit addressed, its bureau's leaders and named ones.

    What was only proposed, or was not sent in the end, stays with the staff.
    """
    inside = code_within("region__code", scope.prefixes(Role.STAFF))
    led = code_within("region__code", scope.prefixes(Role.LEADER))
    copied = Q(pk__in=Supervision.leaders.through.objects.filter(user=scope.user_id).values("supervision"))
    return inside | (Q(number__isnull=False) & (led | Q(unit__in=scope.unit_ids(*SPEAKING)) | copied))


def side_of(scope: Scope, slip: Supervision) -> frozenset[Side]:
    """On which sides of a slip the person stands: the bureau's staff, the unit's people, both or neither."""
    sides = set()
    if scope.reaches(slip.region.code, Role.STAFF):
        sides.add(Side.BUREAU)
    if slip.unit_id in scope.unit_ids(*SPEAKING):
        sides.add(Side.UNIT)
    return frozenset(sides)


def can_change_in_region(scope: Scope, code: str) -> bool:
    """Bureau staff change plans, tasks, targets, duties and periods of the regions they reach."""
    return scope.reaches(code, Role.STAFF)


def require_staff_of(scope: Scope, region: Region) -> None:
    """Raises `NotAllowed` unless the person is bureau staff for this region."""
    if not can_change_in_region(scope, region.code):
        raise NotAllowed(
            "not_allowed",
            _("只有%(region)s或其上级的局工作人员可以进行这项操作；如需权限，请联系安全管理员授权。")
            % {"region": region.name},
        )


def keeps_tree(scope: Scope, parents: Iterable[Region | None]) -> bool:
    """Whether the person registers changes of regions: the system administrator everywhere, bureau staff where they reach
    every one of the parents that gain or lose a region; a province has none."""
    return scope.has(Role.SYSADMIN) or all(
        parent is not None and can_change_in_region(scope, parent.code) for parent in parents
    )


def require_tree_keeper(scope: Scope, parents: Iterable[Region | None]) -> None:
    """Raises `NotAllowed` unless the person `keeps_tree` there."""
    for parent in parents:
        if not keeps_tree(scope, [parent]):
            place = _("全国") if parent is None else parent.name
            raise NotAllowed(
                "not_allowed",
                _("区划变更须由%(region)s或其上级的局工作人员登记，或由系统管理员登记。") % {"region": place},
            )


def can_change_unit(scope: Scope, unit_region: Region) -> bool:
    """The unit directory is kept by bureau staff of the region and by the system administrator."""
    return scope.has(Role.SYSADMIN) or can_change_in_region(scope, unit_region.code)


def require_role(scope: Scope, *roles: Role) -> None:
    """Raises `NotAllowed` unless the person has one of the roles."""
    if not scope.has(*roles):
        names = _("、").join(str(role.label) for role in roles)
        raise NotAllowed(
            "not_allowed", _("这项操作需要“%(roles)s”角色；如需权限，请联系安全管理员授权。") % {"roles": names}
        )


def looks_after_system(user: Any) -> bool:
    """Whether the person is a system administrator, who sees every background run."""
    return scope_of(user).has(Role.SYSADMIN)


def units_of(scope: Scope) -> list[Unit]:
    """The units a person belongs to, in name order."""
    return list(Unit.objects.filter(pk__in=scope.all_units).select_related("region").order_by("region__code", "name"))


def reads_plan(scope: Scope, plan: Plan) -> bool:
    """Whether the person reads this plan: `visible_plans` for one plan at hand.

    Most readers reach its region by their role, which is told without asking the database.
    """
    readers = (Role.STAFF,) if plan.state == Plan.State.DRAFT else BUSINESS_READERS
    return scope.reaches(plan.region.code, *readers) or Plan.objects.visible_to(scope).filter(pk=plan.pk).exists()


def get_plan_for(scope: Scope, plan_id: int) -> Plan:
    """The plan with its region, without the text of its document, or `NotVisible`."""
    plan = _PLAN.get(plan_id)
    if plan is None or not reads_plan(scope, plan):
        raise not_found()
    return plan


def get_task_for(scope: Scope, task_id: int) -> PlanTask:
    """The task with its plan and region, or `NotVisible`."""
    task = PlanTask.objects.visible_to(scope).select_related("plan__region").filter(pk=task_id).first()
    if task is None:
        raise not_found()
    found: PlanTask = task
    return found


def visible_reports(scope: Scope) -> Q:
    """Reports on tasks: a unit's own; those handed in on tasks it leads; all of the regions one is staff or reviewer of.

    Leaders read what was accepted in their regions; whoever else reads the plan, the lead unit's accepted word.
    """
    accepted = Q(state=TaskReport.State.ACCEPTED)
    led = code_within("task__plan__region__code", scope.prefixes(Role.LEADER))
    told = Q(is_lead=True, task__plan__in=Plan.objects.visible_to(scope))
    return inside_reports(scope) | (accepted & (led | told))


def inside_reports(scope: Scope) -> Q:
    """Reports of which the person sees everything: `sees_inside` for all of them."""
    own = Q(unit__in=scope.all_units)
    handed_in = ~Q(state=TaskReport.State.DRAFT) & Q(task__lead_unit__in=scope.all_units)
    return own | handed_in | code_within("task__plan__region__code", scope.prefixes(*CHECKING))


def inside_closings(scope: Scope) -> Q:
    """Requests to close, with their evidence: the lead unit's and the bureau's."""
    return Q(task__lead_unit__in=scope.all_units) | code_within("task__plan__region__code", scope.prefixes(*CHECKING))


def sees_inside(scope: Scope, report: TaskReport) -> bool:
    """Whether the person sees a report's problems, evidence, reasons and history, and not its accepted words alone."""
    return (
        report.unit_id in scope.all_units
        or (report.task.lead_unit_id in scope.all_units and report.state != TaskReport.State.DRAFT)
        or scope.reaches(report.task.plan.region.code, *CHECKING)
    )


def can_report(scope: Scope, task: PlanTask, unit: Unit) -> bool:
    """Whether the person speaks for this unit about its tasks: its people, and bureau staff on its behalf."""
    return unit.pk in scope.unit_ids(*SPEAKING) or scope.reaches(task.plan.region.code, Role.STAFF)


def can_check(scope: Scope, report: TaskReport) -> bool:
    """Whether the person accepts or returns this report: the bureau, and for a contribution the lead unit's people.

    That nobody accepts their own word is checked beside the report.
    """
    if scope.reaches(report.task.plan.region.code, *CHECKING):
        return True
    return not report.is_lead and report.task.lead_unit_id in scope.unit_ids(*SPEAKING)


def can_ask_closing(scope: Scope, task: PlanTask) -> bool:
    """Whether the person asks for the task to be closed: the lead unit's people, and bureau staff on its behalf."""
    return task.lead_unit_id in scope.unit_ids(*SPEAKING) or scope.reaches(task.plan.region.code, Role.STAFF)


def can_decide_closing(scope: Scope, task: PlanTask) -> bool:
    """Whether the person checks requests to close this task. That nobody grants their own is checked beside it."""
    return scope.reaches(task.plan.region.code, *CHECKING)


def get_report_for(scope: Scope, report_id: int) -> TaskReport:
    """The report with its task, plan and unit, or `NotVisible`."""
    report = TaskReport.objects.visible_to(scope).with_parts().filter(pk=report_id).first()
    if report is None:
        raise not_found()
    found: TaskReport = report
    return found


def get_unit_for(scope: Scope, unit_id: int) -> Unit:
    """The unit with its region, or `NotVisible`."""
    unit = Unit.objects.visible_to(scope).select_related("region").filter(pk=unit_id).first()
    if unit is None:
        raise not_found()
    found: Unit = unit
    return found


def get_import_for(scope: Scope, import_id: int) -> PlanImport:
    """The imported document with its region and what became of it, or `NotVisible`."""
    found = PlanImport.objects.filter(visible_imports(scope), pk=import_id).select_related("region", "plan").first()
    if found is None:
        raise not_found()
    return found


def get_import_item_for(scope: Scope, import_id: int, item_id: int) -> ImportItem:
    """One item of an imported document, or `NotVisible`."""
    draft = get_import_for(scope, import_id)
    item = ImportItem.objects.filter(draft=draft, pk=item_id).first()
    if item is None:
        raise not_found()
    item.draft = draft
    return item


def get_slip_for(scope: Scope, slip_id: int) -> Supervision:
    """The slip with its task, plan, unit and region, or `NotVisible`."""
    slips = Supervision.objects.visible_to(scope).select_related("task__plan__region", "unit", "region", "sent_by")
    slip = slips.filter(pk=slip_id).first()
    if slip is None:
        raise not_found()
    found: Supervision = slip
    return found


def not_found() -> NotVisible:
    """Missing and foreign look the same."""
    return NotVisible("not_found", _("没有找到所请求的内容，或您无权查看。"))
