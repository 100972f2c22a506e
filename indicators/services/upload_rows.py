"""One figure cell of a file as the preview judges it, whoever's table it stood in: our own, or one that was mapped."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from indicators.models import Indicator
from indicators.services.entry_rules import Entry
from indicators.workbooks import columns
from indicators.workbooks.addresses import row_and_column
from indicators.workbooks.inert import clean_text
from indicators.workbooks.mapping.correct import IGNORE
from indicators.workbooks.mapping.model import FigureRow, Reading
from indicators.workbooks.sentences import figure_sentence
from indicators.workbooks.template_rows import TemplateRow
from ipdash.core.figure_sentences import sentence
from ipdash.core.figure_text import Verdict
from ipdash.core.numbers import SCALE, decimal_text, from_scaled


class Said(StrEnum):
    """What the file says of a cell, before anybody's figures are compared."""

    FIGURE = "figure"
    QUESTION = "question"
    MISSING = "missing"
    REFUSED = "refused"
    TOTAL = "total"
    DERIVED = "derived"
    LEFT_OUT = "left_out"


@dataclass(frozen=True)
class FileRow:
    """One figure cell. `indicator` and `region` are codes, "" where they are not known; `year` and `quarter` 0 likewise.

    `code` and `message` tell what is special about a cell that is not simply a figure; `unit` is what our own table's
    unit column says.
    """

    sheet: str
    row: int
    column: int
    cell: str
    indicator: str
    region: str
    indicator_text: str
    region_text: str
    year: int
    quarter: int
    value: Decimal | None
    printed: str
    said: Said = Said.FIGURE
    code: str = ""
    message: str = ""
    note: str = ""
    unit: str = ""

    @property
    def entry(self) -> Entry:
        """The figure as its uploader reports it."""
        return Entry(
            self.indicator, self.region, self.year, self.quarter, self.value, self.note or None, printed=self.printed
        )


def plain_unit(unit: str) -> str:
    """A unit as our own table's column is compared with it."""
    return unicodedata.normalize("NFKC", unit).strip()


def rows_of_template(rows: Iterable[TemplateRow]) -> list[FileRow]:
    """The rows of our own table."""
    return [_of_template(row) for row in rows]


def rows_of_reading(reading: Reading) -> list[FileRow]:
    """The figure cells of somebody else's file; of a figure that stands there twice only the first is one."""
    catalogue = {
        i.code: i for i in Indicator.objects.filter(code__in={r.indicator for r in reading.rows if r.indicator})
    }
    return _each_once([_of_figure(row, catalogue.get(row.indicator or "")) for row in reading.rows])


def _of_template(row: TemplateRow) -> FileRow:
    cell = row.cells[columns.VALUE]
    number, column = row_and_column(cell) or (row.row, 1)
    said = {Verdict.QUESTION: Said.QUESTION, Verdict.MISSING: Said.MISSING, Verdict.REFUSED: Said.REFUSED}
    verdict = said.get(row.value.verdict, Said.FIGURE)
    return FileRow(
        row.sheet, number, column, cell, row.indicator_code, row.region_code, row.indicator_code, row.region_code,
        row.year, row.quarter, row.value.value, clean_text(row.value.printed), verdict,
        row.value.code, "" if verdict is Said.FIGURE else sentence(row.value.code, row.value.params),
        clean_text(row.note), row.unit,
    )  # fmt: skip


def _of_figure(row: FigureRow, indicator: Indicator | None) -> FileRow:
    said, code, message = _judged(row, indicator)
    return FileRow(
        row.sheet, row.row, row.column, row.cell, indicator.code if indicator else "", row.region_code or "",
        clean_text(row.name), clean_text(row.region), row.year or 0, row.quarter or 0,
        row.value if said in (Said.FIGURE, Said.QUESTION) else None, clean_text(row.printed), said, code, message,
    )  # fmt: skip


def _judged(row: FigureRow, indicator: Indicator | None) -> tuple[Said, str, str]:
    """What the reading of a cell comes to: a figure to compare, a question about one, or none and why."""
    message = figure_sentence(row.code, row.params)
    if row.indicator == IGNORE:
        return Said.LEFT_OUT, "set_aside", _("“%(name)s”按对应关系不读取。") % {"name": row.name[:60]}
    if row.verdict in ("total", "derived", "missing", "refused"):
        return Said(row.verdict), row.code, message
    if row.verdict == "duplicate":
        return Said.LEFT_OUT, row.code, message
    if row.code == "not_quarter_end":
        return Said.LEFT_OUT, row.code, message
    is_known = row.region_code and row.period and row.value is not None
    if indicator is None or not is_known or (row.basis == "" and row.verdict == "question"):
        return Said.REFUSED, row.code or "not_told", message + _("（请回到第2步“核对识别结果”选定。）")
    if row.quarter is None:
        return Said.LEFT_OUT, "not_quarter_end", figure_sentence("not_quarter_end", {"period": row.period})
    if row.unit and unicodedata.normalize("NFKC", row.unit) != unicodedata.normalize("NFKC", indicator.unit):
        return (
            Said.REFUSED,
            "unit_differs",
            figure_sentence("unit_differs", {"unit": row.unit, "wanted": indicator.unit}),
        )
    if not _on_basis(row, indicator):
        return (
            Said.LEFT_OUT,
            "other_basis",
            _("“%(name)s”按%(wanted)s填报，这里是%(found)s，不能直接入库；请使用按%(wanted)s列出的数据。")
            % {
                "name": indicator.name,
                "wanted": indicator.get_reporting_basis_display(),
                "found": basis_words(row.basis),
            },
        )
    return (Said.QUESTION, row.code, message) if row.verdict == "question" else (Said.FIGURE, "", "")


def printed_value(scaled: int) -> str:
    """A number cell as it is shown, from its value × 10⁶."""
    whole, rest = divmod(scaled, SCALE)
    return decimal_text(from_scaled(scaled)) if rest else str(whole)


def basis_words(basis: str) -> str:
    """The basis as people call it."""
    words = {"ytd": _("本年累计数"), "quarter": _("当季数"), "month": _("当月数"), "level": _("期末数")}
    return words.get(basis, _("口径不明的数"))


def _on_basis(row: FigureRow, indicator: Indicator) -> bool:
    """Whether the figure is what the indicator reports: in the first quarter the running total is the quarter's."""
    if row.basis == indicator.reporting_basis:
        return True
    if indicator.frequency == Indicator.Frequency.ANNUAL and row.basis == "ytd":
        return row.quarter == 4
    return row.quarter == 1 and {row.basis, indicator.reporting_basis} == {"ytd", "quarter"}


def _each_once(rows: Sequence[FileRow]) -> list[FileRow]:
    """The rows; of those that come to the same figure (累计 and 当季 of a first quarter) one, or none where they differ."""
    by_figure: dict[tuple[str, str, int, int], list[int]] = {}
    for at, row in enumerate(rows):
        if row.said in (Said.FIGURE, Said.QUESTION):
            by_figure.setdefault((row.indicator, row.region, row.year, row.quarter), []).append(at)
    result = list(rows)
    for places in by_figure.values():
        same = len({rows[at].value for at in places}) == 1
        for at in places[1:] if same else places:
            other = rows[places[1] if at == places[0] else places[0]]
            code = "figure_twice" if same else "figures_conflict"
            said = Said.LEFT_OUT if same else Said.REFUSED
            message = figure_sentence(code, {"sheet": other.sheet, "cell": other.cell})
            result[at] = replace(rows[at], said=said, value=None, code=code, message=message)
    return result
