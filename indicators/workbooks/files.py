"""Reading an uploaded file: the way in for everything outside this package."""

from __future__ import annotations

from pathlib import Path

from indicators.workbooks.results import ReadResult, Refused, refusal
from indicators.workbooks.runner import USUAL, Confinement, workspace


def read_file(path: str | Path, name: str, confinement: Confinement = USUAL) -> ReadResult:
    """The typed cells and findings of an uploaded .xlsx, .xls or .csv; `name` is the name it was uploaded under.

    The file passes the gate and is read in a child process with little memory, ten seconds and no network. A file that
    cannot be read gives a result with one finding of level `refused`; nothing about the file raises.
    """
    with workspace() as space:
        try:
            return ReadResult.from_json(space.ask("read", Path(path), name, confinement))
        except Refused as refused:
            return refusal(refused)


def read_bytes(content: bytes, name: str, confinement: Confinement = USUAL) -> ReadResult:
    """The same for a file that is held in memory."""
    with workspace() as space:
        path = space.keep(content)
        return read_file(path, name, confinement)
