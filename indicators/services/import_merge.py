"""An amended text taken over into the plan that was made of the earlier one, change by change or as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from indicators.models import TargetLine
from indicators.selectors.import_changes import (
    Change,
    bounds,
    changes_of,
    printed_baselines,
    printed_overall,
    scaled,
)
from indicators.selectors.import_review import Review
from indicators.selectors.imports import review
from indicators.services.import_answers import line_data
from indicators.services.imports import resolved_indicators, resolved_units
from indicators.services.line_ends import end_line
from indicators.services.targets import (
    BaselineValue,
    LineValues,
    TargetValue,
    adjust_target,
    change_line,
    create_line,
)
from indicators.services.task_links import propose_links
from ipdash.accounts import audit
from ipdash.core.errors import Conflict, Invalid
from ipdash.core.periods import Quarter
from plans.models import Phase, Plan, PlanImport, PlanSection
from plans.permissions import get_plan_for, require_staff_of
from plans.scope import scope_of
from plans.services.import_items import source_of
from plans.services.imports import close, open_draft
from plans.services.milestones import Due
from plans.services.plans import PlanChanges, change_plan
from plans.services.tasks import Duty, TaskValues, change_task, create_task


@transaction.atomic
def take_over(
    actor: Any, import_id: int, plan_id: int, keys: set[str], *, in_force_from: Quarter, document: str
) -> int:
    """Takes these changes of a draft over into a plan; gives how many.

    A target that the plan has already becomes 目标调整 by `document`, in force from a quarter; the quarters before keep
    the old one; a target that the text no longer sets ends with that quarter. Raises `NotVisible`, `NotAllowed`, `Invalid`, and `Conflict` where a change is no longer there.
    """
    draft, plan, found = _opened(actor, import_id, plan_id)
    offered = {change.key: change for change in changes_of(found, plan).all if change.takes}
    if keys - set(offered):
        raise Conflict("changes_moved", _("差异已经有变化，请按下面现在的内容重新选择。"))
    chosen = [change for key, change in offered.items() if key in keys]
    if not chosen:
        raise Invalid("nothing_chosen", _("请先勾选要采用的差异。"))
    _head(actor, plan, [change for change in chosen if change.key.startswith("head-")])
    _tasks(actor, draft, plan, found, [change for change in chosen if change.key.startswith("task-")])
    _lines(actor, draft, plan, [change for change in chosen if change.key.startswith("line-")])
    for change in chosen:
        if change.key.startswith("target-"):
            _target(actor, change, in_force_from, document, found)
        elif change.key.startswith(("baselines-", "overall-")):
            _fact(actor, change, document)
        elif change.key.startswith("end-line-") and change.line is not None:
            end_line(actor, change.line.pk, ended_from=in_force_from, document=document, ended_on=_issued_on(found))
    return len(chosen)


@transaction.atomic
def finish_merge(actor: Any, import_id: int, plan_id: int) -> Plan:
    """Closes the draft as merged into the plan; what was not taken over stays as the plan has it."""
    draft, plan, _found = _opened(actor, import_id, plan_id)
    close(draft, actor, PlanImport.State.MERGED, plan)
    propose_links(plan.pk)
    audit.record("import.merge", draft, actor=actor, after={"plan": plan.pk}, region_code=plan.region.code)
    return plan


def _opened(actor: Any, import_id: int, plan_id: int) -> tuple[PlanImport, Plan, Review]:
    draft = open_draft(actor, import_id)
    scope = scope_of(actor)
    plan = get_plan_for(scope, plan_id)
    require_staff_of(scope, plan.region)
    if plan.region_id != draft.region_id:
        raise Conflict("another_region", _("草稿与规划不是同一个区划，不能并入。"))
    return draft, plan, review(draft)


def _head(actor: Any, plan: Plan, changes: Sequence[Change]) -> None:
    wanted: dict[str, Any] = {}
    for change in changes:
        assert change.item is not None  # noqa: S101 - the head's changes have the head
        name = change.key.removeprefix("head-")
        value = change.item.data[name]
        wanted[name] = date.fromisoformat(value) if name == "issued_on" else value
    if wanted:
        change_plan(actor, plan.pk, PlanChanges(**wanted))  # type: ignore[typeddict-item]  # names of HEAD


def _tasks(actor: Any, draft: PlanImport, plan: Plan, found: Review, changes: Sequence[Change]) -> None:
    items = [change.item for change in changes if change.item is not None]
    used = {a["unit"] for item in items for a in item.data["assignments"]}
    resolved_units(actor, draft, [row for row in found.units if row.name in used])
    known = {row.name: row.unit.pk for row in review(draft).units if row.unit is not None}
    paths = [section.path for section in PlanSection.objects.filter(plan=plan)]
    phases = dict(Phase.objects.filter(plan=plan).values_list("name", "pk"))
    for change in changes:
        assert change.item is not None  # noqa: S101 - a task's change has its item
        data = change.item.data
        values: TaskValues = {
            "number": data["number"], "title": data["title"], "objective": data["objective"], "text": data["text"],
            "measures": data["measures"],
            "assignments": [Duty(a["role"], known[a["unit"]], a["unit"]) for a in data["assignments"]],
            "milestones": [_due(m, plan, phases) for m in data["milestones"]],
        }  # fmt: skip
        if change.task is None:
            create_task(actor, plan.pk, {**values, "section": data["section"] if data["section"] in paths else []})
        else:
            change_task(actor, change.task.pk, values, reason=_("按修订后的文件调整"))


def _due(milestone: dict[str, Any], plan: Plan, phases: dict[str, int]) -> Due:
    first, last = milestone["from_quarter"], milestone["to_quarter"]
    year = plan.start_year if first is not None and plan.start_year == plan.end_year else None
    return Due(milestone["label"], milestone["text"], first, last, year, phases.get(milestone["label"]))


def _lines(actor: Any, draft: PlanImport, plan: Plan, changes: Sequence[Change]) -> None:
    rows = [change.row for change in changes if change.row is not None]
    codes = resolved_indicators(actor, scope_of(actor), rows)
    lines = draft.text.split("\n")
    for row in rows:
        data = line_data(row, codes, source_of(row.item, lines))
        factor = 1 if data["measures_growth"] else int(data["unit_factor"])
        overall = data["overall"]
        values: LineValues = {
            "indicator": data["indicator"], "basis": data["basis"], "basis_reason": data["basis_reason"],
            "basis_ambiguous": data["ambiguous"], "printed_name": data["printed_name"], "unit": data["unit"],
            "unit_factor": factor,
            "attribute": data["attribute"], "where": data["where"], "requirement": data["requirement"],
            "overall_comparator": overall["comparator"] if overall else None,
            "overall_value": scaled(overall["value"], factor) if overall else None,
            "increase": scaled(data["increase"], 1) if data["increase"] else None,
            "source_line": data["source"].get("line"), "source_text": data["source"].get("text", ""),
            "baselines": [
                BaselineValue(b["year"], scaled(b["value"], factor), b["counted_from"]) for b in data["baselines"]
            ],
            "targets": [_value(target, factor) for target in data["targets"]],
        }  # fmt: skip
        create_line(actor, plan.pk, values)


def _value(target: dict[str, Any], factor: int) -> TargetValue:
    value, upper = bounds(target, factor)
    return TargetValue(target["year"], target["comparator"], value, upper, target["printed"])


def _issued_on(found: Review) -> date | None:
    issued = found.head.data["issued_on"]
    return date.fromisoformat(issued) if issued else None


def _fact(actor: Any, change: Change, document: str) -> None:
    """Baselines and the overall goal as the amended text prints them; the baseline that was counted from goes on counting."""
    line, item = change.line, change.item
    assert line is not None  # noqa: S101 - a fact's change has its line and item
    assert item is not None  # noqa: S101 - as above
    factor = 1 if item.data["measures_growth"] else line.unit_factor
    values: LineValues
    if change.key.startswith("baselines-"):
        start = next((b.year for b in line.baselines.all() if b.counted_from), None)
        printed = printed_baselines(item.data, factor)
        values = {"baselines": [BaselineValue(int(y), value, int(y) == start) for y, value in printed.items()]}
    else:
        ((comparator, value),) = printed_overall(item.data, factor).items()
        values = {"overall_comparator": comparator, "overall_value": value}
    change_line(actor, line.pk, values, reason=document)


def _target(actor: Any, change: Change, in_force_from: Quarter, document: str, found: Review) -> None:
    """A year that had no target is set; one that had is adjusted."""
    line, item = change.line, change.item
    assert line is not None  # noqa: S101 - a target's change has its line and item
    assert item is not None  # noqa: S101 - as above
    factor = 1 if item.data["measures_growth"] else line.unit_factor
    value = next(_value(target, factor) for target in item.data["targets"] if target["year"] == change.year)
    first = TargetLine.objects.get(pk=line.pk).targets.filter(in_force_from=None)
    if first.filter(year=value.year).exists():
        issued = _issued_on(found)
        adjust_target(actor, line.pk, value, in_force_from=in_force_from, document=document, adjusted_on=issued)
        return
    kept = [TargetValue(t.year, t.comparator, t.value, t.upper, t.printed, t.source) for t in first]
    change_line(actor, line.pk, {"targets": [*kept, value]}, reason=document)
