"""The figures a result was made from: value and quarter, and for insiders who reported and approved them, and where from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from indicators.display import figure_value_text
from indicators.explanations.needs import Need
from indicators.explanations.readings import Reading
from indicators.models import Figure, FigureRevision, Indicator, TargetLine
from ipdash.core.display import unit_after
from ipdash.core.periods import Quarter
from ipdash.core.words import say as _


@dataclass(frozen=True)
class Source:
    """Who gave the approved value of a figure and from where, who approved it and when."""

    figure_id: int
    entered_by: str
    approved_by: str
    approved_at: datetime | None
    words: str
    upload_id: int | None = None


@dataclass(frozen=True)
class Input:
    """One figure that a result needs. `value` is None where it lacks, `shown` the value with its unit.

    `summed` says that it is the sum of the children's figures, `reported` of `expected` of which are there; `members`
    are these children by region id, where they were asked for. `source` is for insiders alone.
    """

    indicator: Indicator
    region_code: str
    quarter: Quarter
    value: Decimal | None
    name: str
    shown: str
    text: str
    summed: bool = False
    reported: int = 0
    expected: int = 0
    source: Source | None = None
    members: list[tuple[int, Decimal | None]] = field(default_factory=list)


FigureKey = tuple[int, int, int, int]
"""indicator id, region id, year, quarter"""


@dataclass(frozen=True)
class Sources:
    """Where approved figures came from, for the regions in which the reader is an insider."""

    known: dict[FigureKey, Source] = field(default_factory=dict)

    def of(self, line: TargetLine, need: Need) -> Source | None:
        """The source of a figure, None where there is none to be told."""
        indicator, quarter = need
        return self.known.get((indicator.pk, line.region_id, quarter.year, quarter.quarter))


def make_input(line: TargetLine, need: Need, reading: Reading, sources: Sources, *, with_members: bool) -> Input:
    """A needed figure as it counts for this line's region."""
    indicator, quarter = need
    place = (indicator.pk, line.region_id, quarter)
    value = reading.value(*place)
    reported, expected = reading.children(*place)
    summed = value is not None and not reading.is_own(*place)
    shown = figure_value_text(indicator, value) + (unit_after(indicator.unit) if value is not None else "")
    name = _("%(indicator)s%(quarter)s") % {"indicator": indicator.name, "quarter": quarter.label}
    return Input(
        indicator=indicator,
        region_code=line.region.code,
        quarter=quarter,
        value=value,
        name=name,
        shown=shown,
        text=_text(name, shown, reported if summed else 0),
        summed=summed,
        reported=reported,
        expected=expected,
        source=sources.of(line, need),
        members=reading.members(*place) if with_members and expected else [],
    )


def _text(name: str, shown: str, summed_from: int) -> str:
    words = {"name": name, "value": shown, "count": summed_from}
    if summed_from:
        return _("%(name)s：%(value)s（%(count)s个下级地区合计）") % words
    return _("%(name)s：%(value)s") % words


def read_sources(needs: Iterable[tuple[TargetLine, Need]], inside: tuple[str, ...]) -> Sources:
    """The sources of figures of regions below the code prefixes `inside`."""
    wanted = {
        (indicator.pk, line.region_id, quarter.year, quarter.quarter)
        for line, (indicator, quarter) in needs
        if line.region.code.startswith(inside)
    }
    if not inside or not wanted:
        return Sources()
    indicators, regions, years, _quarters = (set(column) for column in zip(*wanted, strict=True))
    figures = [
        figure
        for figure in Figure.objects.filter(
            indicator__in=indicators,
            region__in=regions,
            year__range=(min(years), max(years)),
            approved_value__isnull=False,
        ).select_related("entered_by", "approved_by", "upload")
        if _key(figure) in wanted
    ]
    earlier = _approved_words([figure for figure in figures if figure.value != figure.approved_value])
    return Sources({_key(figure): _source(figure, earlier.get(figure.pk)) for figure in figures})


def _key(figure: Figure) -> FigureKey:
    return figure.indicator_id, figure.region_id, figure.year, figure.quarter


def _approved_words(figures: Sequence[Figure]) -> dict[int, FigureRevision]:
    """Of figures that have a newer word than the approved one: the entry that was approved."""
    if not figures:
        return {}
    entered: dict[int, FigureRevision] = {}
    found: dict[int, FigureRevision] = {}
    revisions = FigureRevision.objects.filter(figure__in=[figure.pk for figure in figures])
    for revision in revisions.select_related("by", "upload").order_by("figure", "version"):
        if revision.action == FigureRevision.Action.ENTER:
            entered[revision.figure_id] = revision
        elif revision.action == FigureRevision.Action.APPROVE and revision.figure_id in entered:
            found[revision.figure_id] = entered[revision.figure_id]
    return found


def _source(figure: Figure, earlier: FigureRevision | None) -> Source:
    said = earlier or figure
    by = earlier.by if earlier else figure.entered_by
    return Source(
        figure_id=figure.pk,
        entered_by=by.display_name if by else "",
        approved_by=figure.approved_by.display_name if figure.approved_by else "",
        approved_at=figure.approved_at,
        words=source_words(said),
        upload_id=said.upload_id,
    )


def source_words(figure: Figure | FigureRevision) -> str:
    """Where a figure came from: the file and cell, or the way it was entered."""
    if figure.upload is not None:
        return _("%(file)s %(cell)s") % {"file": figure.upload.name, "cell": figure.cell}
    return str(Figure.Source(figure.source).label)
