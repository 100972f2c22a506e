"""管理: what each of the duties has to do here, with the facts that ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from indicators.models import ReportingPeriod, TargetLine
from indicators.selectors.administration import periods_for
from indicators.selectors.completeness import completeness
from ipdash.accounts.lockouts import lockouts
from ipdash.accounts.models import User
from ipdash.core import clock
from ipdash.jobs.selectors import health
from plans.models import Role
from plans.querysets import code_within
from plans.scope import Scope
from plans.services.audit_log import last_check
from plans.views.manage_common import actor_with

OPEN_STATES = (ReportingPeriod.State.OPEN, ReportingPeriod.State.OVERDUE)
SHOWN = 4


@dataclass(frozen=True)
class Entry:
    """One page of management; `fact` is what asks for it now, empty where nothing does."""

    url: str
    name: str
    about: str
    fact: str = ""


@require_safe
def manage(request: HttpRequest) -> HttpResponse:
    """The person's own duties, no others."""
    _actor, scope = actor_with(request, Role.STAFF, Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR)
    makers = {
        Role.STAFF: _staff, Role.SYSADMIN: _sysadmin, Role.SECADMIN: _secadmin, Role.AUDITOR: _auditor
    }  # fmt: skip
    groups: list[tuple[Any, list[Entry]]] = [
        (role.label, make(scope)) for role, make in makers.items() if scope.has(role)
    ]
    return render(request, "manage/home.html", {"groups": groups})


def _staff(scope: Scope) -> list[Entry]:
    lines = TargetLine.objects.visible_to(scope).filter(code_within("region__code", scope.prefixes(Role.STAFF)))
    unclear = lines.filter(basis_ambiguous=True).count()
    return [
        Entry(
            reverse("manage-periods"), _("填报期"), _("开放季度，定截止日和锁定日，看谁还没报。"), _open_periods(scope)
        ),
        Entry(reverse("manage-duties"), _("填报责任"), _("哪个单位填报哪个指标；终止和移交。")),
        Entry(
            reverse("manage-plans"),
            _("规划与目标"),
            _("规划状态、黄灯线和红灯线，年度目标的确认、更正和调整。"),
            _("%(count)s条目标的口径待确认") % {"count": unclear} if unclear else "",
        ),
        Entry(reverse("manage-indicators"), _("指标目录"), _("指标的名称、别名、类型、口径和定义。")),
        Entry(reverse("manage-units"), pgettext("list", "单位"), _("单位名称、别名和曾用名，集合名称的成员。")),
        Entry(reverse("manage-regions"), _("行政区划"), _("区划代码和隶属关系；登记划转、更名、并入和撤销。")),
    ]


def _open_periods(scope: Scope) -> str:
    """三季度已报30/44, for the latest open quarters."""
    today = clock.today()
    current = periods_for(scope).filter(opens__lte=today, locks__gte=today)[:SHOWN]
    facts = []
    for period in current:
        found = completeness(scope, period)
        words = {
            "region": period.region.short_name,
            "quarter": period.as_quarter.label,
            "reported": found.reported,
            "expected": found.expected,
        }
        facts.append(_("%(region)s%(quarter)s已报%(reported)s/%(expected)s") % words)
    return _("；").join(facts)


def _sysadmin(scope: Scope) -> list[Entry]:
    locked = len(lockouts())
    state = health()
    well = state["status"] == "ok" and state["queue"] == "ok" and state["scheduler"] == "ok"
    return [
        Entry(
            reverse("manage-accounts"),
            _("账号"),
            _("建立、停用账号，解锁，重置密码。"),
            _("%(count)s个账号被锁定") % {"count": locked} if locked else "",
        ),
        Entry(reverse("manage-units"), pgettext("list", "单位"), _("单位名称、别名和曾用名，集合名称的成员。")),
        Entry(reverse("manage-regions"), _("行政区划"), _("区划代码和隶属关系；登记划转、更名、并入和撤销。")),
        Entry(
            reverse("manage-system"), _("运行状况"), _("数据库、后台进程和作业。"), "" if well else _("有异常，请查看")
        ),
        Entry("/jobs/", _("作业"), _("后台作业的进度和结果。")),
    ]


def _secadmin(scope: Scope) -> list[Entry]:
    without = User.objects.filter(memberships=None, is_active=True).count()
    locked = len(lockouts())
    return [
        Entry(
            reverse("manage-roles"),
            _("角色"),
            _("谁在哪里有什么角色；授予和撤销。"),
            _("%(count)s个账号还没有角色") % {"count": without} if without else "",
        ),
        Entry(
            reverse("manage-security"),
            _("登录安全"),
            _("密码规则、锁定和自动退出。"),
            _("%(count)s个账号被锁定") % {"count": locked} if locked else "",
        ),
    ]


def _auditor(scope: Scope) -> list[Entry]:
    check = last_check()
    if check is None:
        fact = _("尚未校验")
    elif check.breaks:
        fact = _("上次校验发现%(count)s处问题") % {"count": check.breaks}
    else:
        fact = ""
    return [Entry(reverse("manage-audit"), _("审计日志"), _("谁在何时从何处做了什么；校验完整性，导出。"), fact)]
