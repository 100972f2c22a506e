"""管理 › 行政区划 › 变更: what became of a region, registered by document and day, and taken back where it was wrong."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators.services.region_changes import Changed, change_region, get_change, take_back_change
from ipdash.core import clock
from ipdash.core.forms import ServiceForm, day_field, text_field
from plans.models import Region, RegionChange, Role
from plans.permissions import keeps_tree, not_found, require_tree_keeper
from plans.services.region_tree import TreeChange
from plans.views.manage_common import FormPage, actor_with, form_page
from plans.views.manage_forms import RegionField

KEEPERS = (Role.STAFF, Role.SYSADMIN)
Kind, Level = RegionChange.Kind, Region.Level
FIELDS: dict[str, tuple[str, ...]] = {
    Kind.MOVED: ("parent", "code", "name", "short_name"),
    Kind.RENAMED: ("name", "short_name", "code"),
    Kind.MERGED: ("successor",),
    Kind.ABOLISHED: (),
    Kind.ESTABLISHED: ("level", "name", "short_name", "code"),
}
LEADS = {
    Kind.MOVED: gettext_lazy(
        "数据、填报责任随区划一起划转。变更之前结束的季度仍按原来的隶属关系汇总和排名；原上级规划中对它的目标从变更所在季度起终止。"
    ),
    Kind.RENAMED: gettext_lazy("数据、目标和责任都不变；统计表里写原代码的仍认得出来。"),
    Kind.MERGED: gettext_lazy(
        "它的目标从变更所在季度起终止，填报责任到变更前一日为止；以前的数据和判断不变。并入之后的数由并入的区划填报。"
    ),
    Kind.ABOLISHED: gettext_lazy("它的目标从变更所在季度起终止，填报责任到变更前一日为止；以前的数据和判断不变。"),
    Kind.ESTABLISHED: gettext_lazy("新设的区划从所填日期起存在；填报责任和目标另行添加。"),
}


class RegionChangeForm(ServiceForm):
    """One kind of change; the fields of the others are left out."""

    on = day_field(gettext_lazy("生效日期"))
    document = text_field(
        gettext_lazy("批准文件"), length=200, help_text=gettext_lazy("例如“国函〔2025〕9号”或民政部公告。")
    )
    level = forms.ChoiceField(
        label=gettext_lazy("级别"), choices=[(level.value, level.label) for level in (Level.ZONE, Level.COUNTY)]
    )
    parent = RegionField(label=gettext_lazy("新的上级"), help_text=gettext_lazy("全称或6位代码。"))
    successor = RegionField(label=gettext_lazy("并入的区划"), help_text=gettext_lazy("同级区划的全称或6位代码。"))
    name = text_field(gettext_lazy("名称"), length=60)
    short_name = text_field(gettext_lazy("简称"), length=40, required=False)
    code = text_field(gettext_lazy("代码"), length=6, help_text=gettext_lazy("变更后的6位区划代码。"))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - {"on", "document", *FIELDS[kind]}:
            del self.fields[name]
        if kind == Kind.MOVED:
            self.fields["name"].required = False
            self.fields["name"].label = _("新名称（没有变的不用改）")

    def change(self, kind: str, parent: Region | None = None) -> TreeChange:
        """What was typed, for the service."""
        values = dict(self.cleaned_data)
        places = {name: place.code for name in ("parent", "successor") if (place := values.pop(name, None)) is not None}
        if parent is not None:
            places["parent"] = parent.code
        return TreeChange(kind=kind, **values, **places)


@require_safe
def region_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One region: where it belongs, what it was called before, and what may be registered of it."""
    _actor, scope = actor_with(request, *KEEPERS)
    region = _region(code)
    present = region.valid_to is None
    leaf = region.level in (Level.COUNTY, Level.ZONE)
    offered = [Kind.RENAMED, *((Kind.MOVED, Kind.MERGED, Kind.ABOLISHED) if leaf else ())]
    if region.level == Level.PREFECTURE:
        offered.append(Kind.ABOLISHED)
    keeps = keeps_tree(scope, [region.parent])
    founding = present and not leaf and keeps_tree(scope, [region])
    changes = list(region.changes.select_related("old_parent", "successor"))
    context = {
        "region": region,
        "absorbed": list(region.absorbed.select_related("region")),
        "changes": changes,
        "latest": changes[0].pk if changes and keeps else None,
        "offered": [(kind.value, kind.label) for kind in offered] if present and keeps else [],
        "founding": founding,
    }
    return render(request, "manage/region.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def region_change(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Registers one change; `established` below the region that the address names."""
    actor, scope = actor_with(request, *KEEPERS)
    region = _region(code)
    if kind not in Kind.values:
        raise not_found()
    founded = kind == Kind.ESTABLISHED
    require_tree_keeper(scope, [region if founded else region.parent])
    named = {} if founded else {"name": region.name, "short_name": region.short_name, "code": region.code}
    form = RegionChangeForm(request.POST if request.method == "POST" else None, kind=kind, initial=named)
    done: list[Changed] = []

    def act(_values: dict[str, Any]) -> None:
        wanted = form.change(kind, region if founded else None)
        done.append(change_region(actor, "" if founded else region.code, wanted, today=clock.today()))

    if form.carried_out(act):
        messages.success(request, _told(done[0]))
        return redirect("manage-region", code=done[0].change.region.code)
    label = Kind(kind).label
    page = FormPage(
        title=_("%(region)s：登记%(change)s") % {"region": region.name, "change": label},
        submit=_("登记%(change)s") % {"change": label},
        back=reverse("manage-region", args=[region.code]),
        lead=LEADS[Kind(kind)],
        crumbs=(
            (reverse("manage-regions"), _("行政区划")),
            (reverse("manage-region", args=[region.code]), region.name),
        ),
    )
    return form_page(request, form, page)


@require_POST
def change_take_back(request: HttpRequest, change_id: int) -> HttpResponse:
    """Takes the latest change of a region back."""
    actor, _scope = actor_with(request, *KEEPERS)
    change = get_change(change_id)
    founded, parent = change.kind == Kind.ESTABLISHED, change.region.parent
    done = take_back_change(actor, change_id)
    messages.success(request, _("变更已撤回，恢复了%(lines)s条目标、%(duties)s项填报责任；受影响的完成情况会自动重算。") % {
        "lines": done.lines, "duties": done.duties,
    })  # fmt: skip
    code = parent.code if founded and parent is not None else Region.objects.values_list("code", flat=True).get(
        pk=change.region_id
    )  # fmt: skip
    return redirect("manage-region", code=code)


def _told(done: Changed) -> str:
    words = _("%(region)s的%(change)s已登记。") % {
        "region": done.change.region.name, "change": done.change.get_kind_display(),
    }  # fmt: skip
    if done.lines or done.duties:
        words += _("终止了%(lines)s条目标、%(duties)s项填报责任。") % {"lines": done.lines, "duties": done.duties}
    return words + (_("受影响的完成情况会自动重算。") if done.job is not None else "")


def _region(code: str) -> Region:
    region = Region.objects.select_related("parent").filter(code=code).first()
    if region is None:
        raise not_found()
    found: Region = region
    return found
