"""审核: the queue, and what a reviewer decides about one figure or many (design: product, page 7)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from indicators.models import Figure
from indicators.permissions import REVIEWING
from indicators.selectors.review import ToJudge, review_queue
from indicators.services.figure_batches import Outcome
from indicators.services.figures import approve_figures, return_figures
from ipdash.accounts.middleware import user_of
from ipdash.core.errors import Invalid, NotVisible
from ipdash.core.periods import Quarter
from ipdash.jobs.selectors import JobView, get_job_for
from plans.permissions import require_role
from plans.scope import Scope, scope_of

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """`?quarter=2025Q3` narrows; a POST approves or returns the figures that are ticked, `figure=ID.VERSION`."""
    scope = scope_of(request.user)
    require_role(scope, *REVIEWING)
    if request.method == "POST":
        return _decide(request, scope)
    return _show(request, scope)


def _decide(request: HttpRequest, scope: Scope) -> HttpResponse:
    returning = request.POST.get("do") == "return"
    reason = request.POST.get("reason", "").strip()
    try:
        seen = _picked(request)
        outcome = (
            return_figures(request.user, list(seen), reason, seen=seen)
            if returning
            else approve_figures(request.user, list(seen), seen=seen)
        )
    except Invalid as refused:
        return _show(request, scope, refused=refused, reason=reason, status=400)
    _say_decided(request, outcome, returning=returning)
    query = {name: request.GET[name] for name in ("quarter", "page") if name in request.GET}
    if outcome.job is not None:
        query["job"] = str(outcome.job.pk)
    return redirect(f"{request.path}?{urlencode(query)}" if query else request.path)


def _picked(request: HttpRequest) -> dict[int, int]:
    """Ticked figures with the version that was looked at."""
    seen = {}
    for pick in request.POST.getlist("figure"):
        pk, _point, version = pick.partition(".")
        if not (pk.isdecimal() and version.isdecimal() and pick.isascii() and len(pick) < 30):
            raise Invalid("bad_figure", _("页面内容已经变化，请刷新后重新选择。"))
        seen[int(pk)] = int(version)
    if not seen:
        raise Invalid("nothing_picked", _("请先勾选要处理的数据。"))
    return seen


def _say_decided(request: HttpRequest, outcome: Outcome, *, returning: bool) -> None:
    """How many were decided, where the recomputation can be watched, and what was refused and why."""
    first = sum(result.code == "first_approved" for result in outcome.results)
    done = sum(result.ok for result in outcome.results) - first
    if first:
        messages.success(request, _("初审通过%(count)s项，等待另一位审核人复审。") % {"count": first})
    if done and returning:
        messages.success(request, _("已退回%(count)s项，填报人会在“我的工作”中看到原因。") % {"count": done})
    elif done:
        said = _("已通过%(count)s项。") % {"count": done}
        if outcome.job is None:
            messages.success(request, said)
        else:
            address, link = reverse("job", args=[outcome.job.pk]), _("正在重算完成情况，查看进度")
            messages.success(request, format_html('{} <a href="{}">{}</a>', said, address, link))
    refused = outcome.refused
    names = dict(
        Figure.objects.filter(pk__in=[result.id for result in refused if result.code != "not_found"]).values_list(
            "pk", "indicator__name"
        )
    )
    for result in refused[:10]:
        name = names.get(result.id or 0, "")
        messages.warning(request, f"{name}：{result.message}" if name else result.message)
    if len(refused) > 10:
        messages.warning(request, _("另有%(count)s项未处理，请刷新后核对。") % {"count": len(refused) - 10})


def _show(
    request: HttpRequest, scope: Scope, *, refused: Invalid | None = None, reason: str = "", status: int = 200
) -> HttpResponse:
    quarter = _asked_quarter(request)
    queue = review_queue(scope, quarter)
    page = Paginator(queue, PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": page,
        "items": page.object_list,
        "quarter": quarter,
        "plain": [item for item in page.object_list if not item.reasons and not item.is_for_others],
        "odd": sum(bool(item.reasons) for item in queue),
        "own": sum(item.is_for_others for item in queue),
        "several_regions": _several_regions(queue),
        "picked": set(request.POST.getlist("figure")),
        "reason": reason,
        "errors": _error_lines(refused),
        "reason_missing": refused is not None and refused.code == "reason_needed",
        "job": _asked_job(request),
    }
    return render(request, "review/page.html", context, status=status)


def _error_lines(refused: Invalid | None) -> list[dict[str, str]]:
    if refused is None:
        return []
    return [{"href": "#reason" if refused.code == "reason_needed" else "#queue", "text": str(refused)}]


def _several_regions(queue: list[ToJudge]) -> bool:
    return len({item.figure.region_id for item in queue}) > 1


def _asked_quarter(request: HttpRequest) -> Quarter | None:
    text = request.GET.get("quarter", "")
    quarter = Quarter.parse(text) if text else None
    if text and quarter is None:
        raise Invalid("bad_period", _("“%(text)s”不是有效的季度，请重新选择。") % {"text": text})
    return quarter


def _asked_job(request: HttpRequest) -> JobView | None:
    """The recomputation that the last decision asked for, as long as it is there to be seen."""
    text, user = request.GET.get("job", ""), user_of(request)
    if user is None or not text.isascii() or not text.isdecimal() or len(text) > 18:
        return None
    try:
        return JobView(get_job_for(user, int(text)))
    except NotVisible:
        return None  # cleared away meanwhile: the page stands without it
