"""Access questions about figures, targets and results, one function each (domain.md, Access).

Working records — drafts, submitted and returned values, notes, reasons, evidence — stay inside: the reporting unit, and
the staff and reviewers whose region reaches the figure. Others meet approved values alone, as results of plans they read.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from indicators.models import (
    Decomposition,
    DisplayLink,
    Figure,
    Indicator,
    Publication,
    ReportingDuty,
    ReportingPeriod,
    SavedMapping,
    TargetLine,
    TaskLink,
    Upload,
)
from ipdash.core.errors import NotAllowed
from ipdash.core.periods import Quarter
from ipdash.core.written import ById
from plans.models import Membership, Plan, Role
from plans.permissions import not_found, reads_plan
from plans.querysets import code_within
from plans.scope import BUSINESS_READERS, Scope

REVIEWING = (Role.REVIEWER,)
ENTERING = (Role.STAFF, Role.REPORTER)
INSIDE_REGION = (Role.STAFF, Role.REVIEWER)
_LINE: ById[TargetLine] = ById(
    lambda: TargetLine.objects.select_related(
        "plan__region", "region", "indicator__numerator", "indicator__denominator", "lead_unit"
    ).defer("plan__source_text")
)


def plans_with_a_duty(scope: Scope) -> Q:
    """Plans in which the person's units or regions have figures to report or targets to reach."""
    units = scope.all_units
    by_duty = ReportingDuty.objects.filter(unit__in=units, indicator__target_lines__region=F("region")).values(
        "indicator__target_lines__plan"
    )
    # A ratio's duty lies with its parts.
    parts = ReportingDuty.objects.filter(unit__in=units)
    by_part = TargetLine.objects.filter(
        Q(indicator__numerator__duties__in=parts, indicator__numerator__duties__region=F("region"))
        | Q(indicator__denominator__duties__in=parts, indicator__denominator__duties__region=F("region"))
    ).values("plan")
    led = TargetLine.objects.filter(lead_unit__in=units).values("plan")
    condition = Q(pk__in=by_duty) | Q(pk__in=by_part) | Q(pk__in=led)
    prefixes = scope.prefixes(*BUSINESS_READERS)
    if prefixes:
        condition |= Q(pk__in=TargetLine.objects.filter(code_within("region__code", prefixes)).values("plan"))
    return condition


def visible_lines(scope: Scope) -> Q:
    """Target lines of the plans a person reads; where a plan hides siblings, only those of their own regions."""
    return Q(plan__in=Plan.objects.visible_to(scope)) & (Q(plan__hide_siblings=False) | _of_own_regions(scope))


def visible_lines_of(scope: Scope, plan: Plan) -> Q:
    """The same for one plan that the person has been found to read: the question is not asked of every plan again."""
    return Q(plan=plan) & _of_own_regions(scope) if plan.hide_siblings else Q(plan=plan)


def _of_own_regions(scope: Scope) -> Q:
    return code_within("region__code", scope.all_prefixes) | Q(region__code__in=scope.homes)


def visible_in_plan(scope: Scope, plan: Plan) -> Q:
    """Target lines of one plan that the person is known to read: `visible_lines` without asking for the plan again."""
    if not plan.hide_siblings:
        return Q(plan=plan)
    return Q(plan=plan) & (code_within("region__code", scope.all_prefixes) | Q(region__code__in=scope.homes))


def sees_region(scope: Scope, plan: Plan, code: str) -> bool:
    """Whether the person sees the results of this region in a plan they are known to read."""
    return not plan.hide_siblings or code in scope.homes or code.startswith(scope.all_prefixes)


def visible_figures(scope: Scope) -> Q:
    """Figures as working records: staff and reviewers by region, reporters and departments by their units' duties.

    A unit that has handed a duty over goes on seeing its own quarters and none of its successor's.
    """
    inside = code_within("region__code", scope.prefixes(*INSIDE_REGION))
    duties = duties_of_units(scope, Role.REPORTER, Role.DEPARTMENT)
    by_duty = Figure.objects.filter(
        _not_ended("indicator__duties__valid_to"),
        indicator__duties__in=duties,
        indicator__duties__region=F("region"),
    )
    return inside | Q(pk__in=by_duty)


