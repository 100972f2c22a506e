"""进展反馈 and 办结: what units say about their tasks, quarter by quarter, and how a task is closed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ipdash.core.fields import ExactDecimalField
from ipdash.core.periods import Quarter
from plans.models.plan import YEARS
from plans.models.task import Milestone, PlanTask, TaskGoal
from plans.models.unit import Unit
from plans.querysets import TaskReportQuerySet

WORDS = 500


class TaskReport(models.Model):
    """One unit's word on one task for one quarter. The lead unit's (`is_lead`) stands for the task and closes the quarter.

    `unit_name` is what the unit was called when it reported: reports of units that were merged later stand side by side.
    `entered_by` and `submitted_by` never accept it. `is_correction`: changed after the quarter was locked or accepted.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("待审核")
        RETURNED = "returned", _("已退回")
        ACCEPTED = "accepted", _("已通过")

    class Standing(models.TextChoices):
        AS_PLANNED = "as_planned", _("按计划推进")
        BEHIND = "behind", _("进度滞后")
        FINISHED = "finished", _("本季度工作已完成")
        NOT_BEGUN = "not_begun", _("尚未开展")

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="reports", verbose_name=_("任务"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="task_reports", verbose_name=_("单位"))
    unit_name = models.CharField(_("当时名称"), max_length=120)
    year = models.PositiveSmallIntegerField(_("年份"), validators=YEARS)
    quarter = models.PositiveSmallIntegerField(_("季度"))
    is_lead = models.BooleanField(_("牵头单位汇总"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    standing = models.CharField(_("进展"), max_length=12, choices=Standing.choices, default=Standing.AS_PLANNED)
    text = models.CharField(_("进展情况"), max_length=WORDS, blank=True)
    problems = models.CharField(_("存在问题"), max_length=WORDS, blank=True)
    next_step = models.CharField(_("下一步打算"), max_length=WORDS, blank=True)
    reached = models.ManyToManyField(Milestone, related_name="+", verbose_name=_("已完成的进度安排"))
    version = models.PositiveIntegerField(default=1)
    is_correction = models.BooleanField(_("锁定后更正"), default=False)
    is_late = models.BooleanField(_("逾期反馈"), default=False)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("退回或更正原因"), max_length=WORDS, blank=True)
    is_demo = models.BooleanField(_("演示数据"), default=False)

    objects = TaskReportQuerySet.as_manager()

    class Meta:
        ordering = ("-year", "-quarter", "task_id", "-is_lead", "unit_name", "id")
        verbose_name = _("进展反馈")
        constraints = [
            models.UniqueConstraint(
                fields=["task", "unit", "unit_name", "year", "quarter"],
                name="task_report_once",
                violation_error_message=_("该单位对这项任务、这个季度已有反馈，请打开后修改。"),
            ),
            models.UniqueConstraint(
                fields=["task", "year", "quarter"],
                condition=Q(is_lead=True),
                name="task_report_one_in_the_lead",
                violation_error_message=_("这项任务本季度已有牵头单位的汇总反馈。"),
            ),
            models.CheckConstraint(
                condition=Q(quarter__range=(1, 4)),
                name="task_report_quarter_one_to_four",
                violation_error_message=_("季度应为1至4。"),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "year", "quarter"], name="task_report_by_unit"),
            models.Index(fields=["state"], condition=Q(state="submitted"), name="task_report_to_check"),
            models.Index(fields=["state"], condition=Q(state="returned"), name="task_report_sent_back"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.unit_id} {self.as_quarter}"

    @property
    def as_quarter(self) -> Quarter:
        return Quarter(self.year, self.quarter)


class ReportedNumber(models.Model):
    """What has been achieved of a quantified goal by the end of the report's quarter, counted from the plan's start."""

    report = models.ForeignKey(TaskReport, models.CASCADE, related_name="numbers")
    goal = models.ForeignKey(TaskGoal, models.CASCADE, related_name="numbers")
    value = ExactDecimalField(_("累计完成"))

    class Meta:
        ordering = ("report_id", "goal__position")
        verbose_name = _("目标完成数")
        constraints = [models.UniqueConstraint(fields=["report", "goal"], name="reported_number_once")]

    def __str__(self) -> str:
        return f"{self.goal_id} {self.value}"


class TaskReportRevision(models.Model):
    """One step of a report: who, when, from which state to which, why, and its words at that moment. Never changed."""

    class Action(models.TextChoices):
        SAVE = "save", _("保存")
        SUBMIT = "submit", _("提交")
        ACCEPT = "accept", _("通过")
        RETURN = "return", _("退回")

    report = models.ForeignKey(TaskReport, models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=8, choices=Action.choices)
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    reason = models.CharField(max_length=WORDS, blank=True)
    content = models.JSONField(default=dict)

    class Meta:
        ordering = ("report_id", "version")
        verbose_name = _("反馈修订")
        constraints = [models.UniqueConstraint(fields=["report", "version"], name="task_report_revision_once")]

    def __str__(self) -> str:
        return f"{self.report_id} v{self.version}"


class TaskClosing(models.Model):
    """办结: one request to close a task, what became of it, and whether the task was opened again."""

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        GRANTED = "granted", _("已销号")
        REFUSED = "refused", _("未同意")
        REOPENED = "reopened", _("已重新打开")

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="closings")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="closings")
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.ASKED)
    text = models.CharField(_("办结说明"), max_length=WORDS)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(_("复核意见"), max_length=WORDS, blank=True)
    closed_on = models.DateField(_("销号日期"), null=True, blank=True)
    reopened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopening = models.CharField(_("重新打开的原因"), max_length=WORDS, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("办结申请")
        constraints = [
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(state__in=["asked", "granted"]),
                name="task_closing_one_at_a_time",
                violation_error_message=_("这项任务已有办结申请，或已经销号。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.state}"
