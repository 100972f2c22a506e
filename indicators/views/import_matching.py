"""导入计划: whom the printed names mean, which indicators the targets are about, and what their numbers mean."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from indicators.models import Indicator, TargetLine
from indicators.selectors.import_review import LineRow, Review
from indicators.selectors.imports import proposed_entry, review
from indicators.services import import_answers as answers
from indicators.services.import_answers import NewEntry, UnitAnswer
from indicators.views.imports import page_context
from ipdash.core.errors import DomainError
from ipdash.core.forms import ServiceForm, text_field, with_blank
from plans.models import Role, Unit
from plans.permissions import get_import_for, not_found
from plans.scope import Scope
from plans.views.manage_common import actor_with

NEW, NEW_COLLECTIVE, FORMER = "new", "collective", "former:"
QUANTITIES = [(value, label) for value, label in Indicator.Quantity.choices if value != Indicator.Quantity.RATIO.value]


class MatchForm(ServiceForm):
    """Which entry of the catalogue a target is about."""

    indicator = forms.ChoiceField(
        label=gettext_lazy("目录中的指标"),
        help_text=gettext_lazy("同一个指标各地写法不同，选目录里已有的，历年和各地的数才能放在一起看。"),
    )

    def __init__(self, *args: Any, row: LineRow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        near = [(c.key, c.owner) for c in row.nearest]
        known = {code for code, _name in near}
        others = Indicator.objects.order_by("name").values_list("code", "name", "unit")
        groups: list[tuple[Any, Any]] = [("", gettext_lazy("请选择"))]
        if near:
            groups.append((_("最接近的"), near))
        groups.append((_("全部"), [(code, f"{name}（{unit}）") for code, name, unit in others if code not in known]))
        field = self.fields["indicator"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class says
        field.choices = groups


class EntryForm(ServiceForm):
    """A new entry of the catalogue, with the questions that it raises."""

    name = text_field(gettext_lazy("新指标名称"), length=120)
    quantity = forms.ChoiceField(
        label=gettext_lazy("这是什么数"), choices=with_blank(QUANTITIES, gettext_lazy("请选择")),
        help_text=gettext_lazy("时点数看某一天有多少，如拥有量；时期数看一段时间做了多少，如新增、授权、融资。"),
    )  # fmt: skip
    direction = forms.ChoiceField(label=gettext_lazy("越大越好还是越小越好"), choices=Indicator.Direction.choices)
    unit = text_field(gettext_lazy("计量单位"), length=20)
    decimals = forms.IntegerField(label=gettext_lazy("小数位数"), min_value=0, max_value=6)
    frequency = forms.ChoiceField(label=gettext_lazy("多久填报一次"), choices=Indicator.Frequency.choices)


class BasisAnswerForm(ServiceForm):
    """What the printed numbers mean."""

    basis = forms.ChoiceField(label=gettext_lazy("口径"), choices=TargetLine.Basis.choices, widget=forms.RadioSelect)
    basis_reason = text_field(
        gettext_lazy("依据"), length=500, rows=2, required=False,
        help_text=gettext_lazy("依据原文哪一句，或请示了谁；会随目标一起显示。"),
    )  # fmt: skip
    unsure = forms.BooleanField(label=gettext_lazy("还要向有关处室核实，先按这个口径跟踪"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def import_units(request: HttpRequest, import_id: int) -> HttpResponse:
    """Every printed name once; an answer holds for all its places."""
    actor, scope = actor_with(request, Role.STAFF)
    draft = get_import_for(scope, import_id)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            messages.success(request, _answer_units(request, actor, import_id))
            return redirect("import-units", import_id=import_id)
        except DomainError as refused:
            if refused.status not in (400, 409):
                raise
            error = refused
    found = review(draft)
    context = {
        **page_context(scope, found, "units"), "error": error,
        "open_rows": found.open_units, "known_rows": [row for row in found.units if not row.is_open],
        "directory": list(_directory(found)),
    }  # fmt: skip
    return render(request, "import/units.html", context, status=error.status if error else 200)


def _answer_units(request: HttpRequest, actor: Any, import_id: int) -> str:
    """Carries out what the button says; gives the sentence about it."""
    do = request.POST.get("do")
    if do == "reset":
        answers.reset_unit_name(actor, import_id, request.POST.get("name", ""))
        return _("已取消，请重新确定。")
    if do == "create_all":
        return _("其余%(count)s个名称都将新增到单位名录。") % {"count": answers.create_all_units(actor, import_id)}
    count = answers.answer_unit_names(actor, import_id, _unit_answers(request))
    return _("已确定%(count)s个单位名称。") % {"count": count}


def _directory(found: Review) -> Any:
    if found.draft.region_id is None:
        return []
    return Unit.objects.filter(region=found.draft.region_id).order_by("name").values_list("pk", "name")


def _unit_answers(request: HttpRequest) -> dict[str, UnitAnswer]:
    """`answer` for `answer` what each `name` stands for: a unit's id, `former:` and the id, `new` or `collective`."""
    known: dict[str, UnitAnswer] = {}
    for name, text in zip(request.POST.getlist("name"), request.POST.getlist("answer"), strict=False):
        number = text.removeprefix(FORMER)
        if text in (NEW, NEW_COLLECTIVE):
            known[name] = UnitAnswer(collective=text == NEW_COLLECTIVE)
        elif number.isascii() and number.isdigit() and len(number) < 19:
            known[name] = UnitAnswer(unit=int(number), former=text.startswith(FORMER))
    return known


