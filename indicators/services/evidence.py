"""Evidence beside figures: who may add and remove it, and when (plans.evidence says how files are held)."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from indicators.models import FIGURE_HOLDER, Figure
from indicators.permissions import duty_day, duty_units_on
from indicators.services.entry_rules import Entry, Ground, Refusal
from ipdash.core.errors import Conflict, DomainError, NotAllowed, NotVisible
from plans.evidence import Holder
from plans.models import EvidenceFile
from plans.scope import Scope


def refuse_adding(scope: Scope, figure: Figure, today: date) -> DomainError | None:
    """Whoever may type into the cell now may attach; after the lock, the reviewer whose correction is under way."""
    refusal = _refusal(scope, figure, today)
    if refusal is None or (refusal.code == "reason_needed" and figure.is_correction):
        return None
    if refusal.code == "reason_needed":
        return Conflict(
            "locked",
            _("%(quarter)s已锁定；请先按更正改正数值并写明原因，再附材料。") % {"quarter": figure.as_quarter.label},
        )
    return _as_error(refusal)


def refuse_removing(scope: Scope, figure: Figure, file: EvidenceFile, today: date) -> DomainError | None:
    """As long as the figure can be changed and nobody has it before them; what lay beside an approved value stays."""
    refusal = _refusal(scope, figure, today)
    if refusal is not None and refusal.code == "reason_needed":
        return Conflict("locked", _("%(quarter)s已锁定，材料不能移除。") % {"quarter": figure.as_quarter.label})
    if refusal is not None:
        return _as_error(refusal)
    if figure.state in {Figure.State.SUBMITTED, Figure.State.APPROVED}:
        sentence = _("数据“%(state)s”，材料不能移除；改正数值或被退回后可以移除。")
        return Conflict("wrong_state", sentence % {"state": figure.get_state_display()})
    if figure.approved_at is not None and file.added_at <= figure.approved_at:
        return Conflict("approved_with", _("这份材料是已通过数值的依据，不能移除。"))
    return None


def _refusal(scope: Scope, figure: Figure, today: date) -> Refusal | None:
    entry = Entry(figure.indicator.code, figure.region.code, figure.year, figure.quarter, figure.value)
    return Ground.read(scope, [entry], today=today, reason="", submit=False).refusal(entry)


def _as_error(refusal: Refusal) -> DomainError:
    kinds: dict[str, type[DomainError]] = {"not_allowed": NotAllowed, "not_found": NotVisible}
    return kinds.get(refusal.code, Conflict)(refusal.code, refusal.message)


def _address(figure: Figure) -> str:
    """The figure's cell in the quarter's grid of the unit that reports it."""
    pair = (figure.indicator_id, figure.region_id)
    unit = duty_units_on(duty_day(figure.as_quarter), {pair}).get(pair)
    if unit is None:
        return reverse("my-work")
    query = urlencode({"unit": unit, "quarter": str(figure.as_quarter), "region": figure.region.code})
    return f"{reverse('entry')}?{query}#v-{figure.region.code}-{figure.indicator.code}"


def _visible(scope: Scope) -> Any:
    return Figure.objects.visible_to(scope).select_related("indicator", "region")


FIGURES = Holder(
    kind=FIGURE_HOLDER,
    visible=_visible,
    refuse_adding=refuse_adding,
    refuse_removing=refuse_removing,
    region_code=lambda figure: str(figure.region.code),
    title=lambda figure: f"{figure.region.name} {figure.indicator.name} {figure.as_quarter.label}",
    address=_address,
    existing=Figure.objects.all,
)
