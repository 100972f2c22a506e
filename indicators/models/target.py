"""目标: what a plan asks of an indicator in a region."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from indicators.models.decomposition import Decomposition
from indicators.models.indicator import Indicator
from indicators.querysets import TargetLineQuerySet
from ipdash.core.comparators import Comparator
from ipdash.core.fields import ExactDecimalField
from plans.models import Plan, Region, Unit
from plans.models.plan import YEARS, PlanPart


class TargetLine(PlanPart):
    """Plan × region × indicator × basis (attainment.md §1): baselines and targets hang on it.

    `printed_name`, `unit`, `requirement`, `increase` and the target's `printed` are as the document has them; baseline
    and target values are in the indicator's unit, `unit_factor` of which make one printed unit (万件: 10,000 件); pages
    show them in the printed one. `basis_reason` says why the basis is what it is; where the document
    leaves it open `basis_ambiguous` is set and a person confirms. `input_version` counts changes of anything the
    results follow from, `computed_version` is the one the stored results were made from, and `computed_as_of` the last
    quarter that had ended then (its index): a quarter that has ended since is due now and was not.
    From the quarter `ended_from` on (an index, 终止) the plan asks nothing of it any more, by `ending_document`; the
    quarters before keep their judgement.
    """

    class Basis(models.TextChoices):
        LEVEL = "level", _("期末达到")
        YEAR = "year", _("当年完成")
        CUMULATIVE = "cumulative", _("规划期累计")
        GROWTH = "growth", _("同比增长")
        AVERAGE_GROWTH = "average_growth", _("年均增长")

    class Attribute(models.TextChoices):
        EXPECTED = "预期性", _("预期性")
        BINDING = "约束性", _("约束性")

    class Where(models.TextChoices):
        TABLE = "table", _("指标表")
        TEXT = "text", _("正文")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="target_lines", verbose_name=_("规划"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="target_lines", verbose_name=_("区划"))
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="target_lines", verbose_name=_("指标"))
    basis = models.CharField(_("目标口径"), max_length=14, choices=Basis.choices)
    basis_reason = models.TextField(_("口径说明"), blank=True)
    basis_ambiguous = models.BooleanField(_("口径待确认"), default=False)
    printed_name = models.CharField(_("原文名称"), max_length=120)
    unit = models.CharField(_("原文单位"), max_length=20, null=True, blank=True)
    unit_factor = models.PositiveIntegerField(_("单位换算"), default=1)
    attribute = models.CharField(_("指标属性"), max_length=10, choices=Attribute.choices, null=True, blank=True)
    lead_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="led_lines", verbose_name=_("牵头单位")
    )
    where = models.CharField(_("出处"), max_length=6, choices=Where.choices, default=Where.TABLE)
    requirement = models.CharField(_("要求"), max_length=60, null=True, blank=True)
    overall_comparator = models.CharField(max_length=6, choices=Comparator.choices, null=True, blank=True)
    overall_value = ExactDecimalField(_("总体目标"), null=True, blank=True)
    increase = ExactDecimalField(_("累计增加值"), null=True, blank=True)
    measures_growth = models.BooleanField(default=False)
    ended_from = models.PositiveIntegerField(_("终止季度"), null=True, blank=True)
    ending_document = models.CharField(_("终止依据"), max_length=200, blank=True)
    ended_on = models.DateField(_("终止日期"), null=True, blank=True)
    input_version = models.PositiveBigIntegerField(default=1)
    computed_version = models.PositiveBigIntegerField(default=0)
    computed_as_of = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    objects = TargetLineQuerySet.as_manager()

    class Meta:
        ordering = ("plan_id", "position", "region__code")
        verbose_name = _("目标")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "region", "indicator", "basis"],
                name="target_line_once",
                violation_error_message=_("该规划在此区划已有同一指标、同一口径的目标。"),
            ),
            models.CheckConstraint(
                condition=Q(overall_comparator__isnull=True, overall_value__isnull=True)
                | Q(overall_comparator__isnull=False, overall_value__isnull=False),
                name="target_line_overall_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(unit_factor__gte=1),
                name="target_line_unit_factor_from_one",
                violation_error_message=_("单位换算应为1或更大的整数。"),
            ),
            models.CheckConstraint(
                condition=Q(ended_from__isnull=True, ending_document="", ended_on__isnull=True)
                | (Q(ended_from__isnull=False) & ~Q(ending_document="")),
                name="target_line_ends_by_a_document",
                violation_error_message=_("终止目标须写明依据的文件和终止的季度。"),
            ),
        ]
        indexes = [
            models.Index(fields=["indicator", "region"], name="line_by_indicator_and_region"),
            models.Index(fields=["plan"], name="line_stale_by_plan", condition=~Q(input_version=F("computed_version"))),
        ]

    def __str__(self) -> str:
        return self.printed_name


class Baseline(models.Model):
    """基期值: only the one `counted_from` is V₀; the others are shown and checked against figures."""

    line = models.ForeignKey(TargetLine, models.CASCADE, related_name="baselines")
    year = models.PositiveSmallIntegerField(_("年份"), validators=YEARS)
    value = ExactDecimalField(_("基期值"))
    counted_from = models.BooleanField(_("计算起点"), default=False)

    class Meta:
        ordering = ("line_id", "year")
        verbose_name = _("基期值")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "year"], name="baseline_once_a_year", violation_error_message=_("该年已有基期值。")
            ),
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(counted_from=True),
                name="baseline_counted_from_once",
                violation_error_message=_("只能有一个计算起点。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.year}"


class Target(models.Model):
    """One year's target in one version. The first version is in force from the beginning (`in_force_from` null);
    an adjusted one (目标调整) from a quarter, given as its index year × 4 + quarter − 1. `decomposition` is the act that
    set it, null for a stated one and for one that was set or corrected by itself."""

    class Source(models.TextChoices):
        STATED = "stated", _("文件规定")
        DECOMPOSED = "decomposed", _("分解")

    line = models.ForeignKey(TargetLine, models.CASCADE, related_name="targets")
    year = models.PositiveSmallIntegerField(_("年份"), validators=YEARS)
    comparator = models.CharField(_("比较"), max_length=6, choices=Comparator.choices)
    value = ExactDecimalField(_("目标值"))
    upper = ExactDecimalField(_("上限"), null=True, blank=True)
    printed = models.CharField(_("原文"), max_length=60, blank=True)
    source = models.CharField(_("来源"), max_length=10, choices=Source.choices, default=Source.STATED)
    in_force_from = models.PositiveIntegerField(_("生效季度"), null=True, blank=True)
    adjusting_document = models.CharField(_("调整文件"), max_length=200, blank=True)
    adjusted_on = models.DateField(_("调整日期"), null=True, blank=True)
    decomposition = models.ForeignKey(
        Decomposition, models.SET_NULL, null=True, blank=True, related_name="targets", verbose_name=_("分解")
    )

    class Meta:
        ordering = ("line_id", "year", F("in_force_from").asc(nulls_first=True))
        verbose_name = _("目标值")
        constraints = [
            # SQLite knows no NULLS NOT DISTINCT, so the first version has a constraint of its own.
            models.UniqueConstraint(
                fields=["line", "year"],
                condition=Q(in_force_from__isnull=True),
                name="target_first_version_once",
                violation_error_message=_("该年已有目标；如需调整，请登记为目标调整。"),
            ),
            models.UniqueConstraint(
                fields=["line", "year", "in_force_from"],
                name="target_version_once",
                violation_error_message=_("该年目标已有同一生效季度的版本。"),
            ),
            models.CheckConstraint(
                condition=Q(comparator="range", upper__isnull=False, upper__gte=F("value"))
                | (~Q(comparator="range") & Q(upper__isnull=True)),
                name="target_only_a_range_has_an_upper",
                violation_error_message=_("区间目标需有上限且不小于下限；其他目标没有上限。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.year}"
