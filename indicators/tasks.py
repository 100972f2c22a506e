"""Background work of the indicators app: each handler a few lines around a service. Nothing heavy at the top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from indicators.services.staleness import RECOMPUTE
from ipdash.core import clock
from ipdash.jobs.registry import JSON, JobContext, job, scheduled


def _recomputed(result: Mapping[str, Any]) -> str:
    return gettext("重算了%(lines)s项目标，更新%(written)s条完成情况。") % {
        "lines": result.get("lines", 0),
        "written": result.get("written", 0),
    }


def _quarter_turned(result: Mapping[str, Any]) -> str:
    return gettext("重算了%(plans)s个规划，更新%(written)s条完成情况。") % {
        "plans": result.get("plans", 0),
        "written": result.get("written", 0),
    }


def _verified(result: Mapping[str, Any]) -> str:
    differences = result.get("differences", 0)
    if differences == 0:
        return gettext("核对无差异。")
    return gettext("核对发现%(count)s处差异，请系统管理员重算。") % {"count": differences}


@job(RECOMPUTE, title=_("重算完成情况"), words=_recomputed)
def recompute_attainment_task(context: JobContext, plan: int, everything: bool = False) -> dict[str, JSON]:
    """Recomputes the stale lines of one plan."""
    from indicators.services.recompute import recompute_plan

    counts = recompute_plan(plan, today=clock.today(), everything=everything, progress=context.progress)
    return dict(asdict(counts))


@job("recompute_after_quarter", title=_("季度转换重算"), words=_quarter_turned)
def recompute_after_quarter_task(context: JobContext) -> dict[str, JSON]:
    """A quarter that ended overnight is due from today: every plan in force is computed again."""
    from indicators.services.recompute import recompute_plan
    from plans.models import Plan

    plans = list(Plan.objects.filter(state=Plan.State.ACTIVE).values_list("pk", flat=True))
    written = 0
    for done, plan in enumerate(plans, start=1):
        written += recompute_plan(plan, today=clock.today(), everything=True).written
        context.progress(done, len(plans))
    return {"plans": len(plans), "written": written}


@job("verify_attainment", title=_("核对完成情况"), words=_verified)
def verify_attainment_task(context: JobContext) -> dict[str, JSON]:
    """Compares every stored result with a computation from nothing."""
    from indicators.services.verification import verify

    differences = verify(today=clock.today())
    return {"differences": len(differences), "lines": sorted({d.line_id for d in differences})[:100]}


@job("commit_upload", title=_("上传入库"))
def commit_upload_task(
    context: JobContext, upload: int, user: int, all_or_nothing: bool, confirmed: list[int]
) -> dict[str, JSON]:
    """Stores the rows of one upload, all in one transaction."""
    from indicators.services.uploads import run_commit
    from ipdash.accounts.models import User

    context.progress(0, 1, str(_("正在入库")))
    counts = run_commit(
        User.objects.get(pk=user), upload, all_or_nothing=all_or_nothing, confirmed=confirmed,
        today=clock.today(), job_id=context.job_id, fence=context.still_mine,
    )  # fmt: skip
    context.progress(counts["stored"], counts["stored"])
    return {"upload": upload, **counts}


@job("undo_upload", title=_("撤销上传"))
def undo_upload_task(context: JobContext, upload: int, user: int, reason: str) -> dict[str, JSON]:
    """Takes one stored upload back, all in one transaction."""
    from indicators.services.uploads import run_undo
    from ipdash.accounts.models import User

    context.progress(0, 1, str(_("正在撤销")))
    run = run_undo(
        User.objects.get(pk=user), upload, reason=reason,
        today=clock.today(), job_id=context.job_id, fence=context.still_mine,
    )  # fmt: skip
    return {"upload": upload, "job": None if run is None else run.pk}


scheduled("recompute_after_quarter", "5 0 1 * *")
scheduled("verify_attainment", "30 2 * * *")
