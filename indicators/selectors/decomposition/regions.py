"""A line's target over the regions directly below its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from indicators.models import ReportingDuty, Target, TargetLine
from indicators.rules.split import as_shares, parts, shares_add_up, step_for
from indicators.selectors.decomposition.base import (
    Cell,
    Goal,
    Method,
    Split,
    Sum,
    Verdict,
    Wish,
    balance_of,
    cell,
    goal_of,
    has_sum,
    is_free,
    kept_cell,
    latest_targets,
    refuse,
    scaled_goal,
    years_text,
)
from indicators.selectors.decomposition.figures import named_indicator, proportions
from ipdash.core.comparators import Comparator
from ipdash.core.display import number_text
from ipdash.core.numbers import from_scaled, to_scaled
from plans.models import Region


def lines_below(line: TargetLine) -> dict[str, TargetLine]:
    """The plan's lines of the same indicator and basis in the regions directly below, by region code."""
    found = (
        TargetLine.objects.filter(
            plan=line.plan_id, indicator=line.indicator_id, basis=line.basis, region__parent=line.region_id
        )
        .select_related("region", "indicator", "plan")
        .prefetch_related("targets", "baselines")
    )
    return {below.region.code: below for below in found}


def regions_below(line: TargetLine, today: date) -> list[Region]:
    """The regions that share a target: those directly below, and the functional zones that their counties leave out.

    A zone lies inside its counties' numbers unless its reporting duty says otherwise (attainment.md §2), so it takes part
    only with such a duty, or where it has a target already.
    """
    beside = ReportingDuty.objects.in_force_on(today).filter(beside_county=True, indicator=line.indicator_id)
    has_line = TargetLine.objects.filter(plan=line.plan_id, indicator=line.indicator_id, basis=line.basis)
    condition = ~Q(level=Region.Level.ZONE) | Q(pk__in=beside.values("region")) | Q(pk__in=has_line.values("region"))
    there = Q(valid_to__isnull=True) | Q(valid_to__gt=today)
    return list(Region.objects.filter(condition, there, parent=line.region_id).order_by("code"))


