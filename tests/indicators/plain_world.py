"""Every result of a database once more, from its rows alone: sums of regions, ranks, and the plain working of each line.

Shares nothing with `indicators.rules` and `indicators.services`; the working of one line is `rules/reference.py`. What
the product has stored is held against it cell by cell.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from indicators.models import Attainment, Figure, ReportingDuty, TargetLine
from plans.models import Region, RegionChange
from tests.indicators.rules.random_cases import too_large
from tests.indicators.rules.reference import NUMBERS, UNDEFINED, Line, text

Pair = tuple[int, int]
Moment = tuple[int, int]
Cell = tuple[int, int, int]
"""line id, year, quarter"""

RESULTS = (
    *NUMBERS, "partial", "target_comparator", "target_source", "forecast_method", "status", "light", "rank",
    "coverage_reported", "coverage_expected", "denominator_period", "denominator_stale", "too_large",
)  # fmt: skip


class PlainWorld:
    """The rows that results follow from, read once."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.parent = dict(Region.objects.values_list("pk", "parent_id"))
        self.zones = set(Region.objects.filter(level="zone").values_list("pk", flat=True))
        moves = RegionChange.objects.filter(kind="moved").order_by("-on")
        self.moves = list(moves.values_list("region", "on", "old_parent"))
        self.trees: dict[Moment, dict[int, list[int]]] = {}
        self.own: dict[Pair, dict[Moment, Fraction]] = defaultdict(dict)
        for figure in Figure.objects.exclude(approved_value=None):
            pair = (figure.indicator_id, figure.region_id)
            self.own[pair][figure.year, figure.quarter] = Fraction(str(figure.approved_value))
        self.duties: dict[Pair, list[ReportingDuty]] = defaultdict(list)
        for duty in ReportingDuty.objects.all():
            self.duties[duty.indicator_id, duty.region_id].append(duty)
        self.kept: dict[tuple[int, int, Moment], tuple[Fraction | None, int, int, Fraction | None]] = {}

    # ---- Regions

    def parent_at(self, region: int, moment: Moment) -> int | None:
        """Below whom the region hung on the quarter's last day: what is told of it is undone from the latest move back."""
        parent: int | None = self.parent[region]
        for moved, day, before in self.moves:
            if moved == region and last_day(moment) < day:
                parent = before
        return parent

    def children(self, parent: int, moment: Moment) -> list[int]:
        if moment not in self.trees:
            tree = self.trees[moment] = defaultdict(list)
            for region in self.parent:
                if (above := self.parent_at(region, moment)) is not None:
                    tree[above].append(region)
        return self.trees[moment].get(parent, [])

    def has_duty(self, indicator: int, region: int, moment: Moment) -> bool:
        """Whether somebody reports it for the region, or for one below it, on the quarter's last day."""
        day = last_day(moment)
        for duty in self.duties[indicator, region]:
            counts = region not in self.zones or duty.beside_county
            if counts and duty.valid_from <= day and (duty.valid_to is None or day <= duty.valid_to):
                return True
        return any(self.has_duty(indicator, child, moment) for child in self.children(region, moment))

    def rolled(self, indicator: Any, region: int, moment: Moment) -> tuple[Fraction | None, int, int, Fraction | None]:
        """(figure, children that have one, children expected, partial sum) of a region and quarter."""
        key = (indicator.pk, region, moment)
        if key not in self.kept:
            self.kept[key] = self.add_up(indicator, region, moment)
        return self.kept[key]

    def add_up(self, indicator: Any, region: int, moment: Moment) -> tuple[Fraction | None, int, int, Fraction | None]:
        own = self.own[indicator.pk, region].get(moment)
        if indicator.quantity not in ("stock", "flow"):
            return own, 0, 0, None
        expected = [child for child in self.children(region, moment) if self.has_duty(indicator.pk, child, moment)]
        found = [self.rolled(indicator, child, moment)[0] for child in expected]
        there = [value for value in found if value is not None]
        if own is not None:
            return own, len(there), len(expected), None
        if expected and len(there) == len(expected):
            return sum(there, Fraction(0)), len(there), len(expected), None
        return None, len(there), len(expected), sum(there, Fraction(0)) if there else None

    def figures(self, indicator: Any, region: int, *, partial: bool = False) -> list[dict[str, Any]]:
        """The figures of a region in the form of the worked cases, sums of its children among them."""
        years = [moment[0] for own in self.own.values() for moment in own]
        found = []
        for year in range(min(years, default=2000), max(years, default=1999) + 1):
            for quarter in (1, 2, 3, 4):
                value, _have, _want, part = self.rolled(indicator, region, (year, quarter))
                if value is None and partial:
                    value = part
                if value is not None:
                    found.append({"year": year, "quarter": quarter, "value": str(decimal(value))})
        return found

    # ---- One line

    def case(self, line: TargetLine, *, partial: bool = False) -> dict[str, Any]:
        """The line in the form of the worked cases; `as_of` is the caller's to set."""
        indicator, plan = line.indicator, line.plan
        case: dict[str, Any] = {
            "plan": {
                "start_year": plan.start_year, "end_year": plan.end_year,
                "yellow_below": str(plan.yellow_below), "red_below": str(plan.red_below),
            },
            "indicator": {
                "quantity": indicator.quantity, "direction": indicator.direction,
                "reporting_basis": indicator.reporting_basis, "frequency": indicator.frequency,
            },
            "target": {"basis": line.basis, "years": targets(line)},
            "last_ended": last_ended(self.today),
        }  # fmt: skip
        if line.ended_from is not None:
            case["target"]["ended_from"] = {"year": line.ended_from // 4, "quarter": line.ended_from % 4 + 1}
        start = [baseline for baseline in line.baselines.all() if baseline.counted_from]
        if start:
            case["target"]["baseline"] = {"year": start[0].year, "value": str(start[0].value)}
        if indicator.numerator is None or indicator.denominator is None:
            return case | {"figures": self.figures(indicator, line.region_id, partial=partial)}
        case["indicator"] |= {
            "factor": str(indicator.factor), "denominator_quantity": indicator.denominator.quantity,
            "numerator_reporting_basis": indicator.numerator.reporting_basis,
            "denominator_reporting_basis": indicator.denominator.reporting_basis,
        }  # fmt: skip
        return case | {
            "numerator": self.figures(indicator.numerator, line.region_id),
            "denominator": self.figures(indicator.denominator, line.region_id),
        }

    def coverage(self, line: TargetLine, moment: Moment) -> tuple[int, int]:
        indicator = line.indicator
        if indicator.numerator is None or indicator.denominator is None:
            return self.rolled(indicator, line.region_id, moment)[1:3]
        above = self.rolled(indicator.numerator, line.region_id, moment)[1:3]
        below = self.rolled(indicator.denominator, line.region_id, moment)[1:3]
        flows = indicator.denominator.quantity == "flow"
        return below if flows and below[1] - below[0] > above[1] - above[0] else above

    def line_results(self, line: TargetLine) -> dict[Cell, dict[str, Any]]:
        case, with_parts = self.case(line), self.case(line, partial=True)
        found = {}
        for year in range(line.plan.start_year, line.plan.end_year + 1):
            for quarter in (1, 2, 3, 4):
                asked = {"as_of": {"year": year, "quarter": quarter}}
                found[line.pk, year, quarter] = self.cell(line, case | asked, with_parts | asked)
        return found

    def cell(self, line: TargetLine, case: dict[str, Any], with_parts: dict[str, Any]) -> dict[str, Any]:
        plain, year, quarter = Line(case), case["as_of"]["year"], case["as_of"]["quarter"]
        result = plain.results()
        partial = None
        sums = line.basis in ("level", "year", "cumulative") and line.indicator.quantity in ("stock", "flow")
        if sums and plain.actual(year, quarter) is None:
            partly = Line(with_parts).actual(year, quarter)
            partial = None if partly == UNDEFINED else partly
        target = plain.target(year)
        result |= {"partial": text(partial), "target_comparator": target[0] if target else ""}
        large = [name for name in (*NUMBERS, "partial") if too_large(result[name])]
        result |= dict.fromkeys(large) | {"too_large": bool(large)}
        reported, expected = self.coverage(line, (year, quarter))
        period = result["denominator_period"]
        return result | {
            "target_comparator": result["target_comparator"] if result["target"] is not None else "",
            "target_source": result["target_source"] or "",
            "forecast_method": result["forecast_method"] or "",
            "light": result["light"] or "none",
            "coverage_reported": reported if expected else None,
            "coverage_expected": expected or None,
            "denominator_period": None if period is None else int(period[:4]) * 4 + int(period[5]) - 1,
        }

    # ---- All lines

    def results(self) -> dict[Cell, dict[str, Any]]:
        """What every stored row should say."""
        lines = list(
            TargetLine.objects.select_related("plan", "indicator__numerator", "indicator__denominator", "region")
            .prefetch_related("baselines", "targets")
            .order_by("pk")
        )
        found: dict[Cell, dict[str, Any]] = {}
        for line in lines:
            found |= self.line_results(line)
        self.rank(lines, found)
        return found

    def rank(self, lines: list[TargetLine], found: dict[Cell, dict[str, Any]]) -> None:
        siblings: dict[Any, list[Decimal]] = defaultdict(list)
        worth: dict[Cell, tuple[Any, Decimal]] = {}
        by_id = {line.pk: line for line in lines}
        for cell, result in found.items():
            line, result["rank"] = by_id[cell[0]], None
            direction = line.indicator.direction
            value = result["gap_to_target" if direction == "range" else "actual"]
            ended = line.ended_from is not None and cell[1] * 4 + cell[2] - 1 >= line.ended_from
            if value is not None and not ended:
                parent = self.parent_at(line.region_id, (cell[1], cell[2]))
                group = (line.plan_id, line.indicator_id, line.basis, parent, cell[1:])
                worth[cell] = (group, Decimal(value) * (1 if direction == "up" else -1))
                siblings[group].append(worth[cell][1])
        for cell, (group, own) in worth.items():
            found[cell]["rank"] = 1 + sum(other > own for other in siblings[group])


def last_day(moment: Moment) -> date:
    year, quarter = moment
    return date(year + quarter // 4, quarter % 4 * 3 + 1, 1) - timedelta(days=1)


def last_ended(today: date) -> dict[str, int]:
    moments = [(year, quarter) for year in range(2000, 2100) for quarter in (1, 2, 3, 4)]
    year, quarter = max(moment for moment in moments if last_day(moment) < today)
    return {"year": year, "quarter": quarter}


def targets(line: TargetLine) -> dict[str, list[dict[str, Any]]]:
    years: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for target in sorted(line.targets.all(), key=lambda target: -1 if target.in_force_from is None else 0):
        version: dict[str, Any] = {"comparator": target.comparator, "value": str(target.value), "source": target.source}
        if target.upper is not None:
            version["upper"] = str(target.upper)
        if target.in_force_from is not None:
            version["in_force_from"] = {
                "year": target.in_force_from // 4, "quarter": target.in_force_from % 4 + 1
            }  # fmt: skip
        years[str(target.year)].append(version)
    for versions in years.values():
        versions.sort(key=lambda version: tuple(version.get("in_force_from", {}).values()))
    return dict(years)


def decimal(value: Fraction) -> Decimal:
    """An exact sum of stored values, which have six decimals at most."""
    return Decimal(value.numerator * 10**6 // value.denominator).scaleb(-6)


def stored_rows() -> dict[Cell, dict[str, Any]]:
    """What the product has stored, in the words of `PlainWorld.results`."""
    found = {}
    for row in Attainment.objects.order_by("line", "year", "quarter"):
        cell = {name: getattr(row, name) for name in RESULTS}
        for name in (*NUMBERS, "partial"):
            if cell[name] is not None:
                cell[name] = text(Fraction(str(cell[name])))
        found[row.line_id, row.year, row.quarter] = cell
    return found


def differences(today: date) -> list[str]:
    """Where stored rows say something else than the plain working, a line each."""
    expected, stored = PlainWorld(today).results(), stored_rows()
    found = []
    for cell in sorted(expected.keys() | stored.keys()):
        one, other = expected.get(cell, {}), stored.get(cell, {})
        wrong = {name: (other.get(name), one.get(name)) for name in RESULTS if other.get(name) != one.get(name)}
        if wrong:
            words = ", ".join(f"{name} {a!r} instead of {b!r}" for name, (a, b) in wrong.items())
            found.append(f"line {cell[0]} {cell[1]}Q{cell[2]}: {words}")
    return found


def digest(rows: dict[Cell, dict[str, Any]]) -> str:
    """One number for all rows, whatever the ids: lines are told apart by plan, region, indicator and basis."""
    names = {
        line.pk: [line.plan.start_year, line.region.code, line.indicator.code, line.basis]
        for line in TargetLine.objects.select_related("plan", "region", "indicator")
    }
    content = sorted([*names[cell[0]], cell[1], cell[2], [row[name] for name in RESULTS]] for cell, row in rows.items())
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
