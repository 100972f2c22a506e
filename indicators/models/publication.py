"""公开 and 大屏: what of a plan is shown to people without an account, and the links by which a screen shows it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ipdash.core.periods import Quarter
from plans.models import Plan


class PublicPage(models.Model):
    """Whether a plan has a public page at all; without a row it has none."""

    plan = models.OneToOneField(Plan, models.CASCADE, primary_key=True, related_name="public_page")
    is_on = models.BooleanField(_("公开"), default=False)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("设置人"))
    changed_at = models.DateTimeField(_("设置时间"))

    class Meta:
        verbose_name = _("公开页面")

    def __str__(self) -> str:
        return f"{self.plan_id} {self.is_on}"


class Publication(models.Model):
    """One quarter of a plan as a person published it.

    `lines` are frozen (`selectors.publications.frozen`): strings as they were shown that day and the exact numbers behind
    them. Whatever is corrected afterwards shows only when the quarter is published anew, which withdraws this row.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="publications", verbose_name=_("规划"))
    year = models.PositiveSmallIntegerField(_("年"))
    quarter = models.PositiveSmallIntegerField(_("季度"))
    lines = models.JSONField(_("内容"))
    published_on = models.DateField(_("发布日期"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("发布人")
    )
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤回人")
    )
    reason = models.CharField(_("撤回原因"), max_length=200, blank=True)

    class Meta:
        ordering = ("-year", "-quarter", "-pk")
        verbose_name = _("发布")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "year", "quarter"],
                condition=Q(withdrawn_at=None),
                name="publication_once_a_quarter",
                violation_error_message=_("这个季度刚被他人发布，请刷新后查看。"),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="publication_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.as_quarter}"

    @property
    def as_quarter(self) -> Quarter:
        return Quarter(self.year, self.quarter)


class DisplayLink(models.Model):
    """An address at which a screen on a wall shows one plan's overview without a login.

    The secret in it is never stored: `digest` is its SHA-256, `hint` its last four characters.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="display_links", verbose_name=_("规划"))
    name = models.CharField(_("地点"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("末四位"), max_length=4, editable=False)
    expires_on = models.DateField(_("有效期至"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("生成人"))
    made_at = models.DateTimeField(_("生成时间"), auto_now_add=True)
    last_shown_at = models.DateTimeField(_("最近显示"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("停用人")
    )

    class Meta:
        ordering = ("-made_at", "-pk")
        verbose_name = _("大屏链接")

    def __str__(self) -> str:
        return f"{self.name}（…{self.hint}）"
