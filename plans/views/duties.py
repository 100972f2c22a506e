"""单位分工: who answers for what, one page per unit to be printed and laid on a desk; a plan's timeline."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ipdash.core import clock
from ipdash.core.periods import Quarter
from plans.models import Plan
from plans.permissions import get_plan_for, get_unit_for
from plans.scope import scope_of
from plans.selectors.duties import unit_duties, units_with_duties
from plans.selectors.timeline import plan_timeline
from plans.views.manage_common import page_of


def _text(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()


@require_safe
def unit_list(request: HttpRequest) -> HttpResponse:
    """Units with duties: `?plan=&words=`."""
    scope, plan, words = scope_of(request.user), _text(request, "plan"), _text(request, "words")
    context = {
        "page": page_of(request, units_with_duties(scope, plan, words)),
        "plans": list(Plan.objects.visible_to(scope)),
        "plan": plan,
        "words": words,
    }
    return render(request, "tasks/units.html", context)


@require_safe
def unit_page(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Everything one unit answers for: `?plan=`."""
    scope, plan = scope_of(request.user), _text(request, "plan")
    unit = get_unit_for(scope, unit_id)
    today = clock.today()
    context = {
        "unit": unit,
        "d": unit_duties(scope, unit, today, plan),
        "plan": plan,
        "today": today,
        "soon": Quarter.containing(today).last_day,
        "aliases": list(unit.aliases.all()),
        "members": list(unit.members.select_related("region").order_by("pk")) if unit.is_collective else [],
        "collectives": list(unit.collectives.all()),
    }
    return render(request, "tasks/unit.html", context)


@require_safe
def timeline_page(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The plan's phases and its tasks' milestones along the quarters, with the table behind them."""
    plan = get_plan_for(scope_of(request.user), plan_id)
    today = clock.today()
    context = {"plan": plan, "t": plan_timeline(plan, today), "today": today}
    return render(request, "tasks/timeline.html", context)
