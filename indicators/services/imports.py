"""Confirming an imported plan: everything that was read, corrected and answered becomes a plan in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from indicators.models import Indicator
from indicators.permissions import can_change_indicator
from indicators.selectors.import_review import LineRow, Review, UnitRow
from indicators.selectors.imports import review
from indicators.services.catalogue import IndicatorValues, change_indicator, create_indicator
from indicators.services.import_answers import entry_code, line_data
from indicators.services.plan_documents import store_plan_document
from indicators.services.staleness import request_recomputation
from indicators.services.task_links import propose_links
from ipdash.core.errors import Conflict, Invalid
from plans.models import Plan, PlanImport, Unit
from plans.permissions import require_staff_of
from plans.scope import Scope, scope_of
from plans.services.import_items import document_data, source_of
from plans.services.imports import close, open_draft
from plans.services.units import Alias, change_unit, create_unit

MOST_NAMED = 20


@dataclass(frozen=True)
class Confirmed:
    """The plan, and what was added to the directories for it."""

    plan: Plan
    new_units: int
    new_indicators: int


@transaction.atomic
def confirm_import(
    actor: Any, import_id: int, *, state: str = Plan.State.DRAFT, version: int | None = None
) -> Confirmed:
    """Stores a draft as a plan: units and catalogue entries that it needs first, then the document with its targets.

    `version` is the draft that the person saw. Raises `NotVisible`, `NotAllowed`, `Invalid` (`import_not_complete`, with
    every open question), `Conflict` (`import_closed`, `stale_version`, `document_known`).
    """
    draft = open_draft(actor, import_id)
    scope = scope_of(actor)
    if version is not None and version != draft.version:
        raise Conflict("stale_version", _("草稿在您查看之后又被修改过。下面是现在的内容，请核对后再确认导入。"))
    found = review(draft)
    _refuse_open_questions(found)
    assert draft.region is not None  # noqa: S101 - a draft without a region has an open question
    require_staff_of(scope, draft.region)
    unit_names = resolved_units(actor, draft, found.units)
    codes = resolved_indicators(actor, scope, found.tracked)
    lines = draft.text.split("\n")
    data = document_data(draft, found.items, unit_names)
    data["target_lines"] = [line_data(row, codes, source_of(row.item, lines)) for row in found.tracked]
    stored = store_plan_document(data, draft.text, actor=actor, state=state, source_name=draft.name)
    if not stored.created:
        raise Conflict(
            "document_known", _("同一份文件已经导入为《%(title)s》，没有重复导入。") % {"title": stored.plan.title}
        )
    propose_links(stored.plan.pk)
    if found.tracked:
        request_recomputation(stored.plan.pk, requested_by=actor)
    close(draft, actor, PlanImport.State.CONFIRMED, stored.plan)
    return Confirmed(stored.plan, sum(row.create for row in found.units), len(codes))


def _refuse_open_questions(found: Review) -> None:
    problems = found.problems
    if not problems:
        return
    named = [problem.text for problem in problems[:MOST_NAMED]]
    raise Invalid(
        "import_not_complete",
        _("还有%(count)s处要先确定，暂时不能导入。") % {"count": len(problems)},
        {"problems": named},
    )


def resolved_units(actor: Any, draft: PlanImport, rows: Sequence[UnitRow]) -> dict[str, str]:
    """The directory's name for each printed one; new units are added, and an answered name is remembered as an alias."""
    names: dict[str, str] = {}
    aliases: dict[int, list[Alias]] = {}
    assert draft.region is not None  # noqa: S101 - see confirm_import
    for row in rows:
        if row.create:
            unit = create_unit(actor, region=draft.region.code, name=row.name, is_collective=row.collective)
            names[row.name] = unit.name
            continue
        assert row.unit is not None  # noqa: S101 - an open row is an open question
        names[row.name] = row.unit.name
        if row.how == "answer" and not Unit.objects.filter(region=draft.region).named(row.name).exists():
            aliases.setdefault(row.unit.pk, []).append(Alias(row.name, row.former))
    for pk, fresh in aliases.items():
        unit = Unit.objects.get(pk=pk)
        kept = [Alias(a.name, a.is_former, a.valid_from, a.valid_to, a.note) for a in unit.aliases.all()]
        change_unit(actor, pk, {"aliases": [*kept, *fresh]})
    return names


def resolved_indicators(actor: Any, scope: Scope, rows: Sequence[LineRow]) -> dict[int, str]:
    """The code of each new catalogue entry by the item that asked for it; another wording is remembered where one may."""
    codes: dict[int, str] = {}
    by_name: dict[str, str] = {}
    for row in rows:
        if row.new:
            name = row.new["name"]
            if name not in by_name:
                by_name[name] = create_indicator(actor, _entry(row)).code
            codes[row.item.pk] = by_name[name]
        elif row.how == "answer" and row.indicator is not None:
            _remember(actor, scope, row)
    return codes


def _entry(row: LineRow) -> IndicatorValues:
    new = row.new or {}
    flow = new["quantity"] == "flow"
    printed = row.item.data["name"]
    return {
        "code": entry_code(new["name"]),
        "name": new["name"],
        "aliases": [printed] if printed != new["name"] and not row.item.data["measures_growth"] else [],
        "quantity": new["quantity"],
        "direction": new["direction"],
        "reporting_basis": "ytd" if flow else "level",
        "frequency": new["frequency"],
        "unit": new["unit"],
        "decimals": new["decimals"],
        "reason": _("随《%(plan)s》导入时建立。") % {"plan": row.item.draft.name},
    }


def _remember(actor: Any, scope: Scope, row: LineRow) -> None:
    """The printed name becomes another name of the entry, unless it is a growth rate's or the entry is others' too."""
    indicator, printed = row.indicator, row.item.data["name"]
    if indicator is None or row.item.data["measures_growth"] or not can_change_indicator(scope, indicator):
        return
    names = list(indicator.aliases.values_list("name", flat=True))
    taken = Indicator.objects.filter(Q(name=printed) | Q(aliases__name=printed)).exists()
    if not taken and len(printed) <= 120:
        change_indicator(actor, indicator.code, {"aliases": [*names, printed]})
