"""Reminders before, on and after the due day, and 催报: one digest a person and working day (design: figures, Reminders)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from indicators.models import Digest, Urge
from indicators.permissions import get_period_for
from indicators.selectors.completeness import completeness
from indicators.selectors.my_work import MyWork, ToReport, figures_to_do, recent_urges
from ipdash.accounts import audit
from ipdash.accounts.models import User
from ipdash.core import workdays
from ipdash.core.display import day_text
from ipdash.core.errors import Invalid
from plans.models import Membership, Notice, Role, SlipState, Supervision
from plans.notice_words import notice_text
from plans.permissions import SPEAKING, require_staff_of
from plans.scope import Scope, scope_of

log = logging.getLogger("ipdash.reminders")
DAYS_BEFORE = 3
"""Working days before the due day on which reminding begins."""
REMINDED = (Role.REPORTER, Role.REVIEWER)
LONGEST = 200


@dataclass(frozen=True)
class Urged:
    """What urging did: units asked now, and those that had been asked the same day."""

    asked: list[str]
    again: list[str]


def urge(actor: User, period_id: int, unit_ids: Collection[int], message: str, *, today: date) -> Urged:
    """Asks units that have not reported everything; they read it in 我的工作 and in the next digest.

    `unit_ids` empty means every unit that is late with something. Raises `NotVisible`, `NotAllowed`, and `Invalid` where
    the quarter is not open or nobody is left to ask.
    """
    scope = scope_of(actor)
    period = get_period_for(scope, period_id)
    require_staff_of(scope, period.region)
    message = message.strip()
    if len(message) > LONGEST:
        said = _("附言最多%(most)s字，现有%(count)s字。") % {"most": LONGEST, "count": len(message)}
        raise Invalid("message_too_long", said, {"message": [said]})
    if not period.opens <= today <= period.locks:
        raise Invalid("not_open", _("这个季度现在不在填报期内，不能催报。"))
    late = {row.unit.pk: row.unit for row in completeness(scope, period).late}
    wanted = [unit for pk, unit in late.items() if not unit_ids or pk in unit_ids]
    if not wanted:
        raise Invalid("nobody_late", _("没有需要催报的单位：都已报齐。"))
    done = Urged([], [])
    with transaction.atomic():
        for unit in wanted:
            _urge, made = Urge.objects.get_or_create(
                period=period, unit=unit, day=today, defaults={"by": actor, "message": message}
            )
            (done.asked if made else done.again).append(unit.name)
        if done.asked:
            audit.record("period.urge", period, actor=actor, after={"units": done.asked, "message": message})
    return done


Send = Callable[[User, str, str], None]


def send_digests(today: date, send: Send | None = None) -> dict[str, int]:
    """Makes the day's digest for everybody who has something to do, and mails it where there is an address.

    On days on which nobody works nothing is sent; a day that was missed is caught up by the next, which tells all that
    is due then. Running twice, late or on two workers sends nothing twice. Counts: `digests`, `mailed`, `failed`.
    """
    counts = {"digests": 0, "mailed": 0, "failed": 0}
    if not workdays.works(today):
        return counts
    people = User.objects.filter(
        Q(pk__in=Membership.objects.filter(role__in=REMINDED).values("user"))
        | Q(pk__in=Notice.objects.filter(read_at=None).values("user")),
        is_active=True,
    ).exclude(digests__day=today)
    for user in people.order_by("pk"):
        with translation.override(user.language or settings.LANGUAGE_CODE):
            text = digest_text(user, today)
            digest = _claim(user, today, text) if text else None
            if digest is None:
                continue
            counts["digests"] += 1
            if user.email:
                outcome = "mailed" if _mailed(digest, user, send or _send) else "failed"
                counts[outcome] += 1
    return counts


def _claim(user: User, today: date, text: str) -> Digest | None:
    """The day's digest of a person, None where another worker was faster."""
    try:
        with transaction.atomic():
            return Digest.objects.create(user=user, day=today, text=text)
    except IntegrityError:
        return None


