"""Pages that are kept until what they show changes: answered from the cache, or as 304 where the browser has it still.

A page is kept for one person in one language; its version says everything else. What differs from answer to answer, the
form token, is put in when the page leaves.

Two questions tell whether a page is right still. `recalled` asks the first, before anything else is read: has anything at
all been committed since this page was last found right? `kept_page` asks the second: has anything changed of what it shows?
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache as once
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.middleware.csrf import get_token
from django.utils.translation import get_language

from indicators.context import shows_demo, unread_of
from ipdash.accounts.middleware import user_of
from ipdash.accounts.sessions import SEEN_NOTED_EVERY, seconds_left
from ipdash.core import clock
from ipdash.core.written import state_of_database
from plans.scope import Scope

TOKENS = (
    re.compile(rb'("X-CSRFToken": ")[A-Za-z0-9]{64}'),
    re.compile(rb'(name="csrfmiddlewaretoken" value=")[A-Za-z0-9]{64}'),
)
LEFT = re.compile(rb'data-session-seconds="[0-9]*"')
KEPT_SECONDS = 24 * 3600
MARK = 32
"""Signs of a page's mark."""
AT_LEAST_LEFT = settings.SESSION_IDLE_SECONDS - SEEN_NOTED_EVERY
"""Every kept page says that so many seconds of the session are left: after a use there are no fewer, but at its very end."""


MOST_REMEMBERED = 4096
View = Callable[..., HttpResponse]

_found_right: dict[tuple[object, ...], tuple[str, str]] = {}
"""By reader and address: the database's state in which a page was last found right, and the page's mark."""


def recalled(view: View) -> View:
    """A view that is not asked where nothing has been committed since it last gave this reader a kept page.

    Who may see what is in the database too, so an answer stays right as long as the database does.
    """

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        state = state_of_database() if user_of(request) else ""
        if not state:
            return view(request, *args, **kwargs)
        known, mark = _found_right.get(_asked_for(request), ("", ""))
        held = _answered(request, mark) if known == state and _may_be_kept(request) else None
        if held is not None:
            return held
        response = view(request, *args, **kwargs)
        if "ETag" in response:
            if len(_found_right) >= MOST_REMEMBERED:
                _found_right.clear()
            _found_right[_asked_for(request)] = (state, _mark_in(response["ETag"]))
        return response

    return asked


def kept_page(request: HttpRequest, scope: Scope, version: object, make: Callable[[], HttpResponse]) -> HttpResponse:
    """The page that `make` gives, made anew only where `version` or the reader's rights have changed.

    `version` names all data that the page shows; the caller has asked already whether this person may see it.
    """
    if not _may_be_kept(request):
        return make()
    mark = _mark(request, scope, version)
    held = _answered(request, mark)
    if held is not None:
        return held
    response = make()
    if response.status_code != 200:
        return response
    around_tokens = _around_tokens(response.content)
    cache.set(f"page:{mark}", around_tokens, KEPT_SECONDS)
    return _sent(request, mark, around_tokens)


def page_of_this_state(request: HttpRequest, scope: Scope, make: Callable[[], HttpResponse]) -> HttpResponse:
    """The page that `make` gives, made anew where anything at all has been committed: no stamp tells of what it shows."""
    state = state_of_database()
    return kept_page(request, scope, ("at", state), make) if state else make()


def _may_be_kept(request: HttpRequest) -> bool:
    """Not for a session about to end, whose last minutes the page counts, and not where it has something to say once."""
    left = seconds_left(request)
    return left is not None and left >= AT_LEAST_LEFT and not len(get_messages(request))


def _answered(request: HttpRequest, mark: str) -> HttpResponse | None:
    """The page with this mark, or that the browser has it; None where it is not kept any more."""
    if _is_held(request, mark):
        return _private(HttpResponseNotModified(), _etag(mark, request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")))
    around_tokens: list[bytes] | None = cache.get(f"page:{mark}")
    return None if around_tokens is None else _sent(request, mark, around_tokens)


def _sent(request: HttpRequest, mark: str, around_tokens: list[bytes]) -> HttpResponse:
    response = HttpResponse(get_token(request).encode().join(around_tokens))
    return _private(response, _etag(mark, request.META["CSRF_COOKIE"]))


def _around_tokens(page: bytes) -> list[bytes]:
    """What stands before, between and after the form tokens; for every reader with the same time left."""
    page = LEFT.sub(b'data-session-seconds="%d"' % AT_LEAST_LEFT, page)
    for token in TOKENS:
        page = token.sub(rb"\1\0", page)
    return page.split(b"\0")


def _private(response: HttpResponse, etag: str) -> HttpResponse:
    """Private pages are stored nowhere (design: reliability, 16); who keeps the tag all the same is answered with 304."""
    response["ETag"], response["Cache-Control"] = etag, "private, no-store"
    return response


def _asked_for(request: HttpRequest) -> tuple[object, ...]:
    """Who asks, for which page, and what else shows on it that is in no database."""
    user = user_of(request)
    return user and user.pk, request.get_full_path(), get_language(), shows_demo(), clock.today()


def _mark(request: HttpRequest, scope: Scope, version: object) -> str:
    user = user_of(request)
    reader = (scope.user_id, user and (user.username, user.display_name), _rights(scope))
    told = (reader, unread_of(request, scope), _asked_for(request), program_stamp(), version)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:MARK]


def _rights(scope: Scope) -> tuple[object, ...]:
    units = sorted((role, sorted(ids)) for role, ids in scope.units.items())
    return sorted(scope.roles), sorted(scope.regions.items()), units, sorted(scope.homes)


def _etag(mark: str, secret: str) -> str:
    """The form token in a page is good for one secret; weak, because the token is masked anew each time."""
    return f'W/"{mark}-{hashlib.sha256(secret.encode()).hexdigest()[:8]}"'


def _mark_in(etag: str) -> str:
    return etag.removeprefix('W/"')[:MARK]


def _is_held(request: HttpRequest, mark: str) -> bool:
    """Whether the browser has this page, with a form token that still works; without cookies there are no forms to send."""
    held = request.headers.get("If-None-Match", "")
    if f'"{mark}-' not in held:
        return False
    secret = request.COOKIES.get(settings.CSRF_COOKIE_NAME)
    return secret is None or _etag(mark, secret) in held


@once
def program_stamp() -> str:
    """What this installation makes of the same data: its code, templates and catalogues."""
    found = hashlib.sha256()
    for folder in ("ipdash", "plans", "indicators", "templates", "locale"):
        for file in sorted((Path(settings.BASE_DIR) / folder).rglob("*")):
            if file.suffix in {".py", ".html", ".mo"}:
                found.update(file.read_bytes())
    return found.hexdigest()[:16]
