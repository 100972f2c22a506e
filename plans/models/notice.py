"""消息: what the product tells a person, read or unread, and the private address of their calendar."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One thing told to one person: `kind` chooses the sentence (`plans.notice_words`), `words` fill it, `path` leads there.

    `key` names what it is about: the same is told once, however often the job that tells it runs.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(_("种类"), max_length=30)
    words = models.JSONField(default=dict)
    path = models.CharField(_("链接"), max_length=200)
    key = models.CharField(max_length=80)
    day = models.DateField(_("日期"))
    created_at = models.DateTimeField(_("时间"), auto_now_add=True)
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("消息")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_once")]
        indexes = [models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.key}"


class CalendarFeed(models.Model):
    """The address under which a person's calendar programme reads their deadlines. The secret itself is never stored."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feed")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    last_used_on = models.DateField(_("最近读取"), null=True, blank=True)

    class Meta:
        verbose_name = _("日历订阅")

    def __str__(self) -> str:
        return str(self.user_id)
