"""填报, live: single cells saved as drafts while one types, told back row by row (design: figures, The quarter's page)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from indicators.permissions import ENTERING, REVIEWING
from indicators.selectors.entry_rows import EntryRow
from indicators.services.entry_form import Saved, Typed, read_typed, save_form
from indicators.views.entry import asked_page
from ipdash.core import clock
from plans.permissions import not_found, require_role
from plans.scope import scope_of


@require_POST
def entry_cells(request: HttpRequest) -> JsonResponse:
    """Saves the rows that were sent as drafts; answers with each row's state, version and hints.

    The address and the fields are the form's. Rows that were not sent are there with the versions that are shown: `others`
    gives those that somebody else changed since, with who and when, so that two people on one page see each other. A refused row keeps its sentence beside it and is not stored; a row that
    somebody else changed meanwhile comes back with their value (`theirs`) and is not overwritten.
    """
    scope, today = scope_of(request.user), clock.today()
    require_role(scope, *ENTERING, *REVIEWING)
    page = asked_page(request, scope, today)
    if page is None:
        raise not_found()
    typed = read_typed(page.rows, request.POST)
    saved = save_form(request.user, page, typed, submit=False, today=today)
    fresh = asked_page(request, scope, today) or page
    rows = {row.key: _told(request, row, typed[row.key], saved) for row in fresh.rows if row.key in typed}
    at = timezone.localtime(timezone.now()).strftime("%H:%M")
    counts = _("%(filled)s/%(total)s 已填") % {"filled": fresh.filled, "total": len(fresh.rows)}
    odd = sum(bool(row.odd) for row in fresh.rows)
    return JsonResponse(
        {
            "rows": rows,
            "others": _others(request, fresh.rows, typed),
            "saved": _("已保存 %(at)s") % {"at": at},
            "counts": counts + (" · " + _("%(count)s处提醒") % {"count": odd} if odd else ""),
        }
    )


def _others(request: HttpRequest, rows: Sequence[EntryRow], typed: Mapping[str, Typed]) -> dict[str, Any]:
    """The rows that stand otherwise than the page shows them, without any doing of this person's."""
    found = {}
    for row in rows:
        shown = request.POST.get(f"version.{row.key}", "")
        if row.key in typed or not shown.isdecimal() or len(shown) > 9 or row.version <= int(shown):
            continue
        now = Typed(row.text, "", "", "", row.version)
        found[row.key] = _told(request, row, now, Saved()) | {"said": _who_changed(row)}
    return found


def _who_changed(row: EntryRow) -> str:
    """张三 10:32改为 12件; a review is told by the state alone."""
    figure = row.figure
    if figure is None or figure.entered_by is None or figure.entered_at is None:
        return ""
    at = timezone.localtime(figure.entered_at).strftime("%m-%d %H:%M")
    words = _("%(who)s于%(at)s填写为 %(value)s；现为“%(state)s”。")
    who = figure.entered_by.display_name or figure.entered_by.username
    return words % {"who": who, "at": at, "value": row.shown, "state": figure.get_state_display()}


def _told(request: HttpRequest, row: EntryRow, typed: Typed, saved: Saved) -> dict[str, Any]:
    error = saved.errors.get(row.key, "")
    below = {"r": {"row": row, "error": error, "is_open": True}}
    return {
        "ok": not error,
        "stale": row.key in saved.stale,
        "theirs": {"text": row.text, "note": row.figure.note if row.figure else "", "version": row.version},
        # A refused row still stands on what the person saw.
        "version": typed.version if error else row.version,
        "text": typed.text if error else row.text,
        "note": typed.note if error else row.figure.note if row.figure else "",
        "counterpart": row.counterpart,
        "state": render_to_string("entry/_state.html", {"figure": row.figure}, request),
        "below": render_to_string("entry/_below.html", below, request),
    }
