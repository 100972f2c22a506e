"""What is known and what is still open about a draft of an imported plan; `imports.review` works it out."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from indicators.imports.bases import Meaning, meanings, question, reason_of
from indicators.imports.naming import Candidate
from indicators.imports.proposals import Proposal
from indicators.models import Indicator, TargetLine
from plans.models import ImportItem, PlanImport, Unit
from plans.services.import_items import missing_in_head

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

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to look at it, or to answer it at its target."""
        if self.line is None:
            return not self.finding["checked"]
        return self.line.tracked and "basis" in self.line.questions


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

    @property
    def open_findings(self) -> int:
        return sum(row.is_open for row in self.findings)

    @cached_property
    def problems(self) -> list[Problem]:
        """What must be answered before the draft can become a plan."""
        head = [Problem(text, "detail", self.head.pk) for _name, text in missing_in_head(self.head.data)]
        units = [
            Problem(_("“%(name)s”对应哪个单位，还没有确定。") % {"name": row.name}, "units") for row in self.open_units
        ]
        lines = [Problem(sentence, "lines", row.item.pk) for row in self.open_lines for sentence in _sentences(row)]
        return [*head, *self._phases(), *self._terms(), *units, *lines]

    def _terms(self) -> list[Problem]:
        seen: set[str] = set()
        twice = []
        for item in self.items:
            if item.kind == Kind.TERM and not item.dropped:
                if item.label in seen:
                    text = _("名词“%(name)s”解释了两次，请去掉一条。") % {"name": item.label}
                    twice.append(Problem(text, "detail", item.pk))
                seen.add(item.label)
        return twice

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
        "long": _("“%(name)s”的文字太长、数值太大，或同一年有两个数，无法保存，请更正。") % {"name": name[:40]},
    }
    return [words[code] for code in row.questions]
