"""A target line among its relatives: the line above it, the regions below with their targets, and the acts that split it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from indicators.decomposition_words import decomposition_text, sum_text, why_no_sum
from indicators.display import target_text
from indicators.models import Decomposition, Target, TargetLine
from indicators.permissions import INSIDE_REGION, visible_in_plan
from indicators.selectors.decomposition.base import Balance, Goal, Sum, has_sum, latest_targets, years_text
from indicators.selectors.decomposition.regions import regions_below, sum_below
from plans.models import Region
from plans.scope import Scope


@dataclass(frozen=True)
class YearCell:
    """One year's target as text; empty where there is none."""

    year: int
    text: str = ""
    is_decomposed: bool = False


@dataclass(frozen=True)
class Below:
    """One region below: its line, and its targets by year."""

    line: TargetLine
    targets: list[YearCell]


@dataclass(frozen=True)
class Family:
    """What the page of a line says of where its targets come from and where they went."""

    above: TargetLine | None
    said: list[tuple[str, str]]
    below: list[Below] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    own: list[YearCell] = field(default_factory=list)
    sums: list[tuple[Sum, str]] = field(default_factory=list)
    no_sum: str = ""
    without: list[Region] = field(default_factory=list)

    @property
    def unequal(self) -> bool:
        return any(found.balance is not Balance.EQUAL for found, _text in self.sums)


def decompositions_of(line: TargetLine) -> list[tuple[Decomposition, str]]:
    """Every act that split this line, the latest first, in words for insiders."""
    found = line.decompositions.select_related("by_indicator", "made_by", "undone_by")
    return [(made, decomposition_text(made, insider=True)) for made in found]


def family(scope: Scope, line: TargetLine, today: date) -> Family:
    """The relatives of a line that this person may see."""
    relatives = TargetLine.objects.filter(
        visible_in_plan(scope, line.plan), indicator=line.indicator_id, basis=line.basis
    )
    above = relatives.filter(region=line.region.parent_id).select_related("region").first()
    said = _said(line, insider=scope.reaches(line.region.code, *INSIDE_REGION))
    below = list(
        relatives.filter(region__parent=line.region_id)
        .select_related("region", "indicator", "plan")
        .prefetch_related("targets", "baselines")
        .order_by("region__code")
    )
    if not below:
        return Family(above, said)
    targets = {of.pk: latest_targets(of) for of in below}
    own = latest_targets(line)
    years = sorted({*own, *(year for found in targets.values() for year in found)})
    regions = regions_below(line, today)
    there = {of.region_id for of in below}
    return Family(
        above,
        said,
        [Below(of, [_cell(of, year, targets[of.pk].get(year)) for year in years]) for of in below],
        years,
        [_cell(line, year, own.get(year)) for year in years],
        _sums(line, own, [(of, targets[of.pk]) for of in below], len(regions)) if has_sum(line) else [],
        "" if has_sum(line) else why_no_sum(line),
        [region for region in regions if region.pk not in there],
    )


def _cell(line: TargetLine, year: int, target: Target | None) -> YearCell:
    if target is None:
        return YearCell(year)
    return YearCell(year, target_text(target, line), target.source == Target.Source.DECOMPOSED)


def _said(line: TargetLine, *, insider: bool) -> list[tuple[str, str]]:
    """Which years were split by which act, the latest version of each year."""
    acts: dict[int, list[int]] = defaultdict(list)
    for year, target in latest_targets(line).items():
        if target.decomposition_id is not None:
            acts[target.decomposition_id].append(year)
    made = Decomposition.objects.filter(pk__in=acts).select_related("by_indicator", "made_by").order_by("pk")
    return [(years_text(acts[act.pk]), decomposition_text(act, insider=insider)) for act in made]


def _sums(
    line: TargetLine, own: dict[int, Target], below: list[tuple[TargetLine, dict[int, Target]]], regions: int
) -> list[tuple[Sum, str]]:
    found = []
    for year, target in own.items():
        parts = [(of, Goal(t.value, t.upper)) for of, targets in below if (t := targets.get(year)) is not None]
        if parts:
            made = sum_below(line, target, list(parts), max(regions, len(parts)))
            found.append((made, sum_text(line, made, asking=False)))
    return found
