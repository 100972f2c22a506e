"""Reading an uploaded file: the way in for everything outside this package."""

from __future__ import annotations

from pathlib import Path

from indicators.workbooks.results import ReadResult, Refused, refusal
from indicators.workbooks.runner import USUAL, Confinement, workspace


def read_file(path: str | Path, name: str, confinement: Confinement = USUAL, *, in_blocks: bool = False) -> ReadResult:
    """The typed cells and findings of an uploaded .xlsx, .xls or .csv; `name` is the name it was uploaded under.

    With `in_blocks` the rows of a large table of our own columns come as columns (`Sheet.block`).

    The file passes the gate and is read in a child process with little memory, ten seconds and no network. A file that
    cannot be read gives a result with one finding of level `refused`; nothing about the file raises.
    """
    with workspace() as space:
        try:
            return ReadResult.from_json(space.ask("read", Path(path), name, confinement, in_blocks=in_blocks))
        except Refused as refused:
            return refusal(refused)


def read_bytes(content: bytes, name: str, confinement: Confinement = USUAL, *, in_blocks: bool = False) -> ReadResult:
    """The same for a file that is held in memory."""
    with workspace() as space:
        path = space.keep(content)
        return read_file(path, name, confinement, in_blocks=in_blocks)
