"""区划变更: what became of a region, and when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plans.models.region import Region


class RegionChange(models.Model):
    """One change of one region, in force from the day `on`: moved, renamed, merged into another, abolished, established.

    A region keeps its identity through moves and new names, whatever its code; what it was called and where it belonged
    before stands here (`old_…`), so that a quarter that ended before `on` is still added up and ranked in the tree that
    held then. `effects` is what the change ended elsewhere (lines, duties), so that it can be taken back exactly.
    """

    class Kind(models.TextChoices):
        MOVED = "moved", _("划转")
        RENAMED = "renamed", _("更名")
        MERGED = "merged", _("并入")
        ABOLISHED = "abolished", _("撤销")
        ESTABLISHED = "established", _("设立")

    region = models.ForeignKey(Region, models.PROTECT, related_name="changes", verbose_name=_("行政区划"))
    kind = models.CharField(_("变更"), max_length=11, choices=Kind.choices)
    on = models.DateField(_("生效日期"))
    document = models.CharField(_("批准文件"), max_length=200)
    old_code = models.CharField(_("原代码"), max_length=6, blank=True)
    old_name = models.CharField(_("原名称"), max_length=60, blank=True)
    old_short_name = models.CharField(_("原简称"), max_length=40, blank=True)
    old_parent = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="former_children", verbose_name=_("原上级")
    )
    successor = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="absorbed", verbose_name=_("并入的区划")
    )
    effects = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("-on", "-pk")
        verbose_name = _("区划变更")
        constraints = [
            models.UniqueConstraint(
                fields=["region", "on"],
                name="region_change_once_a_day",
                violation_error_message=_("该区划在这一天已有变更记录。"),
            ),
            models.CheckConstraint(
                condition=Q(kind="established", old_code="") | (~Q(kind="established") & ~Q(old_code="")),
                name="region_change_says_what_was",
            ),
            models.CheckConstraint(
                condition=Q(kind="merged", successor__isnull=False) | (~Q(kind="merged") & Q(successor__isnull=True)),
                name="region_change_merged_into_one",
                violation_error_message=_("并入须指明并入的区划。"),
            ),
        ]
        indexes = [models.Index(fields=["old_code"], name="region_change_by_old_code")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.kind} {self.on}"
