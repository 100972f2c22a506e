"""分解: storing a split target as one act, and taking that act back as a whole.

Lines are locked in the order of their keys, the plan before them, as every service that adds lines does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.decomposition_words import goal_text, sum_text
from indicators.models import Decomposition, Target, TargetLine
from indicators.permissions import get_decomposition_for, get_line_for
from indicators.selectors.decomposition.base import (
    WRITTEN,
    Balance,
    Cell,
    Method,
    Over,
    Verdict,
    Wish,
    latest_targets,
    refuse,
)  # fmt: skip
from indicators.selectors.decomposition.figures import named_indicator
from indicators.selectors.decomposition.preview import Preview, preview
from indicators.services.staleness import mark_lines
from ipdash.accounts import audit
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Conflict, Invalid
from ipdash.core.numbers import decimal_text
from ipdash.core.periods import Quarter
from ipdash.jobs.models import JobRun
from plans.models import Plan
from plans.permissions import require_staff_of
from plans.scope import scope_of

LONGEST_REASON = 200
CHUNK = 500
FIELDS = ("comparator", "value", "upper", "source", "decomposition", "printed")
Content = list[Any] | None
"""A target as `Decomposition.changes` keeps it: comparator, value, upper, source, decomposition; None: there was none."""


@dataclass(frozen=True)
class Decomposed:
    """What was done; where nothing differed from what is stored, no row and no recomputation."""

    preview: Preview
    made: Decomposition | None = None
    job: JobRun | None = None


def preview_decomposition(actor: Any, line_id: int, wish: Wish, *, today: date) -> Preview:
    """What the wish would do, for those who may do it. Raises `NotVisible`, `NotAllowed`, `Invalid`."""
    scope = scope_of(actor)
    line = get_line_for(scope, line_id)
    require_staff_of(scope, line.plan.region)
    return preview(line, wish, today)


@transaction.atomic
def decompose(
    actor: Any,
    line_id: int,
    wish: Wish,
    *,
    today: date,
    reason: str = "",
    allow_shortfall: bool = False,
    seen: str | None = None,
) -> Decomposed:
    """Stores what the wish gives, marked as decomposed: all of it or nothing, with one recomputation.

    `seen` is that of the preview somebody looked at: where the difference has become another one, `Conflict`
    (`changed_since_preview`). Raises as `preview_decomposition`, and `Invalid` where a reason is needed (`reason_needed`) or
    a sum is too small (`sum_too_small`).
    """
    scope = scope_of(actor)
    require_staff_of(scope, get_line_for(scope, line_id).plan.region)
    line = _locked(line_id, with_regions=wish.over == Over.REGIONS)
    found = preview(line, wish, today)
    reason = reason.strip()
    if seen is not None and seen != found.seen:
        raise Conflict("changed_since_preview", _("预览之后数据有了变化，没有保存；请核对新的预览后再保存。"))
    if not found.changes:
        return Decomposed(found)
    _refuse_unconfirmed(found, reason, allow_shortfall)
    made = store_split(actor, found, reason, today)
    touched = sorted({change[0] for change in made.changes})
    TargetLine.objects.filter(pk__in=touched).update(version=F("version") + 1)
    job = mark_lines(touched, requested_by=actor)
    _record("target_line.decompose", made, actor, reason)
    return Decomposed(found, made, job)


def store_split(actor: Any, found: Preview, reason: str, today: date) -> Decomposition:
    """Stores the targets of a preview and the act that set them; the caller holds the locks and asks for a recomputation."""
    made = _made(actor, found, reason)
    check(made)
    made.save(force_insert=True)
    written = [item for item in found.cells if item.verdict in WRITTEN]
    created = _create_lines(found.line, written)
    pairs = [_target(item, created, made, today) for item in written]
    _save([target for target, _old in pairs])
    made.changes = [[t.line_id, t.year, t.in_force_from, old, _content(t)] for t, old in pairs]
    made.created = sorted(below.pk for below in created.values())
    made.save(update_fields=["changes", "created"])
    return made


@transaction.atomic
def undo_decomposition(actor: Any, decomposition_id: int, *, reason: str) -> JobRun | None:
    """Puts every target that the act set back as it was, and removes the lines that it added and nobody has used since.

    Judged quarters are no obstacle: an undo corrects a mistake, so it needs a reason, and their results follow. Raises
    `NotVisible`, `NotAllowed`, `Invalid` without a reason, `Conflict`: `wrong_state` where it is undone already,
    `changed_since` with the list where a target was changed, adjusted or split again since.
    """
    scope = scope_of(actor)
    line = get_decomposition_for(scope, decomposition_id).line
    require_staff_of(scope, line.plan.region)
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        raise refuse("reason_needed", "reason", _("请填写撤销的理由。"))
    line = _locked(line.pk, with_regions=True)
    made = Decomposition.objects.select_for_update(of=("self",)).get(pk=decomposition_id)
    if made.undone_at is not None:
        raise Conflict("wrong_state", _("这次分解已经撤销。"))
    stored = _as_made(made)
    removed = [target.pk for target, before in stored if before is None]
    _save([_restored(target, before) for target, before in stored if before is not None])
    Target.objects.filter(pk__in=removed).delete()
    made.undone_by, made.undone_at = actor, timezone.now()
    made.save(update_fields=["undone_by", "undone_at"])
    touched = sorted({target.line_id for target, _before in stored})
    unused = TargetLine.objects.filter(pk__in=made.created, lead_unit=None, targets=None, baselines=None)
    brothers = list(_siblings(line).exclude(pk__in=unused).values_list("pk", flat=True)) if made.created else []
    _record("target_line.undo_decomposition", made, actor, reason)
    unused.delete()
    left = TargetLine.objects.filter(pk__in=touched)
    left.update(version=F("version") + 1)
    return mark_lines([*left.values_list("pk", flat=True), *brothers], requested_by=actor)


def _locked(line_id: int, *, with_regions: bool) -> TargetLine:
    """The line as it stands under lock, with the lines of the regions below where they may be written."""
    if with_regions:
        plan = TargetLine.objects.values_list("plan_id", flat=True).get(pk=line_id)
        Plan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan)
    lines = TargetLine.objects.filter(pk=line_id)
    if with_regions:
        lines |= _siblings(TargetLine.objects.get(pk=line_id))
    list(lines.select_for_update(of=("self",)).order_by("pk"))
    line: TargetLine = TargetLine.objects.select_related("plan__region", "region", "indicator").get(pk=line_id)
    return line


def _siblings(line: TargetLine) -> Any:
    """The lines of the regions directly below, which share a sum and a ranking."""
    return TargetLine.objects.filter(
        plan=line.plan_id, indicator=line.indicator_id, basis=line.basis, region__parent=line.region_id
    )


def _refuse_unconfirmed(found: Preview, reason: str, allow_shortfall: bool) -> None:
    short = [sum_text(found.line, item) for item in found.sums if item.balance is Balance.SHORT]
    if short and not allow_shortfall:
        raise refuse("sum_too_small", "allow_shortfall", short[0])
    if found.asks and not reason:
        raise Invalid("reason_needed", _("请填写理由。"), {"reason": found.asks})
    if len(reason) > LONGEST_REASON:
        message = _("理由最多%(limit)s个字，现在有%(length)s个。") % {"limit": LONGEST_REASON, "length": len(reason)}
        raise refuse("reason_too_long", "reason", message)


def _made(actor: Any, found: Preview, reason: str) -> Decomposition:
    wish, indicator, year = found.wish, None, None
    if wish.method in {Method.INDICATOR, Method.OWN}:
        indicator = found.line.indicator if wish.method == Method.OWN else named_indicator(wish.indicator)
        year = wish.base_year
    return Decomposition(
        line=found.line, over=wish.over, method=wish.method, by_indicator=indicator, base_year=year, reason=reason,
        made_by=actor,
    )  # fmt: skip


def _create_lines(parent: TargetLine, cells: list[Cell]) -> dict[str, TargetLine]:
    """A line like the parent's for each region that has none yet, at the plan's end, by region code."""
    absent = {item.region.code: item.region for item in cells if item.line is None}
    last = parent.plan.target_lines.order_by("-position").values_list("position", flat=True).first() or 0
    lines = [
        TargetLine(
            plan=parent.plan, region=region, indicator=parent.indicator, basis=parent.basis,
            basis_reason=_("由%(region)s的目标分解") % {"region": parent.region.name},
            printed_name=parent.printed_name, unit=parent.unit, unit_factor=parent.unit_factor,
            attribute=parent.attribute, where=parent.where, measures_growth=parent.measures_growth,
            position=last + number,
        )
        for number, (_code, region) in enumerate(sorted(absent.items()), start=1)
    ]  # fmt: skip
    with explained():
        TargetLine.objects.bulk_create(lines)
    return {line.region.code: line for line in lines}


def _target(item: Cell, created: dict[str, TargetLine], made: Decomposition, today: date) -> tuple[Target, Content]:
    """The target as it is to be stored, and what stands in its place now."""
    line = item.line if item.line is not None else created[item.region.code]
    now, before = Quarter.containing(today).index, item.before
    if before is None or (item.verdict is Verdict.ADJUSTED and (before.in_force_from or 0) < now):
        target, old = Target(line=line, year=item.year), None
        if item.verdict is Verdict.ADJUSTED:
            target.in_force_from, target.adjusting_document, target.adjusted_on = now, made.reason, today
    else:
        target, old = before, _content(before)
    target.comparator, target.value, target.upper = item.comparator, item.goal.value, item.goal.upper
    target.source, target.decomposition, target.printed = Target.Source.DECOMPOSED.value, made, ""
    return target, old


def _save(targets: list[Target]) -> None:
    """Stores new and changed targets, a statement each; the database refuses what must not be."""
    fresh = [target for target in targets if target.pk is None]
    stored = [target for target in targets if target.pk is not None]
    with explained():
        Target.objects.bulk_create(fresh, batch_size=CHUNK)
        Target.objects.bulk_update(stored, FIELDS, batch_size=CHUNK)


def _content(target: Target) -> list[Any]:
    upper = None if target.upper is None else decimal_text(target.upper)
    assert target.value is not None  # noqa: S101 - a target always has one
    return [target.comparator, decimal_text(target.value), upper, target.source, target.decomposition_id]


def _as_made(made: Decomposition) -> list[tuple[Target, Content]]:
    """The targets that the act set with what stood there before, all of them still as it set them; else `Conflict`."""
    lines = {change[0] for change in made.changes}
    by_key = {
        (target.line_id, target.year, target.in_force_from): target
        for target in Target.objects.filter(line__in=lines).select_related("line__region", "line__indicator")
    }
    latest = {
        line.pk: latest_targets(line) for line in TargetLine.objects.filter(pk__in=lines).prefetch_related("targets")
    }
    found, obstacles = [], []
    for line, year, since, before, after in made.changes:
        target = by_key.get((line, year, since))
        if target is None or _content(target) != after or latest[line][year].pk != target.pk:
            now = latest.get(line, {}).get(year)
            obstacles.append(_obstacle(line, year, now))
        else:
            found.append((target, before))
    if obstacles:
        message = _("这次分解不能撤销：其中%(count)s个目标后来又有改动，没有撤销任何目标。%(named)s")
        words = {"count": len(obstacles), "named": "".join(obstacles[:3])}
        raise Conflict("changed_since", message % words, {"targets": obstacles[:50]})
    return found


def _obstacle(line_id: int, year: int, now: Target | None) -> str:
    line = TargetLine.objects.select_related("region", "indicator").filter(pk=line_id).first()
    region = line.region.name if line is not None else "—"
    shown = _("已删去") if line is None or now is None else goal_text(line, now.value, now.upper)
    return _("%(region)s%(year)s年的目标现为%(now)s。") % {"region": region, "year": year, "now": shown}


def _restored(target: Target, before: list[Any]) -> Target:
    target.comparator, value, upper, target.source, target.decomposition_id = before
    target.value, target.upper = Decimal(value), None if upper is None else Decimal(upper)
    return target


def _record(action: str, made: Decomposition, actor: Any, reason: str) -> None:
    """One entry for the whole act: each target with its old and new value, the other way round for an undo."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for line, year, since, old, new in made.changes:
        key = f"{line} {year}" + ("" if since is None else f" {Quarter.from_index(since)}")
        before[key], after[key] = old, new
    if made.undone_at is not None:
        before, after = after, before
    line = made.line
    how: dict[str, Any] = {"over": made.over, "method": made.method}
    audit.record(
        action, line, actor=actor, before=before, after=how | after, reason=reason, region_code=line.region.code
    )
