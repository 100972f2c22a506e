"""指标: one target line opened — its course, its quarters, why it stands where it stands, and where it is promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from django.urls import reverse

from indicators.display import (
    baseline_text,
    figure_value_text,
    line_display,
    line_places,
    line_unit,
    shown_value,
    target_text,
)
from indicators.explanations import Explanation, Input, explain, version_of
from indicators.models import Attainment, Baseline, FigureRevision, Indicator, Target, TargetLine
from indicators.permissions import INSIDE_REGION
from indicators.selectors.ranking import Rankings, rankings
from ipdash.core.display import MISSING, unit_after
from ipdash.core.marks.trend import TrendPoint
from ipdash.core.periods import Quarter
from plans.models import GlossaryTerm, PlanSection, Region
from plans.scope import BUSINESS_READERS, Scope

SHOWN_WORDS = 20
"""So many characters of the source paragraph find it on the document's page."""


@dataclass(frozen=True)
class QuarterRow:
    """One quarter of the line's table."""

    quarter: Quarter
    row: Attainment
    display: dict[str, str]
    current: bool


@dataclass(frozen=True)
class TargetRow:
    """One year's target in one version, as text. `holds`: it is the one in force at the page's quarter."""

    target: Target
    text: str
    in_force_from: Quarter | None
    holds: bool


@dataclass(frozen=True)
class Member:
    """A region below whose figure is added to the line's; `text` is — where it has none."""

    region: Region
    name: str
    text: str


@dataclass(frozen=True)
class Chart:
    """What the trend chart draws."""

    points: list[TrendPoint]
    path: list[TrendPoint]
    targets: list[TrendPoint]
    forecast: TrendPoint | None


@dataclass(frozen=True)
class LinePage:
    """Everything the indicator page shows, at one quarter.

    `last_year` is the last year's value of an annual indicator before its year has ended; `section` the part of the
    document in which the target stands.
    """

    line: TargetLine
    quarter: Quarter
    unit: str
    places: int
    now: Attainment | None
    display: dict[str, str]
    last_year: str
    rows: list[QuarterRow]
    chart: Chart
    targets: list[TargetRow]
    baselines: list[tuple[Baseline, str]]
    explanation: Explanation | None
    members: list[Member]
    rankings: Rankings
    term: GlossaryTerm | None
    section: PlanSection | None
    revisions: list[FigureRevision]
    inside: bool

    @property
    def document_address(self) -> str:
        """The document at the paragraph that sets the target; browsers that know text fragments go to its words."""
        page = reverse("plan-document", args=[self.line.plan_id])
        words = quote(" ".join(self.line.source_text.split())[:SHOWN_WORDS], safe="")
        at = f"#section-{self.section.pk}" if self.section else "#"
        return f"{page}{at}:~:text={words}" if words else page + at.rstrip("#")


def line_page(scope: Scope, line: TargetLine, quarter: Quarter, today: date) -> LinePage:
    """The page of a line the person may see. Who reported and approved is shown to insiders alone."""
    rows = list(Attainment.objects.filter(line=line).order_by("year", "quarter"))
    for row in rows:
        row.line = line
    now = next((row for row in rows if row.as_quarter == quarter), None)
    inside = scope.reaches(line.region.code, *INSIDE_REGION)
    explanation = explain(now, insider_of=scope.prefixes(*INSIDE_REGION), with_members=True) if now else None
    ended = [row for row in rows if row.as_quarter.has_ended(today)]
    return LinePage(
        line=line,
        quarter=quarter,
        unit=line_unit(line),
        places=line_places(line),
        now=now,
        display=line_display(line, now),
        last_year=_last_year(line, rows, now),
        rows=[
            QuarterRow(row.as_quarter, row, line_display(line, row), row.as_quarter == quarter)
            for row in reversed(ended or rows[:1])
        ],
        chart=_chart(line, rows, now, today),
        targets=_targets(line, quarter),
        baselines=[(baseline, baseline_text(line, baseline.value)) for baseline in line.baselines.all()],
        explanation=explanation,
        members=_members(scope, line, explanation),
        rankings=rankings(scope, line, quarter),
        term=_term(line),
        section=_section(line),
        revisions=_revisions(explanation) if inside else [],
        inside=inside,
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


def _members(scope: Scope, line: TargetLine, explanation: Explanation | None) -> list[Member]:
    """Whose figures are added up to the latest figure used; not for outsiders where the plan hides regions from each other."""
    summed = [item for item in explanation.inputs if item.members] if explanation else []
    if not summed or (line.plan.hide_siblings and not scope.reaches(line.region.code, *BUSINESS_READERS)):
        return []
    item = summed[-1]
    regions = Region.objects.in_bulk([region for region, _value in item.members])
    found = [
        Member(regions[region], item.name, figure_value_text(item.indicator, value) + _unit(item, value))
        for region, value in item.members
    ]
    return sorted(found, key=lambda member: (member.text != MISSING, member.region.code))


def _unit(item: Input, value: Decimal | None) -> str:
    return "" if value is None else unit_after(item.indicator.unit)


def _section(line: TargetLine) -> PlanSection | None:
    """The heading under which the target stands in the document."""
    if line.source_line is None:
        return None
    return (
        PlanSection.objects.filter(plan=line.plan, source_line__lte=line.source_line).order_by("-source_line").first()
    )


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
