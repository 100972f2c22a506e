"""大屏链接: addresses that show one plan's overview without a login, made, used and stopped."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.models import DisplayLink
from indicators.permissions import get_display_link_for
from ipdash.accounts import audit
from ipdash.core.constraints import check
from ipdash.core.errors import Conflict, Invalid
from plans.models import Plan
from plans.permissions import get_plan_for, require_staff_of
from plans.scope import scope_of

NOTED_EVERY = timedelta(minutes=10)
LONGEST_SECRET = 100


def link_digest(secret: str) -> str:
    """What is stored of a secret; its 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def make_display_link(
    actor: Any, plan_id: int, *, name: str, expires_on: date | None, today: date
) -> tuple[DisplayLink, str]:
    """Makes a link and gives it with its secret, which cannot be shown again. Raises `NotVisible`, `NotAllowed`, `Invalid`, `Conflict`."""
    scope = scope_of(actor)
    plan = get_plan_for(scope, plan_id)
    require_staff_of(scope, plan.region)
    if plan.state == Plan.State.DRAFT:
        raise Conflict("plan_is_draft", _("规划还是草稿，印发后才能在大屏上显示。"))
    if not name.strip():
        message = _("请填写大屏所在的地点，例如“三楼大厅”。")
        raise Invalid("display_name", message, {"name": [message]})
    if expires_on is not None and expires_on < today:
        message = _("有效期不能早于今天。")
        raise Invalid("display_expires", message, {"expires_on": [message]})
    secret = secrets.token_urlsafe(32)
    link = DisplayLink(
        plan=plan, name=name.strip(), digest=link_digest(secret), hint=secret[-4:], expires_on=expires_on, made_by=actor
    )
    check(link)
    link.save(force_insert=True)
    after = {"plan": plan.pk, "name": link.name, "hint": link.hint, "expires_on": expires_on}
    audit.record("display.make", link, actor=actor, after=after, region_code=plan.region.code)
    return link, secret


@transaction.atomic
def revoke_display_link(actor: Any, link_id: int) -> DisplayLink:
    """Stops a link at once. Raises `NotVisible`, `NotAllowed`, `Conflict` (`display_revoked`)."""
    link = get_display_link_for(scope_of(actor), link_id)
    require_staff_of(scope_of(actor), link.plan.region)
    now = timezone.now()
    if not DisplayLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now, revoked_by=actor):
        raise Conflict("display_revoked", _("这个大屏链接已经停用，无需再次操作。"))
    before = {"plan": link.plan_id, "name": link.name, "hint": link.hint}
    audit.record("display.revoke", link, actor=actor, before=before, region_code=link.plan.region.code)
    return link


def link_shown(secret: str, today: date) -> DisplayLink | None:
    """The link with this secret, with its plan, while it may be used; notes now and then that it was."""
    if not secret or len(secret) > LONGEST_SECRET:
        return None
    link = (
        DisplayLink.objects.select_related("plan__region")
        .defer("plan__source_text")
        .filter(Q(expires_on=None) | Q(expires_on__gte=today), digest=link_digest(secret), revoked_at=None)
        .exclude(plan__state=Plan.State.DRAFT)
        .first()
    )
    if link is None:
        return None
    now = timezone.now()
    if link.last_shown_at is None or link.last_shown_at < now - NOTED_EVERY:
        DisplayLink.objects.filter(pk=link.pk).update(last_shown_at=now)
    return link
