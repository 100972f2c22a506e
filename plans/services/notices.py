"""消息: telling people, and what they have read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ipdash.accounts.models import User
from plans.models import Membership, Notice, Region, Role, Unit
from plans.permissions import SPEAKING, not_found

KEPT_DAYS = 400


def tell(people: Iterable[User], kind: str, words: dict[str, Any], path: str, *, key: str, today: date) -> int:
    """Tells each of these people once; `key` names the event, so that a job which runs again tells nobody twice."""
    notices = [Notice(user=user, kind=kind, words=words, path=path, key=key, day=today) for user in people]
    return len(Notice.objects.bulk_create(notices, ignore_conflicts=True))


def people_of_unit(unit: Unit) -> list[User]:
    """Who reports or answers for a unit, or for the bureau whose office it is."""
    units = [unit.pk, *([unit.parent_id] if unit.parent_id else [])]
    return _people(Membership.objects.filter(unit__in=units, role__in=SPEAKING))


def staff_of(region: Region) -> list[User]:
    """Bureau staff of this very region; where it has none, of the nearest region above."""
    for code in dict.fromkeys((region.code, region.code[:4] + "00", region.code[:2] + "0000")):
        found = _people(Membership.objects.filter(region__code=code, role=Role.STAFF))
        if found:
            return found
    return []


def _people(memberships: QuerySet[Membership]) -> list[User]:
    return list(User.objects.filter(is_active=True, pk__in=memberships.values("user")).order_by("pk"))


def read_notice(user: User, notice_id: int) -> Notice:
    """Marks one's own notice as read and gives it. Raises `NotVisible` for anybody else's."""
    notice = Notice.objects.filter(user=user, pk=notice_id).first()
    if notice is None:
        raise not_found()
    read_notices(user, [notice.pk])
    return notice


def read_notices(user: User, ids: Collection[int] | None = None) -> int:
    """Marks notices of one's own as read, all of them without `ids`; gives how many were not."""
    unread = Notice.objects.filter(user=user, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=ids)
    return unread.update(read_at=timezone.now())


def clear_old_notices(today: date) -> int:
    """Removes what was told long ago."""
    deleted, _kinds = Notice.objects.filter(day__lt=date.fromordinal(today.toordinal() - KEPT_DAYS)).delete()
    return int(deleted)
