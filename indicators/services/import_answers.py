"""Answers to a draft's questions: whom a printed name means, which indicator a target is about, what its basis is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from django.utils.translation import gettext as _

from indicators.models import Indicator, TargetLine
from indicators.selectors.import_review import LineRow
from indicators.selectors.imports import proposed_entry, review
from ipdash.core.errors import Invalid
from plans.models import Unit
from plans.permissions import get_import_for, get_import_item_for
from plans.scope import scope_of
from plans.services.imports import answer_items, answer_units


class NewEntry(TypedDict):
    """A catalogue entry to be made when the draft is confirmed; `numerator`, `denominator`, `factor` for a ratio alone."""

    name: str
    quantity: str
    direction: str
    unit: str
    decimals: int
    frequency: str


@dataclass(frozen=True)
class UnitAnswer:
    """Whom a name means: a unit of the directory (`former`: it is a name of the past), or one to be added."""

    unit: int | None = None
    former: bool = False
    collective: bool = False


def answer_unit_names(actor: Any, import_id: int, answers: Mapping[str, UnitAnswer]) -> int:
    """Decides names once, for all their places. Raises `NotVisible`, `Conflict`, `Invalid` for a unit of another region."""
    draft = get_import_for(scope_of(actor), import_id)
    wanted = {answer.unit for answer in answers.values() if answer.unit is not None}
    known = set(Unit.objects.filter(region=draft.region_id, pk__in=wanted).values_list("pk", flat=True))
    if wanted - known:
        message = _("没有编号为%(id)s的单位，或您无权使用。") % {"id": min(wanted - known)}
        raise Invalid("unknown_unit", message, {"unit": [message]})
    return answer_units(actor, import_id, {name: _as_stored(answer) for name, answer in answers.items()})


def _as_stored(answer: UnitAnswer) -> dict[str, Any]:
    if answer.unit is not None:
        return {"unit": answer.unit, "former": answer.former}
    return {"create": True, "collective": answer.collective}


def reset_unit_name(actor: Any, import_id: int, name: str) -> None:
    """Takes the answer about a name back."""
    known = review(get_import_for(scope_of(actor), import_id))
    if any(row.name == name for row in known.units):
        answer_units(actor, import_id, {name: {}})


def create_all_units(actor: Any, import_id: int) -> int:
    """Adds every name that nothing answers to, collectives by their wording; gives how many."""
    found = review(get_import_for(scope_of(actor), import_id))
    answers = {row.name: UnitAnswer(collective=row.looks_collective) for row in found.open_units}
    return answer_unit_names(actor, import_id, answers)


def match_indicator(actor: Any, import_id: int, item_id: int, code: str) -> None:
    """Says which entry of the catalogue a target is about. Raises `Invalid` (`unknown_indicator`)."""
    if not Indicator.objects.filter(code=code).exists():
        message = _("指标目录中没有编码“%(code)s”。") % {"code": code}
        raise Invalid("unknown_indicator", message, {"indicator": [message]})
    _answer(actor, import_id, item_id, {"indicator": code, "new": None, "untracked": False})


def new_indicator(actor: Any, import_id: int, item_id: int, entry: NewEntry) -> None:
    """Says that a target is about something the catalogue does not have yet, and what that is."""
    if entry["quantity"] == Indicator.Quantity.RATIO:
        message = _("相对数要指明分子和分母，请先在“指标目录”中建立，再回来对应。")
        raise Invalid("ratio_needs_parts", message, {"quantity": [message]})
    _answer(actor, import_id, item_id, {"indicator": "", "new": dict(entry), "untracked": False})


def leave_untracked(actor: Any, import_id: int, item_id: int, *, untracked: bool = True) -> None:
    """Leaves a target in the plan's text alone: it stays readable there, and no figures are asked for it."""
    _answer(actor, import_id, item_id, {"untracked": untracked})


def answer_basis(
    actor: Any, import_id: int, item_id: int, basis: str, *, reason: str = "", unsure: bool = False
) -> None:
    """Says what the printed numbers mean; `unsure` keeps the line marked as one to be confirmed with whoever knows."""
    if basis not in TargetLine.Basis.values:
        message = _("请选择口径。")
        raise Invalid("unknown_basis", message, {"basis": [message]})
    _answer(actor, import_id, item_id, {"basis": basis, "basis_reason": reason, "unsure": unsure})


def settle_the_rest(actor: Any, import_id: int, *, create: bool) -> int:
    """Targets that no entry of the catalogue answers to: new entries as they are proposed, or left untracked.

    A growth target needs a unit that the document does not print, so its entry is always a person's. Gives how many.
    """
    found = review(get_import_for(scope_of(actor), import_id))
    rows = [row for row in found.open_lines if "indicator" in row.questions]
    answers: dict[int, dict[str, Any]] = {}
    named: set[str] = set()
    for row in rows:
        entry = proposed_entry(row)
        if not create:
            answers[row.item.pk] = {"untracked": True}
        elif entry["unit"] and entry["quantity"] != Indicator.Quantity.RATIO and entry["name"] not in named:
            named.add(entry["name"])
            answers[row.item.pk] = {"indicator": "", "new": entry, "untracked": False}
    return answer_items(actor, import_id, answers)


def _answer(actor: Any, import_id: int, item_id: int, answer: Mapping[str, Any]) -> None:
    item = get_import_item_for(scope_of(actor), import_id, item_id)
    answer_items(actor, import_id, {item.pk: answer})


def entry_code(name: str) -> str:
    """A code for an entry that nobody named: always the same for the same name."""
    return f"ind_{hashlib.sha256(name.encode()).hexdigest()[:10]}"


def line_data(row: LineRow, codes: Mapping[int, str], source: Mapping[str, Any]) -> dict[str, Any]:
    """A reviewed target as `lines_in_bulk.store_lines` takes it."""
    data = row.item.data
    baselines = sorted(data["baselines"], key=lambda baseline: baseline["year"])
    return {
        "indicator": row.indicator.code if row.indicator else codes[row.item.pk],
        "basis": row.basis, "basis_reason": row.basis_reason, "ambiguous": row.unsure,
        "printed_name": data["name"], "unit": data["unit"], "unit_factor": str(row.factor or 1),
        "attribute": data["attribute"], "lead_unit": None, "where": data["where"], "requirement": data["requirement"],
        "overall": data["overall"], "increase": data["increase"], "measures_growth": data["measures_growth"],
        "baselines": [{**baseline, "counted_from": n == 0} for n, baseline in enumerate(baselines)],
        "targets": [
            {name: target[name] for name in ("year", "comparator", "value", "upper", "printed")}
            for target in data["targets"]
        ],
        "source": dict(source),
    }  # fmt: skip
