"""The data that the stages hand on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

Row = tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A paragraph, or a table where `rows` is not empty. `line` counts from 1 in the document's text.

    `row_lines` gives the line of each row, `row_texts` each row as printed where that is not its cells with blanks between.
    A table is `reconstructed` where the source has its cells without their rows.
    """

    text: str
    line: int
    rows: tuple[Row, ...] = ()
    heading: int = 0
    row_lines: tuple[int, ...] = ()
    row_texts: tuple[str, ...] = ()
    reconstructed: bool = False

    def line_of(self, row: int) -> int:
        """The line a row stands in."""
        return self.row_lines[row] if row < len(self.row_lines) else self.line

    def text_of(self, row: int) -> str:
        """A row as printed, on one line."""
        text = self.row_texts[row] if row < len(self.row_texts) else " ".join(cell for cell in self.rows[row] if cell)
        return " ".join(text.split())

    def joined(self, text: str) -> Block:
        """The same paragraph with its continuation."""
        return replace(self, text=self.text + text)


@dataclass(frozen=True)
class Source:
    """A document as blocks, with the plain text that `line` counts in; `findings` of the reading itself."""

    blocks: tuple[Block, ...]
    text: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Finding:
    """Something a person has to look at: the printed text, a code, a sentence in Chinese."""

    line: int
    code: str
    text: str
    message: str


class NotRead(Exception):
    """The file is not one that is read; `message` says how to save it so that it is."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class Item:
    """A numbered heading with what stands under it, up to the next heading.

    `mark` is the kind of number (see `outline.KINDS`), `number` as printed without 、 and dot; `path` the printed numbers
    from the outermost heading to this one; `body` what follows the title in the same paragraph.
    """

    mark: str
    number: str
    title: str
    body: str
    line: int
    level: int
    path: tuple[str, ...]
    paragraphs: list[Block] = field(default_factory=list)
    has_children: bool = False
    parent: Item | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Assignment:
    role: str
    unit: str
    line: int


@dataclass(frozen=True)
class Milestone:
    label: str
    from_quarter: int | None
    to_quarter: int | None
    text: str
    line: int


@dataclass
class Task:
    number: str | None
    title: str
    section: tuple[str, ...]
    line: int
    text: str = ""
    assignments: list[Assignment] = field(default_factory=list)
    objective: str | None = None
    measures: list[str] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    reconstructed: bool = False


@dataclass(frozen=True)
class Target:
    year: int
    comparator: str
    value: Decimal
    upper: Decimal | None
    raw: str


@dataclass
class Indicator:
    name: str
    unit: str | None
    raw: str
    where: str
    line: int
    attribute: str | None = None
    baselines: list[tuple[int, Decimal]] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    requirement: str | None = None
    overall: tuple[str, Decimal] | None = None
    increase: Decimal | None = None
    measures_growth: bool = False
    reconstructed: bool = False


@dataclass(frozen=True)
class Reference:
    title: str
    doc_number: str | None
    line: int


@dataclass(frozen=True)
class Phase:
    name: str
    start: str
    end: str
    line: int


@dataclass(frozen=True)
class Term:
    term: str
    definition: str
    line: int


@dataclass
class Header:
    """`at` gives the line of each field that was found."""

    title: str | None = None
    doc_number: str | None = None
    issuer: str | None = None
    region: str | None = None
    region_code: str | None = None
    issued_on: date | None = None
    period: tuple[int, int] | None = None
    at: dict[str, int] = field(default_factory=dict)
    body_from: int = 0
