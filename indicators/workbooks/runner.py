"""Runs the child process for one uploaded file and turns whatever becomes of it into an answer."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indicators.workbooks import limits
from indicators.workbooks.results import Refused
from ipdash.core.children import ChildEnded, output_of

log = logging.getLogger(__name__)

_MODULE = "indicators.workbooks.child"


@dataclass(frozen=True)
class Confinement:
    """What one child may use: bytes of memory, and seconds of processor time (of clock time, `limits.CHILD_PATIENCE` times as many)."""

    memory: int = limits.CHILD_MEMORY
    seconds: float = limits.CHILD_SECONDS


USUAL = Confinement()


class Workspace:
    """A temporary folder that is the only place its child may write to."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def keep(self, content: bytes) -> Path:
        """The uploaded bytes as a file. Its name is ours: an uploaded name never becomes a path."""
        path = self.folder / "uploaded"
        path.write_bytes(content)
        return path

    def ask(self, task: str, path: Path, name: str, confinement: Confinement, **more: Any) -> dict[str, Any]:
        """The child's result for a task; raises `Refused` where it ran out of time or memory, or died."""
        request = {"task": task, "path": str(path.resolve()), "name": name, "workspace": str(self.folder), **more}
        request |= {"memory": confinement.memory, "seconds": confinement.seconds}
        return _answer(_output(request, str(self.folder), confinement.seconds, limits.CHILD_PATIENCE), name)


@contextmanager
def workspace() -> Iterator[Workspace]:
    """A temporary folder for one file, removed whatever happens."""
    with tempfile.TemporaryDirectory(prefix="ipdash-upload-") as folder:
        yield Workspace(folder)


def _output(
    request: dict[str, Any], folder: str, seconds: float, patience: int = 1, command: Sequence[str] = ("-m", _MODULE)
) -> bytes:
    """What the child wrote, within `patience` seconds of clock time for each of processor time; raises `Refused`."""
    try:
        return output_of(request, folder, seconds * patience, command)
    except ChildEnded as ended:
        if ended.reason == "reader_died":
            log.warning("the reading process ended with code %s", ended.status)
        known = {"seconds": f"{seconds:g}"} if ended.reason == "took_too_long" else {}
        raise Refused(ended.reason, **known) from None


def _answer(output: bytes, name: str) -> dict[str, Any]:
    try:
        answer = json.loads(output)
    except ValueError:
        answer = {"failure": "no answer"}
    if "result" in answer:
        result: dict[str, Any] = answer["result"]
        return result
    # A file our reader cannot digest is refused like any other; the log tells us where to look, without its content.
    log.error("the reading process failed: %s", answer["failure"])
    raise Refused("reader_failed", name=name)
