"""Storing an upload and taking it back: each one short transaction, whole or not at all, and once only.

Both run as jobs. A run that is repeated finds its own work done and does nothing; of two runs one wins and the other is
told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.models import Figure, Upload, UploadRow
from indicators.services.figure_batches import Outcome, value_words
from indicators.services.figures import save_figures
from indicators.services.upload_preview import at_cell, count_rows, entry_of
from ipdash.accounts import audit
from ipdash.core.errors import Conflict
from plans.permissions import not_found

Verdict = UploadRow.Verdict
Fence = Callable[[], None]


def commit(
    actor: Any,
    upload: Upload,
    *,
    all_or_nothing: bool,
    confirmed: Collection[int],
    today: date,
    job_id: int | None = None,
    fence: Fence = lambda: None,
) -> dict[str, int]:
    """Stores the new and changed rows and the confirmed questions as submitted figures; returns the counts.

    A figure that somebody changed since the preview is not overwritten: its row is refused and says so. With
    `all_or_nothing` any refused or unconfirmed row leaves everything as it was and the upload open (`stored` is 0).
    `fence` is called last in the transaction. Raises `Conflict` unless the upload waits for this.
    """
    with transaction.atomic():
        current = lock(upload)
        if current.state == Upload.State.COMMITTED and job_id is not None and current.job_id == job_id:
            return dict(current.counts)
        require_own(actor, current)
        require_state(current, Upload.State.PREVIEWED)
        outcome, stored = _stored(actor, current, confirmed, today=today, all_or_nothing=all_or_nothing)
        counts: dict[str, int] = {**_counted(current), "stored": stored}
        fields: dict[str, Any] = {"counts": counts, "all_or_nothing": all_or_nothing}
        if outcome.stored:
            fields |= {"state": Upload.State.COMMITTED, "committed_at": timezone.now()}
        change_state(current, fields, job_id)
        audit.record("upload.commit", current, actor=actor, after=counts | {"all_or_nothing": all_or_nothing})
        fence()
    return counts


def _stored(
    actor: Any, upload: Upload, confirmed: Collection[int], *, today: date, all_or_nothing: bool
) -> tuple[Outcome, int]:
    """What became of the rows, and how many figures were stored: what is plain all at once, the others one by one."""
    from indicators.services.upload_bulk.store import PLAIN, store_plain

    rows = UploadRow.objects.filter(upload=upload, verdict__in=[Verdict.NEW, Verdict.CHANGED, Verdict.QUESTION])
    if all_or_nothing:
        waiting = UploadRow.objects.filter(upload=upload, verdict__in=[Verdict.REFUSED, Verdict.QUESTION])
        if blocking(list(waiting.defer("before")), confirmed):
            return Outcome(stored=False), 0
    singly = rows.exclude(**PLAIN)
    # With all or nothing, one refused row takes back all: then they are stored together.
    plain = (
        None if all_or_nothing and singly.exists() else store_plain(actor, upload, today=today, whole=all_or_nothing)
    )
    rest = rows if plain is None else rows.filter(~Q(**PLAIN) | Q(pk__in=plain.left))
    chosen = [row for row in rest.select_related("indicator", "region") if _is_chosen(row, confirmed)]
    if plain is not None and not chosen:
        return Outcome(), plain.stored
    outcome = save_figures(
        actor, [entry_of(row) for row in chosen],
        source=Figure.Source.UPLOAD, today=today, all_or_nothing=all_or_nothing, upload=upload,
    )  # fmt: skip
    return outcome, (plain.stored if plain else 0) + _note_results(chosen, outcome)


def _counted(upload: Upload) -> dict[str, int]:
    """How many rows of each verdict there are now."""
    found = UploadRow.objects.filter(upload=upload).order_by().values_list("verdict").annotate(number=Count("pk"))
    return count_rows((), dict(found))


def blocking(rows: Collection[UploadRow], confirmed: Collection[int]) -> list[UploadRow]:
    """The rows that stand in the way of all or nothing: refused ones, and questions nobody has answered."""
    return [
        row
        for row in rows
        if row.verdict == Verdict.REFUSED or (row.verdict == Verdict.QUESTION and row.pk not in confirmed)
    ]


def lock(upload: Upload) -> Upload:
    """The upload as it is now, held until the transaction ends."""
    return Upload.objects.select_for_update(of=("self",)).select_related("job").get(pk=upload.pk)


def require_own(actor: Any, upload: Upload) -> None:
    """An upload is read, confirmed and stored by whoever sent it; to others it is as if missing."""
    if upload.uploaded_by_id != actor.pk:
        raise not_found()


def require_state(upload: Upload, *states: Upload.State) -> None:
    """Raises `Conflict` (`wrong_state`) unless the upload is in one of the states."""
    if upload.state not in states:
        raise Conflict(
            "wrong_state",
            _("这次上传当前为“%(state)s”，不能再进行这项操作；请刷新页面查看结果。")
            % {"state": upload.get_state_display()},
        )


def change_state(upload: Upload, fields: dict[str, Any], job_id: int | None = None) -> None:
    """Writes where the upload stands, if it still is what was read; raises `Conflict` where somebody was faster."""
    if job_id is not None:
        fields["job_id"] = job_id
    as_read = Upload.objects.filter(pk=upload.pk, state=upload.state, version=upload.version)
    if not as_read.update(**fields, version=F("version") + 1):
        raise Conflict("stale_version", _("这次上传刚被另一操作处理，本次操作没有执行；请刷新页面查看结果。"))


def _is_chosen(row: UploadRow, confirmed: Collection[int]) -> bool:
    if row.verdict == Verdict.QUESTION:
        return row.pk in confirmed
    return row.verdict in {Verdict.NEW, Verdict.CHANGED}


def _note_results(chosen: list[UploadRow], outcome: Outcome) -> int:
    """Writes down what became of rows otherwise than foreseen; returns how many figures were stored."""
    stored, changed = 0, list[UploadRow]()
    for row, result in zip(chosen, outcome.results, strict=False):
        if not result.ok:
            row.verdict, row.code = Verdict.REFUSED, result.code
            row.message = at_cell(row.cell, result.message)[:500]
            changed.append(row)
        elif outcome.stored and result.code == "unchanged":
            row.verdict = Verdict.UNCHANGED
            changed.append(row)
        elif outcome.stored:
            stored += 1
            if row.verdict == Verdict.QUESTION:
                row.verdict = Verdict.NEW if row.figure_version == 0 else Verdict.CHANGED
                answer = _("“%(printed)s”经确认，读作 %(value)s。")
                row.message = at_cell(row.cell, answer % {"printed": row.printed, "value": value_words(row.value)})
                changed.append(row)
    UploadRow.objects.bulk_update(changed, ["verdict", "code", "message"], batch_size=500)
    return stored
