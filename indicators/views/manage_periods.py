"""管理 › 填报期: opening a quarter, moving its days, and who has not reported."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators.models import ReportingPeriod
from indicators.permissions import get_period_for
from indicators.selectors.administration import Proposal, next_quarter, periods_for, staff_regions, usual_region
from indicators.selectors.completeness import completeness, last_urges
from indicators.services.periods import change_period, create_period
from indicators.services.reminders import urge
from indicators.views.manage_forms import PeriodForm
from ipdash.core import clock, workdays
from ipdash.core.display import day_text
from ipdash.core.errors import Invalid
from ipdash.core.periods import Quarter, quarters_between
from plans.models import Region, Role
from plans.permissions import can_change_in_region, require_staff_of
from plans.views.manage_common import FormPage, actor_with, form_page, page_of

AHEAD = 4


@require_safe
def period_list(request: HttpRequest) -> HttpResponse:
    """Quarters that are set, the latest first."""
    _actor, scope = actor_with(request, Role.STAFF)
    today = clock.today()
    page = page_of(request, periods_for(scope))
    context = {"page": page, "rows": [(period, period.state_on(today)) for period in page.object_list]}
    return render(request, "manage/periods.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def period_new(request: HttpRequest) -> HttpResponse:
    """Opens a quarter (`?region=&quarter=`) with the usual days proposed."""
    actor, scope = actor_with(request, Role.STAFF)
    regions = staff_regions(scope)
    region = _asked_region(request, regions)
    today = clock.today()
    quarter = Quarter.parse(request.GET.get("quarter", "")) or next_quarter(region, today)
    proposal = Proposal(quarter)
    form = PeriodForm(
        request.POST if request.method == "POST" else None,
        initial={"opens": proposal.opens, "due": proposal.due, "locks": proposal.locks},
    )
    if form.carried_out(
        lambda v: create_period(actor, region=region.code, year=quarter.year, quarter=quarter.quarter, **v)
    ):
        messages.success(
            request, _("已为%(region)s设置%(quarter)s填报期。") % {"region": region.name, "quarter": quarter.label}
        )
        return redirect("manage-periods")
    last = Quarter.containing(today)
    context = {
        "form": form,
        "region": region,
        "regions": regions,
        "quarter": quarter,
        "quarters": sorted({*quarters_between(last - AHEAD * 2, last + AHEAD), quarter}, reverse=True),
        "note": workday_note(proposal.due),
    }
    return render(request, "manage/period_new.html", context, status=form.status)


def _asked_region(request: HttpRequest, regions: list[Region]) -> Region:
    """The region in the address, else the usual one. One outside the person's reach is refused as such."""
    code = request.GET.get("region", "")
    asked = next((region for region in regions if region.code == code), None)
    if asked is None and code:
        asked = Region.objects.filter(code=code).first()
    return asked or usual_region(regions)


def workday_note(due: date) -> str:
    """Whether people work on the due day, and what to choose if not."""
    guess = "" if workdays.is_known(due) else _("（该年放假安排尚未公布，按周末判断）")
    if workdays.works(due):
        return _("%(day)s是工作日%(guess)s。") % {"day": day_text(due), "guess": guess}
    return _("%(day)s不是工作日%(guess)s，之后的第一个工作日是%(next)s。") % {
        "day": day_text(due),
        "guess": guess,
        "next": day_text(workdays.next_workday(due)),
    }


@require_safe
def period_detail(request: HttpRequest, period_id: int) -> HttpResponse:
    """One quarter: its days, and unit by unit what has been reported."""
    _actor, scope = actor_with(request, Role.STAFF)
    period = get_period_for(scope, period_id)
    today = clock.today()
    can_change, found = can_change_in_region(scope, period.region.code), completeness(scope, period)
    context = {
        "period": period,
        "state": period.state_on(today),
        "days_left": (period.due - today).days,
        "completeness": found,
        "can_change": can_change,
        "can_urge": can_change and bool(found.late) and period.opens <= today <= period.locks,
        "urged": last_urges(period),
    }
    return render(request, "manage/period.html", context)


@require_POST
def period_urge(request: HttpRequest, period_id: int) -> HttpResponse:
    """Asks units that have not reported everything: the ticked ones (`unit`), or with `who=late` all of them."""
    actor, _scope = actor_with(request, Role.STAFF)
    units = {
        int(text) for text in request.POST.getlist("unit") if text.isascii() and text.isdecimal() and len(text) < 19
    }
    try:
        if request.POST.get("who") != "late" and not units:
            raise Invalid("nobody_ticked", _("请先勾选要催报的单位，或选择催报全部未报齐单位。"))
        wanted = set() if request.POST.get("who") == "late" else units
        done = urge(actor, period_id, wanted, request.POST.get("message", ""), today=clock.today())
    except Invalid as refused:
        messages.error(request, str(refused))
    else:
        if done.asked:
            messages.success(request, _("已催报%(count)s个单位。") % {"count": len(done.asked)})
        if done.again:
            said = _("今天已经催报过：%(names)s。")
            messages.info(request, said % {"names": _("、").join(done.again[:8])})
    return redirect("manage-period", period_id=period_id)


@require_http_methods(["GET", "HEAD", "POST"])
def period_change(request: HttpRequest, period_id: int) -> HttpResponse:
    """Moves the days."""
    actor, scope = actor_with(request, Role.STAFF)
    period = get_period_for(scope, period_id)
    require_staff_of(scope, period.region)
    form = PeriodForm(
        request.POST if request.method == "POST" else None,
        initial={"opens": period.opens, "due": period.due, "locks": period.locks},
    )
    if form.carried_out(
        lambda v: change_period(actor, period_id, {**v}, version=form.version),  # type: ignore[typeddict-item]  # the form's fields are the changes
        present_version=lambda: ReportingPeriod.objects.values_list("version", flat=True).get(pk=period_id),
    ):
        messages.success(request, _("填报期已修改。"))
        return redirect("manage-period", period_id=period_id)
    title = f"{period.region.name} {period.as_quarter.label}"
    page = FormPage(
        title=_("调整填报期"),
        submit=_("保存"),
        back=reverse("manage-period", args=[period_id]),
        lead=_("修改立即对该区划及其下级的全部填报单位生效。%(note)s") % {"note": workday_note(period.due)},
        crumbs=((reverse("manage-periods"), _("填报期")), (reverse("manage-period", args=[period_id]), title)),
        version=period.version,
    )
    return form_page(request, form, page)
