"""What reading a file gives: typed cells with their addresses, and findings. Crosses the process border as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from indicators.workbooks.addresses import cell_address
from ipdash.core.figure_text import CellError
from ipdash.core.numbers import from_scaled

Level = Literal["refused", "error", "question", "note"]
Value = str | Decimal | bool | dt.date | dt.time | dt.timedelta | CellError
Json = dict[str, Any]


class Refused(Exception):
    """The gate refuses the whole file; `code` and `params` become a sentence in `sentences`."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = {key: str(value) for key, value in params.items()}


@dataclass(frozen=True)
class Finding:
    """One remark on a file, a sheet, a row or a cell; `row` and `column` count from 1.

    level: `refused` the whole file is not read · `error` this place cannot be used · `question` a person confirms ·
    `note` for information. `message` is filled only where the finding leaves the product (see `sentences`).
    """

    code: str
    params: dict[str, str] = field(default_factory=dict)
    level: Level = "error"
    sheet: str = ""
    row: int | None = None
    column: int | None = None
    message: str = ""

    @property
    def address(self) -> str:
        """`D7`, or "" for a finding that is not about one cell."""
        return "" if self.row is None or self.column is None else cell_address(self.row, self.column)

    def to_json(self) -> Json:
        return dict(self.__dict__)


class Cell(NamedTuple):
    """One filled cell. `percent` says that its number is shown as a percentage (value 0.125, shown 12.5%)."""

    row: int
    column: int
    value: Value
    percent: bool = False

    @property
    def address(self) -> str:
        return cell_address(self.row, self.column)


@dataclass
class BlockColumn:
    """One column of a `Block`: numbers × 10⁶; or, with `texts`, which of these stands in each row."""

    values: list[int]
    texts: list[str] = field(default_factory=list)

    def value(self, place: int) -> Value:
        """What stands in one of the rows."""
        return self.texts[self.values[place]] if self.texts else from_scaled(self.values[place])


@dataclass
class Block:
    """Rows of a sheet that are filled alike, as columns by their number. They stand in `rows` of no `Sheet`."""

    rows: list[int]
    columns: dict[int, BlockColumn] = field(default_factory=dict)

    def cells(self, place: int) -> list[Cell]:
        """One of the rows as cells."""
        return [Cell(self.rows[place], number, column.value(place)) for number, column in self.columns.items()]

    def to_json(self) -> Json:
        return {"rows": self.rows, "columns": [[n, c.values, c.texts] for n, c in self.columns.items()]}

    @classmethod
    def from_json(cls, data: Json) -> Block:
        return cls(data["rows"], {number: BlockColumn(values, texts) for number, values, texts in data["columns"]})


@dataclass
class Sheet:
    """One sheet: its filled cells by row, in order, and what is hidden or merged in it (merges as `A1:C2`).

    `block` holds the rows that were read as columns, where the reader was asked for that; `rows` all others.
    """

    name: str
    hidden: bool = False
    rows: list[list[Cell]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    block: Block | None = None

    def to_json(self) -> Json:
        rows = [[row[0].row, [_cell_to_json(cell) for cell in row]] for row in self.rows]
        return {**self.__dict__, "rows": rows, "block": self.block and self.block.to_json()}

    @classmethod
    def from_json(cls, data: Json) -> Sheet:
        rows = [[_cell_from_json(number, cell) for cell in cells] for number, cells in data["rows"]]
        block = data.get("block")
        return cls(**{**data, "rows": rows, "block": block and Block.from_json(block)})


@dataclass
class ReadResult:
    """A file as read. `kind` is `xlsx`, `xls` or `csv`, "" where the file was refused; then there are no sheets."""

    kind: str = ""
    sheets: list[Sheet] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether the whole file was refused; the reason is the finding of that level."""
        return any(finding.level == "refused" for finding in self.findings)

    def to_json(self) -> Json:
        return {
            "kind": self.kind,
            "sheets": [sheet.to_json() for sheet in self.sheets],
            "findings": [finding.to_json() for finding in self.findings],
        }

    @classmethod
    def from_json(cls, data: Json) -> ReadResult:
        sheets = [Sheet.from_json(sheet) for sheet in data["sheets"]]
        return cls(data["kind"], sheets, [Finding(**finding) for finding in data["findings"]])


def refusal(refused: Refused) -> ReadResult:
    """The result for a file the gate refuses."""
    return ReadResult(findings=[Finding(refused.code, refused.params, "refused")])


def _cell_to_json(cell: Cell) -> list[Any]:
    value = cell.value
    if isinstance(value, str):
        return [cell.column, "s", value]
    if isinstance(value, Decimal):
        return [cell.column, "p" if cell.percent else "n", str(value)]
    if isinstance(value, bool):
        return [cell.column, "b", value]
    if isinstance(value, CellError):
        return [cell.column, "f" if value.without_value else "e", value.text]
    if isinstance(value, dt.timedelta):
        return [cell.column, "i", value.total_seconds()]
    kind = "t" if isinstance(value, dt.time) else "m" if isinstance(value, dt.datetime) else "d"
    return [cell.column, kind, value.isoformat()]


_READERS: dict[str, Callable[[Any], Value]] = {
    "s": str,
    "n": Decimal,
    "p": Decimal,
    "b": bool,
    "e": CellError,
    "f": lambda text: CellError(text, without_value=True),
    "i": lambda seconds: dt.timedelta(seconds=seconds),
    "t": dt.time.fromisoformat,
    "m": dt.datetime.fromisoformat,
    "d": dt.date.fromisoformat,
}


def _cell_from_json(row: int, data: list[Any]) -> Cell:
    column, kind, content = data
    return Cell(row, column, _READERS[kind](content), kind == "p")
