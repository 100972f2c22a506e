"""对比: what can be compared with what — a plan at a quarter, the regions with targets in it, what they are measured by.

Every comparison page, its export and its API start here, so that all of them know the same regions and indicators.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext as _

from indicators.display import line_places, line_unit
from indicators.models import Indicator, TargetLine
from indicators.models.attainment import Light
from indicators.permissions import sees_region
from indicators.selectors.comparison_reads import (
    INDICATOR_FIELDS,
    LINE_FIELDS,
    REGION_FIELDS,
    Rows,
    measure_rows,
    tree_rows,
)
from indicators.selectors.conclusion import WORST_FIRST
from ipdash.core.display import status_word
from ipdash.core.periods import Quarter
from plans.models import Plan, Region
from plans.scope import Scope

LIGHTS = tuple(Light.values)


@dataclass(frozen=True)
class Ground:
    """A plan at the end of a quarter, as one person may see it.

    `regions` are the plan's region and everything below it, by id; `bound` the ids of those with a target in the plan.
    `hidden` says that the plan hides siblings from this person: others' lines, and their number, are then left out.
    """

    scope: Scope
    plan: Plan
    quarter: Quarter
    regions: Mapping[int, Region]
    bound: frozenset[int]
    hidden: bool
    above: frozenset[int]
    tree: Rows

    @property
    def stamp(self) -> tuple[object, ...]:
        """What tells a change of the plan and of the regions with targets in it."""
        plan = self.plan
        return plan.pk, plan.version, plan.title, plan.state, plan.hide_siblings, plan.is_demo, self.quarter, self.tree

    def children(self, parent: Region) -> list[Region]:
        """The regions right below this one that have targets in the plan, in the order of their codes."""
        return [region for region in self.regions.values() if region.parent_id == parent.pk and region.pk in self.bound]

    def compared(self, parent: Region) -> list[int]:
        """The ids of the region and of those right below it, as far as this person sees their results."""
        return [
            region.pk for region in (parent, *self.children(parent)) if sees_region(self.scope, self.plan, region.code)
        ]

    def parents_below(self, parent: Region) -> list[Region]:
        """Where one can go down to: the children below which there are targets."""
        return [region for region in self.regions.values() if region.parent_id == parent.pk and region.pk in self.above]

    def trail(self, region: Region) -> list[Region]:
        """From the plan's region down to this one, both included."""
        path = [region]
        while path[0].pk != self.plan.region_id and (above := self.regions.get(path[0].parent_id or 0)) is not None:
            path.insert(0, above)
        return path

    def top(self) -> Region:
        """Where a comparison begins: the outermost region with at least two children to compare, else the plan's own."""
        own = self.regions[self.plan.region_id]
        queue = [own]
        while queue:
            region = queue.pop(0)
            if len(self.children(region)) > 1:
                return region
            queue += self.parents_below(region)
        return own

    def named(self, code: str) -> Region | None:
        """The region with this code inside the plan's."""
        return next((region for region in self.regions.values() if region.code == code), None)


def ground(scope: Scope, plan: Plan, quarter: Quarter) -> Ground:
    """The ground of a plan the person may see, by one query."""
    own = plan.region
    rows = tree_rows(plan.pk, own.prefix)
    tree = _tree(rows)
    hidden = plan.hide_siblings and not any(own.code.startswith(prefix) for prefix in scope.all_prefixes)
    if not plan.hide_siblings:
        return Ground(scope, plan, quarter, tree.regions, tree.bound, hidden, tree.above, rows)
    bound = frozenset(pk for pk in tree.bound if sees_region(scope, plan, tree.regions[pk].code))
    return Ground(scope, plan, quarter, tree.regions, bound, hidden, _above(tree.regions, bound), rows)


class _Tree(NamedTuple):
    regions: Mapping[int, Region]
    bound: frozenset[int]
    above: frozenset[int]


@lru_cache(maxsize=64)
def _tree(rows: Rows) -> _Tree:
    """What the rows say, which is the same for everybody who reads the plan, until they say something else."""
    regions = {row[0]: Region.from_db(DEFAULT_DB_ALIAS, REGION_FIELDS, row[:-1]) for row in rows}
    bound = frozenset(row[0] for row in rows if row[-1])
    return _Tree(regions, bound, _above(regions, bound))


def _above(regions: Mapping[int, Region], bound: Iterable[int]) -> frozenset[int]:
    """The regions below which there is one of `bound`."""
    above: set[int] = set()
    for pk in bound:
        parent = regions[pk].parent_id
        while parent is not None and parent in regions and parent not in above:
            above.add(parent)
            parent = regions[parent].parent_id
    return frozenset(above)


@dataclass(frozen=True)
class Measure:
    """An indicator on one basis, by which regions are compared. Its values are all shown in the unit of `line`.

    `key` names it in an address: the indicator's code, with the basis where the plan has the indicator on several.
    `read` is the row that all of this was read from.
    """

    line: TargetLine
    key: str
    count: int
    read: tuple[Any, ...]

    @property
    def indicator(self) -> Indicator:
        return self.line.indicator

    @property
    def name(self) -> str:
        return self.line.printed_name

    @property
    def unit(self) -> str:
        return line_unit(self.line)

    @property
    def places(self) -> int:
        return line_places(self.line)

    @property
    def pair(self) -> tuple[int, str]:
        return self.line.indicator_id, self.line.basis

    @property
    def label(self) -> str:
        """The printed name, with the basis where the name alone would stand for two."""
        basis = str(TargetLine.Basis(self.line.basis).label)
        return _("%(name)s（%(basis)s）") % {"name": self.name, "basis": basis} if ":" in self.key else self.name


def measured(ground: Ground, parent: Region) -> Rows:
    """What tells the measures of a region and its children, and whether anything about them has changed."""
    return measure_rows(ground.plan.pk, parent.pk, ground.compared(parent))


_INDICATOR = LINE_FIELDS.index("indicator_id")


def measures(ground: Ground, rows: Rows) -> list[Measure]:
    """What a region and its children are measured by (`measured`), in the document's order.

    The parent's own line gives name and unit, else the first of its children's.
    """
    middle, end = len(LINE_FIELDS), len(LINE_FIELDS) + len(INDICATOR_FIELDS)
    bases = Counter(row[_INDICATOR] for row in rows)
    found = []
    for row in rows:
        line = TargetLine.from_db(DEFAULT_DB_ALIAS, LINE_FIELDS, row[:middle])
        indicator = Indicator.from_db(DEFAULT_DB_ALIAS, INDICATOR_FIELDS, row[middle:end])
        line.indicator, line.plan = indicator, ground.plan
        key = indicator.code if bases[indicator.pk] == 1 else f"{indicator.code}:{line.basis}"
        found.append(Measure(line, key, row[end], row))
    return found


@dataclass(frozen=True)
class Choice:
    """A state or a light, how many there are of it, and whether it is the one asked for."""

    value: str
    count: int
    chosen: bool = False


def status_counts(statuses: Iterable[str]) -> dict[str, int]:
    """How many there are of each status, the worst first; only those that occur."""
    counts = Counter(statuses)
    return {str(status): counts[status] for status in (*WORST_FIRST, "") if counts[status]}


def light_counts(lights: Iterable[str]) -> dict[str, int]:
    """How many there are of each of the five lights."""
    counts = Counter(lights)
    return {light: counts[light] for light in LIGHTS}


def counted_words(counts: Mapping[str, int]) -> str:
    """9个达到序时进度，2个滞后."""
    return _("，").join(
        _("%(n)d个%(status)s") % {"n": n, "status": str(status_word(status).label)} for status, n in counts.items()
    )
