"""完成情况: derived results, one row for a target line and a quarter. Disposable: nothing refers to them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from indicators.models.target import TargetLine
from indicators.querysets import AttainmentQuerySet
from ipdash.core.fields import CodedField, ExactDecimalField
from ipdash.core.periods import Quarter
from plans.models import Plan

NUMBER_STEP = 10_000
"""More than any quarter's index: what a row's `number` holds beside its line."""


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


# The codes of indicators/rules/columns.py by name; written out, because the web process has no use for numpy.
LIGHTS = ("none", "grey", "green", "yellow", "red")
COMPARATORS = ("", ">=", ">", "=", "<=", "<", "range")
TARGET_SOURCES = ("", "stated", "decomposed", "interpolated", "next")
FORECAST_METHODS = ("", "share", "proportion", "trend")


class Attainment(models.Model):
    """The results of attainment.md §4–5 for one target line at the end of one quarter, named as there.

    Numbers are rounded once, to six decimals. `plan` and `region` repeat the line's, for the indexes. `partial` is the
    sum of those children that reported, where coverage is not complete. `denominator_period` and `target_source` say
    where the number comes from, `denominator_stale` that this period is more than two years back, `too_large` that some
    result has more than 12 digits before the point and is therefore left out.

    Written in millions at a time by one service that holds the lines locked, so the database checks no foreign key of a
    row (that would cost more than everything else together); rows go with their line, and `verify_attainment` finds
    any that stayed.
    """

    pk = models.CompositePrimaryKey("line_id", "year", "quarter")
    line = models.ForeignKey(
        TargetLine, models.CASCADE, related_name="attainments", db_constraint=False, db_index=False
    )
    plan = models.ForeignKey(Plan, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    region = models.ForeignKey("plans.Region", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    # In the order in which PostgreSQL stores them without gaps; whole tables of these are written at once.
    year = models.SmallIntegerField()
    quarter = models.SmallIntegerField()
    status = CodedField(names=Status.values, choices=Status.choices)
    light = CodedField(names=LIGHTS, choices=Light.choices)
    actual = ExactDecimalField(null=True)
    target = ExactDecimalField(null=True)
    target_upper = ExactDecimalField(null=True)
    completion = ExactDecimalField(null=True)
    realisation = ExactDecimalField(null=True)
    elapsed = ExactDecimalField(null=True)
    plan_gap = ExactDecimalField(null=True)
    expected = ExactDecimalField(null=True)
    year_gap = ExactDecimalField(null=True)
    gap_to_target = ExactDecimalField(null=True)
    forecast = ExactDecimalField(null=True)
    needed_per_quarter = ExactDecimalField(null=True)
    change_on_quarter = ExactDecimalField(null=True)
    change_on_year = ExactDecimalField(null=True)
    partial = ExactDecimalField(null=True)
    computed_at = models.DateTimeField()
    rank = models.IntegerField(null=True)
    coverage_reported = models.IntegerField(null=True)
    coverage_expected = models.IntegerField(null=True)
    denominator_period = models.IntegerField(null=True)
    target_comparator = CodedField(names=COMPARATORS, blank=True)
    target_source = CodedField(names=TARGET_SOURCES, blank=True)
    forecast_method = CodedField(names=FORECAST_METHODS, blank=True)
    denominator_stale = models.BooleanField(default=False)
    too_large = models.BooleanField(default=False)
    rules_version = models.CharField(max_length=20)

    objects = AttainmentQuerySet.as_manager()

    class Meta:
        ordering = ("line_id", "year", "quarter")
        verbose_name = _("完成情况")
        indexes = [models.Index(fields=["plan", "year", "quarter", "region"], name="attainment_by_plan_quarter")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.as_quarter}"

    @property
    def number(self) -> int:
        """A number for addresses: the same after every recomputation, since it follows from line and quarter."""
        return int(self.line_id) * NUMBER_STEP + self.as_quarter.index

    @property
    def as_quarter(self) -> Quarter:
        return Quarter(self.year, self.quarter)
