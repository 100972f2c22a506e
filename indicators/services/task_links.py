"""Links between tasks and the indicators they serve: proposed by the text, decided by bureau staff."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.models import Indicator, TargetLine, TaskLink
from indicators.permissions import get_link_for
from indicators.selectors.task_links import texts_of
from indicators.task_words import finds
from ipdash.accounts import audit
from ipdash.core.constraints import explained
from ipdash.core.errors import Conflict, Invalid
from plans.permissions import get_plan_for, get_task_for, require_staff_of
from plans.scope import scope_of

DECIDED = (TaskLink.State.CONFIRMED, TaskLink.State.REFUSED)


@transaction.atomic
def propose_links(plan_id: int, *, is_demo: bool = False) -> int:
    """Proposes what the plan's text tells and withdraws proposals that it no longer does; gives how many are new.

    What a person has decided is never touched. Twice changes nothing.
    """
    tasks, goals = texts_of(plan_id)
    found = {(find.task, find.goal): find for find in finds(tasks, goals)}
    known = {(link.task_id, link.indicator_id): link for link in TaskLink.objects.filter(task__plan=plan_id)}
    for pair, link in known.items():
        if link.state == TaskLink.State.PROPOSED and pair not in found:
            link.delete()
    fresh = [
        TaskLink(task_id=task, indicator_id=goal, how=find.how, words=list(find.words), is_demo=is_demo)
        for (task, goal), find in found.items()
        if (task, goal) not in known
    ]
    TaskLink.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


@transaction.atomic
def propose_links_as(actor: Any, plan_id: int) -> int:
    """The same, asked for by bureau staff. Raises `NotVisible`, `NotAllowed`."""
    scope = scope_of(actor)
    plan = get_plan_for(scope, plan_id)
    require_staff_of(scope, plan.region)
    count = propose_links(plan.pk)
    audit.record("link.propose", plan, actor=actor, after={"proposed": count}, region_code=plan.region.code)
    return count


@transaction.atomic
def decide_link(actor: Any, link_id: int, state: str, *, version: int | None = None) -> TaskLink:
    """Confirms or refuses a link, also one decided otherwise before. The same decision again changes nothing.

    Raises `NotVisible`, `NotAllowed`, `Conflict` (`stale_version`), `Invalid` for another state.
    """
    scope = scope_of(actor)
    found = get_link_for(scope, link_id)
    region = found.task.plan.region
    require_staff_of(scope, region)
    if state not in DECIDED:
        raise Invalid("bad_state", _("请选择确认关联或不关联。"), {"state": [_("请选择确认关联或不关联。")]})
    link: TaskLink = TaskLink.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if link.state == state:
        return link
    if version is not None and version != link.version:
        raise Conflict("stale_version", _("这条关联刚被他人处理，请刷新后重新核对。"))
    before, link.state = link.state, TaskLink.State(state)
    _save(link, actor)
    audit.record(
        "link.decide", link, actor=actor, before={"state": before}, after={"state": state}, region_code=region.code
    )
    return link


@transaction.atomic
def add_link(actor: Any, task_id: int, indicator_code: str) -> TaskLink:
    """Links a task with an indicator of its plan by hand: confirmed at once, also where it was refused before.

    Raises `NotVisible`, `NotAllowed`, `Invalid` for an indicator that the plan has no target for.
    """
    scope = scope_of(actor)
    task = get_task_for(scope, task_id)
    region = task.plan.region
    require_staff_of(scope, region)
    indicator = Indicator.objects.filter(
        code=indicator_code, pk__in=TargetLine.objects.filter(plan=task.plan_id).values("indicator")
    ).first()
    if indicator is None:
        said = _("这份规划没有为该指标设目标，不能关联。")
        raise Invalid("not_of_the_plan", said, {"indicator": [said]})
    link: TaskLink | None = (
        TaskLink.objects.select_for_update(of=("self",)).filter(task=task, indicator=indicator).first()
    )
    if link is not None and link.state == TaskLink.State.CONFIRMED:
        return link
    if link is None:
        link = TaskLink(task=task, indicator=indicator, how=TaskLink.How.HAND, version=0)
    link.state = TaskLink.State.CONFIRMED
    with explained():
        _save(link, actor)
    audit.record(
        "link.add", link, actor=actor, after={"task": task.pk, "indicator": indicator.code}, region_code=region.code
    )
    return link


def _save(link: TaskLink, actor: Any) -> None:
    link.decided_by, link.decided_at = actor, timezone.now()
    link.version += 1
    link.save()
