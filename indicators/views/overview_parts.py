"""What stands around the overview's table: its order, what moved most, who owes figures, and the way down the tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from indicators.models import ReportingPeriod, TargetLine
from indicators.selectors.chapters import Chapters
from indicators.selectors.conclusion import worst_first
from indicators.selectors.periods import governing_period, read_periods
from indicators.views.overview_rows import OverviewRow
from ipdash.core.display import number_text, points_text
from ipdash.core.marks import Scale, change
from ipdash.core.periods import Quarter
from plans.models import Plan, Region

ORDERS: dict[str, str | Promise] = {
    "": gettext_lazy("差距大的在前"),
    "section": gettext_lazy("按章节"),
    "document": gettext_lazy("按文件顺序"),
}
MOST_MOVED = 6


@dataclass(frozen=True)
class Group:
    """Lines under one heading of the table; `said` is that the heading is the plan's own words."""

    title: str
    lines: list[OverviewRow]
    said: bool = False


def groups_of(plan: Plan, lines: Sequence[OverviewRow], order: str) -> list[Group]:
    """The table's lines: worst first as one group, by chapter with the worst first in each, or as the document has them."""
    if not lines:
        return []
    if order == "section":
        return _by_chapter(plan, lines)
    if order != "document":
        return [Group("", worst_first(lines))]
    titles = {TargetLine.Where.TABLE: _("指标表"), TargetLine.Where.TEXT: _("正文目标")}
    groups = [Group(title, [line for line in lines if line.where == where]) for where, title in titles.items()]
    return [group for group in groups if group.lines]


def _by_chapter(plan: Plan, lines: Sequence[OverviewRow]) -> list[Group]:
    chapters = Chapters(plan)
    found: dict[str, list[OverviewRow]] = defaultdict(list)
    for line in worst_first(lines):  # so that the chapter of the worst line comes first
        found[chapters.title(line.source_line)].append(line)
    return [Group(title or _("其他"), inside, said=bool(title)) for title, inside in found.items()]


@dataclass(frozen=True)
class Move:
    """How a line stands to its pace in percentage points, a quarter ago and now."""

    row: OverviewRow
    before: str
    after: str
    picture: SafeString


def most_moved(lines: Sequence[OverviewRow]) -> list[Move]:
    """The lines that came nearer to their pace or fell behind it most since the quarter before, from the best to the worst."""
    known = [
        (line, line.gap_before, line.year_gap)
        for line in lines
        if line.gap_before is not None and line.year_gap is not None and line.gap_before != line.year_gap
    ]
    known.sort(key=lambda each: abs(each[2] - each[1]), reverse=True)
    shown = sorted(known[:MOST_MOVED], key=lambda each: each[2] - each[1], reverse=True)
    scale = Scale.of(value for _line, *values in shown for value in values)
    moves = []
    for line, before, after in shown:
        texts = {"name": line.name, "before": points_text(before), "after": points_text(after)}
        words = _("%(name)s：较年度序时进度差由%(before)s变为%(after)s。") % texts
        picture = change(before, after, scale, words)
        moves.append(Move(line, number_text(before, 1, sign=True), number_text(after, 1, sign=True), picture))
    return moves


@dataclass(frozen=True)
class Owed:
    """Figures of one unit that have not been approved."""

    unit: str
    rows: list[OverviewRow]


def owed_by_unit(rows: Sequence[OverviewRow]) -> list[Owed]:
    """Who owes most comes first; lines that nobody leads or reports stand last."""
    found: dict[str, list[OverviewRow]] = defaultdict(list)
    for row in rows:
        found[row.owner_name].append(row)
    return [
        Owed(unit, inside)
        for unit, inside in sorted(found.items(), key=lambda item: (not item[0], -len(item[1]), item[0]))
    ]


@dataclass(frozen=True)
class Due:
    """When the quarter's figures are due, and how long that is ago; negative while there is time."""

    day: date
    late: int


def due_of(region: Region, quarter: Quarter, today: date) -> Due | None:
    """None where nobody opened the quarter."""
    period: ReportingPeriod | None = governing_period(read_periods([region.code], {quarter}), region.code, quarter)
    return None if period is None else Due(period.due, (today - period.due).days)


def trail(plan: Plan, region: Region, regions: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Code and name of what lies between the plan's own region and this one, from the outermost in."""
    if region.code == plan.region.code:
        return []
    above = (region.code[:2] + "0000", region.code[:4] + "00")
    found = [(plan.region.code, plan.region.name)]
    return found + [
        choice for choice in regions if choice[0] in above and choice[0] not in {region.code, plan.region.code}
    ]
