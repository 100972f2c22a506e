"""Slips for their pages: lists, one slip with its history, the grounds in words, what this person may do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ipdash.core.display import Word, day_text, points_text, task_state_words
from ipdash.core.periods import Quarter
from ipdash.core.written import ask
from plans.models import Plan, PlanTask, SlipState, Supervision, SupervisionStep, Unit
from plans.permissions import side_of
from plans.rules.ladder import MOVES, OPEN, Action, Side, State, actions_of
from plans.rules.task_state import TaskState
from plans.scope import Scope

COLOURS = {"urge": "none", "blue": "accent", "yellow": "yellow", "red": "red"}
Reason = Supervision.Reason


@dataclass(frozen=True)
class SlipFilter:
    """What a list of slips is narrowed to; empty fields narrow nothing. `state=open` are those not at their end."""

    state: str = ""
    level: str = ""
    plan: str = ""
    unit: str = ""
    reason: str = ""

    def apply(self, slips: Any) -> Any:
        """The slips that fit. A value that is no number where one is meant fits nothing."""
        if self.state:
            slips = slips.filter(state__in=OPEN) if self.state == "open" else slips.filter(state=self.state)
        for name, value in (("level", self.level), ("reason", self.reason)):
            slips = slips.filter(**{name: value}) if value else slips
        for name, value in (("task__plan", self.plan), ("unit", self.unit)):
            if value:
                slips = slips.filter(**{name: value}) if value.isdecimal() and len(value) < 19 else slips.none()
        return slips


def slips_for(scope: Scope, wanted: SlipFilter) -> Any:
    """Slips that the person may see, the latest first."""
    slips = Supervision.objects.visible_to(scope).select_related("task__plan__region", "unit", "region")
    return wanted.apply(slips).order_by("-proposed_on", "-pk")


def slip_choices(scope: Scope) -> tuple[list[Plan], list[Unit]]:
    """Plans and units that slips which the person sees are about."""
    slips = Supervision.objects.visible_to(scope)
    plans = Plan.objects.filter(pk__in=slips.values("task__plan")).only("pk", "title")
    return list(plans), list(Unit.objects.filter(pk__in=slips.values("unit")).order_by("name"))


@dataclass(frozen=True)
class Choice:
    """A step that this person may take: its name on the button, and the label of the words it needs or takes."""

    action: Action
    label: str
    asks: str
    needs_words: bool


def choices_of(actions: tuple[Action, ...]) -> list[Choice]:
    """The steps in words."""
    words = {
        Action.SEND: (_("发出"), _("督办要求")),
        Action.DISMISS: (_("不发出"), _("不发出的原因")),
        Action.SIGN: (_("签收"), ""),
        Action.ANSWER: (_("提交反馈"), _("办理情况")),
        Action.RETURN: (_("退回重报"), _("退回原因")),
        Action.CLOSE: (_("复核通过，销号"), _("复核意见")),
        Action.RAISE: (_("升级督办"), _("升级原因")),
        Action.WITHDRAW: (_("撤回"), _("撤回原因")),
    }
    return [Choice(action, *words[action], MOVES[action].needs_words) for action in actions]


@dataclass(frozen=True)
class SlipRow:
    """A slip with what its page says about it."""

    slip: Supervision
    grounds: str
    actions: tuple[Action, ...]
    colour: str
    is_overdue: bool

    @property
    def choices(self) -> list[Choice]:
        return choices_of(self.actions)

    @property
    def can_send(self) -> bool:
        return Action.SEND in self.actions


def slip_row(scope: Scope, slip: Supervision, today: date) -> SlipRow:
    sides = side_of(scope, slip)
    actions = tuple(
        a for side in (Side.BUREAU, Side.UNIT) if side in sides for a in actions_of(State(slip.state), side)
    )
    if slip.answered_by_id == scope.user_id:
        actions = tuple(a for a in actions if a not in {Action.RETURN, Action.CLOSE})
    if slip.level == "red":
        actions = tuple(a for a in actions if a is not Action.RAISE)
    owed = slip.state in {SlipState.SENT, SlipState.SIGNED}
    overdue = owed and slip.answer_by is not None and slip.answer_by < today
    return SlipRow(slip, grounds(slip), actions, COLOURS[slip.level], overdue)


def steps_of(slip: Supervision) -> list[SupervisionStep]:
    """What happened, the latest first."""
    return list(slip.steps.select_related("by").order_by("-pk"))


def grounds(slip: Supervision) -> str:
    """What the slip rests on, in one sentence."""
    facts = slip.facts
    quarter = Quarter.parse(str(facts.get("quarter", "")))
    words = {
        "due": day_text(date.fromisoformat(facts["due"])) if "due" in facts else "",
        "quarter": quarter.label if quarter else "",
        "indicator": facts.get("indicator", ""),
        "gap": points_text(Decimal(facts["gap"])) if "gap" in facts else "",
        "times": facts.get("returned", ""),
    }
    sentences = {
        Reason.DEADLINE: _("任务进度安排%(due)s到期，尚未完成。"),
        Reason.REPORT: _("%(quarter)s进展反馈应于%(due)s前提交，尚未提交。"),
        Reason.PACE: _("对应指标“%(indicator)s”%(quarter)s与序时进度相差%(gap)s。"),
        Reason.QUALITY: _("%(quarter)s进展反馈已被退回%(times)s次。"),
        Reason.OTHER: _("专项督办。"),
    }
    return sentences[Reason(slip.reason)] % words


@dataclass(frozen=True)
class PlanSupervision:
    """A plan's tasks by state (word, count), late ones by unit in the lead, and slips as far as the person sees them.

    `closed` are slips closed since the quarter of the day asked for began.
    """

    states: list[tuple[str, Word, int]]
    late: list[tuple[Unit, int]]
    open: int
    red: int
    overdue: int
    closed: int


def plan_supervision(scope: Scope, plan: Plan, today: date) -> PlanSupervision:
    """Three queries, however many tasks and slips there are."""
    tasks = PlanTask.objects.filter(plan=plan).with_state(today)
    states: Counter[str] = Counter()
    late: Counter[int] = Counter()
    for state, unit in tasks.values_list("state_now", "lead_unit"):
        states[state] += 1
        if state == TaskState.LATE and unit is not None:
            late[unit] += 1
    units = Unit.objects.in_bulk(list(late))
    counted = _slip_counts(scope, plan, Quarter.containing(today).first_day, today)
    return PlanSupervision(
        states=[(name, word, states[name]) for name, word in task_state_words.items() if states[name]],
        late=[(units[unit], count) for unit, count in late.most_common(8)],
        open=counted["open"], red=counted["red"], overdue=counted["overdue"], closed=counted["closed"],
    )  # fmt: skip


def _slip_counts(scope: Scope, plan: Plan, since: date, today: date) -> Counter[str]:
    rows = Supervision.objects.visible_to(scope).filter(task__plan=plan)
    counted: Counter[str] = Counter()
    for state, level, answer_by, ended_on in rows.values_list("state", "level", "answer_by", "ended_on"):
        if state in OPEN:
            counted["open"] += 1
            counted["red"] += level == "red"
            counted["overdue"] += state != SlipState.ANSWERED and answer_by < today
        counted["closed"] += state == SlipState.CLOSED and ended_on >= since
    return counted


_STAMP = f"""
    SELECT COUNT(*), COALESCE(MAX(slip.id), 0), COALESCE(SUM(slip.version), 0)
    FROM {Supervision._meta.db_table} slip JOIN {PlanTask._meta.db_table} task ON task.id = slip.task_id
    WHERE task.plan_id = %s
"""  # noqa: S608 - names of our own tables


def slip_stamp(plan_id: int) -> tuple[object, ...]:
    """What tells a change of a plan's slips."""
    (stamp,) = ask(_STAMP, (plan_id,))
    return tuple(stamp)
