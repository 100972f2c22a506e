"""Uploaded files: let in through the gate, kept under their checksum, read, recognised, given back marked.

Nothing is stored of a file that the gate refuses, only that it came and why it was refused.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import IO, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from indicators.models import Upload, UploadRow
from indicators.models.upload import upload_path
from indicators.permissions import ENTERING
from indicators.services.saved_mappings import saved_for
from indicators.services.upload_foreign import ForeignReader, fingerprint_of, mapping_of, remarks
from indicators.workbooks import columns, limits
from indicators.workbooks.addresses import row_and_column
from indicators.workbooks.annotate import annotate
from indicators.workbooks.files import read_bytes
from indicators.workbooks.mapping.model import Reading
from indicators.workbooks.results import Finding, Level, ReadResult, Sheet
from indicators.workbooks.sentences import with_messages
from indicators.workbooks.template_blocks import PlainFigures
from indicators.workbooks.template_rows import TemplateRow, TemplateRows, read_template, text_of
from ipdash.accounts import audit
from ipdash.core.errors import Conflict
from ipdash.core.file_names import clean_name
from plans.permissions import require_role
from plans.scope import scope_of

SHEET_LENGTH = 60
FOREIGN = "foreign"  # the kind of a file that is not our own table
# What the own table's rows can be wrong in; each is a row of the preview and not a remark on the file.
ROW_CODES = frozenset({"row_without_codes", "code_not_text", "no_period", "conflicting_rows"})


@dataclass(frozen=True)
class Table:
    """A file as read: what the reader found, and what the rows of our own table say; `figures` of anybody else's file."""

    read: ReadResult
    rows: TemplateRows
    figures: Reading | None = None

    def row_findings(self) -> list[Finding]:
        """Findings that stand for a row which could not be read as a figure."""
        if self.figures is not None:
            return []
        return [finding for finding in self.rows.findings if finding.code in ROW_CODES]

    def file_findings(self) -> list[Finding]:
        """What is to be said of the file and of cells that are no figures."""
        if self.figures is not None:
            return remarks(self.figures)
        figures = {(row.sheet, *(row_and_column(row.cells[columns.VALUE]) or (0, 0))) for row in self.rows.rows}
        return [
            finding
            for finding in self.rows.findings
            if finding.code not in ROW_CODES and (finding.sheet, finding.row, finding.column) not in figures
        ]


