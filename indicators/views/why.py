"""Why a number is what it is: one address each for a result and for a figure, as a page of its own or as a panel on any page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from indicators.permissions import get_figure_for, get_line_for
from indicators.selectors.figure_why import figure_why
from indicators.selectors.why import why
from ipdash.core.periods import Quarter
from plans.permissions import not_found
from plans.scope import scope_of


@require_safe
def result(request: HttpRequest, line_id: int, quarter: str) -> HttpResponse:
    """A target line's result at the end of a quarter, with what it was made of."""
    scope = scope_of(request.user)
    line, asked = get_line_for(scope, line_id), Quarter.parse(quarter)
    if asked is None or not line.plan.start_year <= asked.year <= line.plan.end_year:
        raise not_found()
    page = why(scope, line, asked)
    return _answer(
        request, "why/_result.html", {"page": page, "why": page.explanation, "line": line, "plan": line.plan}
    )


@require_safe
def figure(request: HttpRequest, figure_id: int) -> HttpResponse:
    """A reported figure with its history and its uses."""
    scope = scope_of(request.user)
    found = get_figure_for(scope, figure_id)
    return _answer(request, "why/_figure.html", {"why": figure_why(scope, found), "figure": found})


def _answer(request: HttpRequest, body: str, context: dict[str, Any]) -> HttpResponse:
    is_panel = request.headers.get("HX-Request") == "true"
    response = render(request, "why/_panel.html" if is_panel else "why/page.html", context | {"body": body})
    patch_vary_headers(response, ["HX-Request"])
    return response
