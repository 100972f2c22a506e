"""督办: the list, one slip with its history and what may be done, a new one by hand, and the printed slip."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ipdash.core import clock
from ipdash.core.errors import Conflict, DomainError, Invalid
from plans.models import Role, SlipLevel, SlipState, Supervision, Unit
from plans.permissions import can_change_in_region, get_slip_for, get_task_for, require_staff_of
from plans.scope import scope_of
from plans.selectors.supervision import SlipFilter, slip_choices, slip_row, slips_for, steps_of
from plans.services.slips import make_slip, move_slip
from plans.views.manage_common import asked, page_of

MOST_AT_ONCE = 200


@require_safe
def slip_list(request: HttpRequest) -> HttpResponse:
    """Slips that concern this person, narrowed by the address; staff send several proposals at once."""
    scope, today = scope_of(request.user), clock.today()
    wanted = asked(request, SlipFilter)
    page = page_of(request, slips_for(scope, wanted))
    plans, units = slip_choices(scope)
    context = {
        "page": page,
        "rows": [slip_row(scope, slip, today) for slip in page.object_list],
        "wanted": wanted,
        "query": urlencode({name: value for name, value in vars(wanted).items() if value}),
        "plans": plans,
        "units": units,
        "states": SlipState.choices,
        "levels": SlipLevel.choices,
        "reasons": Supervision.Reason.choices,
        "is_staff": scope.has(Role.STAFF),
    }
    return render(request, "supervision/list.html", context)


@require_POST
def slips_send(request: HttpRequest) -> HttpResponse:
    """Sends the ticked proposals (`slip`); what another person has handled meanwhile is named, the others go out."""
    ids = [int(text) for text in request.POST.getlist("slip") if text.isascii() and text.isdecimal() and len(text) < 19]
    sent, refused = 0, []
    for pk in ids[:MOST_AT_ONCE]:
        try:
            move_slip(request.user, pk, "send", today=clock.today())
        except Conflict as error:
            refused.append(str(error))
        else:
            sent += 1
    if not ids:
        messages.error(request, _("请先勾选要发出的督办单。"))
    if sent:
        messages.success(request, _("已发出%(count)s件督办单。") % {"count": sent})
    for text in dict.fromkeys(refused):
        messages.error(request, text)
    return redirect("/supervision/?state=proposed")


@require_safe
def slip_detail(request: HttpRequest, slip_id: int) -> HttpResponse:
    """One slip: grounds, demand, days, history, and the steps that are this person's."""
    return _page(request, slip_id)


def _page(request: HttpRequest, slip_id: int, refusal: DomainError | None = None, words: str = "") -> HttpResponse:
    scope, today = scope_of(request.user), clock.today()
    slip = get_slip_for(scope, slip_id)
    context = {
        "row": slip_row(scope, slip, today),
        "slip": slip,
        "steps": steps_of(slip),
        "leaders": list(slip.leaders.all()),
        "refusal": refusal,
        "words": words,
        "is_staff": can_change_in_region(scope, slip.region.code),
    }
    return render(request, "supervision/detail.html", context, status=refusal.status if refusal else 200)


@require_POST
def slip_move(request: HttpRequest, slip_id: int, action: str) -> HttpResponse:
    """One step of the table; refused for want of words, the page comes back with what was typed."""
    words, version = request.POST.get("words", "").replace("\0", ""), request.POST.get("version", "")
    number = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else None
    try:
        slip = move_slip(request.user, slip_id, action, words, today=clock.today(), version=number)
    except (Invalid, Conflict) as refusal:
        return _page(request, slip_id, refusal, words)
    said = _("督办单现在是“%(state)s”。") % {"state": slip.get_state_display()}
    messages.success(request, said)
    return redirect("slip", slip_id=slip.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def slip_new(request: HttpRequest, task_id: int) -> HttpResponse:
    """专项督办: a slip by hand for one of the task's units."""
    scope = scope_of(request.user)
    task = get_task_for(scope, task_id)
    require_staff_of(scope, task.plan.region)
    refusal: DomainError | None = None
    if request.method == "POST":
        unit = request.POST.get("unit", "")
        try:
            slip = make_slip(
                request.user, task_id, int(unit) if unit.isdecimal() and len(unit) < 19 else 0,
                request.POST.get("level", ""), request.POST.get("demand", "").replace("\0", ""), today=clock.today(),
            )  # fmt: skip
        except (Invalid, Conflict) as error:
            refusal = error
        else:
            messages.success(request, _("已发出%(number)s。") % {"number": slip.label})
            return redirect("slip", slip_id=slip.pk)
    units = Unit.objects.filter(assignments__task=task, assignments__ended_on=None).distinct()
    members = Unit.objects.filter(collectives__in=units.filter(is_collective=True)).distinct()
    context: dict[str, Any] = {
        "task": task,
        "units": [*units.filter(is_collective=False), *members],
        "levels": SlipLevel.choices,
        "refusal": refusal,
        "typed": request.POST,
    }
    return render(request, "supervision/new.html", context, status=refusal.status if refusal else 200)


@require_safe
def slip_print(request: HttpRequest, slip_id: int) -> HttpResponse:
    """The slip as an A4 page in official form."""
    scope = scope_of(request.user)
    slip = get_slip_for(scope, slip_id)
    context = {"row": slip_row(scope, slip, clock.today()), "slip": slip, "steps": steps_of(slip)[::-1]}
    return render(request, "supervision/print.html", context)
