"""督办规则: the ladder as a bureau set it — for a plan, else for its region, else as the product proposes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.accounts.models import User
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Invalid
from plans.models import Membership, Plan, Region, Role, SlipLevel, SupervisionRule
from plans.permissions import get_plan_for, not_found, require_staff_of
from plans.rules.ladder import DEFAULTS, LEVELS, Level, Rung, wrong_order
from plans.scope import scope_of


@dataclass(frozen=True)
class RungSet:
    """A level as it is in force: its rung, the people it is copied to, and where it was set (`plan`, `region`, `default`)."""

    level: Level
    rung: Rung
    leaders: tuple[User, ...] = ()
    origin: str = "default"

    @property
    def label(self) -> str:
        return str(SlipLevel(self.level).label)


Ladder = Mapping[Level, RungSet]


def ladder_of(region: Region, plan: Plan | None = None) -> dict[Level, RungSet]:
    """The ladder in force: a plan's own rungs before the region's, the region's before the product's."""
    found = {level: RungSet(level, DEFAULTS[level]) for level in LEVELS}
    rules = SupervisionRule.objects.filter(region=region, plan__isnull=True).prefetch_related("leaders")
    sets: list[tuple[str, Sequence[SupervisionRule]]] = [("region", list(rules))]
    if plan is not None:
        sets.append(("plan", list(SupervisionRule.objects.filter(plan=plan).prefetch_related("leaders"))))
    for origin, rows in sets:
        for row in rows:
            level = Level(row.level)
            found[level] = RungSet(level, _rung(row), tuple(row.leaders.all()), origin)
    return found


def _rung(row: SupervisionRule) -> Rung:
    return Rung(row.days, row.gap, row.returned, row.answer_days, row.automatic)


def leaders_to_choose(region: Region) -> list[User]:
    """Who may be named: leaders whose region is this one or lies above it."""
    codes = {region.code, region.code[:4] + "00", region.code[:2] + "0000"}
    held = Membership.objects.filter(role=Role.LEADER, region__code__in=codes)
    return list(User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("display_name"))


@dataclass(frozen=True)
class RungValues:
    """A rung with the ids of the leaders it is copied to."""

    rung: Rung
    leaders: tuple[int, ...] = ()


@transaction.atomic
def set_ladder(
    actor: Any, region_code: str, values: Mapping[Level, RungValues], *, plan_id: int | None = None
) -> dict[Level, RungSet]:
    """Sets all four rungs for a region, or for one of its plans. The same again changes nothing.

    Raises `NotVisible`, `NotAllowed`, `Invalid` where thresholds do not rise from level to level, or a leader is not one
    of the region's.
    """
    scope = scope_of(actor)
    region, plan = _place(scope, region_code, plan_id)
    require_staff_of(scope, region)
    before = ladder_of(region, plan)
    rungs = {level: value.rung for level, value in values.items()}
    _refuse(rungs, {pk for value in values.values() for pk in value.leaders}, region)
    for level, value in values.items():
        held = before[level]
        if held.rung != value.rung or {user.pk for user in held.leaders} != set(value.leaders):
            _store(region, plan, level, value)
    after = ladder_of(region, plan)
    if _told(before) != _told(after):
        audit.record(
            "supervision.rules", plan or region, actor=actor, before=_told(before), after=_told(after),
            region_code=region.code,
        )  # fmt: skip
    return after


def _place(scope: Any, region_code: str, plan_id: int | None) -> tuple[Region, Plan | None]:
    if plan_id is not None:
        plan = get_plan_for(scope, plan_id)
        return plan.region, plan
    region = Region.objects.filter(code=region_code).first()
    if region is None:
        raise not_found()
    return region, None


def _refuse(rungs: Mapping[Level, Rung], leaders: set[int], region: Region) -> None:
    wrong = wrong_order(rungs)
    if wrong is not None:
        names = {"days": _("工作日"), "gap": _("与序时进度的差距"), "returned": _("退回次数")}
        said = _("“%(name)s”应逐级加重：催办最轻，红色督办最重。") % {"name": names[wrong]}
        raise Invalid("rungs_out_of_order", said, {wrong: [said]})
    if leaders - {user.pk for user in leaders_to_choose(region)}:
        said = _("抄送领导应是本区划或其上级的领导账号。")
        raise Invalid("not_a_leader", said, {"leaders": [said]})


def _store(region: Region, plan: Plan | None, level: Level, value: RungValues) -> None:
    row = SupervisionRule.objects.filter(region=region, plan=plan, level=level).first()
    if row is None:
        row = SupervisionRule(region=region, plan=plan, level=level, version=0)
    for name, part in asdict(value.rung).items():
        setattr(row, name, part)
    row.version += 1
    check(row)
    with explained():
        row.save()
        row.leaders.set(value.leaders)


def _told(ladder: Ladder) -> dict[str, Any]:
    return {
        level: {
            **{name: _plain(value) for name, value in asdict(held.rung).items()},
            "leaders": [user.username for user in held.leaders],
        }
        for level, held in ladder.items()
    }


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value
