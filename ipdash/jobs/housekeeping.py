"""The jobs app's own night work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ipdash.jobs.models import JobRun, JobState
from ipdash.jobs.registry import JSON, JobContext, job, scheduled

KEEP_DAYS = 90
_PORTION = 500


def _words(result: Mapping[str, Any]) -> str:
    return gettext("清理了%(count)s条作业记录。") % {"count": result.get("deleted", 0)}


@job("jobs.purge", title=_("清理90天前的后台作业记录"), words=_words)
def purge(context: JobContext, days: int = KEEP_DAYS) -> dict[str, JSON]:
    """Deletes runs that were done more than `days` ago; failed ones stay for whoever must look at them."""
    old = JobRun.objects.filter(state=JobState.DONE, finished_at__lt=Now() - timedelta(days=days)).order_by("pk")
    deleted = 0
    while portion := list(old.values_list("pk", flat=True)[:_PORTION]):
        JobRun.objects.filter(pk__in=portion).delete()
        deleted += len(portion)
        context.progress(deleted, deleted)
    return {"deleted": deleted}


scheduled("jobs.purge", "30 3 * * *")
