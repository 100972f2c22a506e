"""A reviewed draft arranged for its pages: the outline with everything in its place, the marks in the source, counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from indicators.imports.marking import Mark
from indicators.imports.naming import likeness
from indicators.selectors.import_review import LineRow, Review
from plans.models import ImportItem, Plan, PlanImport
from plans.permissions import visible_imports
from plans.scope import Scope

Kind = ImportItem.Kind
_SAME_PLAN = 0.75


@dataclass
class Node:
    """A heading with the tasks under it, in the document's order; the first may be tasks without a heading."""

    section: ImportItem | None
    tasks: list[ImportItem] = field(default_factory=list)


@dataclass
class Outline:
    """The reading as the page lists it; dropped items stay listed so that they can be taken in again."""

    head: ImportItem
    references: list[ImportItem]
    phases: list[ImportItem]
    nodes: list[Node]
    tables: list[LineRow]
    goals: list[LineRow]
    dropped_lines: list[ImportItem]
    terms: list[ImportItem]


@dataclass(frozen=True)
class Counts:
    """How much there is of everything that is going to be stored."""

    references: int
    phases: int
    sections: int
    tasks: int
    assignments: int
    measures: int
    milestones: int
    lines: int
    targets: int
    baselines: int
    untracked: int
    terms: int
    units: int
    open_units: int
    open_lines: int
    problems: int


def outline_of(found: Review) -> Outline:
    """Tasks stand under the section they name; one that names none stands where its line is."""
    kinds = {kind: [item for item in found.items if item.kind == kind] for kind in Kind.values}
    nodes = [Node(section) for section in sorted(kinds[Kind.SECTION], key=_place)]
    by_path = {tuple(node.section.data["path"]): node for node in nodes if node.section is not None}
    loose = Node(None)
    for task in kinds[Kind.TASK]:
        by_path.get(tuple(task.data["section"]), loose).tasks.append(task)
    return Outline(
        head=found.head, references=kinds[Kind.REFERENCE], phases=kinds[Kind.PHASE],
        nodes=[*([loose] if loose.tasks else []), *nodes],
        tables=[row for row in found.lines if row.item.data["where"] == "table"],
        goals=[row for row in found.lines if row.item.data["where"] != "table"],
        dropped_lines=[item for item in kinds[Kind.INDICATOR] if item.dropped], terms=kinds[Kind.TERM],
    )  # fmt: skip


def _place(item: ImportItem) -> tuple[int, int]:
    return (item.line or 10**9, item.position)


def counts_of(found: Review) -> Counts:
    """Counted over what is stored: dropped items and untracked targets are left out."""
    kept = [item for item in found.items if not item.dropped]
    tasks = [item.data for item in kept if item.kind == Kind.TASK]
    lines = [row.item.data for row in found.tracked]
    return Counts(
        references=_of(kept, Kind.REFERENCE), phases=_of(kept, Kind.PHASE), sections=_of(kept, Kind.SECTION),
        tasks=len(tasks), assignments=sum(len(t["assignments"]) for t in tasks),
        measures=sum(len(t["measures"]) for t in tasks), milestones=sum(len(t["milestones"]) for t in tasks),
        lines=len(lines), targets=sum(len(line["targets"]) for line in lines),
        baselines=sum(len(line["baselines"]) for line in lines), untracked=len(found.lines) - len(lines),
        terms=_of(kept, Kind.TERM), units=len(found.units), open_units=len(found.open_units),
        open_lines=len(found.open_lines), problems=len(found.problems),
    )  # fmt: skip


def _of(items: Iterable[ImportItem], kind: str) -> int:
    return sum(item.kind == kind for item in items)


def marks_of(items: Sequence[ImportItem]) -> Iterator[Mark]:
    """Where everything that was read stands; of a task also the units it names."""
    for item in items:
        data = item.data
        if item.kind == Kind.PLAN:
            for name, line in data["at"].items():
                yield Mark(item.pk, line, (str(data.get(name) or ""),))
        elif item.line is not None and not item.dropped:
            if item.kind == Kind.INDICATOR:
                yield Mark(item.pk, item.line, (data["raw"], data["name"]))
            elif item.kind == Kind.TERM:
                yield Mark(item.pk, item.line, (data["term"],))
            else:
                yield Mark(item.pk, item.line, (str(data.get("title") or data.get("name") or ""),))
            for assignment in data.get("assignments", ()):
                if assignment["line"]:
                    yield Mark(item.pk, assignment["line"], (assignment["unit"],), whole=False)


def imports_for(scope: Scope) -> Any:
    """The drafts of the regions one is staff of, the open ones first, then the newest."""
    found = PlanImport.objects.filter(visible_imports(scope)).select_related("region", "plan", "created_by")
    return found.defer("text", "findings").order_by("-state", "-changed_at")


def similar_plans(scope: Scope, review_: Review) -> list[Plan]:
    """Plans of the same region and an overlapping period with nearly the same title: the draft may be their amended text."""
    draft, head = review_.draft, review_.head.data
    if draft.region_id is None or not head["title"] or not head["start_year"] or not head["end_year"]:
        return []
    plans = Plan.objects.visible_to(scope).filter(
        region=draft.region_id, start_year__lte=head["end_year"], end_year__gte=head["start_year"]
    )
    return [plan for plan in plans if likeness(plan.title, head["title"]) >= _SAME_PLAN]
