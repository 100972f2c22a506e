"""A draft of an imported plan, reviewed: what its names stand for, what its targets mean, and what is still open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from indicators.imports.bases import Meaning, bases_for, meanings, question, reason_of
from indicators.imports.naming import Candidate, Names
from indicators.imports.proposals import Proposal, basis_of, direction_of, quantity_of, unit_factor
from indicators.models import Indicator, TargetLine
from plans.models import ImportItem, PlanImport, Unit, UnitAlias
from plans.services.import_items import missing_in_head, printed_units

Kind = ImportItem.Kind
BASIS_FINDING = "ambiguous_basis"


@dataclass
class UnitRow:
    """A unit's printed name with its tasks. `unit` is whom it stands for; with `create` it is added to the directory."""

    name: str
    tasks: list[ImportItem]
    how: str
    unit: Unit | None = None
    create: bool = False
    collective: bool = False
    former: bool = False
    nearest: list[Candidate] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.unit is None and not self.create

    @property
    def looks_collective(self) -> bool:
        return self.name.startswith(("各", "有关", "相关")) or self.name.endswith(("相关部门", "有关部门", "成员单位"))


@dataclass
class LineRow:
    """A target with the catalogue entry it is about (`indicator`, or `new` to be made) and the basis it has.

    `questions` are what only a person can answer: `indicator`, `unit`, `basis`, `twice`, `target`.
    """

    item: ImportItem
    tracked: bool
    indicator: Indicator | None
    how: str
    new: dict[str, Any] | None
    quantity: str
    unit: str
    proposal: Proposal
    basis: str
    basis_reason: str
    unsure: bool
    factor: int | None
    years: tuple[int, int] | None
    nearest: list[Candidate] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    @property
    def basis_label(self) -> str:
        return str(TargetLine.Basis(self.basis).label)

    @property
    def proposed_label(self) -> str:
        return str(TargetLine.Basis(self.proposal.basis).label)

    @property
    def proposed_reason(self) -> str:
        return reason_of(self.proposal, self.item.data)

    @property
    def question(self) -> str:
        return question(self.item.data)

    @property
    def meanings(self) -> list[Meaning]:
        return meanings(self.item.data, self.quantity, (self.years or (0, 0))[0])

    @property
    def name(self) -> str:
        """The catalogue's name of what is measured."""
        return self.indicator.name if self.indicator else str((self.new or {}).get("name", ""))

    @property
    def is_open(self) -> bool:
        return bool(self.questions)


@dataclass(frozen=True)
class Problem:
    """Something that stands in the way of storing; `tab` and `item` say where it is answered."""

    text: str
    tab: str
    item: int | None = None


@dataclass(frozen=True)
class FindingRow:
    """One of the reader's findings under its number, with the target whose question it is."""

    number: int
    finding: dict[str, Any]
    line: LineRow | None


@dataclass
class Review:
    """A draft with everything worked out about it. Nothing here is stored; it follows from the items and the directories."""

    draft: PlanImport
    items: list[ImportItem]
    units: list[UnitRow]
    lines: list[LineRow]

    @property
    def head(self) -> ImportItem:
        return next(item for item in self.items if item.kind == Kind.PLAN)

    @property
    def open_units(self) -> list[UnitRow]:
        return [row for row in self.units if row.is_open]

    @property
    def open_lines(self) -> list[LineRow]:
        return [row for row in self.lines if row.tracked and row.is_open]

    @property
    def tracked(self) -> list[LineRow]:
        return [row for row in self.lines if row.tracked]

    @property
    def new_indicators(self) -> list[LineRow]:
        return [row for row in self.tracked if row.new]

    @property
    def findings(self) -> list[FindingRow]:
        """The reader's findings; one about a basis belongs to its target, where it is answered."""
        asked = {row.item.data["raw"]: row for row in self.lines if row.item.data["raw"]}
        return [
            FindingRow(number, finding, asked.get(finding["text"]) if finding["code"] == BASIS_FINDING else None)
            for number, finding in enumerate(self.draft.findings)
        ]

    @property
    def has_checkable(self) -> bool:
        return any(row.line is None for row in self.findings)

    @property
    def unchecked(self) -> int:
        return sum(not row.finding["checked"] for row in self.findings if row.line is None)

    @cached_property
    def problems(self) -> list[Problem]:
        """What must be answered before the draft can become a plan."""
        head = [Problem(text, "detail", self.head.pk) for _name, text in missing_in_head(self.head.data)]
        units = [
            Problem(_("“%(name)s”对应哪个单位，还没有确定。") % {"name": row.name}, "units") for row in self.open_units
        ]
        lines = [Problem(sentence, "lines", row.item.pk) for row in self.open_lines for sentence in _sentences(row)]
        return [*head, *self._phases(), *units, *lines]

    def _phases(self) -> list[Problem]:
        return [
            Problem(_("阶段“%(name)s”的起止月份没有写全或前后颠倒。") % {"name": item.data["name"]}, "detail", item.pk)
            for item in self.items
            if item.kind == Kind.PHASE
            and not item.dropped
            and not (item.data["start"] and item.data["end"] and item.data["start"] <= item.data["end"])
        ]


def _sentences(row: LineRow) -> list[str]:
    name = row.item.data["name"]
    words = {
        "indicator": _("“%(name)s”对应指标目录中的哪个指标，还没有确定。") % {"name": name},
        "unit": _("“%(name)s”的原文单位“%(printed)s”不能换算成目录单位“%(unit)s”。")
        % {"name": name, "printed": row.item.data["unit"] or "", "unit": row.unit},
        "basis": _("“%(name)s”的口径要由您确定：%(question)s") % {"name": name, "question": row.question},
        "twice": _("“%(name)s”与另一条目标是同一指标、同一口径，请去掉或改正其中一条。") % {"name": name},
        "target": _("“%(name)s”没有目标值，请补上或不跟踪。") % {"name": name},
    }
    return [words[code] for code in row.questions]


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
    return row


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
