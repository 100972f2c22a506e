"""A draft of an imported plan, reviewed: what its names stand for and what its targets mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from indicators.imports.bases import bases_for, reason_of
from indicators.imports.naming import Candidate, Names
from indicators.imports.proposals import Proposal, basis_of, direction_of, quantity_of, unit_factor
from indicators.models import Indicator
from indicators.selectors.import_review import BASIS_FINDING, LineRow, Review, UnitRow
from ipdash.core.numbers import OutOfRange, to_scaled
from plans.models import ImportItem, PlanImport, Unit, UnitAlias
from plans.services.import_items import printed_units

Kind = ImportItem.Kind


def review(draft: PlanImport) -> Review:
    """Works out everything about a draft; the number of queries does not grow with it."""
    items = list(draft.items.all())
    head = next(item.data for item in items if item.kind == Kind.PLAN)
    years = (head["start_year"], head["end_year"]) if head["start_year"] and head["end_year"] else None
    lines = _lines([item for item in items if item.kind == Kind.INDICATOR and not item.dropped], years, draft)
    return Review(draft, items, _units(draft, items), lines)


def _units(draft: PlanImport, items: Sequence[ImportItem]) -> list[UnitRow]:
    answers = {item.data["name"]: item.data["answer"] for item in items if item.kind == Kind.UNIT}
    known = {unit.pk: unit for unit in Unit.objects.filter(region=draft.region)} if draft.region_id else {}
    names = Names(_unit_names(draft.region_id, known))
    return [_unit_row(name, tasks, answers.get(name, {}), known, names) for name, tasks in printed_units(items).items()]


def _unit_names(region_id: int | None, known: dict[int, Unit]) -> Iterable[Candidate]:
    for unit in known.values():
        yield Candidate(str(unit.pk), unit.name, unit.name)
    for alias in UnitAlias.objects.filter(region=region_id) if region_id else ():
        how = "former" if alias.is_former else "alias"
        yield Candidate(str(alias.unit_id), alias.name, known[alias.unit_id].name, how)


def _unit_row(
    name: str, tasks: list[ImportItem], answer: dict[str, Any], known: dict[int, Unit], names: Names
) -> UnitRow:
    if answer.get("unit") in known:
        return UnitRow(name, tasks, "answer", known[answer["unit"]], former=bool(answer.get("former")))
    same = names.same(name)
    if same is not None:
        return UnitRow(name, tasks, same.how, known[int(same.key)])
    if answer.get("create"):
        return UnitRow(name, tasks, "create", create=True, collective=bool(answer.get("collective")))
    return UnitRow(name, tasks, "", nearest=names.nearest(name))


def catalogue_names(indicators: Iterable[Indicator]) -> Names:
    """The catalogue's names and aliases, to look printed ones up in."""
    return Names(
        candidate
        for indicator in indicators
        for candidate in (
            Candidate(indicator.code, indicator.name, indicator.name),
            *(Candidate(indicator.code, a.name, indicator.name, "alias") for a in indicator.aliases.all()),
        )
    )


def _lines(items: Sequence[ImportItem], years: tuple[int, int] | None, draft: PlanImport) -> list[LineRow]:
    catalogue = {i.code: i for i in Indicator.objects.prefetch_related(Prefetch("aliases"))} if items else {}
    names = catalogue_names(catalogue.values())
    doubted = {f["text"] for f in draft.findings if f["code"] == BASIS_FINDING}
    rows = [_line(item, catalogue, names, years, doubted) for item in items]
    seen: dict[tuple[str, str], list[LineRow]] = defaultdict(list)
    for row in rows:
        if row.tracked and row.name:
            seen[row.name, row.basis].append(row)
    for same in seen.values():
        for row in same[1:]:
            row.questions.append("twice")
    return rows


