"""Background work of the indicators app: each handler a few lines around a service. Nothing heavy at the top."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from indicators.services.staleness import RECOMPUTE
from ipdash.core import clock
from ipdash.core.periods import Quarter
from ipdash.jobs.registry import JSON, JobContext, job, scheduled

logger = logging.getLogger("ipdash.jobs")


def _recomputed(result: Mapping[str, Any]) -> str:
    return gettext("重算了%(lines)s项目标，更新%(written)s条完成情况。") % {
        "lines": result.get("lines", 0),
        "written": result.get("written", 0),
    }


def _quarter_turned(result: Mapping[str, Any]) -> str:
    return gettext("%(plans)s个规划有新结束的季度，已要求重算%(lines)s项目标。") % {
        "plans": result.get("plans", 0),
        "lines": result.get("lines", 0),
    }


def _verified(result: Mapping[str, Any]) -> str:
    differences, plans = result.get("differences", 0), result.get("plans", [])
    if differences == 0:
        told = gettext("核对%(rows)s条结果，无差异。") % {"rows": result.get("rows", 0)}
    else:
        commands = "；".join(f"python3 manage.py recompute_attainment --all --plan {plan}" for plan in plans[:5])
        told = gettext(
            "核对%(rows)s条结果，发现%(count)s条与从头计算不一致，涉及规划：%(plans)s。请系统管理员查明原因后运行：%(commands)s"
        ) % {
            "rows": result.get("rows", 0),
            "count": differences,
            "plans": "、".join(map(str, plans)),
            "commands": commands,
        }
    if waiting := result.get("waiting", 0):
        told += gettext("另有%(count)s项目标正等待重算，未作判断。") % {"count": waiting}
    return told


def _digests_sent(result: Mapping[str, Any]) -> str:
    return gettext("生成%(digests)s份提醒，发出%(mailed)s封邮件，%(failed)s封未能发出。") % {
        name: result.get(name, 0) for name in ("digests", "mailed", "failed")
    }


@job(RECOMPUTE, title=_("重算完成情况"), words=_recomputed)
def recompute_attainment_task(
    context: JobContext, plan: int, first: int | None = None, last: int | None = None
) -> dict[str, JSON]:
    """Recomputes the stale lines of one plan, or of a range of its indicators (ids)."""
    from indicators.services.recompute import recompute_plan

    indicators = None if first is None or last is None else (first, last)
    counts = recompute_plan(plan, today=clock.today(), indicators=indicators, progress=context.progress)
    return dict(asdict(counts))


@job("recompute_after_quarter", title=_("季度转换重算"), words=_quarter_turned)
def recompute_after_quarter_task(context: JobContext) -> dict[str, JSON]:
    """A quarter that ended overnight is due from today: whatever was computed before is computed again."""
    from indicators.services.staleness import mark_quarters_ended

    plans, lines = mark_quarters_ended(Quarter.last_ended(clock.today()))
    return {"plans": plans, "lines": lines}


@job("verify_attainment", title=_("核对完成情况"), words=_verified)
def verify_attainment_task(context: JobContext) -> dict[str, JSON]:
    """Compares every stored result with a computation from nothing; what differs is in the log, too."""
    from indicators.services.verification import verify_all

    found = verify_all(today=clock.today(), progress=context.progress)
    for difference in found.shown[:100]:
        logger.error(
            "a stored result differs",
            extra={
                "data": {
                    "line": difference.line_id,
                    "quarter": str(difference.quarter),
                    "fields": sorted(difference.fields),
                }
            },
        )
    return {
        "differences": found.differing, "rows": found.rows, "waiting": found.waiting, "plans": list(found.plans),
        "lines": sorted({difference.line_id for difference in found.shown})[:100],
    }  # fmt: skip


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


def _round_made(result: Mapping[str, Any]) -> str:
    return gettext("提出%(proposed)s件督办建议，自动发出%(sent)s件，%(lapsed)s件已不需要。") % {
        name: result.get(name, 0) for name in ("proposed", "sent", "lapsed")
    }


@job("supervision_round", title=_("督办巡查"), words=_round_made)
def supervision_round_task(context: JobContext) -> dict[str, JSON]:
    """Proposes the slips that the day calls for, and sends what may go by itself."""
    from indicators.services.supervision_round import run_round

    return dict(run_round(clock.today()))


@job("send_digests", title=_("每日提醒"), words=_digests_sent)
def send_digests_task(context: JobContext) -> dict[str, JSON]:
    """One digest a person and working day."""
    from indicators.services.reminders import clear_old_digests, send_digests
    from plans.services.notices import clear_old_notices

    today = clock.today()
    counts = send_digests(today)
    clear_old_digests(today)
    clear_old_notices(today)
    return dict(counts)


# Before the day's first digests, which tell of it.
scheduled("supervision_round", "10 8 * * *")
# Every hour of the working day: a morning on which the server slept is caught up.
scheduled("send_digests", "20 8-17 * * *")
scheduled("recompute_after_quarter", "5 0 1 * *")
scheduled("verify_attainment", "30 2 * * *")
