"""Gives an uploaded file back with its findings marked in it. Runs in the child process only.

The workbook's own bytes stay as they are: cells get another style and a comment, and one sheet is added. So no value,
no formula and no cached result changes, which loading and saving with a library would not keep.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from indicators.workbooks import columns
from indicators.workbooks.marking_package import mark_package
from indicators.workbooks.plain_workbook import plain_workbook
from indicators.workbooks.read_csv import csv_rows, decoded, separator_of
from indicators.workbooks.read_xls import read_xls
from indicators.workbooks.readers import content_of
from indicators.workbooks.results import Finding, Refused
from indicators.workbooks.signature import kind_of

ANNOTATED = "annotated"  # the result's name in the workspace


def mark(path: str, name: str, workspace: str, findings: list[dict[str, Any]]) -> dict[str, Any]:
    """Writes the marked file into the workspace; {"refused": code, "params"} where the file cannot be read."""
    try:
        content = content_of(path)
        marked = marked_file(content, kind_of(content, name), [Finding(**finding) for finding in findings])
    except Refused as refused:
        return {"refused": refused.code, "params": refused.params}
    (Path(workspace) / ANNOTATED).write_bytes(marked)
    return {}


def marked_file(content: bytes, kind: str, findings: Sequence[Finding]) -> bytes:
    """The file with its findings; an .xls comes back as .xlsx with the same values."""
    if kind == "csv":
        return mark_csv(content, findings)
    if kind == "xls":
        content = plain_workbook(read_xls(content).sheets)
    return mark_package(content, findings)


def mark_csv(content: bytes, findings: Sequence[Finding]) -> bytes:
    """The same rows with one more column; a finding without a row stands in that column's heading. UTF-8 with a mark,
    so that every program shows it right."""
    text, _ = decoded(content)
    separator = separator_of(text)
    rows = csv_rows(text, separator)
    width = max((len(fields) for _, fields in rows), default=0)
    by_row: dict[int | None, list[str]] = {}
    for finding in findings:
        by_row.setdefault(finding.row, []).append(finding.message)
    heading = "；".join([columns.FINDINGS_COLUMN, *by_row.pop(None, [])])
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=separator)
    for index, (number, fields) in enumerate(rows):
        messages = [*([heading] if index == 0 else []), *by_row.get(number, [])]
        padding = [""] * (width - len(fields))
        writer.writerow([*fields, *padding, "；".join(messages)] if messages else fields)
    return target.getvalue().encode("utf-8-sig")
