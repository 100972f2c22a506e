"""规划/计划/方案/意见 and its outline."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ipdash.core.fields import ExactDecimalField
from plans.models.region import Region
from plans.querysets import PlanPartQuerySet, PlanQuerySet

YEARS = (MinValueValidator(1949), MaxValueValidator(2200))


class Plan(models.Model):
    """An issued document that is tracked.

    `issuer` and `doc_number` are as printed. `yellow_below` and `red_below` are the lines of attainment.md §5, in points
    of `year_gap`. `hide_siblings`: regions under the plan see their own values and their rank only. `second_review`: what is
    reported towards it counts only when two reviewers have approved it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        ACTIVE = "active", _("执行中")
        CLOSED = "closed", _("已结束")

    slug = models.CharField(max_length=40, null=True, blank=True)
    title = models.CharField(_("名称"), max_length=200)
    doc_number = models.CharField(_("文号"), max_length=60, null=True, blank=True)
    issuer = models.CharField(_("印发机关"), max_length=120, null=True, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="plans", verbose_name=_("区划"))
    issued_on = models.DateField(_("成文日期"), null=True, blank=True)
    start_year = models.PositiveSmallIntegerField(_("起始年"), validators=YEARS)
    end_year = models.PositiveSmallIntegerField(_("结束年"), validators=YEARS)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    yellow_below = ExactDecimalField(_("黄灯线"), default=0)
    red_below = ExactDecimalField(_("红灯线"), default=-10)
    hide_siblings = models.BooleanField(_("互不可见"), default=False)
    second_review = models.BooleanField(_("两级审核"), default=False)
    source_name = models.CharField(_("来源文件"), max_length=200, blank=True)
    source_text = models.TextField(_("原文"), blank=True)
    source_checksum = models.CharField(max_length=64, blank=True)
    is_demo = models.BooleanField(_("演示数据"), default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ("-start_year", "id")
        verbose_name = _("规划")
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="plan_slug_once"),
            models.UniqueConstraint(
                fields=["region", "source_checksum"],
                condition=~Q(source_checksum=""),
                name="plan_document_once_in_region",
                violation_error_message=_("这份文件已经导入过。"),
            ),
            models.CheckConstraint(
                condition=Q(end_year__gte=F("start_year")),
                name="plan_ends_after_it_begins",
                violation_error_message=_("结束年不能早于起始年。"),
            ),
            models.CheckConstraint(
                condition=Q(red_below__lt=F("yellow_below")),
                name="plan_red_lies_below_yellow",
                violation_error_message=_("红灯线必须低于黄灯线。"),
            ),
        ]
        indexes = [models.Index(fields=["region", "state"], name="plan_by_region_and_state")]

    def __str__(self) -> str:
        return self.title


class PlanPart(models.Model):
    """Something that stands in a plan's document at a place: position in order, source line (from 1) and paragraph."""

    position = models.PositiveIntegerField(default=0)
    source_line = models.PositiveIntegerField(null=True, blank=True)
    source_text = models.TextField(blank=True)

    class Meta:
        abstract = True


class PlanReference(models.Model):
    """依据文件: a higher document the plan says it carries out."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="references")
    position = models.PositiveIntegerField(default=0)
    title = models.CharField(_("名称"), max_length=300)
    doc_number = models.CharField(_("文号"), max_length=60, null=True, blank=True)

    class Meta:
        ordering = ("plan_id", "position")
        verbose_name = _("依据文件")

    def __str__(self) -> str:
        return self.title


class PlanSection(PlanPart):
    """章节: one heading of the document, with the text under it up to the next heading. Level 1 is outermost."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="sections")
    level = models.PositiveSmallIntegerField(_("层级"))
    number = models.CharField(_("编号"), max_length=20, null=True, blank=True)
    title = models.CharField(_("标题"), max_length=300)
    path = models.JSONField(default=list)
    text = models.TextField(blank=True)

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ("plan_id", "position")
        verbose_name = _("章节")
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="section_position_once"),
            models.CheckConstraint(condition=Q(level__gte=1), name="section_level_from_one"),
        ]

    def __str__(self) -> str:
        return self.title


class Phase(models.Model):
    """阶段: a named stretch of the plan, from the first day of a month to the last of another."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="phases")
    position = models.PositiveIntegerField(default=0)
    name = models.CharField(_("名称"), max_length=100)
    start = models.DateField(_("开始"))
    end = models.DateField(_("结束"))

    class Meta:
        ordering = ("plan_id", "position")
        verbose_name = _("阶段")
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="phase_ends_after_it_begins",
                violation_error_message=_("结束应晚于开始。"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class GlossaryTerm(PlanPart):
    """名词解释: a term and its definition in a plan."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="glossary")
    term = models.CharField(_("名词"), max_length=100)
    definition = models.TextField(_("解释"))

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ("plan_id", "position")
        verbose_name = _("名词解释")
        constraints = [models.UniqueConstraint(fields=["plan", "term"], name="glossary_term_once_in_plan")]

    def __str__(self) -> str:
        return self.term
