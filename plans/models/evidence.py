"""佐证材料: a file that somebody attached to what they reported."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ipdash.core.file_kinds import KINDS


def evidence_path(evidence: EvidenceFile, filename: str) -> str:
    """Stored under its checksum, outside whatever a web server serves; the name people gave is in `name`."""
    return f"evidence/{evidence.checksum[:2]}/{evidence.checksum}"


class EvidenceFile(models.Model):
    """One file attached to one holder: a figure, a task report (`holder_kind` and `holder_id`; plans.evidence).

    `kind` is what its content is, whatever its name says. A removed file keeps its row, with who removed it and when, and
    its content on the disk; nobody is served it any more. Rows are never changed otherwise.
    """

    holder_kind = models.CharField(max_length=20)
    holder_id = models.PositiveBigIntegerField()
    name = models.CharField(_("文件名"), max_length=220)
    file = models.FileField(_("文件"), upload_to=evidence_path, max_length=200)
    checksum = models.CharField(max_length=64)
    size = models.PositiveIntegerField(_("大小"))
    kind = models.CharField(_("类型"), max_length=4, choices=[(code, code) for code in KINDS])
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        verbose_name = _("佐证材料")
        constraints = [
            models.UniqueConstraint(
                fields=["holder_kind", "holder_id", "checksum"],
                condition=Q(removed_at=None),
                name="evidence_once_a_holder",
                violation_error_message=_("这份材料已经附上。"),
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="evidence_removed_by_somebody",
                violation_error_message=_("移除的材料应有移除人和时间。"),
            ),
        ]
        indexes = [models.Index(fields=["holder_kind", "holder_id"], name="evidence_by_holder")]

    def __str__(self) -> str:
        return self.name
