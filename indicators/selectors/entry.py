"""What the entry form of a unit and a quarter shows: its duties with the figures around them (design: figures)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q

from indicators.models import FIGURE_HOLDER, Attainment, Figure, FigureRevision, Indicator, ReportingDuty, TargetLine
from indicators.permissions import duty_day
from indicators.selectors.entry_rows import EntryPage, EntryRow
from indicators.selectors.figure_checks import check_values
from indicators.selectors.periods import quarter_to_report
from ipdash.core.periods import Quarter, quarters_between
from plans.evidence import evidence_of
from plans.models import Plan, Role, Unit
from plans.permissions import not_found
from plans.querysets import code_within
from plans.scope import Scope

REACHING = (Role.STAFF, Role.REVIEWER)
QUARTERS_OFFERED = 40
ROWS_AT_ONCE = 200


def entry_units(scope: Scope, quarter: Quarter) -> list[Unit]:
    """Units with something to report in this quarter whose form the person opens."""
    duties = _reachable(scope).in_force_on(duty_day(quarter))
    return list(
        Unit.objects.filter(pk__in=duties.values("unit")).select_related("region").order_by("region__code", "name")
    )


def entry_unit_for(scope: Scope, unit_id: int) -> Unit:
    """The unit, or `NotVisible` unless the person opens its form (in some quarter, at least)."""
    unit = Unit.objects.select_related("region").filter(pk=unit_id).first()
    own = unit_id in scope.unit_ids(Role.REPORTER)
    if unit is None or not (own or _reachable(scope).filter(unit=unit).exists()):
        raise not_found()
    found: Unit = unit
    return found


def first_unit(scope: Scope, today: date) -> Unit | None:
    """The unit whose form opens by itself: one's own, else the first with something to report now."""
    own = Unit.objects.filter(pk__in=scope.unit_ids(Role.REPORTER)).select_related("region").order_by("pk")
    mine: Unit | None = own.filter(pk__in=_reachable(scope).values("unit")).first() or own.first()
    if mine is not None:
        return mine
    for quarter in (Quarter.last_ended(today), None):
        duties = _reachable(scope)
        duties = duties.in_force_on(duty_day(quarter)) if quarter else duties
        duty = duties.select_related("unit__region").order_by("unit__region__code", "unit__name").first()
        if duty is not None:
            first: Unit = duty.unit
            return first
    return None


def _reachable(scope: Scope) -> Any:
    """Duties of one's own units as a reporter, and of the regions one works for."""
    inside = code_within("region__code", scope.prefixes(*REACHING))
    return ReportingDuty.objects.filter(Q(unit__in=scope.unit_ids(Role.REPORTER)) | inside)


def offered_quarters(unit: Unit, today: date) -> list[Quarter]:
    """Quarters to choose from, latest first: from the first duty to the one to be reported now."""
    last = max(quarter_to_report(unit.region.code, today), Quarter.last_ended(today))
    began = unit.duties.order_by("valid_from").values_list("valid_from", flat=True).first()
    first = Quarter.containing(began) if began else last
    return list(quarters_between(max(first, last - (QUARTERS_OFFERED - 1)), last))[::-1]


def entry_page(scope: Scope, unit: Unit, quarter: Quarter, region_code: str = "") -> EntryPage:
    """The rows of a unit whose form the person may open; queries do not grow with them."""
    duties = [duty for duty in _duties(scope, unit, quarter) if duty.indicator.is_reported]
    regions = list({duty.region.pk: duty.region for duty in duties}.values())
    region = next((place for place in regions if place.code == region_code), None)
    if region is None and len(duties) > ROWS_AT_ONCE:
        region = regions[0]
    if region is not None:
        duties = [duty for duty in duties if duty.region_id == region.pk]
    return EntryPage(unit, quarter, _rows(scope, duties, quarter), regions, region)


def _duties(scope: Scope, unit: Unit, quarter: Quarter) -> Any:
    duties = _reachable(scope).in_force_on(duty_day(quarter)).filter(unit=unit)
    if quarter.quarter != 4:
        duties = duties.exclude(indicator__frequency=Indicator.Frequency.ANNUAL)
    return duties.select_related("indicator__part_of", "region").order_by("region__code", "indicator__code")


