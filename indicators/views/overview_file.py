"""The overview as a workbook: every line's numbers, and why they are what they are."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from indicators.display import line_display, line_unit, shown_value, target_source_text
from indicators.explanations import Explanation, Input, explain_many
from indicators.models import Attainment, TargetLine
from indicators.permissions import INSIDE_REGION, sees_region
from indicators.selectors.overview import Overview, OverviewLine, overview
from indicators.selectors.quarters import default_quarter
from indicators.views.overview import asked_quarter, asked_region
from indicators.views.templates import file_response
from ipdash.core import clock
from ipdash.core.display import day_text, status_text
from plans.models import Plan
from plans.permissions import get_plan_for, not_found
from plans.scope import scope_of

if TYPE_CHECKING:
    from indicators.workbooks import export

WHERE_RESULTS_LEAD = ("line__plan", "line__region", "line__indicator__numerator", "line__indicator__denominator")


@require_safe
def overview_file(request: HttpRequest, plan_id: int) -> HttpResponse:
    """`?region=&quarter=` as on the page. Two sheets: the table with its explanations, and the figures used."""
    from indicators.workbooks.export import workbook_bytes

    scope = scope_of(request.user)
    plan = get_plan_for(scope, plan_id)
    region = asked_region(request, plan)
    quarter = asked_quarter(request, plan) or default_quarter(plan, clock.today())
    if not sees_region(scope, plan, region.code):
        raise not_found()
    shown = overview(scope, plan, region, quarter)
    results = Attainment.objects.filter(line__in=[line.line.pk for line in shown.lines]).at(quarter)
    explained = explain_many(
        list(results.select_related(*WHERE_RESULTS_LEAD).defer("line__plan__source_text")),
        insider_of=scope.prefixes(*INSIDE_REGION),
    )
    why = {line: explanation for (line, _quarter), explanation in explained.items()}
    title = _("%(region)s%(plan)s完成情况") % {"region": region.short_name, "plan": plan.title}
    sheets = [_table(shown, why, title), _figures(shown, why, title)]
    return file_response(workbook_bytes(sheets), f"{title}_{quarter.label}.xlsx", "xlsx")


def _table(shown: Overview[OverviewLine], why: dict[int, Explanation], title: str) -> export.Sheet:
    from indicators.workbooks.export import Column, Sheet

    columns = [
        Column(_("指标"), width=34), Column(_("牵头单位"), width=18), Column(_("计量单位"), width=9),
        Column(_("目标口径"), width=11), Column(_("实际值"), "number", width=14),
        Column(_("年度目标"), "number", width=14), Column(_("目标来源"), width=11),
        Column(_("年度目标完成率"), "percent", 1, width=12), Column(_("较年度序时进度差"), "points", 1, width=16),
        Column(_("较上季"), "number", width=16), Column(_("年末预计"), "number", width=14),
        Column(_("状态"), width=16), Column(_("说明"), width=90), Column(_("提示"), width=50),
        Column(_("原文"), width=60), Column(_("计算规则版本"), width=10),
    ]  # fmt: skip
    return Sheet(
        _("总览"), columns, (_row(line, why.get(line.line.pk)) for line in shown.lines),
        above=[title, shown.quarter.label, shown.sentence], below=below(shown.plan),
    )  # fmt: skip


def _row(line: OverviewLine, why: Explanation | None) -> list[export.Cell]:
    from indicators.workbooks.export import Lit

    now = line.now
    left: list[export.Cell] = [line.name, line.owner_name, line_unit(line.line), line.line.get_basis_display()]
    status = Lit(line.light, status_text(line.status))
    if now is None or why is None:
        return [*left, *[None] * 7, status, "", "", line.line.source_text, ""]
    return [
        *left, as_shown(line.line, now, "actual"), as_shown(line.line, now, "target"),
        target_source_text(now.target_source),
        *(as_shown(line.line, now, name) for name in ("completion", "year_gap", "change_on_quarter", "forecast")),
        status, why.text,
        "".join(finding.message for finding in why.findings), why.source_text, why.rules_version,
    ]  # fmt: skip


def as_shown(line: TargetLine, row: Attainment, name: str) -> export.Cell:
    """A result by its name, as the exact number under the string that pages show."""
    from indicators.workbooks.export import Shown

    value: Decimal | None = getattr(row, name)
    shared = name in {"completion", "year_gap"}
    return Shown(value if shared else shown_value(line, value), line_display(line, row)[name])


def _figures(shown: Overview[OverviewLine], why: dict[int, Explanation], title: str) -> export.Sheet:
    """Every figure that the results were made from, with where it came from as far as the reader may know."""
    from indicators.workbooks.export import Column, Sheet

    columns = [
        Column(_("指标"), width=34), Column(_("所用数据"), width=34), Column(_("期间"), width=14),
        Column(_("数值"), "number", 6, width=18), Column(_("计量单位"), width=9), Column(_("填报人"), width=12),
        Column(_("审核人"), width=12), Column(_("审核日期"), width=14), Column(_("来源"), width=40),
    ]  # fmt: skip

    def rows() -> Iterator[list[export.Cell]]:
        for line in shown.lines:
            explanation = why.get(line.line.pk)
            for item in explanation.inputs if explanation else []:
                yield [line.name, *figure_cells(item)]

    return Sheet(_("所用数据"), columns, rows(), above=[title, shown.quarter.label], below=below(shown.plan))


def figure_cells(item: Input) -> list[export.Cell]:
    """A figure that a result was made from: name, quarter, value, unit, and who reported and approved it."""
    source = item.source
    who = [source.entered_by, source.approved_by] if source else ["", ""]
    day = day_text(source.approved_at.date()) if source and source.approved_at else ""
    where = source.words if source else _("下级地区合计") if item.summed else ""
    return [item.name, item.quarter.label, item.value, item.indicator.unit, *who, day, where]


def below(plan: Plan) -> list[str]:
    """What stands under every table of a plan."""
    demo = [_("演示数据")] if plan.is_demo else []
    return [_("数值以审核通过的填报为准；“—”表示没有数据，不等于0。"), *demo]
