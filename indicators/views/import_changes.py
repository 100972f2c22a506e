"""导入计划: an amended text beside the plan that was made of the earlier one, taken over change by change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from indicators.selectors.import_changes import Changes, changes_of
from indicators.selectors.import_review import Review
from indicators.selectors.imports import review
from indicators.selectors.quarters import plan_quarters
from indicators.services.import_merge import finish_merge, take_over
from indicators.views.imports import page_context
from ipdash.core import clock
from ipdash.core.forms import ServiceForm, text_field
from ipdash.core.periods import Quarter
from plans.models import Plan, Role
from plans.permissions import get_import_for, get_plan_for, not_found, require_staff_of
from plans.views.manage_common import actor_with


class TakeForm(ServiceForm):
    """By what and from when adjusted targets are in force."""

    document = text_field(
        gettext_lazy("目标调整依据"),
        length=200,
        help_text=gettext_lazy("修订稿的名称和文号，会记在每个调整后的目标旁。"),
    )
    in_force_from = forms.TypedChoiceField(
        label=gettext_lazy("目标的调整和终止自哪个季度起生效"), coerce=Quarter.parse,
        help_text=gettext_lazy("此前的季度仍按原目标计算。"),
    )  # fmt: skip

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["in_force_from"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class says
        field.choices = [(str(quarter), quarter.label) for quarter in plan_quarters(plan)]


@require_http_methods(["GET", "HEAD", "POST"])
def import_changes(request: HttpRequest, import_id: int, plan_id: int) -> HttpResponse:
    """Everything that differs, with a box each; the whole, some, or none of it is taken over."""
    actor, scope = actor_with(request, Role.STAFF)
    draft, plan = get_import_for(scope, import_id), get_plan_for(scope, plan_id)
    if plan.region_id != draft.region_id:
        raise not_found()
    require_staff_of(scope, plan.region)
    if request.method == "POST" and request.POST.get("do") == "finish":
        finish_merge(actor, import_id, plan_id)
        messages.success(request, _("草稿已并入《%(title)s》。") % {"title": plan.title})
        return redirect("import", import_id=import_id)
    found = review(draft)
    changes = changes_of(found, plan)
    form = TakeForm(request.POST if request.method == "POST" else None, plan=plan, initial=_initial(found, plan))
    taken: list[int] = []

    def act(values: dict[str, Any]) -> None:
        keys = _keys(request, changes)
        taken.append(take_over(actor, import_id, plan_id, keys, **values))

    if form.carried_out(act):
        messages.success(request, _("已采用%(count)s处差异。") % {"count": taken[0]})
        return redirect("import-changes", import_id=import_id, plan_id=plan_id)
    context = {
        **page_context(scope, found, "changes"), "plan": plan, "changes": changes, "form": form,
        "groups": [
            ("head", _("基本信息"), changes.head), ("tasks", _("任务"), changes.tasks), ("lines", _("目标"), changes.lines),
            ("others", _("章节、阶段、依据和名词"), changes.others),
        ],
        "takeable": sum(change.takes for change in changes.all), "chosen": set(request.POST.getlist("change")),
    }  # fmt: skip
    return render(request, "import/changes.html", context, status=form.status)


def _keys(request: HttpRequest, changes: Changes) -> set[str]:
    if request.POST.get("do") == "all":
        return {change.key for change in changes.all if change.takes}
    return set(request.POST.getlist("change"))


def _initial(found: Review, plan: Plan) -> dict[str, Any]:
    head = found.head.data
    number = f"（{head['doc_number']}）" if head["doc_number"] else ""
    quarters = [str(quarter) for quarter in plan_quarters(plan)]
    now = str(Quarter.containing(clock.today()))
    return {
        "document": f"《{head['title'] or found.draft.name}》{number}"[:200],
        "in_force_from": now if now in quarters else quarters[-1],
    }
