"""Taking a stored upload back: every figure exactly as it was, or none, with the list of what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.models import FIGURE_HOLDER, Figure, FigureRevision, Upload, UploadRow
from indicators.permissions import can_enter, can_review, sees_working_records
from indicators.services.entry_rules import Entry, Ground
from indicators.services.figure_batches import CHUNK, Change, Step, audit_changes, write_changes
from indicators.services.staleness import mark_figures_changed
from indicators.services.upload_commit import Fence, change_state, lock, require_state
from indicators.services.upload_preview import KEPT_FIELDS, at_cell, restore
from ipdash.accounts import audit
from ipdash.core.errors import Conflict
from ipdash.core.periods import Quarter
from ipdash.jobs.models import JobRun
from plans.evidence import has_evidence
from plans.scope import Scope, scope_of

_LISTED = 50


@dataclass
class _Stored:
    """One figure that the upload stored: its row, the figure now, and the revision that the upload wrote."""

    row: UploadRow
    figure: Figure
    revision: FigureRevision


def undo(
    actor: Any,
    upload: Upload,
    *,
    today: date,
    reason: str = "",
    job_id: int | None = None,
    fence: Fence = lambda: None,
) -> JobRun | None:
    """Puts every figure of the upload back as it was; figures that it brought in are gone again.

    Returns the one recomputation, where approved values change. Raises `Conflict`: `wrong_state` unless the upload is
    stored, `changed_since` with the list where figures were changed since, are approved, or lie in a locked quarter.
    """
    with transaction.atomic():
        current = lock(upload)
        if current.state == Upload.State.UNDONE and job_id is not None and current.job_id == job_id:
            return None
        stored = require_undoable(actor, current, today=today, reason=reason, locked=True)
        step = Step(actor, timezone.now(), FigureRevision.Action.UNDO, reason.strip())
        counted = [item.figure for item in stored if _counts_otherwise(item)]
        changes = [
            Change(n, item.figure, (item.figure.value, item.figure.state), "undone") for n, item in enumerate(stored)
        ]
        gone = _put_back(stored, changes, step)
        run = mark_figures_changed(counted, requested_by=actor)
        audit_changes("figure.undo", changes, step)
        for start in range(0, len(gone), CHUNK):
            Figure.objects.filter(pk__in=gone[start : start + CHUNK]).delete()
        change_state(current, {"state": Upload.State.UNDONE}, job_id)
        audit.record("upload.undo", current, actor=actor, after={"figures": len(stored)}, reason=step.reason)
        fence()
    return run


def require_undoable(
    actor: Any, upload: Upload, *, today: date, reason: str = "", locked: bool = False
) -> list[_Stored]:
    """What the upload stored, all of it free to be put back; else raises `Conflict` with the list of the others.

    Where the upload holds figures that the person does not see, nothing is said of any figure (`not_yours`).
    """
    require_state(upload, Upload.State.COMMITTED)
    stored = _read(upload, locked=locked)
    _require_seen(scope_of(actor), upload, stored)
    entries = [_as_entry(item.figure) for item in stored]
    ground = Ground.read(scope_of(actor), entries, today=today, reason=reason, submit=True)
    brought_in = [item.figure.pk for item in stored if item.row.before is None]
    with_files = has_evidence(FIGURE_HOLDER, brought_in)
    obstacles: dict[str, list[str]] = {}
    for item, entry in zip(stored, entries, strict=True):
        sentence = _obstacle(ground, item, entry) or _files_stand_in_the_way(item, with_files)
        if sentence is not None:
            obstacles[item.row.cell] = [at_cell(item.row.cell, sentence)]
    if obstacles:
        named = "".join(sentences[0] for sentences in list(obstacles.values())[:3])
        raise Conflict(
            "changed_since",
            _("这次上传不能撤销，有%(count)s条数据不能恢复原状，没有撤销任何数据。%(named)s")
            % {"count": len(obstacles), "named": named},
            dict(list(obstacles.items())[:_LISTED]),
        )
    return stored


def _read(upload: Upload, *, locked: bool) -> list[_Stored]:
    """The figures that the upload wrote, in the order of their keys so that two writers wait for each other."""
    revisions = {
        revision.figure_id: revision
        for revision in FigureRevision.objects.filter(upload=upload, action=FigureRevision.Action.ENTER)
    }
    figures = Figure.objects.filter(revisions__upload=upload, revisions__action=FigureRevision.Action.ENTER)
    figures = figures.select_related("indicator", "region").order_by("pk")
    if locked:
        figures = figures.select_for_update(of=("self",))
    rows = {(row.indicator_id, row.region_id, row.year, row.quarter): row for row in upload.rows.all()}
    return [
        _Stored(rows[figure.indicator_id, figure.region_id, figure.year, figure.quarter], figure, revisions[figure.pk])
        for figure in figures
    ]


def _require_seen(scope: Scope, upload: Upload, stored: list[_Stored]) -> None:
    """Whoever sent the file knows what is in it; anybody else has to see every figure of it as a working record."""
    if upload.uploaded_by_id == scope.user_id:
        return
    if not all(sees_working_records(scope, code) for code in {item.figure.region.code for item in stored}):
        raise Conflict("not_yours", _("这次上传不能由您撤销，没有撤销任何数据；确需撤销的，请联系上传人。"))


def _obstacle(ground: Ground, item: _Stored, entry: Entry) -> str | None:
    """Why this figure cannot be put back, None where it can."""
    figure, scope = item.figure, ground.scope
    names = {"indicator": figure.indicator.name, "region": figure.region.name, "quarter": figure.as_quarter.label}
    unknown = item.revision.version != (item.row.figure_version or 0) + 1
    if figure.upload_id != item.revision.upload_id or unknown:
        return _("%(region)s“%(indicator)s”%(quarter)s的数据在上传后又有改动。") % names
    if not _may_touch(ground, scope, entry):
        return _("您无权填报%(region)s的“%(indicator)s”。") % names
    reviewer = can_review(scope, figure.region.code)
    if figure.state == Figure.State.APPROVED and not reviewer:
        return _("%(region)s“%(indicator)s”%(quarter)s的数据已审核通过，须由审核人撤销。") % names
    if ground.is_locked(entry) and not (reviewer and ground.reason):
        return _("%(quarter)s已锁定，%(region)s“%(indicator)s”须由审核人写明原因后撤销。") % names
    return None


def _files_stand_in_the_way(item: _Stored, with_files: set[int]) -> str | None:
    """A figure that the upload brought in would be gone, and what was attached to it since would hang on nothing."""
    figure = item.figure
    if figure.pk not in with_files:
        return None
    return _("%(region)s“%(indicator)s”%(quarter)s的数据在上传后附过佐证材料。") % {
        "indicator": figure.indicator.name, "region": figure.region.name, "quarter": figure.as_quarter.label
    }  # fmt: skip


def _may_touch(ground: Ground, scope: Scope, entry: Entry) -> bool:
    indicator, region = ground.indicators[entry.indicator], ground.regions[entry.region]
    unit = ground.duty_units.get((indicator.pk, region.pk, Quarter(entry.year, entry.quarter)))
    return can_enter(scope, region.code, unit) or can_review(scope, region.code)


def _counts_otherwise(item: _Stored) -> bool:
    """Whether results change: the approved value is not the one it was."""
    before = item.row.before
    if before is None:
        return item.figure.approved_at is not None
    kept = Figure()
    restore(kept, before)
    return bool(kept.approved_value != item.figure.approved_value)


def _put_back(stored: list[_Stored], changes: list[Change], step: Step) -> list[int]:
    """Restores the figures that were there before; returns the ids of those that were not."""
    known: list[Change] = []
    gone: list[int] = []
    uploads: dict[Any, Upload] = Upload.objects.in_bulk(
        {(item.row.before or {}).get("upload") for item in stored} - {None}
    )
    for item, change in zip(stored, changes, strict=True):
        if item.row.before is None:
            item.figure.value, item.figure.state = None, ""
            gone.append(item.figure.pk)
        else:
            restore(item.figure, item.row.before)
            item.figure.upload = uploads.get(item.figure.upload_id)
            item.figure.version += 1
            known.append(change)
    write_changes(known, step, [*KEPT_FIELDS, "version"])
    return gone


def _as_entry(figure: Figure) -> Entry:
    return Entry(figure.indicator.code, figure.region.code, figure.year, figure.quarter, figure.value)
