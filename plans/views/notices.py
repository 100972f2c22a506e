"""消息: one's own inbox."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from ipdash.accounts.middleware import user_of
from plans.models import Notice
from plans.notice_words import notice_text
from plans.permissions import not_found
from plans.services.notices import read_notice, read_notices
from plans.views.manage_common import page_of


@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """What one was told, the latest first; `?state=unread` leaves out what one has read."""
    notices = Notice.objects.filter(user=request.user.pk)
    unread_only = request.GET.get("state") == "unread"
    page = page_of(request, notices.filter(read_at=None) if unread_only else notices)
    context = {
        "page": page,
        "rows": [(notice, notice_text(notice)) for notice in page.object_list],
        "unread": notices.filter(read_at=None).count(),
        "unread_only": unread_only,
    }
    return render(request, "notices/list.html", context)


@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Marks all of one's own notices as read."""
    user = user_of(request)
    if user is not None:
        read_notices(user)
    return redirect("notices")


@require_POST
def notice_open(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Marks one notice as read and leads to what it is about."""
    user = user_of(request)
    if user is None:
        raise not_found()
    return redirect(read_notice(user, notice_id).path)
