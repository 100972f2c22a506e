"""The figures of a large preview, stored all at once with a revision each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from indicators.models import Figure, FigureRevision, Upload, UploadRow
from indicators.services.transfer import Array, append, read, references_unchecked
from indicators.services.upload_bulk.judge import Given, acceptable, read_known, read_stored
from indicators.services.upload_bulk.preview import hold_references
from ipdash.accounts import audit
from plans.scope import scope_of

LEAST = 2_000
"""Fewer rows are stored one by one."""
MOST_LEFT = 5_000
PLAIN: dict[str, Any] = {"verdict": UploadRow.Verdict.NEW, "code": "", "note": "", "figure_version": 0}
"""Rows of a preview that are plainly new."""


@dataclass(frozen=True)
class StoredPlain:
    """How many plain rows were stored, and the ids of those that were left to be judged by themselves."""

    stored: int
    left: Sequence[int]


def store_plain(actor: Any, upload: Upload, *, today: date, whole: bool) -> StoredPlain | None:
    """Stores what is plainly new of a preview as submitted figures; `None` where all is left to be stored one by one.

    Rights, quarters and what stands there are asked anew: a row that is not plain any more is left. All are left where
    they are few, where `whole` is asked for and one is left, and where somebody stores the same figure at this moment.
    """
    rows = UploadRow.objects.filter(upload=upload, indicator__isnull=False, region__isnull=False, **PLAIN)
    if rows.count() < LEAST:
        return None
    found = read(rows.order_by(), "pk", "indicator_id", "region_id", "year", "quarter", "value")
    quarters = found["year"] * 4 + found["quarter"] - 1
    given = Given(found["indicator_id"], found["region_id"], quarters, found["value"])
    known = read_known(
        scope_of(actor), np.unique(given.indicators).tolist(), np.unique(given.regions).tolist(), quarters, today
    )
    fine = acceptable(known, given) & (read_stored(given).versions == 0)
    places = np.flatnonzero(fine)
    left = found["pk"][~fine].tolist()
    if len(places) < LEAST or len(left) > MOST_LEFT or (whole and left):
        return None
    # In one order, so that two writers of the same figures wait for each other and never in a circle.
    places = places[np.lexsort((quarters[places], given.regions[places], given.indicators[places]))]
    try:
        with transaction.atomic():
            _write(actor, upload, given.take(places), found["pk"][places], timezone.now())
    except IntegrityError:
        return None
    return StoredPlain(len(places), left)


def _write(actor: Any, upload: Upload, given: Given, rows: Array, now: datetime) -> None:
    hold_references(given)
    columns: dict[str, Any] = {
        "indicator_id": given.indicators, "region_id": given.regions,
        "year": given.quarters // 4, "quarter": given.quarters % 4 + 1, "value": given.values,
        "state": str(Figure.State.SUBMITTED), "version": 1, "source": str(Figure.Source.UPLOAD), "upload_id": upload.pk,
        "entered_by_id": actor.pk, "entered_at": now, "submitted_at": now,
        **_written(upload, rows),
    }  # fmt: skip
    with references_unchecked():
        append(Figure, columns, len(given))()
        with connection.cursor() as cursor:
            cursor.execute(_REVISIONS, [_stored_time(now), actor.pk, upload.pk])
    summary = hashlib.sha256(np.column_stack((given.indicators, given.regions, given.quarters, given.values)).tobytes())
    audit.record(
        "figure.save", upload, actor=actor, before={"figures": 0},
        after={"figures": len(given), "upload": upload.pk, "sha256": summary.hexdigest()},
    )  # fmt: skip


def _written(upload: Upload, rows: Array) -> dict[str, Array]:
    """How the figures were written and where."""
    texts = UploadRow.objects.filter(upload=upload, **PLAIN).values_list("pk", "printed", "sheet", "cell")
    known = {pk: (printed, f"{sheet}!{cell}" if sheet else cell) for pk, printed, sheet, cell in texts.iterator(5000)}
    pairs = [known[pk] for pk in rows.tolist()]
    return {
        "printed": np.array([printed.encode() for printed, _cell in pairs], "S"),
        "cell": np.array([cell[:80].encode() for _printed, cell in pairs], "S"),
    }


def _stored_time(now: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(now)


_REVISIONS = f"""
    INSERT INTO {FigureRevision._meta.db_table}
        (figure_id, at, by_id, action, version, from_value, to_value, from_state, to_state, reason, source, upload_id, cell, printed)
    SELECT id, %s, %s, '{FigureRevision.Action.ENTER.value}', 1, NULL, value, '', state, '', source, upload_id, cell, printed
    FROM {Figure._meta.db_table} WHERE upload_id = %s AND version = 1
"""  # noqa: S608  names of our own models
