"""日历订阅: the private address of a person's calendar, made, replaced and revoked by that person."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date

from django.db import transaction

from ipdash.accounts import audit
from ipdash.accounts.models import User
from plans.models import CalendarFeed


@transaction.atomic
def make_feed(user: User) -> str:
    """Makes the address anew and gives its secret, which is shown this once; an earlier address ends."""
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.filter(user=user).delete()
    feed = CalendarFeed.objects.create(user=user, digest=_digest(secret))
    audit.record("calendar.make", feed, actor=user)
    return secret


@transaction.atomic
def revoke_feed(user: User) -> bool:
    """Ends the address; whether there was one."""
    feed = CalendarFeed.objects.filter(user=user).first()
    if feed is None:
        return False
    audit.record("calendar.revoke", feed, actor=user)
    feed.delete()
    return True


def user_of_feed(secret: str, today: date) -> User | None:
    """Whose calendar this address shows; None for an unknown one and for a disabled account."""
    feed = CalendarFeed.objects.select_related("user").filter(digest=_digest(secret), user__is_active=True).first()
    if feed is None:
        return None
    if feed.last_used_on != today:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_used_on=today)
    user: User = feed.user
    return user


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
