"""导入计划: one thing that was read, corrected, left out, or added. The form opens in its place where htmx is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from indicators.selectors.imports import review
from indicators.views.import_forms import FORMS, ItemForm, TaskForm, year_field
from indicators.views.import_target_form import TargetItemForm
from plans.models import ImportItem, PlanImport, Role
from plans.permissions import get_import_for, get_import_item_for, not_found
from plans.services.imports import add_item, change_item, drop_item
from plans.views.manage_common import actor_with

Kind = ImportItem.Kind
FORM_OF: dict[str, type[ItemForm]] = {**FORMS, Kind.INDICATOR: TargetItemForm}


def _form(
    draft: PlanImport, kind: str, data: dict[str, Any], sent: Any = None, initial: dict[str, Any] | None = None
) -> ItemForm:
    more: dict[str, Any] = {"data_of": data, "initial": initial, "auto_id": f"{kind}_%s"}
    if kind == Kind.TASK:
        more["sections"] = _sections(draft)
        return TaskForm(sent, **more)
    if kind == Kind.INDICATOR:
        return TargetItemForm(sent, years=_years(draft), **more)
    return FORM_OF[kind](sent, **more)


def _sections(draft: PlanImport) -> list[tuple[Sequence[str], str]]:
    rows = draft.items.filter(kind=Kind.SECTION, dropped=False).order_by("line", "position")
    return [(row.data["path"], f"{row.data['number'] or ''} {row.data['title']}".strip()) for row in rows]


def _years(draft: PlanImport) -> list[int]:
    head = draft.items.get(kind=Kind.PLAN).data
    first, last = head["start_year"], head["end_year"]
    return list(range(first, last + 1)) if first and last and 0 <= last - first < 20 else []


@require_http_methods(["GET", "HEAD", "POST"])
def import_item(request: HttpRequest, import_id: int, item_id: int) -> HttpResponse:
    """The form of one item; `?view=1` gives its line of the outline again (how htmx cancels)."""
    actor, scope = actor_with(request, Role.STAFF)
    item = get_import_item_for(scope, import_id, item_id)
    if item.kind not in FORM_OF:
        raise not_found()
    htmx = bool(getattr(request, "htmx", False))
    if request.method != "POST" and "view" in request.GET:
        return _shown(request, item, htmx)
    done = request.POST.get("do", "")
    form = _form(item.draft, item.kind, item.data, request.POST if request.method == "POST" else None)
    if done in ("drop", "restore"):
        drop_item(actor, import_id, item_id, dropped=done == "drop")
        return _shown(request, ImportItem.objects.get(pk=item_id), htmx)
    if form.carried_out(
        lambda _values: change_item(actor, import_id, item_id, form.item_data(), version=form.version),
        lambda: int(ImportItem.objects.values_list("version", flat=True).get(pk=item_id)),
    ):
        return _shown(request, ImportItem.objects.get(pk=item_id), htmx)
    context = {
        "draft": item.draft, "item": item, "form": form, "kind_label": Kind(item.kind).label, "htmx": htmx,
        "version": form.data.get("version") if form.is_bound else item.version,
        "source_text": _line_of(item.draft, item.line),
    }  # fmt: skip
    return render(request, "import/_item_form.html" if htmx else "import/item.html", context, status=form.status)


def _shown(request: HttpRequest, item: ImportItem, htmx: bool) -> HttpResponse:
    """The item in its place: as a fragment, or on the whole page."""
    if not htmx:
        return redirect(f"{reverse('import', args=[item.draft_id])}#item-{item.pk}")
    context: dict[str, Any] = {"draft": item.draft, "item": item, "open": item.draft.is_open, "fresh": True}
    if item.kind == Kind.INDICATOR and not item.dropped:
        context["row"] = next(row for row in review(item.draft).lines if row.item.pk == item.pk)
    return render(request, "import/_item.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def import_add(request: HttpRequest, import_id: int, kind: str) -> HttpResponse:
    """Adds what the reader did not see; `?line=` says where it stands."""
    actor, scope = actor_with(request, Role.STAFF)
    draft = get_import_for(scope, import_id)
    if kind not in FORM_OF or kind == Kind.PLAN:
        raise not_found()
    asked = request.GET.get("line", "")
    line = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else None
    form = _form(draft, kind, {}, request.POST if request.method == "POST" else None, {"line": line})
    form.fields["line"] = year_field(gettext_lazy("原文第几行"))
    form.fields["line"].min_value, form.fields["line"].validators = 1, []  # type: ignore[attr-defined]  # a line, not a year
    form.fields["line"].help_text = _("左侧原文每段前的数字；文件里没有的可以不填。")
    added: list[ImportItem] = []
    if form.carried_out(
        lambda values: added.append(add_item(actor, import_id, kind, form.item_data(), values["line"]))
    ):
        messages.success(request, _("已补录一条%(kind)s。") % {"kind": Kind(kind).label})
        return redirect(f"{reverse('import', args=[import_id])}#item-{added[0].pk}")
    context = {
        "draft": draft, "item": None, "form": form, "kind_label": Kind(kind).label, "htmx": False,
        "source_text": _line_of(draft, line),
    }  # fmt: skip
    return render(request, "import/item.html", context, status=form.status)


def _line_of(draft: PlanImport, line: int | None) -> str:
    lines = draft.text.split("\n")
    return lines[line - 1].strip() if line is not None and 0 < line <= len(lines) else ""
