"""What was decided about a workbook (`Mapping`) and what came of it (`FigureRow`), both plain data.

A mapping is proposed by `propose`, shown to a person, corrected, and applied again; it goes to JSON and back, and its
tables' `fingerprint` finds it again for the next file of the same source (`memory`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Literal

from indicators.workbooks.addresses import cell_address
from indicators.workbooks.mapping.catalogue import IndicatorIndex
from indicators.workbooks.mapping.regions import RegionDirectory
from indicators.workbooks.results import Finding
from ipdash.core.numbers import decimal_text

Json = dict[str, Any]
Role = Literal[
    "region", "region_code", "indicator", "indicator_code", "period", "year", "quarter", "unit", "basis", "ordinal",
    "note", "value", "ignore",
]  # fmt: skip
Kind = Literal["figure", "total", "derived"]
RowVerdict = Literal["ok", "question", "missing", "total", "derived", "duplicate", "refused"]
TOTAL = "total"  # in `Mapping.regions`: this printed name is a sum or a scope, not a region


@dataclass(frozen=True)
class Reference:
    """What names are looked up in: the regions and the catalogue of this installation."""

    regions: RegionDirectory
    indicators: IndicatorIndex


@dataclass(frozen=True)
class Hints:
    """What is known beside the file. `year`, `quarter`, `indicator` stand in where the file says nothing; `region` is the
    plan's own, which 全市 may mean."""

    file_name: str = ""
    year: int | None = None
    quarter: int | None = None
    indicator: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class ColumnMeaning:
    """One column. For `value` columns the rest says what the head tells about the figures below; "" and `None` mean that
    the row or the table tells it.

    head: as printed, levels joined by " / " · names: the levels that name the indicator · indicator: catalogue code ·
    region: printed name · region_code · period: a `Period.code`, also of a piece (Q3) · basis: ytd, quarter, month, level ·
    unit: as printed · shift: `year_ago` for 上年同期, `year_end_ago` for 上年末, `last_year`, `quarter_ago` · kind: a figure, a sum over regions, or derived.
    """

    column: int
    role: Role
    head: str = ""
    names: tuple[str, ...] = ()
    indicator: str | None = None
    candidates: tuple[str, ...] = ()
    region: str = ""
    region_code: str | None = None
    period: str = ""
    basis: str = ""
    unit: str = ""
    shift: str = ""
    kind: Kind = "figure"
    why: str = ""  # the question this head leaves open


@dataclass
class TableMapping:
    """One table of a sheet: where it is, what its columns mean, and what holds for all of it.

    rows and columns count from 1; `skipped` are rows inside that are no data (heads printed again, numbered columns).
    orientation: `indicators_across`, `regions_across`, `periods_across` or `list` (one figure a row).
    """

    sheet: str
    titles: list[str] = field(default_factory=list)
    header_rows: list[int] = field(default_factory=list)
    first_row: int = 1
    last_row: int = 1
    skipped: list[int] = field(default_factory=list)
    columns: list[ColumnMeaning] = field(default_factory=list)
    orientation: str = "list"
    units: list[str] = field(default_factory=list)
    period: str = ""
    basis: str = ""
    indicator: str | None = None
    indicator_name: str = ""
    region_code: str | None = None
    scope: str = ""
    notes: list[str] = field(default_factory=list)
    fingerprint: str = ""
    left_out: bool = False

    @classmethod
    def from_json(cls, data: Json) -> TableMapping:
        """The table of `Mapping.to_json`."""
        tuples = ("names", "candidates")
        columns = [ColumnMeaning(**{**c, **{name: tuple(c[name]) for name in tuples}}) for c in data["columns"]]
        return cls(**{**data, "columns": columns})


@dataclass
class Mapping:
    """How a whole workbook is read. `regions` and `indicators` hold what a person said of a printed name: a code, or
    `TOTAL` for a name that is a sum; they go before every look-up."""

    tables: list[TableMapping] = field(default_factory=list)
    regions: dict[str, str] = field(default_factory=dict)
    indicators: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> Json:
        """Plain data, for a JSON field."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> Mapping:
        """What `to_json` gave, also after a round through JSON."""
        tables = [TableMapping.from_json(table) for table in data["tables"]]
        return cls(tables, dict(data["regions"]), dict(data["indicators"]))


@dataclass(frozen=True)
class FigureRow:
    """One figure cell as understood. `value` is in `unit`; `period` as `2024Q3`, `2018`, `2012-10`, `2012-01/2012-10`,
    `2020-11-01`, "" where unknown; `code` and `params` name what is special and become a sentence. `candidates` are the
    region or indicator codes a person may choose from."""

    sheet: str
    row: int
    column: int
    region: str
    region_code: str | None
    name: str
    indicator: str | None
    period: str
    year: int | None
    quarter: int | None
    basis: str
    value: Decimal | None
    unit: str
    printed: str
    verdict: RowVerdict
    code: str = ""
    params: dict[str, str] = field(default_factory=dict)
    candidates: tuple[str, ...] = ()

    @property
    def cell(self) -> str:
        return cell_address(self.row, self.column)

    def to_json(self, message: str = "") -> Json:
        """The row as the command prints it."""
        return {
            "sheet": self.sheet, "cell": self.cell, "row": self.row, "column": self.column, "region": self.region,
            "region_code": self.region_code, "name": self.name, "indicator": self.indicator, "period": self.period or None,
            "year": self.year, "quarter": self.quarter, "basis": self.basis or None,
            "value": None if self.value is None else decimal_text(self.value), "unit": self.unit, "printed": self.printed,
            "verdict": self.verdict, "code": self.code, "message": message, "candidates": list(self.candidates),
        }  # fmt: skip


@dataclass
class Reading:
    """A workbook as understood: one row for each figure cell, every remark, and the mapping that gave them."""

    rows: list[FigureRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    mapping: Mapping = field(default_factory=Mapping)
    refused: bool = False
