"""An indicator's page as a workbook: its quarters, the regions below, and why the quarter's result is what it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from indicators.display import line_unit, target_source_text
from indicators.explanations import Explanation, explain_many
from indicators.models import Attainment, TargetLine
from indicators.permissions import INSIDE_REGION, get_line_for, visible_in_plan
from indicators.selectors.quarters import default_quarter
from indicators.views.overview import asked_quarter
from indicators.views.overview_file import WHERE_RESULTS_LEAD, as_shown, below, figure_cells
from indicators.views.templates import file_response
from ipdash.core import clock
from ipdash.core.display import result_words, status_text
from ipdash.core.periods import Quarter
from plans.permissions import not_found
from plans.scope import Scope, scope_of

if TYPE_CHECKING:
    from indicators.workbooks import export

OF_QUARTERS = (
    "actual", "target", "expected", "completion", "year_gap", "change_on_quarter", "change_on_year", "forecast",
)  # fmt: skip
OF_REGIONS = ("actual", "target", "completion", "gap_to_target", "change_on_quarter")


@require_safe
def line_file(request: HttpRequest, plan_id: int, line_id: int) -> HttpResponse:
    """`?quarter=` as on the page."""
    from indicators.workbooks.export import workbook_bytes

    scope = scope_of(request.user)
    line = get_line_for(scope, line_id)
    if line.plan_id != plan_id:
        raise not_found()
    quarter = asked_quarter(request, line.plan) or default_quarter(line.plan, clock.today())
    title = _("%(region)s%(indicator)s") % {"region": line.region.name, "indicator": line.printed_name}
    above = [title, line.plan.title, _("计量单位：%(unit)s") % {"unit": line_unit(line) or "—"}]
    sheets = [_quarters(line, above)]
    regions = _regions(scope, line, quarter, above)
    sheets += [regions] if regions else []
    why = _explained(scope, line, quarter)
    sheets += [_inputs(line, why, title, quarter)] if why else []
    return file_response(workbook_bytes(sheets), f"{title}_{quarter.label}.xlsx", "xlsx")


def _quarters(line: TargetLine, above: list[str]) -> export.Sheet:
    from indicators.workbooks.export import Column, Lit, Sheet

    columns = [
        Column(_("季度"), width=14), *(Column(str(result_words[name]), "number", width=16) for name in OF_QUARTERS),
        Column(_("目标来源"), width=12), Column(_("状态"), width=18),
    ]  # fmt: skip
    rows = Attainment.objects.filter(line=line).order_by("-year", "-quarter")
    cells: Iterator[list[export.Cell]] = (
        [
            row.as_quarter.label, *(as_shown(line, row, name) for name in OF_QUARTERS),
            target_source_text(row.target_source), Lit(row.light, status_text(row.status)),
        ]
        for row in rows
    )  # fmt: skip
    return Sheet(_("各季度"), columns, cells, above=above, below=below(line.plan))


def _regions(scope: Scope, line: TargetLine, quarter: Quarter, above: list[str]) -> export.Sheet | None:
    """The regions right below, as far as the person sees them, in the order of their rank; None where there are none."""
    from indicators.workbooks.export import Column, Lit, Sheet

    lines = TargetLine.objects.filter(
        visible_in_plan(scope, line.plan), indicator=line.indicator_id, basis=line.basis, region__parent=line.region_id
    ).select_related("region", "indicator")
    below_it = {found.pk: found for found in lines}
    results = Attainment.objects.filter(line__in=below_it).at(quarter)
    if not results:
        return None
    columns = [
        Column(_("位次"), "whole", width=7), Column(_("区划代码"), width=10), Column(_("地区"), width=20),
        *(Column(str(result_words[name]), "number", width=16) for name in OF_REGIONS), Column(_("状态"), width=18),
    ]  # fmt: skip
    ordered = sorted(results, key=lambda row: (row.rank is None, row.rank or 0, below_it[row.line_id].region.code))
    cells: Iterator[list[export.Cell]] = (
        [
            row.rank, below_it[row.line_id].region.code, below_it[row.line_id].region.name,
            *(as_shown(below_it[row.line_id], row, name) for name in OF_REGIONS), Lit(row.light, status_text(row.status)),
        ]
        for row in ordered
    )  # fmt: skip
    above = [*above, quarter.label]
    return Sheet(_("下级地区"), columns, cells, above=above, below=below(line.plan), heads_left=3)


def _explained(scope: Scope, line: TargetLine, quarter: Quarter) -> Explanation | None:
    rows = Attainment.objects.filter(line=line).at(quarter).select_related(*WHERE_RESULTS_LEAD)
    explained = explain_many(list(rows.defer("line__plan__source_text")), insider_of=scope.prefixes(*INSIDE_REGION))
    return next(iter(explained.values()), None)


def _inputs(line: TargetLine, why: Explanation, title: str, quarter: Quarter) -> export.Sheet:
    from indicators.workbooks.export import Column, Sheet

    columns = [
        Column(_("所用数据"), width=34), Column(_("期间"), width=14), Column(_("数值"), "number", 6, width=18),
        Column(_("计量单位"), width=9), Column(_("填报人"), width=12), Column(_("审核人"), width=12),
        Column(_("审核日期"), width=14), Column(_("来源"), width=40),
    ]  # fmt: skip
    above = [title, quarter.label, why.text, *(finding.message for finding in why.findings)]
    return Sheet(
        _("所用数据"), columns, (figure_cells(item) for item in why.inputs), above=above, below=below(line.plan)
    )
