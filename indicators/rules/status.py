"""Status and light (attainment.md §5): the first line that fits."""

from __future__ import annotations

from itertools import product

import numpy as np

from indicators.rules.arithmetic import Number
from indicators.rules.cells import Cells
from indicators.rules.columns import Basis, Codes, Direction, Frequency, Light, Mask, Status

_LIGHTS = np.zeros(len(Status), np.int8)
for _status, _light in {
    Status.undefined: Light.grey,
    Status.missing: Light.grey,
    Status.achieved: Light.green,
    Status.missed: Light.red,
    Status.on_track: Light.green,
    Status.no_pace: Light.grey,
    Status.behind: Light.yellow,
    Status.far_behind: Light.red,
}.items():
    _LIGHTS[_status] = _light


def _first_that_fits(
    *, due: bool, target: bool, undefined: bool, actual: bool, meets: bool, year_end: bool, early: bool,
    paced: bool, yellow: bool, red: bool,
) -> Status:  # fmt: skip
    """§5 as it stands; `early` says that a target met before the year's end is achieved already."""
    lines = (
        (Status.not_due, not due),
        (Status.no_target, not target),
        (Status.undefined, undefined),
        (Status.missing, not actual),
        (Status.achieved, meets and (year_end or early)),
        (Status.missed, year_end and not meets),
        (Status.on_track, yellow if paced else meets),
        (Status.no_pace, not paced and not meets),
        (Status.behind, red),
        (Status.far_behind, True),
    )
    return next(status for status, fits in lines if fits)


_CONDITIONS = ("due", "target", "undefined", "actual", "meets", "year_end", "early", "paced", "yellow", "red")
_STATUSES = np.array(
    [
        _first_that_fits(**dict(zip(_CONDITIONS, conditions, strict=True)))
        for conditions in product((False, True), repeat=len(_CONDITIONS))
    ],
    np.int8,
)
"""The status of every combination of conditions, the first condition being the highest bit of its place."""


def status(c: Cells, year_gap: Number, last_ended: int) -> tuple[Codes, Codes]:
    """Each cell's status and light; a quarter after `last_ended` is not due."""
    lines, quarters, shape = c.group.lines, c.group.quarters, c.meets.shape
    due = c.group.asked <= last_ended
    if c.group.kind.frequency == Frequency.annual:
        due = due & (quarters == 4)
    conditions: tuple[Mask, ...] = (
        np.broadcast_to(due, shape),
        c.target.known,
        c.undefined,
        c.actual.known,
        c.meets,
        np.broadcast_to(quarters == 4, shape),
        np.broadcast_to(np.bool_(_counts_early(c)), shape),
        year_gap.known,
        year_gap.compare(c.group.numbers.whole(lines.yellow[:, None])) >= 0,
        year_gap.compare(c.group.numbers.whole(lines.red[:, None])) >= 0,
    )
    place = np.zeros(shape, np.int16)
    for condition in conditions:
        place += place
        place += condition
    result = _STATUSES.take(place)
    return result, _LIGHTS.take(result)


def _counts_early(c: Cells) -> bool:
    """Where a target met before the year's end is achieved already."""
    kind = c.group.kind
    return (
        (kind.basis == Basis.level and not kind.rate_like)
        or kind.basis == Basis.cumulative
        or (kind.basis == Basis.year and kind.direction == Direction.up)
    )
