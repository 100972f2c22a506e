"""终止: from a quarter on a plan asks nothing of a line any more; the quarters before keep their judgement."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from indicators.models import TargetLine
from indicators.permissions import get_line_for
from indicators.services.staleness import mark_lines
from indicators.services.targets import ChangedLine, locked_line, ranked_with
from ipdash.accounts import audit
from ipdash.core.changes import differences, refuse_stale, save_changed, write
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Conflict, Invalid
from ipdash.core.periods import Quarter
from plans.permissions import require_staff_of
from plans.scope import scope_of


@transaction.atomic
def end_line(
    actor: Any,
    line_id: int,
    *,
    ended_from: Quarter,
    document: str,
    ended_on: date | None = None,
    version: int | None = None,
) -> ChangedLine:
    """Ends a line by a document; the quarter is the first in which it is not judged. Ending it again changes the end.

    Raises `NotVisible`, `NotAllowed`, `Conflict` (`stale_version`), and `Invalid` without a document or outside the plan.
    """
    if not document.strip():
        message = _("请填写终止目标所依据的文件。")
        raise Invalid("document_needed", message, {"document": [message]})
    fields = {"ended_from": ended_from.index, "ending_document": document.strip(), "ended_on": ended_on}
    return _change(actor, line_id, fields, "target_line.end", version)


@transaction.atomic
def reopen_line(actor: Any, line_id: int, *, version: int | None = None) -> ChangedLine:
    """Takes an end back, as if it had never been. Raises as `end_line`, `Conflict` where the line has no end."""
    fields = {"ended_from": None, "ending_document": "", "ended_on": None}
    return _change(actor, line_id, fields, "target_line.reopen", version)


def _change(actor: Any, line_id: int, fields: dict[str, Any], action: str, version: int | None) -> ChangedLine:
    scope = scope_of(actor)
    require_staff_of(scope, get_line_for(scope, line_id).plan.region)
    line = locked_line(line_id)
    found = differences(line, fields)
    refuse_stale(line, version, found)
    if fields["ended_from"] is None and line.ended_from is None:
        raise Conflict("not_ended", _("这条目标没有终止，无需恢复。"))
    _refuse_outside(line, fields["ended_from"])
    if not found:
        return ChangedLine(line)
    return ChangedLine(line, store_end(actor, line, fields, action, version_checked=True))


def store_end(
    actor: Any, line: TargetLine, fields: dict[str, Any], action: str, *, version_checked: bool = False
) -> Any:
    """Writes an end that nothing is against and asks for the recomputation; the line is locked."""
    found = differences(line, fields)
    write(line, found, fields)
    check(line)
    with explained():
        save_changed(line, found, fields)
    # Whoever was ranked with it is ranked without it.
    job = mark_lines(sorted({line.pk, *ranked_with(line)}), requested_by=actor)
    audit.record(action, line, actor=actor, before=found.before, after=found.after, region_code=line.region.code)
    return job


def _refuse_outside(line: TargetLine, ended_from: int | None) -> None:
    first, last = Quarter(line.plan.start_year, 1), Quarter(line.plan.end_year, 4)
    if ended_from is not None and not first.index <= ended_from <= last.index:
        message = _("终止的季度应在规划期%(first)s—%(last)s之内。") % {"first": first.label, "last": last.label}
        raise Invalid("outside_the_plan", message, {"ended_from": [message]})
