"""我的工作: the home of reporters and departments (design: product, page 5)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from indicators.selectors.my_work import my_work
from indicators.views.kept import page_of_this_state, recalled
from ipdash.core import clock
from plans.models import Role
from plans.permissions import units_of
from plans.scope import scope_of

MOST_PERIODS = 4


@require_safe
@recalled
def work(request: HttpRequest) -> HttpResponse:
    """What is mine to do today."""
    scope, today = scope_of(request.user), clock.today()

    def make() -> HttpResponse:
        mine = my_work(scope, today)
        periods = list({item.period.pk: item.period for item in mine.to_report}.values())
        context = {
            "work": mine,
            "units": units_of(scope),
            "urges_others": scope.has(Role.STAFF),
            "periods": periods[:MOST_PERIODS],
        }
        return render(request, "my_work/page.html", context)

    return page_of_this_state(request, scope, make)
