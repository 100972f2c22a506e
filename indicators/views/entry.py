"""填报: the plain entry form of a unit and a quarter (design: product, page 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from indicators.models import FIGURE_HOLDER, ReportingPeriod
from indicators.permissions import ENTERING, REVIEWING
from indicators.selectors.entry import (
    entry_page,
    entry_unit_for,
    entry_units,
    first_unit,
    offered_quarters,
)
from indicators.selectors.entry_rows import EntryPage, EntryRow
from indicators.selectors.periods import governing_period, quarter_to_report, read_periods
from indicators.services.entry_form import Saved, Typed, figure_to_hold_files, read_typed, refusals, repaired, save_form
from ipdash.core import clock
from ipdash.core.errors import Invalid
from ipdash.core.periods import Quarter
from plans.models import Unit
from plans.permissions import not_found, require_role
from plans.scope import Scope, scope_of


@dataclass(frozen=True)
class FormRow:
    """A row with what was typed into it: nothing typed is lost, whatever was refused."""

    row: EntryRow
    is_open: bool
    text: str
    note: str
    error: str = ""

    @property
    def href(self) -> str:
        return f"#v-{self.row.key}"


@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest) -> HttpResponse:
    """`?unit=&year=&quarter=` (or `quarter=2025Q3`); by default one's own unit and the quarter to report now."""
    scope, today = scope_of(request.user), clock.today()
    require_role(scope, *ENTERING, *REVIEWING)
    page = asked_page(request, scope, today)
    if page is None:
        return render(request, "entry/none.html")
    if request.method == "POST":
        return _save(request, scope, page, today)
    return _show(request, scope, page, today)


def _save(request: HttpRequest, scope: Scope, page: EntryPage, today: date) -> HttpResponse:
    submit = request.POST.get("do") == "submit"
    reason = request.POST.get("reason", "").strip()
    typed = repaired(read_typed(page.rows, request.POST), request.POST.get("repair", ""))
    saved = save_form(request.user, page, typed, submit=submit, today=today, reason=reason)
    wanted = next((row for row in page.rows if row.key == request.POST.get("files")), None)
    if wanted is None or saved.stored:
        _say_saved(request, saved, submit=submit)
    if not saved.errors and wanted is not None:
        return _to_the_files(request, scope, page, wanted.key, today)
    if not saved.errors:
        return redirect(f"{request.path}?{_query(page)}")
    fresh = entry_page(scope, page.unit, page.quarter, page.region.code if page.region else "")
    # What was only odd is kept as a draft: asking for a word loses nothing.
    status = 409 if saved.stale == set(saved.errors) else 400
    return _show(request, scope, fresh, today, typed=typed, errors=saved.errors, reason=reason, status=status)


def _to_the_files(request: HttpRequest, scope: Scope, page: EntryPage, key: str, today: date) -> HttpResponse:
    """The page of a row's evidence; what was typed is saved by now."""
    fresh = entry_page(scope, page.unit, page.quarter, page.region.code if page.region else "")
    row = next(row for row in fresh.rows if row.key == key)
    held = figure_to_hold_files(request.user, row, today=today)
    return redirect("evidence", kind=FIGURE_HOLDER, holder_id=held)


def _say_saved(request: HttpRequest, saved: Saved, *, submit: bool) -> None:
    """What was stored and how it was read, and what was not handed in, by name."""
    if saved.stored:
        said = _("已提交%(count)s项，等待审核。") if submit else _("已保存%(count)s项草稿，尚未提交。")
        messages.success(request, said % {"count": saved.stored} + "".join(f"{words}。" for words in saved.understood))
    elif not saved.errors:
        messages.info(request, _("没有需要提交的新数据。") if submit else _("没有改动，无需保存。"))
    left = []
    if saved.unfilled:
        said = _("还有%(count)s项未填：%(names)s。")
        left.append(said % {"count": len(saved.unfilled), "names": _names(saved.unfilled)})
    if saved.untouched:
        said = _("退回的%(count)s项还没有修改，未提交：%(names)s。请改正数值，或在说明中写明情况后再提交。")
        left.append(said % {"count": len(saved.untouched), "names": _names(saved.untouched)})
    if left:
        messages.warning(request, "".join(left))


def _names(names: list[str]) -> str:
    shown = _("、").join(names[:8])
    return _("%(names)s等") % {"names": shown} if len(names) > 8 else shown


