"""审核: submitted figures with what a reviewer needs to judge them, the odd ones first (design: figures, Review)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from indicators.check_words import finding_words
from indicators.checks import Finding
from indicators.display import figure_value_text
from indicators.models import FIGURE_HOLDER, Figure, Indicator
from indicators.permissions import REVIEWING
from indicators.selectors.figure_checks import check_values
from indicators.selectors.review_levels import needing_two, waits_for_another
from ipdash.core.display import change_text, number_text
from ipdash.core.periods import Quarter
from plans.evidence import evidence_of
from plans.models import EvidenceFile
from plans.querysets import code_within
from plans.scope import Scope

GRAVITY = {
    "below_minimum": 5,
    "above_maximum": 5,
    "falls": 4,
    "too_large": 3,
    "too_small": 3,
    "above_whole": 3,
    "below_part": 3,
}
"""How grave a finding is for the order of the queue; every other one weighs 1."""

Key = tuple[int, int, Quarter]


@dataclass(frozen=True)
class ToJudge:
    """A submitted figure beside what came before it.

    `before` is the value of the quarter before (an annual indicator: the year before). For a running total `own` and
    `own_before` are the single quarters' parts; for everything else they repeat the values. `is_own`: the reviewer
    entered it; `two`: two reviewers have to approve it; `is_first`: the reviewer was the first of them. `odd` is what the checks find, `files` the evidence that hangs on it.
    """

    figure: Figure
    before: Decimal | None
    own: Decimal | None
    own_before: Decimal | None
    is_own: bool
    odd: tuple[Finding, ...] = ()
    files: tuple[EvidenceFile, ...] = ()
    two: bool = False
    is_first: bool = False

    @property
    def is_for_others(self) -> bool:
        """Whether somebody else has to decide about it."""
        return self.is_own or self.is_first

    @property
    def level(self) -> str:
        """初审 or 复审 where two have to approve, empty where one does."""
        if not self.two:
            return ""
        return _("初审") if self.figure.first_approved_by_id is None else _("复审")

    @property
    def indicator(self) -> Indicator:
        return self.figure.indicator

    @property
    def is_running_total(self) -> bool:
        return (
            self.indicator.reporting_basis == Indicator.ReportingBasis.YTD
            and self.indicator.frequency != Indicator.Frequency.ANNUAL
        )

    @property
    def change(self) -> Decimal | None:
        return None if self.own is None or self.own_before is None else self.own - self.own_before

    @property
    def relative(self) -> Decimal | None:
        """The change as a share of what it was before; None where there is nothing to compare with, or that is 0."""
        if self.change is None or self.own_before is None or self.own_before == 0:
            return None
        return self.change / abs(self.own_before)

    @property
    def reasons(self) -> list[str]:
        """What is odd about it, in words; empty where nothing is."""
        said = [finding_words(finding, self.indicator) for finding in self.odd]
        if self.change is not None and self.own_before == 0 and self.change != 0:
            said.append(_("上期为0，本期不为0"))
        if self.before is None:
            said.append(_("没有上期数据可比"))
        if self.figure.approved_value is not None:
            approved = figure_value_text(self.indicator, self.figure.approved_value)
            word = _("锁定后更正，原已通过%(value)s") if self.figure.is_correction else _("替换已通过的%(value)s")
            said.append(word % {"value": approved})
        return said

    @property
    def weight(self) -> tuple[int, bool, Decimal]:
        """The odder, the greater: what the checks find, then corrections, then by relative change."""
        change = abs(self.relative) if self.relative is not None else Decimal(self.own_before == 0 and self.change != 0)
        gravity = max((GRAVITY.get(finding.code, 1) for finding in self.odd), default=0)
        return gravity, self.figure.approved_value is not None, change

    @property
    def value_text(self) -> str:
        return figure_value_text(self.indicator, self.figure.value)

    @property
    def before_text(self) -> str:
        return figure_value_text(self.indicator, self.before)

    @property
    def own_text(self) -> str:
        """The quarter's own part of a running total; empty for everything else."""
        return figure_value_text(self.indicator, self.own) if self.is_running_total else ""

    @property
    def own_before_text(self) -> str:
        return figure_value_text(self.indicator, self.own_before) if self.is_running_total else ""

    @property
    def change_text(self) -> str:
        """The difference, signed, in the indicator's unit; between percents in points."""
        return change_text(self.change, self.indicator.unit, self.indicator.decimals)

    @property
    def relative_text(self) -> str:
        return "" if self.relative is None else number_text(self.relative * 100, 1, sign=True) + "%"

    @property
    def pick(self) -> str:
        """What a check box sends: which figure, in the version that is shown."""
        return f"{self.figure.pk}.{self.figure.version}"


