"""The chapters of a plan's document, to which its target lines belong by the line in which each target is written."""

from __future__ import annotations

from bisect import bisect_right

from django.db.models import Min

from plans.models import Plan, PlanSection


class Chapters:
    """The outermost headings in order."""

    def __init__(self, plan: Plan) -> None:
        outermost = PlanSection.objects.filter(plan=plan).aggregate(level=Min("level"))["level"]
        found = PlanSection.objects.filter(plan=plan, level=outermost, source_line__isnull=False).order_by(
            "source_line"
        )
        self._known = [(line, f"{number} {title}" if number else title) for line, number, title in
                       found.values_list("source_line", "number", "title")]  # fmt: skip
        self._lines = [line or 0 for line, _title in self._known]

    def title(self, source_line: int | None) -> str:
        """The chapter in which this line of the document stands; empty before the first one, or without a place."""
        place = 0 if source_line is None else bisect_right(self._lines, source_line)
        return self._known[place - 1][1] if place else ""
