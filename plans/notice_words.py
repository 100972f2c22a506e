"""Notices in words: one sentence a kind, filled when it is read, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from plans.models import Notice

SENTENCES: dict[str, Any] = {
    "slip.sent": _("%(region)s向%(unit)s发出%(level)s（%(number)s）：%(task)s，请在%(answer_by)s前签收并反馈。"),
    "slip.copied": _("%(region)s向%(unit)s发出%(level)s（%(number)s）：%(task)s，抄送您阅知。"),
    "slip.answered": _("%(unit)s已反馈督办单%(number)s：%(task)s，请复核。"),
    "slip.returned": _("督办单%(number)s的反馈被退回：%(task)s，请重新反馈。"),
    "slip.closed": _("督办单%(number)s已销号：%(task)s。"),
    "slip.raised": _("督办单%(number)s已升级：%(task)s。"),
    "slip.withdrawn": _("督办单%(number)s已撤回：%(task)s。"),
    "slips.proposed": _("有%(count)s件督办建议待您处理。"),
    "period.urged": _("%(who)s催报%(unit)s：%(quarter)s。%(message)s"),
    "figure.returned": _("填报数据被退回：%(name)s（%(quarter)s），原因：%(reason)s"),
}


def notice_text(notice: Notice) -> str:
    """The sentence; where the kind has none any more, its name."""
    sentence = SENTENCES.get(notice.kind)
    try:
        return notice.kind if sentence is None else str(sentence) % notice.words
    except KeyError:
        return notice.kind