def _not_ended(valid_to: str) -> Q:
    """Of a figure: the duty whose last day stands in `valid_to` lasts until the end of the figure's quarter."""
    lasts = Q(**{f"{valid_to}__isnull": True}) | Q(**{f"{valid_to}__year__gt": F("year")})
    for number in (1, 2, 3, 4):
        end = Quarter(2001, number).last_day  # the end of a quarter is the same in every year
        same_year = Q(**{f"{valid_to}__year": F("year"), "quarter": number})
        later_month = Q(**{f"{valid_to}__month__gt": end.month})
        last_days = Q(**{f"{valid_to}__month": end.month, f"{valid_to}__day__gte": end.day})
        lasts |= same_year & (later_month | last_days)
    return lasts


def duties_of_units(scope: Scope, *roles: Role) -> Any:
    """Reporting duties of the units that these roles reach, whatever their dates."""
    return ReportingDuty.objects.filter(unit__in=scope.unit_ids(*roles))


def visible_duties(scope: Scope) -> Q:
    """Duties of one's own units, and of the regions one's role reaches."""
    return code_within("region__code", scope.prefixes(*BUSINESS_READERS)) | Q(unit__in=scope.all_units)


def visible_periods(scope: Scope) -> Q:
    """Periods that govern a region one belongs to: its own and those of the regions above; and of what one reaches."""
    above = {code for home in scope.homes for code in (home[:2] + "0000", home[:4] + "00", home)}
    return code_within("region__code", scope.prefixes(*BUSINESS_READERS)) | Q(region__code__in=above)


def visible_uploads(scope: Scope) -> Q:
    """One's own uploads, and for staff and reviewers those that touched figures they see."""
    own = Q(uploaded_by=scope.user_id)
    prefixes = scope.prefixes(*INSIDE_REGION)
    if not prefixes:
        return own
    return own | Q(pk__in=Upload.objects.filter(code_within("rows__region__code", prefixes)).values("pk"))


def visible_decompositions(scope: Scope) -> Q:
    """Who split a target and why is the business of the region's staff and reviewers."""
    return Q(line__in=TargetLine.objects.visible_to(scope)) & code_within(
        "line__region__code", scope.prefixes(*INSIDE_REGION)
    )


def visible_links(scope: Scope) -> Q:
    """Confirmed links of the plans a person reads; what is proposed or was refused is the business of the plan's staff."""
    inside = code_within("task__plan__region__code", scope.prefixes(Role.STAFF))
    return Q(task__plan__in=Plan.objects.visible_to(scope)) & (Q(state=TaskLink.State.CONFIRMED) | inside)


def can_enter(scope: Scope, region_code: str, duty_unit: int | None) -> bool:
    """Whether the person may report a figure of this region: its staff, or reporters of the unit that has the duty.

    `duty_unit` is that unit on the day asked for, None where nobody has the duty.
    """
    if scope.reaches(region_code, Role.STAFF):
        return True
    return duty_unit is not None and duty_unit in scope.unit_ids(Role.REPORTER)


def can_review(scope: Scope, region_code: str) -> bool:
    """Whether the person reviews figures of this region. That nobody approves their own is checked beside the figure."""
    return scope.reaches(region_code, *REVIEWING)


def sees_working_records(scope: Scope, region_code: str) -> bool:
    """Whether drafts, notes and reasons of this region's figures are inside this person's reach."""
    return scope.reaches(region_code, *INSIDE_REGION)


def require_catalogue_change(scope: Scope, indicator: Indicator | None) -> None:
    """The catalogue is shared: staff add entries; one that plans use is changed by staff who reach all of these plans."""
    if not scope.has(Role.STAFF):
        raise NotAllowed("not_allowed", _("只有局工作人员可以维护指标目录；如需权限，请联系安全管理员授权。"))
    if indicator is not None and not can_change_indicator(scope, indicator):
        raise NotAllowed("not_allowed", _("该指标还有其他地区的规划在使用，不能由本地区修改；请联系上级局工作人员。"))


def can_change_indicator(scope: Scope, indicator: Indicator) -> bool:
    """Whether the person is staff of every region whose plans use this entry, by itself or as a ratio's part."""
    codes = TargetLine.objects.filter(
        Q(indicator=indicator) | Q(indicator__numerator=indicator) | Q(indicator__denominator=indicator)
    ).values_list("region__code", flat=True)
    return scope.has(Role.STAFF) and all(scope.reaches(code, Role.STAFF) for code in set(codes))


def get_line_for(scope: Scope, line_id: int) -> TargetLine:
    """The target line, or `NotVisible`."""
    line = _LINE.get(line_id)
    if line is None or not _sees_line(scope, line):
        raise not_found()
    return line


