"""What the address of a comparison asks for. Every state of these pages is an address; a wrong one is told in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from indicators.selectors.comparison import LIGHTS, Ground, Measure, ground
from indicators.selectors.plan_choices import plan_choices
from indicators.selectors.quarters import default_quarter
from indicators.views.overview import asked_quarter
from ipdash.core.display import status_words
from ipdash.core.errors import Invalid
from ipdash.core.options import options
from plans.models import Plan, Region
from plans.permissions import get_plan_for, not_found
from plans.scope import Scope


@dataclass(frozen=True)
class PlanChoice:
    """The plans one may choose from, by number, and the chosen one; None where the person reads none."""

    known: dict[str, str]
    plan: Plan | None

    @property
    def options(self) -> SafeString:
        return options(self.known.items(), self.plan and self.plan.pk)


def asked_plan(request: HttpRequest, scope: Scope) -> PlanChoice:
    """`?plan=ID`, else the first plan in force, else the first of all."""
    known = plan_choices(scope)
    asked = request.GET.get("plan", "") or next(iter(known), "")
    if not asked:
        return PlanChoice(known, None)
    if asked not in known:
        raise not_found()
    return PlanChoice(known, get_plan_for(scope, int(asked)))


def asked_ground(request: HttpRequest, scope: Scope, plan: Plan, today: date) -> Ground:
    """The plan at `?quarter=2025Q3`, else at the latest quarter with approved figures."""
    return ground(scope, plan, asked_quarter(request, plan) or default_quarter(plan, today))


def asked_parent(request: HttpRequest, found: Ground) -> Region:
    """`?region=CODE`: the region whose children are compared; else the outermost that has some."""
    code = request.GET.get("region", "")
    if not code:
        return found.top()
    region = found.named(code)
    if region is None:
        raise Invalid("bad_region", _("代码“%(code)s”不是本规划范围内的区划，请重新选择。") % {"code": code})
    return region


def asked_measure(request: HttpRequest, known: Sequence[Measure]) -> Measure | None:
    """`?indicator=CODE`, or `CODE:basis` where the plan has it on several; else the first of the document.

    An indicator that the plan has, but not for these regions, gives None.
    """
    key = request.GET.get("indicator", "")
    if not key:
        return known[0] if known else None
    found = next((measure for measure in known if key in {measure.key, measure.indicator.code}), None)
    if found is None and known:
        raise Invalid("bad_indicator", _("这里没有编码为“%(code)s”的指标，请重新选择。") % {"code": key})
    return found


def asked_word(request: HttpRequest, name: str, words: Sequence[str]) -> str:
    """One of the words, or "" where nothing or something else is asked for."""
    asked = request.GET.get(name, "")
    return asked if asked in words else ""


def asked_light(request: HttpRequest) -> str:
    return asked_word(request, "light", LIGHTS)


def asked_status(request: HttpRequest) -> str:
    return asked_word(request, "status", list(status_words))


def wants_file(request: HttpRequest) -> bool:
    """`?format=xlsx` asks for what the page shows as a workbook."""
    asked = request.GET.get("format", "")
    if asked not in {"", "xlsx"}:
        raise Invalid("bad_format", _("导出格式应为 xlsx，请重新选择。"))
    return asked == "xlsx"
