"""Why a result is what it is: one Chinese sentence with the numbers in it, and the figures it was made from.

The sentence says what was compared with what; it repeats stored results and works nothing out anew. Which figures a
basis takes is attainment.md §2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from indicators.display import figure_value_text, line_display, line_unit, target_source_text, value_text
from indicators.models import Attainment, Figure, Indicator, TargetLine
from indicators.models.attainment import Status
from ipdash.core.display import unit_after
from ipdash.core.periods import Quarter

Basis = TargetLine.Basis


@dataclass(frozen=True)
class Input:
    """One figure that a result needs. `value` is None where it lacks; the people are shown to insiders alone."""

    indicator: Indicator
    region_code: str
    quarter: Quarter
    value: Decimal | None
    name: str
    text: str
    figure_id: int | None = None
    entered_by: str = ""
    approved_by: str = ""
    approved_at: datetime | None = None
    source: str = ""


@dataclass(frozen=True)
class Explanation:
    """The sentence, the figures used, and where the target stands in the plan."""

    sentence: str
    inputs: list[Input]
    target_source: str
    source_line: int | None
    source_text: str
    rules_version: str


Need = tuple[Indicator, Quarter]


def needed_figures(line: TargetLine, row: Attainment) -> list[Need]:
    """The figures that A of this quarter is made from, earliest first (attainment.md §2)."""
    quarter, indicator = row.as_quarter, line.indicator
    if indicator.numerator is not None and indicator.denominator is not None:
        moments = [quarter - 4, quarter] if line.basis == Basis.GROWTH else [quarter]
        return [need for moment in moments for need in _ratio_parts(indicator, moment, row, quarter)]
    if indicator.quantity != Indicator.Quantity.FLOW:
        moments = [quarter - 4, quarter] if line.basis == Basis.GROWTH else [quarter]
        return [(indicator, moment) for moment in moments]
    if line.basis == Basis.CUMULATIVE:
        earlier = [
            q for year in range(line.plan.start_year, quarter.year) for q in _year_to(indicator, Quarter(year, 4))
        ]
        return [(indicator, q) for q in [*earlier, *_year_to(indicator, quarter)]]
    if line.basis == Basis.GROWTH:
        return [(indicator, q) for q in [*_year_to(indicator, quarter - 4), *_year_to(indicator, quarter)]]
    if line.basis == Basis.AVERAGE_GROWTH and quarter.quarter != 4:
        return [
            (indicator, q) for q in [*_year_to(indicator, Quarter(quarter.year - 1, 4)), *_year_to(indicator, quarter)]
        ]
    return [(indicator, q) for q in _year_to(indicator, quarter)]


def _year_to(indicator: Indicator, quarter: Quarter) -> list[Quarter]:
    """The quarters whose figures give a flow's year to date."""
    if indicator.reporting_basis == Indicator.ReportingBasis.YTD:
        return [quarter]
    return [Quarter(quarter.year, q) for q in range(1, quarter.quarter + 1)]


def _ratio_parts(indicator: Indicator, moment: Quarter, row: Attainment, asked: Quarter) -> list[Need]:
    numerator, denominator = indicator.numerator, indicator.denominator
    if numerator is None or denominator is None:
        return []
    if denominator.quantity == Indicator.Quantity.FLOW:
        return [(part, q) for part in (numerator, denominator) for q in _year_to(part, moment)]
    known = row.denominator_period
    period = Quarter.from_index(known) if known is not None and moment == asked else moment
    return [(numerator, moment), (denominator, period)]


