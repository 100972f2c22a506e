"""管理 › 账号: the system administrator's."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ipdash.accounts.lockouts import lockouts
from ipdash.accounts.models import User
from plans.administration import AccountFilter
from plans.models import Role
from plans.services import accounts
from plans.views.manage_common import FormPage, actor_with, asked, form_page, page_of
from plans.views.manage_forms import AccountChangeForm, AccountForm


@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    """Every account, narrowed by the address."""
    actor_with(request, Role.SYSADMIN)
    wanted = asked(request, AccountFilter)
    locked = lockouts()
    context = {
        "page": page_of(request, wanted.accounts()),
        "wanted": wanted,
        "locked": locked,
        "locked_ids": {lockout.user.pk for lockout in locked},
    }
    return render(request, "manage/accounts.html", context)


@sensitive_variables("password")
@require_http_methods(["GET", "HEAD", "POST"])
def account_new(request: HttpRequest) -> HttpResponse:
    """Makes an account; its one-time password stands on the answer and nowhere else, so the answer is no redirect."""
    actor, _scope = actor_with(request, Role.SYSADMIN)
    form = AccountForm(request.POST if request.method == "POST" else None)
    made: list[tuple[User, str]] = []
    if form.carried_out(lambda values: made.append(accounts.open_account(actor, **values))):
        user, password = made[0]
        return _account_page(request, user, password=password, fresh=True)
    page = FormPage(
        title=_("新建账号"),
        submit=_("建立账号"),
        back=reverse("manage-accounts"),
        lead=_("建立后得到一次性密码；角色由安全管理员授予，授予之前账号不能查看任何内容。"),
        crumbs=((reverse("manage-accounts"), _("账号")),),
    )
    return form_page(request, form, page)


@require_http_methods(["GET", "HEAD", "POST"])
def account_detail(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account; a POST changes name and e-mail."""
    actor, _scope = actor_with(request, Role.SYSADMIN)
    user = accounts.get_account(actor, user_id)
    form = _change_form(user, request)
    if form.carried_out(lambda values: accounts.change_account(actor, user_id, {**values})):  # type: ignore[typeddict-item]  # the form's fields are the changes
        messages.success(request, _("账号资料已保存。"))
        return redirect("manage-account", user_id=user_id)
    return _account_page(request, user, form=form)


@require_POST
def account_active(request: HttpRequest, user_id: int) -> HttpResponse:
    """Enables (`active=1`) or disables."""
    actor, _scope = actor_with(request, Role.SYSADMIN)
    active = request.POST.get("active") == "1"
    user = accounts.set_account_active(actor, user_id, active, reason=request.POST.get("reason", "")[:200])
    said = _("账号“%(name)s”已启用。") if active else _("账号“%(name)s”已停用，其登录和令牌立即失效。")
    messages.success(request, said % {"name": user.username})
    return redirect("manage-account", user_id=user_id)


@require_POST
def account_unlock(request: HttpRequest, user_id: int) -> HttpResponse:
    """Forgets failed logins."""
    actor, _scope = actor_with(request, Role.SYSADMIN)
    forgotten = accounts.unlock(actor, user_id)
    said = _("已解锁，可以立即重新登录。") if forgotten else _("该账号没有被锁定，无需解锁。")
    messages.success(request, said)
    return redirect("manage-account", user_id=user_id)


@sensitive_variables("password")
@require_POST
def account_password(request: HttpRequest, user_id: int) -> HttpResponse:
    """Gives a new one-time password, shown on this answer alone."""
    actor, _scope = actor_with(request, Role.SYSADMIN)
    password = accounts.reset_password(actor, user_id)
    return _account_page(request, accounts.get_account(actor, user_id), password=password)


def _change_form(user: User, request: HttpRequest | None) -> AccountChangeForm:
    sent = request.POST if request is not None and request.method == "POST" else None
    return AccountChangeForm(sent, initial={"display_name": user.display_name, "email": user.email})


@sensitive_variables("password")
def _account_page(
    request: HttpRequest, user: User, *, form: AccountChangeForm | None = None, password: str = "", fresh: bool = False
) -> HttpResponse:
    shown = form or _change_form(user, None)
    context = {
        "account": user,
        "form": shown,
        "password": password,
        "fresh": fresh,
        "lockouts": lockouts(user),
        "role_count": user.memberships.count(),
    }
    return render(request, "manage/account.html", context, status=shown.status)
