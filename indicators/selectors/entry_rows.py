"""The rows of the entry form: a duty's figure in a quarter, and how it is shown (design: figures, The quarter's page)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from indicators.check_words import finding_words, repair_words
from indicators.checks import Finding
from indicators.display import figure_value_text, line_display
from indicators.models import Attainment, Figure, Indicator, TargetLine
from ipdash.core.display import MISSING, change_text, with_unit
from ipdash.core.numbers import decimal_text
from ipdash.core.periods import Quarter, quarters_between
from plans.models import EvidenceFile, Region, Unit


@dataclass(frozen=True)
class Hint:
    """One oddity in words, and the value that may have been meant."""

    words: str
    repair: Decimal | None
    repair_text: str

    @property
    def repair_value(self) -> str:
        """The value as the box takes it."""
        return "" if self.repair is None else decimal_text(self.repair)


@dataclass(frozen=True)
class EntryRow:
    """One duty in one quarter: its figure and what helps to fill it in.

    `earlier` are the figures of the year's earlier quarters, first to last; `line` is a target line that the figure
    counts for, `result` what is computed for it. `returned` is why the figure was last sent back, as long as it is not
    handed in again; `odd` is what the checks find while it is not handed in.
    """

    indicator: Indicator
    region: Region
    quarter: Quarter
    figure: Figure | None
    earlier: tuple[Figure | None, ...]
    before: Figure | None
    last_year: Figure | None
    line: TargetLine | None
    result: Attainment | None
    returned: str = ""
    odd: tuple[Finding, ...] = ()
    files: tuple[EvidenceFile, ...] = ()

    @property
    def key(self) -> str:
        """Names the row in form fields and in the page's address."""
        return f"{self.region.code}-{self.indicator.code}"

    @property
    def check_key(self) -> tuple[int, int, Quarter]:
        """Names the figure for the checks."""
        return self.indicator.pk, self.region.pk, self.quarter

    @property
    def value(self) -> Decimal | None:
        return self.figure.value if self.figure else None

    @property
    def text(self) -> str:
        """The value as it stands in the box."""
        return "" if self.value is None else decimal_text(self.value)

    @property
    def shown(self) -> str:
        return figure_value_text(self.indicator, self.value)

    @property
    def version(self) -> int:
        """The version the person sees; 0 where there is no figure yet."""
        return self.figure.version if self.figure else 0

    @property
    def is_open_draft(self) -> bool:
        """Whether it waits for being handed in."""
        return self.figure is not None and self.figure.state == Figure.State.DRAFT and self.value is not None

    @property
    def is_returned(self) -> bool:
        return self.figure is not None and self.figure.state == Figure.State.RETURNED

    @property
    def hints(self) -> list[Hint]:
        """What is odd about the value that stands there, in words."""
        return [
            Hint(finding_words(found, self.indicator), found.repair, repair_words(found, self.indicator))
            for found in self.odd
        ]

    @property
    def still_counts(self) -> str:
        """The approved value that goes on counting while another is on its way; empty where there is none."""
        if self.figure is None or self.figure.approved_value is None or self.figure.state == Figure.State.APPROVED:
            return ""
        return with_unit(self.figure.approved_value, self.indicator.unit, self.indicator.decimals)

    @property
    def written(self) -> str:
        """What was typed, where it looks different from the value: 1.2万."""
        return self.figure.printed if self.figure and self.figure.printed not in {"", self.text} else ""

    @property
    def column_texts(self) -> list[tuple[str, str, str]]:
        """Quarter, value and state word of the earlier columns (`EntryPage.columns`); approved ones need no word."""
        figures = self.earlier or (self.before,)
        return [
            (quarter.label, *shown_with_state(self.indicator, figure))
            for quarter, figure in zip(columns_before(self.quarter), figures, strict=True)
        ]

    @property
    def last_year_text(self) -> tuple[str, str]:
        return shown_with_state(self.indicator, self.last_year)

    @property
    def counterpart(self) -> str:
        """The other way to look at the number: the quarter's own part of a running total, or the difference."""
        return counterpart(self)

    @property
    def target_text(self) -> str:
        """The year's target: 19件."""
        if self.line is None or self.result is None or self.result.target is None:
            return MISSING
        shown = line_display(self.line, self.result)
        return f"{shown['target']}{shown['unit']}"

    @property
    def target_basis(self) -> str:
        """What the target asks for: 期末达到; empty where there is none."""
        return "" if self.target_text == MISSING or self.line is None else str(self.line.get_basis_display())

    @property
    def completion_text(self) -> str:
        """How far the approved figure fills the target; empty before approval."""
        if self.line is None or self.result is None or self.result.completion is None:
            return ""
        return line_display(self.line, self.result)["completion"]


@dataclass(frozen=True)
class EntryPage:
    """A unit's rows in a quarter. `regions` are all regions it reports for; where they are many, `region` is chosen."""

    unit: Unit
    quarter: Quarter
    rows: list[EntryRow]
    regions: list[Region]
    region: Region | None

    @property
    def filled(self) -> int:
        return sum(row.value is not None for row in self.rows)

    @property
    def returned(self) -> int:
        return sum(row.is_returned for row in self.rows)

    @property
    def saved_at(self) -> datetime | None:
        """When somebody last wrote one of the figures."""
        return max((row.figure.entered_at for row in self.rows if row.figure and row.figure.entered_at), default=None)

    @property
    def several_regions(self) -> bool:
        return len({row.region.pk for row in self.rows}) > 1

    @property
    def columns(self) -> list[Quarter]:
        """The quarters before, which are columns."""
        return columns_before(self.quarter)


def columns_before(quarter: Quarter) -> list[Quarter]:
    """The year's earlier quarters; for the first one the quarter before it, so that there is always something to compare."""
    return list(quarters_between(Quarter(quarter.year, 1), quarter))[:-1] or [quarter - 1]


def shown_with_state(indicator: Indicator, figure: Figure | None) -> tuple[str, str]:
    """A figure's latest word, and its state unless it is approved."""
    if figure is None:
        return MISSING, ""
    state = "" if figure.state == Figure.State.APPROVED else str(figure.get_state_display())
    return figure_value_text(indicator, figure.value), state


def counterpart(row: EntryRow) -> str:
    """当季, 本年累计 or the difference from the quarter (an annual indicator: the year) before; empty without a value."""
    value, indicator = row.value, row.indicator
    if value is None:
        return ""
    if indicator.frequency == Indicator.Frequency.ANNUAL:
        return _difference(pgettext("short", "较上年"), row, row.last_year)
    if indicator.reporting_basis == Indicator.ReportingBasis.YTD:
        if row.quarter.quarter == 1:
            return ""
        before = row.before.value if row.before else None
        return "" if before is None else _("当季") + " " + figure_value_text(indicator, value - before)
    if indicator.reporting_basis == Indicator.ReportingBasis.QUARTER:
        parts = [figure.value if figure else None for figure in row.earlier]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return ""
        return _("本年累计") + " " + figure_value_text(indicator, sum(known, value))
    return _difference(pgettext("short", "较上季"), row, row.before)


def _difference(word: str, row: EntryRow, other: Figure | None) -> str:
    if row.value is None or other is None or other.value is None:
        return ""
    return word + " " + change_text(row.value - other.value, row.indicator.unit, row.indicator.decimals)
