"""行政区划: the GB/T 2260 tree."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plans.querysets import RegionQuerySet


class Region(models.Model):
    """A node of the GB/T 2260 tree.

    `code` has six digits, and the digits tell the place: two for a province, four for a prefecture, six for a county;
    a functional zone (高新区, 经开区) has its city's four digits and 71–79. What lies below a region therefore has its
    `prefix`, and no tree table is needed. Districts of a municipality have the municipality as parent.
    """

    class Level(models.TextChoices):
        PROVINCE = "province", _("省级")
        PREFECTURE = "prefecture", _("地级")
        COUNTY = "county", _("县级")
        ZONE = "zone", _("功能区")

    code = models.CharField(_("代码"), max_length=6)
    name = models.CharField(_("名称"), max_length=60)
    short_name = models.CharField(_("简称"), max_length=40)
    level = models.CharField(_("级别"), max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级")
    )
    valid_from = models.DateField(_("设立日期"), null=True, blank=True)
    valid_to = models.DateField(_("撤销日期"), null=True, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        ordering = ("code",)
        verbose_name = _("行政区划")
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="region_code_once", violation_error_message=_("该区划代码已存在。")
            ),
            models.CheckConstraint(
                condition=Q(code__gte="110000", code__lte="829999"),
                name="region_code_six_digits",
                violation_error_message=_("区划代码应为6位数字。"),
            ),
            models.CheckConstraint(
                condition=Q(level="province", parent__isnull=True) | (~Q(level="province") & Q(parent__isnull=False)),
                name="region_only_provinces_have_no_parent",
                violation_error_message=_("除省级外，每个区划都要有上级区划。"),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gt=models.F("valid_from")),
                name="region_ends_after_it_begins",
                violation_error_message=_("撤销日期应晚于设立日期。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def prefix(self) -> str:
        """The leading digits that this region shares with everything below it, and with nothing else."""
        if self.level == self.Level.PROVINCE:
            return self.code[:2]
        return self.code[:4] if self.level == self.Level.PREFECTURE else self.code

    def contains(self, code: str) -> bool:
        """Whether the region with this code is this one or lies below it."""
        return code.startswith(self.prefix)
