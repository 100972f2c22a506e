"""One indicator of a plan (design: product, page 2)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from indicators.permissions import get_line_for, sees_working_records
from indicators.selectors.decomposition.family import family
from indicators.selectors.line_page import line_page
from indicators.selectors.quarters import default_quarter, plan_quarters
from indicators.selectors.stamps import line_stamp
from indicators.selectors.task_links import link_stamp
from indicators.views.kept import kept_page, page_of_this_state, recalled
from indicators.views.overview import asked_quarter
from ipdash.core import clock
from plans.permissions import not_found
from plans.scope import scope_of


@require_safe
@recalled
def indicator(request: HttpRequest, plan_id: int, line_id: int) -> HttpResponse:
    """A target line at the end of a quarter."""
    scope, today = scope_of(request.user), clock.today()
    line = get_line_for(scope, line_id)
    if line.plan_id != plan_id:
        raise not_found()
    quarter = asked_quarter(request, line.plan) or default_quarter(line.plan, today)

    def make() -> HttpResponse:
        context = {
            "page": line_page(scope, line, quarter, today),
            "family": family(scope, line, today),
            "line": line,
            "plan": line.plan,
            "quarters": plan_quarters(line.plan)[::-1],
        }
        return render(request, "indicators/line.html", context)

    if sees_working_records(scope, line.region.code):
        # Insiders see every word on its way, which no stamp of results tells of.
        return page_of_this_state(request, scope, make)
    return kept_page(request, scope, (str(quarter), line_stamp(line, quarter), link_stamp(line)), make)
