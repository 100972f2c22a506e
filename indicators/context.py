"""What every page's frame shows: where one may go, whether this is the demonstration, which day it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from indicators.models import Figure
from ipdash.accounts.sessions import seconds_left
from ipdash.core import clock
from ipdash.core.written import ask
from plans.models import Notice, Role
from plans.scope import Scope, scope_of


@dataclass(frozen=True)
class NavItem:
    """One entry of the main navigation."""

    url: str
    label: str
    current: bool


@dataclass(frozen=True)
class Chrome:
    """The frame of a page. `today` is set where the day shown is not the calendar's.

    `user_roles` names the person's roles; `session_seconds` is None before the login.
    """

    nav: list[NavItem]
    demo: bool
    today: date | None
    session_seconds: int | None
    user_roles: str = ""
    unread: int = 0


READERS = (Role.STAFF, Role.REVIEWER, Role.LEADER, Role.REPORTER, Role.DEPARTMENT)
NAVIGATION: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("/plans/", "总览", READERS),
    ("/compare/", "对比", READERS),
    ("/my-work/", "我的工作", (Role.STAFF, Role.REVIEWER, Role.REPORTER, Role.DEPARTMENT)),
    ("/entry/", "填报", (Role.STAFF, Role.REPORTER)),
    ("/review/", "审核", (Role.REVIEWER,)),
    ("/uploads/", "上传", (Role.STAFF, Role.REPORTER)),
    ("/tasks/", "任务", READERS),
    ("/supervision/", "督办", (Role.STAFF, Role.LEADER, Role.REPORTER, Role.DEPARTMENT)),
    ("/import/", "导入计划", (Role.STAFF,)),
    ("/jobs/", "作业", (Role.STAFF, Role.REVIEWER, Role.SYSADMIN)),
    ("/manage/", "管理", (Role.STAFF, Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR)),
)


def _labels() -> dict[str, str]:
    # Named one by one so that the translations find them.
    return {
        "总览": _("总览"),
        "对比": _("对比"),
        "我的工作": _("我的工作"),
        "填报": _("填报"),
        "审核": _("审核"),
        "上传": _("上传"),
        "任务": _("任务"),
        "督办": _("督办"),
        "导入计划": _("导入计划"),
        "作业": _("作业"),
        "管理": _("管理"),
    }


def chrome(request: HttpRequest) -> dict[str, Any]:
    """The context processor for `templates/base.html`."""
    user = getattr(request, "user", None)
    scope = scope_of(user) if user is not None else None
    return {
        "chrome": Chrome(
            nav=navigation(scope, request.path) if scope else [],
            demo=shows_demo(),
            today=clock.set_day(),
            session_seconds=seconds_left(request) if hasattr(request, "session") else None,
            user_roles=role_words(scope) if scope else "",
            unread=unread_of(request, scope) if scope else 0,
        )
    }


_UNREAD = f"SELECT COUNT(*) FROM {Notice._meta.db_table} WHERE user_id = %s AND read_at IS NULL"  # noqa: S608 - our own table


def unread_of(request: HttpRequest, scope: Scope) -> int:
    """How many notices the person has not read; asked with every page, from an index of the unread ones alone.

    Asked once a request, however many templates it renders: an answer about forty rows renders eighty.
    """
    if not scope.user_id:
        return 0
    known: tuple[int, int] | None = getattr(request, "unread_notices", None)
    if known is None or known[0] != scope.user_id:
        ((count,),) = ask(_UNREAD, (scope.user_id,))
        known = (scope.user_id, int(count))
        request.unread_notices = known  # type: ignore[attr-defined]  # kept for this request
    return known[1]


def role_words(scope: Scope) -> str:
    """The person's roles by name, in the order in which roles are listed: 局工作人员、审核人."""
    return _("、").join(str(role.label) for role in Role if scope.has(role))


def navigation(scope: Scope, path: str) -> list[NavItem]:
    """What this person's roles lead to."""
    labels = _labels()
    return [NavItem(url, labels[label], path.startswith(url)) for url, label, roles in NAVIGATION if scope.has(*roles)]


def shows_demo() -> bool:
    """Whether invented figures are in the database; asked once a minute."""
    known = cache.get("chrome.demo")
    if known is None:
        known = Figure.objects.filter(is_demo=True).exists()
        cache.set("chrome.demo", known, 60)
    return bool(known)
