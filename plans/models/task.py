"""任务/工作措施: the numbered work items and who answers for them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from plans.models.plan import Phase, Plan, PlanPart, PlanSection
from plans.models.unit import Unit
from plans.querysets import PlanTaskQuerySet


class PlanTask(PlanPart):
    """A work item of a plan; `section_path` holds the numbers of its sections as printed."""

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", _("未开始")
        IN_PROGRESS = "in_progress", _("推进中")
        DONE = "done", _("已办结")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="tasks")
    section = models.ForeignKey(PlanSection, models.SET_NULL, null=True, blank=True, related_name="tasks")
    section_path = models.JSONField(default=list)
    number = models.CharField(_("编号"), max_length=20, null=True, blank=True)
    title = models.CharField(_("任务"), max_length=300)
    objective = models.TextField(_("工作目标"), null=True, blank=True)
    text = models.TextField(_("正文"), blank=True)
    status = models.CharField(_("状态"), max_length=12, choices=Status.choices, default=Status.NOT_STARTED)
    version = models.PositiveIntegerField(default=1)

    objects = PlanTaskQuerySet.as_manager()

    class Meta:
        ordering = ("plan_id", "position")
        verbose_name = _("任务")
        constraints = [models.UniqueConstraint(fields=["plan", "position"], name="task_position_once")]
        indexes = [models.Index(fields=["plan", "status"], name="task_by_plan_and_status")]

    def __str__(self) -> str:
        return self.title


class TaskMeasure(models.Model):
    """具体措施: one numbered measure of a task."""

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="measures")
    position = models.PositiveIntegerField(default=0)
    text = models.TextField(_("措施"))

    class Meta:
        ordering = ("task_id", "position")
        verbose_name = _("具体措施")

    def __str__(self) -> str:
        return self.text


class Assignment(models.Model):
    """分工: task × unit × role. `printed` keeps the name as the document has it."""

    class Role(models.TextChoices):
        LEAD = "lead", _("牵头单位")
        RESPONSIBLE = "responsible", _("责任单位")
        EXECUTING = "executing", _("执行部门")
        COOPERATING = "cooperating", _("配合单位")
        OFFICE = "office", _("责任处室")

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="assignments")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="assignments", verbose_name=_("单位"))
    role = models.CharField(_("分工"), max_length=12, choices=Role.choices)
    printed = models.CharField(_("原文名称"), max_length=120)
    position = models.PositiveIntegerField(default=0)
    is_demo = models.BooleanField(_("演示数据"), default=False)

    class Meta:
        ordering = ("task_id", "position")
        verbose_name = _("分工")
        constraints = [
            models.UniqueConstraint(
                fields=["task", "role", "printed"],
                name="assignment_once",
                violation_error_message=_("该单位已有此分工。"),
            )
        ]
        indexes = [models.Index(fields=["unit", "role"], name="assignment_by_unit_and_role")]

    def __str__(self) -> str:
        return f"{self.role} {self.printed}"


class Milestone(models.Model):
    """进度安排: what is due in which quarters, or in which phase."""

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="milestones")
    position = models.PositiveIntegerField(default=0)
    label = models.CharField(_("时段"), max_length=60)
    from_quarter = models.PositiveSmallIntegerField(_("起始季度"), null=True, blank=True)
    to_quarter = models.PositiveSmallIntegerField(_("截止季度"), null=True, blank=True)
    year = models.PositiveSmallIntegerField(_("年份"), null=True, blank=True)
    phase = models.ForeignKey(Phase, models.SET_NULL, null=True, blank=True, related_name="milestones")
    text = models.TextField(_("安排"))

    class Meta:
        ordering = ("task_id", "position")
        verbose_name = _("进度安排")
        constraints = [
            models.CheckConstraint(
                condition=Q(from_quarter__isnull=True, to_quarter__isnull=True)
                | Q(from_quarter__range=(1, 4), to_quarter__range=(1, 4), to_quarter__gte=F("from_quarter")),
                name="milestone_quarters_in_order",
                violation_error_message=_("季度应为1至4，且截止不早于起始。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.text}"
