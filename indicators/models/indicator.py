"""指标: the catalogue, one entry for one thing however plans word it (attainment.md §1)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ipdash.core.fields import ExactDecimalField


class Indicator(models.Model):
    """What is measured. Figures are stored in `unit`; `decimals` is how many places pages show.

    `definition` is a plan's own words where it has them. What a reported figure is checked against: `minimum` and
    `maximum` are impossible to pass, `part_of` is a whole that it cannot exceed, `mad_times` (median ± n MAD of the earlier
    figures) and `jump_percent` (where these are few) are where a figure becomes odd and needs a word.
    """

    class Quantity(models.TextChoices):
        STOCK = "stock", _("时点数")
        FLOW = "flow", _("时期数")
        RATIO = "ratio", _("相对数")
        RATE = "rate", _("增速/占比")
        SCORE = "score", _("评分")

    class Direction(models.TextChoices):
        UP = "up", _("正向")
        DOWN = "down", _("逆向")
        RANGE = "range", _("区间")

    class ReportingBasis(models.TextChoices):
        LEVEL = "level", _("期末数")
        QUARTER = "quarter", _("当季")
        YTD = "ytd", _("本年累计")

    class Frequency(models.TextChoices):
        QUARTERLY = "quarterly", pgettext_lazy("frequency", "季度")
        ANNUAL = "annual", _("年度")

    code = models.SlugField(_("编码"), max_length=60)
    name = models.CharField(_("名称"), max_length=120)
    quantity = models.CharField(_("指标类型"), max_length=6, choices=Quantity.choices)
    direction = models.CharField(_("方向"), max_length=6, choices=Direction.choices, default=Direction.UP)
    reporting_basis = models.CharField(_("填报口径"), max_length=8, choices=ReportingBasis.choices)
    frequency = models.CharField(_("频度"), max_length=10, choices=Frequency.choices, default=Frequency.QUARTERLY)
    unit = models.CharField(_("计量单位"), max_length=20)
    decimals = models.PositiveSmallIntegerField(_("小数位数"), default=0)
    numerator = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="numerator_of", verbose_name=_("分子")
    )
    denominator = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="denominator_of", verbose_name=_("分母")
    )
    factor = ExactDecimalField(_("系数"), null=True, blank=True)
    minimum = ExactDecimalField(_("最小可能值"), null=True, blank=True)
    maximum = ExactDecimalField(_("最大可能值"), null=True, blank=True)
    part_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("包含于")
    )
    mad_times = models.PositiveSmallIntegerField(_("偏离以往的倍数"), default=3)
    jump_percent = models.PositiveSmallIntegerField(_("突增突减的百分比"), default=50)
    definition = models.TextField(_("定义"), blank=True)
    reason = models.TextField(_("判定理由"), blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("code",)
        verbose_name = _("指标")
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="indicator_code_once", violation_error_message=_("该指标编码已存在。")
            ),
            models.UniqueConstraint(
                fields=["name"], name="indicator_name_once", violation_error_message=_("已有同名指标。")
            ),
            models.CheckConstraint(
                condition=(
                    Q(quantity="ratio", numerator__isnull=False, denominator__isnull=False, factor__isnull=False)
                    | (~Q(quantity="ratio") & Q(numerator__isnull=True, denominator__isnull=True, factor__isnull=True))
                ),
                name="indicator_only_a_ratio_has_parts",
                violation_error_message=_("相对数必须有分子、分母和系数；其他类型不能有。"),
            ),
            models.CheckConstraint(
                condition=(
                    Q(quantity="flow", frequency="quarterly", reporting_basis__in=["quarter", "ytd"])
                    | Q(quantity="flow", frequency="annual", reporting_basis="ytd")
                    | (~Q(quantity="flow") & Q(reporting_basis="level"))
                ),
                name="indicator_basis_fits_quantity",
                violation_error_message=_("时期数按当季或本年累计填报（年度指标按本年累计），其他类型按期末数填报。"),
            ),
            models.CheckConstraint(
                condition=Q(numerator__isnull=True) | ~Q(numerator=F("denominator")),
                name="indicator_parts_differ",
                violation_error_message=_("分子与分母不能是同一指标。"),
            ),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True) | Q(maximum__isnull=True) | Q(minimum__lte=F("maximum")),
                name="indicator_bounds_in_order",
                violation_error_message=_("最小可能值不能大于最大可能值。"),
            ),
            models.CheckConstraint(
                condition=Q(mad_times__gte=1, jump_percent__gte=1),
                name="indicator_thresholds_from_one",
                violation_error_message=_("检查的倍数和百分比应为1或更大的整数。"),
            ),
            models.CheckConstraint(
                condition=Q(part_of__isnull=True) | ~Q(part_of=F("id")),
                name="indicator_no_part_of_itself",
                violation_error_message=_("指标不能包含于自身。"),
            ),
            models.CheckConstraint(
                condition=Q(decimals__lte=6),
                name="indicator_at_most_six_decimals",
                violation_error_message=_("小数位数最多6位。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_reported(self) -> bool:
        """Whether figures of it are reported; a ratio is worked out from its parts."""
        return self.quantity != self.Quantity.RATIO


class IndicatorAlias(models.Model):
    """Another wording of the same indicator."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="aliases")
    name = models.CharField(_("别名"), max_length=120)

    class Meta:
        ordering = ("id",)
        verbose_name = _("指标别名")
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="indicator_alias_once", violation_error_message=_("该名称已属于另一指标。")
            )
        ]

    def __str__(self) -> str:
        return self.name
