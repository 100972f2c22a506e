"""管理 › 单位, 区划: kept by the system administrator and by bureau staff of the region."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from plans.administration import RegionFilter, UnitFilter, places_with_units
from plans.models import Region, Role, Unit
from plans.permissions import can_change_unit, get_unit_for
from plans.services.unit_merge import merge_units
from plans.services.units import change_unit, create_unit
from plans.views.manage_common import FormPage, actor_with, asked, form_page, page_of
from plans.views.manage_forms import MergeForm, UnitForm, unit_initial

KEEPERS = (Role.STAFF, Role.SYSADMIN)


@require_safe
def unit_list(request: HttpRequest) -> HttpResponse:
    """The directory as far as the person sees it."""
    _actor, scope = actor_with(request, *KEEPERS)
    wanted = asked(request, UnitFilter)
    page = page_of(request, wanted.units(scope))
    context = {
        "page": page,
        "rows": [(unit, can_change_unit(scope, unit.region)) for unit in page.object_list],
        "wanted": wanted,
        "regions": places_with_units(),
    }
    return render(request, "manage/units.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def unit_new(request: HttpRequest) -> HttpResponse:
    """Adds a unit."""
    actor, _scope = actor_with(request, *KEEPERS)
    form = UnitForm(
        request.POST if request.method == "POST" else None, initial={"region": request.GET.get("region", "")}
    )
    made: list[Unit] = []
    if form.carried_out(
        lambda values: made.append(create_unit(actor, **_values(values), region=values["region"].code))
    ):
        messages.success(request, _("单位“%(name)s”已添加。") % {"name": made[0].name})
        return redirect(f"{reverse('manage-units')}?region={made[0].region.code}")
    return form_page(request, form, _unit_page(_("添加单位"), _("添加")))


@require_http_methods(["GET", "HEAD", "POST"])
def unit_change(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Changes a unit."""
    actor, scope = actor_with(request, *KEEPERS)
    unit = get_unit_for(scope, unit_id)
    form = UnitForm(request.POST if request.method == "POST" else None, unit=unit, initial=unit_initial(unit))
    if form.carried_out(
        lambda values: change_unit(actor, unit_id, _values(values), version=form.version),  # type: ignore[arg-type]  # the keys of UnitChanges
        present_version=lambda: Unit.objects.values_list("version", flat=True).get(pk=unit_id),
    ):
        messages.success(request, _("单位“%(name)s”已保存。") % {"name": form.cleaned_data["name"]})
        return redirect(f"{reverse('manage-units')}?region={unit.region.code}")
    return form_page(request, form, _unit_page(f"{unit.region.short_name} {unit.name}", _("保存"), unit))


@require_http_methods(["GET", "HEAD", "POST"])
def unit_merge(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Takes another entry of the same body into this one."""
    actor, scope = actor_with(request, *KEEPERS)
    unit = get_unit_for(scope, unit_id)
    form = MergeForm(request.POST if request.method == "POST" else None, unit=unit)
    if form.carried_out(lambda values: merge_units(actor, unit_id, values["merged"], values["reason"])):
        messages.success(request, _("已并入“%(name)s”，原名称保留为别名。") % {"name": unit.name})
        return redirect(f"{reverse('manage-units')}?region={unit.region.code}")
    page = FormPage(
        title=_("合并到“%(name)s”") % {"name": unit.name},
        submit=_("合并"),
        back=reverse("manage-unit", args=[unit_id]),
        lead=_("用于同一个单位被建成两个条目的情况。合并后不能拆开；审计日志保留合并前的名称和数量。"),
        crumbs=(
            (reverse("manage-units"), pgettext("list", "单位")),
            (reverse("manage-unit", args=[unit_id]), unit.name),
        ),
    )
    return form_page(request, form, page)


def _values(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": values["name"],
        "is_collective": values["is_collective"],
        "parent": values["parent_id"],
        "aliases": values["alias_list"],
        "members": values["member_ids"],
    }


def _unit_page(title: str, submit: str, unit: Unit | None = None) -> FormPage:
    return FormPage(
        title=title,
        submit=submit,
        back=reverse("manage-units"),
        lead=_("同一区划内，一个名称（含别名）只代表一个单位；文件和统计表按名称和别名认出单位。"),
        crumbs=((reverse("manage-units"), pgettext("list", "单位")),),
        version=None if unit is None else unit.version,
        lists={"regions": [region.name for region in places_with_units()]} if unit is None else {},
    )


@require_safe
def region_list(request: HttpRequest) -> HttpResponse:
    """The national tree, level by level."""
    actor_with(request, *KEEPERS)
    wanted = asked(request, RegionFilter)
    parent = Region.objects.filter(code=wanted.parent).select_related("parent").first() if wanted.parent else None
    above = list(Region.objects.with_ancestors_of(parent.code)) if parent is not None else []
    context = {"page": page_of(request, wanted.regions(), 100), "wanted": wanted, "parent": parent, "above": above}
    return render(request, "manage/regions.html", context)
