"""When figures are due and from whom: reporting periods and reporting duties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypedDict

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from indicators.models import Indicator, ReportingDuty, ReportingPeriod
from indicators.permissions import get_duty_for, get_period_for
from indicators.services.staleness import mark_pairs_changed
from ipdash.accounts import audit
from ipdash.core.changes import differences, refuse_stale, save_changed, write
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Conflict, Invalid
from ipdash.jobs.models import JobRun
from plans.models import Unit
from plans.permissions import require_staff_of
from plans.scope import Scope, scope_of
from plans.services.lookups import region_named, units_named


class PeriodChanges(TypedDict, total=False):
    """The days of a quarter's reporting, each included: from `opens`, in time until `due`, possible until `locks`."""

    opens: date
    due: date
    locks: date


class DutyChanges(TypedDict, total=False):
    """What may be changed of a duty; `unit` is an id. Indicator and region may not: another duty is another row."""

    unit: int
    valid_from: date
    valid_to: date | None
    beside_county: bool


@dataclass(frozen=True)
class ChangedDuty:
    """The duty, and the recomputation asked for: from whom figures are expected decides what a sum is complete with."""

    duty: ReportingDuty
    job: JobRun | None = None


@transaction.atomic
def create_period(
    actor: Any, *, region: str, year: int, quarter: int, opens: date, due: date, locks: date
) -> ReportingPeriod:
    """Opens a quarter for a region and what lies below it.

    Raises `NotAllowed` for people who are not staff of the region, `Conflict` where the quarter is set already, `Invalid`.
    """
    place = region_named(region)
    require_staff_of(scope_of(actor), place)
    period = ReportingPeriod(region=place, year=year, quarter=quarter, opens=opens, due=due, locks=locks)
    check(period)
    with explained():
        period.save(force_insert=True)
    after = {"year": year, "quarter": quarter, "opens": opens, "due": due, "locks": locks}
    audit.record("period.create", period, actor=actor, after=after, region_code=place.code)
    return period


@transaction.atomic
def change_period(actor: Any, period_id: int, changes: PeriodChanges, *, version: int | None = None) -> ReportingPeriod:
    """Moves a quarter's days. Raises `NotVisible`, `NotAllowed`, `Conflict` (`stale_version`), `Invalid`."""
    scope = scope_of(actor)
    require_staff_of(scope, get_period_for(scope, period_id).region)
    period = ReportingPeriod.objects.select_for_update(of=("self",)).select_related("region").get(pk=period_id)
    fields: dict[str, Any] = dict(changes)
    found = differences(period, fields)
    refuse_stale(period, version, found)
    if not found:
        return period
    write(period, found, fields)
    check(period)
    with explained():
        save_changed(period, found, fields)
    audit.record(
        "period.change", period, actor=actor, before=found.before, after=found.after, region_code=period.region.code
    )
    return period


@transaction.atomic
def create_duty(
    actor: Any,
    *,
    indicator: str,
    region: str,
    unit: int,
    valid_from: date,
    valid_to: date | None = None,
    beside_county: bool = False,
) -> ChangedDuty:
    """Makes a unit (id) report an indicator (code) for a region (code) from a day, to a day or until further notice.

    Raises `NotAllowed`, `Invalid`, and `Conflict` (`duty_overlaps`) where another unit has it on one of these days.
    """
    scope, place = scope_of(actor), region_named(region)
    require_staff_of(scope, place)
    found = _indicator_for_update(indicator)
    duty = ReportingDuty(
        indicator=found, region=place, unit=_unit(scope, unit), valid_from=valid_from, valid_to=valid_to,
        beside_county=beside_county,
    )  # fmt: skip
    _refuse_overlap(duty)
    check(duty)
    with explained():
        duty.save(force_insert=True)
    job = mark_pairs_changed({(found.pk, place.code)}, requested_by=actor)
    audit.record("duty.create", duty, actor=actor, after=_content(duty), region_code=place.code)
    return ChangedDuty(duty, job)


