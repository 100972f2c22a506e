"""Figures from files, from the file to the stored figures and back: the one door for pages, API and command.

received → (mapped) → previewed → committed → undone, or refused. Reading and judging store no figure. Storing and
undoing run as jobs: `request_commit` and `request_undo` ask for one; `commit` and `undo` are what it does.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import IO, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from indicators.models import Upload, UploadRow
from indicators.permissions import ENTERING, get_upload_for
from indicators.services import upload_commit, upload_undo
from indicators.services.saved_mappings import remember
from indicators.services.upload_commit import blocking, change_state, commit, lock, require_own, require_state
from indicators.services.upload_files import (
    FOREIGN,
    annotated_file,
    as_stored,
    read_otherwise,
    read_table,
    receive_file,
)
from indicators.services.upload_foreign import CHANGEABLE
from indicators.services.upload_preview import judge_file
from indicators.services.upload_undo import undo
from ipdash.core.errors import Conflict, Invalid
from ipdash.jobs.models import JobRun, JobState
from ipdash.jobs.services import enqueue
from plans.permissions import require_role
from plans.scope import scope_of

__all__ = [
    "annotated",
    "commit",
    "confirm_mapping",
    "preview",
    "propose_again",
    "receive",
    "request_commit",
    "request_undo",
    "run_commit",
    "run_undo",
    "undo",
]
COMMIT, UNDO = "commit_upload", "undo_upload"
State = Upload.State
_LISTED = 50


def receive(actor: Any, file: IO[bytes], name: str, today: date) -> Upload:
    """Takes a file in: `received` for the person to look at what was recognised, or `refused` with its findings.

    Raises `NotAllowed` for people who report no figures.
    """
    del today  # a file is taken in on any day; the days that matter are those of its quarters
    return receive_file(actor, file, name)


def confirm_mapping(
    actor: Any,
    upload: Upload,
    data: dict[str, Any] | None = None,
    *,
    source: str | None = None,
    today: date | None = None,
) -> Upload:
    """The person agrees with what was recognised, for somebody else's file with corrections (`data`).

    With `source` the mapping is remembered under that name for the next file of the layout. Raises `Conflict` where
    nothing was recognised, or all is stored already; `Invalid` for a correction that cannot be made.
    """
    require_own(actor, upload)
    current = _open(upload)
    is_foreign = current.mapping.get("kind") == FOREIGN
    if data and not is_foreign:
        raise Invalid("bad_mapping", _("识别结果与文件一致，不能另行指定；需要调整的请改正文件后重新上传。"))
    fields: dict[str, Any] = {"state": State.MAPPED} if current.state == State.RECEIVED else {}
    if data:
        findings, mapping = read_otherwise(current, data)
        fields |= {"state": State.MAPPED, "mapping": mapping, "findings": as_stored(findings)}
    with transaction.atomic():
        _keep_mapping(current, fields)
        if is_foreign and source is not None and today is not None:
            kept = fields.get("mapping", current.mapping)
            settled = {name: kept[name] for name in CHANGEABLE}
            remember(actor, source, kept["fingerprint"], settled, today=today)
    return Upload.objects.get(pk=upload.pk)


def propose_again(actor: Any, upload: Upload) -> Upload:
    """Somebody else's file is read as if it were the first of its source; what was settled or corrected is dropped."""
    require_own(actor, upload)
    current = _open(upload)
    if current.mapping.get("kind") != FOREIGN:
        raise Conflict("wrong_kind", _("这是本系统的填报模板，没有对应关系可以重新识别。"))
    findings, mapping = read_otherwise(current, None)
    _keep_mapping(current, {"state": State.RECEIVED, "mapping": mapping, "findings": as_stored(findings)})
    return Upload.objects.get(pk=upload.pk)


def _open(upload: Upload) -> Upload:
    """The upload as it is now, still open for another mapping."""
    current = Upload.objects.select_related("job", "uploaded_by").get(pk=upload.pk)
    require_state(current, State.RECEIVED, State.MAPPED, State.PREVIEWED)
    _require_idle(current)
    return current


def _keep_mapping(upload: Upload, fields: dict[str, Any]) -> None:
    """Writes another mapping; rows that were judged under the earlier one are gone."""
    with transaction.atomic():
        if fields:
            change_state(upload, fields)
        if "mapping" in fields:
            UploadRow.objects.filter(upload=upload).delete()


def preview(actor: Any, upload: Upload, today: date) -> Upload:
    """Judges every row anew and keeps the judgements as `UploadRow`s; returns the upload, `previewed`, with its counts.

    Raises `Conflict` for an upload that is stored, undone or refused, or that somebody else is changing.
    """
    require_own(actor, upload)
    require_role(scope_of(actor), *ENTERING)
    current = Upload.objects.select_related("job").get(pk=upload.pk)
    require_state(current, State.RECEIVED, State.MAPPED, State.PREVIEWED)
    _require_idle(current)
    judged = judge_file(actor, current, read_table(current), today)
    with transaction.atomic():
        change_state(current, {"state": State.PREVIEWED, "counts": judged.counts()})
        UploadRow.objects.filter(upload=current).delete()
        judged.write(current)
    return Upload.objects.get(pk=upload.pk)