def _rows(scope: Scope, duties: Sequence[ReportingDuty], quarter: Quarter) -> list[EntryRow]:
    figures = _figures(duties, quarter)
    lines = _lines(scope, duties, quarter)
    results = {row.line_id: row for row in Attainment.objects.filter(line__in=lines.values()).at(quarter)}
    now = [figures.get((duty.indicator_id, duty.region_id, quarter)) for duty in duties]
    reasons = _reasons([figure for figure in now if figure is not None])
    files = evidence_of(FIGURE_HOLDER, [figure.pk for figure in now if figure is not None])

    def at(duty: ReportingDuty, other: Quarter) -> Figure | None:
        return figures.get((duty.indicator_id, duty.region_id, other))

    rows = []
    for duty, figure in zip(duties, now, strict=True):
        line = lines.get((duty.indicator_id, duty.region_id))
        rows.append(
            EntryRow(
                indicator=duty.indicator,
                region=duty.region,
                quarter=quarter,
                figure=figure,
                earlier=tuple(at(duty, q) for q in quarters_between(Quarter(quarter.year, 1), quarter))[:-1],
                before=at(duty, quarter - 1),
                last_year=at(duty, quarter - 4),
                line=line,
                result=results.get(line.pk) if line else None,
                returned=reasons.get(figure.pk, "") if figure else "",
                files=tuple(files.get(figure.pk, ())) if figure else (),
            )
        )
    # As the documents have them; what is only a part of a ratio stands below.
    odd = check_values(
        {row.check_key: row.value for row in rows if row.is_open_draft or row.is_returned},
        [d.indicator for d in duties],
    )
    rows = [replace(row, odd=tuple(odd.get(row.check_key, ()))) for row in rows]
    return sorted(
        rows,
        key=lambda row: (row.region.code, row.line is None, (row.line.plan_id, row.line.position) if row.line else ()),
    )


def _figures(duties: Sequence[ReportingDuty], quarter: Quarter) -> dict[tuple[int, int, Quarter], Figure]:
    """The figures of these duties in this year and the one before."""
    found = Figure.objects.filter(
        indicator__in={duty.indicator_id for duty in duties},
        region__in={duty.region_id for duty in duties},
        year__in=(quarter.year - 1, quarter.year),
    ).select_related("entered_by")
    return {(figure.indicator_id, figure.region_id, figure.as_quarter): figure for figure in found}


def _lines(scope: Scope, duties: Sequence[ReportingDuty], quarter: Quarter) -> dict[tuple[int, int], TargetLine]:
    """For each duty the first line it counts for; a target for growth says little beside a level."""
    found = (
        TargetLine.objects.visible_to(scope)
        .filter(
            indicator__in={duty.indicator_id for duty in duties},
            region__in={duty.region_id for duty in duties},
            plan__start_year__lte=quarter.year,
            plan__end_year__gte=quarter.year,
        )
        .exclude(plan__state=Plan.State.DRAFT)
        .exclude(basis__in=(TargetLine.Basis.GROWTH, TargetLine.Basis.AVERAGE_GROWTH))
        .select_related("indicator")
        .order_by("-plan_id", "-position")
    )
    return {(line.indicator_id, line.region_id): line for line in found}


def _reasons(figures: list[Figure]) -> dict[int, str]:
    """Why figures were sent back that are not handed in again; a draft no longer carries the reason itself."""
    reasons = {figure.pk: figure.reason for figure in figures if figure.state == Figure.State.RETURNED}
    drafts = [figure.pk for figure in figures if figure.state == Figure.State.DRAFT and figure.version > 1]
    if drafts:
        ended = (FigureRevision.Action.RETURN, FigureRevision.Action.APPROVE)
        last = FigureRevision.objects.filter(figure__in=drafts, action__in=ended).order_by("figure", "version")
        for revision in last:
            returned = revision.action == FigureRevision.Action.RETURN
            reasons[revision.figure_id] = revision.reason if returned else ""
    return reasons
