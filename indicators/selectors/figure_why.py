"""One reported figure opened: what was said, by whom, what it was before, and which results are made of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from indicators.display import figure_value_text, line_display
from indicators.explanations import source_words
from indicators.models import Attainment, Figure, FigureRevision, TargetLine
from ipdash.core.periods import Quarter
from plans.scope import Scope

SHOWN_QUARTERS = 9
"""The figure's own quarter and two years before it: the same quarter a year ago is among them, and the one before that."""


@dataclass(frozen=True)
class Before:
    """The figure of an earlier quarter, as the reader may see it."""

    figure: Figure
    text: str
    current: bool

    @property
    def quarter(self) -> Quarter:
        return self.figure.as_quarter


@dataclass(frozen=True)
class Use:
    """A target line whose result is made of the figure, at its quarter."""

    line: TargetLine
    display: dict[str, str]
    status: str


@dataclass(frozen=True)
class FigureWhy:
    """`approved` is the text of the value that counts, empty where none has been approved."""

    figure: Figure
    text: str
    approved: str
    source: str
    course: list[Before]
    uses: list[Use]
    revisions: list[FigureRevision]


def figure_why(scope: Scope, figure: Figure) -> FigureWhy:
    """A figure that the person sees as a working record (`get_figure_for`)."""
    approved = figure.approved_value
    return FigureWhy(
        figure=figure,
        text=figure_value_text(figure.indicator, figure.value),
        approved="" if approved is None else figure_value_text(figure.indicator, approved),
        source=source_words(figure),
        course=_course(scope, figure),
        uses=_uses(scope, figure),
        revisions=list(figure.revisions.select_related("by", "upload").order_by("-version")),
    )


def _course(scope: Scope, figure: Figure) -> list[Before]:
    """The same figure over the last quarters, latest first; a unit that took the duty over sees its own alone."""
    last = figure.as_quarter
    earlier = (
        Figure.objects.visible_to(scope)
        .filter(indicator=figure.indicator_id, region=figure.region_id)
        .filter(Q(year__lt=last.year) | Q(year=last.year, quarter__lte=last.quarter))
        .order_by("-year", "-quarter")[:SHOWN_QUARTERS]
    )
    return [Before(each, figure_value_text(figure.indicator, each.value), each.pk == figure.pk) for each in earlier]


def _uses(scope: Scope, figure: Figure) -> list[Use]:
    """Results of the figure's own region, in the plans that the person reads."""
    indicator = figure.indicator_id
    lines = list(
        TargetLine.objects.visible_to(scope)
        .filter(region=figure.region_id)
        .filter(Q(indicator=indicator) | Q(indicator__numerator=indicator) | Q(indicator__denominator=indicator))
        .filter(plan__start_year__lte=figure.year, plan__end_year__gte=figure.year)
        .select_related("plan", "indicator")
        .defer("plan__source_text")
        .order_by("plan_id", "position", "pk")
    )
    rows = {row.line_id: row for row in Attainment.objects.at(figure.as_quarter).filter(line__in=lines)}
    return [
        Use(line, line_display(line, rows.get(line.pk)), rows[line.pk].status if line.pk in rows else "")
        for line in lines
    ]
