"""管理 › 指标目录: one entry for one thing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from indicators.models import Indicator, TargetLine
from indicators.permissions import can_change_indicator, require_catalogue_change
from indicators.selectors.administration import CatalogueFilter, has_figures
from indicators.services.catalogue import change_indicator, create_indicator
from indicators.views.manage_forms import IndicatorForm, indicator_initial
from plans.models import Role
from plans.permissions import not_found
from plans.views.manage_common import FormPage, actor_with, asked, form_page, page_of


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """The catalogue."""
    _actor, scope = actor_with(request, Role.STAFF)
    wanted = asked(request, CatalogueFilter)
    context = {
        "page": page_of(request, wanted.indicators(scope)),
        "wanted": wanted,
        "quantities": Indicator.Quantity.choices,
    }
    return render(request, "manage/indicators.html", context)


@require_safe
def indicator_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One entry, and the plans that use it as far as the person reads them."""
    _actor, scope = actor_with(request, Role.STAFF)
    indicator = _indicator(code)
    lines = TargetLine.objects.visible_to(scope).filter(indicator=indicator).select_related("plan", "region")
    can_change = can_change_indicator(scope, indicator)
    context = {
        "indicator": indicator,
        "lines": list(lines),
        "can_change": can_change,
        # To others it would tell that somebody somewhere has begun to report.
        "has_figures": can_change and has_figures(indicator),
    }
    return render(request, "manage/indicator.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def indicator_new(request: HttpRequest) -> HttpResponse:
    """Adds an entry."""
    actor, _scope = actor_with(request, Role.STAFF)
    form = IndicatorForm(request.POST if request.method == "POST" else None)
    if form.carried_out(lambda _values: create_indicator(actor, {**form.values()})):  # type: ignore[typeddict-item]  # the form's fields are the values
        messages.success(request, _("指标“%(name)s”已加入目录。") % {"name": form.cleaned_data["name"]})
        return redirect("manage-indicator", code=form.cleaned_data["code"])
    page = FormPage(
        title=_("新增指标"),
        submit=_("加入目录"),
        back=reverse("manage-indicators"),
        lead=_("先查找目录：同一件事只建一个指标，其他叫法写成别名。"),
        crumbs=((reverse("manage-indicators"), _("指标目录")),),
    )
    return form_page(request, form, page)


@require_http_methods(["GET", "HEAD", "POST"])
def indicator_change(request: HttpRequest, code: str) -> HttpResponse:
    """Changes an entry where that is allowed."""
    actor, scope = actor_with(request, Role.STAFF)
    indicator = _indicator(code)
    require_catalogue_change(scope, indicator)
    sent = request.POST if request.method == "POST" else None
    form = IndicatorForm(sent, indicator=indicator, initial=indicator_initial(indicator))
    if form.carried_out(
        lambda _values: change_indicator(actor, code, {**form.values()}, version=form.version),  # type: ignore[typeddict-item]  # the form's fields are the values
        present_version=lambda: Indicator.objects.values_list("version", flat=True).get(code=code),
    ):
        messages.success(request, _("指标已保存；受影响的完成情况会自动重算。"))
        return redirect("manage-indicator", code=code)
    fixed = _("已有填报数据，类型、填报口径、频度和计量单位不能再改。") if has_figures(indicator) else ""
    page = FormPage(
        title=_("修改指标“%(name)s”") % {"name": indicator.name},
        submit=_("保存"),
        back=reverse("manage-indicator", args=[code]),
        lead=fixed,
        crumbs=((reverse("manage-indicators"), _("指标目录")),),
        version=indicator.version,
    )
    return form_page(request, form, page)


def _indicator(code: str) -> Indicator:
    indicator = (
        Indicator.objects.select_related("numerator", "denominator", "part_of")
        .prefetch_related("aliases")
        .filter(code=code)
        .first()
    )
    if indicator is None:
        raise not_found()
    return indicator
