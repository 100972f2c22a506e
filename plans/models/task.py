"""任务/工作措施: the numbered work items and who answers for them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ipdash.core.comparators import Comparator
from ipdash.core.fields import ExactDecimalField
from plans.models.plan import Phase, Plan, PlanPart, PlanSection
from plans.models.unit import Unit
from plans.querysets import MilestoneQuerySet, PlanTaskQuerySet
from plans.rules.task_state import Goal, Step, TaskFacts, milestone_end


class PlanTask(PlanPart):
    """A work item of a plan; `section_path` holds the numbers of its sections as printed.

    `status` is what has happened to it, set by reports, requests to close and their review; whether it is on time follows
    from it and the day (`plans.rules.task_state`). `lead_unit` answers for the whole task: the unit in the lead, else the
    first that the document names (`plans.rules.leads.lead_of`).
    """

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", _("未开始")
        IN_PROGRESS = "in_progress", _("推进中")
        AWAITING_REVIEW = "awaiting_review", _("办结待复核")
        DONE = "done", _("已办结")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="tasks")
    section = models.ForeignKey(PlanSection, models.SET_NULL, null=True, blank=True, related_name="tasks")
    section_path = models.JSONField(default=list)
    number = models.CharField(_("编号"), max_length=20, null=True, blank=True)
    title = models.CharField(_("任务"), max_length=300)
    objective = models.TextField(_("工作目标"), null=True, blank=True)
    text = models.TextField(_("正文"), blank=True)
    status = models.CharField(_("状态"), max_length=16, choices=Status.choices, default=Status.NOT_STARTED)
    closed_on = models.DateField(_("销号日期"), null=True, blank=True)
    lead_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="led_tasks", verbose_name=_("牵头单位")
    )
    version = models.PositiveIntegerField(default=1)

    objects = PlanTaskQuerySet.as_manager()

    class Meta:
        ordering = ("plan_id", "position")
        verbose_name = _("任务")
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="task_position_once"),
            models.CheckConstraint(
                condition=Q(status="done", closed_on__isnull=False) | (~Q(status="done") & Q(closed_on__isnull=True)),
                name="task_closed_on_a_day",
                violation_error_message=_("已办结的任务要有销号日期，其他任务没有。"),
            ),
        ]
        indexes = [models.Index(fields=["plan", "status"], name="task_by_plan_and_status")]

    def __str__(self) -> str:
        return self.title

    @property
    def facts(self) -> TaskFacts:
        """What its state follows from; `plan` and `milestones` had better be fetched."""
        return TaskFacts(
            plan_is_active=self.plan.state == Plan.State.ACTIVE,
            ends_on=date(self.plan.end_year, 12, 31),
            has_begun=self.status != self.Status.NOT_STARTED,
            closing_is_asked=self.status == self.Status.AWAITING_REVIEW,
            is_closed=self.status == self.Status.DONE,
            steps=tuple(milestone.step for milestone in self.milestones.all()),
        )


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


class CurrentAssignments(models.Manager["Assignment"]):
    """Assignments in force; what was handed over stays in `every`."""

    def get_queryset(self) -> models.QuerySet[Assignment]:
        return super().get_queryset().filter(ended_on=None)


class Assignment(models.Model):
    """分工: task × unit × role. `printed` keeps the name as the document has it.

    One that was handed over stays with the last day on which it held and the reason; `moved_to` is its successor.
    """

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
    ended_on = models.DateField(_("移交日期"), null=True, blank=True)
    moved_to = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="predecessors")
    reason = models.CharField(_("移交原因"), max_length=500, blank=True)
    is_demo = models.BooleanField(_("演示数据"), default=False)

    objects = CurrentAssignments()
    every = models.Manager()  # noqa: DJ012 - the linter knows managers by the name objects

    class Meta:
        ordering = ("task_id", "position")
        verbose_name = _("分工")
        constraints = [
            models.UniqueConstraint(
                fields=["task", "role", "printed"],
                condition=Q(ended_on__isnull=True),
                name="assignment_once",
                violation_error_message=_("该单位已有此分工。"),
            )
        ]
        indexes = [models.Index(fields=["unit", "role"], name="assignment_by_unit_and_role")]

    def __str__(self) -> str:
        return f"{self.role} {self.printed}"


class MilestonesInForce(models.Manager["Milestone"]):
    """Milestones that count; what was split or withdrawn stays in `every`."""

    def get_queryset(self) -> MilestoneQuerySet:
        return MilestoneQuerySet(self.model, using=self._db).filter(state=Milestone.State.LIVE)

    def overdue(self, today: date) -> MilestoneQuerySet:
        return self.get_queryset().overdue(today)


class Milestone(models.Model):
    """进度安排: what is due in which quarters, or in which phase.

    `label` and `text` stay as the document prints them; `is_moved`: the quarters are no longer those of the label.
    `due_on` is the last day of what it names, kept so that the database can tell what is overdue. It is reached once the
    bureau accepts that it is (`reached_on`); until then `claim` is the report that says so.
    """

    class State(models.TextChoices):
        LIVE = "live", _("有效")
        SPLIT = "split", _("已拆分")
        WITHDRAWN = "withdrawn", _("已取消")

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="milestones")
    position = models.PositiveIntegerField(default=0)
    label = models.CharField(_("时段"), max_length=60)
    from_quarter = models.PositiveSmallIntegerField(_("起始季度"), null=True, blank=True)
    to_quarter = models.PositiveSmallIntegerField(_("截止季度"), null=True, blank=True)
    year = models.PositiveSmallIntegerField(_("年份"), null=True, blank=True)
    phase = models.ForeignKey(Phase, models.SET_NULL, null=True, blank=True, related_name="milestones")
    text = models.TextField(_("安排"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.LIVE)
    is_added = models.BooleanField(_("后来增加"), default=False)
    is_moved = models.BooleanField(_("已调整"), default=False)
    split_from = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="parts")
    due_on = models.DateField(_("到期日"), null=True, blank=True)
    reached_on = models.DateField(_("完成日期"), null=True, blank=True)
    claim = models.ForeignKey("TaskReport", models.SET_NULL, null=True, blank=True, related_name="claims")

    objects = MilestonesInForce()
    every = models.Manager()  # noqa: DJ012 - the linter knows managers by the name objects

    class Meta:
        ordering = ("task_id", "position", "id")
        verbose_name = _("进度安排")
        constraints = [
            models.CheckConstraint(
                condition=Q(from_quarter__isnull=True, to_quarter__isnull=True)
                | Q(from_quarter__range=(1, 4), to_quarter__range=(1, 4), to_quarter__gte=F("from_quarter")),
                name="milestone_quarters_in_order",
                violation_error_message=_("季度应为1至4，且截止不早于起始。"),
            )
        ]
        indexes = [
            models.Index(fields=["task", "due_on"], condition=Q(state="live", reached_on=None), name="milestone_open")
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.text}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Rows written in bulk are given their last day by whoever writes them."""
        self.due_on = self.end_in(self.task.plan, self.phase)
        super().save(*args, **kwargs)

    @property
    def step(self) -> Step:
        return Step(self.due_on, self.reached_on is not None, self.claim_id is not None)

    def end_in(self, plan: Plan, phase: Phase | None) -> date | None:
        """What `due_on` has to be."""
        years = (plan.start_year, plan.end_year)
        return milestone_end(self.year, self.to_quarter, phase.end if phase else None, years)