@transaction.atomic
def change_duty(actor: Any, duty_id: int, changes: DutyChanges, *, version: int | None = None) -> ChangedDuty:
    """Corrects a duty. A duty that passes to another unit is ended, and a new one begun, so that the past stays true.

    Raises `NotVisible`, `NotAllowed`, `Conflict` (`stale_version`, `duty_overlaps`), `Invalid`.
    """
    scope = scope_of(actor)
    seen = get_duty_for(scope, duty_id)
    require_staff_of(scope, seen.region)
    _indicator_for_update(seen.indicator.code)
    duty: ReportingDuty = (
        ReportingDuty.objects.select_for_update(of=("self",)).select_related("indicator", "region").get(pk=duty_id)
    )
    fields: dict[str, Any] = {name: value for name, value in changes.items() if name != "unit"}
    if "unit" in changes:
        fields["unit_id"] = _unit(scope, changes["unit"]).pk
    found = differences(duty, fields)
    refuse_stale(duty, version, found)
    if not found:
        return ChangedDuty(duty)
    write(duty, found, fields)
    _refuse_overlap(duty)
    check(duty)
    with explained():
        save_changed(duty, found, fields)
    job = mark_pairs_changed({(duty.indicator_id, duty.region.code)}, requested_by=actor)
    audit.record("duty.change", duty, actor=actor, before=found.before, after=found.after, region_code=duty.region.code)
    return ChangedDuty(duty, job)


def end_duty(actor: Any, duty_id: int, *, last_day: date, version: int | None = None) -> ChangedDuty:
    """Ends a duty with a day, which is its last. Raises as `change_duty`."""
    return change_duty(actor, duty_id, {"valid_to": last_day}, version=version)


@transaction.atomic
def hand_over_duty(actor: Any, duty_id: int, *, unit: int, first_day: date, version: int | None = None) -> ChangedDuty:
    """Passes a duty to another unit from a day on; the old one ends the day before, so that the past stays true.

    A duty with an end passes on with it. Raises as `change_duty`, and `Invalid` where the day is not inside the duty.
    """
    old = get_duty_for(scope_of(actor), duty_id)
    if first_day <= old.valid_from or (old.valid_to is not None and first_day > old.valid_to):
        message = _("移交日期应在原责任开始之后、终止之前。")
        raise Invalid("outside_the_duty", message, {"first_day": [message]})
    if unit == old.unit_id:
        message = _("“%(name)s”已经承担这项填报责任，请选择另一个单位。") % {"name": old.unit.name}
        raise Invalid("same_unit", message, {"unit": [message]})
    last, beside = old.valid_to, old.beside_county
    end_duty(actor, duty_id, last_day=first_day - timedelta(days=1), version=version)
    return create_duty(
        actor, indicator=old.indicator.code, region=old.region.code, unit=unit, valid_from=first_day, valid_to=last,
        beside_county=beside,
    )  # fmt: skip


def _indicator_for_update(code: str) -> Indicator:
    """The indicator, locked: two duties for the same days are kept apart by waiting here."""
    indicator = Indicator.objects.select_for_update(no_key=True).filter(code=code).first()
    if indicator is None:
        message = _("指标目录中没有编码“%(code)s”。") % {"code": code}
        raise Invalid("unknown_indicator", message, {"indicator": [message]})
    if not indicator.is_reported:
        message = _("“%(name)s”由分子、分母计算得出，不直接填报。") % {"name": indicator.name}
        raise Invalid("derived", message, {"indicator": [message]})
    return indicator


def _unit(scope: Scope, unit_id: int) -> Unit:
    unit = units_named(scope, [unit_id])[unit_id]
    if unit.is_collective:
        message = _("“%(name)s”是集合名称，不能承担填报责任；请选择其中的一个单位。") % {"name": unit.name}
        raise Invalid("collective_reports_nothing", message, {"unit": [message]})
    return unit


def _refuse_overlap(duty: ReportingDuty) -> None:
    others = ReportingDuty.objects.filter(indicator=duty.indicator_id, region=duty.region_id).exclude(pk=duty.pk)
    others = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=duty.valid_from))
    if duty.valid_to is not None:
        others = others.filter(valid_from__lte=duty.valid_to)
    other = others.select_related("unit").first()
    if other is None:
        return
    until = _("至今") if other.valid_to is None else _("至%(day)s") % {"day": other.valid_to.isoformat()}
    message = _("“%(unit)s”自%(day)s起%(until)s已承担该填报责任，时间不能重叠；请先终止原责任。") % {
        "unit": other.unit.name,
        "day": other.valid_from.isoformat(),
        "until": until,
    }
    raise Conflict("duty_overlaps", message, {"valid_from": [message]})


def _content(duty: ReportingDuty) -> dict[str, object]:
    return {
        "indicator": duty.indicator.code,
        "region": duty.region.code,
        "unit": duty.unit_id,
        "valid_from": duty.valid_from,
        "valid_to": duty.valid_to,
    }
