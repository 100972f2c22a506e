"""From rows of the database to the columns that the rules compute on (indicators/rules/columns.py).

Everything is read as whole columns; no row of lines, targets or figures becomes an object of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.db.models import (
    BigIntegerField,
    BooleanField,
    F,
    Func,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from indicators.models import Baseline, Figure, Indicator, Target, TargetLine
from indicators.rules import columns as c
from indicators.rules.rollup import Differences, Tree, roll_up
from indicators.services.placements import Placements, read_placements
from indicators.services.rollup import Below, Pair, Pairs, read_below, read_edges
from indicators.services.transfer import Array, read
from ipdash.core.numbers import to_scaled
from ipdash.core.periods import Quarter
from plans.models import Plan

EARLIER_YEARS = 3
"""A forecast by earlier years' shares looks this far back; growth needs one, a population two."""
NO_BASELINE = 0


@dataclass(frozen=True)
class PlanColumns:
    """Lines of one plan as columns, in the order of their ids: `line_ids[i]` is row i, `asked` every quarter of the plan.

    `versions` are the lines' input versions, read before anything else, `parents` the regions above theirs (0: none),
    `placements` where regions hung before. `siblings` numbers the groups of lines that are ranked against each other: one
    indicator and basis, one parent region at the quarter's end. `pairs` says which row of the series holds an
    indicator in a region, `tree` what is added up to what, `own` where that region itself has a figure, and
    `differences` where this is not its children's sum.
    """

    line_ids: list[int]
    versions: Array
    indicator_ids: Array
    region_ids: Array
    parents: Array
    lines: c.Lines
    targets: c.Targets
    series: c.Series
    asked: c.Integers
    placements: Placements
    siblings: c.Integers
    pairs: Pairs
    tree: Tree | None
    own: c.Mask
    differences: Differences | None

    @cached_property
    def rows(self) -> dict[Pair, int]:
        """The row of the series by indicator id and region id."""
        return self.pairs.as_dict()


def read_columns(lines: Sequence[TargetLine]) -> PlanColumns:
    """Reads everything that the results of these lines follow from. All lines belong to one plan.

    Their indicators are taken as they were fetched with the lines.
    """
    known = {line.indicator_id: line.indicator for line in lines}
    return read_lines(lines[0].plan, TargetLine.objects.filter(pk__in=[line.pk for line in lines]), known)


def read_lines(plan: Plan, chosen: QuerySet[TargetLine], catalogue: dict[int, Indicator] | None = None) -> PlanColumns:
    """Reads everything that the results of some of a plan's lines follow from; `catalogue`: their indicators, if known.

    The versions come first: a change that is committed while the rest is read leaves its line stale.
    """
    head = read(_heads(chosen), *_HEAD)
    if catalogue is None:
        catalogue = Indicator.objects.select_related("numerator", "denominator").in_bulk(
            np.unique(head["indicator_id"]).tolist()
        )
    based = head["baseline_year"] != NO_BASELINE
    first_year = int(np.min(head["baseline_year"][based], initial=plan.start_year - EARLIER_YEARS))
    placements = read_placements()
    wanted, below = _wanted(head, catalogue), read_below(np.unique(head["region_id"]), placements)
    first_year = _oldest_denominator(below, catalogue, first_year)
    first, last = Quarter(first_year, 1), Quarter(plan.end_year, 4)
    edges = read_edges(wanted, below, first, last)
    pairs = edges.pairs
    reported = _series(pairs, first, last)
    asked = np.arange(Quarter(plan.start_year, 1).index, Quarter(plan.end_year, 4).index + 1, dtype=np.int64)
    series, differences = (reported, None) if edges.tree is None else roll_up(reported, edges.tree)
    return PlanColumns(
        line_ids=head["pk"].tolist(),
        versions=head["input_version"],
        indicator_ids=head["indicator_id"],
        region_ids=head["region_id"],
        parents=head["parent"],
        lines=_lines(plan, head, catalogue, pairs),
        targets=_targets(head["pk"]),
        series=series,
        asked=asked,
        placements=placements,
        siblings=placements.seats(
            {
                "indicator": head["indicator_id"],
                "basis": head["basis_code"],
                "region": head["region_id"],
                "parent": head["parent"],
                "ended_from": head["ends"],
            },
            asked,
        ),
        pairs=pairs,
        tree=edges.tree,
        own=reported.known,
        differences=differences,
    )


