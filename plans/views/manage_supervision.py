"""管理 › 督办规则: from when on which slip is due, what goes out by itself, and who gets a copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ipdash.core.forms import ExactField, ServiceForm
from plans.models import Plan, Region, Role
from plans.permissions import get_plan_for, not_found, require_staff_of
from plans.querysets import code_within
from plans.rules.ladder import LEVELS, Level, Rung
from plans.scope import Scope
from plans.services.slip_rules import RungSet, RungValues, ladder_of, leaders_to_choose, set_ladder
from plans.views.manage_common import actor_with


class RungForm(ServiceForm):
    """One rung; an empty threshold means that this kind of fact never leads to it."""

    days = forms.IntegerField(label=gettext_lazy("到期前后工作日"), required=False, min_value=-60, max_value=250)
    gap = ExactField(label=gettext_lazy("落后序时进度（百分点）"), required=False)
    returned = forms.IntegerField(label=gettext_lazy("退回次数"), required=False, min_value=1, max_value=20)
    answer_days = forms.IntegerField(label=gettext_lazy("反馈期限（工作日）"), min_value=1, max_value=60)
    automatic = forms.BooleanField(label=gettext_lazy("自动发出"), required=False)
    leaders = forms.TypedMultipleChoiceField(label=gettext_lazy("抄送领导"), required=False, coerce=int)

    @property
    def value(self) -> RungValues:
        data = self.cleaned_data
        rung = Rung(data["days"], data["gap"], data["returned"], data["answer_days"], data["automatic"])
        return RungValues(rung, tuple(data["leaders"]))


@require_http_methods(["GET", "HEAD", "POST"])
def ladder(request: HttpRequest) -> HttpResponse:
    """The four rungs of a region (`?region=`) or of one plan (`?plan=`)."""
    actor, scope = actor_with(request, Role.STAFF)
    region, plan = _place(scope, request.GET)
    require_staff_of(scope, region)
    held, leaders = ladder_of(region, plan), leaders_to_choose(region)
    forms_by_level = {level: _form(request, held[level], leaders) for level in LEVELS}
    first = forms_by_level[Level.URGE]
    if all(form.is_bound and form.is_valid() for form in forms_by_level.values()):
        values = {level: form.value for level, form in forms_by_level.items()}
        done = first.carried_out(lambda _v: set_ladder(actor, region.code, values, plan_id=plan.pk if plan else None))
        if done:
            messages.success(request, _("督办规则已保存，从下一次巡查起按新规则提出。"))
            return redirect(request.get_full_path())
    bad = any(form.errors for form in forms_by_level.values())
    context: dict[str, Any] = {
        "rungs": [(held[level], form) for level, form in forms_by_level.items()],
        "region": region,
        "plan": plan,
        "plans": Plan.objects.filter(region=region, state=Plan.State.ACTIVE).only("pk", "title"),
        "form": next((form for form in forms_by_level.values() if form.errors), first),
    }
    status = 400 if request.method == "POST" and bad else 200
    return render(request, "supervision/rules.html", context, status=status)


def _place(scope: Scope, asked: Mapping[str, str]) -> tuple[Region, Plan | None]:
    if asked.get("plan", "").isdecimal() and len(asked["plan"]) < 19:
        plan = get_plan_for(scope, int(asked["plan"]))
        return plan.region, plan
    regions = Region.objects.filter(code_within("code", scope.prefixes(Role.STAFF)))
    if asked.get("region"):
        region = Region.objects.filter(code=asked["region"]).first()
    else:
        region = regions.filter(plans__state=Plan.State.ACTIVE).order_by("code").first() or regions.first()
    if region is None:
        raise not_found()
    return region, None


def _form(request: HttpRequest, held: RungSet, leaders: list[Any]) -> RungForm:
    rung = held.rung
    form = RungForm(
        request.POST if request.method == "POST" else None,
        prefix=held.level,
        initial={
            "days": rung.days, "gap": rung.gap, "returned": rung.returned, "answer_days": rung.answer_days,
            "automatic": rung.automatic, "leaders": [user.pk for user in held.leaders],
        },
    )  # fmt: skip
    chosen = form.fields["leaders"]
    assert isinstance(chosen, forms.TypedMultipleChoiceField)  # noqa: S101 - as declared above
    chosen.choices = [(user.pk, user.display_name) for user in leaders]
    chosen.widget = forms.CheckboxSelectMultiple(choices=chosen.choices)
    return form