def receive_file(actor: Any, file: IO[bytes], name: str) -> Upload:
    """Takes a file in: state `received` with what was recognised in it, or `refused` with the reason in its findings.

    Raises `NotAllowed` for people who report no figures. At most 10 MB of `file`, which can be sought, are read.
    """
    require_role(scope_of(actor), *ENTERING)
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    content = file.read(limits.FILE_BYTES + 1)
    checksum = hashlib.sha256(content).hexdigest()
    upload = Upload(name=clean_name(name), checksum=checksum, size=size, uploaded_by=actor)
    if size > limits.FILE_BYTES:
        megabytes = {"megabytes": f"{size / limits.MEGABYTE:.1f}", "limit": str(limits.FILE_BYTES // limits.MEGABYTE)}
        return _keep(upload, None, [Finding("too_big", megabytes, "refused")], refused=True)
    read = read_bytes(content, upload.name, in_blocks=True)
    if read.refused:
        return _keep(upload, None, read.findings, refused=True)
    table = Table(read, read_template(read))
    if table.rows.recognised:
        upload.mapping = describe(table)
    else:
        table, upload.mapping = _foreign(actor, read, upload.name)
    problem = _file_problem(table)
    findings = table.file_findings()
    if problem is not None:
        return _keep(upload, content, [problem, *_without_the_general(findings)], refused=True)
    return _keep(upload, content, [*_seen_before(upload), *findings], refused=False)


def _foreign(actor: Any, read: ReadResult, name: str) -> tuple[Table, dict[str, Any]]:
    """Somebody else's file as it is understood, by what was settled for files of its layout where there is something."""
    scope = scope_of(actor)
    reader = ForeignReader.of(scope, read, name)
    reading = reader.proposed()
    if reading.refused:
        return Table(read, TemplateRows(), reading), {"kind": "foreign", "file_kind": read.kind}
    fingerprint = fingerprint_of(reading.mapping)
    saved = saved_for(scope, fingerprint)
    recalled = None
    if saved is not None:
        reading = reader.recalled(reading.mapping, saved.mapping)
        recalled = {"id": saved.pk, "name": saved.name, "on": saved.last_used.isoformat()}
    return Table(read, TemplateRows(), reading), reader.described(reading, fingerprint, recalled)


def read_table(upload: Upload) -> Table:
    """The stored file, read again; raises `Conflict` where it can no longer be read."""
    foreign = upload.mapping.get("kind") == FOREIGN
    read = _read_stored(upload, in_blocks=not foreign)
    if foreign:
        reader = ForeignReader.of(scope_of(upload.uploaded_by), read, upload.name)
        return Table(read, TemplateRows(), reader.under(mapping_of(upload.mapping)))
    return Table(read, read_template(read))


def read_otherwise(upload: Upload, data: dict[str, Any] | None) -> tuple[list[Finding], dict[str, Any]]:
    """Somebody else's file with a person's corrections, or with `None` as if it were the first of its source: the
    remarks on it and the mapping to keep. Raises `Invalid` where a correction cannot be made."""
    read, kept = _read_stored(upload), upload.mapping
    reader = ForeignReader.of(scope_of(upload.uploaded_by), read, upload.name)
    reading = reader.proposed() if data is None else reader.corrected(mapping_of(kept), data)
    recalled = None if data is None else kept["recalled"]
    return remarks(reading), reader.described(reading, kept["fingerprint"], recalled)


def _read_stored(upload: Upload, *, in_blocks: bool = False) -> ReadResult:
    read = read_bytes(stored_content(upload), upload.name, in_blocks=in_blocks)
    if read.refused:
        raise Conflict("unreadable", with_messages(read.findings)[0].message)
    return read


def stored_content(upload: Upload) -> bytes:
    """The file's bytes; raises `Conflict` where none are kept."""
    if not upload.file:
        raise Conflict("no_file", _("这个文件被拒绝，没有保存，不能再读取；请改正后重新上传。"))
    with upload.file.open("rb") as stored:
        content: bytes = stored.read()
    return content


def annotated_file(upload: Upload, marked: Iterable[UploadRow]) -> tuple[str, bytes]:
    """The file with these rows' cells and its own findings marked, and the name to give it.

    Raises `Conflict` where the file was not kept.
    """
    kind = str(upload.mapping.get("file_kind", "xlsx"))
    findings = [finding_of(finding) for finding in upload.findings]
    levels: dict[str, Level] = {UploadRow.Verdict.QUESTION: "question"}
    findings += [
        Finding(row.code, {}, levels.get(row.verdict, "error"), row.sheet, row.row, row.column, row.message)
        for row in marked
    ]
    content = annotate(stored_content(upload), kind, findings)
    stem = upload.name.rpartition(".")[0] or upload.name
    return f"{stem}_{_('检查结果')}.{'csv' if kind == 'csv' else 'xlsx'}", content


def as_stored(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as they are stored with an upload, each with its sentence."""
    return [{**finding.to_json(), "cell": finding.address} for finding in with_messages(findings)]


def finding_of(stored: dict[str, Any]) -> Finding:
    """A finding as it was stored with the upload."""
    return Finding(**{name: value for name, value in stored.items() if name != "cell"})


def describe(table: Table) -> dict[str, Any]:
    """What was recognised, as it is kept in `Upload.mapping`: kind, sheets with their columns, periods."""
    rows, plain = table.rows.rows, table.rows.plain
    meta = table.rows.meta
    by_sheet: dict[str, list[TemplateRow]] = {}
    for row in rows:
        by_sheet.setdefault(row.sheet, []).append(row)
    own = {columns.META_SHEET, columns.FINDINGS_SHEET}
    periods = sorted({(row.year, row.quarter) for row in rows} | (set(plain.periods) if plain else set()))
    cells: list[Collection[str]] = [*(row.cells for row in rows), *([plain.letters] if plain else [])]
    kind = "template" if meta or all(name in heads for heads in cells for name in columns.CSV) else "columns"
    return {
        "kind": kind,
        "file_kind": table.read.kind,
        "unit": meta.unit_id if meta else None,
        "periods": [f"{year}Q{quarter}" for year, quarter in periods],
        "sheets": [
            _sheet(sheet, by_sheet.get(sheet.name, []), plain if plain and plain.sheet == sheet.name else None)
            for sheet in table.read.sheets
            if sheet.name not in own
        ],
    }


def _sheet(sheet: Sheet, rows: list[TemplateRow], plain: PlainFigures | None) -> dict[str, Any]:
    """One sheet: its header row and, column by column, the heading and a figure's row as an example."""
    described: dict[str, Any] = {"name": sheet.name, "hidden": sheet.hidden, "header_row": None, "columns": []}
    described["rows"] = len(rows) + (len(plain) if plain else 0)
    if plain and sheet.block:
        letters = plain.letters
        example = {cell.column: text_of(cell) for cell in sheet.block.cells(sheet.block.rows.index(plain.rows[0]))}
    elif rows:
        letters = {name: address.rstrip("0123456789") for name, address in rows[0].cells.items()}
        example = {cell.column: text_of(cell) for cells in sheet.rows if cells[0].row == rows[0].row for cell in cells}
    else:
        return described
    places = {name: (row_and_column(f"{letter}1") or (0, 0))[1] for name, letter in letters.items()}
    for name, column in sorted(places.items(), key=lambda item: item[1]):
        described["columns"].append({"column": letters[name], "heading": name, "example": example.get(column, "")[:60]})
    heading = places[columns.INDICATOR]
    described["header_row"] = next(
        (
            cell.row
            for cells in sheet.rows
            for cell in cells
            if cell.column == heading and "".join(text_of(cell).split()) == columns.INDICATOR
        ),
        None,
    )
    return described


def _file_problem(table: Table) -> Finding | None:
    """Why the whole file cannot be used, though it could be read."""
    names = [sheet.name[:SHEET_LENGTH].casefold() for sheet in table.read.sheets]
    if len(set(names)) < len(names):
        return _finding("sheet_name_twice", _("工作簿中有同名的工作表，分不清数据出自哪一张。请改名后重新上传。"))
    if table.figures is not None:
        return _foreign_problem(table.figures)
    if not table.rows.rows and not table.rows.plain and not table.row_findings():
        broken = [f for f in with_messages(table.rows.findings) if f.level == "error"]
        if broken:
            return replace(broken[0], level="refused")
        return _finding("no_rows", _("表中没有任何一行数据。请使用下载的模板，在“本季值”列填写后重新上传。"))
    return None


def _foreign_problem(reading: Reading) -> Finding | None:
    """Why somebody else's file cannot be used: nothing in it stands where figures stand."""
    if reading.refused:
        return next(replace(finding, level="refused") for finding in reading.findings if finding.level == "refused")
    if reading.rows:
        return None
    return _finding(
        "foreign_workbook",
        _("文件中没有认出数据表：数据表应有表头，并写明地区、指标和数值。")
        + _("请检查后重新上传，或在“上传”页下载本单位、本季度的填报模板，把数据填入“本季值”列后上传。"),
    )


def _without_the_general(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.code not in {"no_template", "no_table"}]


def _seen_before(upload: Upload) -> list[Finding]:
    """A note where the same person has stored the same file already."""
    earlier = Upload.objects.filter(
        checksum=upload.checksum, uploaded_by=upload.uploaded_by, state=Upload.State.COMMITTED
    ).first()
    if earlier is None:
        return []
    sentence = _("您已上传过内容完全相同的文件“%(name)s”并已入库；与现有数据相同的行不会改动。") % {
        "name": earlier.name
    }
    return [_finding("same_file", sentence, "note")]


def _finding(code: str, message: str, level: Level = "refused") -> Finding:
    return Finding(code, {}, level, message=message)


@transaction.atomic
def _keep(upload: Upload, content: bytes | None, findings: list[Finding], *, refused: bool) -> Upload:
    """Stores the upload and, where the gate let it in, its file: one file for one content, however often it comes."""
    upload.state = Upload.State.REFUSED if refused else Upload.State.RECEIVED
    upload.findings = as_stored(findings)
    if content is not None:
        storage, path = upload.file.storage, upload_path(upload, "")
        upload.file.name = path if storage.exists(path) else storage.save(path, ContentFile(content))
    upload.save()
    result = {"name": upload.name, "checksum": upload.checksum, "state": upload.state}
    reason = upload.findings[0]["message"] if refused else ""
    audit.record("upload.receive", upload, actor=upload.uploaded_by, after=result, reason=reason)
    return upload
