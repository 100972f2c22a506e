"""Units that a directory does not know, each with the known names that come nearest."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from plans.documents.blocks import Finding
from plans.documents.results import Reading
from plans.documents.signs import squeezed

_NEAREST = 3


def unknown_units(reading: Reading, known: Collection[str]) -> list[Finding]:
    """A finding for each unit, once, that is not among the known names and aliases; white space and width of signs apart."""
    names = {squeezed(name): name for name in known}
    found: dict[str, Finding] = {}
    for task in reading.tasks:
        for assignment in task.assignments:
            key = squeezed(assignment.unit)
            if key in names or key in found:
                continue
            near = [names[name] for name in get_close_matches(key, names, n=_NEAREST, cutoff=0.6)]
            hint = f"相近的有：{'、'.join(near)}。" if near else "请确认是否新增。"
            message = f"单位名录中没有“{assignment.unit}”，{hint}"
            found[key] = Finding(assignment.line, "unit_unknown", assignment.unit, message)
    return list(found.values())
