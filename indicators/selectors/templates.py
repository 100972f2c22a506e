"""The table to fill in for a unit and a quarter, and for which units and quarters a person may have one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from indicators.models import Figure, Indicator, ReportingDuty, ReportingPeriod
from indicators.permissions import can_enter, duty_day
from ipdash.core.errors import Invalid
from ipdash.core.periods import Quarter
from plans.models import Role, Unit
from plans.permissions import not_found
from plans.querysets import code_within
from plans.scope import Scope

if TYPE_CHECKING:
    from indicators.workbooks.template import TemplateLine, TemplateSpec

_QUARTERS = 12


def template_units(scope: Scope) -> list[Unit]:
    """Units for which the person reports: their own, and for staff all that report for their regions."""
    units = Unit.objects.filter(pk__in=scope.unit_ids(Role.REPORTER))
    units |= Unit.objects.filter(pk__in=_duties_of_staff(scope).values("unit"))
    with_duties = ReportingDuty.objects.order_by().values("unit")
    return list(units.filter(pk__in=with_duties).select_related("region").order_by("region__code", "name"))


def template_quarters(today: date) -> list[Quarter]:
    """The last quarters that have ended, newest first."""
    last = Quarter.last_ended(today)
    return [last - n for n in range(_QUARTERS)]


def template_unit_for(scope: Scope, unit_id: int) -> Unit:
    """The unit, or `NotVisible` where the person reports nothing for it."""
    unit: Unit | None = Unit.objects.select_related("region").filter(pk=unit_id).first()
    if unit is None:
        raise not_found()
    own = unit.pk in scope.unit_ids(Role.REPORTER) or scope.reaches(unit.region.code, Role.STAFF)
    if not own and not _duties_of_staff(scope).filter(unit=unit).exists():
        raise not_found()
    return unit


def _duties_of_staff(scope: Scope) -> QuerySet[ReportingDuty]:
    """Duties for the regions whose staff the person is, whichever unit has them."""
    return ReportingDuty.objects.filter(code_within("region__code", scope.prefixes(Role.STAFF))).order_by()


def template_spec(unit: Unit, quarter: Quarter, scope: Scope | None = None) -> TemplateSpec:
    """One line for each duty of the unit in that quarter, with the figures of the quarter before and a year ago.

    With a `scope` only those that the person may report: staff of one region see nothing of what the unit reports for
    another. Annual indicators stand in fourth quarters only. Raises `Invalid` where there is nothing to report.
    """
    from indicators.workbooks.template import TemplateSpec

    duties = list(
        ReportingDuty.objects.in_force_on(duty_day(quarter))
        .filter(unit=unit)
        .exclude(indicator__quantity=Indicator.Quantity.RATIO)
        .select_related("indicator", "region")
        .order_by("region__code", "indicator__code")
    )
    if scope is not None:
        duties = [duty for duty in duties if can_enter(scope, duty.region.code, duty.unit_id)]
    due = [duty for duty in duties if quarter.quarter == 4 or duty.indicator.frequency != Indicator.Frequency.ANNUAL]
    if not due:
        raise Invalid(
            "nothing_to_report",
            _("“%(unit)s”在%(quarter)s没有需要填报的指标，请核对单位和季度。")
            % {"unit": unit.name, "quarter": quarter.label},
        )
    figures = _figures(due, quarter)
    lines = [_line(duty, quarter, figures) for duty in due]
    demo = any(duty.is_demo for duty in due)
    return TemplateSpec(unit.pk, unit.name, quarter.year, quarter.quarter, _due_day(unit, quarter), lines, demo)


def template_name(unit: Unit, quarter: Quarter, extension: str) -> str:
    """The file's name as people look for it."""
    return _("%(unit)s%(quarter)s填报模板.%(extension)s") % {
        "unit": unit.name,
        "quarter": quarter.label,
        "extension": extension,
    }


Values = dict[tuple[int, int, Quarter], tuple[Decimal | None, str]]


def _figures(duties: list[ReportingDuty], quarter: Quarter) -> Values:
    """Value and note, by indicator, region and quarter."""
    quarters = [quarter, quarter - 1, quarter - 4]
    found = Figure.objects.filter(
        indicator__in={duty.indicator_id for duty in duties},
        region__in={duty.region_id for duty in duties},
        year__in={q.year for q in quarters},
    ).values_list("indicator", "region", "year", "quarter", "value", "note")
    return {
        (indicator, region, Quarter(year, number)): (value, note)
        for indicator, region, year, number, value, note in found
    }


def _line(duty: ReportingDuty, quarter: Quarter, figures: Values) -> TemplateLine:
    from indicators.workbooks.template import TemplateLine

    def at(when: Quarter) -> tuple[Decimal | None, str]:
        return figures.get((duty.indicator_id, duty.region_id, when), (None, ""))

    indicator, region = duty.indicator, duty.region
    value, note = at(quarter)
    return TemplateLine(
        indicator.code, indicator.name, region.code, region.name, indicator.unit, indicator.get_reporting_basis_display(),
        at(quarter - 1)[0], at(quarter - 4)[0], value, note,
    )  # fmt: skip


def _due_day(unit: Unit, quarter: Quarter) -> date | None:
    """The due day of the period that governs the unit's region: the nearest one upwards."""
    code = unit.region.code
    chain = {code, code[:4] + "00", code[:2] + "0000"}
    period = (
        ReportingPeriod.objects.filter(region__code__in=chain, year=quarter.year, quarter=quarter.quarter)
        .order_by("-region__code")
        .first()
    )
    return None if period is None else period.due
