"""催报 and 提醒: what units were urged to report, and which person got the day's digest."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from indicators.models.period import ReportingPeriod
from plans.models import Unit


class Urge(models.Model):
    """Bureau staff asked a unit on a day to report what is due in a period. Once a day is enough."""

    period = models.ForeignKey(ReportingPeriod, models.CASCADE, related_name="urges", verbose_name=_("填报期"))
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="urges", verbose_name=_("单位"))
    day = models.DateField(_("日期"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("催报人"))
    message = models.CharField(_("附言"), max_length=200, blank=True)

    class Meta:
        ordering = ("-day", "-pk")
        verbose_name = _("催报")
        constraints = [
            models.UniqueConstraint(
                fields=["period", "unit", "day"],
                name="urge_once_a_day",
                violation_error_message=_("今天已经催报过这个单位。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.unit_id} {self.day}"


class Digest(models.Model):
    """The one summary a person got on a working day; `text` is what it said.

    The row is made before anything is sent: two workers, or a job that runs twice, send one.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests")
    day = models.DateField(_("日期"))
    text = models.TextField(_("内容"))
    mailed_at = models.DateTimeField(_("邮件发出时间"), null=True)

    class Meta:
        ordering = ("-day",)
        verbose_name = _("每日提醒")
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"
