"""The daily round: proposes the slips that today's facts call for, ends proposals whose grounds are gone, sends what may go by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from indicators.selectors.supervision_facts import Fact, facts_on
from ipdash.core import workdays
from ipdash.core.errors import Conflict
from plans.models import Plan, Region, SlipState, Supervision
from plans.rules.ladder import LEVELS, OPEN, Level, State, level_for
from plans.services.notices import staff_of, tell
from plans.services.slip_rules import Ladder, ladder_of
from plans.services.slips import lapse, send_automatically

ACTIVE = (State.PROPOSED, *OPEN)
_ORDER = {reason: n for n, reason in enumerate(Supervision.Reason.values)}


@dataclass(frozen=True)
class Called:
    """A fact with the level that it calls for."""

    fact: Fact
    level: Level


def run_round(today: date) -> dict[str, int]:
    """Brings the proposals in line with the day; counts `proposed`, `sent`, `lapsed`.

    On days on which nobody works nothing happens. A missed day is caught up by the next round, which goes straight to the
    level that is due by then. Run twice, late or on two workers, it proposes and sends nothing twice: an occasion has one
    slip a level, and every step asks the row which state it is in.
    """
    counts = {"proposed": 0, "sent": 0, "lapsed": 0}
    if not workdays.works(today):
        return counts
    called, ladders = _called(facts_on(today))
    active = _active()
    for key in sorted({*called, *active}):
        counts["lapsed"] += _lapsed(active[key], called.get(key), today)
        if key in called and (slip := _proposed(called[key], active[key], today)):
            counts["proposed"] += 1
    waiting = Supervision.objects.filter(state=SlipState.PROPOSED).exclude(reason=Supervision.Reason.OTHER)
    for slip in waiting.select_related("region", "task__plan"):
        ladder = _ladder(ladders, slip.task.plan, slip.region)
        if ladder[Level(slip.level)].rung.automatic and _sent(slip, today):
            counts["sent"] += 1
    _tell_staff(today)
    return counts


Pair = tuple[int, int]
"""Task and unit: a unit answers for a task once, not once for each thing that is wrong with it."""


def _called(facts: Iterable[Fact]) -> tuple[dict[Pair, Called], dict[int, Ladder]]:
    """For each task and unit the one fact that counts: the highest level, deadlines before pace before quality."""
    ladders: dict[int, Ladder] = {}
    found: dict[Pair, Called] = {}
    for fact in facts:
        ladder = _ladder(ladders, fact.task.plan, fact.task.plan.region)
        level = level_for(fact.standing, {held.level: held.rung for held in ladder.values()})
        if level is None:
            continue
        pair, call = (fact.task.pk, fact.unit.pk), Called(fact, level)
        if pair not in found or _weight(call) > _weight(found[pair]):
            found[pair] = call
    return found, ladders


def _ladder(known: dict[int, Ladder], plan: Plan, region: Region) -> Ladder:
    if plan.pk not in known:
        known[plan.pk] = ladder_of(region, plan)
    return known[plan.pk]


def _weight(call: Called) -> tuple[int, int]:
    return LEVELS.index(call.level), -_ORDER[call.fact.reason]


def _active() -> dict[Pair, list[Supervision]]:
    found: dict[Pair, list[Supervision]] = defaultdict(list)
    for slip in Supervision.objects.filter(state__in=ACTIVE).order_by("pk"):
        found[slip.task_id, slip.unit_id].append(slip)
    return found


def _lapsed(active: list[Supervision], call: Called | None, today: date) -> int:
    """Ends proposals that today's facts do not bear out, or that a higher level takes the place of."""
    count = 0
    for slip in active:
        waits = slip.state == SlipState.PROPOSED and slip.reason != Supervision.Reason.OTHER
        stands = call is not None and (slip.occasion, slip.level) == (call.fact.occasion, call.level)
        if waits and not stands:
            count += lapse(slip.pk, today=today) is not None
    return count


def _proposed(call: Called, active: list[Supervision], today: date) -> Supervision | None:
    """The new proposal; None where the unit owes an answer at this level already, or gave one that waits to be checked."""
    held = [slip for slip in active if slip.state in OPEN]
    if any(slip.state == SlipState.ANSWERED or _rank(slip) >= LEVELS.index(call.level) for slip in held):
        return None
    fact = call.fact
    again = Supervision.objects.filter(occasion=fact.occasion, level=call.level, state=SlipState.LAPSED)
    below = max(held, key=_rank, default=None)
    if again.update(state=SlipState.PROPOSED, proposed_on=today, facts=fact.told, ended_on=None, raised_from=below):
        proposed: Supervision = Supervision.objects.get(occasion=fact.occasion, level=call.level)
        return proposed
    try:
        with transaction.atomic():
            return Supervision.objects.create(
                task=fact.task, unit=fact.unit, unit_name=fact.unit.name, region=fact.task.plan.region,
                level=call.level, reason=fact.reason, occasion=fact.occasion, facts=fact.told, proposed_on=today,
                raised_from=below,
            )  # fmt: skip
    except IntegrityError:
        return None  # it has been proposed before: it waits, was dismissed or has run its course


def _rank(slip: Supervision) -> int:
    return LEVELS.index(Level(slip.level))


def _sent(slip: Supervision, today: date) -> bool:
    try:
        return send_automatically(slip.pk, today=today) is not None
    except Conflict:
        return False  # its plan was closed meanwhile


def _tell_staff(today: date) -> None:
    """Tells the staff of each region once a day how many proposals wait."""
    waiting: dict[int, int] = defaultdict(int)
    for region in Supervision.objects.filter(state=SlipState.PROPOSED).values_list("region", flat=True):
        waiting[region] += 1
    for region in Region.objects.filter(pk__in=waiting):
        words, key = {"count": waiting[region.pk]}, f"slips:{region.pk}:{today}"
        tell(staff_of(region), "slips.proposed", words, "/supervision/?state=proposed", key=key, today=today)
