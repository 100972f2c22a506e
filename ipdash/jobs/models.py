"""What runs in the background, so that people can see it and no broker has to be believed.

A `JobRun` row is written in the transaction that asks for the work and is the only truth about it: messages only say
"look at row 17". Whoever claims the row holds it by `attempts` (a token that grows with every claim) and by a lease.
"""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ipdash.jobs.querysets import HeartbeatQuerySet, JobRunQuerySet


class JobState(models.TextChoices):
    QUEUED = "queued", _("等待运行")
    RUNNING = "running", _("正在运行")
    DONE = "done", pgettext_lazy("job", "已完成")
    FAILED = "failed", _("未能完成")


class JobRun(models.Model):
    """One piece of background work, from the request to its result.

    Times that decide who may run it (`due_at`, `lease_until`, `sent_at`) come from the database's clock, because the
    clocks of several machines differ.
    """

    kind = models.CharField(_("种类"), max_length=80)
    args = models.JSONField(_("参数"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    # Equal keys mean equal work: one such run waits at most, and one runs at a time.
    dedupe_key = models.CharField(_("去重键"), max_length=200, null=True, blank=True)
    # Filled by the schedule: this kind at this minute, ever only once.
    slot = models.CharField(_("计划时点"), max_length=120, null=True, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children", verbose_name=_("所属作业")
    )
    state = models.CharField(_("状态"), max_length=8, choices=JobState.choices, default=JobState.QUEUED)
    progress = models.PositiveIntegerField(_("已处理"), default=0)
    total = models.PositiveIntegerField(_("总数"), default=0)
    step = models.CharField(_("当前步骤"), max_length=200, blank=True, default="")
    result = models.JSONField(_("结果"), null=True, blank=True, encoder=DjangoJSONEncoder)
    error = models.TextField(_("未完成原因"), blank=True, default="")
    requests = models.PositiveIntegerField(_("请求次数"), default=1)
    attempts = models.PositiveIntegerField(_("运行次数"), default=0)
    failures = models.PositiveSmallIntegerField(_("出错次数"), default=0)
    losses = models.PositiveSmallIntegerField(_("中断次数"), default=0)
    worker = models.CharField(_("工作进程"), max_length=120, blank=True, default="")
    created_at = models.DateTimeField(_("创建时间"), db_default=Now())
    due_at = models.DateTimeField(_("最早运行时间"), db_default=Now())
    sent_at = models.DateTimeField(_("通知时间"), null=True, blank=True, db_default=Now())
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("最近活动时间"), null=True, blank=True)
    lease_until = models.DateTimeField(_("租约到期时间"), null=True, blank=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    objects = JobRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("后台作业")
        verbose_name_plural = _("后台作业")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=Q(state="queued"),
                name="jobs_jobrun_one_queued_per_key",
                violation_error_message=_("同样的作业已在等待运行。"),
            ),
            models.UniqueConstraint(
                fields=["slot"],
                name="jobs_jobrun_one_per_slot",
                violation_error_message=_("这一时点的计划作业已经建立。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running", "done", "failed"]),
                name="jobs_jobrun_state_known",
                violation_error_message=_("作业状态无效。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False),
                name="jobs_jobrun_running_has_lease",
                violation_error_message=_("正在运行的作业必须有租约。"),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="jobs_jobrun_due"),
            models.Index(fields=["lease_until"], name="jobs_jobrun_lease"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class JobRequest(models.Model):
    """Somebody whose write asked for a run; a de-duplicated run has several."""

    job = models.ForeignKey(JobRun, on_delete=models.CASCADE, related_name="requested", verbose_name=_("作业"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("请求人")
    )
    at = models.DateTimeField(_("请求时间"), db_default=Now())

    class Meta:
        verbose_name = _("作业请求")
        verbose_name_plural = _("作业请求")
        constraints = [
            models.UniqueConstraint(
                fields=["job", "user"],
                name="jobs_jobrequest_once_per_user",
                violation_error_message=_("此人已请求过这一作业。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.job_id} ← {self.user_id}"


class HeartbeatKind(models.TextChoices):
    WORKER = "worker", _("工作进程")
    SCHEDULER = "scheduler", _("调度进程")


class Heartbeat(models.Model):
    """The last sign of life of a worker or scheduler process."""

    kind = models.CharField(_("种类"), max_length=9, choices=HeartbeatKind.choices)
    name = models.CharField(_("名称"), max_length=120, unique=True)
    started_at = models.DateTimeField(_("启动时间"), db_default=Now())
    seen_at = models.DateTimeField(_("最近活动时间"), db_default=Now())

    objects = HeartbeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("进程心跳")
        verbose_name_plural = _("进程心跳")

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
