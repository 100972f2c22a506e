"""What the child process may do: little memory, little time, no network, no processes, no file outside its folder.

Set before the uploaded file is opened; nothing here can be undone inside the process.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

_CLONE_NEWNET = 0x40000000
_CLONE_NEWUSER = 0x10000000
_REFUSED_EVENTS = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "ctypes.")
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def confine(workspace: str, memory: int, seconds: float, file_bytes: int) -> None:
    """Confines this process: `memory` and `file_bytes` in bytes, `seconds` of processor time, writes to `workspace`."""
    _leave_the_network()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_FSIZE, file_bytes)
    _limit(resource.RLIMIT_CPU, int(seconds) + 1)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a full file is then an OSError with a traceback, not a bare death
    folder = str(Path(workspace).resolve()) + os.sep

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_REFUSED_EVENTS):
            raise PermissionError(f"{event} is refused here")
        if event == "open" and _writes(arguments) and not _inside(arguments[0], folder):
            raise PermissionError("writing outside the workspace is refused here")

    sys.addaudithook(refuse)


def _limit(which: int, amount: int) -> None:
    _, hard = resource.getrlimit(which)
    allowed = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
    resource.setrlimit(which, (allowed, allowed))


def _leave_the_network() -> None:
    """An empty network namespace of its own where the kernel allows it; the audit hook stands in either case."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWNET | _CLONE_NEWUSER)
    except (OSError, AttributeError):
        return


def _writes(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags = arguments
    return any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags & _WRITE_FLAGS)


def _inside(path: object, folder: str) -> bool:
    if isinstance(path, int):
        return True  # a descriptor that was opened, and checked, before
    name = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
    return name == os.devnull or os.path.realpath(name).startswith(folder)
