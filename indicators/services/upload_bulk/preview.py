"""The preview of a large table: which of its rows are new or unchanged without a word, written down all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection

from indicators.models import Indicator, Upload, UploadRow
from indicators.services.transfer import Array, Column, append, references_unchecked
from indicators.services.upload_bulk.judge import NO_VALUE, Given, Known, Stored, acceptable, read_known, read_stored
from indicators.services.upload_bulk.odd import may_be_odd
from indicators.services.upload_rows import FileRow, Said, plain_unit, printed_value
from indicators.workbooks.addresses import column_letters
from indicators.workbooks.template_blocks import PlainFigures
from ipdash.core.numbers import from_scaled, to_scaled
from ipdash.core.periods import Quarter
from plans.models import Region
from plans.scope import Scope

Verdict = UploadRow.Verdict


@dataclass(frozen=True)
class Judged:
    """What became of the plain rows of a file: those taken here, and all others as rows to be judged one by one.

    `beside`: the values taken here, for the checks of the other rows.
    """

    figures: PlainFigures
    given: Given
    stored: Stored
    taken: Array
    others: list[FileRow]

    def beside(self, rows: Iterable[tuple[int, int]]) -> dict[tuple[int, int, Quarter], Decimal]:
        """The values taken here of these pairs of indicator and region, by indicator, region and quarter."""
        wanted = set(rows)
        if not wanted:
            return {}
        mine = self.given.take(self.taken)
        pairs = np.array([indicator << 24 | region for indicator, region in wanted], np.int64)
        near = mine.take(np.flatnonzero(np.isin(mine.indicators << 24 | mine.regions, pairs)))
        columns = (near.indicators, near.regions, near.quarters, near.values)
        return {
            (indicator, region, Quarter.from_index(quarter)): from_scaled(value)
            for indicator, region, quarter, value in zip(*(column.tolist() for column in columns), strict=True)
        }

    def counts(self) -> dict[str, int]:
        """How many were taken, by verdict."""
        new = int((self.stored.versions[self.taken] == 0).sum())
        return {str(Verdict.NEW): new, str(Verdict.UNCHANGED): len(self.taken) - new}


def judge(scope: Scope, figures: PlainFigures, rows: Sequence[FileRow], today: date) -> Judged:
    """Judges the plain rows of a file; `rows` are its other rows, which stand beside them."""
    quarters = np.array([Quarter(*period).index for period in figures.periods], np.int64)[_array(figures.period)]
    known = read_known(scope, figures.indicators, figures.regions, quarters, today)
    indicators = {indicator.code: pk for pk, indicator in known.indicators.items()}
    regions = {region.code: pk for pk, region in known.regions.items()}
    given = Given(
        _ids(figures.indicators, indicators)[_array(figures.indicator)],
        _ids(figures.regions, regions)[_array(figures.region)], quarters, _array(figures.values),
    )  # fmt: skip
    fine = acceptable(known, given) & _same_unit(figures, known)
    stored = read_stored(given)
    same = (stored.values == given.values) & ~stored.waiting & (stored.values != NO_VALUE)
    fine &= (stored.versions == 0) | same
    places = np.flatnonzero(fine)
    fresh = places[stored.versions[places] == 0]
    around = _with_rows(given.take(places), rows, indicators, regions)
    odd = np.zeros(len(given), np.bool_)
    odd[fresh] = may_be_odd(given.take(fresh), around, known.indicators)
    taken = places[~odd[places]]
    others = np.setdiff1d(np.arange(len(given)), taken, assume_unique=True)
    return Judged(figures, given, stored, taken, [_file_row(figures, place) for place in others.tolist()])


def _array(values: Sequence[int]) -> Array:
    return np.array(values, np.int64)


def _ids(codes: Sequence[str], known: dict[str, int]) -> Array:
    return np.array([known.get(code, -1) for code in codes], np.int64)


def _same_unit(figures: PlainFigures, known: Known) -> Array:
    """Whether the unit's column says what the catalogue says, or nothing."""
    if not figures.unit:
        return np.ones(len(figures), np.bool_)
    wanted = {indicator.code: plain_unit(indicator.unit) for indicator in known.indicators.values()}
    table = np.array(
        [[not unit or unit == wanted.get(code) for unit in figures.units] for code in figures.indicators], np.bool_
    )
    return np.asarray(table[_array(figures.indicator), _array(figures.unit)])


def _with_rows(given: Given, rows: Sequence[FileRow], indicators: dict[str, int], regions: dict[str, int]) -> Given:
    """The given figures and those of the other rows that are figures."""
    more = [
        (indicators[row.indicator], regions[row.region], Quarter(row.year, row.quarter).index, to_scaled(row.value))
        for row in rows
        if row.said in (Said.FIGURE, Said.QUESTION) and row.value is not None
        and row.indicator in indicators and row.region in regions
    ]  # fmt: skip
    if not more:
        return given
    columns = np.array(more, np.int64).T
    own = (given.indicators, given.regions, given.quarters, given.values)
    return Given(*(np.concatenate(pair) for pair in zip(own, columns, strict=True)))


def _file_row(figures: PlainFigures, place: int) -> FileRow:
    """A plain row as a row to be judged by itself."""
    indicator, region, year, quarter = figures.key(place)
    row, value = figures.rows[place], from_scaled(figures.values[place])
    return FileRow(
        figures.sheet, row, figures.column, f"{column_letters(figures.column)}{row}", indicator, region, indicator, region,
        year, quarter, value, printed_value(figures.values[place]), unit=figures.units[figures.unit[place]] if figures.unit else "",
    )  # fmt: skip


def write(upload: Upload, judged: Judged) -> None:
    """Writes the rows that were taken. Their indicators and regions are held until the transaction ends, so that no
    reference has to be looked up row by row."""
    taken, figures = judged.taken, judged.figures
    if not len(taken):
        return
    given, versions = judged.given.take(taken), judged.stored.versions[taken]
    hold_references(given)
    old = np.where(versions == 0, 0, judged.stored.values[taken])
    rows = _array(figures.rows)[taken]
    letters = column_letters(figures.column)
    columns: dict[str, Any] = {
        "upload_id": upload.pk, "sheet": figures.sheet, "row": rows, "column": figures.column,
        "cell": _texts(f"{letters}{row}" for row in rows.tolist()),
        "indicator_id": given.indicators, "region_id": given.regions,
        "indicator_text": _texts(code[:120] for code in figures.indicators)[_array(figures.indicator)[taken]],
        "region_text": _texts(code[:60] for code in figures.regions)[_array(figures.region)[taken]],
        "year": given.quarters // 4, "quarter": given.quarters % 4 + 1, "value": given.values,
        "old_value": Column(old, versions > 0), "printed": _texts(map(printed_value, given.values.tolist())),
        "verdict": np.where(versions == 0, str(Verdict.NEW).encode(), str(Verdict.UNCHANGED).encode()),
        "figure_version": versions,
    }  # fmt: skip
    with references_unchecked():
        append(UploadRow, columns, len(taken))()


def _texts(texts: Iterable[str]) -> Array:
    return np.array([text.encode() for text in texts], "S")


def hold_references(given: Given) -> None:
    """Locks the indicators and regions against being deleted meanwhile."""
    if connection.vendor != "postgresql":
        return
    for model, ids in ((Indicator, given.indicators), (Region, given.regions)):
        list(model.objects.select_for_update(no_key=True).filter(pk__in=np.unique(ids).tolist()).values_list("pk"))
