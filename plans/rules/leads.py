"""Who answers for a whole task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

ANSWERS_FIRST = ("lead", "executing", "responsible", "office")


def lead_of(assignments: Sequence[Any]) -> int | None:
    """The unit that answers for a whole task: the one in the lead, else the one that carries it out, else the first named
    as responsible (排在第一位的为牵头单位), else the first office. A collective leads nothing: nobody could be asked.

    Assignments come in the document's order, with their units.
    """
    for role in ANSWERS_FIRST:
        for assignment in assignments:
            if assignment.role == role and not assignment.unit.is_collective:
                return int(assignment.unit_id)
    return None
