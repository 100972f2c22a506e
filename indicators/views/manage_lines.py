"""管理 › 目标: confirming what a target means, setting and correcting a year's, and registering an adjustment."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from indicators.display import line_unit, shown_value, stored_value, target_text
from indicators.models import Target, TargetLine
from indicators.permissions import get_line_for
from indicators.selectors.decomposition.family import decompositions_of
from indicators.selectors.decomposition.regions import regions_below
from indicators.selectors.quarters import plan_quarters
from indicators.services.line_ends import end_line, reopen_line
from indicators.services.targets import LineValues, TargetValue, adjust_target, change_line
from indicators.views.manage_forms import AdjustForm, BasisForm, EndForm, LeadForm, TargetForm
from ipdash.accounts.models import User
from ipdash.core import clock
from ipdash.core.forms import ServiceForm
from ipdash.core.periods import Quarter
from plans.models import Role
from plans.permissions import not_found, require_staff_of
from plans.scope import Scope
from plans.views.manage_common import actor_with


@dataclass(frozen=True)
class YearRow:
    """A year of the plan with the versions of its target, the one first issued first."""

    year: int
    versions: list[tuple[Target, str, Quarter | None]]


def _line(request: HttpRequest, line_id: int) -> tuple[User, Scope, TargetLine]:
    actor, scope = actor_with(request, Role.STAFF)
    line = get_line_for(scope, line_id)
    require_staff_of(scope, line.plan.region)
    return actor, scope, line


@require_safe
def line_detail(request: HttpRequest, line_id: int) -> HttpResponse:
    """One target line: source, basis, lead unit, and the targets by year."""
    _actor, scope, line = _line(request, line_id)
    return _line_page(request, scope, line)


@require_POST
def line_basis(request: HttpRequest, line_id: int) -> HttpResponse:
    """Confirms or changes the basis, with its reason."""
    actor, scope, line = _line(request, line_id)
    form = BasisForm(request.POST)

    def act(values: dict[str, Any]) -> None:
        basis, reason = values["basis"], values["basis_reason"]
        wanted: LineValues = {"basis": basis, "basis_reason": reason, "basis_ambiguous": False}
        change_line(actor, line_id, wanted, version=form.version, reason=reason)

    if form.carried_out(act, lambda: _version(line_id)):
        messages.success(request, _("目标口径已确认。"))
        return redirect("manage-line", line_id=line_id)
    return _line_page(request, scope, line, basis=form)


@require_POST
def line_lead(request: HttpRequest, line_id: int) -> HttpResponse:
    """Sets who leads."""
    actor, scope, line = _line(request, line_id)
    form = LeadForm(request.POST, scope=scope)
    if form.carried_out(
        lambda v: change_line(actor, line_id, {"lead_unit": v["lead_unit"]}, version=form.version),
        lambda: _version(line_id),
    ):
        messages.success(request, _("牵头单位已保存。"))
        return redirect("manage-line", line_id=line_id)
    return _line_page(request, scope, line, lead=form)


@require_POST
def line_end(request: HttpRequest, line_id: int) -> HttpResponse:
    """Ends the line by a document, or changes its end."""
    actor, scope, line = _line(request, line_id)
    form = EndForm(request.POST, quarters=plan_quarters(line.plan), auto_id="end_%s")
    if form.carried_out(
        lambda v: end_line(actor, line_id, **v, version=form.version),
        lambda: _version(line_id),
    ):
        messages.success(request, _("目标的终止已登记；此前季度的判断不变。"))
        return redirect("manage-line", line_id=line_id)
    return _line_page(request, scope, line, end=form)


@require_POST
def line_reopen(request: HttpRequest, line_id: int) -> HttpResponse:
    """Takes the end back."""
    actor, _scope, line = _line(request, line_id)
    if line.ended_from is not None:
        reopen_line(actor, line_id)
        messages.success(request, _("目标已恢复；完成情况会自动重算。"))
    return redirect("manage-line", line_id=line_id)


@require_safe
def target_detail(request: HttpRequest, line_id: int, year: int) -> HttpResponse:
    """One year's target: to be set, or to be corrected or adjusted."""
    _actor, _scope, line = _line(request, line_id)
    return _target_page(request, line, year)


@require_POST
def target_correct(request: HttpRequest, line_id: int, year: int) -> HttpResponse:
    """Sets a year's target as first issued, or mends it where it was read or printed wrongly."""
    actor, _scope, line = _line(request, line_id)
    _refuse_foreign_year(line, year)
    form = TargetForm(request.POST)

    def act(values: dict[str, Any]) -> None:
        first = line.targets.filter(in_force_from=None)
        old = first.filter(year=year).first()
        others = [
            TargetValue(t.year, t.comparator, t.value, t.upper, t.printed, t.source) for t in first.exclude(year=year)
        ]
        source = old.source if old is not None else Target.Source.DECOMPOSED.value
        value, upper = _amounts(line, values)
        new = TargetValue(year, values["comparator"], value, upper, values["printed"], source)
        change_line(actor, line_id, {"targets": [*others, new]}, version=form.version, reason=values["reason"])

    if form.carried_out(act, lambda: _version(line_id)):
        messages.success(request, _("%(year)s年目标已保存；完成情况会自动重算。") % {"year": year})
        return redirect("manage-line", line_id=line_id)
    return _target_page(request, line, year, correct=form)


