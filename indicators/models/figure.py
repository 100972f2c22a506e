"""填报数据: what was reported, its latest word and its last approved one, and every earlier one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from indicators.models.indicator import Indicator
from indicators.querysets import FigureQuerySet
from ipdash.core.fields import ExactDecimalField
from ipdash.core.periods import Quarter
from plans.models import Region
from plans.models.plan import YEARS

FIGURE_HOLDER = "figure"
"""As what figures hold evidence files (plans.evidence)."""


class Figure(models.Model):
    """Indicator × region × quarter, in the indicator's reporting basis and unit.

    `value` is the latest word; None means that the unit says there is none. `approved_value` with `has_approved` is the
    last approved one: only that counts, and it goes on counting until a new one is approved. `entered_by` is who gave
    the latest word: they never approve it. Where two reviewers have to approve (`selectors.review_levels`), the first is
    `first_approved_by` and the figure stays `submitted` until another is the second. `version` rises with every change.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("待审核")
        RETURNED = "returned", _("已退回")
        APPROVED = "approved", _("已通过")

    class Source(models.TextChoices):
        FORM = "form", _("页面填报")
        UPLOAD = "upload", _("文件上传")
        API = "api", _("接口")
        DEMO = "demo", _("演示数据")

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="figures", verbose_name=_("指标"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="figures", verbose_name=_("区划"))
    year = models.PositiveSmallIntegerField(_("年份"), validators=YEARS)
    quarter = models.PositiveSmallIntegerField(_("季度"))
    value = ExactDecimalField(_("数值"), null=True, blank=True)
    approved_value = ExactDecimalField(_("已通过数值"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    printed = models.CharField(_("原始写法"), max_length=60, blank=True)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    source = models.CharField(_("来源"), max_length=6, choices=Source.choices)
    upload = models.ForeignKey("Upload", models.SET_NULL, null=True, blank=True, related_name="figures")
    cell = models.CharField(_("单元格"), max_length=80, blank=True)
    is_correction = models.BooleanField(_("锁定后更正"), default=False)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    first_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    first_approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("退回或更正原因"), max_length=500, blank=True)
    is_demo = models.BooleanField(_("演示数据"), default=False)

    objects = FigureQuerySet.as_manager()

    class Meta:
        ordering = ("indicator_id", "region_id", "year", "quarter")
        verbose_name = _("填报数据")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "region", "year", "quarter"],
                name="figure_once",
                violation_error_message=_("该指标在此区划、此季度已有数据。"),
            ),
            models.CheckConstraint(
                condition=Q(quarter__range=(1, 4)),
                name="figure_quarter_one_to_four",
                violation_error_message=_("季度应为1至4。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(first_approved_by=None) | ~Q(first_approved_by=F("approved_by")),
                name="figure_approved_by_two",
                violation_error_message=_("两级审核不能由同一人完成。"),
            ),
        ]
        indexes = [
            models.Index(fields=["region", "year", "quarter", "state"], name="figure_by_place_and_quarter"),
            models.Index(fields=["state"], condition=Q(state="submitted"), name="figure_to_review"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.region_id} {self.as_quarter}"

    @property
    def as_quarter(self) -> Quarter:
        return Quarter(self.year, self.quarter)


class FigureRevision(models.Model):
    """One change of a figure: who, when, from, to, why, and where the new value came from. Never changed afterwards."""

    class Action(models.TextChoices):
        ENTER = "enter", _("填报")
        SUBMIT = "submit", _("提交")
        CHECK = "check", _("初审通过")
        APPROVE = "approve", _("通过")
        RETURN = "return", _("退回")
        UNDO = "undo", _("撤销上传")

    figure = models.ForeignKey(Figure, models.CASCADE, related_name="revisions")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=8, choices=Action.choices)
    version = models.PositiveIntegerField()
    from_value = ExactDecimalField(null=True)
    to_value = ExactDecimalField(null=True)
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    reason = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=6, choices=Figure.Source.choices)
    upload = models.ForeignKey("Upload", models.SET_NULL, null=True, related_name="revisions")
    cell = models.CharField(max_length=80, blank=True)
    printed = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ("figure_id", "version")
        verbose_name = _("数据修订")
        constraints = [models.UniqueConstraint(fields=["figure", "version"], name="revision_once_a_version")]

    def __str__(self) -> str:
        return f"{self.figure_id} v{self.version}"