class MilestoneChange(models.Model):
    """One change of a milestone by a person: who, when, what it was, what it became, why. Never changed afterwards."""

    class Action(models.TextChoices):
        ADD = "add", _("增加")
        MOVE = "move", _("调整")
        SPLIT = "split", _("拆分")
        WITHDRAW = "withdraw", _("取消")
        REACH = "reach", _("确认完成")
        REOPEN = "reopen", _("撤回完成")

    milestone = models.ForeignKey(Milestone, models.CASCADE, related_name="changes")
    action = models.CharField(max_length=8, choices=Action.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        ordering = ("milestone_id", "id")
        verbose_name = _("进度安排的调整")

    def __str__(self) -> str:
        return f"{self.milestone_id} {self.action}"


class TaskGoal(models.Model):
    """量化目标: a number that a task is to reach, as its document prints it; `achieved` is the number last accepted."""

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="goals")
    position = models.PositiveIntegerField(default=0)
    name = models.CharField(_("目标"), max_length=200)
    comparator = models.CharField(_("比较"), max_length=6, choices=Comparator.choices, default=Comparator.AT_LEAST)
    value = ExactDecimalField(_("数值"))
    upper = ExactDecimalField(_("上限"), null=True, blank=True)
    unit = models.CharField(_("计量单位"), max_length=20, blank=True)
    printed = models.CharField(_("原文写法"), max_length=60, blank=True)
    achieved = ExactDecimalField(_("已完成"), null=True, blank=True)
    achieved_quarter = models.CharField(max_length=6, blank=True)

    class Meta:
        ordering = ("task_id", "position", "id")
        verbose_name = _("量化目标")
        constraints = [
            models.UniqueConstraint(
                fields=["task", "name"],
                name="task_goal_once",
                violation_error_message=_("该任务已有同名的量化目标。"),
            ),
            models.CheckConstraint(
                condition=Q(comparator="range", upper__isnull=False, upper__gte=F("value"))
                | (~Q(comparator="range") & Q(upper__isnull=True)),
                name="task_goal_upper_for_ranges",
                violation_error_message=_("只有区间才有上限，且上限不低于下限。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def as_goal(self) -> Goal:
        return Goal(self.comparator, self.value, self.upper, self.achieved)