class RegionSplit:
    """One line's regions below: who takes part, what stays, and what is left to split."""

    def __init__(self, line: TargetLine, wish: Wish, today: date) -> None:
        self.line, self.wish, self.today = line, wish, today
        self.regions = {region.code: region for region in regions_below(line, today)}
        if not self.regions:
            message = _("%(region)s没有下级地区，不能分解到地区。") % {"region": line.region.name}
            raise refuse("no_regions_below", "over", message)
        self.lines = lines_below(line)
        self.targets = {code: latest_targets(below) for code, below in self.lines.items()}
        self.taking_part = self._taking_part()
        self.of_years = self._years()
        self.weights: dict[str, int] = {}
        self.notes: list[str] = []

    def split(self) -> Split:
        """Raises `Invalid` where the wish gives nothing to store."""
        self.weights = self._weights()
        cells, sums = [], []
        for year, target in self.of_years.items():
            of_year = self._of_year(year, target)
            cells += of_year
            if has_sum(self.line):
                sums.append(self._sum(target, of_year))
        if all(item.verdict is Verdict.KEPT for item in cells):
            message = _("参与的地区都已有文件规定的目标，没有可分解的地区。")
            raise refuse("nothing_to_split", "method", message)
        return Split(cells, sums, self.notes)

    def _taking_part(self) -> list[str]:
        """Codes of the regions that take part: all, those asked for, or those given a value."""
        asked = self.wish.regions
        if self.wish.method == Method.HAND:
            asked = tuple(self.wish.values)
        elif asked is None and self.wish.method == Method.SHARES:
            asked = tuple(self.wish.shares)
        if asked is None:
            return list(self.regions)
        if strange := sorted(set(asked) - set(self.regions)):
            message = _("“%(code)s”不是%(region)s的下级地区。") % {
                "code": strange[0][:40],
                "region": self.line.region.name,
            }
            raise refuse("unknown_region", "regions", message)
        if not asked:
            raise refuse("regions_needed", "regions", _("请至少让一个地区参与分解。"))
        return sorted(asked)

    def _years(self) -> dict[int, Target]:
        """The parent's targets that are to be split."""
        own = latest_targets(self.line)
        wanted = self.wish.years or tuple(own)
        if not own or (missing := sorted(set(wanted) - set(own))):
            years = years_text(missing) if own else _("各年")
            message = _("%(years)s还没有目标，无从分解到地区；请先分解到年度，或在该年设定目标。") % {"years": years}
            raise refuse("year_without_target", "years", message)
        if self.wish.method == Method.HAND and len(wanted) != 1:
            raise refuse("one_year_by_hand", "years", _("逐项填写时请选定一个年份。"))
        return {year: own[year] for year in sorted(wanted)}

    def _free(self, year: int) -> list[str]:
        return [code for code in self.taking_part if is_free(self._stored(code, year))]

    def _stored(self, code: str, year: int) -> Target | None:
        return self.targets.get(code, {}).get(year)

    def _weights(self) -> dict[str, int]:
        """In what proportion the regions that take part share; none where nothing is shared out."""
        method, year = self.wish.method, self.wish.base_year
        if method in {Method.HAND, Method.SAME}:
            self._refuse_same_for_sums()
            return {}
        if not has_sum(self.line):
            message = _("这条目标的各地区值不能相加，不能按比例分。请选“与上级目标相同”或逐项填写。")
            raise refuse("makes_no_sum", "method", message)
        if method == Method.EQUAL:
            return dict.fromkeys(self.taking_part, 1)
        if method == Method.SHARES:
            return self._given_shares()
        if year is None:
            raise refuse("base_year_needed", "base_year", _("请选择按哪一年的数值分解。"))
        indicator = self.line.indicator if method == Method.OWN else named_indicator(self.wish.indicator)
        return proportions(indicator, [self.regions[code] for code in self.taking_part], year)

    def _refuse_same_for_sums(self) -> None:
        if self.wish.method == Method.SAME and has_sum(self.line):
            message = _("这条目标的各地区值相加就是上级的值，不能都与上级相同。请选按比例分，或逐项填写。")
            raise refuse("makes_a_sum", "method", message)

    def _given_shares(self) -> dict[str, int]:
        missing = [self.regions[code].name for code in self.taking_part if code not in self.wish.shares]
        if missing:
            message = _("请填写比例：%(regions)s；不分给它的填0，或不让它参与。") % {
                "regions": _("、").join(missing[:10])
            }
            raise refuse("shares_missing", "shares", message)
        weights = {code: to_scaled(self.wish.shares[code]) for code in self.taking_part}
        if min(weights.values()) < 0 or not shares_add_up(weights.values()):
            total = number_text(from_scaled(sum(weights.values())))
            message = _("比例合计应为100%%，且没有负数；现在合计%(total)s%%。") % {"total": total}
            raise refuse("shares_do_not_add_up", "shares", message)
        return weights

    def _of_year(self, year: int, target: Target) -> list[Cell]:
        free = self._free(year)
        goals, shares = self._goals(year, target, free)
        cells = []
        for code, region in self.regions.items():
            below, before = self.lines.get(code), self._stored(code, year)
            if code in goals:
                comparator = target.comparator if goals[code].upper is None else Comparator.RANGE.value
                if comparator == Comparator.RANGE and goals[code].upper is None:
                    raise refuse(
                        "upper_needed", "values", _("%(region)s：区间目标需有上限。") % {"region": region.name}
                    )
                cells.append(
                    cell(
                        below, region, self.line.plan, self.today, year=year, before=before, comparator=comparator,
                        goal=goals[code], share=shares.get(code),
                    )
                )  # fmt: skip
            elif below is not None and before is not None:
                cells.append(kept_cell(below, before))
        return cells

    def _goals(self, year: int, target: Target, free: list[str]) -> tuple[dict[str, Goal], dict[str, Decimal]]:
        """What each region gets, and in percent what share of the amount that is split."""
        if self.wish.method == Method.HAND:
            self._refuse_stated(year)
            return {code: self.wish.values[code] for code in free}, {}
        if self.wish.method == Method.SAME:
            return dict.fromkeys(free, Goal(target.value, target.upper)), {}
        weights = {code: self.weights[code] for code in free}
        if not free:
            return {}, {}
        if not any(weights.values()):
            raise refuse(
                "shares_do_not_add_up", "shares", _("%(year)s年可分的地区比例全为0，无从分解。") % {"year": year}
            )
        low, high = self._left(year, target, set(free))
        spread = high - low
        step = step_for(self.line.indicator.decimals, [low, spread])
        lows = parts(low, weights, step)
        # The bounds are split apart, so that no upper one falls below its lower one.
        spreads = parts(spread, weights, step)
        starts = self._starts(set(free))
        goals = {
            code: goal_of(target.comparator, lows[code] + starts[code], lows[code] + spreads[code] + starts[code])
            for code in free
        }
        return goals, {code: from_scaled(share) for code, share in as_shares(weights).items()}

    def _refuse_stated(self, year: int) -> None:
        for code in self.taking_part:
            stored, goal = self._stored(code, year), self.wish.values[code]
            if not is_free(stored) and stored and (stored.value, stored.upper) != (goal.value, goal.upper):
                message = _(
                    "%(region)s%(year)s年是文件规定的目标，分解不能改动；写错的请更正，已调整的请登记目标调整。"
                )
                raise refuse("target_is_stated", "values", message % {"region": self.regions[code].name, "year": year})

    def _left(self, year: int, target: Target, free: set[str]) -> tuple[int, int]:
        """What is left to split once the targets that stay are taken off, in millionths: lower and upper."""
        low, high = self._amount(target)
        fixed = [(c, t) for c in self.regions if c not in free and (t := self._stored(c, year)) is not None]
        starts = self._starts({code for code, _t in fixed})
        for code, stored in fixed:
            kept_low, kept_high = scaled_goal(stored)
            low, high = low - kept_low + starts[code], high - kept_high + starts[code]
        whole, _upper = self._amount(target)
        if (fixed and (low < 0) != (whole < 0)) or high < low:
            names = _("、").join(self.regions[code].name for code, _t in fixed[:10])
            message = _("%(year)s年已定的地区目标（%(regions)s）合计超过上级目标，没有余数可分；请逐项填写。")
            raise refuse("nothing_left", "regions", message % {"year": year, "regions": names})
        return low, high

    def _amount(self, target: Target) -> tuple[int, int]:
        """The part of the parent's target that its regions share: of a cumulative one what comes on top of the baseline."""
        low, high = scaled_goal(target)
        return low - start_of(self.line), high - start_of(self.line)

    def _starts(self, codes: set[str]) -> dict[str, int]:
        return {code: start_of(self.lines.get(code)) for code in codes}

    def _sum(self, target: Target, cells: list[Cell]) -> Sum:
        return sum_below(self.line, target, [(item.line, item.goal) for item in cells], len(self.regions))


def start_of(line: TargetLine | None) -> int:
    """Where a line's targets are counted from, in millionths: a cumulative one from its baseline, any other one whole."""
    if line is None or line.basis != TargetLine.Basis.CUMULATIVE:
        return 0
    start = next((baseline for baseline in line.baselines.all() if baseline.counted_from), None)
    return 0 if start is None or start.value is None else to_scaled(start.value)


def sum_below(line: TargetLine, target: Target, below: list[tuple[TargetLine | None, Goal]], regions: int) -> Sum:
    """The targets below (each with its line, where there is one) beside the parent's, all without their baselines."""
    low, high = scaled_goal(target)
    wanted = goal_of(target.comparator, low - start_of(line), high - start_of(line))
    pairs = [(scaled_goal(goal), start_of(of)) for of, goal in below]
    got_low = sum(pair[0] - start for pair, start in pairs)
    got = goal_of(target.comparator, got_low, sum(pair[1] - start for pair, start in pairs))
    balance = balance_of(target.comparator, wanted, got)
    return Sum(target.year, target.comparator, wanted, got, balance, regions - len(below))
