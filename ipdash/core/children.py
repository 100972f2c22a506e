"""A process of its own for each file that strangers made: started, confined, asked once, and gone whatever happens.

The parent calls `output_of`, the child's module calls `serve`. The question and the answer are JSON on standard input and output.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ipdash.core.sandbox import confine

OUT_OF_MEMORY = 71  # exit code
_ROOT = Path(__file__).resolve().parents[2]


class ChildEnded(Exception):
    """The child did not answer; `reason` is `took_too_long`, `too_much_memory` or `reader_died`, `status` its exit status."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


def output_of(request: dict[str, Any], folder: str, seconds: float, command: Sequence[str]) -> bytes:
    """What a child wrote: `command` are Python's arguments, `folder` the only place it may write to. Raises `ChildEnded`."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "TMPDIR": folder,
    }
    child = subprocess.Popen(
        [sys.executable, "-P", "-s", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        start_new_session=True,
    )
    try:
        output, _ = child.communicate(json.dumps(request).encode(), timeout=seconds)
    except subprocess.TimeoutExpired:
        raise ChildEnded("took_too_long") from None
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()
    if child.returncode == -signal.SIGXCPU:
        raise ChildEnded("took_too_long", child.returncode)
    if child.returncode == OUT_OF_MEMORY:
        raise ChildEnded("too_much_memory", child.returncode)
    if child.returncode != 0:
        raise ChildEnded("reader_died", child.returncode)
    return output


def serve(run: Callable[[dict[str, Any]], Any], file_bytes: int) -> None:
    """The child's side: confines itself as the request says, runs it, writes `{"result": …}` or `{"failure": where}`.

    The request has `workspace`, `memory` and `seconds`; `file_bytes` bounds each file it writes.
    """
    gc.disable()  # one file and the end: looking for cycles among a million cells only costs time
    request = json.load(sys.stdin)
    # Libraries print warnings about what they read; the answer has the real standard output to itself.
    answer_to = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    confine(request["workspace"], request["memory"], request["seconds"], file_bytes)
    try:
        json.dump(_answer(run, request), answer_to, ensure_ascii=False)
        answer_to.close()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _answer(run: Callable[[dict[str, Any]], Any], request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": run(request)}
    except MemoryError:
        raise
    except Exception as defect:
        where = traceback.extract_tb(defect.__traceback__)[-1]  # names our line, never the file's content
        return {"failure": f"{type(defect).__name__} at {where.filename}:{where.lineno}"}
