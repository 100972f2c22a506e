"""Which accounts are locked at the moment because of failed logins, as django-axes keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.utils import timezone

from ipdash.accounts.models import User


@dataclass(frozen=True)
class Lockout:
    """A pair of account and address that may not log in until a moment. `user` is an account: other names lock nobody."""

    user: User
    address: str
    failures: int
    until: datetime


def lockouts(user: User | None = None) -> list[Lockout]:
    """The lock-outs that last, the latest first; with `user` only this account's. Two queries."""
    wait = get_cool_off()
    attempts = AccessAttempt.objects.filter(
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT, attempt_time__gt=timezone.now() - wait
    ).order_by("-attempt_time")
    if user is not None:
        attempts = attempts.filter(username=user.username)
    found = list(attempts)
    users = {user.username: user for user in User.objects.filter(username__in={a.username for a in found})}
    return [
        Lockout(users[a.username], a.ip_address or "", a.failures_since_start, a.attempt_time + wait)
        for a in found
        if a.username in users
    ]
