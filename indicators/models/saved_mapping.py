"""对应关系: how a source's files are read, as a person settled it once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plans.models import Region, Unit


class SavedMapping(models.Model):
    """The mapping of files whose heads have this `fingerprint`, kept for a unit or for the office of a region.

    `mapping` is `indicators.workbooks.mapping.model.Mapping` as JSON; the latest confirmed one replaces the earlier.
    """

    name = models.CharField(_("来源"), max_length=100)
    fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField()
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="+")
    region = models.ForeignKey(Region, models.CASCADE, null=True, blank=True, related_name="+")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    last_used = models.DateField(_("最近使用"))

    class Meta:
        ordering = ("-last_used", "-id")
        verbose_name = _("对应关系")
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint", "unit"], condition=Q(unit__isnull=False), name="saved_mapping_once_a_unit"
            ),
            models.UniqueConstraint(
                fields=["fingerprint", "region"], condition=Q(region__isnull=False), name="saved_mapping_once_a_region"
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=True, region__isnull=False) | Q(unit__isnull=False, region__isnull=True),
                name="saved_mapping_of_one_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.name
