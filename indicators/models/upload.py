"""统计数据上传: one file on its way from received to committed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from indicators.models.indicator import Indicator
from ipdash.core.fields import ExactDecimalField
from ipdash.jobs.models import JobRun
from plans.models import Region


def upload_path(upload: Upload, filename: str) -> str:
    """Stored under its checksum; the name people gave is kept in `name` and never reaches the file system."""
    return f"uploads/{upload.checksum[:2]}/{upload.checksum}"


class Upload(models.Model):
    """One file: checksum, what was found in it, what it changed. It can be undone while nothing built on it."""

    class State(models.TextChoices):
        RECEIVED = "received", _("已接收")
        MAPPED = "mapped", _("已对应")
        PREVIEWED = "previewed", _("待确认")
        COMMITTED = "committed", _("已入库")
        UNDONE = "undone", _("已撤销")
        REFUSED = "refused", _("已拒绝")

    name = models.CharField(_("文件名"), max_length=200)
    file = models.FileField(_("文件"), upload_to=upload_path, max_length=200)
    checksum = models.CharField(max_length=64)
    size = models.PositiveIntegerField(_("大小"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.RECEIVED)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="uploads")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    mapping = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    all_or_nothing = models.BooleanField(default=False)
    job = models.ForeignKey(JobRun, models.SET_NULL, null=True, blank=True, related_name="+")
    committed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("上传")

    def __str__(self) -> str:
        return self.name


class UploadRow(models.Model):
    """One figure cell of an upload with what is to become of it. `printed` is the cell as it stood there.

    `before` is the figure as it stood when the upload was compared with it, at `figure_version` (0: there was none).
    Undoing puts exactly that back. Sums, derived figures and what is left out are kept to be counted and are never stored.
    """

    class Verdict(models.TextChoices):
        NEW = "new", _("新增")
        CHANGED = "changed", _("修改")
        UNCHANGED = "unchanged", _("未变")
        QUESTION = "question", _("待确认")
        REFUSED = "refused", _("拒绝")
        MISSING = "missing", _("无数据")
        TOTAL = "total", _("合计")
        DERIVED = "derived", _("派生")
        LEFT_OUT = "left_out", _("不读取")

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="rows")
    sheet = models.CharField(_("工作表"), max_length=60, blank=True)
    row = models.PositiveIntegerField(_("行"))
    column = models.PositiveIntegerField(_("列"))
    cell = models.CharField(_("单元格"), max_length=12)
    indicator = models.ForeignKey(Indicator, models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    indicator_text = models.CharField(max_length=120, blank=True)
    region_text = models.CharField(max_length=60, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    quarter = models.PositiveSmallIntegerField(null=True)
    value = ExactDecimalField(null=True)
    old_value = ExactDecimalField(null=True)
    printed = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=500, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    code = models.CharField(max_length=40, blank=True)
    message = models.CharField(max_length=500, blank=True)
    figure_version = models.PositiveIntegerField(null=True)
    before = models.JSONField(null=True)

    class Meta:
        ordering = ("upload_id", "sheet", "row", "column")
        constraints = [models.UniqueConstraint(fields=["upload", "sheet", "row", "column"], name="upload_row_once")]
        indexes = [models.Index(fields=["upload", "verdict"], name="upload_row_by_verdict")]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.cell}"
