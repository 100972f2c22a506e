"""The public's pages: what staff published, frozen as it was then, and nothing else (design: product).

Off unless `IPDASH_PUBLIC` is set; then still plan by plan and quarter by quarter. Whatever is not published answers 404.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from indicators.selectors.conclusion import LIGHTS, counted
from indicators.selectors.publications import PublicLine, PublicPlan, Published, public_lines, public_plans
from indicators.views.kept import KEPT_SECONDS, program_stamp
from ipdash.core import marks
from ipdash.core.display import status_word
from ipdash.core.periods import Quarter
from plans.permissions import not_found

MAY_BE_OLD_SECONDS = 60


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read: the public pages where there are any, and nothing else."""
    open_to_all = "Allow: /public/\n" if settings.PUBLIC_PAGES else ""
    return HttpResponse(f"User-agent: *\n{open_to_all}Disallow: /\n", content_type="text/plain; charset=utf-8")


@require_safe
def public_list(request: HttpRequest) -> HttpResponse:
    """The plans of which something is published."""
    plans = _published()
    if not plans:
        raise not_found()
    version = [(item.plan.pk, item.plan.version, item.plan.region.name, item.quarters) for item in plans]
    demo = any(item.plan.is_demo for item in plans)
    return _kept(request, version, lambda: render(request, "public/list.html", {"plans": plans, "demo": demo}))


@require_safe
def public_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """A published quarter of a plan, the latest unless `?quarter=2025Q2` asks for another."""
    asked = request.GET.get("quarter", "")
    quarter = Quarter.parse(asked)
    found = _published(plan_id)
    shown = found[0].at(quarter) if found and (quarter or not asked) else None
    if shown is None:
        raise not_found()
    item = found[0]
    version = (item.plan.version, item.plan.region.name, item.quarters, shown.pk)
    return _kept(request, version, lambda: _plan_page(request, item, shown))


def _published(plan_id: int | None = None) -> list[PublicPlan]:
    return public_plans(plan_id) if settings.PUBLIC_PAGES else []


@dataclass(frozen=True)
class Row:
    """A published line with its bullet bar."""

    line: PublicLine
    bullet: SafeString


def _plan_page(request: HttpRequest, item: PublicPlan, shown: Published) -> HttpResponse:
    lines = public_lines(shown.pk)
    context = {
        "plan": item.plan,
        "demo": item.plan.is_demo,
        "shown": shown,
        "quarters": item.quarters,
        "sentence": counted(shown.quarter, [line.status for line in lines]),
        "lights": {light: sum(line.light == light for line in lines) for light in LIGHTS},
        "rows": [Row(line, _bullet(line)) for line in lines],
    }
    return render(request, "public/plan.html", context)


def _bullet(line: PublicLine) -> SafeString:
    drawn = line.drawn
    return marks.bullet(
        drawn["actual"],
        drawn["expected"],
        drawn["target"],
        upper=drawn["target_upper"],
        lower_is_better=line.lower_is_better,
        places=line.places,
        unit=line.shown["unit"],
        label=line.name,
        missing=str(status_word(line.status).label),
    )


def _kept(request: HttpRequest, version: object, make: Callable[[], HttpResponse]) -> HttpResponse:
    """The page made once for everybody; browsers and proxies may hold it for a minute, so that a withdrawal works soon."""
    frame = (request.path, get_language(), program_stamp())
    mark = hashlib.sha256(repr((frame, version)).encode()).hexdigest()[:32]
    etag = f'W/"{mark}"'
    if etag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        page: bytes | None = cache.get(f"public:{mark}")
        if page is None:
            page = make().content
            cache.set(f"public:{mark}", page, KEPT_SECONDS)
        response = HttpResponse(page)
    response["ETag"], response["Cache-Control"] = etag, f"public, max-age={MAY_BE_OLD_SECONDS}"
    return response