def explain_many(rows: Sequence[Attainment], *, insider_of: Iterable[str] = ()) -> dict[int, Explanation]:
    """Explanations by attainment id, with one query for all figures.

    The rows' lines come with plan, region, indicator (and its parts) and baselines fetched. `insider_of` are region
    code prefixes for which the people and sources behind a figure may be shown (domain.md, Access (c)).
    """
    needs = {row.pk: needed_figures(row.line, row) for row in rows}
    figures = _read_figures(rows, needs)
    inside = tuple(insider_of)
    made = {}
    for row in rows:
        show_people = row.line.region.code.startswith(inside) if inside else False
        inputs = [_input(row.line, need, figures, show_people) for need in needs[row.pk]]
        made[row.pk] = Explanation(
            sentence=sentence(row.line, row, inputs),
            inputs=inputs,
            target_source=target_source_text(row.target_source),
            source_line=row.line.source_line,
            source_text=row.line.source_text,
            rules_version=row.rules_version,
        )
    return made


def explain(row: Attainment, *, insider_of: Iterable[str] = ()) -> Explanation:
    """The explanation of one result."""
    return explain_many([row], insider_of=insider_of)[row.pk]


FigureKey = tuple[int, int, Quarter]


def _read_figures(rows: Sequence[Attainment], needs: dict[int, list[Need]]) -> dict[FigureKey, Figure]:
    wanted = [need for group in needs.values() for need in group]
    if not wanted:
        return {}
    years = {quarter.year for _indicator, quarter in wanted}
    figures = Figure.objects.filter(
        indicator__in={indicator.pk for indicator, _quarter in wanted},
        region__in={row.line.region_id for row in rows},
        year__range=(min(years), max(years)),
        approved_value__isnull=False,
    ).select_related("entered_by", "approved_by", "upload")
    return {(figure.indicator_id, figure.region_id, figure.as_quarter): figure for figure in figures}


def _input(line: TargetLine, need: Need, figures: dict[FigureKey, Figure], show_people: bool) -> Input:
    indicator, quarter = need
    figure = figures.get((indicator.pk, line.region_id, quarter))
    value = figure.approved_value if figure else None
    name = _("%(indicator)s%(quarter)s") % {"indicator": indicator.name, "quarter": quarter.label}
    text = _("%(name)s：%(value)s%(unit)s") % {
        "name": name,
        "value": figure_value_text(indicator, value),
        "unit": unit_after(indicator.unit) if value is not None else "",
    }
    if figure is None or not show_people:
        return Input(indicator, line.region.code, quarter, value, name, text)
    return Input(
        indicator, line.region.code, quarter, value, name, text, figure.pk,
        entered_by=figure.entered_by.display_name if figure.entered_by else "",
        approved_by=figure.approved_by.display_name if figure.approved_by else "",
        approved_at=figure.approved_at,
        source=source_words(figure),
    )  # fmt: skip


def source_words(figure: Figure) -> str:
    """Where a figure came from: the file and cell, or the way it was entered."""
    if figure.upload is not None:
        return _("%(file)s %(cell)s") % {"file": figure.upload.name, "cell": figure.cell}
    return str(Figure.Source(figure.source).label)


def sentence(line: TargetLine, row: Attainment, inputs: Sequence[Input]) -> str:
    """What was compared with what, and what follows."""
    shown = line_display(line, row)
    status = Status(row.status)
    if status == Status.NOT_DUE:
        return _not_due(line, row)
    opening = _actual_words(line, row, shown, inputs)
    if status in (Status.MISSING, Status.UNDEFINED):
        return opening + _verdict(row)
    if status == Status.NO_TARGET:
        return opening + _("%(year)s年没有目标，不作判断。") % {"year": row.year}
    return opening + _target_words(line, row, shown) + _pace_words(line, row, shown) + _verdict(row)


def _not_due(line: TargetLine, row: Attainment) -> str:
    if line.indicator.frequency == Indicator.Frequency.ANNUAL and row.quarter != 4:
        return _("本指标为年度指标，四季度末考核；%(quarter)s未到考核期。") % {"quarter": row.as_quarter.label}
    return _("%(quarter)s尚未结束，未到考核期。") % {"quarter": row.as_quarter.label}


