"""对比 (design: product, page 10): ranking, regions × indicators, one indicator across plans, units × their work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from indicators.models import Indicator
from indicators.selectors import comparison_across, comparison_units
from indicators.selectors.comparison import LIGHTS, Choice, Ground, measured, measures
from indicators.selectors.comparison_matrix import Matrix, RegionRow, matrix
from indicators.selectors.comparison_ranking import SORTS, Ranking, RankingRow, ranking
from indicators.selectors.comparison_reads import measure_stamp, results_stamp
from indicators.selectors.quarters import plan_quarters
from indicators.views import compare_files
from indicators.views.compare_query import (
    PlanChoice,
    asked_ground,
    asked_light,
    asked_measure,
    asked_parent,
    asked_plan,
    asked_status,
    asked_word,
    wants_file,
)
from indicators.views.compare_rows import measure_heads, measure_table, own_row, ranked_rows, region_rows, sums
from indicators.views.kept import kept_page, recalled
from ipdash.core import clock
from ipdash.core.errors import Invalid
from ipdash.core.marks import letter_cells
from ipdash.core.options import options
from ipdash.core.periods import Quarter
from plans.models import Region
from plans.scope import scope_of

PAGE = 100
"""Regions on one page of a ranking."""


@dataclass(frozen=True)
class Tab:
    """One of the four ways to compare; it keeps the plan and quarter of the present one."""

    url: str
    label: str
    current: bool


def _tabs(current: str, plan_id: int | None, quarter: Quarter | None) -> list[Tab]:
    named = {
        "compare": _("地区排名"), "compare-regions": _("地区 × 指标"), "compare-plans": _("同一指标"),
        "compare-units": _("单位分工"),
    }  # fmt: skip
    kept = f"?plan={plan_id}&quarter={quarter}" if plan_id is not None and quarter is not None else ""
    return [
        Tab(reverse(name) + ("" if name == "compare-plans" else kept), label, name == current)
        for name, label in named.items()
    ]


def _nothing(request: HttpRequest, current: str) -> HttpResponse:
    return render(request, "compare/nothing.html", {"tabs": _tabs(current, None, None)})


def _frame(request: HttpRequest, current: str, choice: PlanChoice, ground: Ground, parent: Region) -> dict[str, Any]:
    """What the head of each page about one plan shows."""
    kept = {name: request.GET[name] for name in ("plan", "indicator", "quarter", "sort") if name in request.GET}

    def linked(regions: list[Region]) -> list[tuple[Region, str]]:
        return [(region, "?" + urlencode({**kept, "region": region.code})) for region in regions]

    return {
        "tabs": _tabs(current, ground.plan.pk, ground.quarter),
        "plan_options": choice.options,
        "plan": ground.plan,
        "quarter": ground.quarter,
        "quarter_options": options(((q, q.label) for q in plan_quarters(ground.plan)[::-1]), ground.quarter),
        "parent": parent,
        "trail": linked(ground.trail(parent)),
        "below": linked(ground.parents_below(parent)),
        "ground": ground,
    }


def _lamps(lights: dict[str, int], chosen: str) -> list[Choice]:
    return [Choice(light, lights[light], light == chosen) for light in LIGHTS]


@require_safe
@recalled
def ranking_page(request: HttpRequest) -> HttpResponse:
    """One indicator over the regions below one: `?plan=&region=&indicator=&quarter=&sort=&light=&page=`."""
    scope, today = scope_of(request.user), clock.today()
    choice = asked_plan(request, scope)
    if choice.plan is None:
        return _nothing(request, "compare")
    ground = asked_ground(request, scope, choice.plan, today)
    parent = asked_parent(request, ground)
    rows = measured(ground, parent)
    known = measures(ground, rows)
    measure = asked_measure(request, known)
    sort, light = asked_word(request, "sort", SORTS) or "rank", asked_light(request)
    if measure is not None and wants_file(request):
        return compare_files.ranking_file(ranking(ground, parent, measure, sort=sort, light=light))

    def make() -> HttpResponse:
        context = _frame(request, "compare", choice, ground, parent) | {
            "measure": measure,
            "measure_options": options(((each.key, each.label) for each in known), measure and measure.key),
        }
        if measure is not None:
            context |= _ranked_context(request, ranking(ground, parent, measure, sort=sort, light=light), sort, light)
        return render(request, "compare/ranking.html", context)

    results = measure_stamp(ground.plan.pk, measure.pair, ground.compared(parent), ground.quarter) if measure else ()
    return kept_page(request, scope, (choice.known, ground.stamp, parent.pk, rows, results), make)


def _ranked_context(request: HttpRequest, found: Ranking, sort: str, light: str) -> dict[str, Any]:
    page: Page[RankingRow] = Paginator(found.rows, PAGE).get_page(request.GET.get("page"))
    return {
        "r": found, "page": page, "rows": ranked_rows(found, list(page.object_list)), "own": own_row(found), "sort": sort,
        "light": light, "sorts": _sorts(), "lamps": _lamps(found.lights, light),
    }  # fmt: skip


def _sorts() -> list[tuple[str, str]]:
    return [
        ("rank", _("位次")), ("status", _("差距大的在前")), ("change", _("较上季进步大的在前")), ("name", _("行政区划")),
    ]  # fmt: skip


@require_safe
@recalled
def matrix_page(request: HttpRequest) -> HttpResponse:
    """Regions × indicators: `?plan=&region=&quarter=&light=&status=&page=`."""
    scope, today = scope_of(request.user), clock.today()
    choice = asked_plan(request, scope)
    if choice.plan is None:
        return _nothing(request, "compare-regions")
    ground = asked_ground(request, scope, choice.plan, today)
    parent = asked_parent(request, ground)
    light, status = asked_light(request), asked_status(request)
    rows = measured(ground, parent)

    def found() -> Matrix:
        return matrix(ground, parent, measures(ground, rows), light=light, status=status)

    def make() -> HttpResponse:
        frame = _frame(request, "compare-regions", choice, ground, parent)
        return render(request, "compare/matrix.html", frame | _matrix_context(request, found(), light, status))

    if wants_file(request):
        return compare_files.matrix_file(found())
    results = results_stamp(ground.plan.pk, ground.compared(parent), ground.quarter)
    return kept_page(request, scope, (choice.known, ground.stamp, parent.pk, rows, results), make)


def _matrix_context(request: HttpRequest, found: Matrix, light: str, status: str) -> dict[str, Any]:
    page: Page[RegionRow] = Paginator(found.rows, found.page_size).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    context = {
        "m": found, "page": page, "regions": rows, "light": light, "status": status,
        "lamps": _lamps(found.lights, light), "has_sums": len(found.measures) > 1,
        "statuses": [Choice(value, count, value == status) for value, count in found.statuses.items() if value],
        "upright": len(found.measures) <= max(8, len(found.rows)),
    }  # fmt: skip
    if context["upright"]:
        return context | {
            "heads": measure_heads(found), "rows": region_rows(found, rows), "sums": sums(found.column_lights),
        }  # fmt: skip
    return context | {
        "has_sums": len(found.rows) > 1, "rows": measure_table(found, rows), "sums": sums(row.lights for row in rows),
    }  # fmt: skip


@require_safe
def across_page(request: HttpRequest) -> HttpResponse:
    """One indicator in every plan that has it: `?indicator=CODE&quarter=`."""
    scope, today = scope_of(request.user), clock.today()
    known = comparison_across.indicator_choices(scope)
    if not known:
        return _nothing(request, "compare-plans")
    found = comparison_across.across(scope, _asked_indicator(request, known), today, quarter=_any_quarter(request))
    if wants_file(request):
        return compare_files.across_file(found)
    page = Paginator([row for group in found.groups for row in group.rows], comparison_across.PAGE).get_page(
        request.GET.get("page")
    )
    shown = {id(row) for row in page.object_list}
    groups = [(group, rows) for group in found.groups if (rows := [row for row in group.rows if id(row) in shown])]
    context = {
        "tabs": _tabs("compare-plans", None, None), "a": found, "groups": groups, "page": page,
        "indicator_options": options(
            ((c.indicator.code, f"{c.indicator.name}（{c.plans}）") for c in known), found.indicator.code
        ),
    }  # fmt: skip
    return render(request, "compare/across.html", context)


def _asked_indicator(request: HttpRequest, known: list[comparison_across.IndicatorChoice]) -> Indicator:
    code = request.GET.get("indicator", "")
    found = next((choice.indicator for choice in known if choice.indicator.code == code), None)
    if found is None and code:
        raise Invalid("bad_indicator", _("您可以查看的规划中没有编码为“%(code)s”的指标，请重新选择。") % {"code": code})
    return found or known[0].indicator


def _any_quarter(request: HttpRequest) -> Quarter | None:
    text = request.GET.get("quarter", "")
    asked = Quarter.parse(text)
    if text and asked is None:
        raise Invalid("bad_period", _("季度“%(text)s”应写成2025Q3的样子，请重新选择。") % {"text": text})
    return asked


@require_safe
def units_page(request: HttpRequest) -> HttpResponse:
    """Units × tasks, or `?of=indicators`: `?plan=&of=&quarter=`."""
    scope, today = scope_of(request.user), clock.today()
    choice = asked_plan(request, scope)
    if choice.plan is None:
        return _nothing(request, "compare-units")
    ground = asked_ground(request, scope, choice.plan, today)
    parent = ground.regions[choice.plan.region_id]
    of = asked_word(request, "of", ("tasks", "indicators")) or "tasks"
    context = _frame(request, "compare-units", choice, ground, parent) | {"of": of}
    if of == "tasks":
        tasks = comparison_units.unit_tasks(choice.plan, today)
        if wants_file(request):
            return compare_files.unit_tasks_file(ground, tasks)
        known = comparison_units.role_letters()
        used = {role for row in tasks.rows for roles in row.roles.values() for role in roles}
        rows = [(row, letter_cells(comparison_units.letters(tasks.columns, row.roles, known))) for row in tasks.rows]
        context |= {"u": tasks, "rows": rows, "legend": [known[role] for role in known if role in used]}
    else:
        lines = comparison_units.unit_indicators(scope, choice.plan, parent, ground.quarter)
        if wants_file(request):
            return compare_files.unit_indicators_file(ground, lines)
        known = comparison_units.duty_letters()
        found = [(row, letter_cells(comparison_units.letters(lines.columns, row.roles, known))) for row in lines.rows]
        context |= {"u": lines, "rows": found, "legend": list(known.values())}
    return render(request, "compare/units.html", context)
