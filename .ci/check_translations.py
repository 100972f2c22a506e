"""Whether the English catalogue says everything that the code says.

Collects the sentences anew in a copy of the sources (with gettext's tools) and compares them with
locale/en/LC_MESSAGES/*.po: none missing, none left over, none untranslated, none fuzzy. Exit 1 with a list otherwise.
`--write` brings the catalogue itself up to date, for a person to translate what is new.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path("locale") / "en" / "LC_MESSAGES"
NOT_SOURCES = ("tests", "fixtures", "docs", "var", "wheelhouse", "node_modules", ".*")
SHOWN = 60
Key = tuple[str | None, str | tuple[str, ...]]


def collect(root: Path, domain: str) -> None:
    """Runs makemessages in `root`."""
    command = [sys.executable, "-m", "django", "makemessages", "-l", "en", "-d", domain, "--no-wrap"]
    command += ["--add-location", "file", *(f"--ignore={name}" for name in NOT_SOURCES), "-v", "0"]
    environment = {**os.environ, "PYTHONPATH": str(root), "DJANGO_SETTINGS_MODULE": "ipdash.settings"}
    subprocess.run(command, cwd=root, env=environment, check=True)


def domains() -> list[str]:
    return ["django", *(["djangojs"] if (ROOT / FOLDER / "djangojs.po").exists() else [])]


def read(root: Path, domain: str) -> Catalog:
    source = root / FOLDER / f"{domain}.po"
    if not source.exists():  # then everything is missing
        return Catalog(locale="en")
    with open(source, "rb") as file:
        return read_po(file, locale="en", domain=domain, abort_invalid=True)


def key(message: Message) -> Key:
    return message.context, message.id if isinstance(message.id, str) else tuple(message.id)


def is_translated(message: Message) -> bool:
    strings = [message.string] if isinstance(message.string, str) else list(message.string)
    return all(strings) and not message.fuzzy


def problems(held: Catalog, found: Catalog) -> list[str]:
    """One line for each sentence that is missing, left over or without a finished translation."""
    have = {key(message): message for message in held if message.id}
    want = {key(message): message for message in found if message.id}
    lines = [f"missing: {want[name].id} ({want[name].locations})" for name in want if name not in have]
    lines += [f"left over: {have[name].id}" for name in have if name not in want]
    lines += [f"untranslated or fuzzy: {m.id}" for name, m in have.items() if name in want and not is_translated(m)]
    return lines


def main() -> int:
    if "--write" in sys.argv[1:]:
        for domain in domains():
            collect(ROOT, domain)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_SOURCES, "__pycache__", "*.mo"))
        os.environ["IPDASH_VAR"] = str(Path(folder) / "var")
        lines = []
        for domain in domains():
            (copy / FOLDER).mkdir(parents=True, exist_ok=True)
            collect(copy, domain)
            lines += problems(read(ROOT, domain), read(copy, domain))
    for line in lines[:SHOWN]:
        print(line)
    print(f"{len(lines)} problems in {FOLDER}.")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