def _actual_words(line: TargetLine, row: Attainment, shown: dict[str, str], inputs: Sequence[Input]) -> str:
    params = {
        "quarter": row.as_quarter.label,
        "year": row.year,
        "start": line.plan.start_year,
        "actual": shown["actual"],
        "unit": unit_after(line_unit(line)),
    }
    if row.status == Status.UNDEFINED:
        return _("截至%(quarter)s末，所需数据齐全，但除数为0或基期值缺失、为负，") % params
    if row.actual is None:
        if row.coverage_expected and row.partial is not None:
            return _(
                "截至%(quarter)s末，%(expected)s个下级地区中只有%(reported)s个有审核通过的数据，合计%(partial)s%(unit)s，不是全部，"
            ) % {
                **params,
                "expected": row.coverage_expected,
                "reported": row.coverage_reported,
                "partial": shown["partial"],
            }
        lacking = [item.name for item in inputs if item.value is None]
        if not lacking:
            return _("截至%(quarter)s末，缺少得出实际值所需的数据，") % params
        return _("截至%(quarter)s末，缺少%(lacking)s的数据，") % {**params, "lacking": _("、").join(lacking[:4])}
    return (
        {
            Basis.LEVEL: _("%(quarter)s末实际值为%(actual)s%(unit)s"),
            Basis.YEAR: _("%(year)s年初至%(quarter)s末完成%(actual)s%(unit)s"),
            Basis.CUMULATIVE: _("%(start)s年起至%(quarter)s末累计%(actual)s%(unit)s"),
            Basis.GROWTH: _("%(quarter)s末同比增长%(actual)s%(unit)s"),
            Basis.AVERAGE_GROWTH: _("基期以来至%(quarter)s末年均增长%(actual)s%(unit)s"),
        }[Basis(line.basis)]
        % params
        + _baseline_words(line)
        + _denominator_words(line, row, inputs)
    )


def _baseline_words(line: TargetLine) -> str:
    counted = next((baseline for baseline in line.baselines.all() if baseline.counted_from), None)
    if counted is None or line.basis not in {Basis.CUMULATIVE, Basis.AVERAGE_GROWTH}:
        return _("。")
    return _("（含%(year)s年基期值%(value)s）。") % {"year": counted.year, "value": value_text(line, counted.value)}


def _denominator_words(line: TargetLine, row: Attainment, inputs: Sequence[Input]) -> str:
    if line.indicator.denominator is None or row.denominator_period is None:
        return ""
    period = Quarter.from_index(row.denominator_period)
    words = _("由%(numerator)s除以%(denominator)s（%(period)s）得出。") % {
        "numerator": line.indicator.numerator.name if line.indicator.numerator else "",
        "denominator": line.indicator.denominator.name,
        "period": period.label,
    }
    return words + (_("分母已超过两年未更新。") if row.denominator_stale else "")


def _target_words(line: TargetLine, row: Attainment, shown: dict[str, str]) -> str:
    words = _("%(year)s年目标为%(target)s%(unit)s（%(source)s）") % {
        "year": row.year,
        "target": shown["target"],
        "unit": unit_after(line_unit(line)),
        "source": shown["target_source"],
    }
    if row.completion is not None:
        words += _("，完成率%(completion)s") % {"completion": shown["completion"]}
    return words + _("。")


def _pace_words(line: TargetLine, row: Attainment, shown: dict[str, str]) -> str:
    if row.status in {Status.ACHIEVED, Status.MISSED} or row.year_gap is None:
        return ""
    words = ""
    if row.expected is not None and row.expected != row.target:
        words = _("按序时进度，本季末应为%(expected)s%(unit)s；") % {
            "expected": shown["expected"],
            "unit": unit_after(line_unit(line)),
        }
    return words + _("较序时进度%(gap)s，") % {"gap": shown["year_gap"]}


def _verdict(row: Attainment) -> str:
    return _("判定为“%(status)s”。") % {"status": str(Status(row.status).label)}
