"""Stamps say what a step was last done for, so that a later start skips what has not changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path


def digest(parts: Iterable[Path | str]) -> str:
    """A hash over texts, file contents and, for directories, every file below with its path.

    A path that does not exist counts as absent; its appearing changes the hash.
    """
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            total.update(b"text\0" + part.encode() + b"\0")
        elif part.is_dir():
            for file in sorted(part.rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    total.update(b"file\0" + str(file.relative_to(part)).encode() + b"\0" + _content(file))
        else:
            total.update(b"file\0" + part.name.encode() + b"\0" + (_content(part) if part.is_file() else b"absent"))
    return total.hexdigest()


def _content(file: Path) -> bytes:
    return hashlib.sha256(file.read_bytes()).digest()


def read(stamp: Path) -> dict[str, str]:
    """What the stamp holds; nothing where it is missing or damaged, so that the step is done again."""
    try:
        held = json.loads(stamp.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(held, dict):
        return {}
    return {str(key): str(value) for key, value in held.items()}


def write(stamp: Path, held: dict[str, str]) -> None:
    """Replaces the stamp in one step: a crash leaves the old one or the new one, never half of one."""
    partial = stamp.with_name(f"{stamp.name}.{os.getpid()}")
    partial.write_text(json.dumps(held, ensure_ascii=False, indent=1), encoding="utf-8")
    partial.replace(stamp)