def review_queue(scope: Scope, quarter: Quarter | None = None) -> list[ToJudge]:
    """What waits in the regions the person reviews: odd ones first, those for somebody else last. Queries do not grow with it."""
    waiting = Figure.objects.filter(
        code_within("region__code", scope.prefixes(*REVIEWING)), state=Figure.State.SUBMITTED
    )
    if quarter is not None:
        waiting = waiting.at(quarter)
    figures = list(
        waiting.select_related("indicator__part_of", "region", "entered_by", "first_approved_by", "upload").order_by(
            "submitted_at", "pk"
        )
    )
    two = needing_two(figures)
    values = _earlier_values(figures)
    odd = check_values(
        {(figure.indicator_id, figure.region_id, figure.as_quarter): figure.value for figure in figures},
        {figure.indicator_id: figure.indicator for figure in figures}.values(),
    )
    files = evidence_of(FIGURE_HOLDER, [figure.pk for figure in figures])
    queue = [
        replace(
            _to_judge(figure, values, scope),
            odd=tuple(odd.get((figure.indicator_id, figure.region_id, figure.as_quarter), ())),
            files=tuple(files.get(figure.pk, ())),
            two=figure.pk in two,
            is_first=waits_for_another(figure, scope.user_id, two),
        )
        for figure in figures
    ]
    queue.sort(key=lambda item: item.weight, reverse=True)
    return sorted(queue, key=lambda item: item.is_for_others)


def _earlier_values(figures: list[Figure]) -> dict[Key, Decimal | None]:
    """What counts, or was last said, for the same indicators and regions in these years and the ones before."""
    if not figures:
        return {}
    years = {year for figure in figures for year in (figure.year, figure.year - 1)}
    rows = Figure.objects.filter(
        indicator__in={figure.indicator_id for figure in figures},
        region__in={figure.region_id for figure in figures},
        year__in=years,
    ).values_list("indicator_id", "region_id", "year", "quarter", "value", "approved_value")
    return {
        (indicator, region, Quarter(year, quarter)): value if approved is None else approved
        for indicator, region, year, quarter, value, approved in rows
    }


def _to_judge(figure: Figure, values: dict[Key, Decimal | None], scope: Scope) -> ToJudge:
    quarter, is_own = figure.as_quarter, figure.entered_by_id == scope.user_id
    annual = figure.indicator.frequency == Indicator.Frequency.ANNUAL

    def at(other: Quarter) -> Decimal | None:
        return values.get((figure.indicator_id, figure.region_id, other))

    before = at(quarter - 4) if annual else at(quarter - 1)
    if annual or figure.indicator.reporting_basis != Indicator.ReportingBasis.YTD:
        return ToJudge(figure, before, figure.value, before, is_own)
    own = figure.value if quarter.quarter == 1 else _less(figure.value, before)
    own_before = before if (quarter - 1).quarter == 1 else _less(before, at(quarter - 2))
    return ToJudge(figure, before, own, own_before, is_own)


def _less(total: Decimal | None, earlier: Decimal | None) -> Decimal | None:
    return None if total is None or earlier is None else total - earlier
