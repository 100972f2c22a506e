"""对比: what can be compared with what — a plan at a quarter, the regions with targets in it, what they are measured by.

Every comparison page, its export and its API start here, so that all of them know the same regions and indicators.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from indicators.display import line_places, line_unit
from indicators.models import Indicator, TargetLine
from indicators.models.attainment import Light
from indicators.permissions import visible_lines_of
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
    above: frozenset[int] = field(default=frozenset())

    def children(self, parent: Region) -> list[Region]:
        """The regions right below this one that have targets in the plan, in the order of their codes."""
        return [region for region in self.regions.values() if region.parent_id == parent.pk and region.pk in self.bound]

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
    """The ground of a plan the person may see, by two queries."""
    own = plan.region
    lines = TargetLine.objects.filter(visible_lines_of(scope, plan), region=OuterRef("pk"))
    found = list(Region.objects.within((own.prefix,)).annotate(is_bound=Exists(lines)))
    regions = {region.pk: region for region in found}
    bound = frozenset(region.pk for region in found if region.is_bound)
    above: set[int] = set()
    for pk in bound:
        parent = regions[pk].parent_id
        while parent in regions and parent not in above:
            above.add(parent)
            parent = regions[parent].parent_id
    hidden = plan.hide_siblings and not any(own.code.startswith(prefix) for prefix in scope.all_prefixes)
    return Ground(scope, plan, quarter, regions, bound, hidden, frozenset(above))


@dataclass(frozen=True)
class Measure:
    """An indicator on one basis, by which regions are compared. Its values are all shown in the unit of `line`.

    `key` names it in an address: the indicator's code, with the basis where the plan has the indicator on several.
    """

    line: TargetLine
    key: str
    count: int

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


# What names a measure and shows its values.
_NAMING = (
    "printed_name", "basis", "unit", "unit_factor", "plan_id", "region_id", "indicator__code", "indicator__name",
    "indicator__unit", "indicator__decimals", "indicator__direction", "indicator__quantity",
)  # fmt: skip


def measures(ground: Ground, parent: Region) -> list[Measure]:
    """What a region and its children are measured by, in the document's order.

    The parent's own line gives name and unit, else the first of its children's.
    """
    ids = [parent.pk, *(region.pk for region in ground.children(parent))]
    groups = list(
        TargetLine.objects.filter(visible_lines_of(ground.scope, ground.plan), region__in=ids)
        .values("indicator_id", "basis")
        .annotate(
            place=Min("position"),
            count=Count("pk"),
            named_by=Coalesce(Min(Case(When(region=parent, then=F("pk")))), Min("pk")),
        )
        .order_by("place", "named_by")
    )
    lines = TargetLine.objects.select_related("indicator").only(*_NAMING).in_bulk([g["named_by"] for g in groups])
    bases = Counter(group["indicator_id"] for group in groups)
    found = []
    for group in groups:
        line = lines[group["named_by"]]
        line.plan = ground.plan
        code = line.indicator.code
        key = code if bases[line.indicator_id] == 1 else f"{code}:{line.basis}"
        found.append(Measure(line, key, group["count"]))
    return found


def lines_of(ground: Ground, measure: Measure, regions: Iterable[Region]) -> dict[int, int]:
    """By region id the line of this measure."""
    indicator, basis = measure.pair
    found = TargetLine.objects.filter(
        visible_lines_of(ground.scope, ground.plan),
        Q(indicator=indicator, basis=basis, region__in=[region.pk for region in regions]),
    )
    return dict(found.values_list("region_id", "pk"))


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
