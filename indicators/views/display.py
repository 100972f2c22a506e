"""大屏: the overview of one plan for a screen on a wall, opened by a link with a secret and without a session.

It shows what the leader of the plan's region reads of this plan, page by page of its lines, and leads nowhere else.
"""

from __future__ import annotations

import re
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from indicators.selectors.conclusion import worst_first
from indicators.selectors.overview import SPARK_QUARTERS, Overview, put_together
from indicators.selectors.quarters import default_quarter
from indicators.selectors.stamps import is_stale, line_stamps
from indicators.services.display_links import link_shown
from indicators.views.overview import lamps_of
from indicators.views.overview_parts import Group
from indicators.views.overview_rows import OverviewRow, rows_of
from ipdash.core import clock
from ipdash.core.periods import Quarter
from plans.models import Plan
from plans.permissions import not_found

LINES_A_PAGE = 5
SECONDS_A_PAGE = 30
_LEADING = re.compile(r' (?:href|download|target|data-[a-z-]+|hx-[a-z-]+)(?:="[^"]*")?')


@require_safe
def display(request: HttpRequest) -> HttpResponse:
    """`?key=` is the link's secret: in the query, which no log of ours writes down. `?page=` counts screens of lines."""
    today = clock.today()
    secret = request.GET.get("key", "")
    link = link_shown(secret, today)
    if link is None:
        raise not_found()
    shown = _overview(link.plan, default_quarter(link.plan, today))
    lines = worst_first(shown.lines)
    pages = [lines[start : start + LINES_A_PAGE] for start in range(0, len(lines), LINES_A_PAGE)] or [[]]
    page = _asked_page(request) % len(pages)
    context = {
        "plan": link.plan,
        "demo": link.plan.is_demo,
        "o": shown,
        "lamps": lamps_of(shown),
        "groups": [Group("", pages[page])] if lines else [],
        "page": page + 1,
        "pages": len(pages),
        "next": urlencode({"key": secret, "page": str(page + 2)}),
        "seconds": SECONDS_A_PAGE,
        "now": timezone.now(),
        "missed": _missed(link.plan, shown.quarter, today),
    }
    response = render(request, "display/overview.html", context)
    response.content = _without_addresses(response.content.decode())
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _asked_page(request: HttpRequest) -> int:
    """From 0; past the last one it begins anew."""
    asked = request.GET.get("page", "")
    return int(asked) - 1 if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 0


def _overview(plan: Plan, quarter: Quarter) -> Overview[OverviewRow]:
    stamps = line_stamps(plan, plan.region, (quarter - (SPARK_QUARTERS - 1)).year, quarter.year)
    rows = rows_of(plan, plan.region, quarter, stamps)
    return put_together(
        plan,
        plan.region,
        quarter,
        rows,
        computed_at=max((row.computed_at for row in rows if row.computed_at), default=None),
        rules_version=next((row.rules_version for row in rows if row.rules_version), ""),
        stale=sum(map(is_stale, stamps.values())),
    )


def _missed(plan: Plan, shown: Quarter, today: date) -> Quarter | None:
    """The last ended quarter of a plan in force, where what is shown is older."""
    ended = min(Quarter.last_ended(today), Quarter(plan.end_year, 4))
    return ended if plan.state == Plan.State.ACTIVE and shown < ended else None


def _without_addresses(page: str) -> str:
    """The same fragments as on the overview, with links that lead nowhere: behind the screen there is no other page."""
    head, body, rest = page.partition("<main")
    return head + body + re.sub(r"<a\b[^>]*>", lambda tag: _LEADING.sub("", tag[0]), rest)
