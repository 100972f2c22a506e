"""What a plan asks of an indicator in a region: its line, where it starts from, and its targets in their versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from indicators.models import Baseline, Indicator, Target, TargetLine
from indicators.permissions import get_line_for
from indicators.services.line_rules import refuse_unsupported
from indicators.services.staleness import mark_lines
from ipdash.accounts import audit
from ipdash.core.changes import Changes, differences, refuse_stale, save_changed, write
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Invalid
from ipdash.core.periods import Quarter
from ipdash.jobs.models import JobRun
from plans.models import Plan, Region
from plans.permissions import get_plan_for, require_staff_of
from plans.region_history import parents_joined_to
from plans.scope import Scope, scope_of
from plans.services.lookups import region_named, units_named

RESULTS_FOLLOW = ("region_id", "indicator_id", "basis", "baselines", "targets")
PLAIN = (
    "basis", "basis_reason", "basis_ambiguous", "printed_name", "unit", "unit_factor", "attribute", "where", "requirement",
    "overall_comparator", "overall_value", "increase", "source_line", "source_text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BaselineValue:
    """A baseline in the indicator's unit. Of several, `counted_from` marks the one that counts, else the earliest does."""

    year: int
    value: Decimal
    counted_from: bool = False


@dataclass(frozen=True, slots=True)
class TargetValue:
    """One year's target in the indicator's unit; `upper` with the comparator `range` alone."""

    year: int
    comparator: str
    value: Decimal
    upper: Decimal | None = None
    printed: str = ""
    source: str = Target.Source.STATED.value


class LineValues(TypedDict, total=False):
    """A line's content; `region` and `indicator` are codes, `lead_unit` a unit id.

    `baselines` and `targets` are whole lists: of the targets as first issued, adjusted versions stay (`adjust_target`).
    """

    region: str
    indicator: str
    basis: str
    basis_reason: str
    basis_ambiguous: bool
    printed_name: str
    unit: str | None
    unit_factor: int
    attribute: str | None
    lead_unit: int | None
    where: str
    requirement: str | None
    overall_comparator: str | None
    overall_value: Decimal | None
    increase: Decimal | None
    source_line: int | None
    source_text: str
    baselines: Sequence[BaselineValue]
    targets: Sequence[TargetValue]


@dataclass(frozen=True)
class ChangedLine:
    """The line, and the recomputation that the change asked for, if any."""

    line: TargetLine
    job: JobRun | None = None


@transaction.atomic
def create_line(actor: Any, plan_id: int, values: LineValues) -> ChangedLine:
    """Adds a target line at the plan's end; region (else the plan's), indicator, basis are what it is about.

    Raises `NotVisible`, `NotAllowed`, `Invalid` (`basis_unsupported`…), `Conflict` where the plan has this line.
    """
    scope = scope_of(actor)
    require_staff_of(scope, get_plan_for(scope, plan_id).region)
    if "indicator" not in values or "basis" not in values:
        message = _("请指明指标和目标口径。")
        raise Invalid("indicator_needed", message, {"indicator": [message]})
    # Two lines added at once would want the same place.
    plan = Plan.objects.select_for_update(of=("self",), no_key=True).select_related("region").get(pk=plan_id)
    last = plan.target_lines.aggregate(last=models.Max("position"))["last"]
    fields = {"region_id": plan.region_id, **_fields(scope, plan, values)}
    line = TargetLine(plan=plan, position=0 if last is None else last + 1, **fields)
    if not line.printed_name:
        line.printed_name = line.indicator.name
    _refuse_incomplete(line)
    check(line)
    with explained():
        line.save(force_insert=True)
        _store_baselines(line, values.get("baselines", ()))
        _store_targets(line, values.get("targets", ()))
    job = mark_lines([line.pk], requested_by=actor)
    audit.record("target_line.create", line, actor=actor, after=_content(line), region_code=line.region.code)
    return ChangedLine(line, job)


