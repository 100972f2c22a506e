"""What an upload would change: every row of the file judged as its uploader's entry and compared with what stands there.

Nothing is stored here but the judgement. The figures are judged again when they are stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from indicators.check_words import finding_words
from indicators.models import Figure, Upload, UploadRow
from indicators.selectors.figure_checks import check_values
from indicators.services.entry_rules import Entry, Ground, Key, Refusal, same_content
from indicators.services.upload_files import SHEET_LENGTH, Table
from indicators.services.upload_rows import FileRow, Said, plain_unit, rows_of_reading, rows_of_template
from indicators.workbooks.results import Finding
from indicators.workbooks.sentences import finding_sentence
from ipdash.accounts.audit import storable
from ipdash.core.periods import Quarter
from plans.scope import scope_of

if TYPE_CHECKING:
    from indicators.services.upload_bulk.preview import Judged

Verdict = UploadRow.Verdict
NOTE_LENGTH = 500
# Cells that are no figure to be stored, by what the file says of them.
SET_ASIDE = {
    Said.MISSING: Verdict.MISSING, Said.TOTAL: Verdict.TOTAL, Said.DERIVED: Verdict.DERIVED, Said.LEFT_OUT: Verdict.LEFT_OUT
}  # fmt: skip
# Refusals made before it is known that the uploader may report the region.
FOREIGN = frozenset({"unknown_indicator", "not_found", "bad_period", "not_allowed"})
# All that reporting and review change of a figure; what undoing puts back.
KEPT_FIELDS = (
    "value", "approved_value", "state", "printed", "note", "source", "upload", "cell", "is_correction",
    "entered_by", "entered_at", "submitted_at", "first_approved_by", "first_approved_at", "approved_by", "approved_at",
    "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Preview:
    """The judged rows: one for each figure cell and for each row that cannot be read. Plain rows of a large table are
    `plain` and stand in `rows` only where they are not simply new or unchanged."""

    rows: list[UploadRow]
    plain: Judged | None = None

    def counts(self) -> dict[str, int]:
        """How many rows of each verdict, and their sum."""
        return count_rows(self.rows, self.plain.counts() if self.plain else {})

    def write(self, upload: Upload) -> None:
        """Writes the rows."""
        UploadRow.objects.bulk_create(self.rows, batch_size=1000)
        if self.plain is not None:
            from indicators.services.upload_bulk.preview import write

            write(upload, self.plain)


def judge_file(actor: Any, upload: Upload, table: Table, today: date) -> Preview:
    """Judges all that the file says."""
    if table.figures is not None:
        return Preview(_judged_rows(actor, upload, table, rows_of_reading(table.figures), today))
    rows = rows_of_template(table.rows.rows)
    if table.rows.plain is None:
        return Preview(_judged_rows(actor, upload, table, rows, today))
    from indicators.services.upload_bulk.preview import judge

    plain = judge(scope_of(actor), table.rows.plain, rows, today)
    return Preview(_judged_rows(actor, upload, table, [*rows, *plain.others], today, plain=plain), plain)


def _judged_rows(
    actor: Any, upload: Upload, table: Table, rows: list[FileRow], today: date, *, plain: Judged | None = None
) -> list[UploadRow]:
    """Rows judged one by one."""
    ground = Ground.read(scope_of(actor), [row.entry for row in rows], today=today, reason="", submit=True)
    figures = _figures(ground, [row.entry for row in rows])
    sheets = {row.sheet for row in rows} | ({plain.figures.sheet} if plain else set())
    judge = _Judge(upload, ground, figures, several=len(sheets) > 1)
    judged = [judge.row(row) for row in rows]
    _ask_about_the_odd(judge, judged, plain)
    taken = {(row.sheet, row.row, row.column) for row in judged}
    for finding in table.row_findings():
        row = judge.unreadable(finding)
        if (row.sheet, row.row, row.column) not in taken:
            taken.add((row.sheet, row.row, row.column))
            judged.append(row)
    return judged


def count_rows(rows: Iterable[UploadRow], more: Mapping[str, int] | None = None) -> dict[str, int]:
    """How many rows of each verdict, every verdict named, and their sum; `more` are counted already."""
    counts = {str(verdict): (more or {}).get(str(verdict), 0) for verdict in Verdict}
    for row in rows:
        counts[row.verdict] += 1
    return {"rows": sum(counts.values()), **counts}


def entry_of(row: UploadRow) -> Entry:
    """The figure that an accepted row hands in, as of the version it was compared with."""
    if row.indicator is None or row.region is None or row.year is None or row.quarter is None:
        raise ValueError(f"{row} names no figure")
    return Entry(
        row.indicator.code, row.region.code, row.year, row.quarter, row.value, row.note or None,
        row.printed, place_of(row.sheet, row.cell), row.figure_version,
    )  # fmt: skip


def place_of(sheet: str, cell: str) -> str:
    """`填报!I7`, as workbooks write it."""
    return f"{sheet}!{cell}" if sheet else cell


def at_cell(cell: str, message: str) -> str:
    """A sentence that begins with the cell it is about."""
    return _("%(cell)s：%(sentence)s") % {"cell": cell, "sentence": message}


@dataclass(frozen=True)
class _Judge:
    """What rows are judged against; `several`: figures stand on more than one sheet, so a cell needs its sheet's name."""

    upload: Upload
    ground: Ground
    figures: dict[Key, Figure]
    several: bool

    def row(self, row: FileRow) -> UploadRow:
        entry = row.entry
        judged = UploadRow(
            upload=self.upload, sheet=row.sheet[:SHEET_LENGTH], row=row.row, column=row.column, cell=row.cell,
            indicator_text=row.indicator_text[:120], region_text=row.region_text[:60],
            year=row.year or None, quarter=row.quarter or None, printed=row.printed[:60],
        )  # fmt: skip
        not_taken = self.ground.refusal(entry)
        self._name(judged, entry, not_taken)
        refusal = self._refusal(row, entry, not_taken)
        if refusal is not None:
            self.say(judged, Verdict.REFUSED, refusal.code, refusal.message)
        elif row.said in SET_ASIDE:
            self.say(judged, SET_ASIDE[row.said], row.code, row.message)
        else:
            self._compare(judged, row, entry)
        return judged

    def unreadable(self, finding: Finding) -> UploadRow:
        """A row that does not name a figure."""
        column = finding.column or 1
        judged = UploadRow(
            upload=self.upload,
            sheet=finding.sheet[:SHEET_LENGTH],
            row=finding.row or 1,
            column=column,
            cell=finding.address,
        )
        self.say(judged, Verdict.REFUSED, finding.code, finding_sentence(finding))
        return judged

    def _name(self, judged: UploadRow, entry: Entry, refusal: Refusal | None) -> None:
        """The catalogue is everybody's. The region is noted where the uploader reports it: it says who else sees the row."""
        judged.indicator = self.ground.indicators.get(entry.indicator)
        if refusal is None or refusal.code not in FOREIGN:
            judged.region = self.ground.regions[entry.region]

    def _refusal(self, row: FileRow, entry: Entry, refusal: Refusal | None) -> Refusal | None:
        """Why the row is not taken; `refusal` is the reason to refuse its entry. A cell without a figure is none."""
        if row.said is Said.REFUSED:
            return Refusal(row.code, row.message)
        if row.said in SET_ASIDE:
            return None
        if refusal is not None:
            return refusal
        unit = self.ground.indicators[entry.indicator].unit
        if row.unit and row.unit != plain_unit(unit):
            return Refusal(
                "other_unit_column",
                _("“计量单位”列是“%(found)s”，该指标以“%(unit)s”计量。请换算为以“%(unit)s”计量的数字，并恢复该列。")
                % {"found": row.unit[:20], "unit": unit},
            )
        if len(row.note) > NOTE_LENGTH:
            return Refusal(
                "note_too_long",
                _("备注有%(count)s个字，最多%(limit)s个字。请缩短备注后重新上传。")
                % {"count": len(row.note), "limit": NOTE_LENGTH},
            )
        return None

    def _compare(self, judged: UploadRow, row: FileRow, entry: Entry) -> None:
        """New, changed, unchanged, or a question that a person has to answer first."""
        judged.value, judged.note = entry.value, entry.note or ""
        figure = self.figures.get(self.ground.key(entry))
        judged.figure_version = figure.version if figure else 0
        if figure is not None:
            judged.old_value, judged.before = figure.value, snapshot(figure)
            waiting = figure.state in {Figure.State.DRAFT, Figure.State.RETURNED}
            if same_content(figure, entry) and not waiting:
                judged.verdict = Verdict.UNCHANGED
                return
        if row.said is Said.QUESTION:
            self.say(judged, Verdict.QUESTION, row.code, row.message)
            return
        judged.verdict = Verdict.NEW if figure is None else Verdict.CHANGED
        if figure is not None and figure.value == entry.value:
            self.say(judged, Verdict.CHANGED, *_same_value(figure, entry))

    def say(self, row: UploadRow, verdict: Verdict, code: str, message: str) -> None:
        row.verdict, row.code = verdict, code[:40]
        row.message = at_cell(place_of(row.sheet, row.cell) if self.several else row.cell, message)[:500]