@require_http_methods(["GET", "HEAD", "POST"])
def import_lines(request: HttpRequest, import_id: int) -> HttpResponse:
    """Every target with its indicator and basis; the rest can be settled together."""
    actor, scope = actor_with(request, Role.STAFF)
    draft = get_import_for(scope, import_id)
    if request.method == "POST":
        create = request.POST.get("do") == "create_all"
        count = answers.settle_the_rest(actor, import_id, create=create)
        words = _("已为%(count)s条目标新建指标。") if create else _("%(count)s条目标不跟踪，只留在正文里。")
        messages.success(request, words % {"count": count})
        return redirect("import-lines", import_id=import_id)
    found = review(draft)
    context = {
        **page_context(scope, found, "lines"),
        "open_rows": found.open_lines,
        "known_rows": [row for row in found.tracked if not row.is_open],
        "untracked_rows": [row for row in found.lines if not row.tracked],
        "unmatched": sum("indicator" in row.questions for row in found.open_lines),
    }
    return render(request, "import/lines.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def import_line(request: HttpRequest, import_id: int, item_id: int) -> HttpResponse:
    """One target: its indicator, its basis with what each answer would mean."""
    actor, scope = actor_with(request, Role.STAFF)
    draft = get_import_for(scope, import_id)
    row = _row(review(draft), item_id)
    match = MatchForm(
        request.POST if _asks(request, "match") else None,
        row=row,
        initial={"indicator": row.indicator.code if row.indicator else ""},
    )
    proposed = {**proposed_entry(row), **(row.new or {})}
    entry = EntryForm(request.POST if _asks(request, "new") else None, initial=proposed)
    basis = BasisAnswerForm(
        request.POST if _asks(request, "basis") else None,
        initial={
            "basis": "" if "basis" in row.questions else row.basis,  # an open question has no answer yet
            "unsure": row.unsure,
            "basis_reason": row.item.data.get("answer", {}).get("basis_reason", ""),
        },
    )
    if _asks(request, "untrack", "track"):
        answers.leave_untracked(actor, import_id, item_id, untracked=_asks(request, "untrack"))
        return _next(request, scope, import_id, item_id)
    if match.carried_out(lambda v: answers.match_indicator(actor, import_id, item_id, v["indicator"])):
        return _next(request, scope, import_id, item_id)
    if entry.carried_out(lambda v: answers.new_indicator(actor, import_id, item_id, _new_entry(v))):
        return _next(request, scope, import_id, item_id)
    if basis.carried_out(
        lambda v: answers.answer_basis(
            actor, import_id, item_id, v["basis"], reason=v["basis_reason"], unsure=v["unsure"]
        )
    ):
        return _next(request, scope, import_id, item_id)
    bound: ServiceForm = next((form for form in (match, entry) if form.is_bound), basis)
    context = {
        **page_context(scope, review(draft), "lines"), "row": row, "match": match, "entry": entry, "basis": basis,
        "form": bound,
        "meanings": [(meaning, str(TargetLine.Basis(meaning.basis).label)) for meaning in row.meanings],
    }  # fmt: skip
    return render(request, "import/line.html", context, status=bound.status)


def _asks(request: HttpRequest, *what: str) -> bool:
    return request.method == "POST" and request.POST.get("do") in what


def _row(found: Review, item_id: int) -> LineRow:
    row = next((row for row in found.lines if row.item.pk == item_id), None)
    if row is None:
        raise not_found()
    return row


def _new_entry(values: dict[str, Any]) -> NewEntry:
    return {
        "name": values["name"].strip(), "quantity": values["quantity"], "direction": values["direction"],
        "unit": values["unit"].strip(), "decimals": values["decimals"], "frequency": values["frequency"],
    }  # fmt: skip


def _next(request: HttpRequest, scope: Scope, import_id: int, item_id: int) -> HttpResponse:
    """On to the target's own next question, else to the next open target, else back to the list."""
    found = review(get_import_for(scope, import_id))
    ids = [row.item.pk for row in found.open_lines]
    if not ids:
        messages.success(request, _("指标和口径都已确定。"))
        return redirect("import-lines", import_id=import_id)
    after = [pk for pk in ids if pk == item_id] or [pk for pk in ids if pk > item_id] or ids
    return redirect(reverse("import-line", args=[import_id, after[0]]))
