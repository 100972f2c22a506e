"""What holds for every request: its language, its session's life, its login, and the trace of a refusal."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from ipdash.accounts import sessions
from ipdash.accounts.audit import from_address, record, record_refusal
from ipdash.accounts.models import User
from ipdash.core.http import GetResponse, client_address

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
REFUSED_STATUSES = frozenset({401, 403, 404, 409})
PUBLIC_PATHS = frozenset({"/login/", "/language/", "/healthz", "/healthz/", "/robots.txt", "/display/"})
PUBLIC_PREFIXES = ("/static/", "/calendar/", "/api/", "/public/")  # the API answers 401 by itself
ONE_TIME_PATHS = frozenset({"/password/", "/logout/", "/language/"})


def user_of(request: HttpRequest) -> User | None:
    """The account that asks, by session or by token; None before the login."""
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


class AuditMiddleware:
    """Tells the audit log where the request comes from, and adds an entry for every writing request that is refused."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with from_address(client_address(request)) as origin:
            response = self.get_response(request)
            refused = request.method not in SAFE_METHODS and response.status_code in REFUSED_STATUSES
            if refused and not origin.refusal_recorded:
                _record_refused(request, response)
            return response


def _record_refused(request: HttpRequest, response: HttpResponse) -> None:
    """Method, path, status and the sentence the API gave; never a body, a query or a header."""
    body = getattr(response, "data", None)
    reason = str(body.get("message", "")) if isinstance(body, dict) else ""
    record_refusal(
        "request.refused",
        ("path", request.path),
        actor=user_of(request),
        after={"method": request.method, "status": response.status_code},
        reason=reason,
    )


class LanguageMiddleware:
    """The language the user chose (kept in a cookie), else Chinese, whatever the browser prefers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie"])
        return response


class SessionLifetimeMiddleware:
    """Ends a session that was idle too long or is too old; `LoginRequiredMiddleware` then sends to the login page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = user_of(request)
        if user is not None:
            why = sessions.ended(request)
            if why:
                logout(request)
                request.META["ipdash.session_ended"] = why
                record("session.expire", user, actor=user, reason=why)
        return self.get_response(request)


class LoginRequiredMiddleware:
    """Nothing but the public paths is answered without a login, and nothing private is kept by a browser or proxy."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._sent_away(request) or self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _sent_away(self, request: HttpRequest) -> HttpResponse | None:
        path = request.path_info
        if path in PUBLIC_PATHS or path.startswith(PUBLIC_PREFIXES):
            return None
        user = user_of(request)
        if user is None:
            return _send(request, _login_address(request), 401)
        if user.must_change_password and path not in ONE_TIME_PATHS:
            return _send(request, "/password/", 403)
        return None


def _send(request: HttpRequest, address: str, fragment_status: int) -> HttpResponse:
    """A redirect; for a fragment the header that makes htmx load the whole page, since it would follow a redirect."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=fragment_status, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _login_address(request: HttpRequest) -> str:
    query = {"next": _page_asked_for(request)}
    why = request.META.get("ipdash.session_ended", "")
    if why:
        query["ended"] = why
    return f"{settings.LOGIN_URL}?{urlencode(query)}"


def _page_asked_for(request: HttpRequest) -> str:
    """The page to return to after the login: for a fragment or a sent form, the page it was on."""
    fragment = request.headers.get("HX-Request") == "true"
    if request.method in {"GET", "HEAD"} and not fragment:
        return request.get_full_path()
    page = request.headers.get("HX-Current-URL" if fragment else "Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(page)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
