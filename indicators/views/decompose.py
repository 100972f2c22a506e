"""管理 › 目标 › 分解: a target split over years or regions — asked for, seen as a difference, stored, taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from indicators.decomposition_words import sum_text, verdict_text, why_no_sum
from indicators.display import line_unit, shown_value, target_text, value_text
from indicators.models import Target, TargetLine
from indicators.permissions import get_decomposition_for, get_line_for
from indicators.selectors.decomposition.base import (
    METHODS,
    WRITTEN,
    Balance,
    Method,
    Over,
    Verdict,
    has_sum,
    latest_targets,
)
from indicators.selectors.decomposition.preview import Preview
from indicators.selectors.decomposition.regions import regions_below
from indicators.services.decomposition import decompose, preview_decomposition, undo_decomposition
from indicators.views.decompose_form import DecomposeForm
from ipdash.accounts.models import User
from ipdash.core import clock
from ipdash.core.errors import DomainError
from ipdash.core.forms import SHOWN_IN_THE_FORM
from ipdash.core.numbers import decimal_text
from plans.models import Role
from plans.permissions import not_found, require_staff_of
from plans.views.manage_common import actor_with


@require_http_methods(["GET", "HEAD", "POST"])
def line_decompose(request: HttpRequest, line_id: int) -> HttpResponse:
    """`?over=&method=&year=` chooses what is filled in; `do` is `preview` or `save`."""
    actor, scope = actor_with(request, Role.STAFF)
    line = get_line_for(scope, line_id)
    require_staff_of(scope, line.plan.region)
    over, method, years = _asked(request, line)
    data = request.POST if request.method == "POST" else None
    today = clock.today()
    form = DecomposeForm(data, line=line, over=over, method=method, years=years, today=today)
    found: Preview | None = None
    if form.is_bound and form.is_valid():
        wish = form.wish()
        if request.POST.get("do") == "save" and _saved(request, actor, line, form):
            return redirect("manage-line", line_id=line.pk)
        try:
            found = preview_decomposition(actor, line.pk, wish, today=today)
        except DomainError as error:
            if error.status not in SHOWN_IN_THE_FORM:
                raise
            if form.refusal is None:
                form.show(error)
    return _page(request, line, form, found)


def _saved(request: HttpRequest, actor: User, line: TargetLine, form: DecomposeForm) -> bool:
    """Whether it was stored; a refusal then stands in the form."""

    def act(values: dict[str, Any]) -> None:
        done = decompose(
            actor, line.pk, form.wish(), today=clock.today(), reason=values["reason"],
            allow_shortfall=values["allow_shortfall"], seen=request.POST.get("seen") or None,
        )  # fmt: skip
        if done.made is None:
            messages.info(request, _("与现有目标完全相同，没有改动。"))
            return
        counts = done.preview.counts
        done_to = [f"{verdict_text(v)}{counts[v]}" for v in Verdict if v in WRITTEN and counts[v]]
        said = _("分解已保存：%(counts)s个目标；完成情况会自动重算。") % {"counts": _("、").join(done_to)}
        messages.success(request, said)

    return form.carried_out(act)


@require_POST
def decomposition_undo(request: HttpRequest, decomposition_id: int) -> HttpResponse:
    """Takes a decomposition back."""
    actor, scope = actor_with(request, Role.STAFF)
    found = get_decomposition_for(scope, decomposition_id)
    require_staff_of(scope, found.line.plan.region)
    try:
        undo_decomposition(actor, found.pk, reason=request.POST.get("reason", ""))
    except DomainError as error:
        if error.status not in SHOWN_IN_THE_FORM:
            raise
        messages.error(request, str(error))
    else:
        messages.success(request, _("分解已撤销，目标恢复原状；完成情况会自动重算。"))
    return redirect("manage-line", line_id=found.line_id)


def _asked(request: HttpRequest, line: TargetLine) -> tuple[str, str, tuple[int, ...]]:
    """Direction, method and years of the address; what is not asked for gets the usual answer."""
    over = request.GET.get("over") or str(Over.YEARS)
    if over not in METHODS:
        raise not_found()
    offered = _methods(line, over)
    method = request.GET.get("method") or ""
    if method not in offered:
        method = offered[0]
    known = list(latest_targets(line))
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else 0
    if year in known:
        return over, method, (year,)
    this_year = clock.today().year
    if over == Over.REGIONS and method == Method.HAND and known:
        return over, method, (next((y for y in known if y >= this_year), known[-1]),)
    return over, method, ()


def _methods(line: TargetLine, over: str) -> list[str]:
    """The ways that make sense for this line."""
    if over == Over.REGIONS:
        without = {Method.SAME} if has_sum(line) else set(METHODS[over]) - {Method.SAME, Method.HAND}
    else:
        growing = line.basis in {TargetLine.Basis.GROWTH, TargetLine.Basis.AVERAGE_GROWTH}
        without = {Method.SHARES} if growing else set()
    return [method for method in METHODS[over] if method not in without]


def _page(request: HttpRequest, line: TargetLine, form: DecomposeForm, found: Preview | None) -> HttpResponse:
    over, targets = form.over, latest_targets(line)
    if found is not None and found.asks:
        form.fields["reason"].required = True
    chosen = [targets[year] for year in form.years] if form.years else list(targets.values())
    context = {
        "line": line,
        "plan": line.plan,
        "form": form,
        "unit": line_unit(line),
        "by_regions": over == Over.REGIONS,
        "has_regions": bool(form.regions) if over == Over.REGIONS else bool(regions_below(line, form.today)),
        "methods": [(method, Method(method).label, method == form.method) for method in _methods(line, over)],
        "years": list(targets),
        "asked_years": form.years,
        "one_year": form.method == Method.HAND,
        "targets": [(t.year, target_text(t, line), t.get_source_display()) for t in chosen],
        "start": next(((b.year, value_text(line, b.value)) for b in line.baselines.all() if b.counted_from), None),
        "no_sum": why_no_sum(line) if over == Over.REGIONS and not has_sum(line) else "",
        "wanted": _wanted(line, form),
        "found": found,
        "preview": None if found is None else _shown(line, found),
        "column": {Method.HAND: _("目标"), Method.SHARES: _("比例（%）")}.get(Method(form.method), ""),
    }
    status = form.status
    return render(request, "manage/decompose.html", context, status=status)


def _wanted(line: TargetLine, form: DecomposeForm) -> str:
    """What the boxes' running sum is held against, as digits."""
    if form.method == Method.SHARES:
        return "100"
    if form.method == Method.HAND and form.over == Over.REGIONS and has_sum(line) and len(form.years) == 1:
        return decimal_text(shown_value(line, form.targets[form.years[0]].value) or form.targets[form.years[0]].value)
    return ""


