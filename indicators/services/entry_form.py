"""The entry form of a unit and a quarter: what may be typed where, and one save for everything that was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from indicators.check_words import finding_words
from indicators.models import Figure
from indicators.selectors.entry_rows import EntryPage, EntryRow
from indicators.selectors.figure_checks import check_values
from indicators.services.entry_rules import Entry, Ground, Refusal
from indicators.services.figure_batches import Outcome
from indicators.services.figures import save_figures
from ipdash.core.display import with_unit
from ipdash.core.errors import Conflict
from ipdash.core.figure_sentences import sentence
from ipdash.core.figure_text import Origin, ParsedFigure, Verdict, parse_figure
from ipdash.core.numbers import decimal_text
from plans.scope import Scope

LONGEST_NOTE = 500


@dataclass(frozen=True)
class Typed:
    """One row as it came back from the page: what stands there now, what stood there, and the version that was shown."""

    text: str
    note: str
    was_text: str
    was_note: str
    version: int

    @property
    def changed(self) -> bool:
        return self.text != self.was_text or self.note != self.was_note


@dataclass
class Saved:
    """What a save did. `errors` are sentences by row key; `unfilled`, `untouched` (sent back, not mended) name rows.

    `stale` and `unexplained` (odd, and without a word about it) are the errors that are no mistake of the writing;
    `understood` tells how unusual writings were read.
    """

    stored: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    unexplained: set[str] = field(default_factory=set)
    unfilled: list[str] = field(default_factory=list)
    untouched: list[str] = field(default_factory=list)
    understood: list[str] = field(default_factory=list)


def read_typed(rows: Sequence[EntryRow], data: Mapping[str, Any]) -> dict[str, Typed]:
    """What the page sent for these rows; rows it did not send are absent."""
    typed = {}
    for row in rows:
        if f"value.{row.key}" in data:
            text, note, was, was_note, version = (
                str(data.get(f"{name}.{row.key}", "")).strip()
                for name in ("value", "note", "was", "wasnote", "version")
            )
            # Without the version that was shown, what stands there now would be overwritten unseen.
            typed[row.key] = Typed(text, note, was, was_note, int(version) if version.isdecimal() else 0)
    return typed


def repaired(typed: dict[str, Typed], asked: str) -> dict[str, Typed]:
    """The rows with one value put right: `asked` is a row's key and the value that was offered, `610300-code=3.12`."""
    key, _equals, value = asked.partition("=")
    if key in typed and value:
        typed[key] = replace(typed[key], text=value)
    return typed


def refusals(scope: Scope, rows: Sequence[EntryRow], *, today: date) -> dict[str, Refusal]:
    """By row key why a row cannot be filled in now; `reason_needed` is one that a correction with a reason may change."""
    entries = [_entry(row, row.value) for row in rows]
    ground = Ground.read(scope, entries, today=today, reason="", submit=False)
    found = {row.key: ground.refusal(entry) for row, entry in zip(rows, entries, strict=True)}
    return {key: refusal for key, refusal in found.items() if refusal is not None}


def save_form(
    actor: Any, page: EntryPage, typed: Mapping[str, Typed], *, submit: bool, today: date, reason: str = ""
) -> Saved:
    """Stores what was changed, and with `submit` hands in what is complete; every refused row has its sentence.

    Rows that nobody touched are left alone, but with `submit` drafts among them are handed in. What was sent back has to
    be changed or explained before it is handed in again.
    """
    saved = Saved()
    entries: dict[str, Entry] = {}
    for row in page.rows:
        if row.key in typed:
            entry = _wanted(row, typed[row.key], saved, submit=submit)
            if entry is not None:
                entries[row.key] = entry
    odd = _ask_for_words(page, entries, saved) if submit else {}
    # What is odd is kept as a draft while it is asked about; what a reviewer corrects after the lock has no drafts.
    for batch, handed_in in ((entries, submit), (odd, False)):
        if batch:
            outcome = save_figures(
                actor, list(batch.values()), source=Figure.Source.FORM, today=today, submit=handed_in, reason=reason
            )
            _take_results(saved, list(batch), outcome)
    return saved


