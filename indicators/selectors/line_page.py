"""指标: one target line opened — its course, its quarters, why it stands where it stands, and where it is promised."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from indicators.display import baseline_text, line_display, line_places, target_text, value_text
from indicators.explanations import Explanation, version_of
from indicators.models import Attainment, Baseline, Figure, FigureRevision, Indicator, Target, TargetLine
from indicators.selectors.line_chart import Chart, line_chart
from indicators.selectors.ranking import Rankings, rankings
from indicators.selectors.why import Why, why_of
from ipdash.core.display import MISSING
from ipdash.core.periods import Quarter
from plans.models import GlossaryTerm
from plans.scope import Scope

RUNNING = frozenset({TargetLine.Basis.YEAR, TargetLine.Basis.CUMULATIVE})


@dataclass(frozen=True)
class QuarterRow:
    """One quarter of the line's table. `own` is what the quarter itself added to a running total, `figure` where it came from."""

    quarter: Quarter
    row: Attainment
    display: dict[str, str]
    current: bool
    own: str
    figure: Figure | None

    @property
    def why(self) -> str:
        """The address of its explanation."""
        return f"/why/{self.row.line_id}/{self.quarter}/"

    @property
    def source(self) -> str:
        """Where the actual came from, in words for everybody: the region itself, or how many of those below it."""
        if self.row.line.indicator.numerator_id is not None:
            return _("按公式计算")
        if self.figure is not None:
            return str(self.figure.get_source_display())
        if self.row.coverage_expected:
            counts = {"reported": self.row.coverage_reported or 0, "expected": self.row.coverage_expected}
            return _("下级合计（%(reported)s/%(expected)s）") % counts
        return MISSING


@dataclass(frozen=True)
class TargetRow:
    """One year's target in one version, as text. `holds`: it is the one in force at the page's quarter."""

    target: Target
    text: str
    in_force_from: Quarter | None
    holds: bool


@dataclass(frozen=True)
class LinePage(Why):
    """Everything the indicator page shows, at one quarter.

    `last_year` is the last year's value of an annual indicator before its year has ended.
    """

    last_year: str
    rows: list[QuarterRow]
    chart: Chart
    targets: list[TargetRow]
    baselines: list[tuple[Baseline, str]]
    rankings: Rankings
    term: GlossaryTerm | None
    revisions: list[FigureRevision]

    @property
    def places(self) -> int:
        return line_places(self.line)

    @property
    def runs(self) -> bool:
        """Whether the actual is a running total, to which each quarter adds its own part."""
        return self.line.basis in RUNNING


def line_page(scope: Scope, line: TargetLine, quarter: Quarter, today: date) -> LinePage:
    """The page of a line the person may see. Who reported and approved is shown to insiders alone."""
    rows = list(Attainment.objects.filter(line=line).order_by("year", "quarter"))
    for row in rows:
        row.line = line
    now = next((row for row in rows if row.as_quarter == quarter), None)
    why = why_of(scope, line, quarter, now)
    ended = [row for row in rows if row.as_quarter.has_ended(today)]
    return LinePage(
        **{field.name: getattr(why, field.name) for field in fields(why)},
        last_year=_last_year(line, rows, now),
        rows=_quarters(line, ended or rows[:1], quarter),
        chart=line_chart(line, rows, now, today),
        targets=_targets(line, quarter),
        baselines=[(baseline, baseline_text(line, baseline.value)) for baseline in line.baselines.all()],
        rankings=rankings(scope, line, quarter),
        term=_term(line),
        revisions=_revisions(why.explanation) if why.inside else [],
    )


def _quarters(line: TargetLine, rows: list[Attainment], current: Quarter) -> list[QuarterRow]:
    """The table's rows, latest first."""
    actuals = {row.as_quarter: row.actual for row in rows}
    figures = _figures(line)
    return [
        QuarterRow(
            row.as_quarter,
            row,
            line_display(line, row),
            row.as_quarter == current,
            value_text(line, _own(line, row.as_quarter, actuals)),
            figures.get(row.as_quarter),
        )
        for row in reversed(rows)
    ]


def _own(line: TargetLine, quarter: Quarter, actuals: dict[Quarter, Decimal | None]) -> Decimal | None:
    """A running total's part of one quarter; a year's total starts anew in January."""
    total = actuals.get(quarter)
    if line.basis not in RUNNING or total is None:
        return None
    if line.basis == TargetLine.Basis.YEAR and quarter.quarter == 1:
        return total
    before = actuals.get(quarter - 1)
    return None if before is None else total - before


def _figures(line: TargetLine) -> dict[Quarter, Figure]:
    """The region's own figures that count, by quarter; a ratio's are those of its numerator."""
    reported = line.indicator.numerator_id or line.indicator_id
    found = Figure.objects.filter(indicator=reported, region=line.region_id, approved_value__isnull=False)
    return {figure.as_quarter: figure for figure in found.select_related("upload")}


def _targets(line: TargetLine, quarter: Quarter) -> list[TargetRow]:
    return [
        TargetRow(
            target,
            target_text(target, line),
            None if target.in_force_from is None else Quarter.from_index(target.in_force_from),
            holds=version_of(line, target.year, quarter) == target,
        )
        for target in line.targets.all()
    ]


def _last_year(line: TargetLine, rows: list[Attainment], now: Attainment | None) -> str:
    if now is None or line.indicator.frequency != Indicator.Frequency.ANNUAL or now.quarter == 4:
        return ""
    before = next((row for row in rows if row.as_quarter == Quarter(now.year - 1, 4)), None)
    return "" if before is None or before.actual is None else line_display(line, before)["actual"]


def _term(line: TargetLine) -> GlossaryTerm | None:
    """The plan's own definition of what is measured."""
    names = {line.printed_name, line.indicator.name, *(alias.name for alias in line.indicator.aliases.all())}
    return GlossaryTerm.objects.filter(plan=line.plan, term__in=names).first()


def _revisions(explanation: Explanation | None) -> list[FigureRevision]:
    """The history of the figures used, latest first."""
    ids = [item.source.figure_id for item in explanation.inputs if item.source is not None] if explanation else []
    return list(
        FigureRevision.objects.filter(figure__in=ids)
        .select_related("by", "upload", "figure__indicator")
        .order_by("-at", "-pk")[:30]
    )
