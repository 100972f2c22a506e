"""管理 › 角色, 安全: the security administrator's."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ipdash.accounts.lockouts import lockouts
from ipdash.accounts.models import User
from plans.administration import RoleFilter, places_with_units
from plans.models import Role
from plans.services.memberships import grant_role, revoke_role
from plans.views.manage_common import FormPage, actor_with, asked, form_page, page_of
from plans.views.manage_forms import RoleForm


@require_safe
def role_list(request: HttpRequest) -> HttpResponse:
    """Who has what where, and who has nothing yet."""
    actor_with(request, Role.SECADMIN)
    wanted = asked(request, RoleFilter)
    context = {
        "page": page_of(request, wanted.memberships()),
        "wanted": wanted,
        "roles": Role.choices,
        "regions": places_with_units(),
        "without": list(User.objects.filter(memberships=None, is_active=True).order_by("-pk")[:20]),
    }
    return render(request, "manage/roles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def role_new(request: HttpRequest) -> HttpResponse:
    """Grants a role; `?user=` names the person."""
    actor, _scope = actor_with(request, Role.SECADMIN)
    sent = request.POST if request.method == "POST" else None
    form = RoleForm(sent, initial={"user": request.GET.get("user", "")})
    if form.carried_out(lambda values: _grant(actor, values)):
        user = form.cleaned_data["user"]
        messages.success(
            request,
            _("已授予%(name)s“%(role)s”角色，对方刷新页面即生效。")
            % {"name": user.display_name, "role": Role(form.cleaned_data["role"]).label},
        )
        return redirect(f"{reverse('manage-roles')}?words={user.username}")
    page = FormPage(
        title=_("授予角色"),
        submit=_("授予"),
        back=reverse("manage-roles"),
        lead=_("局工作人员、审核人、领导按区划授予，填报人、责任部门按单位授予；三类管理员互斥，也不能兼任其他角色。"),
        crumbs=((reverse("manage-roles"), pgettext("list", "角色")),),
        lists={"regions": [region.name for region in places_with_units()]},
    )
    return form_page(request, form, page)


def _grant(actor: User, values: dict[str, Any]) -> None:
    unit = values["unit_id"]
    region = None if unit is not None or values["region"] is None else values["region"].code
    grant_role(values["user"], values["role"], actor=actor, region=region, unit=unit)


@require_POST
def role_revoke(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Takes a role away."""
    actor, _scope = actor_with(request, Role.SECADMIN)
    revoke_role(membership_id, actor=actor)
    messages.success(request, _("角色已撤销，立即生效。"))
    return redirect("manage-roles")


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """What logins and passwords are held to, and who is locked."""
    actor_with(request, Role.SECADMIN)
    context = {
        "profile": settings.PASSWORD_PROFILE,
        "rules": password_validators_help_texts(),
        "failures": settings.AXES_FAILURE_LIMIT,
        "cool_off_minutes": int(settings.AXES_COOLOFF_TIME * 60),
        "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
        "absolute_hours": settings.SESSION_ABSOLUTE_SECONDS // 3600,
        "locked": lockouts(),
        "one_time": User.objects.filter(must_change_password=True, is_active=True).count(),
        "disabled": User.objects.filter(is_active=False).count(),
    }
    return render(request, "manage/security.html", context)
