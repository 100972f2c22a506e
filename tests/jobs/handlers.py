"""The kinds that tests in this process enqueue."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import OperationalError, transaction

from ipdash.core.errors import Invalid
from ipdash.jobs.models import JobRun
from ipdash.jobs.registry import JSON, JobContext, job

# What a handler does at its turning point: a test puts its own step here.
turning_point: list[Callable[[JobContext], None]] = []
reached = threading.Event()


@job("test.add", title="相加")
def add(context: JobContext, a: int = 1, b: int = 1) -> dict[str, JSON]:
    context.progress(1, 2, "取数")
    context.progress(2, 2, "相加")
    return {"sum": a + b}


@job("test.refuse", title="拒绝")
def refuse(context: JobContext) -> dict[str, JSON]:
    raise Invalid("test_refused", "第3行的数值无法识别，请修改后重试。")


@job("test.crash", title="出错", retries=1)
def crash(context: JobContext) -> dict[str, JSON]:
    raise RuntimeError("password=secret")


@job("test.unlucky", title="数据库出错", retries=0)
def unlucky(context: JobContext) -> dict[str, JSON]:
    raise OperationalError("server closed the connection unexpectedly")


@job("test.turn", title="中途有事")
def turn(context: JobContext) -> dict[str, JSON]:
    """Lets a test act in mid-run, then goes on reporting."""
    context.progress(1, 2, "前半")
    turning_point[0](context)
    context.progress(2, 2, "后半")
    return {"finished": True}


@job("test.fenced", title="围栏")
def fenced(context: JobContext) -> dict[str, JSON]:
    """Writes (here: the step of another row) and fences the write."""
    with transaction.atomic():
        JobRun.objects.filter(kind="test.witness").update(step="已写入")
        turning_point[0](context)
        context.still_mine()
    return {}


@job("test.witness", title="见证")
def witness(context: JobContext) -> dict[str, JSON]:
    return {}