def _same_value(figure: Figure, entry: Entry) -> tuple[str, str]:
    """What changes where the value does not."""
    if entry.note not in {None, figure.note}:
        return "note", _("数值相同，备注有改动。")
    return "submitted", _("数值相同，入库后由“%(state)s”转为待审核。") % {"state": figure.get_state_display()}


def snapshot(figure: Figure) -> dict[str, Any]:
    """The figure's fields as JSON, to be put back by `restore`."""
    fields: list[Any] = [Figure._meta.get_field(name) for name in KEPT_FIELDS]
    return {field.name: storable(getattr(figure, field.attname)) for field in fields}


def restore(figure: Figure, kept: dict[str, Any]) -> None:
    """Puts a snapshot's fields back."""
    for name in KEPT_FIELDS:
        field: Any = Figure._meta.get_field(name)
        value = kept.get(name)  # what was kept before a field was added says nothing of it
        setattr(figure, field.attname, None if value is None else field.to_python(value))


def _ask_about_the_odd(judge: _Judge, rows: list[UploadRow], plain: Judged | None) -> None:
    """Figures that are odd beside the ones around them and come without a word of explanation become questions."""
    ground = judge.ground
    given = {
        (row.indicator.pk, row.region.pk, Quarter(row.year, row.quarter)): row
        for row in rows
        if row.verdict in (Verdict.NEW, Verdict.CHANGED, Verdict.QUESTION)
        and row.indicator and row.region and row.year and row.quarter
    }  # fmt: skip
    known = {indicator.pk: indicator for indicator in ground.indicators.values()}
    beside = plain.beside((indicator, region) for indicator, region, _quarter in given) if plain else None
    odd = check_values({key: row.value for key, row in given.items()}, known.values(), beside)
    for key, found in odd.items():
        row, indicator = given[key], known[key[0]]
        if row.note or (row.before and row.before["note"] and row.old_value == row.value):
            continue
        words = "".join(finding_words(finding, indicator) for finding in found)
        if row.verdict == Verdict.QUESTION:
            row.message = f"{row.message}{words}"[:500]
        else:
            judge.say(row, Verdict.QUESTION, found[0].code, words)


def _figures(ground: Ground, entries: list[Entry]) -> dict[Key, Figure]:
    """The figures that stand where these entries would go."""
    keys = {ground.key(e) for e in entries if e.indicator in ground.indicators and e.region in ground.regions}
    found = Figure.objects.filter(
        indicator__in={key[0] for key in keys},
        region__in={key[1] for key in keys},
        year__in={key[2] for key in keys},
        quarter__in={key[3] for key in keys},
    )
    by_key = {(f.indicator_id, f.region_id, f.year, f.quarter): f for f in found}
    return {key: figure for key, figure in by_key.items() if key in keys}
