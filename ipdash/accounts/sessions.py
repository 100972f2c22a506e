"""How long a session lives: 30 idle minutes and 12 hours in all (`SESSION_IDLE_SECONDS`, `SESSION_ABSOLUTE_SECONDS`)."""

from __future__ import annotations

import time
from typing import Literal

from django.conf import settings
from django.http import HttpRequest

Ended = Literal["", "idle", "absolute"]

_STARTED = "session_started"
_SEEN = "session_seen"
# The page asks for news by itself with this header; that must not keep an abandoned session alive.
BACKGROUND_HEADER = "X-Background"
SEEN_NOTED_EVERY = 60


def start(request: HttpRequest) -> None:
    """The session begins now, at login."""
    request.session[_STARTED] = request.session[_SEEN] = int(time.time())


def ended(request: HttpRequest) -> Ended:
    """Why the session is over, or empty. Notes the use, at most once a minute, so that most requests write nothing.

    The note may be a minute old: the idle time is then shorter by that minute, never longer.
    """
    now = int(time.time())
    if _STARTED not in request.session:
        start(request)
    if now - int(request.session[_STARTED]) >= settings.SESSION_ABSOLUTE_SECONDS:
        return "absolute"
    idle = now - int(request.session[_SEEN])
    if idle >= settings.SESSION_IDLE_SECONDS:
        return "idle"
    if idle >= SEEN_NOTED_EVERY and BACKGROUND_HEADER not in request.headers:
        request.session[_SEEN] = now
    return ""


def seconds_left(request: HttpRequest) -> int | None:
    """Until the session ends if nothing more is done; None without one. The page announces the last two minutes."""
    if _STARTED not in request.session:
        return None
    now = int(time.time())
    absolute = int(request.session[_STARTED]) + settings.SESSION_ABSOLUTE_SECONDS - now
    idle = int(request.session[_SEEN]) + settings.SESSION_IDLE_SECONDS - now
    return max(0, min(absolute, idle))
