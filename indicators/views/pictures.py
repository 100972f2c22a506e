"""The pictures of an indicator's page as PNG, for a document: whoever sees the page has them, and nobody else."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from indicators.display import line_places, line_unit
from indicators.models import Attainment, TargetLine
from indicators.permissions import get_line_for
from indicators.selectors.line_chart import line_chart
from indicators.selectors.quarters import default_quarter
from indicators.selectors.ranking import rankings
from indicators.views.overview import asked_quarter
from ipdash.core import clock
from ipdash.core.marks import rank_bars, trend_chart
from ipdash.core.marks.picture import as_png
from ipdash.core.periods import Quarter
from plans.permissions import not_found
from plans.scope import Scope, scope_of

WIDTH = 640  # what A4 leaves


@require_safe
def trend(request: HttpRequest, plan_id: int, line_id: int) -> HttpResponse:
    """走势 at `?quarter=`, as the page draws it for paper."""
    _scope, line, quarter = _asked(request, plan_id, line_id)
    rows = list(Attainment.objects.filter(line=line).order_by("year", "quarter"))
    for row in rows:
        row.line = line
    chart = line_chart(line, rows, next((row for row in rows if row.as_quarter == quarter), None), clock.today())
    drawing = trend_chart(
        chart.points, path=chart.path, targets=chart.targets, forecast=chart.forecast, band=chart.band,
        baseline=chart.baseline, yearly=chart.yearly, label=line.printed_name, unit=line_unit(line),
        places=line_places(line), width=WIDTH,
    )  # fmt: skip
    return _picture(drawing, _("%(name)s走势%(quarter)s") % {"name": line.printed_name, "quarter": quarter})


@require_safe
def ranking(request: HttpRequest, plan_id: int, line_id: int) -> HttpResponse:
    """The regions below, or else beside, by this indicator at `?quarter=`."""
    scope, line, quarter = _asked(request, plan_id, line_id)
    found = rankings(scope, line, quarter)
    shown = found.below or found.siblings
    if shown is None or not shown.is_drawn:
        raise not_found()
    drawing = rank_bars(
        shown.bars, label=line.printed_name, unit=line_unit(line), places=line_places(line), width=WIDTH
    )
    return _picture(drawing, _("%(name)s位次%(quarter)s") % {"name": line.printed_name, "quarter": quarter})


def _asked(request: HttpRequest, plan_id: int, line_id: int) -> tuple[Scope, TargetLine, Quarter]:
    scope = scope_of(request.user)
    line = get_line_for(scope, line_id)
    if line.plan_id != plan_id:
        raise not_found()
    return scope, line, asked_quarter(request, line.plan) or default_quarter(line.plan, clock.today())


def _picture(drawing: str, name: str) -> HttpResponse:
    response = HttpResponse(as_png(drawing), content_type="image/png")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name + '.png')}"
    return response