def get_decomposition_for(scope: Scope, decomposition_id: int) -> Decomposition:
    """The decomposition with its line, or `NotVisible`."""
    found = (
        Decomposition.objects.filter(visible_decompositions(scope), pk=decomposition_id)
        .select_related("line__plan__region", "line__region", "line__indicator", "by_indicator", "made_by")
        .first()
    )
    if found is None:
        raise not_found()
    return found


def _sees_line(scope: Scope, line: TargetLine) -> bool:
    """`visible_lines` for one line at hand."""
    return reads_plan(scope, line.plan) and sees_region(scope, line.plan, line.region.code)


def get_figure_for(scope: Scope, figure_id: int) -> Figure:
    """The figure as a working record, or `NotVisible`."""
    figure = (
        Figure.objects.visible_to(scope)
        .select_related("indicator", "region", "entered_by", "approved_by", "upload")
        .filter(pk=figure_id)
        .first()
    )
    if figure is None:
        raise not_found()
    found: Figure = figure
    return found


def get_duty_for(scope: Scope, duty_id: int) -> ReportingDuty:
    """The reporting duty, or `NotVisible`."""
    duties = ReportingDuty.objects.visible_to(scope).select_related("indicator", "region", "unit")
    duty = duties.filter(pk=duty_id).first()
    if duty is None:
        raise not_found()
    found: ReportingDuty = duty
    return found


def get_period_for(scope: Scope, period_id: int) -> ReportingPeriod:
    """The reporting period, or `NotVisible`."""
    period = ReportingPeriod.objects.filter(visible_periods(scope), pk=period_id).select_related("region").first()
    if period is None:
        raise not_found()
    return period


def get_link_for(scope: Scope, link_id: int) -> TaskLink:
    """The link with its task, plan and indicator, or `NotVisible`."""
    links = TaskLink.objects.visible_to(scope).select_related("task__plan__region", "indicator", "decided_by")
    link = links.filter(pk=link_id).first()
    if link is None:
        raise not_found()
    found: TaskLink = link
    return found


def get_upload_for(scope: Scope, upload_id: int) -> Upload:
    """The upload, or `NotVisible`."""
    upload = Upload.objects.filter(visible_uploads(scope), pk=upload_id).select_related("uploaded_by", "job").first()
    if upload is None:
        raise not_found()
    return upload


def saved_mappings(scope: Scope) -> QuerySet[SavedMapping]:
    """What the person's units or regions' offices have settled about their sources' files."""
    mine = Membership.objects.filter(user=scope.user_id or 0, role__in=ENTERING)
    units = mine.filter(unit__isnull=False).values("unit")
    regions = mine.filter(region__isnull=False).values("region")
    return SavedMapping.objects.filter(Q(unit__in=units) | Q(region__in=regions))


def get_saved_mapping_for(scope: Scope, pk: int) -> SavedMapping:
    """One of them, or `NotVisible`."""
    found = saved_mappings(scope).filter(pk=pk).first()
    if found is None:
        raise not_found()
    return found


def get_publication_for(scope: Scope, publication_id: int) -> Publication:
    """A quarter that was published, as the staff who keep the plan see it, or `NotVisible`."""
    kept = code_within("plan__region__code", scope.prefixes(Role.STAFF))
    found = Publication.objects.filter(kept, pk=publication_id).select_related("plan__region").first()
    if found is None:
        raise not_found()
    return found


def get_display_link_for(scope: Scope, link_id: int) -> DisplayLink:
    """A display link, for the staff who keep its plan, or `NotVisible`."""
    kept = code_within("plan__region__code", scope.prefixes(Role.STAFF))
    found = DisplayLink.objects.filter(kept, pk=link_id).select_related("plan__region").first()
    if found is None:
        raise not_found()
    return found


def duty_units_on(day: date, pairs: set[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """For each (indicator id, region id) the unit that has the reporting duty on that day."""
    if not pairs:
        return {}
    rows = (
        ReportingDuty.objects.in_force_on(day)
        .filter(indicator__in={indicator for indicator, _region in pairs}, region__in={region for _i, region in pairs})
        .values_list("indicator_id", "region_id", "unit_id")
    )
    return {(indicator, region): unit for indicator, region, unit in rows if (indicator, region) in pairs}


def duty_day(quarter: Quarter) -> date:
    """The day on which a quarter's duty is decided: its last."""
    return quarter.last_day