def _line(
    item: ImportItem, catalogue: dict[str, Indicator], names: Names, years: tuple[int, int] | None, doubted: set[str]
) -> LineRow:
    data, answer = item.data, item.data.get("answer", {})
    new: dict[str, Any] | None = answer.get("new")
    same = None if new or answer.get("indicator") in catalogue else names.same(_without_growth(data))
    indicator = catalogue.get(str(answer.get("indicator") or "")) or (catalogue[same.key] if same else None)
    if new and indicator is None and (taken := names.same(new["name"])) is not None:
        indicator, new = catalogue[taken.key], None  # made in the meantime, by another plan or another person
    quantity = (
        indicator.quantity
        if indicator
        else (new or {}).get("quantity") or quantity_of(data["name"], data["unit"], data["raw"])
    )
    unit = indicator.unit if indicator else (new or {}).get("unit") or data["unit"] or ""
    proposal = basis_of(data, quantity, years)
    chosen = answer.get("basis", "")
    allowed = bases_for(quantity, data["measures_growth"])
    row = LineRow(
        item=item, tracked=not answer.get("untracked"), indicator=indicator, new=new, quantity=quantity, unit=unit,
        how=same.how if same else "answer" if indicator else "new" if new else "", proposal=proposal, years=years,
        basis=chosen if chosen in allowed else proposal.basis, unsure=bool(answer.get("unsure")),
        basis_reason=answer.get("basis_reason") or _reason(chosen, proposal, data),
        factor=1 if data["measures_growth"] else unit_factor(data["unit"], unit),
    )  # fmt: skip
    ambiguous = proposal.ambiguous or (data["raw"] in doubted and quantity == "flow" and proposal.reason != "yearly")
    if row.indicator is None and row.new is None:
        row.questions.append("indicator")
        row.nearest = names.nearest(_without_growth(data))
    elif row.factor is None:
        row.questions.append("unit")
    if ambiguous and chosen not in allowed:
        row.questions.append("basis")
    if not data["targets"]:
        row.questions.append("target")
    if not fits(row):
        row.questions.append("long")
    return row


def fits(row: LineRow) -> bool:
    """Whether words and numbers are such as are stored, and no year has two targets or two baselines."""
    data, factor = row.item.data, row.factor or 1
    words = [(data["name"], 120), (data["unit"], 20), (data["requirement"], 60)]
    words += [(target["printed"], 60) for target in data["targets"]]
    numbers = [number for target in data["targets"] for number in (target["value"], target["upper"])]
    numbers += [baseline["value"] for baseline in data["baselines"]]
    numbers += [data["increase"], (data["overall"] or {}).get("value")]
    years = [[entry["year"] for entry in data[part]] for part in ("targets", "baselines")]
    return (
        all(len(text or "") <= most for text, most in words)
        and all(len(of) == len(set(of)) for of in years)
        and all(_storable(number, factor) for number in numbers if number is not None)
    )


def _storable(number: str, factor: int) -> bool:
    try:
        to_scaled(Decimal(number) * factor)
    except OutOfRange:
        return False
    return True


def _reason(chosen: str, proposal: Proposal, data: dict[str, Any]) -> str:
    if chosen and chosen != proposal.basis:
        return _("导入时由局工作人员确定。")
    return reason_of(proposal, data)


def _without_growth(data: dict[str, Any]) -> str:
    """质押融资金额年均增幅 is about 质押融资金额."""
    name = str(data["name"])
    for tail in (
        ("年均增幅", "年均增长率", "年均增长", "年均增速", "增长率", "增速", "增幅") if data["measures_growth"] else ()
    ):
        if name.endswith(tail) and len(name) > len(tail) + 2:
            return name.removesuffix(tail)
    return name


def proposed_entry(row: LineRow) -> dict[str, Any]:
    """What a new catalogue entry for this target would most likely be, for a person to look at."""
    data = row.item.data
    quantity = quantity_of(data["name"], data["unit"], data["raw"])
    growth = bool(data["measures_growth"])
    places = max([_places(target["value"]) for target in data["targets"]] or [0])
    return {
        "name": _without_growth(data)[:120],
        "quantity": "flow" if growth and quantity == "rate" else quantity,
        "direction": direction_of(data["name"], {target["comparator"] for target in data["targets"]}),
        "unit": "" if growth else (data["unit"] or ""),
        "decimals": 0 if growth else places,
        "frequency": "quarterly",
    }


def _places(value: str) -> int:
    exponent = Decimal(value).as_tuple().exponent
    return min(6, -exponent) if isinstance(exponent, int) and exponent < 0 else 0
