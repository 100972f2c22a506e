"""导入草稿: an issued document as it was read, while people correct it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plans.models.plan import Plan
from plans.models.region import Region


class PlanImport(models.Model):
    """A document on its way to becoming a plan, kept until it is confirmed or thrown away.

    `text` is the plain text whose lines (from 1) every position counts, `checksum` is of this text. `region` is unknown
    until the document or a person names one that the importer may manage; then everybody on its staff works on the same
    draft. `findings` are the reader's: line, code, text, message, and `checked` once a person has looked at them.
    `plan` is what it became, or the plan whose amended text it turned out to be.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待确认")
        CONFIRMED = "confirmed", _("已导入")
        MERGED = "merged", _("已并入现有规划")
        DISCARDED = "discarded", _("已放弃")

    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="plan_imports", verbose_name=_("区划")
    )
    name = models.CharField(_("文件名"), max_length=200)
    text = models.TextField(_("原文"))
    checksum = models.CharField(max_length=64)
    findings = models.JSONField(default=list)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN)
    plan = models.ForeignKey(
        Plan, models.SET_NULL, null=True, blank=True, related_name="imports", verbose_name=_("规划")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="plan_imports"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("导入草稿")
        constraints = [
            models.UniqueConstraint(
                fields=["region", "checksum"],
                condition=Q(state="open"),
                name="plan_import_open_once_in_region",
                violation_error_message=_("这份文件已有一份待确认的导入草稿。"),
            ),
        ]
        indexes = [models.Index(fields=["region", "state"], name="import_by_region_and_state")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class ImportItem(models.Model):
    """One thing that was read, or that a person added: `data` as it stands, `read` as the reader had it (null: added).

    `line` is where it stands in the draft's text. The kind `unit` holds what was decided about a unit's printed name,
    for all places where the name occurs.
    """

    class Kind(models.TextChoices):
        PLAN = "plan", _("基本信息")
        REFERENCE = "reference", _("依据文件")
        PHASE = "phase", _("阶段")
        SECTION = "section", _("章节")
        TASK = "task", _("任务")
        INDICATOR = "indicator", _("指标和目标")
        TERM = "term", _("名词解释")
        UNIT = "unit", _("单位")

    draft = models.ForeignKey(PlanImport, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    position = models.PositiveIntegerField(default=0)
    line = models.PositiveIntegerField(null=True, blank=True)
    data = models.JSONField(default=dict)
    read = models.JSONField(null=True, blank=True)
    dropped = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("draft_id", "position", "id")
        verbose_name = _("导入条目")
        constraints = [
            models.UniqueConstraint(fields=["draft"], condition=Q(kind="plan"), name="import_has_one_head"),
        ]
        indexes = [models.Index(fields=["draft", "kind", "position"], name="import_item_in_order")]

    def __str__(self) -> str:
        return f"{self.kind} {self.position}"

    @property
    def label(self) -> str:
        """What it is called in a list."""
        return str(self.data.get("title") or self.data.get("name") or self.data.get("term") or "")

    @property
    def is_added(self) -> bool:
        return self.read is None and self.kind != self.Kind.UNIT

    @property
    def is_changed(self) -> bool:
        """Whether a person corrected the reading; what was answered about it is apart, under `answer`."""
        return self.read is not None and self.read != {name: v for name, v in self.data.items() if name != "answer"}
