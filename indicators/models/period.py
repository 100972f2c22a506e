"""填报期 and 填报责任: when figures are due and from whom."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from indicators.models.indicator import Indicator
from indicators.querysets import DutyQuerySet
from ipdash.core.periods import Quarter
from plans.models import Region, Unit
from plans.models.plan import YEARS


class ReportingPeriod(models.Model):
    """A quarter opened by a region for all its active plans. Its state follows from the day and is not stored.

    It governs the figures of the region and of everything below it, unless a nearer region opened the quarter itself.
    """

    class State(models.TextChoices):
        UPCOMING = "upcoming", _("未开放")
        OPEN = "open", _("填报中")
        OVERDUE = "overdue", _("已过截止日")
        LOCKED = "locked", _("已锁定")

    region = models.ForeignKey(Region, models.PROTECT, related_name="reporting_periods", verbose_name=_("区划"))
    year = models.PositiveSmallIntegerField(_("年份"), validators=YEARS)
    quarter = models.PositiveSmallIntegerField(_("季度"))
    opens = models.DateField(_("开放日"))
    due = models.DateField(_("截止日"))
    locks = models.DateField(_("锁定日"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-year", "-quarter", "region__code")
        verbose_name = _("填报期")
        constraints = [
            models.UniqueConstraint(
                fields=["region", "year", "quarter"],
                name="period_once",
                violation_error_message=_("该区划的这个季度已经设置。"),
            ),
            models.CheckConstraint(
                condition=Q(quarter__range=(1, 4)),
                name="period_quarter_one_to_four",
                violation_error_message=_("季度应为1至4。"),
            ),
            models.CheckConstraint(
                condition=Q(opens__lte=F("due"), due__lte=F("locks")),
                name="period_days_in_order",
                violation_error_message=_("开放日、截止日、锁定日应依次不早于前一个。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.as_quarter}"

    @property
    def as_quarter(self) -> Quarter:
        return Quarter(self.year, self.quarter)

    def state_on(self, today: date) -> State:
        """Open from `opens` to `due`, overdue after it, locked after `locks` (the last day on which it may be reported)."""
        if today < self.opens:
            return self.State.UPCOMING
        if today > self.locks:
            return self.State.LOCKED
        return self.State.OVERDUE if today > self.due else self.State.OPEN


class ReportingDuty(models.Model):
    """Indicator × region → the unit that reports it, from a day to a day (both included; null: no end).

    `beside_county`: a functional zone's duty whose figure is not contained in its county's (不含).
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="duties", verbose_name=_("指标"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="duties", verbose_name=_("区划"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="duties", verbose_name=_("填报单位"))
    valid_from = models.DateField(_("起始日期"))
    valid_to = models.DateField(_("终止日期"), null=True, blank=True)
    beside_county = models.BooleanField(_("不含在区县数中"), default=False)
    is_demo = models.BooleanField(_("演示数据"), default=False)
    version = models.PositiveIntegerField(default=1)

    objects = DutyQuerySet.as_manager()

    class Meta:
        ordering = ("unit_id", "indicator__code", "region__code", "valid_from")
        verbose_name = _("填报责任")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "region", "valid_from"],
                name="duty_once_from_a_day",
                violation_error_message=_("该指标在此区划自同一日起已有填报单位。"),
            ),
            models.UniqueConstraint(
                fields=["indicator", "region"],
                condition=Q(valid_to__isnull=True),
                name="duty_one_unit_at_a_time",
                violation_error_message=_("该指标在此区划已有现行填报单位，请先终止原责任。"),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="duty_ends_after_it_begins",
                violation_error_message=_("终止日期不能早于起始日期。"),
            ),
        ]
        indexes = [models.Index(fields=["unit", "region"], name="duty_by_unit_and_region")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.indicator_id} {self.region_id}"