def figure_to_hold_files(actor: Any, row: EntryRow, *, today: date) -> int:
    """The row's figure, an empty draft where nothing has been typed yet. Raises what refuses the draft."""
    if row.figure is not None:
        return row.figure.pk
    entry = replace(_entry(row, None), hold=True)
    (result,) = save_figures(actor, [entry], source=Figure.Source.FORM, today=today, submit=False).results
    if result.id is None:
        raise Conflict(result.code, result.message)
    return result.id


def _ask_for_words(page: EntryPage, entries: dict[str, Entry], saved: Saved) -> dict[str, Entry]:
    """Takes out and gives what is odd and says nothing about it: it is handed in with a word, or mended."""
    taken: dict[str, Entry] = {}
    rows = {row.key: row for row in page.rows if row.key in entries}
    values = {row.check_key: entries[key].value for key, row in rows.items()}
    odd = check_values(values, [row.indicator for row in rows.values()])
    for key, row in rows.items():
        entry = entries[key]
        note = entry.note if entry.note is not None else row.figure.note if row.figure else ""
        if row.check_key in odd and not note.strip():
            words = "".join(finding_words(finding, row.indicator) for finding in odd[row.check_key])
            saved.errors[key] = words + _("请核对；确实如此的，在说明中写一句原因后再提交。")
            saved.unexplained.add(key)
            taken[key] = entries.pop(key)
    return taken


def _wanted(row: EntryRow, typed: Typed, saved: Saved, *, submit: bool) -> Entry | None:
    """The entry that a row asks for, None where it asks for nothing or cannot be understood."""
    if not typed.changed:
        if submit and row.is_open_draft:
            return _entry(row, row.value, version=typed.version, printed=row.figure.printed if row.figure else "")
        if submit and row.is_returned:
            saved.untouched.append(row.indicator.name)
        elif submit and row.value is None:
            saved.unfilled.append(row.indicator.name)
        return None
    if len(typed.note) > LONGEST_NOTE:
        saved.errors[row.key] = _("说明有%(count)s字，最多%(most)s字；请精简，详细材料可另附。") % {
            "count": len(typed.note),
            "most": LONGEST_NOTE,
        }
        return None
    if "\0" in typed.note:
        saved.errors[row.key] = _("说明中含有不能保存的字符，请重新输入。")
        return None
    parsed = parse_figure(typed.text, row.indicator.unit, Origin.FORM)
    if parsed.verdict == Verdict.REFUSED:
        saved.errors[row.key] = sentence(parsed.code, parsed.params)
        return None
    _tell_understood(row, parsed, saved)
    return _entry(row, parsed.value, note=typed.note, version=typed.version, printed=_printed(typed.text, parsed))


def _printed(text: str, parsed: ParsedFigure) -> str:
    """The writing, where it is more than the number's plain digits."""
    return "" if parsed.value is not None and decimal_text(parsed.value) == text else text


def _tell_understood(row: EntryRow, parsed: ParsedFigure, saved: Saved) -> None:
    if parsed.verdict == Verdict.OK and parsed.code in {"multiplier", "full_width", "percent_sign", "binary_noise"}:
        saved.understood.append(
            _("%(name)s：“%(printed)s”读作 %(value)s")
            % {
                "name": row.indicator.name,
                "printed": parsed.printed.strip(),
                "value": with_unit(parsed.value, row.indicator.unit),
            }
        )


def _entry(
    row: EntryRow, value: Any, *, note: str | None = None, version: int | None = None, printed: str = ""
) -> Entry:
    quarter = row.quarter
    return Entry(
        row.indicator.code, row.region.code, quarter.year, quarter.quarter, value, note, printed, version=version
    )


def _take_results(saved: Saved, keys: list[str], outcome: Outcome) -> None:
    for key, result in zip(keys, outcome.results, strict=True):
        if not result.ok:
            saved.errors[key] = result.message
            saved.unexplained.discard(key)
            if result.code == "stale_version":
                saved.stale.add(key)
        elif result.code in {"new", "changed"}:
            saved.stored += 1
