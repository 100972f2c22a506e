"""Home, the list of plans, and a plan's overview (design: product, page 1)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from indicators.permissions import sees_region
from indicators.selectors.conclusion import LIGHTS
from indicators.selectors.glance import plans_at_a_glance
from indicators.selectors.overview import SPARK_QUARTERS, Overview, put_together
from indicators.selectors.plan_choices import plan_choices
from indicators.selectors.quarters import default_quarter, plan_quarters
from indicators.selectors.stamps import is_stale, line_stamps, page_stamp, regions_to_choose
from indicators.views.kept import kept_page, recalled
from indicators.views.overview_parts import ORDERS, due_of, groups_of, most_moved, owed_by_unit, trail
from indicators.views.overview_rows import OverviewRow, rows_of
from ipdash.core import clock
from ipdash.core.errors import Invalid
from ipdash.core.options import options
from ipdash.core.periods import Quarter
from plans.models import Plan, Region, Role
from plans.permissions import get_plan_for
from plans.scope import BUSINESS_READERS, scope_of
from plans.selectors.supervision import slip_stamp
from plans.views.manage_common import page_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The page that fits the person: an overview for those who look, their work for those who report."""
    scope = scope_of(request.user)
    if scope.has(*BUSINESS_READERS):
        active = list(Plan.objects.visible_to(scope).filter(state=Plan.State.ACTIVE)[:2])
        return redirect("overview", plan_id=active[0].pk) if len(active) == 1 else redirect("plan-list")
    if scope.has(Role.REPORTER, Role.DEPARTMENT):
        return redirect("/my-work/")
    if scope.has(Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR):
        return redirect("/manage/")
    return redirect("plan-list")


@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    """Every plan the person reads, those in force first: the home of a leader who has several."""
    scope = scope_of(request.user)
    plans = Plan.objects.visible_to(scope).select_related("region").defer("source_text")
    page = page_of(request, plans.order_by("state", "-start_year", "pk"))
    rows = plans_at_a_glance(scope, list(page.object_list), clock.today())
    groups = [(state, [row for row in rows if row.plan.state == state]) for state in Plan.State]
    in_order = sorted((group for group in groups if group[1]), key=lambda group: group[0] == Plan.State.CLOSED)
    return render(request, "plans/list.html", {"page": page, "groups": in_order})


@require_safe
@recalled
def plan_overview(request: HttpRequest, plan_id: int) -> HttpResponse:
    """A plan at the end of a quarter in a region; every choice is in the address."""
    scope, today = scope_of(request.user), clock.today()
    plan = get_plan_for(scope, plan_id)
    other = request.GET.get("plan", "")
    if other not in {"", str(plan_id)} and other.isascii() and other.isdecimal():
        return redirect("overview", plan_id=int(other[:12]))  # its own quarter and region: this plan's may not be its
    region = asked_region(request, plan)
    quarter = asked_quarter(request, plan) or default_quarter(plan, today)
    first_year = (quarter - (SPARK_QUARTERS - 1)).year
    lines = line_stamps(plan, region, first_year, quarter.year) if sees_region(scope, plan, region.code) else {}
    regions = [choice for choice in regions_to_choose(plan, region) if sees_region(scope, plan, choice[0])]
    known = plan_choices(scope)
    around = page_stamp(plan, region, quarter), slip_stamp(plan.pk)
    version = (str(quarter), lines, around, regions, known)

    def make() -> HttpResponse:
        rows = rows_of(plan, region, quarter, lines)
        shown = put_together(
            plan,
            region,
            quarter,
            rows,
            computed_at=max((row.computed_at for row in rows if row.computed_at), default=None),
            rules_version=next((row.rules_version for row in rows if row.rules_version), ""),
            stale=sum(map(is_stale, lines.values())),
        )
        context = _context(request, shown, regions) | {
            "plans": options(known.items(), plan.pk) if len(known) > 1 else "",
            "due": due_of(region, quarter, today),
        }
        return render(request, "plans/overview.html", context)

    return kept_page(request, scope, version, make)


def _context(request: HttpRequest, shown: Overview[OverviewRow], regions: list[tuple[str, str]]) -> dict[str, object]:
    light = request.GET.get("light", "")
    light = light if light in LIGHTS else ""
    order = request.GET.get("order", "")
    order = order if order in ORDERS else ""
    lines = [line for line in shown.lines if not light or line.light == light]
    return {
        "o": shown,
        "plan": shown.plan,
        "lamps": lamps_of(shown),
        "groups": groups_of(shown.plan, lines, order),
        "light": light,
        "order": order,
        "orders": ORDERS.items(),
        "moves": most_moved(shown.lines),
        "owed": owed_by_unit(shown.unreported),
        "trail": trail(shown.plan, shown.region, regions),
        "quarters": options(((q, q.label) for q in plan_quarters(shown.plan)[::-1]), shown.quarter),
        "regions": options(regions, shown.region.code) if len(regions) > 1 else "",
    }


@dataclass(frozen=True)
class Lamp:
    """One lamp box: how many now, and how that differs from the quarter before."""

    light: str
    count: int
    change: Decimal


def lamps_of(shown: Overview[OverviewRow]) -> list[Lamp]:
    """The lamp boxes in their order."""
    return [
        Lamp(light, shown.lights[light], Decimal(shown.lights[light] - shown.lights_before[light])) for light in LIGHTS
    ]


def asked_quarter(request: HttpRequest, plan: Plan) -> Quarter | None:
    """The quarter in the address: `quarter=2025Q3`, or `year=2025&quarter=3`; None where none is asked for."""
    text, year = request.GET.get("quarter", ""), request.GET.get("year", "")
    if not text:
        return None
    asked = Quarter.parse(f"{year}Q{text}" if year else text)
    if asked is None or not plan.start_year <= asked.year <= plan.end_year:
        raise Invalid(
            "bad_period",
            _("季度“%(text)s”不在本规划期内（%(first)s—%(last)s年），请重新选择。")
            % {"text": f"{year} {text}".strip(), "first": plan.start_year, "last": plan.end_year},
        )
    return asked


def asked_region(request: HttpRequest, plan: Plan) -> Region:
    """The region in the address, the plan's own where none is asked for."""
    code = request.GET.get("region", "")
    if not code or code == plan.region.code:
        return plan.region
    region = Region.objects.filter(code=code).first()
    if region is None or not plan.region.contains(code):
        raise Invalid("bad_region", _("代码“%(code)s”不是本规划范围内的区划，请重新选择。") % {"code": code})
    found: Region = region
    return found
