"""Rows of our own table that came as columns: which of them say nothing but a figure, and what they say.

A row that is in any way special (a sum, a code that is none, the same figure twice) goes back to be read as a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from indicators.workbooks import columns
from indicators.workbooks.addresses import column_letters
from indicators.workbooks.results import Block, BlockColumn, Value

Texts = dict[str, str]
Period = tuple[int, int]
Key = tuple[str, str, int, int]
_SOUND = {columns.INDICATOR: "a", columns.REGION: "110000", columns.YEAR: "2024", columns.QUARTER: "1"}


@dataclass
class PlainFigures:
    """Figures of one sheet as columns: `values` × 10⁶ in the rows `rows`; the other lists name a place in their texts."""

    sheet: str
    column: int
    rows: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    indicator: list[int] = field(default_factory=list)
    region: list[int] = field(default_factory=list)
    period: list[int] = field(default_factory=list)
    unit: list[int] = field(default_factory=list)
    indicators: list[str] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)  # of each of our columns

    def __len__(self) -> int:
        return len(self.rows)

    def key(self, place: int) -> Key:
        """Which figure one of the rows names."""
        year, quarter = self.periods[self.period[place]]
        return self.indicators[self.indicator[place]], self.regions[self.region[place]], year, quarter

    def keys(self) -> list[int]:
        """A number for each row, the same for the same figure."""
        regions, periods = len(self.regions), len(self.periods)
        return [
            (i * regions + r) * periods + p
            for i, r, p in zip(self.indicator, self.region, self.period, strict=True)
        ]  # fmt: skip

    def without(self, places: Iterable[int]) -> PlainFigures:
        """The same without some rows."""
        gone = set(places)
        if not gone:
            return self
        kept = [place for place in range(len(self.rows)) if place not in gone]
        lists = {
            name: [getattr(self, name)[at] for at in kept]
            for name in ("rows", "values", "indicator", "region", "period")
        }
        unit = [self.unit[at] for at in kept] if self.unit else []
        return PlainFigures(
            self.sheet, self.column, **lists, unit=unit, indicators=self.indicators, regions=self.regions,
            periods=self.periods, units=self.units, letters=self.letters,
        )  # fmt: skip


def plain_figures(
    sheet: str,
    block: Block,
    at: dict[str, int],
    period: Period | None,
    *,
    problem: Callable[[Texts], object],
    text_of: Callable[[Value], str],
) -> tuple[PlainFigures, list[int]] | None:
    """(the plain figures of a block, the places of all other rows); `None` where the block's shape is not plain.

    `at` are the columns of our own heads, `period` the table's own where it has no columns for that, `problem` tells of
    a row's texts their period, `text_of` what a cell says.
    """
    known = {name: block.columns[column] for name, column in at.items() if column in block.columns}
    value = known.get(columns.VALUE)
    if value is None or value.texts or columns.NOTE in known or not {columns.INDICATOR, columns.REGION} <= set(known):
        return None
    bad = _Bad(len(block.rows), problem)
    read = {name: _coded(column, text_of) for name, column in known.items() if name != columns.VALUE}
    for name, (places, texts) in read.items():
        if name not in (columns.YEAR, columns.QUARTER):
            bad.where(places, [not isinstance(problem({**_SOUND, name: text}), tuple) for text in texts])
    figures = PlainFigures(sheet, at[columns.VALUE], block.rows, value.values)
    figures.letters = {name: column_letters(column) for name, column in at.items()}
    figures.indicator, figures.indicators = read[columns.INDICATOR]
    figures.region, figures.regions = read[columns.REGION]
    figures.unit, figures.units = read.get(columns.UNIT, ([], []))
    if columns.YEAR in read or columns.QUARTER in read:
        if not (columns.YEAR in read and columns.QUARTER in read):
            return None
        figures.period, figures.periods = bad.periods(read[columns.YEAR], read[columns.QUARTER])
    elif period is None:
        return None
    else:
        figures.period, figures.periods = [0] * len(block.rows), [period]
    keys = figures.keys()
    if len(set(keys)) < len(keys):
        often = {key for key, count in Counter(keys).items() if count > 1}
        bad.places |= {place for place, key in enumerate(keys) if key in often}
    if len(bad.places) == len(block.rows):
        return None
    return figures.without(bad.places), sorted(bad.places)


class _Bad:
    """The places of rows that are not plain."""

    def __init__(self, count: int, problem: Callable[[Texts], object]) -> None:
        self.count, self.problem = count, problem
        self.places: set[int] = set()

    def where(self, values: list[int], is_bad: list[bool]) -> None:
        if any(is_bad):
            self.places |= {place for place, value in enumerate(values) if is_bad[value]}

    def periods(
        self, years: tuple[list[int], list[str]], quarters: tuple[list[int], list[str]]
    ) -> tuple[list[int], list[Period]]:
        """The period of each row, from its year and its quarter."""
        width = len(quarters[1])
        pairs = [year * width + quarter for year, quarter in zip(years[0], quarters[0], strict=True)]
        found: list[Period] = []
        places: dict[int, int] = {}
        unknown: list[bool] = []
        for pair in dict.fromkeys(pairs):
            texts = {columns.YEAR: years[1][pair // width], columns.QUARTER: quarters[1][pair % width]}
            period = self.problem({**_SOUND, **texts})
            places[pair] = len(found)
            unknown.append(not isinstance(period, tuple))
            found.append(period if isinstance(period, tuple) else (0, 0))
        period_of = [places[pair] for pair in pairs]
        self.where(period_of, unknown)
        return period_of, found


def _coded(column: BlockColumn, text_of: Callable[[Value], str]) -> tuple[list[int], list[str]]:
    """A column as places in a list of its texts, each text once."""
    if column.texts:
        written, places = [text_of(text) for text in column.texts], column.values
    else:
        unique = {value: at for at, value in enumerate(dict.fromkeys(column.values))}
        written = [text_of(BlockColumn([value]).value(0)) for value in unique]
        places = [unique[value] for value in column.values]
    texts = {text: at for at, text in enumerate(dict.fromkeys(written))}
    if len(texts) == len(written):
        return places, written
    place_of = [texts[text] for text in written]
    return [place_of[place] for place in places], list(texts)
