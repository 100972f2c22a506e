"""指标: one target line opened — its course, its quarters, why it stands where it stands, and where it is promised."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from indicators.display import baseline_text, line_display, line_places, shown_value, target_text
from indicators.explanations import Explanation, version_of
from indicators.models import Attainment, Baseline, FigureRevision, Indicator, Target, TargetLine
from indicators.selectors.ranking import Rankings, rankings
from indicators.selectors.why import Why, why_of
from ipdash.core.marks.trend import TrendPoint
from ipdash.core.periods import Quarter
from plans.models import GlossaryTerm
from plans.scope import Scope


@dataclass(frozen=True)
class QuarterRow:
    """One quarter of the line's table."""

    quarter: Quarter
    row: Attainment
    display: dict[str, str]
    current: bool

    @property
    def why(self) -> str:
        """The address of its explanation."""
        return f"/why/{self.row.line_id}/{self.quarter}/"


@dataclass(frozen=True)
class TargetRow:
    """One year's target in one version, as text. `holds`: it is the one in force at the page's quarter."""

    target: Target
    text: str
    in_force_from: Quarter | None
    holds: bool


@dataclass(frozen=True)
class Chart:
    """What the trend chart draws."""

    points: list[TrendPoint]
    path: list[TrendPoint]
    targets: list[TrendPoint]
    forecast: TrendPoint | None


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
        rows=[
            QuarterRow(row.as_quarter, row, line_display(line, row), row.as_quarter == quarter)
            for row in reversed(ended or rows[:1])
        ],
        chart=_chart(line, rows, now, today),
        targets=_targets(line, quarter),
        baselines=[(baseline, baseline_text(line, baseline.value)) for baseline in line.baselines.all()],
        rankings=rankings(scope, line, quarter),
        term=_term(line),
        revisions=_revisions(why.explanation) if why.inside else [],
    )


def _chart(line: TargetLine, rows: list[Attainment], now: Attainment | None, today: date) -> Chart:
    baseline = next((b for b in line.baselines.all() if b.counted_from), None)
    start = [TrendPoint(Quarter(baseline.year, 4), shown_value(line, baseline.value))] if baseline else []
    shown = [row for row in rows if row.as_quarter.has_ended(today)]
    address = f"/plans/{line.plan_id}/indicators/{line.pk}/?quarter="
    points = [
        TrendPoint(row.as_quarter, shown_value(line, row.actual), href=f"{address}{row.as_quarter}") for row in shown
    ]
    return Chart(
        points=_from_first_value(start, points),
        path=[TrendPoint(row.as_quarter, shown_value(line, row.expected)) for row in rows if row.expected is not None],
        targets=[
            TrendPoint(Quarter(t.year, 4), shown_value(line, t.value), target_text(t, line))
            for t in _latest_versions(line)
        ],
        forecast=_forecast(line, now),
    )


def _from_first_value(start: list[TrendPoint], points: list[TrendPoint]) -> list[TrendPoint]:
    """Leading quarters without any value say nothing."""
    first = next((number for number, point in enumerate(points) if point.value is not None), len(points))
    return start + points[0 if start else first :]


def _forecast(line: TargetLine, now: Attainment | None) -> TrendPoint | None:
    if now is None or now.forecast is None or now.quarter == 4:
        return None
    return TrendPoint(Quarter(now.year, 4), shown_value(line, now.forecast))


def _latest_versions(line: TargetLine) -> list[Target]:
    """Each year's target in its latest version."""
    latest: dict[int, Target] = {}
    for target in line.targets.all():
        known = latest.get(target.year)
        if known is None or (target.in_force_from or 0) > (known.in_force_from or 0):
            latest[target.year] = target
    return [latest[year] for year in sorted(latest)]


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
