"""One file, read: the gate's first questions, then the reader of its kind. Runs in the child process only."""

from __future__ import annotations

from pathlib import Path

from indicators.workbooks import limits
from indicators.workbooks.results import ReadResult, Refused, refusal
from indicators.workbooks.signature import kind_of


def read(path: str, name: str, *, in_blocks: bool = False) -> ReadResult:
    """The typed cells and findings of the file at `path`, uploaded as `name`; a refused file gives its finding.

    `in_blocks`: large tables of our own columns come as columns (`Sheet.block`).
    """
    try:
        content = content_of(path)
        kind = kind_of(content, name)
        if kind == "csv":
            from indicators.workbooks.read_csv import read_csv

            return read_csv(content)
        if kind == "xls":
            from indicators.workbooks.read_xls import read_xls

            return read_xls(content)
        from indicators.workbooks.read_xlsx import read_xlsx

        return read_xlsx(content, in_blocks=in_blocks)
    except Refused as refused:
        return refusal(refused)


def content_of(path: str) -> bytes:
    """The file's bytes; raises `Refused` before reading more than the limit."""
    file = Path(path)
    size = file.stat().st_size
    if size > limits.FILE_BYTES:
        raise Refused("too_big", megabytes=f"{size / limits.MEGABYTE:.1f}", limit=limits.FILE_BYTES // limits.MEGABYTE)
    return file.read_bytes()
