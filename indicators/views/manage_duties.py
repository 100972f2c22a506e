"""管理 › 填报责任: who reports what for which region, from when to when."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators.models import ReportingDuty
from indicators.permissions import get_duty_for
from indicators.selectors.administration import DutyFilter, by_unit, staff_regions
from indicators.services.periods import create_duty, end_duty, hand_over_duty
from indicators.views.manage_forms import DutyEndForm, DutyForm, DutyHandOverForm
from ipdash.core import clock
from plans.models import Role, Unit
from plans.permissions import can_change_in_region
from plans.scope import Scope
from plans.views.manage_common import FormPage, actor_with, asked, form_page, page_of

PAGE = 100


@require_safe
def duty_list(request: HttpRequest) -> HttpResponse:
    """Duties unit by unit."""
    _actor, scope = actor_with(request, Role.STAFF)
    wanted = asked(request, DutyFilter)
    page = page_of(request, wanted.duties(scope, clock.today()), PAGE)
    context = {
        "page": page,
        "groups": list(by_unit(list(page.object_list))),
        "wanted": wanted,
        "regions": staff_regions(scope),
    }
    return render(request, "manage/duties.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def duty_new(request: HttpRequest) -> HttpResponse:
    """Makes a unit report an indicator for a region."""
    actor, scope = actor_with(request, Role.STAFF)
    today = clock.today()
    form = DutyForm(
        request.POST if request.method == "POST" else None,
        scope=scope,
        regions=staff_regions(scope),
        initial={"valid_from": today.replace(month=1, day=1), "indicator": request.GET.get("indicator", "")},
    )
    if form.carried_out(lambda values: create_duty(actor, **values)):
        messages.success(request, _("填报责任已建立。"))
        return redirect(f"{reverse('manage-duties')}?region={form.cleaned_data['region']}")
    page = FormPage(
        title=_("新增填报责任"),
        submit=_("建立"),
        back=reverse("manage-duties"),
        lead=_("一个指标在一个区划同一时间只由一个单位填报。相对数不直接填报，由其分子、分母算出。"),
        crumbs=((reverse("manage-duties"), _("填报责任")),),
    )
    return form_page(request, form, page)


@require_safe
def duty_detail(request: HttpRequest, duty_id: int) -> HttpResponse:
    """One duty, with the two ways in which it passes."""
    _actor, scope = actor_with(request, Role.STAFF)
    return _duty_page(request, scope, get_duty_for(scope, duty_id))


@require_POST
def duty_end(request: HttpRequest, duty_id: int) -> HttpResponse:
    """Ends a duty with a day."""
    actor, scope = actor_with(request, Role.STAFF)
    duty = get_duty_for(scope, duty_id)
    form = DutyEndForm(request.POST)
    if form.carried_out(
        lambda v: end_duty(actor, duty_id, last_day=v["valid_to"], version=form.version), lambda: _version(duty_id)
    ):
        messages.success(request, _("填报责任已设终止日期。"))
        return redirect("manage-duty", duty_id=duty_id)
    return _duty_page(request, scope, duty, end_form=form)


@require_POST
def duty_hand_over(request: HttpRequest, duty_id: int) -> HttpResponse:
    """Passes a duty to another unit."""
    actor, scope = actor_with(request, Role.STAFF)
    duty = get_duty_for(scope, duty_id)
    form = DutyHandOverForm(request.POST, scope=scope)
    if form.carried_out(
        lambda v: hand_over_duty(actor, duty_id, unit=v["unit"], first_day=v["first_day"], version=form.version),
        lambda: _version(duty_id),
    ):
        name = Unit.objects.values_list("name", flat=True).get(pk=form.cleaned_data["unit"])
        messages.success(request, _("填报责任已移交给%(name)s。") % {"name": name})
        return redirect("manage-duties")
    return _duty_page(request, scope, duty, hand_form=form)


def _version(duty_id: int) -> int:
    return int(ReportingDuty.objects.values_list("version", flat=True).get(pk=duty_id))


def _duty_page(
    request: HttpRequest,
    scope: Scope,
    duty: ReportingDuty,
    *,
    end_form: DutyEndForm | None = None,
    hand_form: DutyHandOverForm | None = None,
) -> HttpResponse:
    bound = end_form or hand_form
    context: dict[str, Any] = {
        "duty": duty,
        "end_form": end_form or DutyEndForm(initial={"valid_to": duty.valid_to}, auto_id="end_%s"),
        "hand_form": hand_form or DutyHandOverForm(scope=scope, auto_id="hand_%s"),
        "version": bound.data.get("version") if bound else duty.version,
        "can_change": can_change_in_region(scope, duty.region.code),
        "history": ReportingDuty.objects.filter(indicator=duty.indicator_id, region=duty.region_id)
        .select_related("unit")
        .order_by("valid_from"),
    }
    return render(request, "manage/duty.html", context, status=bound.status if bound else 200)