@transaction.atomic
def change_line(
    actor: Any, line_id: int, values: LineValues, *, version: int | None = None, reason: str = ""
) -> ChangedLine:
    """Changes a line in place: a reading corrected, a basis confirmed, a year's target set or its misprint mended.

    What the responsible body itself has decided anew is no correction: see `adjust_target`. `reason` goes to the audit
    log. Raises `NotVisible`, `NotAllowed`, `Conflict` (`stale_version`, a line twice), `Invalid`.
    """
    scope = scope_of(actor)
    require_staff_of(scope, get_line_for(scope, line_id).plan.region)
    line = locked_line(line_id)
    fields = _fields(scope, line.plan, values)
    found, old = differences(line, fields), _content(line)
    if "baselines" in values:
        found.note("baselines", old["baselines"], [list(astuple(b)) for b in _with_start(values["baselines"])])
    if "targets" in values:
        found.note("targets", old["targets"], [list(astuple(t)) for t in _in_order(values["targets"])])
    refuse_stale(line, version, found)
    if not found:
        return ChangedLine(line)
    touched = {line.pk, *ranked_with(line)} if found.touches(*RESULTS_FOLLOW) else set()
    write(line, found, fields)
    _refuse_incomplete(line)
    check(line)
    with explained():
        save_changed(line, found, fields)
        if found.touches("baselines"):
            _store_baselines(line, values["baselines"])
        if found.touches("targets"):
            _store_targets(line, values["targets"])
    job = mark_lines(sorted(touched), requested_by=actor)
    _record("target_line.change", line, actor, found, reason)
    return ChangedLine(line, job)


@transaction.atomic
def adjust_target(
    actor: Any,
    line_id: int,
    target: TargetValue,
    *,
    in_force_from: Quarter,
    document: str,
    adjusted_on: date | None = None,
    version: int | None = None,
) -> tuple[Target, JobRun | None]:
    """目标调整: a new version of a year's target by a document, in force from a quarter; earlier quarters keep the old one.

    Raises as `change_line`, and `Invalid` where the year has no target to adjust or the document is not named.
    """
    scope = scope_of(actor)
    require_staff_of(scope, get_line_for(scope, line_id).plan.region)
    line = locked_line(line_id)
    if not document.strip():
        message = _("请填写调整目标所依据的文件。")
        raise Invalid("document_needed", message, {"document": [message]})
    if not line.targets.filter(year=target.year, in_force_from=None).exists():
        message = _("%(year)s年没有目标，无从调整；请先设置该年目标。") % {"year": target.year}
        raise Invalid("nothing_to_adjust", message, {"year": [message]})
    fresh = _target(line, target)
    fresh.in_force_from, fresh.adjusting_document, fresh.adjusted_on = (
        in_force_from.index,
        document.strip(),
        adjusted_on,
    )
    found = Changes()
    found.note("targets", None, [*astuple(target), str(in_force_from), fresh.adjusting_document])
    refuse_stale(line, version, found)
    check(fresh)
    with explained():
        fresh.save(force_insert=True)
        write(line, found, {})
        line.save(update_fields=["version"])
    job = mark_lines([line.pk], requested_by=actor)
    _record("target_line.adjust", line, actor, found, "")
    return fresh, job


def locked_line(line_id: int) -> TargetLine:
    """The line for a change, with plan and region: two changes of one line wait for each other."""
    line: TargetLine = (
        TargetLine.objects.select_for_update(of=("self",))
        .select_related("plan__region", "region", "indicator")
        .get(pk=line_id)
    )
    return line


def _fields(scope: Scope, plan: Plan, values: LineValues) -> dict[str, Any]:
    """The columns that the values name, with ids in the place of codes."""
    fields: dict[str, Any] = {name: value for name, value in values.items() if name in PLAIN}
    if "region" in values:
        region = region_named(values["region"])
        if not plan.region.contains(region.code):
            message = _("%(region)s不在规划的区划范围内。") % {"region": region.name}
            raise Invalid("region_outside_plan", message, {"region": [message]})
        fields["region_id"] = region.pk
    if "indicator" in values:
        indicator = Indicator.objects.filter(code=values["indicator"]).first()
        if indicator is None:
            message = _("指标目录中没有编码“%(code)s”。") % {"code": values["indicator"]}
            raise Invalid("unknown_indicator", message, {"indicator": [message]})
        fields["indicator_id"] = indicator.pk
    if "lead_unit" in values:
        lead = values["lead_unit"]
        if lead is not None:
            units_named(scope, [lead], "lead_unit")
        fields["lead_unit_id"] = lead
    return fields


