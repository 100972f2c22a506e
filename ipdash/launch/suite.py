"""`test`: the whole suite with pytest, on both cores."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

WORKERS = 2


def pytest_arguments(given: list[str]) -> list[str]:
    """Adds the number of workers, unless the caller says how to distribute or wants a debugger."""
    own = any(
        word.startswith(("-n", "--numprocesses", "--dist", "-d", "--pdb", "--trace")) or word.endswith("no:xdist")
        for word in given
    )
    # loadgroup keeps the browser tests together: each worker would start a product of its own.
    return list(given) if own else ["-n", str(WORKERS), "--dist", "loadgroup", *given]


def main(root: Path, arguments: list[str]) -> NoReturn:
    """`test [pytest arguments]`: becomes pytest, so its exit code is this command's."""
    from ipdash.launch import catalogues

    catalogues.compile_changed(root)
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # nothing was compiled at installation
    os.chdir(root)
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", "pytest", *pytest_arguments(arguments)], environment)  # noqa: S606
