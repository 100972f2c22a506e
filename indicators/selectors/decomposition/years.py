"""A line's target over the years of its plan (attainment.md §3 says what lies between two known points)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext as _

from indicators.models import Indicator, Target, TargetLine
from indicators.rules.split import parts, points, shares_add_up, step_for
from indicators.selectors.decomposition.base import (
    GROWING,
    Cell,
    Goal,
    Method,
    Split,
    Sum,
    Wish,
    added,
    balance_of,
    cell,
    goal_of,
    is_free,
    kept_cell,
    latest_targets,
    refuse,
    scaled_goal,
    years_text,
)
from ipdash.core.comparators import Comparator
from ipdash.core.display import number_text
from ipdash.core.numbers import to_scaled


@dataclass(frozen=True)
class Point:
    """What is known of a year: its target, or where the line starts; in millionths."""

    year: int
    comparator: str
    value: int
    upper: int


@dataclass(frozen=True)
class Total:
    """What a `year` line's years add up to, and where that is written."""

    value: Decimal
    comparator: str
    source: str


class YearSplit:
    """The years of one line: those that stay, those that are free, and the points that are known."""

    def __init__(self, line: TargetLine, wish: Wish, today: date) -> None:
        self.line, self.wish, self.today = line, wish, today
        self.plan, self.targets = line.plan, latest_targets(line)
        start = next((baseline for baseline in line.baselines.all() if baseline.counted_from), None)
        self.first = self.plan.start_year if start is None else max(self.plan.start_year, start.year + 1)
        years = range(self.first, self.plan.end_year + 1)
        self.free = [year for year in years if is_free(self.targets.get(year))]
        self.kept = [target for target in self.targets.values() if not is_free(target)]
        self.points = self._points(start.year if start else None, None if start is None else start.value)
        amounts = [amount for point in self.points for amount in (point.value, point.upper)]
        self.step = step_for(line.indicator.decimals, amounts)
        self.total = known_total(line) if wish.total is None else Total(wish.total, self._usual(), _("所填总量"))
        self.notes: list[str] = []

    def split(self) -> Split:
        """Raises `Invalid` where the wish gives nothing to store."""
        goals = self._goals()
        if not goals:
            raise refuse("nothing_to_split", "method", _nothing(self.line, self.free))
        cells = [self._cell(year, *goals[year]) for year in sorted(goals)]
        cells += [kept_cell(self.line, target) for target in self.kept if target.year in self._plan_years]
        cells.sort(key=lambda item: item.year)
        asks = self._falling(cells) if self.line.basis == TargetLine.Basis.CUMULATIVE else []
        return Split(cells, self._sums(cells), self.notes, asks)

    @property
    def _plan_years(self) -> range:
        return range(self.plan.start_year, self.plan.end_year + 1)

    def _points(self, year: int | None, value: Decimal | None) -> list[Point]:
        line = self.line
        found: list[Point] = []
        if value is not None and year is not None:
            found.append(Point(year, "", to_scaled(value), to_scaled(value)))
        elif line.basis == TargetLine.Basis.CUMULATIVE:
            found.append(Point(self.plan.start_year - 1, "", 0, 0))
        found += [
            Point(t.year, t.comparator, *scaled_goal(t)) for t in self.kept if not found or t.year > found[0].year
        ]
        end = self.plan.end_year
        overall, last = line.overall_value, self.targets.get(end)
        if overall is not None and is_free(last) and line.basis != TargetLine.Basis.YEAR:
            found.append(Point(end, line.overall_comparator or self._usual(), to_scaled(overall), to_scaled(overall)))
        return sorted(found, key=lambda point: point.year)

    def _goals(self) -> dict[int, tuple[str, Goal]]:
        if self.wish.method == Method.HAND:
            return self._by_hand()
        if self.line.basis in GROWING:
            return self._following()
        if self.line.basis == TargetLine.Basis.YEAR and self.total is not None:
            return self._of_total(self.total)
        return self._on_the_way()

    def _by_hand(self) -> dict[int, tuple[str, Goal]]:
        found = {}
        for key, goal in self.wish.values.items():
            year = int(key) if len(key) == 4 and key.isascii() and key.isdecimal() else 0
            stored = self.targets.get(year)
            if year not in self._plan_years or year < self.first:
                raise refuse("unknown_year", "values", _("“%(year)s”不是可以分解的年份。") % {"year": key[:40]})
            if stored is not None and not is_free(stored):
                if (goal.value, goal.upper) == (stored.value, stored.upper):
                    continue
                message = _("%(year)s年是文件规定的目标，分解不能改动；写错的请更正，已调整的请登记目标调整。")
                raise refuse("target_is_stated", "values", message % {"year": year})
            found[year] = (self._comparator(year, goal), goal)
        return found

    def _following(self) -> dict[int, tuple[str, Goal]]:
        """Growth: every year asks for what the next known year asks for."""
        if self.wish.method == Method.SHARES:
            message = _("增速不能按比例拆分：每年各是各的增速。请选“按直线”（各年与下一个已定年份相同）或逐项填写。")
            raise refuse("method_unsupported", "method", message)
        found = {}
        for year in self.free:
            point = next((point for point in self.points if point.comparator and point.year >= year), None)
            if point is not None:
                found[year] = (point.comparator, goal_of(point.comparator, point.value, point.upper))
        self._note_left_out(found)
        return found

    def _of_total(self, total: Total) -> dict[int, tuple[str, Goal]]:
        """A year's flow: the years add up to the total."""
        fixed = sum(scaled_goal(t)[0] for t in self.kept if t.year in self._plan_years)
        rest = to_scaled(total.value) - fixed
        if rest < 0 or not self.free:
            message = _(
                "已定年份合计%(fixed)s，超过总量%(total)s（%(source)s），没有余数可分；请核对总量，或逐项填写。"
            )
            words = {"fixed": self._shown(fixed), "total": number_text(total.value), "source": total.source}
            raise refuse("nothing_left", "total", message % words)
        weights = self._weights(self.free) if self.wish.method == Method.SHARES else self._shape()
        step = step_for(self.line.indicator.decimals, [rest])
        found = parts(rest, weights, step)
        return {
            year: (total.comparator, goal_of(total.comparator, found[str(year)], found[str(year)]))
            for year in self.free
        }

    def _shape(self) -> dict[str, int]:
        """The straight line's own proportions where it passes every free year, else equal ones."""
        way = {year: low for year, (_comparator, low, _high) in self._ways().items()}
        if set(self.free) <= set(way) and min(way.values()) >= 0 and sum(way[year] for year in self.free) > 0:
            return {str(year): way[year] for year in self.free}
        return {str(year): 1 for year in self.free}

    def _on_the_way(self) -> dict[int, tuple[str, Goal]]:
        if self.wish.method == Method.SHARES and self.line.basis == TargetLine.Basis.YEAR:
            message = _("没有可分的总量：请填写各年合计的总量，或改用“按直线”或逐项填写。")
            raise refuse("total_needed", "total", message)
        found = {
            year: (comparator, goal_of(comparator, low, high))
            for year, (comparator, low, high) in self._ways().items()
            if year in self.free
        }
        self._note_left_out(found)
        return found

    def _ways(self) -> dict[int, tuple[str, int, int]]:
        """Every year between two known points, the later point included."""
        found: dict[int, tuple[str, int, int]] = {}
        for a, b in pairwise(self.points):
            years = list(range(a.year + 1, b.year + 1))
            if not set(years) & set(self.free):
                continue
            by_shares = self.wish.method == Method.SHARES and self.line.basis != TargetLine.Basis.YEAR
            weights = [*self._weights(years).values()] if by_shares else [1] * len(years)
            lows = points(a.value, b.value, weights, self.step)
            highs = points(a.upper, b.upper, weights, self.step)
            found |= {y: (b.comparator, low, high) for y, low, high in zip(years, lows, highs, strict=True)}
        return found

    def _weights(self, years: list[int]) -> dict[str, int]:
        """The given percentages of these years, which make a whole."""
        given = {str(year): self.wish.shares.get(str(year)) for year in years}
        missing = [int(year) for year, share in given.items() if share is None]
        if missing:
            message = _("请填写%(years)s的比例；没有增量的年份填0。") % {"years": years_text(missing)}
            raise refuse("shares_missing", "shares", message)
        weights = {year: to_scaled(share) for year, share in given.items() if share is not None}
        if min(weights.values()) < 0 or not shares_add_up(weights.values()):
            total = number_text(sum((share for share in given.values() if share is not None), Decimal(0)))
            message = _("%(years)s的比例合计应为100%%，且没有负数；现在合计%(total)s%%。")
            raise refuse("shares_do_not_add_up", "shares", message % {"years": years_text(years), "total": total})
        return weights

    def _cell(self, year: int, comparator: str, goal: Goal) -> Cell:
        line = self.line
        return cell(
            line, line.region, self.plan, self.today, year=year, before=self.targets.get(year), comparator=comparator,
            goal=goal,
        )  # fmt: skip

    def _comparator(self, year: int, goal: Goal) -> str:
        """As the next known year compares, else the last one, else as the indicator's direction has it."""
        if goal.upper is not None:
            return Comparator.RANGE.value
        known = [point for point in self.points if point.comparator and point.comparator != Comparator.RANGE]
        later = [point for point in known if point.year >= year]
        return (later[:1] or known[-1:])[0].comparator if known else self._usual()

    def _usual(self) -> str:
        down = self.line.indicator.direction == Indicator.Direction.DOWN
        return (Comparator.AT_MOST if down else Comparator.AT_LEAST).value

    def _note_left_out(self, found: dict[int, tuple[str, Goal]]) -> None:
        if found and (left := [year for year in self.free if year not in found]):
            message = _("%(years)s前后没有可依据的基期值或目标，没有分解；需要时请逐项填写。")
            self.notes.append(message % {"years": years_text(left)})

    def _sums(self, cells: list[Cell]) -> list[Sum]:
        if self.line.basis != TargetLine.Basis.YEAR or self.total is None:
            return []
        years = {item.year for item in cells} | set(self.targets)
        without = [year for year in self._plan_years if year not in years]
        if without:
            message = _("%(years)s还没有目标，各年合计没有与总量核对。")
            self.notes.append(message % {"years": years_text(without)})
            return []
        shown = {item.year for item in cells}
        rest = [kept_cell(self.line, t) for y, t in self.targets.items() if y in self._plan_years and y not in shown]
        got, wanted = added([*cells, *rest], self.total.comparator), Goal(self.total.value)
        return [Sum(None, self.total.comparator, wanted, got, balance_of(self.total.comparator, wanted, got))]

    def _falling(self, cells: list[Cell]) -> list[str]:
        """A sum that grows year by year does not fall."""
        stored = {year: target.value for year, target in self.targets.items()}
        values = sorted({**stored, **{item.year: item.goal.value for item in cells}}.items())
        falls = [year for (_y, before), (year, value) in pairwise(values) if value < before]
        if not falls:
            return []
        return [
            _("规划期累计的目标在%(years)s比上一年还低，请核对；确实如此的，请写明理由。")
            % {"years": years_text(falls)}
        ]

    def _shown(self, scaled: int) -> str:
        return number_text(goal_of("", scaled, scaled).value)


def known_total(line: TargetLine) -> Total | None:
    """What a `year` line's years add up to by what is stored: the cumulative line beside it, or its own overall goal."""
    if line.basis != TargetLine.Basis.YEAR:
        return None
    beside = TargetLine.objects.filter(
        plan=line.plan_id, region=line.region_id, indicator=line.indicator_id, basis=TargetLine.Basis.CUMULATIVE
    ).first()
    if beside is not None and (last := _last(beside)) is not None:
        start = next((baseline.value for baseline in beside.baselines.all() if baseline.counted_from), Decimal(0))
        return Total(last.value - (start or Decimal(0)), last.comparator, _("规划期累计目标"))
    if line.overall_value is not None and line.overall_comparator is not None:
        return Total(line.overall_value, line.overall_comparator, _("总体目标"))
    return None


def _last(line: TargetLine) -> Target | None:
    return list(latest_targets(line).values())[-1] if line.targets.all() else None


def _nothing(line: TargetLine, free: list[int]) -> str:
    if not free:
        return _("各年都有文件规定的目标，没有可分解的年份。")
    return _("缺少可依据的基期值或以后年份的目标，无从分解；请先补上，或逐项填写。")
