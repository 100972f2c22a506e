"""What must be true of uploads and their files, of background runs, of the audit log, and of stored numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.apps import apps
from django.db import connection, models
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from indicators.models import FigureRevision, Upload
from indicators.selectors.integrity.rule import Rules
from ipdash.accounts.audit_check import verify
from ipdash.core.fields import ExactDecimalField
from ipdash.core.numbers import LIMIT
from ipdash.jobs.models import JobRun, JobState

RULES = Rules()
State = Upload.State
_RESTORE = _("请从备份恢复（restore）。")
_UPLOAD_AGAIN = _("请上传人重新上传该文件；已入库的数据不受影响。")


def _uploads(uploads: QuerySet[Upload]) -> Iterator[str]:
    return (f"{pk} {name}" for pk, name in uploads.order_by("pk").values_list("pk", "name"))


@RULES.add("upload_stored_without_rows", _("上传已入库，却没有留下逐行的记录，不能撤销"), _RESTORE)
def upload_stored_without_rows(_today: date) -> Iterator[str]:
    return _uploads(Upload.objects.filter(state=State.COMMITTED, rows=None))


@RULES.add(
    "upload_stored_other_than_told", _("上传入库的条数与修订记录不符"), _("请核对审计日志，查明是谁改动了修订记录。")
)
def upload_stored_other_than_told(_today: date) -> Iterator[str]:
    entered = FigureRevision.objects.filter(upload=OuterRef("pk"), action=FigureRevision.Action.ENTER)
    told = entered.order_by().values("upload").annotate(n=Count("pk")).values("n")
    for upload in Upload.objects.filter(state=State.COMMITTED).annotate(told=Subquery(told)).order_by("pk"):
        if (upload.told or 0) != upload.counts.get("stored", 0):
            yield f"{upload.pk} {upload.name}"


@RULES.add("upload_without_date", _("上传已入库，却没有入库时间"), _("请核对审计日志中这次入库的记录。"))
def upload_without_date(_today: date) -> Iterator[str]:
    return _uploads(Upload.objects.filter(state=State.COMMITTED, committed_at=None))


def _jobs(jobs: QuerySet[JobRun]) -> Iterator[str]:
    return (f"J{pk} {kind}" for pk, kind in jobs.order_by("pk").values_list("pk", "kind"))


@RULES.add("job_waiting_for_a_day", _("后台作业等待超过一天没有运行"), _("请确认后台进程（run_worker）正在运行。"))
def job_waiting_for_a_day(_today: date) -> Iterator[str]:
    return _jobs(JobRun.objects.filter(state=JobState.QUEUED, due_at__lt=Now() - timedelta(days=1)))


@RULES.add(
    "job_running_without_end",
    _("后台作业显示运行中，实际早已没有进程在做"),
    _("请重启后台进程（run_worker），它会接着做。"),
)
def job_running_without_end(_today: date) -> Iterator[str]:
    silent = Q(lease_until=None) | Q(lease_until__lt=Now() - timedelta(hours=1))
    return _jobs(JobRun.objects.filter(silent, state=JobState.RUNNING))


@RULES.add("job_ended_without_time", _("后台作业已结束，却没有结束时间"), _("请重新运行该作业。"))
def job_ended_without_time(_today: date) -> Iterator[str]:
    return _jobs(JobRun.objects.filter(state__in=[JobState.DONE, JobState.FAILED], finished_at=None))


@RULES.add("audit_log_broken", _("审计日志被改动过"), _("请保留现场，由审计管理员查明；可用 verify_audit 再次核对。"))
def audit_log_broken(_today: date) -> Iterator[str]:
    return (found.message for found in verify())


@RULES.add("number_out_of_range", _("存储的数值超过12位整数"), _("请改正数值；计量单位可能用错。"))
def number_out_of_range(_today: date) -> Iterator[str]:
    return _numbers(f"{{column}} NOT BETWEEN {1 - LIMIT} AND {LIMIT - 1}")


@RULES.add("number_not_exact", _("存储的数值不是精确的整数（百万分之一），最后几位可能已变"), _RESTORE)
def number_not_exact(_today: date) -> Iterator[str]:
    # Only SQLite lets anything else into such a column.
    return _numbers("typeof({column}) <> 'integer'") if connection.vendor == "sqlite" else iter(())


def _numbers(wrong: str) -> Iterator[str]:
    """Tables and columns of exact decimals with the number of rows in which `wrong` holds."""
    with connection.cursor() as cursor:
        for model, field in _decimals():
            table, column = (connection.ops.quote_name(str(name)) for name in (model._meta.db_table, field.column))
            condition = wrong.format(column=column)
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND {condition}")  # noqa: S608
            if count := cursor.fetchone()[0]:
                yield str(_("%(table)s.%(column)s：%(count)s行")) % {
                    "table": model._meta.db_table, "column": field.column, "count": count
                }  # fmt: skip


def _decimals() -> Iterator[tuple[type[models.Model], ExactDecimalField]]:
    for model in apps.get_models():
        yield from ((model, field) for field in model._meta.local_fields if isinstance(field, ExactDecimalField))