def _mailed(digest: Digest, user: User, send: Send) -> bool:
    subject = _("知识产权规划跟踪：%(day)s待办提醒") % {"day": day_text(digest.day)}
    try:
        send(user, subject, digest.text)
    except OSError as error:
        # SMTP errors are OSErrors. The digest stands in the product; the log says why no mail went out.
        log.warning("digest not mailed", extra={"user": user.pk, "error": str(error)})
        return False
    Digest.objects.filter(pk=digest.pk).update(mailed_at=timezone.now())
    return True


def _send(user: User, subject: str, text: str) -> None:
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [user.email])


def digest_text(user: User, today: date) -> str:
    """What the person is to be told on this day, a line each; empty where nothing presses."""
    scope = scope_of(user)
    since = Digest.objects.filter(user=user, day__lt=today).values_list("day", flat=True).first()
    lines = _figure_lines(scope, since, today) if scope.has(*REMINDED) else []
    return "\n".join([*lines, *_notice_lines(user, since, today), *_slip_lines(scope, today)])


def _notice_lines(user: User, since: date | None, today: date) -> list[str]:
    """What the person has not read of what was told since the last digest, which told the rest."""
    unread = Notice.objects.filter(user=user, read_at=None, day__lte=today)
    if since is not None:
        unread = unread.filter(day__gt=since)
    return [notice_text(notice) for notice in unread.order_by("pk")[:20]]


def _slip_lines(scope: Scope, today: date) -> list[str]:
    """Slips of one's units whose last day is the next working day, today, or past."""
    soon = workdays.after(today, 1)
    slips = Supervision.objects.filter(
        unit__in=scope.unit_ids(*SPEAKING), state__in=(SlipState.SENT, SlipState.SIGNED), answer_by__lte=soon
    )
    return [
        _("督办单%(number)s尚未反馈，期限%(day)s。") % {"number": slip.label, "day": day_text(slip.answer_by)}
        for slip in slips.select_related("region").order_by("answer_by", "pk")[:20]
    ]


def _figure_lines(scope: Scope, since: date | None, today: date) -> list[str]:
    """What is due, urged, sent back or to be reviewed."""
    work = figures_to_do(scope, today)
    lines = [_due_line(item) for item in work.to_report if not item.is_done and _presses(item, today)]
    lines += [
        _("%(who)s于%(day)s催报%(unit)s：%(quarter)s。%(message)s")
        % {
            "who": urge.by.display_name,
            "day": day_text(urge.day),
            "unit": urge.unit.name,
            "quarter": urge.period.as_quarter.label,
            "message": urge.message,
        }
        for urge in recent_urges(scope, today)
        if since is None or urge.day >= since
    ]
    lines += _returned_lines(work)
    waiting = sum(item.count for item in work.to_review)
    if waiting:
        lines.append(_("待您审核%(count)s项。") % {"count": waiting})
    return lines


def _presses(item: ToReport, today: date) -> bool:
    """From three working days before the due day on."""
    left, day = 0, today
    while day < item.period.due and left <= DAYS_BEFORE:
        day = workdays.next_workday(date.fromordinal(day.toordinal() + 1))
        left += 1
    return left <= DAYS_BEFORE


def _due_line(item: ToReport) -> str:
    words = {
        "unit": item.unit.name,
        "quarter": item.quarter.label,
        "total": item.total,
        "left": item.total - item.reported,
        "due": day_text(item.period.due),
    }
    if item.days_left < 0:
        return _("%(unit)s%(quarter)s应报%(total)s项，还有%(left)s项未报，已过截止日%(due)s。") % words
    return _("%(unit)s%(quarter)s应报%(total)s项，还有%(left)s项未报，请在%(due)s前提交。") % words


def _returned_lines(work: MyWork) -> list[str]:
    return [
        _("退回：%(name)s（%(quarter)s），原因：%(reason)s")
        % {
            "name": item.figure.indicator.name,
            "quarter": item.figure.as_quarter.label,
            "reason": item.figure.reason,
        }
        for item in work.returned[:20]
    ]


def clear_old_digests(today: date, keep_days: int = 400) -> int:
    """Removes digests that nobody will ask about any more; urges stay with their period."""
    deleted, _kinds = Digest.objects.filter(Q(day__lt=date.fromordinal(today.toordinal() - keep_days))).delete()
    return int(deleted)
