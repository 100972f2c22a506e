"""Figures on an axis of whole years, as integers: running totals, single quarters, the latest one (attainment.md §2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.rules.columns import Mask, ReportingBasis, Years


def columns_of(cells: NDArray[Any], places: NDArray[np.int64]) -> NDArray[Any]:
    """Some columns in their order, laid out row by row: plain indexing would lay them out column by column."""
    if len(places) and int(places[-1]) - int(places[0]) == len(places) - 1 and bool((np.diff(places) == 1).all()):
        return cells[:, int(places[0]) : int(places[-1]) + 1]
    return cells.take(places, axis=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """Lines × quarters of whole years: int64, or Python integers where the numbers are too long for that."""

    value: NDArray[Any]
    known: Mask


def year_to_date(figures: Figures, reporting: ReportingBasis) -> Figures:
    """本年累计: as reported, or Q1 + … + Qq, missing where any of them is. A stock stands as it is: it is never added up."""
    if reporting != ReportingBasis.quarter:
        return figures
    rows, quarters = figures.value.shape
    by_year = (rows, quarters // 4, 4)
    value = np.cumsum(figures.value.reshape(by_year), axis=2)
    known = np.logical_and.accumulate(figures.known.reshape(by_year), axis=2)
    return Figures(value.reshape(rows, quarters), known.reshape(rows, quarters))


def single_quarters(figures: Figures, reporting: ReportingBasis) -> Figures:
    """当季: as reported, or this year to date − the one before (Q1: itself)."""
    if reporting != ReportingBasis.ytd:
        return figures
    value, known = figures.value.copy(), figures.known.copy()
    inside = np.arange(value.shape[1] - 1) % 4 != 3
    value[:, 1:][:, inside] -= figures.value[:, :-1][:, inside]
    known[:, 1:][:, inside] &= figures.known[:, :-1][:, inside]
    return Figures(value, known)


def last_four_quarters(single: Figures) -> Figures:
    """The sum of the last four single quarters, missing where one of them is."""
    value, known = single.value.copy(), single.known.copy()
    for back in (1, 2, 3):
        value[:, back:] += single.value[:, :-back]
        known[:, back:] &= single.known[:, :-back]
        known[:, :back] = False
    return Figures(value, known)


def since_start(to_date: Figures, first_year: int, start_year: Years) -> Figures:
    """The flow since 1 January of each line's `start_year`; before that year there is none."""
    quarters = to_date.value.shape[1]
    years = first_year + np.arange(quarters // 4)
    counted = years[None, :] >= start_year[:, None]
    totals = np.where(counted, to_date.value[:, 3::4], 0)
    complete = to_date.known[:, 3::4] | ~counted
    earlier = np.cumsum(totals, axis=1) - totals
    unbroken = np.ones_like(complete)
    unbroken[:, 1:] = np.logical_and.accumulate(complete, axis=1)[:, :-1]
    value = to_date.value + np.repeat(earlier, 4, axis=1)
    known = to_date.known & np.repeat(unbroken & counted, 4, axis=1)
    return Figures(value, known)


def latest(figures: Figures) -> tuple[Figures, NDArray[np.int64]]:
    """The latest figure at or before each quarter, and the place of its quarter (-1: none yet)."""
    places = np.arange(figures.value.shape[1])
    found = np.maximum.accumulate(np.where(figures.known, places, -1), axis=1)
    value = np.take_along_axis(figures.value, np.maximum(found, 0), axis=1)
    return Figures(value, found >= 0), found
