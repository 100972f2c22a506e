"""日历: deadlines under a private address, for calendar programmes; and the page on which one makes and revokes it."""

from __future__ import annotations

from datetime import UTC

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from indicators.selectors.deadlines import deadlines
from ipdash.accounts.middleware import user_of
from ipdash.core import clock
from ipdash.core.ics import calendar_text
from plans.models import CalendarFeed
from plans.permissions import not_found
from plans.scope import scope_of
from plans.services.calendar_feeds import make_feed, revoke_feed, user_of_feed


@require_http_methods(["GET", "HEAD", "POST"])
def calendar_page(request: HttpRequest) -> HttpResponse:
    """Says whether there is an address; `do=make` makes one and shows it once, `do=revoke` ends it."""
    user = user_of(request)
    if user is None:
        raise not_found()
    address = ""
    if request.method == "POST":
        if request.POST.get("do") != "make":
            revoke_feed(user)
            return redirect("calendar")
        address = request.build_absolute_uri(f"/calendar/{make_feed(user)}.ics")
    context = {"feed": CalendarFeed.objects.filter(user=user).first(), "address": address}
    return render(request, "notices/calendar.html", context)


@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar itself: whoever has the address reads it, with the rights that its owner has today."""
    today = clock.today()
    user = user_of_feed(secret, today)
    if user is None:
        raise not_found()
    host = request.get_host()
    with translation.override(user.language or "zh-hans"):
        found = deadlines(scope_of(user), today, host, request.build_absolute_uri("/"))
        text = calendar_text(_("知识产权规划跟踪"), found, timezone.now().astimezone(UTC))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="ipdash.ics"'
    response["Cache-Control"] = "private, no-store"
    return response
