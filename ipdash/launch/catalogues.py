"""Compiles the translation catalogues with Babel, where gettext's own tools need not be installed."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def sources(root: Path) -> list[Path]:
    """Every catalogue of the project."""
    return sorted(root.glob("locale/*/LC_MESSAGES/*.po"))


def compile_changed(root: Path) -> int:
    """Compiles what is newer than its result; gives back how many. Fuzzy entries stay untranslated."""
    done = 0
    for source in sources(root):
        result = source.with_suffix(".mo")
        # Whole seconds: layers of container images keep no more.
        if result.is_file() and int(result.stat().st_mtime) == int(source.stat().st_mtime):
            continue
        with open(source, "rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name, domain=source.stem, abort_invalid=True)
        partial = result.with_name(f"{result.name}.{os.getpid()}")
        with open(partial, "wb") as file:
            write_mo(file, catalogue)
        # The same time as its source: a source put back from an older version counts as changed, too.
        stamp = source.stat()
        os.utime(partial, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        partial.replace(result)
        done += 1
    return done


if __name__ == "__main__":
    print(compile_changed(Path(__file__).resolve().parents[2]))
