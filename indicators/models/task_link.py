"""任务与指标的关联: which tasks serve which indicators of their plan."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from indicators.models.indicator import Indicator
from indicators.querysets import TaskLinkQuerySet
from plans.models import PlanTask


class TaskLink(models.Model):
    """A task serves an indicator of its plan: proposed from the text, then confirmed or refused by bureau staff.

    `how` says by which words it was proposed, `words` are these words as they stand in the task; a link made by hand has
    none. A refused link stays, so that nobody is asked again.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        REFUSED = "refused", _("不关联")

    class How(models.TextChoices):
        GOAL = "goal", _("任务写明该目标")
        TITLE = "title", _("任务名称中有")
        NAME = "name", _("任务正文中有指标名称")
        KEY = "key", _("任务正文中有关键词")
        HAND = "hand", _("人工关联")

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="indicator_links", verbose_name=_("任务"))
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="task_links", verbose_name=_("指标"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PROPOSED)
    how = models.CharField(_("依据"), max_length=6, choices=How.choices)
    words = models.JSONField(_("所据文字"), default=list)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("确定时间"), null=True)
    is_demo = models.BooleanField(_("演示数据"), default=False)
    version = models.PositiveIntegerField(default=1)

    objects = TaskLinkQuerySet.as_manager()

    class Meta:
        ordering = ("task__plan", "indicator", "task__position")
        verbose_name = _("任务与指标的关联")
        constraints = [
            models.UniqueConstraint(
                fields=["task", "indicator"],
                name="task_link_once",
                violation_error_message=_("这项任务与这个指标已有关联。"),
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True) | Q(decided_by__isnull=False),
                name="task_link_decided_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["indicator", "state"], name="task_link_by_indicator")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.indicator_id} {self.state}"
