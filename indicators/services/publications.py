"""公开: switching a plan's public page, publishing a quarter, withdrawing it. Each is a person's decision, told in the log."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.models import Publication, PublicPage
from indicators.permissions import get_publication_for
from indicators.selectors.overview import OverviewLine, read_lines
from indicators.selectors.publications import frozen, standing_publication
from ipdash.accounts import audit
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Conflict, Invalid
from ipdash.core.periods import Quarter
from plans.models import Plan
from plans.permissions import get_plan_for, require_staff_of
from plans.scope import scope_of

AGAIN = "以更正后的数据重新发布"


def _plan_to_publish(actor: Any, plan_id: int) -> Plan:
    """The plan, locked: two people do not publish the same quarter at once. Raises `NotVisible`, `NotAllowed`, `Conflict`."""
    scope = scope_of(actor)
    require_staff_of(scope, get_plan_for(scope, plan_id).region)
    plan: Plan = Plan.objects.select_for_update(of=("self",)).select_related("region").get(pk=plan_id)
    if plan.state == Plan.State.DRAFT:
        raise Conflict("plan_is_draft", _("规划还是草稿，印发后才能公开。"))
    return plan


@transaction.atomic
def switch_public_page(actor: Any, plan_id: int, *, is_on: bool) -> PublicPage:
    """Turns a plan's public page on or off; published quarters stay as they are and are seen while it is on."""
    plan = _plan_to_publish(actor, plan_id)
    page = PublicPage.objects.filter(plan=plan).first() or PublicPage(plan=plan)
    before = page.is_on
    if before == is_on:
        return page
    page.is_on, page.changed_by, page.changed_at = is_on, actor, timezone.now()
    page.save()
    audit.record(
        "publication.switch", plan, actor=actor, before={"is_on": before}, after={"is_on": is_on},
        region_code=plan.region.code,
    )  # fmt: skip
    return page


@transaction.atomic
def publish_quarter(actor: Any, plan_id: int, quarter: Quarter, today: date) -> Publication:
    """Freezes what the plan's own region has reached at the end of a quarter, for everybody to read.

    Where the quarter stands published with other values, these take their place and the old row is kept as withdrawn.
    Raises `NotVisible`, `NotAllowed`, `Invalid` (`bad_period`), `Conflict` (`plan_is_draft`, `quarter_not_ended`,
    `nothing_to_publish`, `results_pending`, `already_published`).
    """
    plan = _plan_to_publish(actor, plan_id)
    if not plan.start_year <= quarter.year <= plan.end_year:
        raise Invalid("bad_period", _("%(quarter)s不在规划期内，请重新选择。") % {"quarter": quarter.label})
    if not quarter.has_ended(today):
        raise Conflict("quarter_not_ended", _("%(quarter)s还没有结束，结束后才能发布。") % {"quarter": quarter.label})
    lines = read_lines(scope_of(actor), plan, plan.region, quarter)
    _refuse_unready(lines)
    rows = [frozen(line) for line in lines]
    standing = standing_publication(plan, quarter)
    if standing is not None:
        if standing.lines == rows:
            raise Conflict("already_published", _("这个季度已经发布，数据没有变化，不必重新发布。"))
        _take_back(standing, actor, AGAIN)
    made = Publication(
        plan=plan, year=quarter.year, quarter=quarter.quarter, lines=rows, published_on=today, published_by=actor
    )
    check(made)
    with explained():
        made.save(force_insert=True)
    after = {"plan": plan.pk, "quarter": str(quarter), "lines": len(rows), "instead_of": standing and standing.pk}
    audit.record("publication.publish", made, actor=actor, after=after, region_code=plan.region.code)
    return made


def _refuse_unready(lines: list[OverviewLine]) -> None:
    if not lines:
        raise Conflict("nothing_to_publish", _("规划没有目标指标，没有可以发布的内容。"))
    waiting = sum(line.now is None or line.line.input_version != line.line.computed_version for line in lines)
    if waiting:
        raise Conflict("results_pending", _("有%(n)d项正在重算，请等重算完成后再发布。") % {"n": waiting})


@transaction.atomic
def withdraw_publication(actor: Any, publication_id: int, reason: str) -> Publication:
    """Takes a published quarter back; the row stays, with who did it and why.

    Raises `NotVisible`, `NotAllowed`, `Invalid` (`reason_needed`), `Conflict` (`already_withdrawn`).
    """
    publication = get_publication_for(scope_of(actor), publication_id)
    require_staff_of(scope_of(actor), publication.plan.region)
    reason = reason.strip()
    if not reason:
        message = _("请写明撤回的原因。")
        raise Invalid("reason_needed", message, {"reason": [message]})
    _take_back(publication, actor, reason)
    after = {"plan": publication.plan_id, "quarter": str(publication.as_quarter)}
    audit.record(
        "publication.withdraw", publication, actor=actor, after=after, reason=reason,
        region_code=publication.plan.region.code,
    )  # fmt: skip
    return publication


def _take_back(publication: Publication, actor: Any, reason: str) -> None:
    publication.withdrawn_at, publication.withdrawn_by, publication.reason = timezone.now(), actor, reason
    check(publication)
    changed = Publication.objects.filter(pk=publication.pk, withdrawn_at=None).update(
        withdrawn_at=publication.withdrawn_at, withdrawn_by=actor, reason=reason
    )
    if not changed:
        raise Conflict("already_withdrawn", _("这次发布已经撤回，无需再次操作。"))