def _refuse_incomplete(line: TargetLine) -> None:
    refuse_unsupported(Indicator.objects.get(pk=line.indicator_id), line.basis)
    if (line.overall_comparator is None) != (line.overall_value is None):
        message = _("总体目标须同时有比较方式和数值。")
        raise Invalid("overall_not_whole", message, {"overall": [message]})


def ranked_with(line: TargetLine) -> list[int]:
    """The lines that share a ranking with this one as it stands, or shared one before a region was moved."""
    brothers = TargetLine.objects.filter(plan=line.plan_id, indicator=line.indicator_id, basis=line.basis)
    parents = parents_joined_to(_parent_of(line))
    beside = Q(region__parent__in=parents - {None}) | (Q(region__parent=None) if None in parents else Q(pk__in=[]))
    return list(brothers.filter(beside).values_list("pk", flat=True))


def _parent_of(line: TargetLine) -> int | None:
    parent: int | None = Region.objects.values_list("parent", flat=True).get(pk=line.region_id)
    return parent


def _content(line: TargetLine) -> dict[str, Any]:
    baselines = line.baselines.order_by("year").values_list("year", "value", "counted_from")
    targets = line.targets.filter(in_force_from=None).order_by("year")
    return {
        **{name: getattr(line, name) for name in (*PLAIN, "region_id", "indicator_id", "lead_unit_id")},
        "baselines": [list(row) for row in baselines],
        "targets": [
            list(row) for row in targets.values_list("year", "comparator", "value", "upper", "printed", "source")
        ],
    }


def _with_start(baselines: Sequence[BaselineValue]) -> list[BaselineValue]:
    """In order of their years; where none is said to count, the earliest does (attainment.md §1)."""
    ordered = sorted(baselines, key=lambda baseline: baseline.year)
    if ordered and not any(baseline.counted_from for baseline in ordered):
        ordered[0] = replace(ordered[0], counted_from=True)
    return ordered


def _in_order(targets: Sequence[TargetValue]) -> list[TargetValue]:
    return sorted(targets, key=lambda target: target.year)


def _store_baselines(line: TargetLine, baselines: Sequence[BaselineValue]) -> None:
    line.baselines.all().delete()
    for baseline in _with_start(baselines):
        _insert(
            Baseline(line=line, year=baseline.year, value=baseline.value, counted_from=baseline.counted_from),
            "baselines",
        )


def _store_targets(line: TargetLine, targets: Sequence[TargetValue]) -> None:
    """Makes the first versions these; a row that says the same stays, with the decomposition that it came from."""
    adjusted = set(line.targets.exclude(in_force_from=None).values_list("year", flat=True))
    if lost := sorted(adjusted - {target.year for target in targets}):
        message = _("%(year)s年的目标已有调整版本，不能删去。") % {"year": lost[0]}
        raise Invalid("target_was_adjusted", message, {"targets": [message]})
    gone = {astuple(_value_of(stored)): stored.pk for stored in line.targets.filter(in_force_from=None)}
    fresh = [target for target in _in_order(targets) if gone.pop(astuple(target), None) is None]
    line.targets.filter(pk__in=gone.values()).delete()
    for target in fresh:
        _insert(_target(line, target), "targets")


def _value_of(target: Target) -> TargetValue:
    return TargetValue(
        target.year, target.comparator, target.value, target.upper, printed=target.printed, source=target.source
    )


def _target(line: TargetLine, target: TargetValue) -> Target:
    return Target(
        line=line, year=target.year, comparator=target.comparator, value=target.value, upper=target.upper,
        printed=target.printed, source=target.source,
    )  # fmt: skip


def _insert(row: Baseline | Target, field: str) -> None:
    """Stores a part; what is wrong with it is told beside the list it came in."""
    try:
        check(row)
    except Invalid as error:
        raise Invalid(error.code, error.message, {field: [str(error.message)]}) from error
    row.save(force_insert=True)


def _record(action: str, line: TargetLine, actor: Any, found: Changes, reason: str) -> None:
    audit.record(
        action, line, actor=actor, before=found.before, after=found.after, reason=reason, region_code=line.region.code
    )
