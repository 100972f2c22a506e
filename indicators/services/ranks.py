"""位次 in the database: lines are ranked with siblings that this run did not compute, from their stored results."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from indicators.models import Attainment
from indicators.rules import columns as c
from indicators.rules.ranking import Ranks, rank, rank_values, worth
from indicators.services.columns import sibling_numbers
from indicators.services.placements import Placements
from indicators.services.result_rows import Rows, stored
from indicators.services.transfer import Array, Column, update
from ipdash.core.periods import Quarter

RANKED_BY = ("actual", "gap_to_target", "rank")
Group = dict[str, Array]
"""Lines (`pk`, rising) with what decides who is ranked with whom: `indicator`, `basis`, `region`, `parent`, `ended_from`."""


@dataclass(frozen=True)
class Seated:
    """A group with where its regions hung before."""

    group: Group
    placements: Placements

    @property
    def families(self) -> Array:
        """A number for all that were ever ranked with each other."""
        parents = self.placements.families_of(self.group["parent"])
        return sibling_numbers(self.group["indicator"], self.group["basis"], parents)


def rank_among_siblings(
    lines: c.Lines, line_ids: Array, results: c.Results, seated: Seated, old: Rows
) -> tuple[c.Results, int]:
    """The results with their ranks, and how many rows of siblings got another rank.

    `seated` are all lines that these lines are or were ranked with, themselves included, locked; `old` is what is stored
    of these lines.
    """
    group, numbers = seated.group, seated.families
    seats = seated.placements.seats(group, results.asked)
    place = np.searchsorted(group["pk"], line_ids)
    others = np.isin(numbers, numbers[place])
    others[place] = False
    if not others.any():
        return replace(results, rank=rank(results, lines, seats[place])), 0
    before = _matrix(old, line_ids, results.asked)
    # Where seats change with the quarters, a changed seat may be all that has changed.
    changed = _changed(lines, results, before) | (seats.ndim > 1)
    # Where nobody's worth changed the ranks are what they were.
    ranks = before["rank"].value.astype(np.int32)
    if not changed.any():
        return replace(results, rank=ranks), 0
    span = slice(int(np.flatnonzero(changed)[0]), int(np.flatnonzero(changed)[-1]) + 1)
    asked, seats = results.asked[span], seats if seats.ndim == 1 else seats[:, span]
    sibling_ids = group["pk"][others]
    rows = stored(
        Attainment.objects.filter(
            line__in=sibling_ids.tolist(), year__range=(Quarter.from_index(int(asked[0])).year, int(asked[-1]) // 4)
        ),
        RANKED_BY,
    )
    theirs = _matrix(rows, sibling_ids, asked)
    direction = np.zeros(int(numbers.max()) + 1, np.int8)
    direction[numbers[place]] = lines.direction
    mine = worth(lines.direction, _part(results.actual, span), _part(results.gap_to_target, span))
    other = worth(direction[numbers[others]], theirs["actual"], theirs["gap_to_target"])
    together = rank_values(
        np.concatenate([mine[0], other[0]]),
        np.concatenate([mine[1], other[1]]),
        np.concatenate([seats[place], seats[others]]),
    )
    ranks[:, span] = together[: len(line_ids)]
    written = _write_others(sibling_ids, asked, theirs, together[len(line_ids) :])
    return replace(results, rank=ranks), written


def _part(values: c.Values, span: slice) -> c.Values:
    return c.Values(values.value[:, span], values.known[:, span])


def _matrix(rows: Rows, line_ids: Array, asked: Array) -> dict[str, c.Values]:
    """Some stored results as lines × quarters, and which rows are stored at all."""
    line = np.searchsorted(line_ids, rows.line_ids)
    column = rows.quarters - asked[0]
    inside = (column >= 0) & (column < len(asked))
    at, shape = (line[inside], column[inside]), (len(line_ids), len(asked))
    made = {}
    for name in RANKED_BY:
        value, known = np.zeros(shape, np.int64), np.zeros(shape, np.bool_)
        content = rows.content[name]
        known[at] = content.known[inside]
        value[at] = np.where(content.known, content.values, 0)[inside]
        made[name] = c.Values(value, known)
    there = np.zeros(shape, np.bool_)
    there[at] = True
    return made | {"there": c.Values(there.astype(np.int64), there)}


def _changed(lines: c.Lines, results: c.Results, before: dict[str, c.Values]) -> c.Mask:
    """The asked quarters in which some line's worth is not what it was."""
    now, known = worth(lines.direction, results.actual, results.gap_to_target)
    then, was_known = worth(lines.direction, before["actual"], before["gap_to_target"])
    apart = (known != was_known) | (known & (now != then)) | ~before["there"].known
    changed: c.Mask = apart.any(axis=0)
    return changed


def _write_others(line_ids: Array, asked: Array, theirs: dict[str, c.Values], ranks: Ranks) -> int:
    """Gives the siblings' rows their new ranks where these differ; how many."""
    line, column = np.nonzero(theirs["there"].known & (theirs["rank"].value != ranks))
    quarters, fresh = asked[column], ranks[line, column]
    keys = {"line_id": line_ids[line], "year": quarters // 4, "quarter": quarters % 4 + 1}
    update(Attainment, keys, {"rank": Column(fresh, fresh > 0)}, len(line))
    return len(line)
