"""What a decomposition is asked for and what it would set: the words of the other modules here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from indicators.models import Decomposition, Indicator, Target, TargetLine
from ipdash.core.comparators import Comparator
from ipdash.core.errors import Invalid
from ipdash.core.numbers import from_scaled, to_scaled
from ipdash.core.periods import Quarter
from plans.models import Plan, Region

Over = Decomposition.Over
Method = Decomposition.Method
METHODS: dict[str, tuple[str, ...]] = {
    Over.YEARS: (Method.STRAIGHT, Method.SHARES, Method.HAND),
    Over.REGIONS: (Method.EQUAL, Method.INDICATOR, Method.OWN, Method.SHARES, Method.SAME, Method.HAND),
}
SUMMABLE = frozenset({Indicator.Quantity.STOCK, Indicator.Quantity.FLOW})
GROWING = frozenset({TargetLine.Basis.GROWTH, TargetLine.Basis.AVERAGE_GROWTH})


@dataclass(frozen=True, slots=True)
class Goal:
    """A target's value in the indicator's unit; `upper` with the comparator `range` alone."""

    value: Decimal
    upper: Decimal | None = None


@dataclass(frozen=True)
class Wish:
    """How a line's target is to be split.

    `years` are those to split over regions (none: every year with a target), `regions` the codes that take part (None:
    all). `shares` in percent and `values` are keyed by year (as text) or region code. `indicator` and `base_year` name
    the figures that give the proportions. `total` is what the years of a `year` line are to add up to.
    """

    over: str
    method: str
    years: tuple[int, ...] = ()
    regions: tuple[str, ...] | None = None
    shares: Mapping[str, Decimal] = field(default_factory=dict)
    values: Mapping[str, Goal] = field(default_factory=dict)
    indicator: str = ""
    base_year: int | None = None
    total: Decimal | None = None


class Verdict(StrEnum):
    """What becomes of one target."""

    NEW = "new"
    CHANGED = "changed"
    ADJUSTED = "adjusted"  # its year is being judged already: a new version, in force from the present quarter
    UNCHANGED = "unchanged"
    KEPT = "kept"


WRITTEN = frozenset({Verdict.NEW, Verdict.CHANGED, Verdict.ADJUSTED})


@dataclass(frozen=True)
class Cell:
    """One target as it would stand; `line` is None where it is yet to be created, `share` in percent."""

    region: Region
    year: int
    line: TargetLine | None
    before: Target | None
    comparator: str
    goal: Goal
    verdict: Verdict
    share: Decimal | None = None


class Balance(StrEnum):
    """A sum beside what it must make: equal; stricter than asked (加码); or short, so that all may succeed and it still fails."""

    EQUAL = "equal"
    STRICTER = "stricter"
    SHORT = "short"


@dataclass(frozen=True)
class Sum:
    """What the parts of a year (None: of all years) add up to, and what they should; `without` parts have no target."""

    year: int | None
    comparator: str
    wanted: Goal
    got: Goal
    balance: Balance
    without: int = 0

    @property
    def difference(self) -> Decimal:
        """What there is more (or less) than wanted, at the bound that is missed."""
        if self.got.value != self.wanted.value or self.wanted.upper is None or self.got.upper is None:
            return self.got.value - self.wanted.value
        return self.got.upper - self.wanted.upper


@dataclass(frozen=True)
class Split:
    """The targets and sums of a wish, and what else is worth saying."""

    cells: list[Cell]
    sums: list[Sum] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)


def has_sum(line: TargetLine) -> bool:
    """Whether the targets of the regions below add up to this line's: amounts do, ratios, rates, scores and growth do not."""
    return line.indicator.quantity in SUMMABLE and line.basis not in GROWING


def latest_targets(line: TargetLine) -> dict[int, Target]:
    """Each year's target in its latest version, in order of the years."""
    found: dict[int, Target] = {}
    for target in sorted(
        line.targets.all(), key=lambda t: (t.year, -1 if t.in_force_from is None else t.in_force_from)
    ):
        found[target.year] = target
    return found


def is_free(target: Target | None) -> bool:
    """Whether a decomposition may set this year: nothing is there, or what an earlier one or the bureau itself set.

    What a document states, at first or in an adjustment, is never overwritten.
    """
    if target is None:
        return True
    own = target.decomposition_id is not None or target.in_force_from is None
    return target.source == Target.Source.DECOMPOSED and own


def is_judged(plan: Plan, year: int, today: date) -> bool:
    """Whether results of this year have been seen: its first quarter has ended under an issued plan."""
    return plan.state != Plan.State.DRAFT and Quarter(year, 1).has_ended(today)


def scaled_goal(goal: Goal | Target) -> tuple[int, int]:
    """Value and upper in millionths; the upper is the value where there is none."""
    assert goal.value is not None  # noqa: S101 - a target always has one
    value = to_scaled(goal.value)
    return value, value if goal.upper is None else to_scaled(goal.upper)


def goal_of(comparator: str, value: int, upper: int) -> Goal:
    """A goal from millionths."""
    return Goal(from_scaled(value), from_scaled(upper) if comparator == Comparator.RANGE else None)


def cell(
    line: TargetLine | None,
    region: Region,
    plan: Plan,
    today: date,
    *,
    year: int,
    before: Target | None,
    comparator: str,
    goal: Goal,
    share: Decimal | None = None,
) -> Cell:
    """The target of a line and year, with what becomes of it; one that is not free stays as it is."""
    if before is not None and not is_free(before):
        kept = Goal(before.value, before.upper)
        return Cell(region, year, line, before, before.comparator, kept, Verdict.KEPT)
    if before is None:
        verdict = Verdict.NEW
    elif (before.comparator, before.value, before.upper) == (comparator, goal.value, goal.upper):
        verdict = Verdict.UNCHANGED
    else:
        verdict = Verdict.ADJUSTED if is_judged(plan, year, today) else Verdict.CHANGED
    return Cell(region, year, line, before, comparator, goal, verdict, share)


def kept_cell(line: TargetLine, before: Target) -> Cell:
    """A target that stays whatever is asked."""
    goal = Goal(before.value, before.upper)
    return Cell(line.region, before.year, line, before, before.comparator, goal, Verdict.KEPT)


def balance_of(comparator: str, wanted: Goal, got: Goal) -> Balance:
    """Whether reaching all the parts reaches the whole (attainment.md §1: which bounds a comparator binds)."""
    low, high = scaled_goal(wanted)
    got_low, got_high = scaled_goal(got)
    if (low, high) == (got_low, got_high):
        return Balance.EQUAL
    lower_holds = got_low >= low
    upper_holds = got_high <= high
    holds = {
        Comparator.AT_LEAST: lower_holds,
        Comparator.MORE_THAN: lower_holds,
        Comparator.AT_MOST: upper_holds,
        Comparator.LESS_THAN: upper_holds,
        Comparator.RANGE: lower_holds and upper_holds,
        Comparator.EQUAL: False,
    }[Comparator(comparator)]
    return Balance.STRICTER if holds else Balance.SHORT


def added(cells: Iterable[Cell], comparator: str) -> Goal:
    """The cells' sum under the comparator of what they are to make."""
    pairs = [scaled_goal(item.goal) for item in cells]
    return goal_of(comparator, sum(low for low, _high in pairs), sum(high for _low, high in pairs))


def refuse(code: str, field_name: str, message: str) -> Invalid:
    """A refusal that stands beside the field it is about."""
    return Invalid(code, message, {field_name: [message]})


def years_text(years: Iterable[int]) -> str:
    return _("%(years)s年") % {"years": _("、").join(str(year) for year in years)}
