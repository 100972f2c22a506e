"""完成情况: derived results, one row for a target line and a quarter. Disposable: nothing refers to them by id."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from indicators.models.target import TargetLine
from indicators.querysets import AttainmentQuerySet
from ipdash.core.fields import ExactDecimalField
from ipdash.core.periods import Quarter
from plans.models import Plan


class Status(models.TextChoices):
    """attainment.md §5, in the order in which they are tried."""

    NOT_DUE = "not_due", _("未到考核期")
    NO_TARGET = "no_target", _("无年度目标")
    UNDEFINED = "undefined", _("无法计算")
    MISSING = "missing", _("未填报")
    ACHIEVED = "achieved", _("已完成")
    MISSED = "missed", _("未完成")
    ON_TRACK = "on_track", _("达到序时进度")
    NO_PACE = "no_pace", _("无法判断进度")
    BEHIND = "behind", _("滞后")
    FAR_BEHIND = "far_behind", _("严重滞后")


class Light(models.TextChoices):
    GREEN = "green", _("绿灯")
    YELLOW = "yellow", _("黄灯")
    RED = "red", _("红灯")
    GREY = "grey", _("灰灯")
    NONE = "none", _("不亮灯")


class Attainment(models.Model):
    """The results of attainment.md §4–5 for one target line at the end of one quarter, named as there.

    Numbers are rounded once, to six decimals. `plan` and `region` repeat the line's, for the indexes. `partial` is the
    sum of those children that reported, where coverage is not complete. `denominator_period` and `target_source` say
    where the number comes from, `denominator_stale` that this period is more than two years back, `too_large` that some
    result has more than 12 digits before the point and is therefore left out.
    """

    line = models.ForeignKey(TargetLine, models.CASCADE, related_name="attainments")
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+")
    region = models.ForeignKey("plans.Region", models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    quarter = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices)
    light = models.CharField(max_length=6, choices=Light.choices)
    actual = ExactDecimalField(null=True)
    target = ExactDecimalField(null=True)
    target_upper = ExactDecimalField(null=True)
    target_comparator = models.CharField(max_length=6, blank=True)
    target_source = models.CharField(max_length=12, blank=True)
    completion = ExactDecimalField(null=True)
    realisation = ExactDecimalField(null=True)
    elapsed = ExactDecimalField(null=True)
    plan_gap = ExactDecimalField(null=True)
    expected = ExactDecimalField(null=True)
    year_gap = ExactDecimalField(null=True)
    gap_to_target = ExactDecimalField(null=True)
    forecast = ExactDecimalField(null=True)
    forecast_method = models.CharField(max_length=20, blank=True)
    needed_per_quarter = ExactDecimalField(null=True)
    change_on_quarter = ExactDecimalField(null=True)
    change_on_year = ExactDecimalField(null=True)
    rank = models.PositiveIntegerField(null=True)
    coverage_reported = models.PositiveIntegerField(null=True)
    coverage_expected = models.PositiveIntegerField(null=True)
    partial = ExactDecimalField(null=True)
    denominator_period = models.PositiveIntegerField(null=True)
    denominator_stale = models.BooleanField(default=False)
    too_large = models.BooleanField(default=False)
    rules_version = models.CharField(max_length=20)
    computed_at = models.DateTimeField()

    objects = AttainmentQuerySet.as_manager()

    class Meta:
        ordering = ("line_id", "year", "quarter")
        verbose_name = _("完成情况")
        constraints = [models.UniqueConstraint(fields=["line", "year", "quarter"], name="attainment_once")]
        indexes = [models.Index(fields=["plan", "year", "quarter", "region"], name="attainment_by_plan_quarter")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.as_quarter}"

    @property
    def as_quarter(self) -> Quarter:
        return Quarter(self.year, self.quarter)
