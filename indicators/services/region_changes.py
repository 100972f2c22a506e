"""区划变更 and what follows from it: targets and duties that end with it, and everything that is added up or ranked anew.

A region that is moved, renamed or merged keeps its figures and their history. A quarter that ended before the change is
added up and ranked in the tree that held then (docs/rules.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from indicators.models import ReportingDuty, TargetLine
from indicators.services.staleness import mark_lines
from ipdash.accounts import audit
from ipdash.core.errors import Conflict
from ipdash.core.periods import Quarter
from ipdash.jobs.models import JobRun
from plans.models import Region, RegionChange
from plans.permissions import not_found
from plans.region_history import codes_above
from plans.scope import scope_of
from plans.services import region_tree
from plans.services.region_tree import TreeChange

Kind = RegionChange.Kind
END = ("ended_from", "ending_document", "ended_on")


@dataclass(frozen=True)
class Changed:
    """The change, what it ended, and one of the recomputations asked for (None: no target depends on it)."""

    change: RegionChange
    lines: int = 0
    duties: int = 0
    job: JobRun | None = None


@transaction.atomic
def change_region(actor: Any, code: str, wanted: TreeChange, *, today: date) -> Changed:
    """Moves, renames, merges or abolishes a region, or with `established` adds one, by a document and from a day on.

    Targets that plans set for a region that is no longer theirs end with the quarter of that day, and so do the targets
    and duties of a region that is no more. Raises `NotAllowed`, `Invalid`, `Conflict`.
    """
    scope = scope_of(actor)
    if wanted.kind == Kind.ESTABLISHED:
        change = region_tree.establish(scope, wanted, today)
        _record("region.establish", change, actor)
        return Changed(change)
    touched = _touched_by(region_tree.locked(code))
    change = region_tree.change_tree(scope, code, wanted, today)
    lines = _end_lines(change)
    duties = _end_duties(change) if change.region.valid_to is not None else []
    change.effects = {"lines": lines, "duties": duties}
    change.save(update_fields=["effects"])
    job = mark_lines(sorted(touched | _touched_by(change.region)), requested_by=actor)
    _record("region.change", change, actor)
    return Changed(change, len(lines), len(duties), job)


@transaction.atomic
def take_back_change(actor: Any, change_id: int) -> Changed:
    """Undoes the latest change of a region with everything that it ended; what was changed since by hand stays as it is.

    Raises `NotVisible`, `NotAllowed`, `Conflict` (`later_change`, `region_in_use`, `parent_gone`).
    """
    change = get_change(change_id)
    touched = _touched_by(change.region)
    before = {"kind": change.kind, "on": change.on, "document": change.document, "effects": change.effects}
    effects, region = change.effects, region_tree.take_back(scope_of(actor), change)
    lines = [entry for entry in effects.get("lines", []) if _reopen(entry, change)]
    duties = [entry for entry in effects.get("duties", []) if _prolong(entry, change)]
    touched |= _touched_by(region) if region.pk is not None else set()
    job = mark_lines(sorted(touched), requested_by=actor)
    audit.record("region.take_back", ("region", change.region_id), actor=actor, before=before, region_code=region.code)
    return Changed(change, len(lines), len(duties), job)


def get_change(change_id: int) -> RegionChange:
    """The change with its region, or `NotVisible`; the tree and its history are open to everybody."""
    change = (
        RegionChange.objects.select_related("region__parent", "old_parent", "successor").filter(pk=change_id).first()
    )
    if change is None:
        raise not_found()
    return change


def _touched_by(region: Region) -> set[int]:
    """The lines whose results may follow from where a region hangs: its own, its sums' and those ranked beside it."""
    above = codes_above({region.code})[region.code]
    parents = set(region.changes.exclude(old_parent=None).values_list("old_parent", flat=True)) | {region.parent_id}
    beside = Q(region__parent__in=[parent for parent in parents if parent is not None])
    lines = TargetLine.objects.filter(Q(region=region) | Q(region__code__in=above) | beside)
    return set(lines.values_list("pk", flat=True))


def _end_lines(change: RegionChange) -> list[list[Any]]:
    """Ends the region's lines that nobody can be held to any more; each with the end that it had."""
    region, quarter = change.region, Quarter.containing(change.on).index
    lines = TargetLine.objects.filter(Q(ended_from=None) | Q(ended_from__gt=quarter), region=region)
    found = [
        line
        for line in lines.select_for_update(of=("self",)).select_related("plan__region").order_by("pk")
        if region.valid_to is not None or not line.plan.region.contains(region.code)
    ]
    old = [[line.pk, line.ended_from, line.ending_document, _text(line.ended_on)] for line in found]
    for line in found:
        line.ended_from, line.ending_document, line.ended_on = quarter, change.document, change.on
        line.version += 1
    TargetLine.objects.bulk_update(found, [*END, "version"], batch_size=500)
    return old


def _end_duties(change: RegionChange) -> list[list[Any]]:
    """Ends the duties of a region that is no more with the day before; each with its former end."""
    last = change.on - timedelta(days=1)
    duties = ReportingDuty.objects.filter(Q(valid_to=None) | Q(valid_to__gt=last), region=change.region)
    found = list(duties.select_for_update(of=("self",)).select_related("indicator").order_by("pk"))
    for duty in found:
        if duty.valid_from > last:
            message = _("“%(indicator)s”的填报责任从%(day)s才开始，晚于撤销日期；请先在“填报责任”中改正。") % {
                "indicator": duty.indicator.name, "day": duty.valid_from.isoformat(),
            }  # fmt: skip
            raise Conflict("duty_begins_later", message, {"on": [message]})
    old = [[duty.pk, _text(duty.valid_to)] for duty in found]
    for duty in found:
        duty.valid_to = last
        duty.version += 1
    ReportingDuty.objects.bulk_update(found, ["valid_to", "version"], batch_size=500)
    return old


def _reopen(entry: Iterable[Any], change: RegionChange) -> bool:
    """Gives a line the end that it had, if it still has the one that the change gave it."""
    pk, ended_from, document, ended_on = entry
    line = TargetLine.objects.select_for_update().filter(
        pk=pk, ended_from=Quarter.containing(change.on).index, ending_document=change.document, ended_on=change.on
    ).first()  # fmt: skip
    if line is None:
        return False
    line.ended_from, line.ending_document, line.ended_on = ended_from, document, _day(ended_on)
    line.version += 1
    line.save(update_fields=[*END, "version"])
    return True


def _prolong(entry: Iterable[Any], change: RegionChange) -> bool:
    pk, valid_to = entry
    last = change.on - timedelta(days=1)
    duty = ReportingDuty.objects.select_for_update().filter(pk=pk, valid_to=last).first()
    if duty is None:
        return False
    duty.valid_to = _day(valid_to)
    duty.version += 1
    duty.save(update_fields=["valid_to", "version"])
    return True


def _record(action: str, change: RegionChange, actor: Any) -> None:
    region, parent, old = change.region, change.region.parent, change.old_parent
    audit.record(
        action, region, actor=actor, region_code=region.code, reason=change.document,
        before={"code": change.old_code, "name": change.old_name, "parent": None if old is None else old.code},
        after={
            "kind": change.kind, "on": change.on, "code": region.code, "name": region.name,
            "parent": None if parent is None else parent.code, "effects": change.effects,
            "successor": None if change.successor is None else change.successor.code,
        },
    )  # fmt: skip


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