def _show(
    request: HttpRequest,
    scope: Scope,
    page: EntryPage,
    today: date,
    *,
    typed: Mapping[str, Typed] | None = None,
    errors: Mapping[str, str] | None = None,
    reason: str = "",
    status: int = 200,
) -> HttpResponse:
    typed, errors = typed or {}, errors or {}
    closed = refusals(scope, page.rows, today=today)
    correctable = {key for key, refusal in closed.items() if refusal.code == "reason_needed"}
    rows = [_form_row(row, row.key not in closed or row.key in correctable, typed, errors) for row in page.rows]
    context = {
        "page": page,
        "rows": rows,
        "errors": [
            {"href": r.href, "text": _("%(name)s：%(text)s") % {"name": r.row.indicator.name, "text": r.error}}
            for r in rows
            if r.error
        ],
        "is_open": any(row.is_open for row in rows),
        "correcting": bool(correctable),
        "reason": reason,
        "closed": _closed_words(page, closed),
        "period": _period(page, today),
        "query": _query(page),
        "here": urlencode({"unit": page.unit.pk, "year": page.quarter.year, "quarter": page.quarter.quarter}),
        **_choices(scope, page, today),
    }
    return render(request, "entry/form.html", context, status=status)


def _form_row(row: EntryRow, is_open: bool, typed: Mapping[str, Typed], errors: Mapping[str, str]) -> FormRow:
    error = errors.get(row.key, "")
    note = row.figure.note if row.figure else ""
    if error and row.key in typed:
        return FormRow(row, is_open, typed[row.key].text, typed[row.key].note, error)
    return FormRow(row, is_open, row.text, note, error)


def _closed_words(page: EntryPage, closed: Mapping[str, Any]) -> list[str]:
    """Why rows are shut, each sentence once; whose duty it is, is said once for all of them."""
    said = []
    for refusal in closed.values():
        if refusal.code == "reason_needed":
            words = _("%(quarter)s已锁定。您可以按更正办理：改正数值并填写更正原因，由另一位审核人审核后生效。") % {
                "quarter": page.quarter.label
            }
        elif refusal.code == "not_allowed":
            words = _("您可以查看本页，但不能填报：由承担填报责任的单位或局工作人员填报。")
        else:
            words = refusal.message
        if words not in said:
            said.append(words)
    return said


@dataclass(frozen=True)
class PeriodWords:
    """The reporting period that governs the page, on the day."""

    period: ReportingPeriod
    state: str
    days: int


def _period(page: EntryPage, today: date) -> PeriodWords | None:
    codes = {row.region.code for row in page.rows}
    known = read_periods(codes, {page.quarter})
    periods = [governing_period(known, code, page.quarter) for code in sorted(codes)]
    period = next((found for found in periods if found is not None), None)
    return PeriodWords(period, period.state_on(today), (period.due - today).days) if period else None


def _choices(scope: Scope, page: EntryPage, today: date) -> dict[str, Any]:
    units = entry_units(scope, page.quarter)
    if page.unit not in units:
        units = [page.unit, *units]
    quarters = offered_quarters(page.unit, today)
    if page.quarter not in quarters:
        quarters = sorted({*quarters, page.quarter}, reverse=True)
    return {"units": units, "quarters": quarters, "several_units": len(units) > 1}


def _query(page: EntryPage) -> str:
    """The address of this form; what was chosen stays chosen."""
    asked = {"unit": str(page.unit.pk), "quarter": str(page.quarter)}
    if page.region is not None:
        asked["region"] = page.region.code
    return urlencode(asked)


def asked_page(request: HttpRequest, scope: Scope, today: date) -> EntryPage | None:
    """The form that the address asks for; None where the person has none. Raises what the page shows as refused."""
    unit = _asked_unit(request, scope, today)
    if unit is None:
        return None
    quarter = _asked_quarter(request) or quarter_to_report(unit.region.code, today)
    return entry_page(scope, unit, quarter, request.GET.get("region", ""))


def _asked_unit(request: HttpRequest, scope: Scope, today: date) -> Unit | None:
    asked = request.GET.get("unit", "")
    if not asked:
        return first_unit(scope, today)
    if not asked.isascii() or not asked.isdigit() or len(asked) > 18:
        raise not_found()
    return entry_unit_for(scope, int(asked))


def _asked_quarter(request: HttpRequest) -> Quarter | None:
    text, year = request.GET.get("quarter", ""), request.GET.get("year", "")
    if not text:
        return None
    asked = Quarter.parse(text if "Q" in text else f"{year}Q{text}")
    if asked is None or not 1949 <= asked.year <= 2200:
        raise Invalid("bad_period", _("“%(text)s”不是有效的季度，请重新选择。") % {"text": f"{year} {text}".strip()})
    return asked
