"""管理 › 公开: which quarters of a plan the public reads, and what publishing another one would show."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from indicators.models.attainment import Status
from indicators.selectors.conclusion import counted
from indicators.selectors.overview import read_lines
from indicators.selectors.publications import (
    differences,
    frozen,
    public_page_is_on,
    publications_of,
    standing_publication,
)
from indicators.selectors.quarters import default_quarter, plan_quarters
from indicators.services.publications import publish_quarter, switch_public_page, withdraw_publication
from indicators.views.overview import asked_quarter
from ipdash.core import clock
from ipdash.core.errors import DomainError, Invalid
from ipdash.core.forms import SHOWN_IN_THE_FORM
from ipdash.core.periods import Quarter
from plans.models import Plan, Role
from plans.permissions import get_plan_for, require_staff_of
from plans.scope import Scope
from plans.views.manage_common import actor_with


@require_safe
def public_page(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The switch, what stands published, and the preview of the quarter in the address."""
    _actor, scope = actor_with(request, Role.STAFF)
    plan = get_plan_for(scope, plan_id)
    require_staff_of(scope, plan.region)
    today = clock.today()
    quarter = asked_quarter(request, plan) or default_quarter(plan, today)
    rows = publications_of(plan)
    context = {
        "plan": plan,
        "installed": settings.PUBLIC_PAGES,
        "is_on": public_page_is_on(plan),
        "standing": [row for row in rows if row.withdrawn_at is None],
        "withdrawn": [row for row in rows if row.withdrawn_at is not None],
        "quarters": [found for found in plan_quarters(plan)[::-1] if found.has_ended(today)],
        "preview": _preview(scope, plan, quarter),
    }
    return render(request, "manage/public.html", context)


def _preview(scope: Scope, plan: Plan, quarter: Quarter) -> dict[str, Any]:
    """What publishing this quarter now would show, and how that differs from what stands published."""
    present = [frozen(line) for line in read_lines(scope, plan, plan.region, quarter)]
    standing = standing_publication(plan, quarter)
    statuses = [row["status"] for row in present]
    return {
        "quarter": quarter,
        "lines": present,
        "sentence": counted(quarter, statuses),
        "missing": statuses.count(Status.MISSING),
        "standing": standing,
        "differences": differences(standing.lines, present) if standing else [],
    }


@require_POST
def switch(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Turns the plan's public page on or off."""
    actor, _scope = actor_with(request, Role.STAFF)
    is_on = request.POST.get("is_on") == "1"
    switch_public_page(actor, plan_id, is_on=is_on)
    messages.success(request, _("公开页面已开启。") if is_on else _("公开页面已关闭，外部不能再看到任何内容。"))
    return redirect("manage-public", plan_id=plan_id)


@require_POST
def publish(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Publishes a quarter as it stands now."""
    actor, _scope = actor_with(request, Role.STAFF)
    quarter = Quarter.parse(request.POST.get("quarter", ""))
    if quarter is None:
        raise Invalid("bad_period", _("请选择要发布的季度。"))
    try:
        publish_quarter(actor, plan_id, quarter, clock.today())
    except DomainError as error:
        if error.status not in SHOWN_IN_THE_FORM:
            raise
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(quarter)s已发布。") % {"quarter": quarter.label})
    return redirect(f"{reverse('manage-public', args=[plan_id])}?quarter={quarter}")


@require_POST
def withdraw(request: HttpRequest, publication_id: int) -> HttpResponse:
    """Takes a published quarter back."""
    actor, _scope = actor_with(request, Role.STAFF)
    publication = withdraw_publication(actor, publication_id, request.POST.get("reason", ""))
    messages.success(request, _("%(quarter)s已撤回。") % {"quarter": publication.as_quarter.label})
    return redirect("manage-public", plan_id=publication.plan_id)
