"""Handlers for tests: quick, slow, watchful, failing."""

from __future__ import annotations

import time
from pathlib import Path

from django.db import transaction

from ipdash.core.errors import Invalid
from ipdash.jobs.registry import JSON, JobContext, job
from tests.jobs.probe_app.models import Effect


@job("probe.mark", title="留下一条记录")
def mark(context: JobContext, **_: JSON) -> dict[str, JSON]:
    Effect.objects.create(job_id=context.job_id)
    return {}


@job("probe.steps", title="分步运行")
def steps(context: JobContext, count: int = 10, pause_ms: int = 100) -> dict[str, JSON]:
    """Reports each step; its one effect is fenced."""
    for done in range(count):
        context.progress(done, count, f"第{done + 1}步")
        time.sleep(pause_ms / 1000)
    with transaction.atomic():
        Effect.objects.create(job_id=context.job_id)
        context.still_mine()
    return {"steps": count}


@job("probe.deaf", title="不听召唤")
def deaf(context: JobContext, path: str, seconds: int) -> dict[str, JSON]:
    """Shows that it has begun, then sleeps without asking anything; the second run is quick."""
    began = Path(path)
    first = not began.exists()
    with began.open("a") as file:
        file.write(f"{context.job_id}\n")
    if first:
        time.sleep(seconds)
    Effect.objects.create(job_id=context.job_id)
    return {}


@job("probe.refuse", title="拒绝")
def refuse(context: JobContext) -> dict[str, JSON]:
    raise Invalid("probe_refused", "第3行的数值无法识别，请修改后重试。")


@job("probe.crash", title="出错", retries=2)
def crash(context: JobContext) -> dict[str, JSON]:
    raise RuntimeError("secret detail")


@job("probe.burn", title="计算")
def burn(context: JobContext, loops: int = 300_000) -> dict[str, JSON]:
    """Nothing but Python, to measure what the interpreter lock costs."""
    total = 0
    for number in range(loops):
        total += number * number
    Effect.objects.create(job_id=context.job_id)
    return {"total": str(total)}
