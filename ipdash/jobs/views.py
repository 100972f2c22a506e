"""`/healthz`, asked every few seconds by whoever watches ipdash, and the pages on which people see their runs."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ipdash.accounts.middleware import user_of
from ipdash.accounts.models import User
from ipdash.core.errors import NotAllowed
from ipdash.jobs.models import JobRun, JobState
from ipdash.jobs.selectors import JobView, get_job_for, health, jobs_visible_to, sees_all_jobs
from ipdash.jobs.services import retry

PAGE = 30


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and a worker is alive, 503 otherwise; needs no login and tells nothing private."""
    state = health()
    response = JsonResponse(state, status=200 if state["status"] == "ok" else 503)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """The runs that one's own writes asked for, all of them for a system administrator; `?state=` narrows."""
    user = _own(request)
    everything = sees_all_jobs(user)
    jobs = jobs_visible_to(user, sees_all=everything)
    state = request.GET.get("state", "")
    if state in JobState.values:
        jobs = jobs.filter(state=state)
    page = Paginator(jobs, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "jobs": [JobView(job) for job in page.object_list],
        "state": state,
        "states": JobState.choices,
        "everything": everything,
    }
    return render(request, "jobs/list.html", context)


@require_safe
def job_detail(request: HttpRequest, job_id: int) -> HttpResponse:
    """One run: how far it is, what came of it, and what to do if it failed."""
    return render(request, "jobs/detail.html", {"view": JobView(_job(request, job_id))})


@require_safe
def job_progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """The fragment that a page asks for again and again until the run has ended."""
    return render(request, "jobs/_progress.html", {"view": JobView(_job(request, job_id))})


@require_POST
def job_retry(request: HttpRequest, job_id: int) -> HttpResponse:
    """Runs a failed one again, as a new run."""
    fresh = retry(_job(request, job_id), _own(request))
    messages.success(request, _("已重新安排运行。"))
    return redirect("job", job_id=fresh.pk)


def _job(request: HttpRequest, job_id: int) -> JobRun:
    user = _own(request)
    return get_job_for(user, job_id, sees_all=sees_all_jobs(user))


def _own(request: HttpRequest) -> User:
    user = user_of(request)
    if user is None:  # LoginRequiredMiddleware lets nobody come so far
        raise NotAllowed("not_authenticated", _("请先登录。"))
    return user
