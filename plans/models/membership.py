"""Who may do what, where."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plans.models.region import Region
from plans.models.unit import Unit


class Role(models.TextChoices):
    """What a membership lets a person do (domain.md, Access)."""

    STAFF = "staff", _("局工作人员")
    REPORTER = "reporter", _("填报人")
    REVIEWER = "reviewer", _("审核人")
    LEADER = "leader", _("领导")
    DEPARTMENT = "department", _("责任部门")
    SYSADMIN = "sysadmin", _("系统管理员")
    SECADMIN = "secadmin", _("安全管理员")
    AUDITOR = "auditor", _("审计管理员")


ADMINISTRATORS = (Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR)
REGION_ROLES = (Role.STAFF, Role.REVIEWER, Role.LEADER)
UNIT_ROLES = (Role.REPORTER, Role.DEPARTMENT)


class Membership(models.Model):
    """A role in a region (and what lies below it) or in a unit.

    The three administrators' duties exclude each other and every other role. One administrator role a person is a
    constraint; that it stands alone is a trigger in the database, since a check cannot look at other rows.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("用户")
    )
    role = models.CharField(_("角色"), max_length=12, choices=Role.choices)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("区划")
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("单位")
    )

    class Meta:
        ordering = ("user_id", "id")
        verbose_name = _("角色授权")
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(role__in=[r.value for r in ADMINISTRATORS], region__isnull=True, unit__isnull=True)
                    | Q(role__in=[r.value for r in REGION_ROLES], region__isnull=False, unit__isnull=True)
                    | Q(role__in=[r.value for r in UNIT_ROLES], region__isnull=True, unit__isnull=False)
                ),
                name="membership_has_the_place_its_role_needs",
                violation_error_message=_(
                    "局工作人员、审核人、领导需指定区划；填报人、责任部门需指定单位；管理员两者都不指定。"
                ),
            ),
            # SQLite knows no NULLS NOT DISTINCT, so each kind of place has its own.
            models.UniqueConstraint(
                fields=["user", "role", "region"],
                condition=Q(region__isnull=False),
                name="membership_once_in_region",
                violation_error_message=_("该用户在此区划已有此角色。"),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "unit"],
                condition=Q(unit__isnull=False),
                name="membership_once_in_unit",
                violation_error_message=_("该用户在此单位已有此角色。"),
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(region__isnull=True, unit__isnull=True),
                name="membership_one_administrator_duty",
                violation_error_message=_("系统、安全、审计三类管理员不能由同一人兼任。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"
