"""One cell opened: what its results were made of, for the sentence that explains them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from indicators.rules.arithmetic import Number
from indicators.rules.cases import to_decimal
from indicators.rules.cells import Cells
from indicators.rules.columns import (
    Basis,
    ForecastMethod,
    Lines,
    Quantity,
    ReportingBasis,
    Series,
    Status,
    Targets,
    TargetSource,
)
from indicators.rules.evaluate import evaluate
from indicators.rules.figures import Figures
from indicators.rules.group import Group
from indicators.rules.parts import Part, TargetsByLine, group_of, in_force, kind_of


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of A: `role` is `figure`, `baseline`, `year_total`, `to_date`, `quarter`, `numerator`, `denominator`,
    `factor` or `compared`; `quarter` its quarter index, None where it has none; `value` None where it is missing.
    """

    role: str
    quarter: int | None
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Trace:
    """A cell's working. `start` is S, and `start_source` `actual`, `target`, `baseline` or None; `years` is n of
    `average_growth`; decimals are rounded to six places, half to even.
    """

    quarter: int
    status: Status
    actual: Decimal | None
    undefined: bool
    pieces: tuple[Piece, ...]
    start: Decimal | None
    start_source: str | None
    target: Decimal | None
    target_source: TargetSource
    last_target: Decimal | None
    last_target_year: int | None
    forecast_method: ForecastMethod
    years: Decimal | None


def trace(lines: Lines, targets: Targets, series: Series, *, line: int, quarter: int, last_ended: int) -> Trace:
    """The working of one line at one quarter, by the same rules in exact arithmetic."""
    rows = np.array([line], np.intp)
    own = TargetsByLine.of(targets, len(lines)).of_lines(targets, rows)
    asked = np.array([quarter], np.int64)
    kind = kind_of(lines, line)
    part = Part(kind, rows, lines.take(rows), in_force(own, quarter), np.zeros(1, np.intp), asked, True)
    group = group_of(part, series)
    outcome, c = evaluate(group, last_ended)
    last_known = bool(c.targets.last_known[0])
    return Trace(
        quarter=quarter,
        status=Status(int(outcome.status[0, 0])),
        actual=_decimal(c.actual),
        undefined=bool(c.undefined[0, 0]),
        pieces=tuple(_pieces(group, quarter)),
        start=_decimal(c.path.start),
        start_source=_start_source(c),
        target=_decimal(c.target),
        target_source=TargetSource(int(c.path.source[0, 0])),
        last_target=_decimal(c.targets.last),
        last_target_year=int(c.targets.last_year[0]) if last_known else None,
        forecast_method=ForecastMethod(int(outcome.forecast_method[0, 0])),
        years=_years(group, quarter),
    )


def _decimal(number: Number) -> Decimal | None:
    rounded = number.rounded()
    return to_decimal(int(rounded.value[0, 0])) if rounded.known[0, 0] else None


def _start_source(c: Cells) -> str | None:
    if not c.path.start.known[0, 0]:
        return None
    if c.path.start_is_actual[0, 0]:
        return "actual"
    return "target" if c.path.start_is_target[0, 0] else "baseline"


def _years(group: Group, quarter: int) -> Decimal | None:
    if group.kind.basis != Basis.average_growth or not group.lines.baseline_known[0]:
        return None
    return Decimal(quarter - (int(group.lines.baseline_year[0]) * 4 + 3)) / 4


def _piece(group: Group, role: str, figures: Figures, quarter: int) -> Piece:
    place = quarter - group.first_year * 4
    known = bool(figures.known[0, place])
    return Piece(role, quarter, to_decimal(int(figures.value[0, place])) if known else None)


def _baseline(group: Group) -> Iterator[Piece]:
    if group.lines.baseline_known[0]:
        year = int(group.lines.baseline_year[0])
        yield Piece("baseline", year * 4 + 3, to_decimal(int(group.lines.baseline_value[0])))


def _pieces(group: Group, quarter: int) -> Iterator[Piece]:
    basis, flow = group.kind.basis, group.kind.quantity == Quantity.flow
    if basis == Basis.cumulative:
        yield from _baseline(group)
        for year in range(int(group.lines.start_year[0]), quarter // 4):
            yield _piece(group, "year_total", group.year_to_date, year * 4 + 3)
    yield from _reached(group, quarter, "to_date" if flow else "figure")
    if basis == Basis.growth:
        yield from _reached(group, quarter - 4, "compared")
    if basis == Basis.average_growth:
        yield from _baseline(group)


def _reached(group: Group, quarter: int, role: str) -> Iterator[Piece]:
    """The figures behind the level, the year to date or the last four quarters."""
    kind = group.kind
    if kind.quantity == Quantity.ratio:
        denominator, places = group.denominator_used
        period = int(places[0, quarter - group.first_year * 4])
        yield _piece(group, "numerator", group.numerator_used, quarter)
        yield _piece(group, "denominator", denominator, quarter if period < 0 else period + group.first_year * 4)
        yield Piece("factor", None, to_decimal(int(group.lines.factor[0])))
    elif kind.quantity != Quantity.flow:
        yield _piece(group, role, group.figure, quarter)
    elif kind.basis == Basis.average_growth and quarter % 4 != 3:
        for back in (3, 2, 1, 0):
            yield _piece(group, "quarter", group.single_quarters, quarter - back)
    else:
        yield _piece(group, role, group.year_to_date, quarter)
        if group.reporting != ReportingBasis.ytd:
            for single in range(quarter // 4 * 4, quarter + 1):
                yield _piece(group, "quarter", group.single_quarters, single)
