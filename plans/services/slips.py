"""督办单: each step on the ladder, by the right person, from the right state (`plans.rules.ladder.MOVES`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.accounts.models import User
from ipdash.core import workdays
from ipdash.core.constraints import explained
from ipdash.core.display import day_text
from ipdash.core.errors import Conflict, Invalid, NotAllowed
from plans.models import Plan, Region, SlipLevel, SlipState, Supervision, SupervisionStep
from plans.models.supervision import WORDS
from plans.permissions import get_slip_for, get_task_for, get_unit_for, require_staff_of, side_of
from plans.rules.ladder import MOVES, OPEN, Action, Level, Side, State, next_level
from plans.scope import scope_of
from plans.services.notices import people_of_unit, staff_of, tell
from plans.services.slip_rules import ladder_of

ENDS = (State.CLOSED, State.RAISED, State.WITHDRAWN, State.DISMISSED, State.LAPSED)


def move_slip(
    actor: Any, slip_id: int, action: str, words: str = "", *, today: date, version: int | None = None
) -> Supervision:
    """Carries out one action of the table. Asked twice, the second finds the slip in another state.

    Raises `NotVisible`, `NotAllowed` for the wrong side (nobody checks an answer of their own), `Invalid` without the
    words it needs, `Conflict` (`wrong_state`, `stale_version`, `plan_not_active`).
    """
    scope = scope_of(actor)
    slip = get_slip_for(scope, slip_id)
    wanted = next((known for known in Action if known == action), None)
    if wanted is None or MOVES[wanted].side is Side.ROUND:
        raise Invalid("bad_action", _("没有这种处理方式。"))
    if MOVES[wanted].side not in side_of(scope, slip):
        raise NotAllowed("not_allowed", _refusal(MOVES[wanted].side, slip))
    with transaction.atomic():
        locked = _locked(slip.pk)
        if version is not None and version != locked.version:
            raise Conflict("stale_version", _("这份督办单刚被他人处理，请刷新后重新核对。"))
        if wanted in {Action.RETURN, Action.CLOSE} and locked.answered_by_id == actor.pk:
            raise NotAllowed("own_answer", _("不能复核自己的反馈，请由其他工作人员复核。"))
        if wanted is Action.RAISE:
            return _raise(locked, actor, words, today)
        return _step(locked, wanted, actor, words, today)


def _refusal(side: Side, slip: Supervision) -> str:
    if side is Side.UNIT:
        return _("只有%(unit)s的填报人或部门人员可以进行这项操作。") % {"unit": slip.unit.name}
    return _("只有%(region)s或其上级的局工作人员可以进行这项操作；如需权限，请联系安全管理员授权。") % {
        "region": slip.region.name
    }


def _locked(slip_id: int | None) -> Supervision:
    slips = Supervision.objects.select_for_update(of=("self",)).select_related("task__plan__region", "unit", "region")
    return slips.get(pk=slip_id)  # type: ignore[no-any-return]  # the queryset's rows are not typed


def _step(slip: Supervision, action: Action, actor: User | None, words: str, today: date) -> Supervision:
    """One move of a locked slip, with its trace and what is told about it."""
    move, words = MOVES[action], words.strip()
    if State(slip.state) not in move.source:
        raise Conflict("wrong_state", _("督办单现在是“%(state)s”，不能进行这项操作。") % {"state": _state(slip)})
    if move.needs_words and not words:
        raise Invalid("words_needed", _("请填写说明。"), {"words": [_("请填写说明。")]})
    if len(words) > WORDS:
        said = _("最多%(most)s字，现有%(count)s字。") % {"most": WORDS, "count": len(words)}
        raise Invalid("words_too_long", said, {"words": [said]})
    before, slip.state = slip.state, SlipState(move.target)
    if action is Action.SEND:
        _number(slip, actor, words, today)
    if action is Action.ANSWER:
        slip.answered_by = actor
    if move.target in ENDS:
        slip.ended_on = today
    slip.version += 1
    with explained():
        slip.save()
    step = SupervisionStep.objects.create(
        slip=slip, action=action, from_state=before, to_state=slip.state, by=actor, day=today, words=words
    )
    _tell(slip, action, step.pk, today)
    if action is Action.SEND and slip.raised_from_id:
        _take_the_place_of(slip, actor, today)
    audit.record(
        f"supervision.{action}", slip, actor=actor, before={"state": before},
        after={"state": slip.state, "words": words, "number": slip.label}, region_code=slip.region.code,
    )  # fmt: skip
    return slip


def _take_the_place_of(slip: Supervision, actor: User | None, today: date) -> None:
    """The slip below is answered by answering this one."""
    below = _locked(slip.raised_from_id)
    if State(below.state) in OPEN:
        words = _("已由%(level)s%(number)s接替。") % {"level": SlipLevel(slip.level).label, "number": slip.label}
        _step(below, Action.RAISE, actor, words, today)


def _state(slip: Supervision) -> str:
    return str(SlipState(slip.state).label)


def _number(slip: Supervision, actor: User | None, words: str, today: date) -> None:
    """What a slip gets when it is sent: its number, the day by which to answer, and the leaders it is copied to."""
    if slip.task.plan.state != Plan.State.ACTIVE:
        raise Conflict("plan_not_active", _("规划不在执行中，不再发出督办单。"))
    rung = ladder_of(slip.region, slip.task.plan)[Level(slip.level)]
    # Two slips sent at once would want the same number.
    Region.objects.select_for_update(no_key=True).get(pk=slip.region_id)
    last = Supervision.objects.filter(region=slip.region_id, year=today.year).aggregate(last=models.Max("number"))
    slip.year, slip.number = today.year, (last["last"] or 0) + 1
    slip.sent_on, slip.sent_by, slip.is_automatic = today, actor, actor is None
    slip.answer_by = workdays.after(today, rung.rung.answer_days)
    slip.demand = words or slip.demand
    slip.leaders.set(rung.leaders)


def _tell(slip: Supervision, action: Action, step: int, today: date) -> None:
    """Who learns of a step: the unit of what the bureau does, the bureau of what the unit answers."""
    kinds = {
        Action.SEND: "slip.sent", Action.RETURN: "slip.returned", Action.CLOSE: "slip.closed",
        Action.RAISE: "slip.raised", Action.WITHDRAW: "slip.withdrawn",
    }  # fmt: skip
    words = {
        "region": slip.region.name, "unit": slip.unit.name, "level": SlipLevel(slip.level).label,
        "number": slip.label, "task": slip.task.title, "answer_by": day_text(slip.answer_by),
    }  # fmt: skip
    words = {name: str(value) for name, value in words.items()}
    path, key = f"/supervision/{slip.pk}/", f"slip:{slip.pk}:{step}"
    if action in kinds:
        tell(people_of_unit(slip.unit), kinds[action], words, path, key=key, today=today)
    if action is Action.SEND:
        tell(slip.leaders.all(), "slip.copied", words, path, key=f"{key}:copy", today=today)
    if action is Action.ANSWER:
        people: Iterable[User] = [slip.sent_by] if slip.sent_by else staff_of(slip.region)
        tell(people, "slip.answered", words, path, key=key, today=today)


def _raise(slip: Supervision, actor: User, words: str, today: date) -> Supervision:
    """A slip one level up, sent at once in the place of this one; gives the new slip."""
    level = next_level(Level(slip.level))
    if level is None:
        raise Conflict("wrong_state", _("已是最高级别，不能再升级。"))
    _step(slip, Action.RAISE, actor, words, today)
    above = Supervision.objects.filter(occasion=slip.occasion, level=level).first()
    if above is None:
        above = Supervision(
            task=slip.task, unit=slip.unit, unit_name=slip.unit.name, region=slip.region, level=level,
            reason=slip.reason, occasion=slip.occasion, facts=slip.facts, demand=slip.demand, proposed_on=today,
            raised_from=slip,
        )  # fmt: skip
        with explained():
            above.save()
    return _step(_locked(above.pk), Action.SEND, actor, "", today)


@transaction.atomic
def make_slip(
    actor: Any, task_id: int, unit_id: int, level: str, demand: str, *, today: date, send: bool = True
) -> Supervision:
    """专项督办: a slip by hand, sent at once unless `send` is false. Once a day for a task, a unit and a level.

    Raises `NotVisible`, `NotAllowed`, `Invalid`, `Conflict` (`plan_not_active`, the same slip made twice).
    """
    scope = scope_of(actor)
    task = get_task_for(scope, task_id)
    require_staff_of(scope, task.plan.region)
    unit = get_unit_for(scope, unit_id)
    demand = demand.strip()
    if level not in SlipLevel.values:
        raise Invalid("bad_level", _("请选择督办级别。"), {"level": [_("请选择督办级别。")]})
    if not demand or len(demand) > WORDS:
        said = _("请填写督办要求，最多%(most)s字。") % {"most": WORDS}
        raise Invalid("demand_needed", said, {"demand": [said]})
    if unit.is_collective:
        said = _("“%(unit)s”是集合名称，请选择其中的具体单位。") % {"unit": unit.name}
        raise Invalid("collective_unit", said, {"unit": [said]})
    slip = Supervision(
        task=task, unit=unit, unit_name=unit.name, region=task.plan.region, level=level,
        reason=Supervision.Reason.OTHER, occasion=f"{task.pk}:{unit.pk}:hand:{today}", demand=demand, proposed_on=today,
    )  # fmt: skip
    with explained():
        slip.save(force_insert=True)
    audit.record(
        "supervision.make", slip, actor=actor, region_code=slip.region.code,
        after={"task": task.pk, "unit": unit.pk, "level": level, "demand": demand},
    )  # fmt: skip
    return _step(_locked(slip.pk), Action.SEND, actor, "", today) if send else slip


@transaction.atomic
def send_automatically(slip_id: int, *, today: date) -> Supervision | None:
    """Sends a proposal whose level the bureau lets go out by itself; None where somebody was faster."""
    slip = _locked(slip_id)
    return _step(slip, Action.SEND, None, "", today) if slip.state == SlipState.PROPOSED else None


@transaction.atomic
def lapse(slip_id: int, *, today: date) -> Supervision | None:
    """Ends a proposal whose grounds are gone; None where somebody was faster."""
    slip = _locked(slip_id)
    return _step(slip, Action.LAPSE, None, "", today) if slip.state == SlipState.PROPOSED else None