def _oldest_denominator(below: Below, catalogue: dict[int, Indicator], first_year: int) -> int:
    """The first year of a population, if earlier: the latest one before a quarter counts, however old (attainment.md §2)."""
    stocks = [
        indicator.denominator_id
        for indicator in catalogue.values()
        if indicator.denominator is not None and indicator.denominator.quantity == Indicator.Quantity.STOCK
    ]
    if not stocks:
        return first_year
    earlier = Figure.objects.filter(
        indicator__in=stocks, region__in=below.pk.tolist(), year__lt=first_year, approved_value__isnull=False
    )  # fmt: skip
    found = earlier.order_by().aggregate(first=Min("year"))["first"]
    return first_year if found is None else int(found)


_HEAD = (
    "pk", "input_version", "indicator_id", "region_id", "parent", "basis_code", "baseline_year", "baseline_value", "ends",
)  # fmt: skip


def basis_code() -> Func:
    """A line's basis as `c.Basis`."""
    return _coded("basis", {basis.name: int(basis) for basis in c.Basis})


def end_of_line() -> Coalesce:
    """The quarter from which on nothing is asked of a line, `NEVER` for one that has not been ended."""
    return Coalesce(F("ended_from"), Value(c.NEVER), output_field=IntegerField())


def parent_of_region() -> Coalesce:
    """The region above a line's region, 0 for a province."""
    return Coalesce(F("region__parent_id"), Value(0), output_field=BigIntegerField())


def sibling_numbers(indicator: Array, basis: Array, parent: Array) -> c.Integers:
    """Numbers the groups that are ranked against each other."""
    _keys, numbers = np.unique(np.stack([indicator, basis, parent]), axis=1, return_inverse=True)
    found: c.Integers = numbers.reshape(-1).astype(np.int64)
    return found


def _heads(chosen: QuerySet[TargetLine]) -> QuerySet[TargetLine]:
    counted = Baseline.objects.filter(line=OuterRef("pk"), counted_from=True)
    return chosen.annotate(
        parent=parent_of_region(),
        basis_code=basis_code(),
        ends=end_of_line(),
        baseline_year=Coalesce(Subquery(counted.values("year")), NO_BASELINE, output_field=IntegerField()),
        baseline_value=Coalesce(Subquery(counted.values("value")), Value(0), output_field=BigIntegerField()),
    ).order_by("pk")


def _coded(field: str, codes: dict[str, int]) -> Func:
    """A choice as its number: one expression, since a `When` for each takes longer to build than a line's rows to read."""
    cases = " ".join(f"WHEN '{name}' THEN {code}" for name, code in codes.items())
    return Func(F(field), template=f"CASE %(expressions)s {cases} END", output_field=IntegerField())


def _wanted(head: dict[str, Array], catalogue: dict[int, Indicator]) -> Pairs:
    """Every indicator and region whose figures the lines themselves are made of."""
    parts = []
    for pk, indicator in catalogue.items():
        regions = head["region_id"][head["indicator_id"] == pk]
        made_of = (pk,) if indicator.is_reported else (indicator.numerator_id, indicator.denominator_id)
        parts += [Pairs.of(np.full(len(regions), part), regions) for part in made_of]
    return Pairs.union(parts)


