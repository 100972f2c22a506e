"""The audit log: rows are added, never changed, each sealed together with the one before it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """Who did what to what, from where, with what result.

    Written by `ipdash.accounts.audit` alone. Database triggers refuse to update or delete a row; `digest` is an
    HMAC over every other column, `previous` the digest of the entry before.
    """

    class Result(models.TextChoices):
        DONE = "done", _("成功")
        REFUSED = "refused", _("拒绝")

    number = models.PositiveBigIntegerField(_("序号"), primary_key=True)
    at = models.DateTimeField(_("时间"), db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="audit_entries",
        verbose_name=_("操作人"),
    )
    actor_name = models.CharField(_("操作人姓名"), max_length=255, blank=True)
    address = models.CharField(_("来源地址"), max_length=64, blank=True)
    action = models.CharField(_("操作"), max_length=64, db_index=True)
    object_type = models.CharField(_("对象类型"), max_length=64, blank=True)
    object_id = models.CharField(_("对象编号"), max_length=255, blank=True)
    region_code = models.CharField(_("行政区划代码"), max_length=12, blank=True, db_index=True)
    before = models.JSONField(_("原值"), null=True)
    after = models.JSONField(_("新值"), null=True)
    result = models.CharField(_("结果"), max_length=8, choices=Result.choices)
    reason = models.TextField(_("原因"), blank=True)
    request_number = models.CharField(_("请求编号"), max_length=32, blank=True)
    previous = models.CharField(_("前一条校验值"), max_length=64, blank=True)
    digest = models.CharField(_("校验值"), max_length=64)

    class Meta:
        verbose_name = _("审计日志")
        verbose_name_plural = _("审计日志")
        ordering = ["-number"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="accounts_audit_object")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(result__in=["done", "refused"]),
                name="accounts_audit_result_known",
                violation_error_message=_("审计结果只能是“成功”或“拒绝”。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"


class AuditHead(models.Model):
    """The one row that says where the log ends, so that a cut tail shows. Locked while an entry is added."""

    SINGLE = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=SINGLE)
    count = models.PositiveBigIntegerField(_("条数"), default=0)
    digest = models.CharField(_("最后一条校验值"), max_length=64, blank=True)
    seal = models.CharField(_("封条"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("审计日志末端")
        verbose_name_plural = _("审计日志末端")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id=1),
                name="accounts_audithead_single",
                violation_error_message=_("审计日志只有一个末端。"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.count)
