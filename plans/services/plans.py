"""A plan's head: what it is called, whom it binds, from when to when, and from where it counts as behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.core.changes import differences, refuse_stale, save_changed, write
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Conflict
from ipdash.jobs.models import JobRun
from plans.models import Plan
from plans.permissions import get_plan_for, require_staff_of
from plans.scope import scope_of
from plans.services.leads import set_due_days
from plans.services.lookups import region_named

RESULTS_FOLLOW = ("start_year", "end_year", "yellow_below", "red_below")
PlanRecompute = Callable[..., JobRun | None]
_recompute: list[PlanRecompute] = []


def register_recompute(recompute: PlanRecompute) -> None:
    """Lets the app that keeps results say how a plan's are recomputed, as `recompute(plan_id, requested_by=…)`.

    Plans must not import what builds on them, and the marks must be set in the transaction of the change.
    """
    if recompute not in _recompute:
        _recompute.append(recompute)


class PlanChanges(TypedDict, total=False):
    """What may be changed; the region may not: everything in the plan hangs on it."""

    title: str
    doc_number: str | None
    issuer: str | None
    issued_on: date | None
    start_year: int
    end_year: int
    state: str
    yellow_below: Decimal
    red_below: Decimal
    hide_siblings: bool
    second_review: bool


@dataclass(frozen=True)
class ChangedPlan:
    """`results_touched`: its results no longer follow from what is stored; `job` recomputes them (None: no lines)."""

    plan: Plan
    results_touched: bool = False
    job: JobRun | None = None


@transaction.atomic
def create_plan(
    actor: Any,
    *,
    title: str,
    region: str,
    start_year: int,
    end_year: int,
    doc_number: str | None = None,
    issuer: str | None = None,
    issued_on: date | None = None,
    state: str = Plan.State.DRAFT,
    yellow_below: Decimal = Decimal(0),
    red_below: Decimal = Decimal(-10),
    hide_siblings: bool = False,
    second_review: bool = False,
) -> Plan:
    """Makes a plan without a document. Raises `NotAllowed` for people who are not staff of the region, `Invalid`."""
    place = region_named(region)
    require_staff_of(scope_of(actor), place)
    plan = Plan(
        title=title.strip(), doc_number=doc_number, issuer=issuer, region=place, issued_on=issued_on,
        start_year=start_year, end_year=end_year, state=state, yellow_below=yellow_below, red_below=red_below,
        hide_siblings=hide_siblings, second_review=second_review,
    )  # fmt: skip
    check(plan)
    with explained():
        plan.save(force_insert=True)
    after = {"title": plan.title, "start_year": start_year, "end_year": end_year, "state": str(state)}
    audit.record("plan.create", plan, actor=actor, after=after, region_code=place.code)
    return plan


@transaction.atomic
def change_plan(actor: Any, plan_id: int, changes: PlanChanges, *, version: int | None = None) -> ChangedPlan:
    """Changes a plan's head; asks for a recomputation where its years or thresholds change.

    Raises `NotVisible`, `NotAllowed`, `Conflict` (`stale_version`, `plan_was_issued`), `Invalid`.
    """
    scope = scope_of(actor)
    require_staff_of(scope, get_plan_for(scope, plan_id).region)
    plan = Plan.objects.select_for_update(of=("self",)).select_related("region").get(pk=plan_id)
    fields: dict[str, Any] = dict(changes)
    found = differences(plan, fields)
    refuse_stale(plan, version, found)
    if not found:
        return ChangedPlan(plan)
    if plan.state != Plan.State.DRAFT and found.after.get("state") == Plan.State.DRAFT:
        # Units and regions under it already read it.
        message = _("规划已经印发执行，不能再改为草稿；不再执行的请改为“已结束”。")
        raise Conflict("plan_was_issued", message, {"state": [message]})
    write(plan, found, fields)
    check(plan)
    with explained():
        save_changed(plan, found, fields)
    if found.touches("start_year", "end_year"):
        set_due_days(plan)
    # A plan that is in force again may have missed a quarter's turn.
    touched = found.touches(*RESULTS_FOLLOW) or found.after.get("state") == Plan.State.ACTIVE
    job = _request_recomputation(plan, actor) if touched else None
    audit.record("plan.change", plan, actor=actor, before=found.before, after=found.after, region_code=plan.region.code)
    return ChangedPlan(plan, touched, job)


def _request_recomputation(plan: Plan, actor: Any) -> JobRun | None:
    job: JobRun | None = None
    for recompute in _recompute:
        job = recompute(plan.pk, requested_by=actor)
    return job