def _lines(plan: Plan, head: dict[str, Array], catalogue: dict[int, Indicator], pairs: Pairs) -> c.Lines:
    ids = np.array(list(catalogue), dtype=np.int64)
    place = np.searchsorted(np.sort(ids), head["indicator_id"])
    kinds = np.array([_kind(catalogue[pk]) for pk in np.sort(ids).tolist()], dtype=np.int64).reshape(len(ids), 10)
    kind = kinds[place]
    count, region = len(place), head["region_id"]
    known = head["baseline_year"] != NO_BASELINE

    def rows(part: c.Integers) -> c.Integers:
        return np.where(part > 0, pairs.rows_of(part, region), c.NO_ROW)

    code = kind.astype(np.int8)
    return c.Lines(
        quantity=code[:, 0],
        direction=code[:, 1],
        reporting_basis=code[:, 2],
        frequency=code[:, 3],
        basis=head["basis_code"].astype(np.int8),
        denominator_quantity=code[:, 4],
        numerator_reporting=code[:, 5],
        denominator_reporting=code[:, 6],
        factor=kind[:, 7],
        start_year=np.full(count, plan.start_year, np.int32),
        end_year=np.full(count, plan.end_year, np.int32),
        yellow=np.full(count, to_scaled(plan.yellow_below)),
        red=np.full(count, to_scaled(plan.red_below)),
        baseline_year=head["baseline_year"].astype(np.int32),
        baseline_value=head["baseline_value"],
        baseline_known=known,
        figure_row=rows(np.where(kind[:, 8] > 0, 0, head["indicator_id"])),
        numerator_row=rows(kind[:, 8]),
        denominator_row=rows(kind[:, 9]),
        ended_from=head["ends"],
    )


def _kind(indicator: Indicator) -> tuple[int, ...]:
    """What `columns.Lines` holds of an indicator, in its order, and the ids of a ratio's parts (0: none)."""
    numerator, denominator = indicator.numerator, indicator.denominator
    return (
        c.Quantity[indicator.quantity],
        c.Direction[indicator.direction],
        c.ReportingBasis[indicator.reporting_basis],
        c.Frequency[indicator.frequency],
        c.Quantity[denominator.quantity if denominator else "stock"],
        c.ReportingBasis[numerator.reporting_basis if numerator else "level"],
        c.ReportingBasis[denominator.reporting_basis if denominator else "level"],
        0 if indicator.factor is None else to_scaled(indicator.factor),
        indicator.numerator_id or 0,
        indicator.denominator_id or 0,
    )


def _targets(line_ids: Array) -> c.Targets:
    versions = Target.objects.filter(line__in=line_ids.tolist()).annotate(
        comparator_code=_coded("comparator", {sign: int(code) for sign, code in c.SYMBOLS.items()}),
        source_code=_coded("source", {source: int(c.TargetSource[source]) for source in Target.Source.values}),
        upper_value=Coalesce(F("upper"), Value(0), output_field=BigIntegerField()),
        has_upper=Func(F("upper"), template="(%(expressions)s IS NOT NULL)", output_field=BooleanField()),
        begins=Coalesce(F("in_force_from"), c.ORIGINAL, output_field=IntegerField()),
    )
    found = read(
        versions.order_by(),
        "line_id", "year", "comparator_code", "value", "upper_value", "has_upper", "source_code", "begins",
    )  # fmt: skip
    return c.Targets(
        line=np.searchsorted(line_ids, found["line_id"]),
        year=found["year"].astype(np.int32),
        comparator=found["comparator_code"].astype(np.int8),
        value=found["value"],
        upper=found["upper_value"],
        upper_known=found["has_upper"],
        source=found["source_code"].astype(np.int8),
        in_force_from=found["begins"],
    )


def _series(pairs: Pairs, first: Quarter, last: Quarter) -> c.Series:
    """Approved figures of these pairs as rows × quarters; the stored integers are taken as they are."""
    shape = (len(pairs), last.index - first.index + 1)
    value, known = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.bool_)
    figures = Figure.objects.filter(
        Q(indicator__in=np.unique(pairs.indicator).tolist(), region__in=np.unique(pairs.region).tolist()),
        year__range=(first.year, last.year),
        approved_value__isnull=False,
    ).order_by()
    found = read(figures, "indicator_id", "region_id", "year", "quarter", "approved_value")
    row = pairs.rows_of(found["indicator_id"], found["region_id"])
    meant = row >= 0
    at = (row[meant], (found["year"] * 4 + found["quarter"] - 1 - first.index)[meant])
    value[at], known[at] = found["approved_value"][meant], True
    return c.Series(first.index, value, known)
