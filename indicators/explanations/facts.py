"""Everything a sentence about one result is made from, as text of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from indicators.display import line_display, line_unit, target_text, value_text
from indicators.explanations.inputs import Input
from indicators.explanations.readings import Apart, Around
from indicators.models import Attainment, Baseline, Target, TargetLine
from ipdash.core.display import unit_after
from ipdash.core.periods import Quarter
from ipdash.core.words import say as _


@dataclass(frozen=True)
class Origin:
    """Where a year's target stands: as printed, in which line of the document, and who adjusted it since when.

    `before` is the text of the version that an adjusted one replaced; `later` says what a version not yet in force
    brings, and from which quarter.
    """

    year: int
    printed: str
    decomposed: bool
    document: str
    adjusted_on: date | None
    in_force_from: Quarter | None
    before: str = ""
    later: str = ""
    later_from: Quarter | None = None


@dataclass(frozen=True)
class Facts:
    """One result with what it rests on; `shown` are the strings of the page (`line_display`)."""

    line: TargetLine
    row: Attainment
    shown: dict[str, str]
    inputs: list[Input]
    around: Around
    origin: Origin | None
    apart: list[tuple[Input, Apart]]

    @property
    def unit(self) -> str:
        return unit_after(line_unit(self.line))

    def text(self, value: Decimal | None) -> str:
        """A value of this line with its unit, as the page shows it."""
        return value_text(self.line, value) + (self.unit if value is not None else "")

    def said(self, name: str) -> str:
        """A result with its unit, as the page shows it."""
        return self.shown[name] + self.unit

    @property
    def baseline(self) -> Baseline | None:
        """V₀."""
        return next((baseline for baseline in self.line.baselines.all() if baseline.counted_from), None)

    @property
    def last_target(self) -> Target | None:
        """The plan's last target in the version in force at the end of the quarter."""
        years = [target.year for target in self.line.targets.all() if _in_force(target, self.row.as_quarter)]
        return version_of(self.line, max(years), self.row.as_quarter) if years else None

    @property
    def lacking(self) -> list[Input]:
        """The figures that are needed and not there."""
        return [item for item in self.inputs if item.value is None]


def facts_of(
    row: Attainment, inputs: list[Input], around: Around, apart: list[tuple[Input, Apart]], shown: dict[str, str] | None
) -> Facts:
    """The facts of one result."""
    line = row.line
    origin = target_origin(line, around.after.year, row.as_quarter) if around.after and row.target_source else None
    return Facts(line, row, shown or line_display(line, row), inputs, around, origin, apart)


def _in_force(target: Target, quarter: Quarter) -> bool:
    return target.in_force_from is None or target.in_force_from <= quarter.index


def version_of(line: TargetLine, year: int, quarter: Quarter) -> Target | None:
    """The version of a year's target in force at the end of a quarter: of several the latest (attainment.md §1)."""
    versions = [target for target in line.targets.all() if target.year == year and _in_force(target, quarter)]
    return max(versions, key=lambda target: target.in_force_from or 0, default=None)


def target_origin(line: TargetLine, year: int, quarter: Quarter) -> Origin | None:
    """Where the year's target stands that is in force at the end of the quarter."""
    held = version_of(line, year, quarter)
    if held is None:
        return None
    since = None if held.in_force_from is None else Quarter.from_index(held.in_force_from)
    replaced = version_of(line, year, since - 1) if since else None
    later = min(
        (each for each in line.targets.all() if each.year == year and not _in_force(each, quarter)),
        key=lambda target: target.in_force_from or 0,
        default=None,
    )
    return Origin(
        year=year,
        printed=held.printed,
        decomposed=held.source == Target.Source.DECOMPOSED,
        document=held.adjusting_document,
        adjusted_on=held.adjusted_on,
        in_force_from=since,
        before=_with_unit(line, replaced),
        later=_with_unit(line, later),
        later_from=Quarter.from_index(later.in_force_from) if later and later.in_force_from is not None else None,
    )


def _with_unit(line: TargetLine, target: Target | None) -> str:
    return target_text(target, line) + unit_after(line_unit(line)) if target else ""


def children_word(region_level: str, code: str) -> str:
    """What the children of a region are called; districts have their municipality as parent."""
    municipal = code[:2] in {"11", "12", "31", "50"}
    if region_level == "prefecture" or (region_level == "province" and municipal):
        return _("县区")
    return _("市州") if region_level == "province" else _("下级地区")