def request_commit(
    actor: Any,
    upload: Upload,
    *,
    all_or_nothing: bool,
    confirmed: Collection[int] = (),
    kinds: Collection[str] = (),
    all_confirmed: bool = False,
) -> JobRun:
    """Asks for the job that stores the upload. `confirmed`: ids of question rows; `kinds`: codes of questions, all rows
    of which are confirmed; `all_confirmed`: every one of them.

    Raises `Conflict`: `wrong_state`, `upload_busy` while another run is under way, `has_refused` with the list where
    all or nothing is asked for and something stands in the way already.
    """
    require_role(scope_of(actor), *ENTERING)
    with transaction.atomic():
        current = lock(upload)
        require_own(actor, current)
        require_state(current, State.PREVIEWED)
        _require_idle(current)
        questions = UploadRow.objects.filter(upload=current, verdict=UploadRow.Verdict.QUESTION)
        if not all_confirmed:
            questions = questions.filter(Q(pk__in=confirmed) | Q(code__in=kinds))
        answered = sorted(questions.values_list("pk", flat=True))
        if all_or_nothing:
            _require_nothing_refused(current, set(answered))
        args = {"upload": current.pk, "user": actor.pk, "all_or_nothing": all_or_nothing, "confirmed": list(answered)}
        job = enqueue(COMMIT, args, requested_by=actor)
        change_state(current, {"all_or_nothing": all_or_nothing}, job.pk)
    return job


def request_undo(actor: Any, upload: Upload, *, today: date, reason: str = "") -> JobRun:
    """Asks for the job that takes a stored upload back; raises `Conflict` with the list where that cannot be."""
    with transaction.atomic():
        current = lock(upload)
        require_state(current, State.COMMITTED)
        _require_idle(current)
        if len(reason) > 500:
            raise Invalid("too_long", _("撤销原因最多500个字。"), {"reason": [_("撤销原因最多500个字。")]})
        upload_undo.require_undoable(actor, current, today=today, reason=reason)
        job = enqueue(UNDO, {"upload": current.pk, "user": actor.pk, "reason": reason}, requested_by=actor)
        change_state(current, {}, job.pk)
    return job


def run_commit(
    actor: Any,
    upload_id: int,
    *,
    all_or_nothing: bool,
    confirmed: Collection[int],
    today: date,
    job_id: int,
    fence: upload_commit.Fence,
) -> dict[str, int]:
    """The job's work: `commit`, with the person's rights as they are now."""
    upload = get_upload_for(scope_of(actor), upload_id)
    return commit(
        actor,
        upload,
        all_or_nothing=all_or_nothing,
        confirmed=frozenset(confirmed),
        today=today,
        job_id=job_id,
        fence=fence,
    )


def run_undo(
    actor: Any, upload_id: int, *, reason: str, today: date, job_id: int, fence: upload_commit.Fence
) -> JobRun | None:
    """The job's work: `undo`, with the person's rights as they are now."""
    upload = get_upload_for(scope_of(actor), upload_id)
    return undo(actor, upload, today=today, reason=reason, job_id=job_id, fence=fence)


def annotated(upload: Upload) -> tuple[str, bytes]:
    """(file name, content) of the same file with refused and questionable cells marked and explained."""
    verdicts = [UploadRow.Verdict.REFUSED, UploadRow.Verdict.QUESTION]
    return annotated_file(upload, UploadRow.objects.filter(upload=upload, verdict__in=verdicts).defer("before"))


def is_busy(upload: Upload) -> bool:
    """Whether a job is storing or undoing the upload, or waits to."""
    return upload.job is not None and upload.job.state in {JobState.QUEUED, JobState.RUNNING}


def _require_idle(upload: Upload) -> None:
    if is_busy(upload):
        raise Conflict("upload_busy", _("这次上传正在后台处理，请等它完成后再操作。"))


def _require_nothing_refused(upload: Upload, answered: set[int]) -> None:
    rows = blocking(list(UploadRow.objects.filter(upload=upload).defer("before")), answered)
    if rows:
        raise Conflict(
            "has_refused",
            _(
                "选择了“有错全不入库”，而有%(count)s行被拒绝或未确认，没有入库任何数据。"
                "请改正文件后重新上传，或改选“只入库正确的行”。"
            )
            % {"count": len(rows)},
            {row.cell or str(row.pk): [row.message] for row in rows[:_LISTED]},
        )
