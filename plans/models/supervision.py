"""催办/督办: slips on a ladder, what happened to each, and the thresholds a bureau sets."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ipdash.core.fields import ExactDecimalField
from plans.models.plan import Plan
from plans.models.region import Region
from plans.models.task import PlanTask
from plans.models.unit import Unit
from plans.querysets import SupervisionQuerySet

WORDS = 500


class SlipLevel(models.TextChoices):
    """The words for `plans.rules.ladder.Level`."""

    URGE = "urge", _("催办")
    BLUE = "blue", _("蓝色督办")
    YELLOW = "yellow", _("黄色督办")
    RED = "red", _("红色督办")


class SlipState(models.TextChoices):
    """The words for `plans.rules.ladder.State`."""

    PROPOSED = "proposed", _("待发出")
    SENT = "sent", _("待签收")
    SIGNED = "signed", _("待反馈")
    ANSWERED = "answered", _("待复核")
    CLOSED = "closed", _("已销号")
    RAISED = "raised", _("已升级")
    WITHDRAWN = "withdrawn", _("已撤回")
    DISMISSED = "dismissed", _("不发出")
    LAPSED = "lapsed", _("已不需要")


class Supervision(models.Model):
    """A slip to one unit about one task.

    `occasion` names what called for it (a milestone, a quarter's report, an indicator's gap), with `level` once in all
    time: a round that runs twice, late or on two workers proposes nothing twice. `facts` are the numbers it rests on.
    Numbered by region and year when it is sent; `raised_from` is the slip below it on the ladder.
    """

    class Reason(models.TextChoices):
        DEADLINE = "deadline", _("任务期限")
        REPORT = "report", _("进展反馈")
        PACE = "pace", _("指标进度")
        QUALITY = "quality", _("反馈质量")
        OTHER = "other", _("专项督办")

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="supervisions", verbose_name=_("任务"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="supervisions", verbose_name=_("单位"))
    unit_name = models.CharField(_("当时名称"), max_length=120)
    region = models.ForeignKey(Region, models.PROTECT, related_name="supervisions", verbose_name=_("区划"))
    level = models.CharField(_("级别"), max_length=8, choices=SlipLevel.choices)
    reason = models.CharField(_("事由"), max_length=10, choices=Reason.choices)
    state = models.CharField(_("状态"), max_length=10, choices=SlipState.choices, default=SlipState.PROPOSED)
    occasion = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)
    demand = models.CharField(_("督办要求"), max_length=WORDS, blank=True)
    year = models.PositiveSmallIntegerField(_("年份"), null=True, blank=True)
    number = models.PositiveIntegerField(_("编号"), null=True, blank=True)
    raised_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="raised_to")
    leaders = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("抄送领导"))
    is_automatic = models.BooleanField(_("自动发出"), default=False)
    proposed_on = models.DateField(_("提出日期"))
    sent_on = models.DateField(_("发出日期"), null=True, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answer_by = models.DateField(_("反馈期限"), null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ended_on = models.DateField(_("办结日期"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    is_demo = models.BooleanField(_("演示数据"), default=False)

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        ordering = ("-proposed_on", "-pk")
        verbose_name = _("督办单")
        constraints = [
            models.UniqueConstraint(
                fields=["occasion", "level"],
                name="slip_once_for_an_occasion",
                violation_error_message=_("这件事已有同一级别的督办单。"),
            ),
            models.UniqueConstraint(
                fields=["region", "year", "number"], name="slip_number_once", condition=Q(number__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "dismissed", "lapsed"], number__isnull=True)
                | Q(number__isnull=False, year__isnull=False, sent_on__isnull=False, answer_by__isnull=False),
                name="slip_numbered_when_sent",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state"], name="slip_by_unit_and_state"),
            models.Index(fields=["task", "state"], name="slip_by_task_and_state"),
            models.Index(fields=["region", "state"], name="slip_by_region_and_state"),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.occasion}"

    @property
    def label(self) -> str:
        """璧山知督〔2025〕3号; empty as long as it has not been sent."""
        if self.number is None:
            return ""
        return _("%(region)s知督〔%(year)s〕%(number)s号") % {
            "region": self.region.short_name,
            "year": self.year,
            "number": self.number,
        }


class SupervisionStep(models.Model):
    """One thing that happened to a slip: who, on which day, from which state to which, in which words. Never changed."""

    slip = models.ForeignKey(Supervision, models.CASCADE, related_name="steps")
    action = models.CharField(max_length=10)
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    day = models.DateField()
    at = models.DateTimeField(auto_now_add=True)
    words = models.CharField(max_length=WORDS, blank=True)

    class Meta:
        ordering = ("slip_id", "pk")
        verbose_name = _("督办过程")

    def __str__(self) -> str:
        return f"{self.slip_id} {self.action}"


class SupervisionRule(models.Model):
    """One rung of the ladder as a region set it, for all its plans or for one of them (`plans.rules.ladder.Rung`).

    `leaders` are named people whom a slip of this level is copied to.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="supervision_rules", verbose_name=_("区划"))
    plan = models.ForeignKey(Plan, models.CASCADE, null=True, blank=True, related_name="supervision_rules")
    level = models.CharField(_("级别"), max_length=8, choices=SlipLevel.choices)
    days = models.SmallIntegerField(_("期限前后的工作日"), null=True, blank=True)
    gap = ExactDecimalField(_("与序时进度的差距"), null=True, blank=True)
    returned = models.PositiveSmallIntegerField(_("退回次数"), null=True, blank=True)
    answer_days = models.PositiveSmallIntegerField(_("反馈工作日"))
    automatic = models.BooleanField(_("自动发出"), default=False)
    leaders = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("抄送领导"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("region", "plan", "pk")
        verbose_name = _("督办规则")
        constraints = [
            models.UniqueConstraint(
                fields=["region", "level"], condition=Q(plan__isnull=True), name="slip_rule_once_a_region"
            ),
            models.UniqueConstraint(
                fields=["plan", "level"], condition=Q(plan__isnull=False), name="slip_rule_once_a_plan"
            ),
            models.CheckConstraint(
                condition=Q(answer_days__range=(1, 60)),
                name="slip_rule_answered_in_time",
                violation_error_message=_("反馈期限应为1至60个工作日。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.plan_id} {self.level}"
