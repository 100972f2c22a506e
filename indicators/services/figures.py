"""Reporting and review of figures: the one door for form, upload, API and command (domain.md, Figure).

Every function takes whole batches: one figure is a batch of one. Rows are locked first, judged then, written last, with a
revision each and one audit entry; only what changes an approved value marks results for recomputation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.models import Figure, FigureRevision, Upload
from indicators.permissions import ENTERING, REVIEWING, can_review
from indicators.selectors.review_levels import needing_two, waits_for_another
from indicators.services.entry_rules import Entry, Ground, Key, Refusal, RowResult, same_content
from indicators.services.figure_batches import (
    Change,
    Outcome,
    Step,
    audit_changes,
    audit_refusals,
    figure_words,
    lock_figures,
    value_words,
    write_changes,
)
from indicators.services.staleness import mark_figures_changed
from ipdash.core.errors import Invalid
from plans.permissions import not_found, require_role
from plans.scope import Scope, scope_of

ENTRY_FIELDS = [
    "value", "state", "version", "printed", "note", "source", "upload", "cell", "is_correction",
    "entered_by", "entered_at", "submitted_at", "first_approved_by", "first_approved_at", "reason",
]  # fmt: skip


def save_figures(
    actor: Any,
    entries: Sequence[Entry],
    *,
    source: Figure.Source,
    today: date,
    submit: bool = True,
    all_or_nothing: bool = False,
    reason: str = "",
    upload: Upload | None = None,
) -> Outcome:
    """Takes reported figures. They end `submitted`, or `draft` where `submit` is false; nothing is approved here.

    A refused row does not stop the others unless `all_or_nothing`: then nothing is stored. Values equal to what stands
    there change nothing (code `unchanged`). `reason` is needed for a correction after the lock. Raises `NotAllowed` for
    people who report nothing at all.
    """
    require_role(scope_of(actor), *ENTERING, *REVIEWING)
    report = _Report(actor, source, submit, all_or_nothing, reason, upload, timezone.now())
    try:
        outcome = _save(report, entries, today)
    except IntegrityError:
        # Somebody inserted one of the same figures between our read and our insert: it is there to be read now.
        outcome = _save(report, entries, today)
    audit_refusals("figure.save", actor, outcome, lambda row: figure_words(entries[row]))
    return outcome


@dataclass(frozen=True)
class _Report:
    """Who hands figures in, by what way, and when."""

    actor: Any
    source: Figure.Source
    submit: bool
    all_or_nothing: bool
    reason: str
    upload: Upload | None
    now: datetime


@transaction.atomic
def _save(report: _Report, entries: Sequence[Entry], today: date) -> Outcome:
    ground = Ground.read(scope_of(report.actor), entries, today=today, reason=report.reason, submit=report.submit)
    outcome, accepted = _judge(ground, entries)
    if report.all_or_nothing and outcome.refused:
        return Outcome(outcome.results, stored=False)
    existing = lock_figures({ground.key(entry) for entry in accepted.values()})
    changes: list[Change] = []
    for row, entry in accepted.items():
        figure = existing.get(ground.key(entry))
        refusal = _stale(figure, entry)
        if refusal is not None:
            outcome.results[row] = RowResult(row, False, refusal.code, refusal.message, figure.pk if figure else None)
            continue
        change = _change(ground, entry, row, figure)
        if change is None and figure is not None:
            outcome.results[row] = RowResult(row, True, "unchanged", _("与现有数据相同，未作改动。"), figure.pk)
        elif change is not None:
            _fill(change.figure, entry, ground, report)
            changes.append(change)
    if report.all_or_nothing and outcome.refused:
        return Outcome(outcome.results, stored=False)
    step = Step(report.actor, report.now, FigureRevision.Action.ENTER, ground.reason)
    write_changes(changes, step, ENTRY_FIELDS)
    for change in changes:
        outcome.results[change.row] = RowResult(change.row, True, change.code, "", change.figure.pk)
    audit_changes("figure.save", changes, step)
    return outcome


def _judge(ground: Ground, entries: Sequence[Entry]) -> tuple[Outcome, dict[int, Entry]]:
    """A result for every row (to be completed), and the rows that may be stored."""
    outcome, accepted = Outcome(), dict[int, Entry]()
    seen: dict[Key, int] = {}
    for row, entry in enumerate(entries):
        refusal = ground.refusal(entry)
        if refusal is None:
            first = seen.setdefault(ground.key(entry), row)
            if first != row:
                refusal = _double(entries[first], entry, first)
        if refusal is None:
            accepted[row] = entry
            outcome.results.append(RowResult(row, True, "saved"))
        else:
            outcome.results.append(RowResult(row, refusal.code == "duplicate", refusal.code, refusal.message))
    return outcome, accepted


def _double(first: Entry, entry: Entry, row: int) -> Refusal:
    if first.value == entry.value:
        return Refusal("duplicate", _("与第%(row)s条是同一数据且数值相同，未重复处理。") % {"row": row + 1})
    return Refusal("conflict", _("与第%(row)s条是同一数据但数值不同，请只保留正确的一条。") % {"row": row + 1})


def _stale(figure: Figure | None, entry: Entry) -> Refusal | None:
    if figure is None or entry.version is None or entry.version == figure.version or same_content(figure, entry):
        return None
    return Refusal(
        "stale_version",
        _("该数据刚被他人改为 %(theirs)s，您填写的是 %(yours)s；请核对后重新保存。")
        % {"theirs": value_words(figure.value), "yours": value_words(entry.value)},
    )


def _change(ground: Ground, entry: Entry, row: int, figure: Figure | None) -> Change | None:
    """What is to be written, None where the entry says nothing new."""
    if figure is None:
        if entry.value is None and not entry.note and not entry.hold:
            return None
        indicator, region, year, quarter = ground.key(entry)
        fresh = Figure(indicator_id=indicator, region_id=region, year=year, quarter=quarter, version=0)
        return Change(row, fresh, (None, ""), "new")
    open_states = {Figure.State.DRAFT, Figure.State.RETURNED}
    if same_content(figure, entry) and not (ground.submit and figure.state in open_states):
        return None
    return Change(row, figure, (figure.value, figure.state), "changed")


def _fill(figure: Figure, entry: Entry, ground: Ground, report: _Report) -> None:
    renewed = figure.entered_by_id is None or figure.value != entry.value
    if renewed:
        # Whose value it is does not change with a note or with handing it in again: they never approve it.
        figure.entered_by, figure.entered_at = report.actor, report.now
    figure.value = entry.value
    figure.note = figure.note if entry.note is None else entry.note
    figure.printed, figure.cell = entry.printed[:60], entry.cell[:80]
    figure.source, figure.upload = report.source, report.upload
    figure.state = Figure.State.SUBMITTED if report.submit else Figure.State.DRAFT
    figure.submitted_at = report.now if report.submit else None
    figure.is_correction = ground.is_locked(entry)
    if not figure.is_correction:
        figure.first_approved_by, figure.first_approved_at = None, None
    elif renewed or figure.first_approved_by_id is None:
        # Whoever corrects is a reviewer, and the first of the two that a correction takes.
        figure.first_approved_by, figure.first_approved_at = report.actor, report.now
    figure.reason = ground.reason if figure.is_correction else ""
    figure.version += 1


def submit_figures(actor: Any, ids: Sequence[int], *, today: date) -> Outcome:
    """Hands drafts and returned figures in for review. Each must have a value and lie in an open quarter."""

    def judges(figures: list[Figure], scope: Scope) -> Judge:
        # The quarter may have been locked, or the duty moved, since the draft was written.
        entries = {figure.pk: _as_entry(figure) for figure in figures}
        ground = Ground.read(scope, list(entries.values()), today=today, reason="", submit=True)

        def judge(figure: Figure) -> Refusal | None:
            if figure.state not in {Figure.State.DRAFT, Figure.State.RETURNED}:
                return _wrong_state(figure)
            return ground.refusal(entries[figure.pk])

        return judge

    def apply(figure: Figure, now: datetime) -> None:
        figure.state, figure.submitted_at = Figure.State.SUBMITTED, now

    require_role(scope_of(actor), *ENTERING)
    return _transition(ids, _step(actor, FigureRevision.Action.SUBMIT), judges, apply)


def approve_figures(actor: Any, ids: Sequence[int], *, seen: Mapping[int, int] | None = None) -> Outcome:
    """Approves submitted figures and asks for one recomputation. Nobody approves what they entered.

    Where two have to approve (`needing_two`), the first leaves the figure `submitted` (code `first_approved`) and only the
    second, who is somebody else, makes it count. `seen` gives by id the version that the reviewer looked at: a figure that changed since is refused, so that nothing
    is approved unseen.
    """

    two: set[int] = set()

    def judges(figures: list[Figure], scope: Scope) -> Judge:
        two.update(needing_two(figures))

        def judge(figure: Figure) -> Refusal | None:
            refusal = _not_reviewable(figure, scope)
            if refusal is None and figure.entered_by_id == actor.pk:
                return Refusal("own_entry", _("不能审核自己填报的数据，请由其他审核人审核。"))
            if refusal is None and waits_for_another(figure, actor.pk, two):
                return Refusal("same_reviewer", _("您已通过初审，须由另一位审核人复审。"))
            return refusal

        return judge

    def apply(figure: Figure, now: datetime) -> None:
        if figure.pk in two and figure.first_approved_by_id is None:
            figure.first_approved_by, figure.first_approved_at = actor, now
            return
        if figure.pk not in two:
            figure.first_approved_by, figure.first_approved_at = None, None
        figure.state = Figure.State.APPROVED
        figure.approved_value, figure.approved_by, figure.approved_at = figure.value, actor, now

    require_role(scope_of(actor), *REVIEWING)
    return _transition(ids, _step(actor, FigureRevision.Action.APPROVE), judges, apply, counts=True, seen=seen)


def return_figures(actor: Any, ids: Sequence[int], reason: str, *, seen: Mapping[int, int] | None = None) -> Outcome:
    """Sends submitted figures back with a reason; the last approved values go on counting. `seen` as for approval."""
    require_role(scope_of(actor), *REVIEWING)
    reason = reason.strip()
    if not reason:
        raise Invalid("reason_needed", _("请填写退回原因，以便填报人修改。"), {"reason": [_("请填写退回原因。")]})

    def judges(_figures: list[Figure], scope: Scope) -> Judge:
        return lambda figure: _not_reviewable(figure, scope)

    def apply(figure: Figure, now: datetime) -> None:
        figure.state, figure.reason = Figure.State.RETURNED, reason[:500]
        figure.first_approved_by, figure.first_approved_at = None, None

    return _transition(ids, _step(actor, FigureRevision.Action.RETURN, reason), judges, apply, seen=seen)


Judge = Callable[[Figure], Refusal | None]
Judges = Callable[[list[Figure], Scope], Judge]
Apply = Callable[[Figure, datetime], None]
STATE_FIELDS = [
    "state", "version", "submitted_at", "first_approved_by", "first_approved_at", "approved_value", "approved_by",
    "approved_at", "reason",
]  # fmt: skip


@transaction.atomic
def _transition(
    ids: Sequence[int],
    step: Step,
    judges: Judges,
    apply: Apply,
    *,
    counts: bool = False,
    seen: Mapping[int, int] | None = None,
) -> Outcome:
    """Moves the figures that may move, each locked, judged and then written; the others keep their state."""
    scope = scope_of(step.actor)
    visible = set(Figure.objects.visible_to(scope).filter(pk__in=ids).values_list("pk", flat=True))
    locked = {
        figure.pk: figure
        for figure in Figure.objects.select_for_update(of=("self",))
        .filter(pk__in=visible)
        .select_related("indicator", "region")
        .order_by("pk")
    }
    judge = judges(list(locked.values()), scope)
    outcome, changes = Outcome(), list[Change]()
    for row, pk in enumerate(dict.fromkeys(ids)):
        figure = locked.get(pk)
        if figure is None:
            outcome.results.append(RowResult(row, False, "not_found", str(not_found()), pk))
            continue
        refusal = judge(figure) or _changed_since(figure, seen)
        if refusal is not None:
            outcome.results.append(RowResult(row, False, refusal.code, refusal.message, pk))
            continue
        change = Change(row, figure, (figure.value, figure.state), "done")
        apply(figure, step.at)
        figure.version += 1
        if counts and figure.state != Figure.State.APPROVED:
            change.code = "first_approved"
            outcome.results.append(RowResult(row, True, change.code, _("初审通过，等待另一位审核人复审。"), pk))
        else:
            outcome.results.append(RowResult(row, True, "done", "", pk))
        changes.append(change)
    first = [change for change in changes if change.code == "first_approved"]
    whole = [change for change in changes if change.code != "first_approved"]
    if counts and whole:
        outcome.job = mark_figures_changed([change.figure for change in whole], requested_by=step.actor)
    for done, taken in ((first, replace(step, action=FigureRevision.Action.CHECK)), (whole, step)):
        write_changes(done, taken, STATE_FIELDS)
        audit_changes(f"figure.{taken.action}", done, taken)
    audit_refusals(f"figure.{step.action}", step.actor, outcome, lambda row: str(outcome.results[row].id))
    return outcome


def _step(actor: Any, action: FigureRevision.Action, reason: str = "") -> Step:
    return Step(actor, timezone.now(), action, reason)


def _as_entry(figure: Figure) -> Entry:
    return Entry(figure.indicator.code, figure.region.code, figure.year, figure.quarter, figure.value, figure.note)


def _not_reviewable(figure: Figure, scope: Scope) -> Refusal | None:
    if can_review(scope, figure.region.code):
        return None if figure.state == Figure.State.SUBMITTED else _wrong_state(figure)
    return Refusal(
        "not_allowed",
        _("只有%(region)s的审核人可以审核；如需权限，请联系安全管理员授权。") % {"region": figure.region.name},
    )


def _changed_since(figure: Figure, seen: Mapping[int, int] | None) -> Refusal | None:
    if seen is None or seen.get(figure.pk) == figure.version:
        return None
    return Refusal(
        "stale_version",
        _("该数据在您打开页面后已改为 %(value)s，未处理；请核对后再审核。") % {"value": value_words(figure.value)},
    )


def _wrong_state(figure: Figure) -> Refusal:
    return Refusal(
        "wrong_state", _("该数据当前为“%(state)s”，不能进行这项操作。") % {"state": figure.get_state_display()}
    )
