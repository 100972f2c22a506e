"""管理 › 运行状况: what `/healthz` says, in words, with the runs of the last days; the system administrator's."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ipdash.jobs.models import Heartbeat, JobState
from ipdash.jobs.selectors import health, job_title, jobs_visible_to
from plans.models import Role
from plans.views.manage_common import actor_with

SHOWN = 20


@require_safe
def system(request: HttpRequest) -> HttpResponse:
    """Health, processes, and the latest runs."""
    actor, _scope = actor_with(request, Role.SYSADMIN)
    jobs = jobs_visible_to(actor, sees_all=True)
    counts = dict(jobs.order_by().values_list("state").annotate(n=Count("pk")))
    context = {
        "health": health(),
        "processes": list(Heartbeat.objects.order_by("kind", "name")),
        "alive": set(Heartbeat.objects.alive().values_list("pk", flat=True)),
        "counts": [(JobState(state).label, counts.get(state, 0)) for state in JobState.values],
        "jobs": [(job, job_title(job)) for job in jobs[:SHOWN]],
        "failed": [(job, job_title(job)) for job in jobs.filter(state=JobState.FAILED)[:SHOWN]],
    }
    return render(request, "manage/system.html", context)
