"""Thin edges: login, logout, the own password, language and tokens."""

from __future__ import annotations

import math
from typing import Any

from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView as DjangoLoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ipdash.accounts import selectors, services, sessions
from ipdash.accounts.audit import record, record_refusal
from ipdash.accounts.forms import EmailForm, LoginForm, PasswordForm, TokenForm
from ipdash.accounts.middleware import user_of
from ipdash.accounts.models import User
from ipdash.core.errors import NotAllowed

LANGUAGE_COOKIE_SECONDS = 365 * 24 * 3600


class LoginView(DjangoLoginView):
    """`username`, `password`, and a `next` that never leaves this host."""

    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True
    http_method_names = ["get", "head", "post"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "ended": self.request.GET.get("ended", ""),
            "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
            "absolute_hours": settings.SESSION_ABSOLUTE_SECONDS // 3600,
        }

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        user = form.get_user()
        assert isinstance(user, User)  # noqa: S101 - tells mypy what AUTH_USER_MODEL says
        sessions.start(self.request)
        record("session.login", user, actor=user)
        if user.language:
            set_language_cookie(response, user.language)
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        if form.non_field_errors():  # a field left empty is no attempt
            _record_failed_login(self.request, str(form.data.get("username", "")), "session.login")
        return super().form_invalid(form)


def _record_failed_login(request: HttpRequest, username: str, action: str) -> None:
    """Names the account only if there is one: what people mistype into the name's field may be their password."""
    known = User.objects.filter(username=username.replace("\0", "")).first()
    locked = bool(getattr(request, "axes_locked_out", False))
    record_refusal(
        action,
        known,
        actor=user_of(request),
        actor_name="" if known is None else str(known),
        reason="locked_out" if locked else "wrong_credentials",
    )


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """The answer of django-axes once an account is locked: how long, and whom to ask. 429, with `Retry-After`."""
    wait = get_cool_off(request)
    minutes = math.ceil(wait.total_seconds() / 60)
    context = {"minutes": minutes, "failures": settings.AXES_FAILURE_LIMIT}
    response = render(request, "accounts/locked_out.html", context, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer to a form whose page was too old, or that another site sent."""
    sentence = _("页面已过期，或浏览器没有接受 Cookie，因此没有提交。请返回上一页，刷新后重新提交。")
    return render(request, "error.html", {"error": NotAllowed("csrf", sentence), "status": 403}, status=403)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    user = user_of(request)
    logout(request)
    if user is not None:
        record("session.logout", user, actor=user)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Changes the own password; every other session of the account ends."""
    user = _own(request)
    form = PasswordForm(request, user, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        changed = services.set_password(user, form.cleaned_data["new_password"], actor=user)
        update_session_auth_hash(request, changed)
        messages.success(request, _("密码已修改，您在其他设备上的登录已全部退出。"))
        return redirect("account" if not user.must_change_password else "/")
    if form.has_error("old_password", "wrong_password"):
        _record_failed_login(request, user.username, "user.password")
    return render(request, "accounts/password.html", {"form": form, "first": user.must_change_password})


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Sets the language for this browser and, once logged in, for the account; returns to `next`."""
    language = request.POST.get("language", "")
    response = HttpResponseRedirect(_safe_next(request))
    if language in dict(settings.LANGUAGES):
        user = user_of(request)
        if user is not None:
            services.change_user(user, {"language": language}, actor=user)
        set_language_cookie(response, language)
    return response


def set_language_cookie(response: HttpResponse, language: str) -> None:
    """Keeps the choice in the browser, where `LanguageMiddleware` finds it before anybody has logged in."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=LANGUAGE_COOKIE_SECONDS,
        samesite="Lax",
        secure=settings.HTTPS,
        httponly=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """The own data; a POST changes the e-mail address."""
    user = _own(request)
    # A copy: a refused address must not appear as the user's own elsewhere on the page.
    form = EmailForm(request.POST if request.method == "POST" else None, instance=User.objects.get(pk=user.pk))
    if form.is_bound and form.is_valid():
        services.change_user(user, {"email": form.cleaned_data["email"]}, actor=user)
        messages.success(request, _("电子邮箱已保存。"))
        return redirect("account")
    return _account_page(request, user, email_form=form)


@require_POST
def issue_token(request: HttpRequest) -> HttpResponse:
    """Makes a token; its secret stands on the answer and nowhere else, so the answer is a page and no redirect."""
    user = _own(request)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _account_page(request, user, token_form=form)
    token, secret = services.issue_token(user, form.cleaned_data["name"], actor=user)
    return _account_page(request, user, issued=token, secret=secret)


@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends one of the own tokens."""
    user = _own(request)
    token = selectors.token_get_for(user, pk)
    services.revoke_token(token, actor=user)
    messages.success(request, _("令牌“%(name)s”已撤销，使用它的程序不能再访问。") % {"name": token.name})
    return redirect("account")


def _account_page(request: HttpRequest, user: User, **context: Any) -> HttpResponse:
    page = {
        "email_form": EmailForm(instance=user),
        "token_form": TokenForm(),
        "tokens": selectors.tokens_of(user),
        "languages": settings.LANGUAGES,
        "current_language": translation.get_language(),
        **context,
    }
    return render(request, "accounts/account.html", page)


def _own(request: HttpRequest) -> User:
    user = user_of(request)
    if user is None:  # LoginRequiredMiddleware lets nobody come so far
        raise NotAllowed("not_authenticated", _("请先登录。"))
    return user


def _safe_next(request: HttpRequest) -> str:
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if safe else "/"
