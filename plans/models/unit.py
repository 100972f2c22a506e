"""单位: who answers for work."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plans.models.region import Region
from plans.querysets import UnitQuerySet


class Unit(models.Model):
    """A body that answers for work: bureau, county government, zone committee, court, bank, an office inside a bureau.

    A *collective* (各县区政府, 市级相关部门) stands for its members. `is_demo` marks a unit invented for the demonstration.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="units", verbose_name=_("所属区划"))
    name = models.CharField(_("名称"), max_length=120)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="offices", verbose_name=_("上级单位")
    )
    is_collective = models.BooleanField(_("集合名称"), default=False)
    members = models.ManyToManyField(
        "self", through="CollectiveMember", symmetrical=False, related_name="collectives", verbose_name=_("成员单位")
    )
    is_demo = models.BooleanField(_("演示数据"), default=False)
    version = models.PositiveIntegerField(default=1)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ("region__code", "name")
        verbose_name = _("单位")
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name"],
                name="unit_name_once_in_region",
                violation_error_message=_("该区划下已有同名单位。"),
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="unit_has_a_name", violation_error_message=_("请填写单位名称。")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UnitAlias(models.Model):
    """Another or a former name of a unit (市工商局 → 市市场监管局), with dates where known."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="aliases")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    name = models.CharField(_("别名"), max_length=120)
    is_former = models.BooleanField(_("曾用名"), default=False)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("id",)
        verbose_name = _("单位别名")
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name"],
                name="unit_alias_once_in_region",
                violation_error_message=_("该别名在本区划下已属于另一单位。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CollectiveMember(models.Model):
    """One member of a collective."""

    collective = models.ForeignKey(Unit, models.CASCADE, related_name="member_links")
    member = models.ForeignKey(Unit, models.PROTECT, related_name="collective_links")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["collective", "member"],
                name="collective_member_once",
                violation_error_message=_("该成员已在其中。"),
            ),
            models.CheckConstraint(
                condition=~Q(collective=models.F("member")),
                name="collective_is_not_its_own_member",
                violation_error_message=_("集合单位不能以自己为成员。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.collective_id} {self.member_id}"
