"""分解: one act of splitting a line's target over years or over the regions below it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from indicators.models.indicator import Indicator
from plans.models.plan import YEARS


class Decomposition(models.Model):
    """Who split a line's target, when, by which method and why; the targets it set point to it.

    `by_indicator` and `base_year` say whose figures of which year gave the proportions. `changes` lists every target it
    set as [line, year, in force from, before, after], a target being [comparator, value, upper, source, decomposition] and
    null where there was none; `created` the lines it added. From these an undo puts everything back as it was.
    """

    class Over(models.TextChoices):
        YEARS = "years", _("分解到年度")
        REGIONS = "regions", _("分解到地区")

    class Method(models.TextChoices):
        STRAIGHT = "straight", _("按直线")
        EQUAL = "equal", _("平均分配")
        INDICATOR = "indicator", _("按所选指标的数值比例")
        OWN = "own", _("按本指标的历史数值比例")
        SHARES = "shares", _("按给定比例")
        SAME = "same", _("与上级目标相同")
        HAND = "hand", _("逐项填写")

    line = models.ForeignKey("TargetLine", models.CASCADE, related_name="decompositions", verbose_name=_("目标"))
    over = models.CharField(_("分解方向"), max_length=7, choices=Over.choices)
    method = models.CharField(_("分解方法"), max_length=9, choices=Method.choices)
    by_indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("比例依据")
    )
    base_year = models.PositiveSmallIntegerField(_("依据年份"), null=True, blank=True, validators=YEARS)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    changes = models.JSONField(default=list)
    created = models.JSONField(default=list)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人")
    )
    made_at = models.DateTimeField(_("分解时间"), auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤销人")
    )
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("分解")
        constraints = [
            models.CheckConstraint(
                condition=Q(method__in=["indicator", "own"], by_indicator__isnull=False, base_year__isnull=False)
                | (~Q(method__in=["indicator", "own"]) & Q(by_indicator__isnull=True, base_year__isnull=True)),
                name="decomposition_by_figures_names_them",
                violation_error_message=_("按数值比例分解须指明指标和年份；其他方法没有。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.over} {self.method}"