def _shown(line: TargetLine, found: Preview) -> dict[str, Any]:
    """The preview as text, year by year where it goes over regions."""
    groups: dict[int | None, list[dict[str, Any]]] = {}
    for item in found.cells:
        group = item.year if found.wish.over == Over.REGIONS else None
        groups.setdefault(group, []).append(
            {
                "label": item.region.name if group else _("%(year)s年") % {"year": item.year},
                "before": "—" if item.before is None else target_text(item.before, line),
                "after": target_text(
                    Target(comparator=item.comparator, value=item.goal.value, upper=item.goal.upper), line
                ),
                "share": item.share,
                "verdict": item.verdict,
                "verdict_text": verdict_text(item.verdict),
                "source": "" if item.before is None else item.before.get_source_display(),
            }
        )
    sums = [(sum_text(line, item), item.balance, item.without) for item in found.sums]
    counts = [(verdict_text(verdict), found.counts[verdict]) for verdict in Verdict if found.counts[verdict]]
    return {
        "groups": list(groups.items()),
        "sums": sums,
        "asks": [ask for ask in found.asks if ask not in {text for text, _balance, _without in sums}],
        "counts": counts,
        "short": any(item.balance is Balance.SHORT for item in found.sums),
        "has_shares": any(item.share is not None for item in found.cells),
    }