@require_POST
def target_adjust(request: HttpRequest, line_id: int, year: int) -> HttpResponse:
    """Registers 目标调整 by a document."""
    actor, _scope, line = _line(request, line_id)
    _refuse_foreign_year(line, year)
    form = AdjustForm(request.POST, quarters=plan_quarters(line.plan))

    def act(values: dict[str, Any]) -> None:
        target = TargetValue(year, values["comparator"], *_amounts(line, values))
        adjust_target(
            actor, line_id, target, in_force_from=values["in_force_from"], document=values["document"],
            adjusted_on=values["adjusted_on"], version=form.version,
        )  # fmt: skip

    if form.carried_out(act, lambda: _version(line_id)):
        messages.success(request, _("%(year)s年目标调整已登记；此前季度仍按原目标。") % {"year": year})
        return redirect("manage-line", line_id=line_id)
    return _target_page(request, line, year, adjust=form)


def _amounts(line: TargetLine, values: dict[str, Any]) -> tuple[Decimal, Decimal | None]:
    """Value and upper as stored: they are typed in the unit that the page shows."""
    return values["value"] * line.unit_factor, stored_value(line, values["upper"])


def _version(line_id: int) -> int:
    return int(TargetLine.objects.values_list("version", flat=True).get(pk=line_id))


def _refuse_foreign_year(line: TargetLine, year: int) -> None:
    if not line.plan.start_year <= year <= line.plan.end_year:
        raise not_found()


def _line_page(
    request: HttpRequest,
    scope: Scope,
    line: TargetLine,
    *,
    basis: BasisForm | None = None,
    lead: LeadForm | None = None,
    end: EndForm | None = None,
) -> HttpResponse:
    initial = {"basis": line.basis, "basis_reason": line.basis_reason}
    bound = basis or lead or end
    quarters = plan_quarters(line.plan)
    now = Quarter.containing(clock.today())
    proposed = None if line.ended_from is None else Quarter.from_index(line.ended_from)
    context = {
        "line": line,
        "plan": line.plan,
        "years": _years(line),
        "unit": line_unit(line),
        "decompositions": decompositions_of(line),
        "has_regions": bool(regions_below(line, clock.today())),
        "basis_form": basis or BasisForm(initial=initial, auto_id="basis_%s"),
        "lead_form": lead or LeadForm(scope=scope, initial={"lead_unit": line.lead_unit_id}, auto_id="lead_%s"),
        "end_form": end
        or EndForm(
            quarters=quarters,
            initial={
                "ended_from": str(proposed or (now if now in quarters else "")),
                "document": line.ending_document, "ended_on": line.ended_on,
            },
            auto_id="end_%s",
        ),
        "ended_from": proposed,
        **_sent(bound, line),
    }  # fmt: skip
    return render(request, "manage/line.html", context, status=bound.status if bound else 200)


def _target_page(
    request: HttpRequest,
    line: TargetLine,
    year: int,
    *,
    correct: TargetForm | None = None,
    adjust: AdjustForm | None = None,
) -> HttpResponse:
    _refuse_foreign_year(line, year)
    row = next(row for row in _years(line) if row.year == year)
    first = row.versions[0][0] if row.versions else None
    quarters = [quarter for quarter in plan_quarters(line.plan) if quarter.year <= year]
    bound = correct or adjust
    initial: dict[str, Any] = {} if first is None else {"comparator": first.comparator, "printed": first.printed}
    if first is not None:
        initial |= {"value": shown_value(line, first.value), "upper": shown_value(line, first.upper)}
    proposed = Quarter.containing(clock.today())
    context = {
        "line": line,
        "plan": line.plan,
        "row": row,
        "unit": line_unit(line),
        "correct_form": correct or TargetForm(initial=initial, auto_id="correct_%s"),
        "adjust_form": adjust
        or AdjustForm(
            quarters=quarters,
            initial={"comparator": first.comparator if first else ">=", "in_force_from": str(proposed)},
            auto_id="adjust_%s",
        ),
        **_sent(bound, line),
    }
    return render(request, "manage/target.html", context, status=bound.status if bound else 200)


def _sent(bound: ServiceForm | None, line: TargetLine) -> dict[str, Any]:
    return {"version": bound.data.get("version") if bound else line.version}


def _years(line: TargetLine) -> list[YearRow]:
    """Every year of the plan, with a target or without."""
    targets: dict[int, list[tuple[Target, str, Quarter | None]]] = {}
    for target in line.targets.all():
        since = None if target.in_force_from is None else Quarter.from_index(target.in_force_from)
        targets.setdefault(target.year, []).append((target, target_text(target, line), since))
    years = sorted({*range(line.plan.start_year, line.plan.end_year + 1), *targets})
    return [YearRow(year, targets.get(year, [])) for year in years]
